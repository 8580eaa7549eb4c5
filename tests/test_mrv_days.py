"""Sealed days and the closing of a stack's whole year."""

from __future__ import annotations

import pickle
from dataclasses import replace
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.model.refusal import Refusal, Why
from airshed.mrv import hj212
from airshed.mrv.days import (
    GENESIS,
    SealedDay,
    day_chain,
    evidence_digest,
    evidence_of_days,
    frames_by_day,
    months,
    seal,
)
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.hours import close_hours
from airshed.mrv.readings import FACTORS, OXYGEN, VELOCITY, StackReadings, readings_from_columns
from airshed.mrv.rules import Law
from airshed.mrv.states import Hour, Measured, Missing, Stopped, Substituted
from airshed.mrv.year import close_year, close_year_with_hours
from naive_hours import close_hour
from stack_years import HOURS, NOX, PM, RULES, SO2, STACK, TYPICAL, YEAR, changed, frame, steady_year

ALL = dict.fromkeys(TYPICAL, "D")
STOP = dict.fromkeys(TYPICAL, "F")


def test_a_day_with_a_missing_hour_is_not_sealed() -> None:
    """I10."""
    day: list[Hour] = [Measured(5)] * 23
    refused = seal("S1", "2027-01-01", {"SO2": [*day, Missing("flag_D")]}, None, RULES)

    assert isinstance(refused, Refusal)
    assert refused.why is Why.HOURS_MISSING
    assert refused.detail.startswith("S1 has no SO2 of 23:00 on 2027-01-01 (flag_D); ")


def test_a_sealed_day_tells_measured_from_substituted_and_stopped() -> None:
    hours: list[Hour] = [*[Measured(5)] * 20, Substituted(9, "maximum_of_180_hours", 3), *[Stopped()] * 3]
    sealed = seal("S1", "2027-01-01", {"SO2": hours}, GENESIS, RULES)

    assert isinstance(sealed, SealedDay)
    (mass,) = sealed.masses
    assert (mass.mass_mg, mass.measured, mass.substituted, mass.stopped) == (109, 20, 1, 3)


@given(st.lists(st.lists(st.binary(max_size=9), max_size=4), min_size=1, max_size=6), st.data())
def test_no_frame_of_the_past_can_change_without_changing_every_later_digest(
    days: list[list[bytes]], data: st.DataObject
) -> None:
    """I9. A frame added, dropped, changed or moved over a border shows from its day on."""
    chain = evidence_of_days(GENESIS, days)
    place = data.draw(st.integers(0, len(days) - 1))
    other = [list(day) for day in days]
    other[place] = data.draw(st.lists(st.binary(max_size=9), max_size=4))
    changed_chain = evidence_of_days(GENESIS, other)

    assert chain[:place] == changed_chain[:place]
    if other[place] != days[place]:
        assert all(a != b for a, b in zip(chain[place:], changed_chain[place:], strict=True))
    assert chain[0] == evidence_digest(GENESIS, days[0])
    assert all(len(digest) == 64 for digest in chain)


def wire(hour: int, so2: float) -> bytes:
    """An hourly frame (CN 2061) of the stack."""
    readings = {**TYPICAL, SO2: so2}
    text = ";".join(f"{factor}-Avg={mean:g},{factor}-Flag=N" for factor, mean in readings.items())
    when = f"202701{1 + hour // 24:02}{hour % 24:02}0000"
    return hj212.seal(f"ST=31;CN=2061;PW=1;MN=A1;Flag=4;CP=&&DataTime={when};{text}&&".encode())


