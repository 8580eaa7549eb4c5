"""The design brief: every measure against what it must be, the choice against its own rules, and bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache
from itertools import permutations, product

import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from airshed.lab.brief import markets
from airshed.lab.brief.designs import (
    AXES,
    NAMED,
    PILOTS,
    REFERENCE,
    BriefDesign,
    Sale,
    Term,
    axes_of,
    every,
    with_option,
)
from airshed.lab.brief.diagnosis import WEDGES, diagnose, volumes
from airshed.lab.brief.facts import BriefFacts
from airshed.lab.brief.judge import Judge, Judged, alike
from airshed.lab.brief.markets import by_city, cells_of, solve
from airshed.lab.brief.measures import CRITERIA, MEASURES, STATED
from airshed.lab.brief.power import strongest
from airshed.lab.brief.proofs import proofs_of
from airshed.lab.brief.run import brief
from airshed.lab.brief.score import (
    EQUAL,
    Scored,
    doubt,
    effects,
    eyes,
    holds,
    scored,
    stated_weights,
    together,
    weights_of,
)
from airshed.lab.brief.sessions import law_of, session_facts
from airshed.lab.brief.shares import given as given_away
from airshed.lab.brief.states import states_of
from airshed.lab.brief.world import ASSUMED, Assumed, World, world_of
from airshed.lab.equilibrium import check
from airshed.lab.equilibrium.case import case_of, closed, linked, solved
from airshed.lab.frames import zone_tables
from airshed.lab.linking import saving
from airshed.market.allocation import allocate, parts
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.run.pool import each as pooled
from airshed.zone.activities import zone_activities
from airshed.zone.load import load as load_zone
from airshed.zone.zone import Zone
from laws import RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
SHORT = Assumed(years=4)
BORDERS, WALLS, COLLARS = AXES["border"], AXES["wall"], AXES["collar"]


@lru_cache(maxsize=8)
def world(pollutant: str = "NOx") -> World:
    return world_of(ZONE, RULES, pollutant, SHORT)


@lru_cache(maxsize=4)
def judge(pollutant: str = "NOx") -> Judge:
    return Judge(states_of(ZONE, RULES, pollutant, SHORT))


def small(law: str) -> tuple[Zone, Rulebook]:
    """A law with a zone of a dozen sources, whose brief takes a moment."""
    rules = load(find(law))
    return load_zone(shipped("zones", rules.programme.zone)), rules


@pytest.fixture(scope="module")
def facts() -> BriefFacts:
    return brief(ZONE, RULES, ("SO2",), Assumed(years=3), sessions=1)


# --- designs


def test_every_design_stands_once_and_a_guard_needs_a_call() -> None:
    designs = list(every())
    assert len(designs) == len(set(designs)) == 540
    assert not [each for each in designs if each.border == "guarded" and each.trading != "calls"]
    assert set(NAMED.values()) <= set(designs)
    for name, design in NAMED.items():
        others = sum(getattr(design, axis) != getattr(REFERENCE, axis) for axis in AXES)
        assert others == {"pilots": 4, "reference": 0, "guarded": 2}.get(name, 1), name


def test_a_law_without_cities_walls_matrix_or_calls_leaves_less_to_choose() -> None:
    axes = axes_of(cities=False, walls=False, receptors=True, calls=False)
    assert (axes["border"], axes["wall"], axes["trading"]) == (("zone",), ("none",), ("continuous",))
    assert len(list(every(axes))) == (4 * 2 + 1) * 3 * 2
    assert axes_of(cities=True, walls=True, receptors=True, calls=False)["border"] == ("cities", "zone")


# --- markets


@pytest.mark.parametrize("pollutant", ["SO2", "NOx", "PM", "VOC"])
def test_a_zone_and_closed_cities_cost_what_the_equilibrium_command_says(pollutant: str) -> None:
    case = case_of(ZONE, RULES, pollutant, 4, 0.05, 0.01, 0.03)
    for border, air in (("zone", linked(case.zones)), ("cities", closed(case.zones))):
        mine, known = solve(world(pollutant), border, "none", "none"), solved(case, air)  # type: ignore[arg-type]
        assert mine.less.sum() == 0
        assert mine.cost == pytest.approx(known.found.cost, rel=1e-9)
        assert mine.prices(world(pollutant)) == pytest.approx(known.found.price, rel=1e-9)


def test_a_tax_beside_allowances_comes_off_the_price_and_not_off_the_cost() -> None:
    taxed = world_of(ZONE, RULES, "NOx", SHORT._replace(tax=2_947.37))
    case = case_of(ZONE, RULES, "NOx", 4, 0.05, 0.01, 0.03).taxed(2_947.37)
    for border, air in (("zone", linked(case.zones)), ("cities", closed(case.zones))):
        mine, known = solve(taxed, border, "none", "none"), solved(case, air).found  # type: ignore[arg-type]
        saved = 2_947.37 * float((known.abated.sum(axis=0) * case.discount).sum())
        assert mine.prices(taxed) == pytest.approx(known.price, rel=1e-9, abs=1e-6)
        assert mine.cost == pytest.approx(known.cost + saved, rel=1e-9)
        assert mine.spent(taxed).sum(axis=0) @ taxed.discount == pytest.approx(mine.cost)


def test_borders_and_walls_never_make_it_cheaper() -> None:
    costs = {(b, w): solve(world(), b, w, "none").cost for b, w in product(BORDERS, WALLS)}  # type: ignore[arg-type]
    for wall in WALLS:
        assert costs["zone", wall] <= costs["guarded", wall] * (1 + 1e-9)
        assert costs["guarded", wall] <= costs["cities", wall] * (1 + 1e-9)
    for border in BORDERS:
        assert costs[border, "none"] <= costs[border, "wall"] * (1 + 1e-9)


def test_a_guard_holds_every_receptor_and_a_wider_one_costs_less() -> None:
    mine = world()
    assert mine.transfer is not None
    caps = mine.transfer @ mine.caps.cumsum(axis=1)
    before = float("inf")
    for guard in (0.0, 0.01, 0.03, 0.1):
        done = solve(mine, "guarded", "none", "none", guard)
        loads = mine.transfer @ by_city(mine, done.emitted(mine)).cumsum(axis=1)
        assert (loads <= (1 + guard) * caps * (1 + 1e-9)).all()
        assert done.cost <= before * (1 + 1e-9)
        before = done.cost
    assert solve(mine, "guarded", "none", "none", 10.0).cost == pytest.approx(solve(mine, "zone", "none", "none").cost)


@pytest.mark.parametrize(("border", "wall"), list(product(BORDERS, WALLS)))
def test_nobody_emits_more_than_caps_and_what_the_office_sells(border: str, wall: str) -> None:
    mine = world()
    for collar in COLLARS:
        done = solve(mine, border, wall, collar)  # type: ignore[arg-type]
        emitted = by_city(mine, done.emitted(mine)).cumsum(axis=1).sum(axis=0)
        most = (mine.caps + done.extra - done.withheld).cumsum(axis=1).sum(axis=0)
        assert (emitted <= most * (1 + 1e-9)).all()
        assert (done.taken >= 0).all()
        assert (done.taken <= mine.potential[:, None] * (1 + 1e-9)).all()


def test_a_collar_keeps_the_price_within_it_and_is_nothing_where_it_does_not_bind() -> None:
    mine = world("PM")
    bare, held = (solve(mine, "zone", "none", collar) for collar in ("none", "collar"))
    assert mine.floor < bare.price.min() < bare.price.max() < mine.ceiling
    assert held.cost == pytest.approx(bare.cost)
    mine = world_of(ZONE, RULES, "VOC", Assumed(years=3, cap_shift=-0.2))
    bare, held = (solve(mine, "zone", "none", collar) for collar in ("none", "collar"))
    assert bare.price.max() > mine.ceiling
    assert held.price.max() <= mine.ceiling * (1 + 1e-9)
    assert held.extra.sum() > 0


def test_what_no_technology_can_do_is_less_output() -> None:
    hard = world_of(ZONE, RULES, "VOC", Assumed(years=3, cap_shift=-0.4))
    done = solve(hard, "zone", "none", "none")
    assert done.less.sum(axis=0).min() > 0  # in every year, so that each has the price of less output
    assert done.price == pytest.approx(np.full(done.price.shape, hard.backstop))
    assert by_city(hard, done.emitted(hard)).sum() == pytest.approx(hard.caps.sum(), rel=1e-9)


def test_behind_a_wall_each_side_keeps_its_part_of_the_cap() -> None:
    mine, sides = world(), cells_of(world(), "wall")
    assert len(sides) == 2
    caps, base = np.zeros(mine.caps.shape), np.zeros(mine.caps.shape)
    for cell in (cell for side in sides for cell in side):
        caps[cell.city] += cell.cap
        base[cell.city] += cell.base
        assert cell.cap / cell.base == pytest.approx(
            mine.caps[cell.city] / by_city(mine, mine.baseline[:, None] * mine.growth)[cell.city]
        )
    assert caps == pytest.approx(mine.caps)
    assert base == pytest.approx(case_of(ZONE, RULES, "NOx", 4, 0.05, 0.01, 0.03).baseline)


# --- shares, power, trade


def test_a_free_benchmark_gives_what_the_law_itself_gives() -> None:
    """The rulebook shares by benchmark and sells 5 %: with nothing sold, each city's shares are those of the law."""
    mine, shares = world(), given_away(world(), "benchmark", "free", "none")
    for c, city in enumerate(mine.cities):
        cap = round(float(mine.caps[c, 0]) * 1_000)
        tiers = parts(cap, RULES.allocation.reserve_basis_points, 0)
        law = allocate("benchmark", "mean", tiers, zone_activities(ZONE, RULES, "NOx", city))
        for share in law.shares:
            assert shares.free[mine.sources.index(share.source)] * 1_000 == pytest.approx(share.count, abs=1.5)


