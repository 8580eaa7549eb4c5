"""What keeps a market from the competitive price: fees, power, reserves; taxes and quadratic costs beside steps."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.lab.group import app
from airshed.lab import proofs
from airshed.lab.equilibrium import Slopes, Steps, check, collared, discounting, equilibrium, zone_equilibrium
from airshed.lab.equilibrium.case import Air, Case, CurveLine, closed, linked, solved
from airshed.lab.equilibrium.friction_certificate import friction_certificate
from airshed.lab.equilibrium.frictions import dominated
from airshed.lab.equilibrium.joined_curves import Joined, merged
from airshed.lab.equilibrium.stability import StabilityRule, adjustment, stabilised
from airshed.lab.equilibrium.trading import trade_plan, traded
from airshed.lab.linking import saving
from airshed.lab.positions import SourcePosition
from airshed.lab.power import bought_at_auction, concentration, powers
from airshed.lab.proofs.frictions import Frictions
from airshed.lab.proofs.reading import digest
from airshed.model.refusal import Malformed
from naive_equilibrium import plain_zones

# --- costs of trading

Market = tuple[list[float], list[list[tuple[float, float]]]]


@st.composite
def markets(draw: st.DrawFn) -> Market:
    """Sources with steps that can keep what all need."""
    many = draw(st.integers(2, 5))
    curves = [
        [(float(draw(st.integers(1, 40))), float(draw(st.integers(1, 9)))) for _ in range(draw(st.integers(1, 3)))]
        for _ in range(many)
    ]
    needs = [float(draw(st.integers(-5, int(sum(t for _, t in curve))))) for curve in curves]
    return needs, curves


@settings(max_examples=100, deadline=None)
@given(markets())
def test_trade_for_nothing_is_the_competitive_market(market: Market) -> None:
    needs, curves = market
    steps = [step for curve in curves for step in curve]
    joint = Steps([cost for cost, _ in steps], [most for _, most in steps], [1.0])
    found = traded(needs, curves, 0.0, 1e4)
    competitive = equilibrium(joint, [sum(needs)], [1.0])

    assert found.cost_yuan == pytest.approx(competitive.cost, abs=1e-6)
    assert found.at_ceiling_t == pytest.approx(0.0, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(markets(), st.floats(0, 60), st.floats(0, 60))
def test_dearer_trade_is_less_trade_and_never_cheaper(market: Market, one: float, two: float) -> None:
    low, high = sorted((one, two))
    cheap, dear = (traded(*market, each, 1e4) for each in (low, high))

    assert dear.volume_t <= cheap.volume_t + 1e-6
    assert cheap.cost_yuan <= dear.cost_yuan + 1e-6
    alone = traded(*market, 1e6, 1e4)
    assert dear.cost_yuan <= alone.cost_yuan + 1e-6


def test_with_steps_a_constant_fee_makes_the_allocation_matter() -> None:
    """Montero (1997): a technology is taken or not, so who was given what decides even at a constant fee."""
    curves = [[(40.0, 10.0)], [(10.0, 10.0)]]

    assert traded([10.0, 0.0], curves, 31.0, 1e4).abatement_yuan == 400.0
    assert traded([0.0, 10.0], curves, 31.0, 1e4).abatement_yuan == 100.0


# --- market power


def test_a_firm_that_is_given_what_it_emits_has_no_power() -> None:
    """Two firms of 100 t at slopes of one under a cap of 120 t: 40 yuan/t; the one given nothing makes it 20."""
    places = {"one": SourcePosition(100.0, 60.0, 800.0), "two": SourcePosition(100.0, 60.0, 800.0)}
    fair = powers(places, {"one": 60.0, "two": 60.0}, {}, [], 40.0)
    poor = {each.firm: each for each in powers(places, {"one": 0.0, "two": 120.0}, {}, [], 40.0)}

    assert [each.price for each in fair] == [40.0, 40.0]
    assert (poor["one"].price, poor["one"].excess_yuan) == (20.0, 400.0)
    assert poor["two"].price == 60.0


def test_sources_of_one_group_are_one_firm() -> None:
    places = {name: SourcePosition(50.0, 30.0, 0.0) for name in ("a1", "a2", "b1", "b2")}
    firm = {"a1": "a", "a2": "a", "b1": "b", "b2": "b"}
    found = powers(places, dict.fromkeys(places, 30.0), firm, [], 40.0)

    assert [each.firm for each in found] == ["a", "b"]
    assert [each.given_t for each in found] == [60.0, 60.0]


def test_who_can_abate_nothing_at_the_price_has_the_slope_of_its_steps() -> None:
    places = {"one": SourcePosition(100.0, 100.0, 0.0), "two": SourcePosition(100.0, 60.0, 0.0)}
    steps = [CurveLine("z", "one", "dear", 90.0, 30.0)]
    named = {each.firm for each in powers(places, {"one": 0.0, "two": 160.0}, {}, steps, 40.0)}

    assert named == {"one", "two"}
    assert powers(places, {"one": 0.0, "two": 160.0}, {}, [], 40.0) == []


def test_what_is_auctioned_goes_to_those_who_lack() -> None:
    places = {
        "a": SourcePosition(1.0, 60.0, 0.0),
        "b": SourcePosition(1.0, 40.0, 0.0),
        "c": SourcePosition(1.0, 10.0, 0.0),
    }
    given_t = {"a": 30.0, "b": 30.0, "c": 20.0}
    bought_at_auction(given_t, places, 20.0)
    assert given_t == {"a": 45.0, "b": 35.0, "c": 20.0}
    bought_at_auction(given_t, places, 1e6)
    assert given_t == {"a": 60.0, "b": 40.0, "c": 20.0}


def test_concentration_is_that_of_the_thinner_side() -> None:
    assert concentration([1.0, 1.0, 1.0, 1.0, -4.0]) == 1.0
    assert concentration([1.0, 1.0, -1.0, -1.0]) == 0.5
    assert concentration([]) == 0.0


# --- a stability reserve


def test_the_reserve_of_the_eu_takes_out_and_puts_back() -> None:
    """833, 1096 and 400 million in circulation, 24 %, 100 million (as published; in million allowances)."""
    rule = StabilityRule()
    assert [adjustment(each, rule) for each in (1200, 950, 833, 600, 400, 350)] == [
        -288.0,
        -117.0,
        0.0,
        0.0,
        0.0,
        100.0,
    ]
    half = rule.scaled(800.0, of=1_600.0)
    assert [adjustment(each / 2, half) for each in (1200, 950, 350)] == [-144.0, -58.5, 50.0]


@st.composite
def held_markets(draw: st.DrawFn) -> tuple[Steps, list[float], float]:
    years = draw(st.integers(2, 6))
    costs = draw(st.lists(st.integers(1, 60).map(float), min_size=4, max_size=12))
    curve = Steps(costs, [10.0] * len(costs), discounting(0.05, years))
    needs = [float(draw(st.integers(-20, 15))) for _ in range(years)]
    return curve, needs, float(draw(st.integers(0, 50)))


@settings(max_examples=100, deadline=None)
@given(held_markets())
@example((Steps([1.0, 1.0, 1.0, 1.0], [10.0] * 4, discounting(0.05, 4)), [0.0, 0.0, 3.0, 0.0], 7.0))
def test_what_a_reserve_does_follows_from_the_banks_that_firms_hold(case: tuple[Steps, list[float], float]) -> None:
    curve, needs, held = case
    rule = StabilityRule(20.0, 15.0, 5.0, 0.24, 3.0)
    found = stabilised(curve, needs, curve.discount, rule, held)

    assert found.held == pytest.approx(held - np.cumsum(found.change))
    if not found.settled:
        with pytest.raises(Malformed, match="banks that answer it were not found"):
            found.proof(curve, range(2027, 2027 + len(needs)))
        return
    assert proofs.check(json.dumps(found.proof(curve, range(2027, 2027 + len(needs)))))
    assert found.change[0] == 0
    assert (found.held >= -1e-6 * max(1.0, *map(abs, needs))).all()
    stock = held
    for year in range(1, len(needs)):
        wanted = min(adjustment(float(found.market.bank[year - 1]), rule), stock)
        assert found.change[year] == pytest.approx(wanted, abs=1e-4)
        stock -= wanted


def stabilised_proof() -> dict[str, Any]:
    """40 t too many in the first year; a quarter of what is above 15 t is taken out of the second."""
    curve = Steps([10.0, 20.0, 40.0, 80.0], [20.0] * 4, discounting(0.05, 3))
    rule = StabilityRule(1e6, 30.0, 5.0, 0.24, 0.0)
    return stabilised(curve, [-40.0, 30.0, 60.0], curve.discount, rule).proof(curve, (2027, 2028, 2029))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["stability"].update(change=[0.0, 0.0, 0.0]), "the need of 2028 is not what the reserve left"),
        (lambda p: p["stability"].update(middle=40.0), "its rule says"),
        (lambda p: p["stability"].update(upper=1.0), "lines do not ascend"),
        (lambda p: p["stability"].update(rate=2.0), "its rate is no part"),
        (lambda p: p["stability"].update(held=-1.0), "stock is below zero"),
        (lambda p: p["stability"].update(need=[1.0]), "need is not 3 figures"),
        (lambda p: p["bank"][0].__setitem__(0, 30.0), "is not kept in 2028: -30"),
        (lambda p: p.update(banking=False), "one market with banking|is not kept"),
    ],
)
def test_a_forged_reserve_does_not_stand(change: Any, said: str) -> None:
    """The certificate shows that what the reserve changed is what its rule answers to the banks."""
    proof = stabilised_proof()
    assert proofs.check(json.dumps(proof))
    change(proof)
    proof["digest"] = digest(proof)

    with pytest.raises(Malformed, match=said):
        proofs.check(json.dumps(proof))


def test_a_reserve_that_takes_out_raises_the_first_price() -> None:
    """40 t too many in the first year are banked; a quarter of what is above 15 t is taken out of the second."""
    curve = Steps([10.0, 20.0, 40.0, 80.0], [20.0] * 4, discounting(0.05, 3))
    needs = [-40.0, 30.0, 60.0]
    without = equilibrium(curve, needs, curve.discount)
    found = stabilised(curve, needs, curve.discount, StabilityRule(1e6, 30.0, 5.0, 0.24, 0.0))

    assert found.settled
    assert found.change[1] < 0
    assert found.market.price[0] >= without.price[0]
    assert found.market.cost > without.cost


def test_a_reserve_sold_at_the_ceiling_may_run_out() -> None:
    """A soft ceiling: unit slope, need of 80 t, 60 yuan/t; with 5 t in the reserve the price goes to 75."""
    unit = Slopes([1.0], [1e6], [1.0])
    soft = collared(unit, [80.0], [1.0], ceiling=60.0, most_extra=5.0)
    hard = collared(unit, [80.0], [1.0], ceiling=60.0)

    assert (soft.market.price.item(), soft.extra.item()) == (75.0, 5.0)
    assert (hard.market.price.item(), hard.extra.item()) == (60.0, 20.0)


def collar(*words: str) -> Any:
    return CliRunner().invoke(app, ["collar", "--years", "3", *words])


def test_the_command_keeps_the_price_in_its_collar() -> None:
    """Undiscounted floor and ceiling of the first year hold in each: prices that are banked over grow with the rate."""
    free = json.loads(collar("--json").stdout)["free_price_yuan_per_t"]
    low, high = max(free) * 1.01, max(free) * 1.02
    words = ["--floor", f"{low}", "--ceiling", f"{high}", "--withheld", "1e6", "--json"]
    told = json.loads(collar(*words).stdout)

    assert min(told["price_yuan_per_t"]) == pytest.approx(low)
    assert max(told["price_yuan_per_t"]) <= high + 1e-9
    assert max(told["less_t"]) > 0
    for sold, price in zip(told["more_t"], told["price_yuan_per_t"], strict=True):
        assert sold == 0 or price == pytest.approx(high)


def test_the_command_runs_a_stability_reserve(tmp_path: Path) -> None:
    (tmp_path / "rule.toml").write_text("upper = 60\nmiddle = 40\nlower = 5\nrate = 0.24\nrelease = 1\n")
    told = json.loads(collar("--decline", "8", "--stability", str(tmp_path / "rule.toml"), "--json").stdout)

    assert min(told["more_t"]) < 0
    assert told["price_yuan_per_t"][0] >= told["free_price_yuan_per_t"][0]
    assert told["told"].startswith("settled")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--floor", "9", "--ceiling", "8"], "a floor of 9 and a ceiling of 8"),
        (["--stability", "x.toml", "--floor", "9"], "it stands beside a collar"),
        (["--stability", "nowhere.toml"], "nowhere.toml: the file is missing"),
        (["--curves", "x.csv"], "--caps: it is missing, --curves is given"),
        (["--pollutant", "CO"], "no such pollutant 'CO'"),
        (["--rate", "-100"], "--rate: -100 percent"),
    ],
)
def test_a_collar_that_cannot_be_is_named(words: list[str], said: str) -> None:
    done = collar(*words)
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


@pytest.mark.parametrize("rule", ["collar", "stability"])
def test_what_a_collar_or_a_reserve_makes_of_a_market_is_proven(tmp_path: Path, rule: str) -> None:
    (tmp_path / "rule.toml").write_text("upper = 60\nmiddle = 40\nlower = 5\nrate = 0.24\nrelease = 1\n")
    words = {
        "collar": ["--floor", "3800", "--withheld", "500", "--ceiling", "4000", "--reserve", "100"],
        "stability": ["--decline", "8", "--stability", str(tmp_path / "rule.toml")],
    }[rule]
    path = tmp_path / "proof.json"
    told = json.loads(collar(*words, "--certificate", str(path), "--json").stdout)
    proof = check(path.read_bytes())

    assert proof.digest == told["digest"]
    assert proof.gap < 1e-9
    prices = [dual / rate for dual, rate in zip(proof.duals[0], proof.discount, strict=True)]
    assert prices == pytest.approx(told["price_yuan_per_t"])
    if rule == "collar":
        office = dict(zip(proof.zones, proof.abated, strict=True))["office"]
        assert office == pytest.approx(
            [500 - less + more for less, more in zip(told["less_t"], told["more_t"], strict=True)]
        )


# --- quadratic costs with a start


@st.composite
def slopes(draw: st.DrawFn) -> Slopes:
    many = draw(st.integers(1, 6))
    column = st.lists(st.integers(1, 20).map(float), min_size=many, max_size=many)
    starts = draw(st.lists(st.integers(-10, 30).map(float), min_size=many, max_size=many))
    most = [each / 2 for each in draw(column)]
    return Slopes(draw(column), most, [1.0, 0.5], starts)


def naive(curve: Slopes, price: float) -> tuple[float, float]:
    """Tonnes and yuan of each source at a price, one by one."""
    tonnes = yuan = 0.0
    for slope, most, start in zip(curve.slopes, curve.most_each, curve.starts, strict=True):
        part = min(most, max(0.0, (price - start) / slope))
        tonnes += part
        yuan += start * part + slope * part * part / 2
    return float(tonnes), float(yuan)


@settings(max_examples=200, deadline=None)
@given(slopes(), st.floats(0, 200), st.integers(0, 1))
def test_quadratic_costs_are_those_of_each_source_added_up(curve: Slopes, price: float, year: int) -> None:
    tonnes, yuan = naive(curve, price)
    factor = float(curve.discount[year])

    assert curve.until(year, price * factor) == pytest.approx(tonnes, abs=1e-9)
    assert curve.cost(year, tonnes) == pytest.approx(yuan * factor, rel=1e-9, abs=1e-7)
    if 0 < tonnes < curve.most(year):
        reached, _ = naive(curve, curve.marginal(tonnes))
        assert reached == pytest.approx(tonnes, abs=1e-9)


def test_two_firms_of_which_one_starts_dearer() -> None:
    """Marginal costs of 300 + q and 3 q for 1,600 t together: 1,125 and 475 t at 1,425 yuan, 1,308,750 in all."""
    curve = Slopes([1.0, 3.0], [2_000.0, 2_000.0], [1.0], [300.0, 0.0])
    found = equilibrium(curve, [1_600.0], [1.0])
    first = Slopes([1.0], [2_000.0], [1.0], [300.0]).until(0, found.price.item())

    assert found.price.item() == pytest.approx(1_425.0)
    assert first == pytest.approx(1_125.0)
    assert found.abated.item() - first == pytest.approx(475.0)
    assert found.cost == pytest.approx(1_308_750.0)
    assert found.gap < 1e-9


def test_steps_and_slopes_clear_as_one_market() -> None:
    """10 t: the slope abates until it costs the step's 4 yuan/t, the step the rest."""
    both = merged([Steps([4.0], [9.0], [1.0]), Slopes([1.0], [9.0], [1.0])])
    found = equilibrium(both, [10.0], [1.0])

    assert isinstance(both, Joined)
    assert found.price.item() == 4.0
    assert found.cost == pytest.approx(4 * 6 + 8.0)


