"""Every method of allocation behind one function: the cap is conserved, order decides nothing, each share says why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.allocate.command import allocate as command
from airshed.lab.zone_cap import ZoneCap, zone_cap
from airshed.market.allocation import METHODS, Activity, Allocation, Parts, allocate, whip
from airshed.market.claims import PowerRule, by_benchmark, by_history
from airshed.market.claims_heat import OutputRule, by_heat_input, by_output, load_factor, power_quota_kg
from airshed.market.incentives import surviving_signal, updated_signal
from airshed.market.sharing.criteria import capacities
from airshed.market.sharing.division import RuleTerms, divide
from airshed.market.sharing.games import shapley
from airshed.market.sharing.named import NAMED, filled
from airshed.market.sharing.plan import EarlyAction, Member, Plan, SharingTier
from airshed.market.sharing.savings import cleared, fair_shares
from airshed.market.sharing.tiers import counts, counts_alone, share
from airshed.market.sharing.true_up import trued_up
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.zone.activities import read_members
from airshed.zone.criteria import read_criteria
from airshed.zone.load import load as load_zone

DOCS = Path(__file__).parents[1] / "docs"
CITIES = ("KM", "QJ", "YX")
CRITERIA = RuleTerms(names=("people", "air"), criteria={"KM": (8.0, 2.0), "QJ": (5.0, 4.0), "YX": (2.0, 1.0)})
STEPS = {"KM": ((900.0, 1e6), (4_000.0, 1e7)), "QJ": ((300.0, 1e7),), "YX": ((2_000.0, 1e7),)}
BY_CITY_EMISSION = ("entropy", "least_gini", "zero_sum_dea", "shapley", "nucleolus", "scarcity")


def source(name: str, city: str, emitted: Sequence[int], output: Sequence[int]) -> Member:
    """A power plant that every method has a figure of."""
    return Member(
        Activity(
            name,
            "power",
            tuple(range(2024, 2024 + len(emitted))),
            tuple(emitted),
            tuple(output),
            benchmark_g=300,
            quota_g=500,
            heat_mmbtu=tuple(output),
            power=PowerRule("coal", "water", load_basis_points=8_500),
        ),
        city,
    )


figures = st.integers(1, 10**6)


@st.composite
def zones(draw: st.DrawFn) -> list[Member]:
    """One to three sources in each of three cities over two years."""
    return [
        source(f"{city}-{n}", city, (draw(figures), draw(figures)), (draw(figures), draw(figures)))
        for city in CITIES
        for n in range(draw(st.integers(1, 3)))
    ]


def plan_of(name: str) -> Plan:
    plan = filled(NAMED[name].plan, CRITERIA, STEPS)
    if name != "least_gini":
        return plan
    # its bounds are of claims, which a drawn cap need not lie between
    tier = plan.tiers[0]
    wide = msgspec.structs.replace(tier.terms, low_basis_points=0, high_basis_points=10**9)
    return msgspec.structs.replace(plan, tiers=(msgspec.structs.replace(tier, terms=wide), *plan.tiers[1:]))


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(NAMED)), zones(), st.integers(1, 10**7), st.data())
def test_every_method_shares_the_whole_cap_whatever_the_order(
    name: str, members: list[Member], cap: int, data: st.DataObject
) -> None:
    """I2. Shares, reserve and auction are the cap; nobody gets less than nothing; rows may come in any order."""
    plan = plan_of(name)
    try:
        found = share(cap, members, plan)
    except Malformed as error:
        if name not in ("shapley", "nucleolus") or "worth" not in error.what:
            raise
        return  # who saves most may be owed more than it emits

    assert sum(each.count for each in found.shares) + found.reserved + found.for_auction == cap
    assert share(cap, data.draw(st.permutations(members)), plan) == found
    for each in found.shares:
        assert each.en.startswith(each.source) or f"-> {each.source} " in each.en
        assert each.zh.endswith("份。")


@given(st.sampled_from(sorted(METHODS)), zones(), st.integers(0, 10**7))
def test_the_four_methods_of_the_law_are_plans_too(name: str, members: list[Member], cap: int) -> None:
    by_law = METHODS[name](cap, [each.activity for each in members])
    by_plan = share(cap, members, NAMED[name].plan)

    assert [(each.source, each.count) for each in by_plan.shares] == [
        (each.source, each.count) for each in by_law.shares
    ]


@settings(max_examples=80)
@given(st.sampled_from(sorted(NAMED)), zones(), st.integers(1, 10**7), st.data())
def test_what_one_source_would_get_with_other_figures_is_what_the_whole_plan_gives_it(
    name: str, members: list[Member], cap: int, data: st.DataObject
) -> None:
    """`counts_alone` adds up once what the others claim; the plan itself is the measure of it."""
    plan = plan_of(name)
    others = {
        each.activity.source: replace(each.activity, emitted_kg=(data.draw(figures), data.draw(figures)))
        for each in data.draw(st.lists(st.sampled_from(members), unique=True))
    }
    whole: dict[str, int] = {}
    for at, each in enumerate(members):
        source = each.activity.source
        if source in others:
            rows = [*members[:at], replace(each, activity=others[source]), *members[at + 1 :]]
            try:
                whole[source] = counts(cap, rows, plan)[source]
            except Malformed:  # who saves most may be owed more than it emits
                with pytest.raises(Malformed):
                    counts_alone(cap, members, plan, {source: others[source]})
                return

    assert counts_alone(cap, members, plan, others) == whole


@settings(max_examples=60, deadline=None)
@given(zones(), st.integers(10**3, 10**7), st.data())
def test_only_what_looks_at_emissions_whips_who_abated_early(
    members: list[Member], cap: int, data: st.DataObject
) -> None:
    """The whip index of a benchmark is nil, through any tiers of it."""
    at = data.draw(st.integers(0, len(members) - 1))
    cut = data.draw(st.integers(1, min(kg for kg in members[at].activity.emitted_kg if kg)))
    neutral = [name for name in NAMED if name not in BY_CITY_EMISSION and not name.startswith("history")]
    neutral = [name for name in neutral if name not in ("equal_cut", "early_action")]
    for name in neutral:
        plan = plan_of(name)

        def again(rows: Sequence[Activity], plan: Plan = plan) -> Allocation:
            return share(cap, [replace(m, activity=row) for m, row in zip(members, rows, strict=True)], plan)

        assert whip(again, [each.activity for each in members], members[at].activity.source, cut) == 0


def dianzhong(pollutant: str = "SO2") -> ZoneCap:
    rules = load(find("dianzhong"))
    return zone_cap(rules, load_zone(shipped("zones", rules.programme.zone)), pollutant)


def test_the_shipped_zone_is_shared_by_every_method_that_its_rows_allow() -> None:
    """Only the methods of heat and of power plants ask for what no cement works has."""
    zone = dianzhong()
    for name, each in NAMED.items():
        plan = filled(each.plan, zone.criteria, zone.steps)
        if name in ("heat_input", "output_based"):
            with pytest.raises(Malformed, match="KM-CEM-01"):
                share(zone.law.cap, zone.members, plan, zone.size_kg, zone.law)
        else:
            found = share(zone.law.cap, zone.members, plan, zone.size_kg, zone.law)
            assert {each.source for each in found.shares} == {each.activity.source for each in zone.members}


def test_the_tiers_of_the_law_hold_where_a_plan_says_nothing() -> None:
    zone = dianzhong()
    by_law = allocate("benchmark", "mean", zone.law, [each.activity for each in zone.members], zone.size_kg)
    by_plan = share(zone.law.cap, zone.members, NAMED["benchmark"].plan, zone.size_kg, zone.law)

    assert (by_plan.reserved, by_plan.for_auction) == (by_law.reserved, by_law.for_auction)
    assert [(each.source, each.count) for each in by_plan.shares] == [
        (each.source, each.count) for each in by_law.shares
    ]
    paid = share(zone.law.cap, zone.members, NAMED["paid"].plan, zone.size_kg, zone.law)
    assert paid.for_auction == zone.law.cap // 2


# --- claims


def test_the_best_years_are_the_highest() -> None:
    row = source("a", "KM", (100, 400, 200), (1, 1, 1)).activity

    assert by_history(row, "best_1").kg == 400
    assert by_history(row, "best_2").kg == 300
    assert by_history(row, "best_3").kg == by_history(row, "mean").kg
    with pytest.raises(Malformed, match="the best 4 of 3 baseline years"):
        by_history(row, "best_4")


def test_heat_input_brings_what_the_statute_says() -> None:
    """42 USC 7651c: mmBtu of 1985-87 x 2.5 lb / 2000 short tons; 8 million mmBtu are 10,000 short tons."""
    row = replace(source("a", "US", (1, 1, 1), (1, 1, 1)).activity, heat_mmbtu=(7_000_000, 8_000_000, 9_000_000))
    short_ton = 2_000 * Fraction(45_359_237, 100_000_000)

    assert by_heat_input(row, "mean", 2_500).kg == 10_000 * short_ton


@pytest.mark.parametrize(
    ("load", "factor"),
    [
        (9_000, 1.0),
        (8_500, 1.0),
        (8_200, 1.0042),
        (8_000, 1.007),
        (7_700, 1.0118),
        (7_500, 1.015),
        (6_000, 1.0613635506249997),
        (5_000, 1.09344326394264),
    ],
)
def test_a_low_load_is_allowed_for(load: int, factor: float) -> None:
    """Ff of the plan for power of 2021 and 2022 (recalled, to confirm), continuous at 85, 80 and 75 %."""
    assert float(load_factor(load)) == pytest.approx(factor, abs=1e-12)


def test_the_output_rule_multiplies_benchmark_and_factors_and_adds_heat() -> None:
    """1,000,000 MWh x 0.8 kg x 1.05 (air-cooled) x (1 - 0.22 x 0.2) x 1.0042 and 500,000 GJ x 0.1 kg."""
    row = Activity(
        "a",
        "power",
        (2025,),
        (None,),
        (1_000_000,),
        benchmark_g=800,
        power=PowerRule("coal", "air", (500_000,), 100, 2_000, 8_200),
    )
    coal = by_output(row, "mean", OutputRule())
    assert float(coal.kg) == pytest.approx(800_000 * 1.05 * (1 - 0.22 * 0.2) * 1.0042 + 50_000)
    assert "factors of 1.0080 and heat of 50.000 t" in coal.en

    gas = by_output(replace(row, power=PowerRule("gas", "air", (500_000,), 100, 2_000)), "mean", OutputRule())
    assert float(gas.kg) == pytest.approx(800_000 * (1 - 0.6 * 0.2) + 50_000)


def test_output_is_given_for_seven_tenths_in_advance_and_the_rest_when_verified() -> None:
    """The first 70 % are of the base year's output; the rest stays in the reserve until output is verified."""
    members = [source("a", "KM", (1, 1), (300, 300)), source("b", "KM", (1, 1), (100, 100))]
    found = share(1_000, members, NAMED["output_based"].plan)

    assert [(each.source, each.count) for each in found.shares] == [("a", 525), ("b", 175)]
    assert found.reserved == 300
    assert "225 more when output is verified" in found.shares[0].en


