"""Operators' marks: what they do to hours, what they cannot do, and what a verifier sees of them."""

from __future__ import annotations

import math
from typing import get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.mrv import states
from airshed.mrv.hours import close_hours
from airshed.mrv.marks import HoursMark, effect_of
from airshed.mrv.readings import OXYGEN, TEMPERATURE, VELOCITY, HourReading
from airshed.mrv.rules import MarkKind, MarkRule
from airshed.mrv.states import Measured, Missing, Stopped, Substituted
from airshed.mrv.year import StackYear, close_year, close_year_with_hours
from naive_hours import close_hour
from stack_years import HOURS, RULES, SHIPPED, SO2, STACK, YEAR, changed, frame, readings_from_rows, steady_year

KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
NAN = math.nan
STILL: HourReading = {VELOCITY: (0.3, "N"), OXYGEN: (20.8, "N"), SO2: (1.2, "N")}
FAN: HourReading = {VELOCITY: (6.0, "N"), OXYGEN: (20.8, "N"), SO2: (0.4, "N")}


def mass(closed: StackYear, pollutant: str = "SO2") -> int:
    return next(each.mass_mg for each in closed.masses if each.pollutant == pollutant)


def test_every_kind_of_mark_has_an_effect_in_the_shipped_law() -> None:
    assert [rule.kind for rule in SHIPPED.marks] == list(KINDS)
    assert effect_of("start_up", SHIPPED) == "exempt"
    assert effect_of("fault", msgspec.structs.replace(RULES, marks=())) is None


@pytest.mark.parametrize(
    ("reading", "kind", "outcome"),
    [
        (frame(STILL), "stopped", Stopped()),
        (frame(FAN), "stopped", Stopped()),
        (None, "stopped", Stopped()),
        (frame({OXYGEN: (0.0, "D"), VELOCITY: (0.4, "N")}, "D"), "stopped", Stopped()),
        (frame(), "stopped", Missing("contradicted_stop")),
        (frame({SO2: (100.0, "D")}), "stopped", Missing("contradicted_stop")),
        (frame({OXYGEN: (NAN, "")}), "stopped", Missing("contradicted_stop")),
        (frame({OXYGEN: (20.9, "D")}), "stopped", Missing("contradicted_stop")),
        (frame(flag="F"), "stopped", Missing("contradicted_stop")),
        (frame({OXYGEN: (20.9, "F"), VELOCITY: (0.4, "F")}, "F"), "fault", Stopped()),
        (frame(), "maintenance", Missing("mark_maintenance")),
        (frame({SO2: (100.0, "D")}), "maintenance", Missing("flag_D")),
        (None, "maintenance", Missing("no_frame")),
        (frame(), "calibration", Missing("mark_calibration")),
        (frame({SO2: (100.0, "D")}), "calibration", Missing("mark_calibration")),
    ],
)
def test_a_mark_does_to_an_hour_what_the_law_says_of_its_kind(
    reading: HourReading | None, kind: MarkKind, outcome: Missing | Stopped
) -> None:
    """A stop mark is refuted by the hour's own readings as flag F is; no other mark makes anything weigh nothing."""
    assert close_hour(STACK, reading, RULES, "SO2", (kind,)) == outcome


@pytest.mark.parametrize("kind", ["start_up", "shut_down", "fault"])
def test_an_exempt_hour_is_weighed_in_full_and_not_compared_with_the_limit(kind: MarkKind) -> None:
    dirty = changed(steady_year(), slice(100, 106), values={SO2: 412.0})
    plain = close_year(STACK, dirty, RULES)
    marked = close_year(STACK, dirty, RULES, None, [HoursMark(kind, 98, 107, 7)])

    assert marked.masses == plain.masses
    assert marked.days == plain.days
    assert [each.hours_over for each in plain.exceedances] == [6, 0, 0]
    assert [(each.hours_over, each.hours_compared) for each in marked.exceedances] == [(0, HOURS - 10)] * 3
    (found,) = (each for each in marked.findings if each.code == "marked_exceedance")
    assert (found.subject, found.first_hour, found.last_hour, found.hours) == ("SO2", 100, 105, 6)
    assert found.detail.startswith(f"mark 7 ({kind}) covers hours above the limit; the highest reads 412.0 mg/m3")