def test_history_whips_by_the_part_that_it_gives_and_selling_all_whips_nobody() -> None:
    mine = world()
    for method, sale, low, high in (
        ("history", "free", 0.6, 1.0),
        ("history", "part", 0.5, 0.8),
        ("benchmark", "free", 0.0, 0.0),
        ("history", "paid", 0.0, 0.0),
    ):
        whip = given_away(mine, method, sale, "none").whip  # type: ignore[arg-type]
        mean = float(np.nansum(whip * mine.baseline) / mine.baseline[~np.isnan(whip)].sum())
        assert low <= mean <= high, (method, sale)
    assert given_away(mine, "history", "paid", "none").free.sum() == 0


def test_who_is_given_what_it_emits_has_no_power_and_who_holds_more_raises_the_price() -> None:
    """Hahn 1984: the market is competitive only if the dominant firm is given just what it emits in competition."""
    mine, found = world(), judge()
    (market,) = [power.market for power in found.powers(REFERENCE)]
    done = found.of(REFERENCE)
    price, emitted = done.price[:, 0], done.emitted(mine)[:, 0]
    exact = strongest(mine, market._replace(cap=float(emitted.sum())), price, emitted, emitted)
    assert exact.markup == pytest.approx(0.0, abs=1e-5)
    holder = int(mine.group[int(emitted.argmax())])
    more = np.where(mine.group == holder, 1.5 * emitted, 0.7 * emitted)
    raised = strongest(mine, market._replace(cap=float(emitted.sum())), price, emitted, more)
    assert (raised.group, raised.markup > 0.01) == (mine.groups[holder], True)