def test_verified_output_settles_what_was_given_in_advance() -> None:
    """a made 100 instead of 300, b 100 as before: of 1,000 a is due 500, of which it had 525; b 325 more."""
    plan = NAMED["output_based"].plan
    base = [source("a", "KM", (1, 1), (300, 300)), source("b", "KM", (1, 1), (100, 100))]
    made = [source("a", "KM", (1, 1), (100, 100)), source("b", "KM", (1, 1), (100, 100))]

    assert trued_up(1_000, base, made, plan) == [("a", 525, 500, -25), ("b", 175, 500, 325)]
    assert all(each.more == each.final - each.advance for each in trued_up(1_001, base, made, plan))
    with pytest.raises(Malformed, match="verified: b is missing"):
        trued_up(1_000, base, made[:1], plan)
    with pytest.raises(Malformed, match="source b: it got no advance"):
        trued_up(1_000, base[:1], made, plan)
    with pytest.raises(Malformed, match="the plan gives all at once"):
        trued_up(1_000, base, made, NAMED["benchmark"].plan)


@settings(max_examples=60, deadline=None)
@given(zones(), st.integers(0, 10**6), st.data())
def test_what_is_settled_adds_up_to_what_was_kept(members: list[Member], cap: int, data: st.DataObject) -> None:
    plan = NAMED["output_based"].plan
    made = [
        replace(each, activity=replace(each.activity, output=tuple(data.draw(figures) for _ in range(2))))
        for each in members
    ]

    assert sum(each.more for each in trued_up(cap, members, made, plan)) == share(cap, members, plan).reserved