def test_frames_become_a_sealed_day_with_their_digest() -> None:
    frames = [wire(hour, 100 + hour / 10) for hour in range(30)]
    frames.insert(5, b"##0000 noise")
    rows = hour_rows(frames, FACTORS)
    told = np.full(len(frames), -1)
    told[rows.position] = (rows.hour - np.datetime64(f"{YEAR}-01-01", "h")).astype(np.int64) // 24
    by_day = frames_by_day(frames, told, YEAR)
    evidence = day_chain(frames, told, YEAR)
    readings = readings_from_columns(YEAR, rows.hour, rows.avg, rows.flag, evidence)
    closed = close_year(STACK, readings, RULES)

    assert [len(day) for day in by_day[:3]] == [25, 6, 0]
    assert [day.day for day in closed.days] == ["2027-01-01"]
    assert closed.days[0].evidence == evidence_digest(GENESIS, frames[:25])
    assert [mass.measured for mass in closed.days[0].masses] == [24, 24, 24]
    expected = [close_hour(STACK, frame({SO2: (100 + hour / 10, "N")}), RULES, "SO2") for hour in range(24)]
    assert closed.days[0].masses[0].mass_mg == sum(each.mass_mg for each in expected if isinstance(each, Measured))


def test_what_tells_of_no_day_of_the_year_is_evidence_of_the_day_before_it() -> None:
    """Noise, and frames of another year; what comes first of all belongs to the first day."""
    days = np.array([-1, 1, -1, 365, 0, -3, 364])
    by_day = frames_by_day([b"noise", b"a", b"noise", b"next", b"b", b"before", b"c"], days, YEAR)

    assert by_day[0] == [b"noise", b"b", b"before"]
    assert by_day[1] == [b"a", b"noise", b"next"]
    assert by_day[364] == [b"c"]
    assert sum(map(len, by_day)) == 7


def test_a_steady_year_is_sealed_whole_and_adds_up() -> None:
    closed = close_year(STACK, steady_year(), RULES)

    assert len(closed.days) == 365
    assert (closed.refused, closed.gaps, closed.findings) == ((), (), ())
    for mass in closed.masses:
        assert (mass.measured, mass.substituted, mass.stopped, mass.missing) == (HOURS, 0, 0, 0)
        of_days = [each.mass_mg for day in closed.days for each in day.masses if each.pollutant == mass.pollutant]
        assert sum(of_days) == mass.mass_mg == mass.measured_mg
    assert [rate.basis_points for rate in closed.quarters] == [10_000] * 12
    assert all(month.valid for month in closed.months)
    assert {day.evidence for day in closed.days} == {None}


def a_year_of_trouble() -> StackReadings:
    """Stops, a fault, a calibration a week, lost frames, an exceedance."""
    year = changed(steady_year(), slice(1_000, 1_200), flags=STOP, values={VELOCITY: 0.0, OXYGEN: 20.9})
    year = changed(year, slice(3_000, 3_030), flags=ALL)
    year = changed(year, np.arange(60, HOURS, 168), flags={SO2: "C", NOX: "C"})
    year = changed(year, slice(5_000, 5_010), framed=False)
    return changed(year, 6_000, values={SO2: 600.0})


def test_a_year_of_trouble_is_sealed_with_everything_told() -> None:
    evidence = evidence_of_days(GENESIS, [[b"frame"]] * 365)
    closed = close_year(STACK, replace(a_year_of_trouble(), evidence=evidence), RULES)

    assert closed.refused == ()
    assert [day.evidence for day in closed.days] == list(evidence)
    so2 = closed.masses[0]
    assert (so2.pollutant, so2.missing, so2.stopped) == ("SO2", 0, 200)
    # 52 weekly calibrations, one of which falls into the standstill, 30 hours of fault and 10 lost.
    assert so2.substituted == 52 - 1 + 30 + 10
    assert closed.masses[2].substituted == 40
    assert so2.mass_mg > so2.measured_mg
    over = closed.exceedances[0]
    assert (over.hours_over, over.worst_hour) == (1, 6_000)
    # 600 mg/m3 at 7.4 % oxygen are 661.76 at 6 %: 2.31 times over a limit of 200.
    assert over.times_over == Decimal("2.31")
    assert {gap.method for gap in closed.gaps} == {"maximum_of_180_hours", "maximum_of_720_hours"}


