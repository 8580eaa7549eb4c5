"""Why nothing trades: a market made for each cause, one that is healthy, and one in which nothing has to trade."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from airshed.lab.brief.designs import REFERENCE, Border, BriefDesign, Method
from airshed.lab.brief.diagnosis import Diagnosis, MarketSeen, diagnose, diagnose_book
from airshed.lab.brief.judge import Judge
from airshed.lab.brief.states import WorldState, states_of
from airshed.lab.brief.world import Assumed, World
from airshed.lab.equilibrium.curves import Floats
from airshed.pages.brief.sentences import of_book
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load as load_zone
from laws import RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
JUDGE = Judge(states_of(ZONE, RULES, "NOx", Assumed(years=4)))
WORLD = JUDGE.world
EMITTED = JUDGE.of(REFERENCE).emitted(WORLD)[:, 0]
METHODS: tuple[Method, ...] = ("history", "equal_cut", "limit", "benchmark")
SOLD = replace(REFERENCE, sale="paid")


def given(factor: Floats) -> Floats:
    """What firms would emit times a factor, and as much in all."""
    return np.asarray(EMITTED * factor * float(EMITTED.sum()) / float((EMITTED * factor).sum()))


def named(found: Diagnosis) -> list[str]:
    return [finding.cause for finding in found.findings if finding.verdict != "no"]


def largest(place: int) -> int:
    """The group of firms that is the largest but so many."""
    sums = [float(EMITTED[WORLD.group == number].sum()) for number in range(len(WORLD.groups))]
    return int(np.argsort(sums)[::-1][place])


def alike_costs(seed: int) -> World:
    """The zone if all its technologies cost nearly the same, in an order of chance."""
    order = np.random.default_rng(seed).permutation(len(WORLD.cost))
    costs = WORLD.cost[0] + 0.1 * np.arange(len(WORLD.cost))
    return replace(WORLD, cost=costs, step_source=WORLD.step_source[order], potential=WORLD.potential[order])


def test_of_a_market_of_many_that_trade_nothing_is_wrong() -> None:
    found = diagnose(JUDGE, "healthy", REFERENCE, given_away=given(np.where(WORLD.group % 2 == 0, 1.2, 0.8)))
    assert found.predicted_t > 3_000
    assert named(found) == []
    assert found.idle_percent == 0


def test_given_just_as_needed_nothing_has_to_trade_and_no_suspect_is_to_blame() -> None:
    found = diagnose(JUDGE, "just", REFERENCE, given_away=EMITTED)
    assert (found.predicted_t, found.idle_percent) == (0.0, 100.0)
    assert named(found) == []
    assert [finding.figure for finding in found.findings][1:] == [None, None, None]


def test_where_all_is_sold_firms_have_nothing_to_trade_and_no_suspect_is_to_blame() -> None:
    found = diagnose(JUDGE, "sold", SOLD)
    assert (found.predicted_t, found.idle_percent, named(found)) == (0.0, 100.0, [])


@pytest.mark.parametrize("cap_shift", [0.2, 1.0])
def test_caps_that_ask_nothing_are_too_many_allowances_and_nothing_else(cap_shift: float) -> None:
    rich = Judge(states_of(ZONE, RULES, "SO2", Assumed(years=2, growth=0.0, cap_shift=cap_shift)))
    for design in (REFERENCE, BriefDesign("cities", "wall"), replace(REFERENCE, method="history")):
        assert named(diagnose(rich, "rich", design)) == ["too many allowances"], design


def test_a_tax_that_does_all_the_work_leaves_too_many_allowances() -> None:
    taxed = Judge(states_of(ZONE, RULES, "SO2", Assumed(years=2, tax=1e6)))
    found = diagnose(taxed, "taxed", REFERENCE)
    assert named(found) == ["too many allowances"]
    assert found.findings[0].figure == pytest.approx(-10, abs=0.01)


@pytest.mark.parametrize("seed", [0, 4, 5])
def test_where_costs_are_nearly_alike_a_fee_keeps_trade_away(seed: int) -> None:
    world = alike_costs(seed)
    judge = Judge([WorldState(0, "central", 1.0, world)])
    pro_rata = float(world.caps[:, 0].sum()) * world.baseline / float(world.baseline.sum())
    found = diagnose(judge, "fee", REFERENCE, given_away=pro_rata, fee=0.1)
    assert named(found) == ["costs of trading"]
    assert found.findings[1].figure == 0
    assert named(diagnose(judge, "no fee", REFERENCE, given_away=pro_rata, fee=0.0)) == []


def test_where_one_sells_to_one_the_market_is_thin_though_nobody_has_power() -> None:
    """Two of the smaller groups are off; everybody else was given just as needed."""
    seller, buyer = WORLD.group == largest(10), WORLD.group == largest(11)
    moved = 0.9 * min(float(EMITTED[seller].sum()), float(EMITTED[buyer].sum()))
    held = EMITTED.copy()
    held[seller] += moved * EMITTED[seller] / EMITTED[seller].sum()
    held[buyer] -= moved * EMITTED[buyer] / EMITTED[buyer].sum()
    found = diagnose(JUDGE, "thin", REFERENCE, given_away=held)
    assert named(found) == ["too few parties"]
    assert found.findings[2].figure == pytest.approx(1.0)


def test_a_firm_by_itself_is_thin_and_has_no_power_over_anybody() -> None:
    only = replace(WORLD, group=np.zeros_like(WORLD.group), groups=("one",))
    found = diagnose(Judge([WorldState(0, "central", 1.0, only)]), "alone", REFERENCE)
    assert named(found) == ["too few parties"]


def test_what_works_of_a_group_need_of_each_other_is_no_trade() -> None:
    """Each group has what it emits in all, its first works three tonnes in four too many and the others too few."""
    held = EMITTED.copy()
    for group in range(len(WORLD.groups)):
        own = np.flatnonzero(WORLD.group == group)
        if len(own) > 1:
            held[own] = 0.25 * EMITTED[own]
            held[own[0]] += 0.75 * float(EMITTED[own].sum())
    assert np.abs(held - EMITTED).max() > 100
    found = diagnose(JUDGE, "groups", REFERENCE, given_away=held)
    assert found.predicted_t == pytest.approx(0, abs=1e-6)
    assert (found.idle_percent, named(found)) == (100.0, [])


@pytest.mark.parametrize("border", ["cities", "zone"])
def test_where_trade_is_predicted_there_is_a_seller_and_a_buyer(border: Border) -> None:
    for method in METHODS:
        for place in diagnose(JUDGE, "any", BriefDesign(border, "wall", method)).places:
            assert (place.predicted_t > 0) == (place.sellers > 0 and place.buyers > 0), (method, place)


def test_a_large_firm_among_many_has_power_though_the_market_is_not_thin() -> None:
    factor = np.where(WORLD.group == largest(0), 1.6, np.where(WORLD.group % 3 == 0, 1.3, 0.6))
    found = diagnose(JUDGE, "strong", REFERENCE, given_away=given(factor))
    assert named(found) == ["market power"]
    assert min(found.places[0].sellers, found.places[0].buyers) >= 3


def test_what_a_book_shows_is_diagnosed_with_its_own_allocation_law_and_fee() -> None:
    """The same allocation as the design's gives the same diagnosis; another names what the book has wrong."""
    own = dict(zip(WORLD.sources, JUDGE.free(REFERENCE)[:, 0].tolist(), strict=True))
    same = diagnose_book(JUDGE, MarketSeen(0.0, own, REFERENCE, WORLD.fee))
    assert same is not None
    assert same == msgspec.structs.replace(diagnose(JUDGE, "reference", REFERENCE, 0.0), design="book")
    assert "In its way" not in of_book(same).en
    assert "look at permissions" in of_book(same).en
    split = diagnose_book(JUDGE, MarketSeen(0.0, own, BriefDesign("cities", "wall"), WORLD.fee))
    assert split is not None
    assert "In its way: too few parties, market power." in of_book(split).en
    exact = diagnose_book(
        JUDGE, MarketSeen(0.0, dict(zip(WORLD.sources, EMITTED.tolist(), strict=True)), REFERENCE, 0.015)
    )
    assert exact is not None
    assert "Nothing has to trade, and nothing is wrong." in of_book(exact).en
    traded = diagnose_book(JUDGE, MarketSeen(same.predicted_t, own, REFERENCE, WORLD.fee))
    assert traded is not None
    assert "(100 % of it are there). Trade is there." in of_book(traded).en
    assert diagnose_book(JUDGE, MarketSeen(0.0, None, REFERENCE, WORLD.fee)) is None
