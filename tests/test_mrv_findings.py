"""Bad input: each kind has its finding and its effect on the hours, and none is ever a zero."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.mrv import hj212, states
from airshed.mrv.annual import SUSPICIOUS
from airshed.mrv.columns import Mask
from airshed.mrv.findings import SEEN, Finding, FindingCode
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.hours import close_hours
from airshed.mrv.readings import (
    FACTORS,
    FLOW,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    StackReadings,
)
from airshed.mrv.states import Measured, Missing, Stopped, Substituted
from airshed.mrv.unit_slips import unit_slips
from airshed.mrv.year import close_year, close_year_with_hours
from airshed.mrv.year_from_frames import TOTALS, ReceivedAt, clock_hours, told_year
from airshed.pages.stack.words import why_said
from stack_years import HOURS, NOX, PM, RULES, SO2, STACK, TYPICAL, YEAR, changed, steady_year

NEW_YEAR = datetime(YEAR, 1, 1)
CODES = (*FACTORS, FLOW)
PAGE = Path(__file__).parents[1] / "docs" / "reference" / "findings.md"


def wire(
    hour: datetime,
    sent: datetime | None,
    so2: float = 100.0,
    *,
    head: str = "",
    flag: int = 4,
    letter: str = "N",
    velocity: float = 12.6,
) -> bytes:
    """An hourly frame (CN 2061) of the stack: the hour that it names, and the moment in its QN."""
    said = {**TYPICAL, SO2: so2, VELOCITY: velocity}
    text = ";".join(f"{factor}-Avg={mean:g},{factor}-Flag={letter}" for factor, mean in said.items())
    qn = "" if sent is None else f"QN={sent:%Y%m%d%H%M%S}{sent.microsecond // 1000:03d};"
    begin = f"{qn}ST=31;CN=2061;PW=1;MN=A1;Flag={flag};{head}CP=&&DataTime={hour:%Y%m%d%H0000};{text}&&"
    return hj212.seal(begin.encode())


def year_of(frames: Sequence[bytes], received: Sequence[datetime] | None = None) -> StackReadings:
    rows = hour_rows(frames, CODES, totals=TOTALS)
    receipt = None
    if received is not None:
        days = np.array([f"{when:%Y-%m-%d}" for when in received], "datetime64[D]")[rows.position]
        receipt = ReceivedAt(days.astype("datetime64[ms]"), (days + np.timedelta64(1, "D")).astype("datetime64[ms]"))
    return told_year(YEAR, rows, receipt=receipt)


def at(hour: float) -> datetime:
    return NEW_YEAR + timedelta(hours=hour)


def only(found: Sequence[Finding], code: FindingCode) -> Finding:
    (one,) = (each for each in found if each.code == code)
    return one


def codes_of(readings: StackReadings) -> set[str]:
    return {each.code for each in close_year(STACK, readings, RULES).findings}


# --- clocks


@pytest.mark.parametrize(("off", "side"), [(-48, "behind"), (48, "ahead of")])
def test_hours_stamped_by_a_clock_two_days_off_are_missing(off: int, side: str) -> None:
    """Nobody knows which hours they tell of: they are not moved, and the year says which they are."""
    frames = [wire(at(100 + n + off), at(101 + n)) for n in range(24)]
    readings = year_of(frames)
    closed, found = close_hours(STACK, readings, RULES)
    one = only(found, "clock_off")

    assert (one.first_hour, one.last_hour, one.hours) == (100 + off, 123 + off, 24)
    assert f"up to 4{'7' if off > 0 else '8'}.0 h {side}" in one.detail or f"48.0 h {side}" in one.detail
    assert closed["SO2"].at(110 + off) == Missing("clock_off")
    assert closed["SO2"].mass_mg.sum() == 0
    assert (closed["SO2"].status == states.MISSING).all()


def test_a_stop_flag_of_a_clock_that_is_off_stops_nothing() -> None:
    frames = [wire(at(100 + n - 48), at(101 + n), letter="F") for n in range(24)]
    closed, _ = close_hours(STACK, year_of(frames), RULES)
    true, _ = close_hours(STACK, year_of([wire(at(60), at(61), letter="F", velocity=0.0)]), RULES)

    assert closed["SO2"].at(60) == Missing("clock_off")
    assert true["SO2"].at(60) == Stopped()


def test_a_queue_sent_after_an_outage_is_late_but_not_off() -> None:
    """After 60 hours without a line the hours come within a minute: each is an hour less late than the one before."""
    queue = [wire(at(100 + n), at(160) + timedelta(seconds=n)) for n in range(60)]
    readings = year_of([wire(at(99), at(100)), *queue, wire(at(160), at(161))])

    assert readings.clock_h is None
    assert isinstance(close_hours(STACK, readings, RULES)[0]["SO2"].at(130), Measured)


def test_what_is_marked_as_sent_again_may_be_as_late_as_it_likes() -> None:
    """The edition of 2025 says RF=1; such hours may come one a day."""
    frames = [wire(at(n), at(n + 300), head="RF=1;", flag=8) for n in range(5)]
    plain = [wire(at(n), at(n + 300), flag=8) for n in range(5)]

    assert year_of(frames).clock_h is None
    assert year_of(plain).clock_h is not None


def test_a_label_that_is_off_by_no_more_than_the_tolerance_counts() -> None:
    frames = [wire(at(100 + n), at(100 + n)) for n in range(24)]  # labelled by the end of the hour
    two = [wire(at(100 + n + 1), at(100 + n)) for n in range(24)]
    strict = msgspec.structs.replace(RULES, clock_tolerance_hours=1.5)

    assert year_of(frames).clock_h is None
    assert "clock_off" not in codes_of(year_of(two))
    assert only(close_hours(STACK, year_of(two), strict)[1], "clock_off").hours == 24


def test_the_true_report_of_an_hour_holds_even_where_a_wrong_clock_spoke_of_it_first() -> None:
    wrong = [wire(at(148 + n), at(101 + n), so2=9.0) for n in range(3)]
    right = [wire(at(148 + n), at(149 + n), so2=100.0) for n in range(3)]
    readings = year_of([*wrong, *right])

    assert readings.column(SO2)[148:151].tolist() == [100.0] * 3
    assert readings.duplicates == (148, 149, 150)
    assert isinstance(close_hours(STACK, readings, RULES)[0]["SO2"].at(149), Measured)


def test_a_device_whose_moments_of_sending_are_off_as_well_is_found_by_the_days_of_receipt() -> None:
    """QN and DataTime agree, both two days off; the host received them on other days."""
    days = [n // 24 for n in range(96)]
    hours = [wire(at(48 + n), at(49 + n)) for n in range(96)]
    slow = year_of(hours, [at(96 + 24 * day) for day in days])
    fast = year_of(hours, [at(24 * day) for day in days])
    right = year_of(hours, [at(49 + n) for n in range(96)])
    replayed = year_of(hours, [at(2000)] * 96)

    assert "clock_off" in codes_of(slow)
    assert "clock_off" in codes_of(fast)
    assert right.clock_h is None
    assert replayed.clock_h is None


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(-80, 400)), max_size=30))
def test_a_frame_that_comes_when_it_should_is_never_off(rows: list[tuple[int, int]]) -> None:
    hours = np.array([f"{at(hour):%Y-%m-%dT%H}" for hour, _ in rows], "datetime64[h]")
    sent = np.array([at(hour + 1 + late).isoformat() for hour, late in rows], "datetime64[ms]")
    off = clock_hours(hours, sent, np.zeros(len(rows), np.bool_))

    for (_, late), one in zip(rows, off.tolist(), strict=True):
        assert one in {0.0, -float(late)}
        assert late >= 0 or one == -late


# --- flow, oxygen, measures


def test_a_flow_below_zero_is_no_value_whoever_says_it() -> None:
    back = changed(steady_year(), slice(10, 13), values={VELOCITY: -4.0})
    closed, found = close_hours(STACK, back, RULES)
    stated = replace(steady_year(), flow_m3_s=np.where(np.arange(HOURS) == 7, -1.0, 290.0))

    assert closed["SO2"].at(11) == Missing("negative_flow")
    assert (only(found, "negative_flow").subject, only(found, "negative_flow").hours) == (VELOCITY, 3)
    unused, said = close_hours(STACK, stated, RULES)
    assert only(said, "negative_flow").subject == FLOW
    assert isinstance(unused["SO2"].at(7), Measured)


def test_oxygen_of_air_is_a_leak_where_hot_gas_moves_and_idling_where_it_does_not() -> None:
    leak = changed(steady_year(), slice(10, 20), values={OXYGEN: 20.9})
    cold = changed(steady_year(), slice(10, 20), values={OXYGEN: 20.9, TEMPERATURE: 22.0})
    still = changed(steady_year(), slice(10, 20), values={OXYGEN: 21.0, VELOCITY: 0.4})
    closed, found = close_hours(STACK, leak, RULES)

    assert closed["SO2"].at(12) == Missing("air_leak")
    assert only(found, "air_leak").hours == 10
    for each in (cold, still):
        weighed, seen = close_hours(STACK, each, RULES)
        assert isinstance(weighed["SO2"].at(12), Measured)
        assert only(seen, "ambient_oxygen").hours == 10


@pytest.mark.parametrize("times", [1_000.0, 0.001])
def test_a_level_that_jumps_by_a_thousand_is_in_another_measure_and_not_valid(times: float) -> None:
    usual = steady_year().column(NOX)
    slipped = changed(steady_year(), slice(200, 240), values={NOX: usual[200:240] * times})
    closed, hours = close_year_with_hours(STACK, slipped, RULES)
    one = only(closed.findings, "unit_slip")

    assert (one.subject, one.first_hour, one.last_hour) == ("NOx", 200, 239)
    assert hours["NOx"].raw.at(220) == Missing("unit_slip")
    assert isinstance(hours["NOx"].at(220), Substituted)
    assert isinstance(hours["SO2"].at(220), Measured)


def test_a_peak_is_not_a_slip_of_measure() -> None:
    """Guodian Xuanwei 8#, February 2018: 1,659.7 mg/m3 where 100 are usual; and a single absurd hour is a spike."""
    peak = changed(steady_year(), slice(200, 206), values={SO2: 1_659.7095})
    spike = changed(steady_year(), slice(200, 202), values={SO2: 90_000.0})

    assert "unit_slip" not in codes_of(peak)
    assert "unit_slip" not in codes_of(spike)
    assert close_year(STACK, peak, RULES).exceedances[0].hours_over == 6