def test_nothing_trades_where_shares_are_what_is_emitted_and_the_brief_says_so() -> None:
    found, mine = judge(), world()
    spare = np.bincount(mine.group, judge().spare(REFERENCE))
    known = diagnose(found, "reference", REFERENCE)
    assert known.predicted_t == pytest.approx(min(spare[spare > 0].sum(), -spare[spare < 0].sum()))
    assert [finding.verdict for finding in known.findings] == ["no"] * 4
    thin = {finding.cause: finding for finding in diagnose(found, "pilots", PILOTS).findings}
    assert thin["too few parties"].verdict == "cause"
    assert thin["too many allowances"].verdict == "no"


def test_caps_above_what_is_emitted_are_named_as_the_cause() -> None:
    rich = Judge(states_of(ZONE, RULES, "SO2", Assumed(years=2, growth=0.0, cap_shift=0.2)))
    known = {finding.cause: finding for finding in diagnose(rich, "reference", REFERENCE).findings}
    assert known["too many allowances"].verdict == "cause"
    assert (known["too many allowances"].figure or 0) > 0
    assert rich.of(REFERENCE).price.max() == 0


def test_trade_shrinks_as_it_gets_dearer() -> None:
    for design in (PILOTS, REFERENCE):
        left = volumes(judge(), design)
        assert left[0] == 1.0
        assert list(left) == sorted(left, reverse=True)
    assert volumes(judge(), REFERENCE, (*WEDGES, 1e6))[-1] == 0


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_as_many_are_alike_as_there_are_and_no_more(amounts: list[float]) -> None:
    found = alike(np.array(amounts))
    assert 0 <= found <= len([each for each in amounts if each > 0]) * (1 + 1e-9)
    assert alike(np.full(5, 3.0)) == pytest.approx(5)


