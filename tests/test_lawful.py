"""What a law lets through moves the price as the law says, and the answer is proven."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.lab.equilibrium import equilibrium
from airshed.lab.equilibrium.case import Case, linked, solved
from airshed.lab.equilibrium.curves import Steps, discounting
from airshed.lab.equilibrium.following import SupplyLine, answered
from airshed.lab.equilibrium.joined_curves import merged
from airshed.lab.equilibrium.lawful import lawful
from airshed.lab.equilibrium.lawful_certificate import lawful_certificate
from airshed.lab.equilibrium.supply import OPEN, Side, Supply, supply_of
from airshed.lab.equilibrium.terms import ARTICLES, LawTerms, articles_of, terms_of
from airshed.lab.proofs import check
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.zone.load import of_law
from naive_lawful import plain_lawful

LAW = load(find("dianzhong"))
ZONE = of_law(LAW, "")
#: A law that says nothing.
NONE = terms_of(LAW, "SO2").without(ARTICLES)
RATE = 0.05


def supply(sides: list[tuple[int, str, list[tuple[float, float]], list[float], list[float]]], **more: Any) -> Supply:
    """Sides as city, sector, steps (cost, t), emissions and free allowances by year; what is auctioned, set aside."""
    years = len(sides[0][3])
    cities = 1 + max(side[0] for side in sides)
    discount = discounting(RATE, years)
    made = tuple(
        Side(
            city,
            sector,
            Steps([cost for cost, _ in steps], [tonnes for _, tonnes in steps], discount),
            np.array(baseline),
            np.array(free),
        )
        for city, sector, steps, baseline, free in sides
    )
    auctioned, set_aside = (
        np.array(more.get(name, np.zeros((cities, years))), dtype=np.float64) for name in ("auctioned", "set_aside")
    )
    caps, baseline = auctioned + set_aside, np.zeros((cities, years))
    for side in made:
        caps[side.city] += side.free
        baseline[side.city] += side.baseline
    curves = tuple(merged([side.curve for side in made if side.city == city]) for city in range(cities))
    case = Case(tuple("ABCDE"[:cities]), tuple(range(2027, 2027 + years)), RATE, curves, baseline, caps)
    return Supply(case, made, auctioned, set_aside)


@st.composite
def supplies(draw: st.DrawFn, sectors: tuple[str, ...] = (OPEN, "power"), cities: int = 2) -> Supply:
    years = draw(st.integers(1, 4))
    rows = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 40)), min_size=1, max_size=4)
    sides = []
    for city in range(cities):
        for sector in sectors:
            steps = [(10.0 * cost + 0.1 * city, float(tonnes)) for cost, tonnes in draw(rows)]
            most = sum(tonnes for _, tonnes in steps)
            need = [draw(st.integers(-20, 70)) / 100 * most for _ in range(years)]
            sides.append((city, sector, steps, [2 * most] * years, [2 * most - each for each in need]))
    amounts = st.lists(st.lists(st.integers(0, 15), min_size=years, max_size=years), min_size=cities, max_size=cities)
    return supply(sides, auctioned=draw(amounts), set_aside=draw(amounts))


@st.composite
def laws(draw: st.DrawFn) -> LawTerms:
    return replace(
        NONE,
        walled=draw(st.sampled_from([(), ("power",)])),
        closed=draw(st.booleans()),
        bank_share=draw(st.sampled_from([None, 0.0, 0.05, 0.2])),
        bank_of="verified",
        vintages_back=draw(st.sampled_from([None, 0, 1, 2])),
        reserve_price=draw(st.sampled_from([None, 55.0, 200.0])),
        set_aside=draw(st.booleans()),
        unused_auctioned=True,
    )


@settings(deadline=None, max_examples=60)
@given(supplies(), laws())
def test_a_law_costs_what_the_whole_programme_costs(drawn: Supply, terms: LawTerms) -> None:
    """Every allowance followed from its vintage to its use gives the same cost as banks and windows do."""
    try:
        found = lawful(drawn, terms)
    except Malformed:
        with pytest.raises(Malformed):
            plain_lawful(drawn, terms)
        return
    assert found.found.cost == pytest.approx(plain_lawful(drawn, terms), rel=1e-7, abs=1e-5)
    check(json.dumps(lawful_certificate(found, "a law")))


@settings(deadline=None, max_examples=40)
@given(supplies())
def test_a_law_that_says_nothing_is_one_market_that_banks_all(drawn: Supply) -> None:
    try:
        plain = solved(drawn.case, linked(drawn.case.zones)).found
    except Malformed:
        assume(False)
    found = lawful(drawn, NONE)
    assert found.cost == pytest.approx(plain.cost, rel=1e-7, abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(supplies())
def test_a_law_without_a_bank_is_every_year_by_itself(drawn: Supply) -> None:
    curve, need = merged(drawn.case.curves), drawn.case.need.sum(axis=0)
    years = range(len(need))
    alone = [
        equilibrium(Steps(curve.costs, curve.potentials()[0], [1.0]), [need[t]], [1.0]).cost  # type: ignore[union-attr]
        for t in years
    ]
    found = lawful(drawn, replace(NONE, bank_share=0.0))
    assert found.cost == pytest.approx(sum(alone[t] * drawn.case.discount[t] for t in years), rel=1e-7, abs=1e-5)
    assert not found.moved("bank").any()
    no_vintage = lawful(drawn, replace(NONE, vintages_back=0))
    assert no_vintage.cost == pytest.approx(found.cost, rel=1e-9, abs=1e-6)


CHEAP, DEAR = [(10.0, 50.0), (20.0, 50.0)], [(70.0, 50.0), (90.0, 50.0)]


def test_a_wall_splits_the_price_and_an_auction_joins_it_again() -> None:
    sides = [(0, OPEN, CHEAP, [100.0], [75.0]), (0, "power", DEAR, [100.0], [75.0])]
    walled = replace(NONE, walled=("power",))
    assert lawful(supply(sides), NONE).price.tolist() == [[20.0]] or lawful(supply(sides), NONE).price[0, 0] <= 20.0
    split = lawful(supply(sides), walled)
    assert [market.name for market in split.markets] == ["others", "power"]
    assert split.price.tolist() == [[10.0], [70.0]]
    joined = lawful(supply(sides, auctioned=[[60.0]]), walled)
    assert joined.price[0, 0] == joined.price[1, 0]


def test_closed_borders_split_the_price_and_one_way_borders_let_the_cheap_side_sell() -> None:
    sides = [(0, OPEN, CHEAP, [100.0], [75.0]), (1, OPEN, DEAR, [100.0], [75.0])]
    assert lawful(supply(sides), replace(NONE, closed=True)).price.tolist() == [[10.0], [70.0]]
    shut = lawful(supply(sides), replace(NONE, no_export=("A",)))
    assert shut.price.tolist() == [[10.0], [70.0]]
    other = lawful(supply(sides), replace(NONE, no_export=("B",)))
    assert other.price[0, 0] == other.price[1, 0] <= 20.0
    assert lawful(supply(sides), replace(NONE, failing=("B",))).price.tolist() == [[10.0], [70.0]]


def test_a_limit_on_banking_has_less_abated_early_and_makes_late_years_dear() -> None:
    sides = [(0, OPEN, [(10.0, 30.0), (20.0, 30.0), (80.0, 30.0)], [100.0, 100.0], [100.0, 40.0])]
    free, held = (lawful(supply(sides), replace(NONE, bank_of="verified", bank_share=share)) for share in (None, 0.1))
    assert held.found.abated[0, 0] < free.found.abated[0, 0]
    assert held.price[0, 1] > free.price[0, 1]
    assert held.moved("bank")[0, 0] == pytest.approx(0.1 * (100.0 - held.found.abated[0, 0]))


def test_a_part_of_what_is_held_is_a_haircut() -> None:
    sides = [(0, OPEN, [(10.0, 100.0)], [100.0, 100.0], [120.0, 70.0])]
    found = lawful(supply(sides), replace(NONE, bank_share=0.5, bank_of="holdings"))
    assert found.moved("bank")[0, 0] == pytest.approx(20.0)
    assert found.found.abated[0].tolist() == pytest.approx([0.0, 20.0])
    assert found.price[0].tolist() == pytest.approx([5.0 / 1.05, 10.0])


def test_flow_control_makes_what_is_beyond_its_part_worth_less() -> None:
    sides = [(0, OPEN, [(10.0, 60.0), (100.0, 60.0)], [100.0, 100.0], [100.0, 20.0])]
    control = lawful(supply(sides), replace(NONE, flow_share=0.5, flow_ratio=2))
    free = lawful(supply(sides), NONE)
    assert free.cost < control.cost
    # of what is banked 10 (half of the caps of 2028) count one for one, two of the others make one
    assert control.moved("use")[0, 1] >= 10.0 - 1e-9


def test_an_auction_sells_nothing_under_its_reserve_price() -> None:
    sides = [(0, OPEN, [(10.0, 30.0), (50.0, 30.0)], [100.0], [90.0])]
    found = lawful(supply(sides, auctioned=[[20.0]]), replace(NONE, reserve_price=30.0))
    assert found.price[0, 0] == pytest.approx(10.0)
    assert not found.moved("auctioned").any()
    tight = lawful(supply([(0, OPEN, [(10.0, 30.0), (50.0, 30.0)], [100.0], [60.0])], auctioned=[[20.0]]), found.terms)
    assert tight.price[0, 0] == pytest.approx(30.0)
    assert 0 < tight.moved("auctioned")[0, 0] < 20.0


def test_what_is_set_aside_contains_a_price_or_is_auctioned_or_stays() -> None:
    sides = [(0, OPEN, [(10.0, 30.0), (90.0, 30.0)], [100.0], [60.0])]
    there = supply(sides, set_aside=[[5.0]])
    aside = replace(NONE, set_aside=True, unused_auctioned=False)
    assert lawful(there, aside).found.abated.sum() == pytest.approx(40.0)
    contained = lawful(there, replace(aside, containment=((60.0, 0.02),)))
    assert contained.moved("contained").sum() == pytest.approx(0.02 * 65.0)
    assert lawful(there, replace(aside, unused_auctioned=True)).found.abated.sum() == pytest.approx(35.0)


def test_auctions_that_follow_the_number_in_circulation_answer_the_banks_that_foresee_them() -> None:
    sides = [(0, OPEN, [(10.0, 30.0), (50.0, 60.0)], [100.0] * 5, [60.0, 60.0, 40.0, 30.0, 30.0])]
    there = supply(sides, auctioned=[[20.0] * 5])
    law = replace(NONE, following=(SupplyLine(2027, 5.0, 1.0, 0.24, 10.0, None),))
    free, found = lawful(there, NONE), lawful(there, law)
    kept = answered(law.following, there.case.years, found.circulating(), there.auctioned, None)
    assert found.settled
    assert found.followed == pytest.approx(kept, abs=1e-4)
    assert found.followed.min() < -1.0
    assert found.found.abated.sum() == pytest.approx(free.found.abated.sum() - found.followed.sum(), abs=1e-3)
    assert found.price[0, 0] >= free.price[0, 0]
    assert found.supply is there
    assert law.without(("supply",)) == replace(NONE, left_out=law.without(("supply",)).left_out)
    assert "supply" in law.in_force
    check(json.dumps(lawful_certificate(found, "a law")))
    with pytest.raises(Malformed, match="its rule jumps"):
        lawful_certificate(replace(found, settled=False), "a law")


def test_a_government_that_buys_back_is_a_floor_as_far_as_it_buys() -> None:
    sides = [(0, OPEN, [(10.0, 30.0)], [100.0], [100.0])]
    assert lawful(supply(sides), NONE).price[0, 0] == 0.0
    found = lawful(supply(sides), replace(NONE, buy_back=(15.0, 0.1)))
    assert found.moved("bought back").sum() == pytest.approx(10.0)
    assert found.price[0, 0] == pytest.approx(10.0)


def test_a_fixed_penalty_is_a_ceiling_and_its_make_up_is_borrowing() -> None:
    acid = terms_of(load(find("acidrain")), "SO2")
    amount, makeup = acid.penalty(2027) or (0.0, 0.0)
    assert makeup == 1.0
    assert amount > 2_000
    fixed = msgspec.structs.replace(LAW.shortfall, penalty="fixed_per_tonne", fixed_fen_per_t=5_000, makeup_percent=100)
    terms = replace(NONE, shortfall=fixed, bank_share=0.0)
    sides = [(0, OPEN, [(10.0, 60.0), (900.0, 60.0)], [100.0, 100.0], [20.0, 90.0])]
    found = lawful(supply(sides), terms)
    assert found.moved("missing")[0, 0] == pytest.approx(20.0)
    assert found.price[0, 0] == pytest.approx(50.0 + found.price[0, 1] / 1.05)


def test_a_collar_of_trade_binds_at_its_bound_and_the_worth_stands_beside_it() -> None:
    sides = [(0, OPEN, [(10.0, 30.0), (90.0, 30.0)], [100.0, 100.0], [80.0, 60.0])]
    found = lawful(supply(sides), replace(NONE, floor=40.0, ceiling=70.0, bank_share=0.0))
    assert found.price.tolist() == [[40.0, 70.0]]
    assert found.worth.tolist() == [[10.0, 90.0]]


def test_what_the_law_does_not_say_is_not_in_force() -> None:
    terms = terms_of(LAW, "SO2")
    assert not {"collar", "penalty", "borders"} & set(terms.in_force)
    assert set(terms.in_force) >= {"walls", "banking", "vintages", "auction", "reserve", "containment", "repurchase"}
    assert terms.without(ARTICLES).in_force == ()
    assert terms.without(("walls",)).left_out == ("walls",)
    assert terms_of(load(find("shanxi")), "SO2").in_force == ("walls", "borders", "reserve", "collar")


@pytest.mark.parametrize("pollutant", ["SO2", "NOx", "PM", "VOC"])
def test_the_shipped_zone_shares_every_cap_out_and_leaves_nothing_over(pollutant: str) -> None:
    found = supply_of(ZONE, LAW, pollutant, 3, RATE, 0.01, 0.03)
    shared = found.auctioned + found.set_aside
    baseline = np.zeros(shared.shape)
    for side in found.sides:
        shared[side.city] += side.free
        baseline[side.city] += side.baseline
    assert shared == pytest.approx(found.case.caps)
    assert baseline == pytest.approx(found.case.baseline)
    answer = lawful(found, terms_of(LAW, pollutant))
    assert answer.found.gap < 1e-9
    assert answer.by_city().sum() == pytest.approx(answer.found.abated.sum())
    check(json.dumps(lawful_certificate(answer, "dianzhong")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda made: made["flows"][0].update(moved=1e9), "move of"),
        (lambda made: made["duals"].__setitem__(0, made["duals"][0] * 2), "bound"),
        (lambda made: made["abated"][0].__setitem__(0, 0.0), "is not kept"),
        (lambda made: made["rows"][0].update(abated=[[9, 0, 1.0]]), "names what is not there"),
        (lambda made: made.update(cost=made["cost"] - 1e6), "cost"),
    ],
)
def test_a_certificate_that_was_changed_does_not_hold(change: Any, said: str) -> None:
    from airshed.lab.proofs.reading import digest

    found = lawful(supply_of(ZONE, LAW, "SO2", 3, RATE, 0.01, 0.03), terms_of(LAW, "SO2"))
    made = json.loads(json.dumps(lawful_certificate(found, "dianzhong 2027.1")))
    change(made)
    made["digest"] = digest(made)
    with pytest.raises(Malformed, match=said):
        check(json.dumps(made))


def test_a_cap_that_the_law_lets_nobody_keep_is_named_with_market_and_year() -> None:
    sides = [(0, OPEN, CHEAP, [100.0], [100.0]), (0, "power", [(70.0, 5.0)], [100.0], [75.0])]
    with pytest.raises(Malformed, match=r"power 2027: 20\.000 t more must be abated"):
        lawful(supply(sides), replace(NONE, walled=("power",)))


def test_an_article_that_is_not_there_is_answered_with_the_nearest() -> None:
    with pytest.raises(Malformed, match=r"no such article 'wall'.*did you mean 'walls'"):
        articles_of("wall")
    assert articles_of("all") == ARTICLES


def airshed(*words: str) -> str:
    done = CliRunner().invoke(build(ROOMS), list(words), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_the_command_knows_supply_that_follows_circulation_and_says_that_it_knows_no_cuts(tmp_path: Path) -> None:
    law = tmp_path / "law"
    shutil.copytree(find("dianzhong"), law)
    head = "period,pollutant,upper,lower,held_basis_points,share_from,released,cite,status"
    (law / "supply.csv").write_text(f"{head}\n2027,SO2,1000000,200000,2400,,200000,assumed,to confirm\n", "utf-8")
    text = (law / "rulebook.toml").read_text("utf-8")
    text = text.replace("[reserve]\n", '[reserve]\nsupply_stated_on = "05-15"\n')
    text = text.replace("[banking]\n", "[banking]\nhaircut_most_basis_points = 1000\n")
    (law / "rulebook.toml").write_text(text, "utf-8")
    said = airshed("lab", "equilibrium", "--rulebook", str(law), "--years", "5")
    assert said.startswith("not reckoned 未计入: cuts of what is held, up to 10 % by one notice")
    assert "t are kept back from auctions" in said
    assert "supply that follows the number in circulation" in said
    assert terms_of(load(law), "NOx").following == ()


def test_the_command_says_in_its_first_line_what_it_was_told_to_leave_out() -> None:
    said = airshed("lab", "equilibrium", "--years", "10", "--without", "banking")
    assert said.startswith(
        "told to leave out of the law 未计入: limit on what is banked 结转限额; the price of 2027 is 5,602"
    )
    assert "4,561.90 yuan/t under the law" in said
    assert airshed("lab", "equilibrium", "--years", "2").startswith("Equilibrium under the law")
    assert airshed("lab", "equilibrium", "--years", "2", "--no-banking").startswith(
        "told to leave out of the law 未计入: that"
    )