def test_a_limit_that_changes_within_the_year_is_compared_from_its_day_on() -> None:
    old = msgspec.structs.replace(RULES.limits[0], limit_mg_m3=105.0)
    new = msgspec.structs.replace(old, limit_mg_m3=50.0, valid_from="2027-07-01")
    closed = close_year(STACK, steady_year(), msgspec.structs.replace(RULES, limits=(new, old)))

    first, second = closed.exceedances
    assert (first.limit, first.hours_compared, first.hours_over) == (old, 181 * 24, 181 * 24)
    assert (second.limit, second.hours_compared, second.hours_over) == (new, 184 * 24, 184 * 24)


def test_late_frames_take_the_place_of_what_stood_in_for_them() -> None:
    """Substitution rests on raw hours alone, so closing again after a resend forgets the first answer."""
    whole = steady_year()
    lost = changed(whole, slice(500, 505), framed=False)
    before, after = close_year(STACK, lost, RULES), close_year(STACK, whole, RULES)

    assert before.masses[0].substituted == 5
    assert after == close_year(STACK, steady_year(), RULES)
    assert [a.day for a, b in zip(before.days, after.days, strict=True) if a != b] == ["2027-01-21", "2027-01-22"]


def test_the_year_is_a_pure_function_that_travels_to_another_process() -> None:
    """I14. Same readings, same bytes."""
    year = a_year_of_trouble()
    stack, readings, rules = pickle.loads(pickle.dumps((STACK, year, RULES)))
    here = close_year(STACK, year, RULES)
    there = pickle.loads(pickle.dumps(close_year(stack, readings, rules)))

    assert here == there
    assert msgspec.json.encode(here) == msgspec.json.encode(there)


def test_days_of_the_year_are_those_sealed_one_by_one() -> None:
    """I10. The fast sealing against the readable one."""
    rules = msgspec.structs.replace(RULES, tiers=RULES.tiers[:1])
    year = changed(a_year_of_trouble(), slice(7_000, 7_030), flags=ALL)
    closed, hours = close_year_with_hours(STACK, year, rules)

    outcomes: list[SealedDay | Refusal] = []
    for place in range(365):
        first = np.datetime64("2027-01-01") + place
        columns = {p: [final.at(h) for h in range(place * 24, place * 24 + 24)] for p, final in hours.items()}
        outcomes.append(seal(STACK.stack, str(first), columns, None, rules))
    assert [each for each in outcomes if isinstance(each, SealedDay)] == list(closed.days)
    assert [each for each in outcomes if isinstance(each, Refusal)] == list(closed.refused)
    assert closed.refused


def test_a_monitor_that_fails_for_weeks_leaves_its_days_open_until_the_regulator_determines() -> None:
    """Below 75 percent capture no tier covers the gap."""
    broken = changed(steady_year(), slice(100, 1_000), flags=ALL)
    left = close_year(STACK, broken, RULES)
    decided = close_year(STACK, broken, msgspec.structs.replace(RULES, determination_basis_points=10_000))

    assert len(left.refused) == 38
    assert left.masses[0].missing == 900
    assert "undetermined" in {each.code for each in left.findings}
    assert decided.refused == ()
    assert {gap.method[:26] for gap in decided.gaps} == {"determined_maximum_of_year"}
    highest = decided.gaps[0].mass_mg
    assert highest is not None
    assert decided.masses[0].mass_mg == left.masses[0].measured_mg + 900 * highest
    assert "undetermined" in {each.code for each in decided.findings}