# --- measures


def test_each_choice_moves_what_it_must() -> None:
    """Directions that do not hang on figures: paid sells all, long rights cost what a lower cap takes back, ..."""
    found = {name: judge().judge(design) for name, design in NAMED.items()}

    def of(name: str, measure: str) -> float:
        value = found[name][measure]
        assert value is not None, (name, measure)
        return value

    assert of("cities", "hot_spot") == pytest.approx(0, abs=1e-6)
    assert of("reference", "over_cap") == pytest.approx(0, abs=1e-6)
    assert of("collar", "over_cap") > 0
    assert of("reference", "spread") == pytest.approx(0, abs=1e-9)
    assert of("paid", "share_gap") == of("paid", "turnover") == 0
    assert of("paid", "entrant_gap") == pytest.approx(0, abs=1e-9)  # a difference of two means of one price
    assert of("part", "share_gap") == pytest.approx(0.8 * of("reference", "share_gap"), rel=0.01)
    assert of("paid", "revenue") > of("part", "revenue") > of("reference", "revenue")
    assert of("open", "revenue") <= of("five", "revenue") <= of("reference", "revenue")
    assert of("five", "turnover") < of("reference", "turnover")
    assert of("collar", "risk") < of("reference", "risk") < of("paid", "risk")
    assert of("history", "whip") > 0.5 > of("benchmark" if "benchmark" in found else "reference", "whip") == 0
    assert of("history", "burden_gap") < of("reference", "burden_gap")
    assert of("wall", "cost") >= of("reference", "cost") <= of("cities", "cost")
    assert found["calls"] == found["reference"]  # but for sessions, which are played apart


def test_what_was_sold_is_taken_back_at_no_loss_and_what_was_given_costs_its_price() -> None:
    """A sold right is paid for twice the same: what the public gets for it goes back, and no more."""
    found, mine = judge(), world()
    sales: tuple[Sale, ...] = ("free", "part", "paid")
    terms: tuple[Term, ...] = ("year", "five", "open")
    for sale in sales:
        year, five, open_ = (found.judge(BriefDesign(sale=sale, term=term))["revenue"] for term in terms)
        assert year is not None
        assert five is not None
        assert open_ is not None
        free = by_city(mine, found.free(BriefDesign(sale=sale)))
        prices = found.of(REFERENCE).prices(mine)
        lost = ((free[:, :1] - free) * prices * mine.discount).sum() / mine.discount.sum() / 1e6
        assert year - open_ == pytest.approx(lost, abs=1e-9)
        assert year - five == pytest.approx(lost, abs=1e-9)  # four years are within one term
        assert (lost > 0) == (sale != "paid")


