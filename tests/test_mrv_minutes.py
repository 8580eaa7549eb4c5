"""Hours built of reports of minutes: 45 valid ones make an hour, fewer make none, and none makes a standstill."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.mrv import hj212
from airshed.mrv.hj212.frame_hours import MINUTE_REPORT, hour_rows
from airshed.mrv.hours import close_hours
from airshed.mrv.minutes import INTERVALS, filled_with, hours_of_minutes, interval_of
from airshed.mrv.readings import FACTORS, VELOCITY, StackReadings
from airshed.mrv.states import Measured, Missing, Stopped
from stack_years import RULES, SO2, STACK, TYPICAL, YEAR, changed, steady_year

START = np.datetime64(f"{YEAR}-01-01T00:00", "m")
Said = list[tuple[float, str]]


def built(said: Said, interval: int = 10, factor: str = SO2) -> StackReadings:
    """A year from reports one after another; the other factors are as usual."""
    times = START + np.arange(len(said)) * np.timedelta64(interval, "m")
    means = {code: np.full(len(said), mean) for code, mean in TYPICAL.items()}
    flags = {code: np.full(len(said), "N") for code in TYPICAL}
    means[factor] = np.array([mean for mean, _ in said])
    flags[factor] = np.array([flag for _, flag in said], np.str_)
    return hours_of_minutes(YEAR, times, means, flags, interval, RULES)


@pytest.mark.parametrize(
    ("interval", "valid", "outcome"),
    [(1, 45, True), (1, 44, False), (10, 5, True), (10, 4, False), (15, 3, True), (15, 2, False), (5, 9, True)],
)
def test_45_valid_minutes_make_an_hour(interval: int, valid: int, outcome: bool) -> None:
    """HJ 76-2017 appendix B, HJ 212-2017 equation (24)."""
    said: Said = [(100.0 + n, "N") for n in range(valid)] + [(math.nan, "N")] * (60 // interval - valid)
    readings = built(said, interval)
    closed, _ = close_hours(STACK, readings, RULES)

    assert isinstance(closed["SO2"].at(0), Measured) is outcome
    if outcome:
        assert readings.column(SO2)[0] == pytest.approx(np.mean([100.0 + n for n in range(valid)]))
    else:
        assert closed["SO2"].at(0) == Missing("too_few_minutes")
        assert [(each.code, each.hours) for each in closed["SO2"].findings] == [("too_few_minutes", 1)]


@pytest.mark.parametrize(
    ("letters", "outcome"),
    [
        ("NNNNND", None),
        ("NNNNDD", Missing("flag_D")),
        ("NNNDCC", Missing("flag_C")),
        ("NNNNFF", Missing("too_few_minutes")),
        ("FFFFFN", Missing("too_few_minutes")),
        ("FFFFFD", Missing("flag_D")),
    ],
)
def test_the_bad_flag_of_most_minutes_says_why_and_part_of_an_hour_is_no_standstill(
    letters: str, outcome: Missing | None
) -> None:
    closed, _ = close_hours(STACK, built([(100.0, letter) for letter in letters]), RULES)

    assert isinstance(closed["SO2"].at(0), Measured) if outcome is None else closed["SO2"].at(0) == outcome


def test_an_hour_stands_still_when_all_its_minutes_do() -> None:
    times = START + np.arange(6) * np.timedelta64(10, "m")
    means = {code: np.full(6, 0.0 if code == VELOCITY else mean) for code, mean in TYPICAL.items()}
    flags = {code: np.full(6, "F") for code in TYPICAL}
    closed, _ = close_hours(STACK, hours_of_minutes(YEAR, times, means, flags, 10, RULES), RULES)

    assert closed["SO2"].at(0) == Stopped()
    assert closed["SO2"].at(1) == Missing("no_frame")


def test_minutes_come_from_the_wire_and_a_second_report_of_one_changes_nothing() -> None:
    frames: list[bytes] = []
    for minute in (0, 10, 20, 20, 30, 40, 50):
        text = ";".join(f"{code}-Avg={mean:g},{code}-Flag=N" for code, mean in TYPICAL.items())
        again = text.replace(f"{SO2}-Avg=100.582", f"{SO2}-Avg=1") if len(frames) == 3 else text
        frames.append(
            hj212.seal(f"ST=31;CN=2051;MN=A1;Flag=4;CP=&&DataTime=2027010100{minute:02}00;{again}&&".encode())
        )
    rows = hour_rows(frames, FACTORS, report=MINUTE_REPORT)

    assert interval_of(rows.time) == 10
    readings = hours_of_minutes(YEAR, rows.time, rows.avg, rows.flag, 10, RULES)
    assert readings.column(SO2)[0] == pytest.approx(100.582)
    assert len(hour_rows(frames, FACTORS).refused) == len(frames)


def test_what_a_device_reports_as_an_hour_goes_before_what_is_built() -> None:
    whole = changed(steady_year(), slice(1, None), framed=False)
    both = filled_with(whole, built([(50.0, "N")] * 12))

    assert both.framed[:3].tolist() == [True, True, False]
    assert both.column(SO2)[:2].tolist() == [whole.column(SO2)[0], 50.0]
    assert filled_with(steady_year(), built([(50.0, "N")] * 12)).column(SO2)[1] == steady_year().column(SO2)[1]


def test_steps_that_the_standard_does_not_know_give_no_interval() -> None:
    assert interval_of(START + np.array([0, 7, 14]) * np.timedelta64(1, "m")) is None
    assert interval_of(START + np.array([0]) * np.timedelta64(1, "m")) is None


minute = st.tuples(st.one_of(st.floats(0, 500), st.just(math.nan)), st.sampled_from(["N", "N", "N", "D", "F", "C", ""]))


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([i for i in INTERVALS if i >= 5]), st.data())
def test_an_hour_is_measured_exactly_when_enough_of_its_minutes_are(interval: int, data: st.DataObject) -> None:
    said = data.draw(st.lists(minute, min_size=60 // interval, max_size=60 // interval))
    rules = msgspec.structs.replace(RULES, flat_line_hours=9_000)
    good = [mean for mean, flag in said if flag == "N" and not math.isnan(mean)]
    closed, _ = close_hours(STACK, built(said, interval), rules)
    hour = closed["SO2"].at(0)

    assert isinstance(hour, Measured) == (len(good) * interval >= 45)
    assert not isinstance(hour, Stopped)
    if isinstance(hour, Measured):
        assert closed["SO2"].measured_mg_m3[0] == pytest.approx(sum(good) / len(good))