def test_a_year_in_micrograms_is_told_by_the_limit() -> None:
    """A median of 80,000 over a limit of 100 is another measure, also where only a few hours are right."""
    micro = changed(steady_year(), slice(0, 8_000), values={NOX: steady_year().column(NOX)[:8_000] * 1_000})
    closed, hours = close_year_with_hours(STACK, micro, RULES)

    assert hours["NOx"].raw.at(4_000) == Missing("unit_slip")
    assert isinstance(hours["NOx"].at(8_500), Measured)
    assert {each.code for each in closed.findings if each.subject == "NOx"} >= {"unit_slip", "long_hole"}


def test_a_velocity_that_slips_takes_every_pollutant_with_it() -> None:
    slipped = changed(steady_year(), slice(200, 240), values={VELOCITY: 0.0126})
    closed, found = close_hours(STACK, slipped, RULES)

    assert only(found, "unit_slip").subject == VELOCITY
    assert {str(closed[pollutant].at(210)) for pollutant in STACK.pollutants} == {str(Missing("unit_slip"))}


def test_pascals_for_kilopascals_are_absurd_and_a_flow_per_hour_is_found() -> None:
    pascals = changed(steady_year(), slice(5, 9), values={STATIC_PRESSURE: -150.0})
    per_hour = replace(steady_year(), flow_m3_s=np.full(HOURS, 1_041_757.0))

    assert close_hours(STACK, pascals, RULES)[0]["SO2"].at(6) == Missing("absurd_value")
    assert only(close_hours(STACK, per_hour, RULES)[1], "unit_slip").subject == FLOW


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(1, 300), min_size=3, max_size=60), st.integers(3, 6))
def test_levels_within_the_width_of_each_other_never_slip(levels: list[float], least: int) -> None:
    assert unit_slips(np.array(levels), np.ones(len(levels), np.bool_), least, 200.0) == []