def test_a_baseline_that_moves_on_leaves_little_of_the_price() -> None:
    """A small source of a zone whose cap is 0.9 of its emissions, at 5 %: the figures of the rule, through the rule.

    One year that counts the year after leaves 0.142857; the mean of three years 1 - 0.3 (1/1.05 + 1/1.05^2 + 1/1.05^3).
    """

    def left(name: str, years: int) -> float:
        rows = [source("small", "KM", (10**6,) * years, (10**6,) * years)]
        rows.append(source("rest", "KM", (10**10,) * years, (10**10,) * years))
        cap = (10**10 + 10**6) * 9 // 10

        def again(activities: Sequence[Activity]) -> Allocation:
            changed_ = [replace(m, activity=row) for m, row in zip(rows, activities, strict=True)]
            return share(cap, changed_, NAMED[name].plan)

        return updated_signal(again, [each.activity for each in rows], "small", 10_000, 0.05)

    assert left("history", 1) == pytest.approx(0.142857, abs=5e-4)
    assert left("equal_cut", 3) == pytest.approx(0.142857, abs=5e-4)
    assert left("history", 3) == pytest.approx(surviving_signal({1: 0.3, 2: 0.3, 3: 0.3}, 0.05), abs=5e-4)
    assert left("benchmark", 3) == 1.0
    assert left("early_action", 2) < 1.0
    with pytest.raises(Malformed, match="source nobody: it is not there"):
        updated_signal(lambda rows: share(1, [], HISTORY), [], "nobody", 1, 0.05)
    only = [source("a", "KM", (9,), (9,)).activity]
    with pytest.raises(Malformed, match="cannot have abated 99 kg"):
        updated_signal(lambda rows: share(1, [], HISTORY), only, "a", 99, 0.05)