def test_without_a_matrix_there_is_no_air_and_a_guard_is_none() -> None:
    found = judge("VOC")
    assert found.judge(REFERENCE)["hot_spot"] is None
    assert found.outcome("guarded", "none", "none") is found.outcome("zone", "none", "none")


# --- the score


def some_scores(values: list[list[float]]) -> Scored:
    designs = list(every())[: len(values)]
    return Scored(tuple(designs), np.array(values))


@given(st.lists(st.lists(st.floats(0, 1), min_size=8, max_size=8), min_size=2, max_size=6))
@example([[0.0] * 8, [1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 1.0]])
@settings(max_examples=50)
def test_the_best_is_the_best_under_its_weights_and_holds_where_it_says(values: list[list[float]]) -> None:
    found = some_scores(values)
    choice = found.best(weights_of())
    scores = found.scores(weights_of())
    assert scores[choice] >= scores.max() - EQUAL  # of equal ones the first: rounding decides nothing
    for criterion, (low, high) in holds(found, choice).items():
        assert low <= 100 * weights_of()[CRITERIA.index(criterion)] + 1e-9
        assert 100 * weights_of()[CRITERIA.index(criterion)] <= high + 1e-9


def test_a_design_that_is_best_in_all_wins_under_all_weights() -> None:
    found = some_scores([[1.0] * 8, [0.5] * 8, [0.2, 0.9] * 4])
    shaken = doubt(found, 0, {"border": AXES["border"]})
    assert (shaken.wins, shaken.behind) == (1.0, 0.0)
    assert shaken.axes["border"][found.designs[0].border] == 1.0
    assert {found.best(weights) for weights in eyes().values()} == {0}
    assert all(float(weights.sum()) == pytest.approx(1) for weights in eyes().values())


def test_sessions_that_a_band_holds_say_so_and_what_chance_explains_is_no_profit() -> None:
    """VOC: where one looks ahead a tonne of the first year is worth more than the reference price and its band."""
    held = session_facts(ZONE, RULES, "VOC", ("zone", "none", "calls"), 2)
    assert "outside the limits of the first day, 16,800 to 25,200 yuan/t" in held.bounds[0]
    assert "首日限价" in held.bounds[1]
    free = session_facts(ZONE, RULES, "SO2", ("zone", "none", "calls"), 2)
    assert free.bounds == ("", "")
    assert free.sure_profit <= max(0.0, free.profit - 2 * free.profit_error)
    assert msgspec.structs.replace(free, profit=50.0, profit_error=30.0).sure_profit == 0
    assert msgspec.structs.replace(free, profit=50.0, profit_error=10.0).sure_profit == 30


def test_values_run_from_the_worst_to_the_best_and_a_trifle_decides_nothing() -> None:
    designs = list(every())[:3]
    judged: list[Judged] = [dict.fromkeys(MEASURES, 0.0) for _ in designs]
    for row, cost, push in zip(judged, (100.0, 150.0, 200.0), (0.0, 0.1, 0.2), strict=True):
        row |= {"cost": cost, "push": push, "hot_spot": None}
    found = scored(designs, judged)
    assert found.values[:, CRITERIA.index("cost")].tolist() == [1.0, 0.5, 0.0]
    assert found.values[:, CRITERIA.index("gaming")].min() == pytest.approx(0.98)
    assert np.isnan(found.values[:, CRITERIA.index("air")]).all()
    assert found.there[CRITERIA.index("air")] == 0
    both = together([found, found])
    assert both.values[:, 0].tolist() == found.values[:, 0].tolist()


