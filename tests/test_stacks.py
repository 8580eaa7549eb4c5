"""Simulated stacks: their frames, their masses, and what is made to happen to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.stacks.columns import instant_text, number_text
from airshed.lab.stacks.episodes import Episode, episodes_of, read_episodes
from airshed.lab.stacks.operation import STOPPED, operate
from airshed.lab.stacks.stacks import StackFrames, simulate
from airshed.model.refusal import Malformed
from airshed.mrv.hj212 import Frame, decode, encode
from airshed.mrv.hj212.frame_hours import hour_rows
from airshed.mrv.readings import AIR_PRESSURE, AIR_PRESSURE_OF_FLUE_GAS, FACTORS, readings_from_columns
from airshed.mrv.year import StackYear, close_year
from airshed.rulebook.load import find
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load
from airshed.zone.monitoring import monitoring_rules, registrations
from airshed.zone.zone import Stack, expected_kg

YEAR, SEED = 2027, 7
FOLDER = shipped("zones", "dianzhong")
ZONE = load(FOLDER)
EPISODES = read_episodes(FOLDER, ZONE)
STACKS = {stack.stack: stack for stack in ZONE.stacks}
RULES = monitoring_rules(load_rules(find("dianzhong")))
KILN, HEAD, BOILER, SINTER = "KM-CEM-01-A", "KM-CEM-01-B", "QJ-PWR-03-B", "QJ-STL-05-A"


def simulated(stack: str, episodes: tuple[Episode, ...] = ()) -> StackFrames:
    return simulate(STACKS[stack], YEAR, SEED, None, episodes)


def closed(stack: str, episodes: tuple[Episode, ...] = ()) -> StackYear:
    made = simulated(stack, episodes)
    rows = hour_rows(made.frames, (*FACTORS, AIR_PRESSURE_OF_FLUE_GAS))
    assert not rows.refused
    means = {**rows.avg, AIR_PRESSURE: rows.avg[AIR_PRESSURE_OF_FLUE_GAS]}
    flags = {**rows.flag, AIR_PRESSURE: rows.flag[AIR_PRESSURE_OF_FLUE_GAS]}
    return close_year(registrations(ZONE)[stack], readings_from_columns(YEAR, rows.hour, means, flags), RULES)


def read(raw: bytes) -> Frame:
    frame = decode(raw)
    assert isinstance(frame, Frame), frame
    return frame


@pytest.mark.parametrize("stack", [KILN, HEAD, BOILER, SINTER])
def test_the_strict_encoder_writes_the_same_frames(stack: str) -> None:
    for raw in simulated(stack, EPISODES).frames[::61]:
        assert encode(read(raw)) == raw
        assert len(raw.partition(b"CP=&&")[2]) <= 950 + len("&&0000\r\n")


def test_a_frame_names_the_start_of_its_hour_and_is_sent_after_its_end() -> None:
    made = simulated(KILN)
    for raw, hour in list(zip(made.frames, made.hours.tolist(), strict=True))[::97]:
        frame = read(raw)
        begins = datetime(YEAR, 1, 1) + timedelta(hours=hour)
        assert frame.field("DataTime") == f"{begins:%Y%m%d%H}0000"
        assert frame.qn is not None
        assert datetime.strptime(frame.qn[:14], "%Y%m%d%H%M%S") > begins + timedelta(hours=1)
        assert (frame.version, frame.st, frame.cn, frame.mn) == ("2017", "31", "2061", STACKS[KILN].mn)


def test_a_stack_is_the_same_whatever_other_stacks_do() -> None:
    first = simulated(KILN).frames
    simulated(BOILER)

    assert simulated(KILN).frames == first
    assert simulate(STACKS[KILN], YEAR, SEED + 1).frames != first


def test_late_frames_come_after_later_hours_and_resent_ones_are_the_same_bytes() -> None:
    made = simulated(KILN)
    steps = np.diff(made.hours)
    again = np.flatnonzero(steps == 0)

    sent = [raw.partition(b"QN=")[2][:17] for raw in made.frames[: int(np.searchsorted(made.hours, 31 * 24 - 1))]]

    assert (steps < 0).any()
    assert sent == sorted(sent)
    assert again.size
    assert all(made.frames[place] == made.frames[place + 1] for place in again.tolist())


@pytest.mark.parametrize("stack", [KILN, BOILER, SINTER])
def test_a_year_emits_what_the_inventory_expects(stack: str) -> None:
    for pollutant, true_kg in simulated(stack).true_kg.items():
        assert true_kg == pytest.approx(expected_kg(STACKS[stack], pollutant))


@pytest.mark.parametrize("stack", [KILN, BOILER, SINTER])
def test_what_is_measured_is_what_was_emitted_in_the_hours_measured(stack: str) -> None:
    """Rounding on the wire moves the mass by less than a thousandth; substitution may only add."""
    made, year = simulated(stack), closed(stack)
    for mass in year.masses:
        running = mass.measured + mass.substituted
        expected = made.true_kg[mass.pollutant]
        assert mass.measured_mg / 1e6 == pytest.approx(expected * mass.measured / running, rel=0.03)
        assert mass.mass_mg / 1e6 > 0.999 * expected
        assert mass.missing == 0
    assert len(year.days) == 365


def test_kiln_tail_and_kiln_head_of_one_line_stop_together_and_run_their_share() -> None:
    tail, head = (operate(STACKS[stack], YEAR, SEED) for stack in (KILN, HEAD))

    assert np.array_equal(tail.running, head.running)
    assert tail.running.mean() == pytest.approx(STACKS[KILN].operating_share, abs=1e-4)
    assert (tail.gas[~tail.running] == STOPPED).all()


def test_abatement_halves_the_mass_from_its_day_on_and_changes_nothing_before() -> None:
    stack = STACKS[BOILER]
    before = simulate(stack, YEAR, SEED)
    after = simulate(stack, YEAR, SEED, {"SO2": [(181, 0.5)]})
    half = int(np.searchsorted(before.hours, 181 * 24))

    assert after.frames[: half - 24] == before.frames[: half - 24]
    assert 0.5 < after.true_kg["SO2"] / before.true_kg["SO2"] < 0.9
    assert after.true_kg["NOx"] == before.true_kg["NOx"]


@pytest.mark.parametrize(
    ("stack", "pollutant", "mg_m3", "times_over"),
    [
        ("KM-STL-04-B", "PM", 41.0, "1.05"),
        ("HH-PWR-01-B", "SO2", 1500.0, "6.50"),
        ("KM-PWR-01-B", "SO2", 520.0, "1.60"),
        ("YX-STL-01-C", "SO2", 760.0, "2.80"),
        ("YX-STL-01-C", "NOx", 560.0, "1.80"),
    ],
)
def test_every_peak_is_found_as_an_exceedance(stack: str, pollutant: str, mg_m3: float, times_over: str) -> None:
    found = next(one for one in closed(stack, EPISODES).exceedances if one.limit.pollutant == pollutant)

    assert found.worst_mg_m3 == pytest.approx(mg_m3)
    assert str(found.times_over) == times_over


@pytest.mark.parametrize(
    ("stack", "finding"),
    [
        ("KM-PWR-02-C", "flat_line"),
        ("YX-CEM-03-A", "pressure_of_another_altitude"),
        ("QJ-STL-05-A", "contradicted_stop"),
    ],
)
def test_a_hand_on_the_monitor_is_found(stack: str, finding: str) -> None:
    assert finding in {each.code for each in closed(stack, EPISODES).findings}
    assert finding not in {each.code for each in closed(stack).findings}


def test_a_hand_on_the_monitor_does_not_change_what_is_true() -> None:
    honest, tampered = simulated("KM-PWR-02-C"), simulated("KM-PWR-02-C", EPISODES)

    assert tampered.true_kg == honest.true_kg
    assert tampered.frames != honest.frames


def test_a_monitor_that_fails_for_weeks_is_determined_by_the_regulator() -> None:
    year = closed("KM-STL-03-A", EPISODES)
    third = [rate for rate in year.quarters if rate.first_hour == 4344]

    assert all(not rate.at_least(7_500) for rate in third)
    assert any(gap.method.startswith("determined_maximum_of_year") for gap in year.gaps)
    assert len(year.days) == 365


def test_cement_stacks_without_an_analyser_say_nothing_of_sulphur() -> None:
    stack: Stack = next(each for each in ZONE.stacks if each.process == "kiln tail" and "SO2" not in each.monitors)

    assert b"a21026" not in simulate(stack, YEAR, SEED).frames[0]


@given(st.lists(st.integers(-1_999_999, 1_999_999), min_size=1, max_size=20), st.integers(0, 3))
def test_columns_of_numbers_read_like_numbers(counts: list[int], decimals: int) -> None:
    shown = number_text(np.array(counts) / 10**decimals, decimals)
    for row, count in zip(shown, counts, strict=True):
        assert bytes(row).replace(b"\0", b"").decode() == f"{count / 10**decimals:.{decimals}f}"


def test_instants_are_written_as_the_standard_writes_them() -> None:
    instants = np.array(["2027-12-31T23:00:00.007"], "datetime64[ms]")

    assert bytes(instant_text(instants, 14)[0]) == b"20271231230000"
    assert bytes(instant_text(instants, 17)[0]) == b"20271231230000007"


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ("NO-SUCH-A,outage,,01-01T00,5,,no,x", "stack"),
        ("KM-CEM-01-A,peak,,01-01T00,5,3,no,x", "pollutant"),
        ("KM-CEM-01-A,outage,SO2,01-01T00,5,,no,x", "pollutant"),
        ("KM-CEM-06-A,peak,SO2,01-01T00,5,3,no,x", "pollutant"),
        ("KM-CEM-01-A,peak,SO2,01-01T00,5,,no,x", "value"),
        ("KM-CEM-01-A,outage,,02-30T00,5,,no,x", "begins"),
        ("KM-CEM-01-A,outage,,12-31T20,5,,no,x", "hours"),
        ("KM-CEM-01-A,rain,,12-31T20,1,,no,x", "kind"),
    ],
)
def test_an_episode_that_cannot_happen_is_refused_with_its_line(tmp_path: Path, row: str, place: str) -> None:
    header = "stack,kind,pollutant,begins,hours,value,tampering,note"
    (tmp_path / "episodes.csv").write_text(f"{header}\n{row}\n", "utf-8")

    with pytest.raises(Malformed, match=rf"episodes\.csv line 2 column {place}: "):
        read_episodes(tmp_path, ZONE)


def test_every_episode_of_the_zone_belongs_to_one_stack() -> None:
    assert sum(len(episodes_of(EPISODES, stack)) for stack in STACKS) == len(EPISODES)