@settings(max_examples=8, deadline=None)
@given(slopes(), slopes(), st.lists(st.integers(1, 60), min_size=1, max_size=4), st.integers(0, 100), st.booleans())
def test_cities_of_steps_and_of_slopes_are_solved_and_proven(
    one: Slopes, two: Slopes, costs: list[int], part: int, banking: bool
) -> None:
    """One city has steps, one slopes, one both; up to all that they can abate."""
    steps = Steps([float(cost) for cost in costs], [3.0] * len(costs), one.discount)
    curves = (steps, one, merged([steps, two]))
    years = len(one.discount)
    need = np.array([[curve.most(0) * part / 100] * years for curve in curves])
    case = Case(("a", "b", "c"), tuple(range(2027, 2027 + years)), 1.0, curves, need + 999, np.full(need.shape, 999.0))
    for air in (linked(case.zones), closed(case.zones), Air(("r",), np.array([[1.0, 0.5, 0.2]]))):
        found = solved(case, air, banking)
        assert found.found.gap < 1e-9
        assert proofs.check(json.dumps(found.proof))


def test_a_tax_on_slopes_in_cities_is_solved_to_the_end() -> None:
    """Taxed at 9 yuan/t the slope of 12 abates 0.75 t for nothing; doing nothing costs nothing."""
    taxed = Slopes([12.0], [3.5], [1.0]).lowered(9.0)
    found = zone_equilibrium([taxed], [[0.5]], [[0.0]], [1.0])

    assert (taxed.cost(0, 0.0), Joined(taxed).cost(0, 0.0)) == (0.0, 0.0)
    assert found.abated.item() == pytest.approx(0.75)
    assert found.gap < 1e-9