def test_effects_compare_like_with_like() -> None:
    """A method matters only where something is given away: all that is sold by one method does not count for it."""
    designs = list(every())
    values = np.zeros((len(designs), 8))
    values[:, 0] = [1.0 if design.sale == "paid" else 0.5 for design in designs]
    found = effects(Scored(tuple(designs), values), AXES)
    assert len(set(found["method"].values())) == 1
    assert found["sale"]["paid"] > found["sale"]["free"]
    assert found["border"]["zone"] == pytest.approx(found["border"]["guarded"])


def test_weights_may_be_ones_own_and_the_others_share_what_is_left() -> None:
    own = stated_weights({"air": 40, "revenue": 0})
    assert sum(own.values()) == pytest.approx(100)
    assert (own["air"], own["revenue"]) == (40, 0)
    assert own["cost"] / own["fairness"] == pytest.approx(STATED["cost"] / STATED["fairness"])
    assert stated_weights({}) == STATED
    everything = stated_weights({name: 100.0 if name == "air" else 0.0 for name in CRITERIA})
    assert weights_of(everything).tolist() == [float(name == "air") for name in CRITERIA]
    assert set(eyes()) == {"stated", "equal", *CRITERIA}
    assert set(eyes(own)) == {"stated", "usual", "equal", *CRITERIA}
    for mine in (own, everything):
        assert all(float(weights.sum()) == pytest.approx(1) for weights in eyes(mine).values())


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"smog": 10}, "no such criterion 'smog'"),
        ({"air": -1}, "air is -1"),
        ({"air": float("nan")}, "air is nan"),
        ({"air": 101}, "air is 101"),
        ({"air": 60, "cost": 60}, "they add up to 120"),
        (dict.fromkeys(CRITERIA, 1), "they add up to 8"),
    ],
)
def test_weights_that_cannot_be_are_named(own: dict[str, float], said: str) -> None:
    with pytest.raises(Malformed, match="--weights") as raised:
        stated_weights(own)
    assert said in str(raised.value)


def test_of_designs_that_are_equal_the_one_is_chosen_that_is_best_by_the_usual_weights() -> None:
    found = some_scores([[1.0] + [0.2] * 7, [1.0] + [0.9] * 7, [0.9] + [1.0] * 7])
    only = weights_of({"cost": 100})
    assert found.best(only) == 1
    assert holds(found, 1, {"cost": 100})["cost"][1] == 100


# --- sessions


def test_sessions_are_the_same_for_the_same_seed_and_a_wall_loses_gains() -> None:
    one, again, walled = (
        session_facts(ZONE, RULES, "NOx", ("zone", wall, "continuous"), 1) for wall in ("none", "none", "wall")
    )
    assert one == again
    assert one.gains > walled.gains > 0
    assert one.push == 0  # of one session nothing can be told from chance


def test_a_law_of_a_design_differs_in_borders_walls_and_method_alone() -> None:
    law = law_of(RULES, "cities", "none", "history")
    assert (law.trade_rules.crossing, law.trade_rules.walled_sectors, law.allocation.method) == ("never", (), "history")
    same = law_of(law, "zone", "none", RULES.allocation.method)
    back = msgspec.structs.replace(
        same, trade_rules=msgspec.structs.replace(same.trade_rules, walled_sectors=RULES.trade_rules.walled_sectors)
    )
    assert back == RULES


# --- the whole