# --- holes and frames


def test_a_hole_of_a_month_is_one_finding_with_its_span_whatever_quarters_it_crosses() -> None:
    hole = changed(steady_year(), slice(2_000, 2_800), framed=False)
    stop = changed(hole, slice(2_300, 2_310), flags=dict.fromkeys(TYPICAL, "F"), values={VELOCITY: 0.0}, framed=True)
    short = changed(steady_year(), slice(2_000, 2_671), framed=False)
    one = next(each for each in close_year(STACK, stop, RULES).findings if each.code == "long_hole")

    assert (one.first_hour, one.last_hour, one.hours) == (2_000, 2_799, 790)
    assert "long_hole" not in codes_of(short)


def test_of_two_frames_with_one_qn_the_first_holds_and_the_hour_stays_valid() -> None:
    """The second cannot change what was accepted (I9), and nobody can strike out an hour by sending it twice."""
    first, second = wire(at(5), at(6), 100.0), wire(at(5), at(6), 3.0)
    readings = year_of([first, second])
    closed, found = close_hours(STACK, readings, RULES)
    alone, _ = close_hours(STACK, year_of([first]), RULES)

    assert readings.conflicts == (5,)
    assert only(found, "conflicting_frames").hours == 1
    assert closed["SO2"].at(5) == alone["SO2"].at(5) == Measured(int(alone["SO2"].mass_mg[5]))