def test_steps_that_differ_by_year_are_merged_year_by_year() -> None:
    curves = [Steps([1.0], np.array([[1.0, 5.0]]), [1.0, 1.0]), Steps([2.0], [3.0], [1.0, 1.0])]

    assert [merged(curves).until(year, 9.0) for year in (0, 1)] == [4.0, 8.0]


@pytest.mark.parametrize("banking", [True, False])
def test_a_cap_of_just_what_can_be_abated_is_kept(banking: bool) -> None:
    """Ten tenths of a tonne are 0.9999999999999999 t: that is no tonne that lacks."""
    tenths = Steps([5.0] * 10, [0.1] * 10, [1.0])
    slopes = Slopes([7.3, 11.1, 0.7], [0.1, 0.7, 0.2], [1.0], [0.3, 0.0, 2.0])
    for curve in (tenths, slopes):
        case = Case(("z",), (2027,), 0.0, (curve,), np.array([[3.0]]), np.array([[2.0]]))
        assert proofs.check(json.dumps(solved(case, linked(case.zones), banking).proof))


@pytest.mark.parametrize(("tonnes", "yuan"), [(1e-9, 1.0), (1e8, 1e-9), (1e-3, 1e9), (1e9, 1e6)])
def test_markets_of_any_size_are_solved_and_proven(tonnes: float, yuan: float) -> None:
    """Figures of a solver's tolerance, and far beyond it: the same market in other measures has the same answer."""
    curves = [
        Steps([yuan * cost for cost in own], [tonnes] * 3, [1.0, 0.9]) for own in ((1.0, 4.0, 9.0), (2.0, 3.0, 8.0))
    ]
    transfer, need = np.array([[1.0, 0.5], [0.2, 1.0]]), np.array([[1.0, 3.0], [1.5, 2.0]]) * tonnes
    found = zone_equilibrium(curves, transfer, need, [1.0, 0.9])
    one = zone_equilibrium(
        [Steps(curve.costs / yuan, [1.0] * 3, [1.0, 0.9]) for curve in curves], transfer, need / tonnes, [1.0, 0.9]
    )

    assert found.cost == pytest.approx(one.cost * tonnes * yuan)
    assert found.price == pytest.approx(one.price * yuan)