def test_a_stack_without_oxygen_stands_still_when_nothing_moves() -> None:
    mill = msgspec.structs.replace(STACK, measures_oxygen=False)

    assert close_hour(mill, frame({VELOCITY: (1.0, "N")}), RULES, "PM", ("stopped",)) == Stopped()
    assert close_hour(mill, frame(), RULES, "PM", ("stopped",)) == Missing("contradicted_stop")


def test_a_mark_that_hides_an_exceedance_is_found_with_what_it_took() -> None:
    """The monitor read 412 mg/m3; under the mark the highest of the hours before stands in."""
    dirty = changed(steady_year(), slice(500, 510), values={SO2: np.linspace(412, 420, 10)})
    closed, hours = close_year_with_hours(STACK, dirty, RULES, None, [HoursMark("maintenance", 495, 512, 3)])
    found = {each.code: each for each in closed.findings}

    assert isinstance(hours["SO2"].at(505), Substituted)
    assert hours["SO2"].raw.at(505) == Missing("mark_maintenance")
    assert hours["SO2"].raw.marked is not None
    assert hours["SO2"].raw.marked.number[494:514].tolist() == [0, *[3] * 18, 0]
    assert found["marked_exceedance"].hours == 10
    assert found["marked_less"].hours == 10
    read, final = close_hours(STACK, dirty, RULES)[0]["SO2"].mass_mg, hours["SO2"].mass_mg
    less_kg = int((read - final)[500:510].sum()) / 1e6
    assert (
        found["marked_less"].detail == f"by mark 3 (maintenance) they weigh {less_kg:.3f} kg less than the monitor read"
    )


def test_a_calibration_mark_looks_back_from_the_calibration_before() -> None:
    """Hours between the last calibration and the failed one are in doubt, so the highest of them does not stand in."""
    rising = changed(steady_year(), slice(600, 700), values={SO2: 150.0 + np.arange(100) / 10})
    marks = [HoursMark("calibration", 600, 600, 1), HoursMark("calibration", 700, 701, 2)]
    _, hours = close_year_with_hours(STACK, rising, RULES, None, marks)
    _, other = close_year_with_hours(STACK, rising, RULES, None, [HoursMark("maintenance", 700, 701, 2)])
    kinds = [(gap.first_hour, gap.kind) for gap in hours["SO2"].gaps]

    assert kinds == [(600, "out_of_control"), (700, "out_of_control")]
    assert hours["SO2"].mass_mg[700] < other["SO2"].mass_mg[700]


def test_readings_are_as_they_were_after_any_mark() -> None:
    readings = steady_year()
    before = {factor: column.copy() for factor, column in readings.values.items()}
    close_hours(STACK, readings, RULES, [HoursMark(kind, 10, 99, n) for n, kind in enumerate(KINDS, 1)])

    assert all((readings.values[factor] == column).all() for factor, column in before.items())
    assert all((column == ord("N")).all() for column in readings.flags.values())


def test_what_a_kind_does_is_data_of_the_law() -> None:
    rules = msgspec.structs.replace(RULES, marks=(MarkRule("fault", "invalid"),))

    assert close_hour(STACK, frame(), rules, "SO2", ("fault",)) == Missing("mark_fault")
    assert isinstance(close_hour(STACK, frame(), RULES, "SO2", ("fault",)), Measured)
    assert isinstance(close_hour(STACK, frame(), rules, "SO2", ("stopped",)), Measured)