def test_the_same_frame_again_a_part_and_a_hurried_queue_are_no_conflicts() -> None:
    same = year_of([wire(at(5), at(6))] * 3)
    queue = year_of([wire(at(n), at(50), 100.0 + n) for n in range(3)])
    whole = wire(at(5), at(6))
    parts = [
        hj212.seal(
            f"QN=20270101060000000;ST=31;CN=2061;PW=1;MN=A1;Flag=7;PNUM=2;PNO={part};"
            f"CP=&&DataTime=20270101050000;{factor}-Avg=1,{factor}-Flag=N&&".encode()
        )
        for part, factor in ((1, SO2), (2, NOX))
    ]

    assert [each.conflicts for each in (same, queue, year_of([whole]), year_of(parts))] == [()] * 4
    assert same.duplicates == ()
    assert (
        close_hours(STACK, same, RULES)[0]["SO2"].mass_mg[5]
        == close_hours(STACK, year_of([whole]), RULES)[0]["SO2"].mass_mg[5]
    )


# --- identities


def test_the_totals_of_a_published_frame_are_mean_times_flow() -> None:
    """QN=20240123101501421: 0.933 mg/m3, 5.331 m3/s, 19,191.973 m3, 0.018 kg; 5.331 x 3600 = 19,191.6 m3."""
    held = replace(
        steady_year(),
        values={**steady_year().values, "a24088": np.full(HOURS, 0.933)},
        flags={**steady_year().flags, "a24088": np.full(HOURS, ord("N"), np.uint8)},
        flow_m3_s=np.full(HOURS, 5.331),
        totals={FLOW: np.full(HOURS, 19_191.973), "a24088": np.full(HOURS, 0.018)},
    )
    stack = msgspec.structs.replace(STACK, pollutants=("VOC",), duct_area_m2=0.2)
    rules = msgspec.structs.replace(RULES, flat_line_hours=HOURS + 1)
    doubled = replace(held, totals={**held.totals, "a24088": np.full(HOURS, 0.036)})
    litres = replace(held, totals={**held.totals, FLOW: np.full(HOURS, 19_191_973.0)})

    assert close_year(stack, held, rules).findings == ()
    assert only(close_year(stack, doubled, rules).findings, "identity_cou").subject == "VOC"
    found = [each for each in close_year(stack, litres, rules).findings if each.code == "identity_cou"]
    assert [each.subject for each in found] == [FLOW, "VOC"]
    assert found[0].detail == "furthest off: 1.9192e+07 is stated, 19191.6 m3 by mean x 3600"
    assert close_year(stack, doubled, rules).masses == close_year(stack, held, rules).masses