@pytest.mark.parametrize("law", ["hj75", "part75"])
def test_a_year_that_runs_says_nothing_of_the_hours_to_come(law: Law) -> None:
    """Cut five days into the third quarter, in a failure: no gap, no rate, no finding of what may come."""
    through = 4_344 + 5 * 24
    rules = msgspec.structs.replace(RULES, law=law)
    year = changed(changed(steady_year(), slice(3_000, 3_030), flags=ALL), slice(through - 3, through + 2), flags=ALL)
    nothing = changed(
        year,
        slice(through, HOURS),
        flags=dict.fromkeys(TYPICAL, "\0"),
        values=dict.fromkeys(TYPICAL, np.nan),
        framed=False,
    )
    whole, running = close_year(STACK, year, rules), close_year(STACK, replace(nothing, through=through), rules)

    assert running.days[:181] == whole.days[:181]
    assert running.days == whole.days[:185]
    assert [refusal.detail.partition(";")[0] for refusal in running.refused] == [
        "KM-POWER-1 has no SO2 of 21:00 on 2027-07-05 (flag_D)"
    ]
    assert "long_hole" not in {each.code for each in running.findings}
    assert [(each.running, each.invalid) for each in running.quarters[:4]] == [
        (2_160, 0),
        (2_184, 30),
        (120, 3),
        (0, 0),
    ]
    assert [(gap.first_hour, gap.last_hour, gap.method) for gap in running.gaps if gap.pollutant == "SO2"][-1] == (
        through - 3, through - 1, "open",
    )  # fmt: skip
    assert (running.masses[0].measured, running.masses[0].missing) == (through - 33, 3)
    assert [each.capture.running for each in running.months[5:9]] == [720, 120, 0, 0]


def test_a_gap_that_goes_on_over_the_end_of_a_quarter_has_no_length_yet() -> None:
    """N is not known, so neither is the row of the table; whoever fills it today would correct it tomorrow."""
    through = 4_344
    year = changed(steady_year(), slice(through - 20, through), flags=ALL)
    running = close_year(STACK, replace(year, through=through), RULES)

    assert {(gap.method, gap.run_hours) for gap in running.gaps} == {("open", 20)}
    ended = close_year(STACK, replace(year, through=through + 1), RULES)
    assert {(gap.method, gap.run_hours) for gap in ended.gaps} == {("maximum_of_180_hours", 20)}


def test_a_stack_that_never_reports_is_determined_at_full_load_and_limit() -> None:
    silent = StackReadings(YEAR, np.zeros(HOURS, np.bool_), {}, {})
    closed = close_year(STACK, silent, msgspec.structs.replace(RULES, determination_basis_points=10_000))

    assert len(closed.days) == 365
    assert closed.masses[0].mass_mg == HOURS * 1_200_000 * 200
    assert close_year(STACK, silent, RULES).days == ()


def test_months_want_valid_days_and_february_fewer() -> None:
    """HJ 76-2017 appendix B: 20 hours a day, 25 days a month, 23 in February."""
    year = changed(steady_year(), slice(744, 744 + 5 * 24), flags=ALL)
    year = changed(year, slice(1_416, 1_416 + 7 * 24), flags=ALL)
    year = changed(year, slice(2_160, 2_160 + 20 * 24), flags=STOP, values={VELOCITY: 0.0, OXYGEN: 20.9})
    closed, _ = close_hours(STACK, year, RULES)
    by_month = months("SO2", closed["SO2"].status, YEAR, RULES)

    assert [(m.valid_days, m.stopped_days, m.valid) for m in by_month[:5]] == [
        (31, 0, True),
        (23, 0, True),
        (24, 0, False),
        (10, 20, True),
        (31, 0, True),
    ]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, HOURS - 1), st.integers(1, 600), st.sampled_from("DCFMBx")), max_size=8))
def test_every_hour_of_a_sealed_day_is_measured_substituted_or_stopped(
    troubles: list[tuple[int, int, str]],
) -> None:
    """I10, and nothing is counted twice: sealed days, refusals and masses tell the same year."""
    year = steady_year()
    for first, hours, what in troubles:
        span = slice(first, min(first + hours, HOURS))
        if what == "x":
            year = changed(year, span, framed=False)
        else:
            flags = dict.fromkeys(TYPICAL, what) if what == "F" else {SO2: what, PM: what}
            year = changed(year, span, flags=flags, values={OXYGEN: 20.9} if what == "F" else None)
    closed = close_year(STACK, year, RULES)

    assert len(closed.days) + len(closed.refused) == 365
    for day in closed.days:
        assert all(m.measured + m.substituted + m.stopped == 24 for m in day.masses)
    if not closed.refused:
        for place, mass in enumerate(closed.masses):
            assert sum(day.masses[place].mass_mg for day in closed.days) == mass.mass_mg
            assert mass.missing == 0
