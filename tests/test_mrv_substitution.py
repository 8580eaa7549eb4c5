"""Substitution after HJ 75-2017 tables 5 and 6: what stands in, and what must not happen."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.mrv import states
from airshed.mrv.hours import ClosedHours
from airshed.mrv.rules import MonitoringRules, SubstitutionTier
from airshed.mrv.states import MEASURED, MISSING, STOPPED, Measured, Missing, Stopped, Substituted
from airshed.mrv.substitution import (
    Capture,
    Determination,
    FinalHours,
    capture,
    determine,
    highest_of_last,
    substitute,
    tier_for,
)
from stack_years import HOURS, RULES, YEAR

STATES = {"m": MEASURED, "x": MISSING, "C": MISSING, "F": STOPPED}
WHYS = {"m": 0, "x": states.NO_FRAME, "C": ord("C"), "F": 0}


def hours_of(letters: str, masses: list[int] | None = None) -> ClosedHours:
    """A year from letters (m measured, x missing, C calibrating, F stopped), measured to its end."""
    letters = letters.ljust(HOURS, "m")
    status = np.array([STATES[letter] for letter in letters], np.uint8)
    why = np.array([WHYS[letter] for letter in letters], np.uint8)
    mass = np.full(HOURS, 10, np.int64)
    if masses is not None:
        mass[: len(masses)] = masses
    mass[status != MEASURED] = 0
    nothing = np.full(HOURS, np.nan)
    return ClosedHours(status, why, mass, nothing, nothing)


def final_of(raw: ClosedHours, rules: MonitoringRules = RULES) -> FinalHours:
    return substitute("SO2", raw, YEAR, rules)


def test_the_capture_rate_leaves_stopped_hours_out_on_both_sides() -> None:
    """Second quarter of 2024: 2,184 hours, 240 stopped, 97 invalid: 95.010 percent."""
    rate = Capture("SO2", 2_184, 4_368, 240, 97)

    assert (rate.running - rate.invalid) / rate.running * 100 == pytest.approx(95.010, abs=5e-4)
    assert rate.basis_points == 9_501
    assert Capture("SO2", 0, 24, 24, 0).basis_points is None


@pytest.mark.parametrize(
    ("alpha", "run", "look_back"),
    [
        (95_000, 10, 180),
        (95_000, 24, 180),
        (95_000, 25, 720),
        (90_000, 24, 180),
        (89_999, 1, 2_160),
        (80_000, 3, 2_160),
        (75_000, 1, 2_160),
        (74_999, 1, None),
    ],
)
def test_the_tier_follows_from_capture_rate_and_length_of_the_gap(alpha: int, run: int, look_back: int | None) -> None:
    """HJ 75-2017 tables 5 and 6; alpha in thousandths of a percent, compared exactly."""
    tier = tier_for(Capture("SO2", 0, 100_000, 0, 100_000 - alpha), run, RULES.tiers)

    assert (tier.look_back_hours if tier else None) == look_back


def test_the_highest_of_the_180_valid_hours_just_before_the_failure_stands_in() -> None:
    """They are the last ones in order of time, not any 180: an older higher hour must not be taken."""
    raw = hours_of("m" * 200 + "x" * 3, [99] * 20 + [10] * 90 + [40] + [10] * 89)
    final = final_of(raw)

    assert final.at(200) == Substituted(40, "maximum_of_180_hours", 110)
    assert final.at(203) == Measured(10)
    assert [(gap.first_hour, gap.hours, gap.kind) for gap in final.gaps] == [(200, 3, "other")]


def test_a_gap_of_25_hours_looks_back_further_than_one_of_24() -> None:
    masses = [70] + [10] * 300
    short, long = (final_of(hours_of("m" * 301 + "x" * run, masses)) for run in (24, 25))

    assert short.at(301) == Substituted(10, "maximum_of_180_hours", 121)
    assert long.at(301) == Substituted(70, "maximum_of_720_hours", 0)


def test_a_gap_of_three_days_is_one_gap() -> None:
    final = final_of(hours_of("m" * 100 + "x" * 72))

    assert [(gap.hours, gap.run_hours) for gap in final.gaps] == [(72, 72)]


def test_a_stop_mark_does_not_cut_a_long_gap_into_short_ones() -> None:
    final = final_of(hours_of("m" * 100 + "x" * 20 + "F" + "x" * 20))

    assert [gap.run_hours for gap in final.gaps] == [40]
    assert final.at(120) == Stopped()
    assert final.at(130) == Substituted(10, "maximum_of_720_hours", 0)


def test_a_gap_out_of_control_looks_back_from_the_calibration_before_it() -> None:
    """What came between the last calibration and the failed one is in doubt, so it does not stand in."""
    masses = [20] * 50 + [0] + [60] * 49
    calibrated = "m" * 50 + "C" + "m" * 49
    out_of_control = final_of(hours_of(calibrated + "Cx", masses))
    other = final_of(hours_of(calibrated + "xx", masses))

    assert out_of_control.at(101) == Substituted(20, "maximum_of_180_hours", 0)
    assert other.at(101) == Substituted(60, "maximum_of_180_hours", 51)


def test_fewer_valid_hours_than_the_tier_names_are_taken_as_they_are() -> None:
    assert final_of(hours_of("mmx", [3, 7])).at(2) == Substituted(7, "maximum_of_180_hours", 1)


def test_a_gap_without_any_valid_hour_before_it_stays_missing() -> None:
    final = final_of(hours_of("xxm"))

    assert final.at(0) == Missing("no_frame")
    assert [gap.method for gap in final.gaps] == ["undetermined"]


def test_january_looks_back_into_the_year_before() -> None:
    raw = hours_of("x")
    final = substitute("SO2", raw, YEAR, RULES, history_mg=np.array([80, 50, 60]))

    assert final.at(0) == Substituted(80, "maximum_of_180_hours", -3)


def test_a_gap_over_the_end_of_a_quarter_is_one_run_judged_by_two_capture_rates() -> None:
    """January to March is caught in full, April not: 2,160 hours to March 31; 30 percent of the second quarter lost."""
    raw = hours_of("m" * 2_150 + "x" * 10 + "x" * 600)
    final = final_of(raw)

    assert [(gap.hours, gap.run_hours) for gap in final.gaps] == [(10, 610), (600, 610)]
    assert [gap.method for gap in final.gaps] == ["maximum_of_720_hours", "undetermined"]


def test_a_quarter_that_has_not_ended_is_not_yet_substituted() -> None:
    """Its capture rate is not known before its end."""
    raw = hours_of("m" * 2_000 + "x" * 10 + "m" * 500 + "x" * 10)
    final = substitute("SO2", raw, YEAR, RULES, through=2_600)

    assert isinstance(final.at(2_000), Substituted)
    assert final.at(2_510) == Missing("no_frame")
    assert [gap.method for gap in final.gaps] == ["maximum_of_180_hours", "open"]


def test_the_regulator_determines_what_no_tier_covers_and_it_says_so() -> None:
    raw = hours_of("m" * 100 + "x" * 1_000, [10] * 50 + [30])
    left = final_of(raw)
    by_maximum = determine(left, Determination("maximum_of_year", 12_000, "order 7"))
    by_potential = determine(left, Determination("potential", 10_000, "order 8", potential_mg=500))

    assert left.at(100) == Missing("no_frame")
    assert by_maximum.at(100) == Substituted(36, "determined_maximum_of_year_at_12000_of_10000 (order 7)", 50)
    assert by_potential.at(1_099) == Substituted(500, "determined_potential_at_10000_of_10000 (order 8)", None)
    assert determine(left, Determination("potential", 10_000, "order 9")) is left


letters = st.text("mmmmmmxCF", max_size=300)
pieces = st.lists(st.tuples(st.sampled_from("mmxCF"), st.integers(1, 700)), max_size=14).map(
    lambda runs: "".join(letter * count for letter, count in runs)[:HOURS]
)
years = st.one_of(letters, pieces)


def naive(raw: ClosedHours, tiers: tuple[SubstitutionTier, ...]) -> list[int | None]:
    """Masses after substitution, hour by hour, as one would do it by hand; None for missing."""
    status = raw.status.tolist()
    bounds = [0, 2_160, 4_344, 6_552, 8_760]
    result: list[int | None] = [int(m) for m in raw.mass_mg]
    for hour in [h for h in range(HOURS) if status[h] == MISSING]:
        begin = hour
        while any(status[h] == MISSING for h in _back(status, begin)):
            begin = next(h for h in _back(status, begin) if status[h] == MISSING)
        run, after = [], begin
        while after < HOURS and status[after] != MEASURED:
            run += [after] if status[after] == MISSING else []
            after += 1
        end = begin
        if any(raw.why[h] == ord("C") for h in run):
            end = max((h for h in range(begin) if raw.why[h] == ord("C")), default=begin)
        first = max(b for b in bounds if b <= hour)
        quarter = status[first : bounds[bounds.index(first) + 1]]
        running = [s for s in quarter if s != STOPPED]
        alpha_ok = [
            tier
            for tier in tiers
            if running.count(MEASURED) * 10_000 >= tier.capture_from_basis_points * len(running)
            and (tier.longest_hours is None or len(run) <= tier.longest_hours)
        ]
        valid = [int(raw.mass_mg[h]) for h in range(end) if status[h] == MEASURED]
        result[hour] = max(valid[-alpha_ok[0].look_back_hours :]) if alpha_ok and valid else None
    return result


def _back(status: list[int], hour: int) -> list[int]:
    """The hours before this one, backwards, up to the first measured one."""
    before = []
    while hour > 0 and status[hour - 1] != MEASURED:
        hour -= 1
        before.append(hour)
    return before


@settings(max_examples=25, deadline=None)
@given(letters, st.lists(st.integers(0, 1_000), max_size=300))
def test_substitution_is_what_one_would_do_by_hand(letters: str, masses: list[int]) -> None:
    """I10. The fast way against the slow one, with tiers small enough to bite."""
    tiers = (
        SubstitutionTier(9_990, 2, 5, "maximum"),
        SubstitutionTier(9_950, None, 20, "maximum"),
        SubstitutionTier(9_900, None, 60, "maximum"),
    )
    raw = hours_of(letters, masses)
    final = final_of(raw, msgspec.structs.replace(RULES, tiers=tiers))

    ours = [None if s == MISSING else int(m) for s, m in zip(final.status, final.mass_mg, strict=True)]
    assert ours == naive(raw, tiers)


@settings(max_examples=50, deadline=None)
@given(years, st.integers(0, 2**32 - 1))
def test_substitution_takes_the_highest_and_touches_nothing_else(letters: str, seed: int) -> None:
    """I10. Raw hours stay; stopped hours stay; what stands in is one measured hour, none of its look-back higher."""
    masses = np.random.default_rng(seed).integers(0, 1_000_000, HOURS).tolist()
    raw = hours_of(letters, masses)
    before = (raw.status.copy(), raw.mass_mg.copy())
    final, again = final_of(raw), final_of(raw)

    assert (raw.status == before[0]).all()
    assert (raw.mass_mg == before[1]).all()
    assert (final.mass_mg == again.mass_mg).all()
    assert final.gaps == again.gaps
    assert (final.mass_mg[raw.status == MEASURED] == raw.mass_mg[raw.status == MEASURED]).all()
    assert ((final.status == STOPPED) == (raw.status == STOPPED)).all()
    valid = np.flatnonzero(raw.status == MEASURED)
    for gap in final.gaps:
        if gap.mass_mg is None or gap.kind == "out_of_control":
            continue
        look_back = int(gap.method.split("_")[2])
        window = valid[valid < gap.first_hour][-look_back:]
        assert gap.mass_mg == raw.mass_mg[window].max()
        assert raw.mass_mg[gap.from_hour] == gap.mass_mg


@settings(max_examples=30, deadline=None)
@given(years)
def test_substitution_never_raises_the_capture_rate(letters: str) -> None:
    """A substituted hour is not re-labelled as measured: computed again from the final record, alpha would differ."""
    raw = hours_of(letters)
    final = final_of(raw)

    for rate in final.captures:
        assert rate == capture("SO2", raw.status, rate.first_hour, rate.after_hour)
        span = final.status[rate.first_hour : rate.after_hour]
        measured = int((span == MEASURED).sum())
        assert measured == rate.running - rate.invalid


@settings(max_examples=30, deadline=None)
@given(years)
def test_for_a_steady_source_it_is_all_the_same_when_its_monitor_fails(letters: str) -> None:
    raw = hours_of(letters)
    final = final_of(raw)

    known = (final.status != MISSING) & (final.status != STOPPED)
    assert (final.mass_mg[known] == 10).all()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, HOURS - 1), st.integers(0, 2**32 - 1))
def test_losing_one_hour_never_pays_unless_it_was_the_highest_of_its_look_back(hour: int, seed: int) -> None:
    """With no other gap: the mass falls only if the lost hour lay above each of the 180 before it."""
    masses = np.random.default_rng(seed).integers(0, 1_000, HOURS).tolist()
    whole = hours_of("", masses)
    lost = final_of(hours_of("m" * hour + "x", masses))

    highest = max(masses[max(0, hour - 180) : hour])
    gain = int(lost.mass_mg.sum()) - int(whole.mass_mg.sum())
    assert gain == highest - masses[hour]


@settings(max_examples=30, deadline=None)
@given(years, st.integers(0, HOURS - 1), st.integers(1, 1_000))
def test_emitting_more_in_a_measured_hour_never_lowers_the_year(letters: str, hour: int, more: int) -> None:
    raw = hours_of(letters)
    masses = raw.mass_mg.copy()
    masses[hour] += more if raw.status[hour] == MEASURED else 0
    dirtier = hours_of(letters, masses.tolist())

    assert final_of(dirtier).mass_mg.sum() >= final_of(raw).mass_mg.sum()


@given(
    st.lists(st.integers(0, 50), max_size=80),
    st.lists(st.tuples(st.integers(0, 80), st.integers(1, 90)), max_size=20),
)
def test_the_highest_of_the_last_is_found_with_its_first_place(masses: list[int], asked: list[tuple[int, int]]) -> None:
    ends = [min(end, len(masses)) for end, _ in asked]
    highest, where = highest_of_last(
        np.array(masses, np.int64), np.array(ends, np.int64), np.array([span for _, span in asked], np.int64)
    )

    for place, (end, (_, span)) in enumerate(zip(ends, asked, strict=True)):
        window = masses[max(0, end - span) : end]
        if window:
            assert highest[place] == max(window)
            assert where[place] == max(0, end - span) + window.index(max(window))