def test_a_published_converted_mean_is_within_the_tolerance_and_another_oxygen_is_not() -> None:
    """QN=20180315134456001: oxygen 14.913 %, reference 6 %: PM 25.21 -> 63.6616, formula 62.126 (2.5 % off)."""

    def year(zs: float) -> StackReadings:
        base = changed(steady_year(), slice(None), values={OXYGEN: 14.913})
        base.values[PM][:] = 25.21
        base.values[PM][1::2] = 25.22
        return replace(base, converted={PM: np.full(HOURS, zs)})

    fine, wrong = close_year(STACK, year(63.6616), RULES), close_year(STACK, year(25.21), RULES)

    assert "identity_converted" not in {each.code for each in fine.findings}
    assert only(wrong.findings, "identity_converted").hours == HOURS
    assert wrong.masses == fine.masses


def test_an_idle_hour_has_no_converted_mean_to_compare() -> None:
    """MN=44011600300021: at 20.70 % oxygen the sender multiplies by 10, 12 and 39.95."""
    idle = changed(steady_year(), slice(None), values={OXYGEN: 20.70, SO2: 2.0})
    said = replace(idle, converted={SO2: np.full(HOURS, 20.0)})

    assert "identity_converted" not in codes_of(said)


# --- what everything together must hold


SPOILS: dict[str, Callable[[StackReadings, slice], StackReadings]] = {
    "negative": lambda readings, span: changed(readings, span, values={VELOCITY: -3.0}),
    "leak": lambda readings, span: changed(readings, span, values={OXYGEN: 20.95, SO2: 0.5, NOX: 0.1}),
    "micro": lambda readings, span: changed(readings, span, values={SO2: readings.column(SO2)[span] / 1_000}),
    "flat": lambda readings, span: changed(readings, span, values={SO2: 55.0}),
    "hole": lambda readings, span: changed(readings, span, framed=False),
    "clock": lambda readings, span: replace(readings, clock_h=np.where(_in(span), 48.0, 0.0)),
}


def _in(span: slice) -> Mask:
    mask = np.zeros(HOURS, np.bool_)
    mask[span] = True
    return mask


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(sorted(SPOILS)), st.integers(300, 8_000), st.integers(3, 400))
def test_the_mass_never_falls_because_hours_were_spoilt(kind: str, first: int, length: int) -> None:
    """In a steady year: whatever makes an hour invalid puts the highest hour of its look-back in its place."""
    plain = steady_year()
    rules = msgspec.structs.replace(RULES, flat_line_hours=3, flat_line_invalid=kind == "flat")
    spoilt = close_year(STACK, SPOILS[kind](plain, slice(first, first + length)), rules)

    for before, after in zip(close_year(STACK, plain, RULES).masses, spoilt.masses, strict=True):
        assert after.missing == 0
        assert after.mass_mg >= before.mass_mg
        assert after.stopped == 0


# --- the page


def test_every_finding_has_its_row() -> None:
    assert set(SEEN) == set(get_args(FindingCode))
    assert set(SUSPICIOUS) <= set(SEEN)


def test_every_reason_of_an_hour_is_said_in_both_languages() -> None:
    for code in [*range(1, 12), *states.MARKS.values()]:
        assert why_said(code).zh != why_said(code).en


def test_a_standstill_is_not_spoilt_by_what_is_found_in_it() -> None:
    still = changed(steady_year(), slice(50, 60), flags=dict.fromkeys(TYPICAL, "F"), values={VELOCITY: -0.1})

    assert close_hours(STACK, still, RULES)[0]["SO2"].at(55) == Stopped()