def test_a_sector_that_nobody_can_leave_gets_a_part_of_its_benchmark() -> None:
    """EU: sectors not exposed to leakage kept 30 % in 2020."""
    row = source("a", "KM", (1, 1), (1_000, 1_000)).activity
    kept = by_benchmark(replace(row, exposure_basis_points=3_000), "mean")

    assert kept.kg == by_benchmark(row, "mean").kg * Fraction(3, 10)
    assert "30.00 %" in kept.en


def test_a_permit_allows_a_power_plant_its_hours_at_the_limit() -> None:
    """(CAP x 5500 + D / 1000) x GPS x 1e-3 t, D = H x 0.278 x 0.3: 600 MW, 1e9 MJ of heat at 0.35 g/kWh."""
    assert float(power_quota_kg(600, 10**9, 350)) == pytest.approx((600 * 5_500 + 1e9 * 0.278 * 0.3 / 1000) * 0.35)


def test_what_nobody_claims_may_go_to_auction() -> None:
    """A free pool larger than all claims is shared by them, or auctioned, as the plan says (EU: a factor of 1)."""
    members = [source("a", "KM", (1, 1), (1_000, 1_000)), source("b", "KM", (1, 1), (3_000, 3_000))]
    plan = Plan((SharingTier("source", "benchmark"),))

    assert [each.count for each in share(2_000, members, plan).shares] == [500, 1_500]
    kept = share(2_000, members, msgspec.structs.replace(plan, surplus="auction"))
    assert ([each.count for each in kept.shares], kept.for_auction) == ([300, 900], 800)
    short = share(600, members, msgspec.structs.replace(plan, surplus="auction"))
    assert ([each.count for each in short.shares], short.for_auction) == ([150, 450], 0)


def test_an_allowance_of_a_tonne_covers_a_thousand_kilograms_of_claim() -> None:
    """Equal awards of half-met claims must see the claims in allowances."""
    members = [source("a", "KM", (1, 1), (20_000, 20_000)), source("b", "KM", (1, 1), (200_000, 200_000))]
    found = share(40, members, NAMED["equal_awards"].plan, size_kg=1_000)

    assert [each.count for each in found.shares] == [10, 30]


def test_the_credit_comes_off_its_own_pool() -> None:
    """a emitted 200 kg under its benchmark in each of two years: at half an allowance a kilogram 200 are earned."""
    members = [source("a", "KM", (100, 100), (1_000, 1_000)), source("b", "KM", (300, 300), (1_000, 1_000))]
    plan = Plan((SharingTier("source", "history"),), early_action=EarlyAction(1_000, 5_000))
    found = share(4_000, members, plan)

    assert [each.count for each in found.shares] == [950 + 200, 2_850]
    poorer = share(1_000, members, plan)
    assert [each.count for each in poorer.shares] == [225 + 100, 675]