@settings(max_examples=60, deadline=None)
@given(slopes(), slopes(), st.integers(1, 90))
def test_curves_merged_are_curves_joined(one: Slopes, two: Slopes, part: int) -> None:
    need = (one.most(0) + two.most(0)) * part / 100
    together, apart = (equilibrium(curve, [need, need], [1.0, 0.5]) for curve in (merged([one, two]), Joined(one, two)))

    assert together.price == pytest.approx(apart.price, rel=1e-6, abs=1e-6)
    assert together.cost == pytest.approx(apart.cost, rel=1e-6, abs=1e-6)


# --- the proof of frictions

sides = st.tuples(st.integers(1, 20), st.integers(0, 100), st.integers(0, 100))


@settings(max_examples=200, deadline=None)
@given(sides, sides)
def test_a_dominant_firm_gains_by_no_other_emission(own: tuple[int, int, int], fringe: tuple[int, int, int]) -> None:
    """Tried at a thousand emissions; and in competition both abate until it costs the price, or all they emit."""
    slope, emission, given_t = own
    other, theirs, left = fringe
    found = dominated(float(slope), emission, given_t, float(other), theirs, left)
    cap = given_t + left

    def spends(x: float) -> float:
        return slope / 2 * (emission - x) ** 2 + other * max(0.0, theirs - cap + x) * (x - given_t)

    least = min(spends(x) for x in np.linspace(0, min(emission, cap), 1_001).tolist())
    assert spends(emission - found.abated) <= least + 1e-9 * max(1.0, abs(least))
    fringe_abates = max(0.0, theirs - cap + emission - found.competitive_abated)
    for marginal, whole in (
        (slope * found.competitive_abated, found.competitive_abated >= emission - 1e-9),
        (other * fringe_abates, fringe_abates >= theirs - 1e-9),
    ):
        assert marginal == pytest.approx(found.competitive_price) or (whole and marginal < found.competitive_price)


def test_a_buyer_takes_what_costs_nothing() -> None:
    """The fringe has 60 t to spare: the firm that bought only 53.3 of them abated at 46.7 yuan/t for no gain."""
    found = dominated(1.0, 100.0, 0.0, 1.0, 20.0, 80.0)

    assert (found.abated, found.price, found.cost) == (40.0, 0.0, 800.0)
    assert found.competitive_price == 20.0


def test_where_the_fringe_can_abate_no_more_the_buyer_sets_the_competitive_price() -> None:
    found = dominated(10.0, 100.0, 0.0, 1.0, 10.0, 20.0)

    assert (found.competitive_abated, found.competitive_price) == (80.0, 800.0)


def wasteful(proof: dict[str, Any]) -> None:
    """The seller abates all it can, and the cost and gap are said as they are."""
    (row,) = proof["trading"]
    row["dealings"][1]["abated"] = [20.0]
    row["cost"] += 100.0
    row["gap"] = (row["cost"] - row["bound"]) / row["cost"]


