"""The price of a bad meter: what breaking it costs, under either law."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.lab.stacks.meter_trial import meter_prices, simulated_hours
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.meter_price import (
    SCENARIOS,
    LossScenario,
    MeterPrice,
    heaviest_first,
    lost_places,
    price_of,
    whole_year,
    without,
)
from airshed.mrv.states import MEASURED, MISSING, STOPPED
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load as load_zone
from airshed.zone.monitoring import registrations
from stack_years import HOURS, NOX, PM, RULES, SO2, STACK, YEAR, changed, steady_year

ODD = LossScenario("odd", 100, 1, "random")
DAY = LossScenario("a day", 1_000, 30, "random")
WORST = LossScenario("worst", 1_000, 30, "highest")


def year_of(concentrations: np.ndarray[tuple[int], np.dtype[np.float64]]) -> ClosedHours:
    readings = changed(steady_year(), slice(None), values={SO2: concentrations, NOX: 80.0, PM: 10.0})
    return whole_year(close_hours(STACK, readings, RULES)[0]["SO2"])


def prices(raw: ClosedHours, scenario: LossScenario, seed: int = 7) -> tuple[MeterPrice, ...]:
    orders = [np.random.default_rng(seed).permutation(HOURS)]
    return price_of(STACK, "SO2", raw, YEAR, RULES, scenario, orders, 1_000_000, before=raw)


def test_a_meter_that_fails_on_a_steady_source_costs_nothing_under_either_law() -> None:
    for price in prices(year_of(np.full(HOURS, 100.0)), DAY):
        assert price.difference_mg == 0
        assert price.cost_fen == 0
        assert price.missing_hours == 0


def test_the_highest_of_the_look_back_makes_the_chinese_meter_dearer_to_break_at_random() -> None:
    uneven = year_of(100 + 30 * np.random.default_rng(3).standard_normal(HOURS))
    ours, theirs = prices(uneven, ODD)

    assert (ours.law, theirs.law) == ("hj75", "part75")
    assert ours.lost_hours == theirs.lost_hours == 88
    assert ours.difference_mg > 10 * abs(theirs.difference_mg)
    assert ours.cost_fen == round(ours.difference_mg / 1e6) * 1_000


def test_breaking_the_meter_at_a_lone_peak_pays_under_either_law() -> None:
    """The one loophole that both have: nothing in the look-back is as high as the hour that is hidden."""
    peaks = np.full(HOURS, 100.0)
    peaks[4_000] = 900.0
    for price in prices(year_of(peaks), LossScenario("peak", 1, 1, "highest")):
        assert price.lost_hours == 1
        assert price.difference_mg < 0
        assert price.cost_fen < 0


def test_two_good_flow_hours_are_worth_more_than_none_under_part_75() -> None:
    uneven = year_of(100 + 30 * np.random.default_rng(3).standard_normal(HOURS))
    for scenario in (WORST, msgspec.structs.replace(WORST, lost="all")):
        raw = without(uneven, np.arange(100, 130), scenario)
        assert raw.flow_m3_h is not None
        assert bool(np.isnan(raw.flow_m3_h[100])) == (scenario.lost == "all")
        assert int(raw.status[100]) == MISSING
        assert uneven.status[100] == MEASURED


def test_hours_that_were_never_measured_are_not_part_of_the_trial() -> None:
    readings = changed(steady_year(), slice(50, 60), flags={SO2: "D"})
    closed = close_hours(STACK, readings, RULES)[0]["SO2"]
    whole = whole_year(closed)

    assert (closed.status[50:60] == MISSING).all()
    assert (whole.status[50:60] == STOPPED).all()
    assert whole.mass_mg.sum() == closed.mass_mg.sum()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6_000), st.integers(1, 40), st.integers(20, 400), st.integers(0, 2**32 - 1))
def test_gaps_are_whole_and_none_is_beside_another(share: int, length: int, count: int, seed: int) -> None:
    scenario = LossScenario("", share, length, "random")
    lost = lost_places(np.ones(count, np.int64), scenario, np.random.default_rng(seed).permutation(count))

    cuts = np.flatnonzero(np.diff(lost) > 1) + 1
    assert all(len(gap) == length for gap in np.split(lost, cuts)) or not lost.size
    assert not lost.size or (lost[0] >= 0 and lost[-1] < count)
    assert len(lost) <= max(1, (share * count + 5_000 * length) // (10_000 * length)) * length


@given(st.lists(st.integers(0, 1_000), min_size=1, max_size=60), st.integers(1, 20))
def test_the_heaviest_gap_comes_first(masses: list[int], length: int) -> None:
    order = heaviest_first(np.array(masses, np.int64), min(length, len(masses))).tolist()
    weights = [sum(masses[place : place + min(length, len(masses))]) for place in order]

    assert sorted(weights, reverse=True) == weights
    assert sorted(order) == list(range(len(masses) - min(length, len(masses)) + 1))


def test_a_simulated_stack_has_a_price_for_every_scenario_and_law_and_the_seed_repeats_it() -> None:
    zone = load_zone(shipped("zones", "dianzhong"))
    stack = next(each for each in zone.stacks if each.stack == "QJ-PWR-03-B")
    registration = registrations(zone)[stack.stack]
    rules = msgspec.structs.replace(RULES, determination_basis_points=10_000)

    def run(seed: int) -> list[MeterPrice]:
        return meter_prices(stack, registration, YEAR, seed, rules, 1_000_000, pollutants=["SO2"], draws=2)

    told = run(7)
    assert [(each.scenario.name, each.law) for each in told] == [
        (scenario.name, law) for scenario in SCENARIOS for law in ("hj75", "part75")
    ]
    assert len({each.true_mg for each in told}) == 1
    assert all(each.lowest_mg <= each.reported_mg <= each.highest_mg for each in told)
    assert run(7) == told
    assert run(8) != told


def test_a_simulated_year_knows_its_load_and_lacks_nothing() -> None:
    zone = load_zone(shipped("zones", "dianzhong"))
    stack = next(each for each in zone.stacks if each.stack == "QJ-PWR-03-B")
    raw = simulated_hours(stack, registrations(zone)[stack.stack], YEAR, 7, RULES)["NOx"]

    assert raw.load is not None
    assert not (raw.status == MISSING).any()
    running = raw.status == MEASURED
    assert not np.isnan(raw.load[running]).any()
    assert raw.load[running].max() < 1.2
    assert replace(raw, load=None).load is None