# --- sharing what trade saves


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(10, 99), st.integers(30, 60)), min_size=2, max_size=5), st.integers(60, 99))
def test_after_trade_each_city_pays_its_cost_alone_less_its_part_of_the_saving(
    rows: list[tuple[int, int]], part: int
) -> None:
    emissions = [float(emitted) for emitted, _ in rows]
    curves = [[(float(cost), emitted), (cost + 40.0, emitted)] for emitted, cost in rows]
    pool = sum(emissions) * part / 100
    needs = [each * (1 - part / 100) for each in emissions]
    alone = [sum(cleared([curve], need).costs) for curve, need in zip(curves, needs, strict=True)]

    def worth(team: frozenset[int]) -> float:
        own = sorted(team)
        return sum(alone[n] for n in own) - sum(cleared([curves[n] for n in own], sum(needs[n] for n in own)).costs)

    given_ = fair_shares(pool, emissions, curves, "shapley")
    market = cleared(curves, sum(needs))

    assert sum(given_) == pytest.approx(pool)
    for n, saved in enumerate(shapley(len(rows), worth)):
        bought = emissions[n] - market.abated[n] - given_[n]
        assert market.costs[n] + market.price * bought == pytest.approx(alone[n] - saved, abs=1e-6)


def test_capacity_of_the_air_is_what_no_receptor_is_harmed_by() -> None:
    found = capacities([[1.0, 0.5], [0.25, 1.0]], [10.0, 10.0], [1.0, 1.0])

    assert [1.0 * found[0] + 0.5 * found[1], 0.25 * found[0] + found[1]] == pytest.approx([10.0, 10.0])


# --- what cannot be


def changed(**figures: object) -> list[Member]:
    row = source("a", "KM", (10, 10), (10, 10))
    return [replace(row, activity=replace(row.activity, place="mine.csv line 2", **figures))]  # type: ignore[arg-type]


COAL = PowerRule("coal", "water", load_basis_points=8_500)
HISTORY = Plan((SharingTier("source", "history"),))


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: share(1, changed(power=None), plan_of("output_based")), r"mine.csv line 2 \(source a\): fuel"),
        (lambda: share(1, changed(benchmark_g=None), plan_of("output_based")), "benchmark_g is not given"),
        (lambda: share(1, changed(power=replace(COAL, load_basis_points=0)), plan_of("output_based")), "mean load"),
        (lambda: share(1, changed(power=replace(COAL, heat_basis_points=-1)), plan_of("output_based")), "is -1"),
        (lambda: share(1, changed(power=replace(COAL, heat_gj=(1, 1))), plan_of("output_based")), "heat_benchmark_g"),
        (lambda: share(1, changed(heat_mmbtu=(None, 5)), plan_of("heat_input")), "no verified heat input"),
        (lambda: share(1, changed(emitted_kg=(-5, 5)), HISTORY), "is -5"),
        (lambda: share(1, changed(sector=""), plan_of("tiers")), "line 2 .* no sector is given"),
        (lambda: share(1, changed(entrant=True), HISTORY), "keep a reserve"),
        (lambda: share(9, changed(entrant=True), replace_plan(reserve_basis_points=5_000)), "no incumbent"),
        (lambda: share(9, changed(), replace_plan(auction_basis_points=10_001)), "auction_basis_points: is 10001"),
        (lambda: share(9, changed(), replace_plan(advance_basis_points=-1)), "advance_basis_points: is -1"),
        (lambda: share(9, changed(), replace_plan(pounds_per_1000_mmbtu=0)), "pounds_per_1000_mmbtu: is 0"),
        (lambda: share(9, changed(), replace_plan(early_action=EarlyAction(1, -1))), "rate_basis_points: is -1"),
        (
            lambda: share(99, changed(), replace_plan(auction_basis_points=9_000, early_action=EarlyAction(2_000, 1))),
            "more than reserve and auction leave",
        ),
        (lambda: share(9, changed(), HISTORY, 1, Parts(9, 5, 4, 0)) and share(9, changed(), HISTORY, 0), "of 0 kg"),
        (lambda: divide(1, {"KM": Fraction(2)}, "shapley"), "steps of KM: they are missing"),
        (lambda: divide(1, {"KM": Fraction(2)}, "shapley", RuleTerms(steps={"KM": ((-1.0, 5.0),)})), "steps of KM: -1"),
        (
            lambda: divide(1, {"KM": Fraction(2)}, "nucleolus", RuleTerms(steps={"KM": ((1.0, 0.0),)})),
            "they abate 0.000",
        ),
        (lambda: capacities([[1.0]], [1.0], [2.0]), "receptor 1: floors bring 2 of 1"),
        (lambda: capacities([[0.0]], [1.0], [0.0]), "place 1: reaches no receptor"),
        (lambda: capacities([[1.0, 1.0]], [1.0], [0.0]), "1 limits, 1 floors"),
    ],
)
def test_what_a_plan_cannot_share_is_named(work: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()


def replace_plan(**keys: object) -> Plan:
    return msgspec.structs.replace(HISTORY, **keys)


HEAD = "source,jurisdiction,output,benchmark_g,fuel,cooling,load_basis_points,heat_gj,heat_benchmark_g\n"


def test_a_csv_says_where_a_source_stands_and_what_it_burns(tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text(HEAD + "a,KM,900 1100,800,coal,air,8200,5 7,100\nb,QJ,10 20,,,,,,\n")
    first, second = read_members(tmp_path / "mine.csv")

    assert (first.jurisdiction, first.activity.power) == ("KM", PowerRule("coal", "air", (5, 7), 100, 0, 8_200))
    assert (second.jurisdiction, second.activity.power) == ("QJ", None)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,KM,9,8,oil,air,1,,", "line 2 column fuel: 'oil' is neither"),
        ("a,KM,9,8,gas,,1,,", "line 2 column cooling: '' is neither"),
        ("a,KM,9 9,8,gas,air,1,5,", "line 2 column heat_gj: 1 figures for 2"),
    ],
)
def test_a_row_that_is_no_plant_is_named(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "mine.csv").write_text(HEAD + row + "\n")
    with pytest.raises(Malformed, match=said):
        read_members(tmp_path / "mine.csv")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("KM,people,1,5,x,confirmed\nKM,people,1,5,x,confirmed", "line 3: people of KM stands twice"),
        ("KM,people,1,5,x,confirmed\nQJ,area,1,5,x,confirmed", "area of KM is missing"),
        ("KM,people,1,-5,x,confirmed", "line 2 column figure"),
        ("KM,people,1,5,x,sure", "line 2 column status"),
    ],
)
def test_criteria_that_do_not_fit_are_named(tmp_path: Path, rows: str, said: str) -> None:
    (tmp_path / "c.csv").write_text("group,name,measure,figure,origin,status\n" + rows + "\n")
    with pytest.raises(Malformed, match=said):
        read_criteria(tmp_path / "c.csv")