#: Of HiGHS: a cost of trading below it counts for nothing in a plan.
TOLERANCE = 1e-7


def friction_proof(market: Market, costs: list[float]) -> dict[str, Any]:
    needs, curves = market
    plans = [(each, trade_plan(needs, curves, each, 1e4)) for each in costs]
    places = {"one": SourcePosition(100.0, 60.0, 800.0), "two": SourcePosition(100.0, 60.0, 800.0)}
    strong = powers(places, {"one": 0.0, "two": 120.0}, {}, [], 40.0)
    named = {f"s{number}": need for number, need in enumerate(needs)}
    return friction_certificate("SO2 2027", named, curves, 1e4, plans, strong)


@settings(max_examples=60, deadline=None)
@given(markets(), st.lists(st.floats(0, 60), min_size=1, max_size=3))
def test_a_certificate_of_frictions_holds_without_a_solver(market: Market, costs: list[float]) -> None:
    found = proofs.check(json.dumps(friction_proof(market, costs)))

    assert isinstance(found, Frictions)
    for each, row in zip(costs, found.trading, strict=True):
        assert row.cost == pytest.approx(traded(*market, each, 1e4).cost_yuan)
        assert row.gap < TOLERANCE


def test_a_fee_parts_the_prices_of_buyers_and_sellers() -> None:
    proof = friction_proof(([10.0, 0.0], [[(40.0, 10.0)], [(10.0, 20.0)]]), [29.0])
    (row,) = proof["trading"]

    assert row["dealings"][0]["price"] == pytest.approx(row["price"] + 29.0)
    assert (row["dealings"][0]["bought"], row["dealings"][1]["sold"]) == (10.0, 10.0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["trading"][0].update(cost=1.0), "at 29.00 yuan a tonne traded: the cost is 390"),
        (lambda p: p["trading"][0].update(bound=1.0), "the bound is"),
        (lambda p: p["trading"][0].update(each=0.0), "which nobody would leave so"),
        (lambda p: p["trading"][0].update(price=0.0), "which nobody would leave so"),
        (lambda p: p["trading"][0].update(price=1e5), "which nobody would leave so|more than the ceiling"),
        (lambda p: p["trading"][0]["dealings"][0].update(bought=5.0), "s0 lacks 5 t"),
        (lambda p: p["trading"][0]["dealings"][1].update(sold=0.0), "10 t are bought, 0 t sold"),
        (lambda p: p["trading"][0]["dealings"][1].update(abated=[30.0]), "abates 30 t by a step of 20"),
        (lambda p: p["trading"][0]["dealings"][1].update(abated=[]), "by 0 of 1 steps"),
        (lambda p: p["trading"][0]["dealings"][0].update(over=-1.0), "less than nothing"),
        (lambda p: p["trading"][0]["dealings"].pop(), "1 deal of 2 sources"),
        (lambda p: p["sources"][0].update(name="s1"), "s1 stands twice"),
        (lambda p: p["sources"][0].update(need_t=1e300), "beyond 1e"),
        (lambda p: p.update(ceiling=0.0), "the ceiling is not above zero"),
        (wasteful, "only show that nothing costs less than"),
        (lambda p: p["power"][0].update(price=1.0), "as the one that sets the price: the price is"),
        (lambda p: p["power"][0].update(abated=50.0), "the abatement of the fringe is"),
        (lambda p: p["power"][0].update(abated=50.0, fringe_abated=30.0, price=30.0), "the cost is"),
        (
            lambda p: p["power"][0].update(abated=50.0, fringe_abated=30.0, price=30.0, cost=1_700.0),
            "it would pay 2,600.00 yuan by emitting 40.000 t",
        ),
        (lambda p: p["power"][0].update(competitive_price=39.0), "in competition a marginal cost is 40"),
        (lambda p: p["power"][0].update(competitive_cost=1.0), "the competitive cost is 1,600"),
        (lambda p: p["power"][0].update(slope=0.0), "its slope is not above zero"),
        (lambda p: p["power"][0].update(given=-1.0), "its given is below zero"),
        (lambda p: p["power"][0].update(abated=101.0), "more than it emits"),
    ],
)
def test_a_forged_certificate_of_frictions_does_not_stand(change: Any, said: str) -> None:
    proof = friction_proof(([10.0, 0.0], [[(40.0, 10.0)], [(10.0, 20.0)]]), [29.0])
    assert isinstance(proofs.check(json.dumps(proof)), Frictions)
    change(proof)
    proof["digest"] = digest(proof)

    with pytest.raises(Malformed, match=said):
        proofs.check(json.dumps(proof))


# --- a tax on emissions


@st.composite
def cases(draw: st.DrawFn) -> Case:
    years, many = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    curves, needs = [], []
    for _ in range(many):
        costs = draw(st.lists(st.integers(1, 60), min_size=1, max_size=4))
        widths = [draw(st.integers(1, 9)) for _ in costs]
        curves.append(Steps([float(c) for c in costs], [float(w) for w in widths], discounting(0.05, years)))
        needs.append([float(draw(st.integers(0, sum(widths)))) for _ in range(years)])
    need = np.array(needs)
    names = tuple(f"z{number}" for number in range(many))
    return Case(names, tuple(range(2027, 2027 + years)), 0.05, tuple(curves), need + 100, np.full(need.shape, 100.0))


@settings(max_examples=80, deadline=None)
@given(cases(), st.integers(0, 70))
def test_a_tax_takes_its_part_of_the_price_and_the_proof_still_holds(case: Case, tax: int) -> None:
    """In one year: the price is what is left of the marginal cost above the tax; emissions never rise."""
    taxed = solved(case.taxed(float(tax)), linked(case.zones))
    free = solved(case, linked(case.zones))

    assert check(json.dumps(taxed.proof)).gap < 1e-9
    curves = [curve for curve in case.taxed(float(tax)).curves if isinstance(curve, Steps)]
    plain = plain_zones(curves, np.ones((1, len(case.zones))), case.need.sum(axis=0)[None, :])
    assert taxed.found.cost == pytest.approx(plain.cost, abs=1e-6)
    if len(case.years) == 1:
        left = max(0.0, float(free.found.price[0, 0]) - tax)
        assert float(taxed.found.price[0, 0]) == pytest.approx(left, abs=1e-9)
        assert taxed.found.abated.sum() >= free.found.abated.sum() - 1e-9