def test_the_brief_says_what_its_own_figures_say(facts: BriefFacts) -> None:
    (own,) = facts.pollutants
    case = case_of(ZONE, RULES, "SO2", 3, 0.05, 0.01, 0.03)
    linking = saving(case)
    assert own.found.linking is not None
    assert own.found.linking.saved == pytest.approx(linking.saved / 1e6)
    assert sum(own.found.linking.shapley) == pytest.approx(own.found.linking.saved)
    digests = {proof.border: proof.digest for proof in own.found.proofs}
    assert digests["zone"] == solved(case, linked(case.zones)).proof["digest"]
    assert digests["cities"] == solved(case, closed(case.zones)).proof["digest"]
    assert facts.scores["choice"] == max(facts.scores.values()) == facts.score
    assert [design for design, _ in facts.near] == [
        design for design, score in facts.near if facts.score - score <= 1 and dict(design) != dict(facts.choice)
    ]
    assert dict(facts.eyes["stated"]) == dict(facts.choice)
    assert len(facts.pollutants[0].sessions) == 8
    assert {(knob, at) for knob, at, _, _ in facts.moved} == {(swing.knob, swing.at) for swing in own.swings}
    assert all(behind >= 0 for _, _, _, behind in facts.moved)
    prices = zone_tables("dianzhong", "SO2", years=3)
    assert prices.curves.height


def test_the_saving_is_shared_by_all_orders_in_which_cities_could_have_joined(facts: BriefFacts) -> None:
    """The Shapley value by its definition, all 120 orders, on costs that the market of a brief has, not the game's."""
    whole = world_of(ZONE, RULES, "SO2", Assumed(years=3))

    @cache
    def cost(team: frozenset[int]) -> float:
        there = np.isin(whole.city, list(team))
        place = np.cumsum(there) - 1
        steps = there[whole.step_source]
        part = replace(
            whole,
            city=whole.city[there],
            side=whole.side[there],
            group=whole.group[there],
            baseline=whole.baseline[there],
            sources=tuple(np.array(whole.sources)[there].tolist()),
            step_source=place[whole.step_source[steps]],
            cost=whole.cost[steps],
            potential=whole.potential[steps],
        )
        return solve(part, "zone", "none", "none").cost if team else 0.0

    cities = range(len(whole.cities))
    orders = list(permutations(cities))
    added = np.zeros(len(whole.cities))
    for order in orders:
        team: frozenset[int] = frozenset()
        for city in order:
            more = team | {city}
            added[city] += cost(team) + cost(frozenset({city})) - cost(more)
            team = more
    linking = facts.pollutants[0].found.linking
    assert linking is not None
    assert linking.shapley == pytest.approx((added / len(orders) / 1e6).tolist(), rel=1e-9)


@pytest.mark.parametrize(("pollutant", "less"), [("SO2", False), ("VOC", True)])
def test_every_market_of_a_brief_has_a_certificate_that_holds(pollutant: str, less: bool) -> None:
    known = Assumed(years=3, cap_shift=-0.3 if less else 0.0, tax=500.0)
    mine = world_of(ZONE, RULES, pollutant, known)
    found = proofs_of(ZONE, RULES, mine, known)
    assert [proof.border for proof in found] == ["zone", "cities", *(["guarded"] if mine.transfer is not None else [])]
    for proof in found:
        held = check(json.dumps(proof.document), proof.file)
        done = solve(mine, proof.border, "none", "none")
        saved = mine.tax * float(((done.less.sum(axis=0) + done.taken.sum(axis=0)) * mine.discount).sum())
        assert proof.less == less
        assert held.cost == proof.cost == pytest.approx(done.cost - saved, rel=1e-8)
        assert held.gap < 1e-9


def test_one_process_and_two_say_the_same() -> None:
    zone, rules = small("shanxi")
    one = brief(zone, rules, ("NOx",), Assumed(years=1), sessions=0)
    two = brief(
        zone, rules, ("NOx",), Assumed(years=1), sessions=0, pool=lambda work, tasks, told: pooled(work, tasks, 2, told)
    )
    assert msgspec.json.encode(one) == msgspec.json.encode(two)
    assert [each.pollutant for each in one.pollutants] == ["NOx"]
    assert one.pollutants[0].judged["reference"]["gains"] is None