# --- the command


def run(*words: str) -> str:
    import typer

    app = typer.Typer()
    app.command()(command)
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done.stdout


def test_the_command_explains_every_share_of_any_method() -> None:
    told = json.loads(run("--method", "shapley", "--json"))
    cap = told["cap"]

    assert sum(each["count"] for each in told["shares"]) + told["reserved"] + told["for_auction"] == cap
    assert all("the Shapley value of what trade saves" in s["en"] for s in told["shares"] if "->" in s["en"])
    assert told["whip"]["source"].startswith("QJ-PWR")


def test_the_catalogue_is_the_table_of_the_manual() -> None:
    """docs/explanation/allocation.md has a row for every method: number, name, what it asks for."""
    manual = (DOCS / "explanation" / "allocation.md").read_text("utf-8")
    told = {json.loads(line)["method"] for line in run("--methods", "--json").splitlines()}

    assert told == set(NAMED)
    for name, each in NAMED.items():
        assert f"| {each.number} | `{name}` | {each.en} | {each.inputs} | {each.incentive} |" in manual
    numbers = {each.number for each in NAMED.values()}
    assert numbers == {*(f"A{n}" for n in range(1, 16)), "A1b", "A2b"}


def test_what_a_name_assumes_and_what_is_unsure_is_said_beside_the_shares() -> None:
    """Shares of a name are no law: they, criteria and factors that are to confirm are told in both languages."""
    told = json.loads(run("--method", "entropy", "--json"))["origins"]
    assert "criteria: gdp to confirm, people to confirm, area to confirm" in told
    assert f"{NAMED['entropy'].en}: assumed that criteria decide half" in told
    assert "benchmarks and quotas at the limit: to confirm" in told
    assert f"{NAMED['early_action'].en}: assumed that" in run("--method", "early_action")
    assert "早期减排奖励：假设低于基准部分的十分之一计奖" in run("--method", "early_action")
    assert not [each for each in json.loads(run("--method", "tiers", "--json"))["origins"] if "assumed that" in each]
    assert all(bool(each.assumed) == bool(each.assumed_zh) for each in NAMED.values())