def test_a_tax_below_zero_is_none() -> None:
    case = Case(("z",), (2027,), 0.0, (Steps([1.0], [1.0], [1.0]),), np.array([[1.0]]), np.array([[1.0]]))
    with pytest.raises(Malformed, match="tax: is -1"):
        case.taxed(-1.0)


@settings(max_examples=40, deadline=None)
@given(slopes(), slopes(), st.integers(1, 60))
def test_quadratic_cases_are_solved_linked_closed_and_certified(one: Slopes, two: Slopes, part: int) -> None:
    need = np.array([[curve.most(0) * part / 100] * 2 for curve in (one, two)])
    case = Case(("a", "b"), (2027, 2028), 1.0, (one, two), need + 50, np.full((2, 2), 50.0))
    together, apart = (solved(case, air(case.zones)) for air in (linked, closed))

    for found in (together, apart):
        assert check(json.dumps(found.proof)).gap < 1e-9
    assert together.found.cost <= apart.found.cost + 1e-6
    assert saving(case).together == pytest.approx(together.found.cost, rel=1e-9, abs=1e-6)


# --- properties of zones


@st.composite
def aired(draw: st.DrawFn) -> tuple[list[Steps], np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Two or three zones under two receptors over two years, with loads that can be taken away."""
    zones = draw(st.integers(2, 3))
    discount = discounting(0.05, 2)
    curves = [
        Steps(
            [float(draw(st.integers(1, 50))) for _ in range(3)],
            [float(draw(st.integers(1, 9))) for _ in range(3)],
            discount,
        )
        for _ in range(zones)
    ]
    transfer = np.array([[draw(st.integers(0, 10)) / 10 for _ in range(zones)] for _ in range(2)])
    most = transfer @ np.array([curve.most(0) for curve in curves])
    need = most[:, None] * np.array([[draw(st.integers(0, 80)) / 100 for _ in range(2)] for _ in range(2)])
    return curves, transfer, need


@settings(max_examples=60, deadline=None)
@given(aired())
def test_a_price_at_the_source_is_what_its_load_costs_the_receptors(
    case: tuple[list[Steps], np.ndarray[Any, Any], np.ndarray[Any, Any]],
) -> None:
    """p = H' lambda, and discounted prices never rise while allowances may be banked."""
    curves, transfer, need = case
    found = zone_equilibrium(curves, transfer, need, curves[0].discount)

    assert found.discounted == pytest.approx(transfer.T @ found.lambdas)
    assert (np.diff(found.lambdas, axis=1) <= 1e-9).all()
    assert found.gap < 1e-9
    assert (found.lambdas[:, 0] - found.lambdas[:, 1]) * found.bank[:, 0] == pytest.approx(0.0, abs=1e-5)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_another_link_between_zones_never_costs_more(case: Case) -> None:
    """Closed zones; then the first two in one market; then all."""
    assume(len(case.zones) == 3)
    apart = solved(case, closed(case.zones)).found.cost
    pair = Case(case.zones[:2], case.years, case.rate, case.curves[:2], case.baseline[:2], case.caps[:2])
    last = Case(case.zones[2:], case.years, case.rate, case.curves[2:], case.baseline[2:], case.caps[2:])
    partly = solved(pair, linked(pair.zones)).found.cost + solved(last, linked(last.zones)).found.cost
    together = solved(case, linked(case.zones)).found.cost

    assert together <= partly + 1e-6
    assert partly <= apart + 1e-6


# --- bad input


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: traded([1.0], [], 0.0, 9.0), "1 needs, 0 ladders"),
        (lambda: traded([1.0], [[(-1.0, 5.0)]], 0.0, 9.0), "source 1: a step of 5 t at -1"),
        (lambda: traded([1.0], [[]], -1.0, 9.0), "-1 yuan a tonne traded"),
        (lambda: traded([1.0], [[]], float("nan"), 9.0), "nan yuan a tonne traded"),
        (lambda: traded([float("inf")], [[]], 1.0, 9.0), "source 1: its need is inf"),
        (lambda: powers({}, {}, {}, [], 0.0), "price: is 0"),
        (lambda: adjustment(1.0, StabilityRule(1.0, 2.0, 3.0)), "lower <= middle"),
        (lambda: adjustment(1.0, StabilityRule(rate=2.0)), "a rate of 0 to 1"),
        (lambda: stabilised(Steps([1.0], [9.0], [1.0]), [1.0], [1.0], StabilityRule(), -1.0), "begins with -1"),
        (lambda: collared(Steps([1.0], [1.0], [1.0]), [1.0], [1.0], ceiling=2.0, most_extra=-1.0), "in the reserve"),
        (lambda: Slopes([1.0], [1.0], [1.0], [inf]), "row 1: its start is inf"),
        (lambda: Slopes([1.0], [1.0], [1.0], [1.0, 2.0]), "starts of shape"),
        (lambda: equilibrium(Slopes([1.0], [5.0], [1.0]), [6.0], [1.0]), "need of year 1: 1.000 t more"),
    ],
)
def test_what_has_no_answer_is_named(work: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()


CAPS = "zone,year,baseline_t,cap_t\nKM,2027,1000,900\nQJ,2027,1000,600\n"
SLOPES = "zone,source,technology,start_yuan_per_t,slope_yuan_per_t2,most_t\nKM,a,x,300,1,1000\nQJ,b,y,0,3,1000\n"


def run(folder: Path, *words: str, slopes: str = SLOPES, caps: str = CAPS) -> Any:
    (folder / "slopes.csv").write_text(slopes)
    (folder / "caps.csv").write_text(caps)
    return CliRunner().invoke(app, ["equilibrium", "--slopes", str(folder / "slopes.csv"), *words])


def test_quadratic_costs_go_through_the_command_with_tax_and_proof(tmp_path: Path) -> None:
    """500 t: 3 q2 = 300 + q1 = 450 + tax's part; a tax of 100 is 100 less a tonne."""
    words = ["--caps", str(tmp_path / "caps.csv"), "--json"]
    free = json.loads(run(tmp_path, *words).stdout)
    taxed = json.loads(run(tmp_path, *words, "--tax", "100", "--certificate", str(tmp_path / "p.json")).stdout)

    assert free["price_yuan_per_t"][0][0] == pytest.approx(600.0)
    assert taxed["price_yuan_per_t"][0][0] == pytest.approx(500.0)
    assert taxed["abatement_yuan"] == pytest.approx(free["cost_yuan"])
    assert taxed["tax_yuan"] == pytest.approx(100 * 1_500)
    assert CliRunner().invoke(app, ["check", str(tmp_path / "p.json")]).stdout.startswith("holds")


@pytest.mark.parametrize(
    ("words", "slopes", "said"),
    [
        ([], SLOPES, "--caps: it is missing, --slopes is given"),
        (["--rulebook", "dianzhong"], SLOPES, "--caps: it is missing"),
        (["--caps", "CAPS", "--rulebook", "dianzhong"], SLOPES, "--rulebook: it goes only without --slopes and --caps"),
        (["--caps", "CAPS"], SLOPES.splitlines()[0] + "\n", "slopes.csv: has no rows"),
        (["--caps", "CAPS"], SLOPES.replace("3,1000", "1e-9,1000").replace("y,0", "y,7"), "its cost rises from 7 to"),
        (["--caps", "CAPS"], SLOPES.replace(",1,1000", ",-1,1000"), "slopes.csv line 2 column slope_yuan_per_t2"),
        (["--caps", "CAPS"], SLOPES.replace(",1,1000", ",,1000"), "the cell is empty"),
        (["--caps", "CAPS"], SLOPES.replace(",300,", ",-300,"), "slopes.csv line 2 column start_yuan_per_t"),
        (["--caps", "CAPS"], SLOPES.replace("KM", "BJ"), "slopes.csv line 2: no such zone 'BJ'"),
        (
            ["--caps", "CAPS"],
            SLOPES.replace("1000", "100"),
            "caps.csv line 2 and 1 more: 2027: 300.000 t more must be abated in that year than all steps"
            " together can; raise caps of 2027 by as much, or add steps",
        ),
        (
            ["--caps", "CAPS", "--tax", "Atlantis"],
            SLOPES,
            "the tables do not say what 'Atlantis' taxes; give yuan per t",
        ),
        (["--caps", "CAPS", "--tax", "-5"], SLOPES, "tax: is -5"),
    ],
)
def test_a_quadratic_case_that_cannot_be_is_named(tmp_path: Path, words: list[str], slopes: str, said: str) -> None:
    done = run(tmp_path, *(str(tmp_path / "caps.csv") if each == "CAPS" else each for each in words), slopes=slopes)
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


CURVES = "zone,source,technology,cost_yuan_per_t,potential_t\nKM,a,x,40,100\nKM,a,y,90,400\nQJ,b,x,10,300\n"
ROWS = "zone,year,baseline_t,cap_t\nKM,2027,1000,900\nKM,2028,1000,800\nQJ,2027,2000,1900\nQJ,2028,2000,1900\n"


def solve_case(folder: Path, *words: str, curves: str = CURVES, caps: str = ROWS) -> Any:
    (folder / "curves.csv").write_text(curves)
    (folder / "caps.csv").write_text(caps)
    tables = ["--curves", str(folder / "curves.csv"), "--caps", str(folder / "caps.csv")]
    return CliRunner().invoke(app, ["equilibrium", *tables, "--certificate", str(folder / "p.json"), *words])


@pytest.mark.parametrize(
    ("words", "curves", "caps", "said"),
    [
        ([], CURVES, ROWS, ""),
        ([], CURVES.replace("90,400", "91,400"), ROWS, "curves 1 costs 2 is 90.0, in the case 91.0"),
        ([], CURVES.replace("10,300", "10,299"), ROWS, "curves 2 potential_t 1 1 is 300.0, in the case 299.0"),
        ([], CURVES + "QJ,b,y,99,1\n", ROWS, "curves 2 costs has 1 figures, the case 2"),
        ([], CURVES, ROWS.replace("1000,800", "1000,801"), "need 1 2 is 300.0, in the case 299.0"),
        ([], CURVES, ROWS.replace("2027", "2030").replace("2028", "2031"), "years 1 is 2027, in the case 2030"),
        (["--rate", "6"], CURVES, ROWS, "discount 2 is 0.95"),
        (["--tax", "5"], CURVES, ROWS, "curves 1 costs 1 is 40.0, in the case 35.0"),
    ],
)
def test_a_certificate_of_another_case_is_told_from_that_of_this_one(
    tmp_path: Path, words: list[str], curves: str, caps: str, said: str
) -> None:
    assert solve_case(tmp_path).exit_code == 0
    (tmp_path / "other.csv").write_text(curves)
    (tmp_path / "others.csv").write_text(caps)
    tables = ["--curves", str(tmp_path / "other.csv"), "--caps", str(tmp_path / "others.csv")]
    done = CliRunner().invoke(app, ["check", str(tmp_path / "p.json"), *tables, *words])

    if said:
        assert isinstance(done.exception, Malformed)
        assert said in str(done.exception)
        assert "it is the certificate of another case" in str(done.exception)
    else:
        assert "its case is that of the tables" in done.stdout


RATIOS = "zone,to_zone,ratio,origin\nQJ,KM,0.5,made up\n"


def test_ratios_go_through_the_command_with_proof(tmp_path: Path) -> None:
    """100 t in 2027 and 200 in 2028 are needed in Kunming; an allowance of Qujing becomes half a tonne there.

    A tonne of Qujing costs 10, so half a tonne of Kunming costs 20 while its own steps cost 40 and 90.
    """
    (tmp_path / "r.csv").write_text(RATIOS)
    done = json.loads(solve_case(tmp_path, "--ratios", str(tmp_path / "r.csv"), "--no-banking", "--json").stdout)
    told = CliRunner().invoke(app, ["check", str(tmp_path / "p.json")]).stdout
    forged = json.loads((tmp_path / "p.json").read_text())
    forged["trades"][0]["ratio"] = 0.6
    forged["digest"] = digest(forged)

    assert np.array(done["price_yuan_per_t"]) == pytest.approx(np.array([[20.0, 40.0], [10.0, 20.0]]))
    assert "trading ratios: QJ to KM at 0.5; no round of them makes more than it took" in told
    with pytest.raises(Malformed, match="is worth more as one of KM"):
        proofs.check(json.dumps(forged))


@pytest.mark.parametrize(
    ("ratios", "said"),
    [
        (RATIOS + "KM,QJ,3,made up\n", "r.csv line 3: a round by QJ back to KM makes 1.5 of one; lower a ratio"),
        (RATIOS + "KM,KM,1,made up\n", "r.csv line 3: from KM to itself"),
        (RATIOS + "KM,BJ,1,made up\n", "r.csv line 3: no such zone 'BJ'"),
        (RATIOS + "QJ,KM,1,made up\n", "r.csv line 3: QJ to KM stands twice"),
        (RATIOS.replace("0.5", "0"), "r.csv line 2 column ratio"),
        (RATIOS.replace("0.5", "nan"), "r.csv line 2 column ratio"),
        (RATIOS.splitlines()[0] + "\n", "r.csv: has no rows"),
    ],
)
def test_ratios_that_cannot_be_are_named(tmp_path: Path, ratios: str, said: str) -> None:
    (tmp_path / "r.csv").write_text(ratios)
    done = solve_case(tmp_path, "--ratios", str(tmp_path / "r.csv"))
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--tax", "Yunnan"], "--tax: the tables do not say what 'Yunnan' taxes; give yuan per t"),
        (["--tax", "5", "--below", "50"], "--below: it goes with the tax of a place"),
        (["--below", "nan"], "--below: nan percent"),
        (["--tax", "nan"], "tax: is nan"),
        (["--ratios", "r.csv", "--matrix", "m.csv"], "--ratios: it stands beside --matrix"),
        (["--rate", "nan"], "--rate: nan percent a year"),
    ],
)
def test_options_that_do_not_fit_are_named(tmp_path: Path, words: list[str], said: str) -> None:
    done = solve_case(tmp_path, *words)
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