def test_a_remembered_equilibrium_is_that_of_the_same_figures_only() -> None:
    """Moved assumptions have states in common with those that are not moved; every figure of a market tells them."""
    mine = world()
    again = world_of(ZONE, RULES, "NOx", SHORT)
    assert solve(mine, "zone", "none", "none") is solve(again, "zone", "none", "none")
    for name in ("city", "side", "baseline", "growth", "caps", "discount", "step_source", "cost", "potential"):
        other = getattr(again, name).copy()
        other.flat[0] = 1 - other.flat[0] if name in ("side", "step_source") else 0.5 * other.flat[0] + 1
        assert markets.WorldFigures(replace(again, **{name: other})) != markets.WorldFigures(mine), name
    for name in ("backstop", "tax", "floor", "ceiling"):
        assert markets.WorldFigures(replace(again, **{name: 0.5 + getattr(again, name)})) != markets.WorldFigures(
            mine
        ), name
    assert markets.WorldFigures(replace(again, transfer=None)) != markets.WorldFigures(mine)


def test_dearer_technologies_and_tighter_caps_raise_the_price(facts: BriefFacts) -> None:
    swings = {(swing.knob, swing.at): swing.price for swing in facts.pollutants[0].swings}
    base = facts.pollutants[0].found.price
    assert swings["cost", "low"] < base < swings["cost", "high"]
    assert swings["caps", "-3"] > base > swings["caps", "+3"]
    assert swings["growth", "+1"] >= base >= swings["growth", "-1"]


def test_an_assumption_may_already_be_where_it_is_moved_to() -> None:
    """A discount rate of 3 or 8 percent is also one of the moves: the run of the base is not lost in it."""
    zone, rules = small("acidrain")
    for rate in (0.03, 0.08):
        found = brief(zone, rules, ("SO2",), Assumed(years=1, rate=rate), sessions=0)
        same = [behind for knob, at, _, behind in found.moved if (knob, at) == ("rate", f"{100 * rate:g}")]
        assert same == [0.0]


def test_growth_leaves_room_to_be_moved() -> None:
    for growth, cure in ((-0.5, "from -48 to 98"), (0.99, "from -48 to 98")):
        with pytest.raises(Malformed, match="--growth") as raised:
            brief(ZONE, RULES, ("PM",), Assumed(years=1, growth=growth), sessions=0)
        assert cure in str(raised.value)
    zone, rules = small("acidrain")
    assert brief(zone, rules, ("SO2",), Assumed(years=1, growth=-0.48), sessions=0).many == (4 * 2 + 1) * 3 * 2


def test_a_law_of_one_city_and_no_calls_has_a_brief_too() -> None:
    zone, rules = small("acidrain")
    found = brief(zone, rules, ("SO2",), Assumed(years=2), sessions=1)
    assert set(found.axes) == {"method", "sale", "term", "collar"}
    assert "pilots" not in found.scores
    assert found.pollutants[0].found.loads == ()


def bad() -> Iterator[tuple[object, str]]:
    yield ("CO",), "--pollutant: no such pollutant 'CO'"
    yield Assumed(years=0), "--years: 0 years"
    yield Assumed(growth=2.0), "--growth: 200 percent a year"
    yield Assumed(rate=float("nan")), "--rate"
    yield Assumed(tax=-1.0), "--tax: is -1"


@pytest.mark.parametrize(("wrong", "said"), list(bad()))
def test_what_cannot_be_is_named(wrong: object, said: str) -> None:
    assumed = wrong if isinstance(wrong, Assumed) else ASSUMED
    taxes = {"SO2": assumed.tax}
    with pytest.raises(Malformed) as raised:
        brief(ZONE, RULES, wrong if not isinstance(wrong, Assumed) else ("SO2",), assumed, taxes=taxes)  # type: ignore[arg-type]
    assert said in str(raised.value)


def test_an_option_changes_one_choice() -> None:
    assert with_option(REFERENCE, "sale", "paid") == BriefDesign(sale="paid")