frames = st.sampled_from(
    [
        None,
        frame(),
        frame(STILL),
        frame(FAN),
        frame({OXYGEN: (20.9, "F"), VELOCITY: (0.4, "F")}, "F"),
        frame(flag="F"),
        frame({SO2: (100.0, "C")}),
        frame({TEMPERATURE: (NAN, "")}),
        frame({OXYGEN: (0.0, "D")}),
        frame({VELOCITY: (0.4, "N"), OXYGEN: (0.0, "D")}),
        frame({VELOCITY: (NAN, ""), OXYGEN: (8.0, "N")}),
    ]
)
some_marks = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 29), st.integers(0, 9)), min_size=1, max_size=4
).map(lambda rows: [HoursMark(kind, first, min(first + more, 29), n) for n, (kind, first, more) in enumerate(rows, 1)])


@settings(max_examples=60, deadline=None)
@given(st.lists(frames, min_size=30, max_size=30), some_marks, st.booleans())
def test_marks_on_columns_do_what_they_do_to_hours_one_by_one(
    said: list[HourReading | None], marks: list[HoursMark], oxygen: bool
) -> None:
    stack = msgspec.structs.replace(STACK, measures_oxygen=oxygen)
    rules = msgspec.structs.replace(RULES, flat_line_hours=HOURS)
    rows = [(f"202701{1 + n // 24:02}{n % 24:02}0000", each) for n, each in enumerate(said) if each is not None]
    closed, _ = close_hours(stack, readings_from_rows(YEAR, rows), rules, marks)

    for hour, each in enumerate(said):
        kinds = tuple(mark.kind for mark in marks if mark.first_hour <= hour <= mark.last_hour)
        for pollutant in stack.pollutants:
            assert closed[pollutant].at(hour) == close_hour(stack, each, rules, pollutant, kinds), (hour, kinds)


@settings(max_examples=40, deadline=None)
@given(st.lists(frames, min_size=30, max_size=30), some_marks)
def test_no_mark_but_a_standstill_that_readings_bear_out_makes_an_hour_weigh_nothing(
    said: list[HourReading | None], marks: list[HoursMark]
) -> None:
    """I10. Whatever is marked, an hour whose readings show a fire is measured or missing, never stopped."""
    burning = {VELOCITY: (12.6, "N"), OXYGEN: (7.4, "N")}
    lit = [None if each is None else {**each, **burning} for each in said]
    rows = [(f"202701{1 + n // 24:02}{n % 24:02}0000", each) for n, each in enumerate(lit) if each is not None]
    closed, _ = close_hours(STACK, readings_from_rows(YEAR, rows), RULES, marks)

    for hour, each in enumerate(lit):
        if each is not None:
            assert closed["SO2"].status[hour] != states.STOPPED
        elif closed["SO2"].status[hour] == states.STOPPED:
            assert closed["SO2"].why[hour] == states.MARKS["stopped"]


kinds_that_lose = st.sampled_from(("maintenance", "calibration"))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.floats(20, 300), min_size=24, max_size=24),
    st.integers(400, 600),
    st.integers(1, 60),
    kinds_that_lose,
)
def test_the_mass_falls_by_a_mark_only_in_hours_heavier_than_all_that_is_looked_back_on_and_says_so(
    day: list[float], first: int, length: int, kind: MarkKind
) -> None:
    """Mass never falls because hours were marked, but where they exceed the highest of their look-back: HJ 75 lets that
    stand in. What an hour loses that way is in `marked_less`, so the year is never lighter than that finding says."""
    readings = changed(steady_year(), slice(first, first + 24), values={SO2: np.array(day)})
    plain = close_year(STACK, readings, RULES)
    closed, hours = close_year_with_hours(STACK, readings, RULES, None, [HoursMark(kind, first, first + length - 1, 1)])
    final, raw = hours["SO2"], close_hours(STACK, readings, RULES)[0]["SO2"].mass_mg
    stand_in = int(final.mass_mg[first])
    heavier = np.maximum(raw[first : first + length] - stand_in, 0)
    said = [each for each in closed.findings if each.code == "marked_less" and each.subject == "SO2"]

    assert mass(closed) >= mass(plain) - int(heavier.sum())
    assert sum(each.hours for each in said) == np.count_nonzero(heavier)
    if stand_in >= raw[first : first + length].max():
        assert mass(closed) >= mass(plain)