def test_caps_that_do_not_bind_are_said_to_be_none(tmp_path: Path) -> None:
    done = solve_case(tmp_path, caps=ROWS.replace(",800", ",1500").replace(",900", ",1000").replace(",1900", ",2100"))
    assert "an allowance is worth nothing" in done.stdout


def test_steps_that_abate_more_than_there_is_are_named(tmp_path: Path) -> None:
    """What is banked for 2028 would be more than Qujing emits in 2027."""
    done = solve_case(
        tmp_path,
        caps=ROWS.replace("QJ,2027,2000,1900", "QJ,2027,200,190").replace("QJ,2028,2000,1900", "QJ,2028,2000,1500"),
    )
    assert isinstance(done.exception, Malformed)
    assert "caps.csv line 4: QJ 2027: its steps would abate 300.000 t of the 200.000" in str(done.exception)


def test_one_receptor_that_weighs_cities_shows_a_price_for_each(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("receptor,zone,coefficient,origin\nair,KM,1,x\nair,QJ,0.5,x\n")
    done = solve_case(tmp_path, "--matrix", str(tmp_path / "m.csv"))
    assert "KM yuan/t" in done.stdout
    assert "QJ yuan/t" in done.stdout


def test_a_place_levies_less_on_outlets_under_the_standard() -> None:
    words = ["equilibrium", "--years", "2", "--tax", "Yunnan", "--below", "50"]
    assert "a tax of 1,473.68 yuan/t (Yunnan on SO2 50 % under the standard, to confirm)" in CliRunner().invoke(
        app, words
    ).stdout.replace("\n", " ")


def test_the_command_shows_trade_shrinking_as_it_gets_dearer() -> None:
    words = ["frictions", "--method", "history", "--each", "0", "--each", "1000", "--each", "50000", "--json"]
    told = json.loads(CliRunner().invoke(app, words).stdout)
    volumes = [each["found"]["volume_t"] for each in told["trading"]]

    assert volumes == sorted(volumes, reverse=True)
    assert volumes[2] == pytest.approx(0.0, abs=1e-6)
    assert volumes[0] >= told["for_sale_t"] - 1e-6
    assert told["for_sale_t"] == pytest.approx(told["wanted_t"], rel=0.15)
    assert 0 < told["concentration"] <= 1
    assert told["power"][0]["price"] != told["price_yuan_per_t"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(["--method", "lottery"], "no such method 'lottery'"), (["--pollutant", "CO"], "no such pollutant 'CO'")],
)
def test_what_frictions_cannot_take_is_named(words: list[str], said: str) -> None:
    done = CliRunner().invoke(app, ["frictions", *words])
    assert isinstance(done.exception, Malformed)
    assert said in str(done.exception)


def test_five_prices_leave_the_years_their_room(tmp_path: Path) -> None:
    """With a matrix of the shipped zone the years stood in a column of no width."""
    rows = [f"air,{zone},{load},it" for zone, load in zip(("KM", "QJ", "YX", "CX", "HH"), (9, 2, 3, 1, 1), strict=True)]
    (tmp_path / "m.csv").write_text("\n".join(("receptor,jurisdiction,coefficient,origin", *rows)) + "\n")
    told = CliRunner().invoke(app, ["equilibrium", "--matrix", str(tmp_path / "m.csv"), "--years", "2"]).stdout
    prices, masses = told.split("Equilibrium")[:2]
    assert all("2027" in part and "2028" in part for part in (prices, masses))
    assert all(zone in prices for zone in ("KM", "QJ", "YX", "CX", "HH"))
