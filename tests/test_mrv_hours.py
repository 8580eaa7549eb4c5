"""Hours of a stack: measured, missing with a reason, or stopped."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.mrv.columns import flat_lines
from airshed.mrv.hours import close_hours
from airshed.mrv.readings import (
    AIR_PRESSURE,
    FACTORS,
    MOISTURE,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    HourReading,
    readings_from_columns,
)
from airshed.mrv.states import Measured, Missing, Stopped
from naive_hours import close_hour
from stack_years import (
    HOURS,
    NOX,
    PM,
    RULES,
    SO2,
    STACK,
    TYPICAL,
    YEAR,
    changed,
    frame,
    readings_from_rows,
    steady_year,
)

NAN = math.nan


def test_an_hour_weighs_its_measured_concentration_at_local_pressure() -> None:
    """HJ 212-2017 equations (31) and (33): 100.5816 mg/m3 in 1,041,757.13 m3/h are 104.7816 kg."""
    hour = close_hour(STACK, frame(), RULES, "SO2")

    assert isinstance(hour, Measured)
    assert hour.mass_mg == pytest.approx(104_781_600, abs=100)


def test_an_analyser_of_moist_gas_at_duct_conditions_weighs_as_one_of_dry_gas() -> None:
    """Equations (18) and (19): 60 mg/m3 at 52 C and 80,850 Pa, 11 % moisture, are 100.5816 mg/m3."""
    hot = msgspec.structs.replace(STACK, wet=("SO2",), at_duct=("SO2",))
    wet = msgspec.structs.replace(STACK, wet=("SO2",))

    for stack, read in ((hot, 60.0), (wet, 89.5176)):
        hour = close_hour(stack, frame({SO2: (read, "N")}), RULES, "SO2")
        assert isinstance(hour, Measured)
        assert hour.mass_mg == pytest.approx(104_781_600, abs=100)
        closed, _ = close_hours(stack, readings_from_rows(YEAR, [("20270101050000", frame({SO2: (read, "N")}))]), RULES)
        assert closed["SO2"].at(5) == hour
        assert closed["SO2"].measured_mg_m3[5] == pytest.approx(100.5816, abs=1e-4)


def test_oxygen_of_moist_gas_is_dried_before_it_tells_of_fire_or_air() -> None:
    """17 % in gas of 11 % moisture are 19.1 % of dry gas: nothing burns there, and nothing is converted."""
    stack = msgspec.structs.replace(STACK, wet=("O2",))
    closed, _ = close_hours(stack, readings_from_rows(YEAR, [("20270101050000", frame({OXYGEN: (17.0, "N")}))]), RULES)

    assert closed["SO2"].oxygen[5] == pytest.approx(17 / 0.89)
    assert "idle" in {each.code for each in closed["SO2"].findings}
    assert "idle" not in {
        each.code
        for each in close_hours(
            STACK, readings_from_rows(YEAR, [("20270101050000", frame({OXYGEN: (17.0, "N")}))]), RULES
        )[0]["SO2"].findings
    }


@pytest.mark.parametrize(
    ("reading", "outcome"),
    [
        (None, Missing("no_frame")),
        (frame({OXYGEN: (20.9, "F"), VELOCITY: (0.4, "F")}, "F"), Stopped()),
        (frame(flag="F"), Missing("contradicted_stop")),
        (frame({VELOCITY: (0.0, "F")}, "F"), Stopped()),
        (frame({SO2: (0.0, "F")}), Missing("contradicted_stop")),
        (frame({VELOCITY: (0.0, "F")}), Missing("contradicted_stop")),
        (frame({OXYGEN: (20.9, "F"), SO2: (480.0, "C")}, "F"), Stopped()),
        (frame({OXYGEN: (20.9, "F"), VELOCITY: (0.0, "D")}, "F"), Missing("contradicted_stop")),
        (frame({SO2: (100.0, "D")}), Missing("flag_D")),
        (frame({SO2: (100.0, "S")}), Missing("flag_S")),
        (frame({SO2: (100.0, "x")}), Missing("flag_x")),
        (frame({SO2: (100.0, "NN")}), Missing("flag_?")),
        (frame({SO2: (100.0, "")}), Missing("no_flag")),
        (frame({SO2: (NAN, "N")}), Missing("no_value")),
        (frame({SO2: (-0.1, "N")}), Missing("absurd_value")),
        (frame({VELOCITY: (-1.0, "N")}), Missing("negative_flow")),
        (frame({OXYGEN: (20.9, "N")}), Missing("air_leak")),
        (frame({OXYGEN: (25.1, "N")}), Missing("absurd_value")),
        (frame({STATIC_PRESSURE: (-150.0, "N")}), Missing("absurd_value")),
        (frame({MOISTURE: (11.0, "B")}), Missing("flag_B")),
        (frame({TEMPERATURE: (-273.0, "N")}), Missing("absurd_value")),
    ],
)
def test_an_hour_without_a_valid_reading_is_missing_and_says_why(
    reading: HourReading | None, outcome: Missing | Stopped
) -> None:
    """Absence is a state, never a zero: a broken meter must not pay."""
    assert close_hour(STACK, reading, RULES, "SO2") == outcome


def test_a_standstill_without_flow_is_stopped_whatever_the_oxygen_analyser_still_shows() -> None:
    stopped = changed(steady_year(), slice(50, 60), flags=dict.fromkeys(TYPICAL, "F"), values={VELOCITY: 0.0})
    closed, _ = close_hours(STACK, stopped, RULES)

    assert [closed["SO2"].at(hour) for hour in (50, 59)] == [Stopped(), Stopped()]
    assert isinstance(closed["SO2"].at(60), Measured)


def test_a_manual_value_counts_only_where_the_rules_admit_it() -> None:
    admitting = msgspec.structs.replace(RULES, flags_measured=("N", "S"))

    assert isinstance(close_hour(STACK, frame({SO2: (100.0, "S")}), admitting, "SO2"), Measured)


def test_a_stack_without_oxygen_analyser_is_measured_without_oxygen() -> None:
    mill = msgspec.structs.replace(STACK, measures_oxygen=False)

    assert isinstance(close_hour(mill, frame({OXYGEN: (NAN, "")}), RULES, "PM"), Measured)


def test_the_pressure_of_sea_level_is_found_and_not_used() -> None:
    sea = changed(steady_year(), slice(None), values={AIR_PRESSURE: 101.325})
    none = changed(steady_year(), slice(None), values={AIR_PRESSURE: NAN})
    closed, found = close_hours(STACK, sea, RULES)
    without, nothing = close_hours(STACK, none, RULES)

    assert [(each.code, each.hours) for each in found] == [("pressure_of_another_altitude", HOURS)]
    assert nothing == ()
    assert (closed["SO2"].mass_mg == without["SO2"].mass_mg).all()


FLAGS = ["N", "N", "N", "N", "F", "M", "S", "D", "C", "T", "B", "", "zz"]
means = st.one_of(st.sampled_from([NAN, 0.0, -0.5, 19.0, 25.0, 25.5, 101.325, 1e9]), st.floats(-1, 60, allow_nan=False))
odd_reading = st.tuples(means, st.sampled_from(FLAGS))
stopped_frame = st.builds(lambda o: frame({OXYGEN: (o, "F")}, "F"), st.floats(0, 21))
odd_frame = st.one_of(
    st.none(),
    stopped_frame,
    st.builds(
        lambda changes, gone: {f: r for f, r in {**frame(), **changes}.items() if f not in gone},
        st.dictionaries(st.sampled_from(FACTORS), odd_reading, max_size=3),
        st.sets(st.sampled_from(FACTORS), max_size=1),
    ),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(odd_frame, min_size=1, max_size=40), st.booleans())
def test_a_year_in_columns_closes_as_its_hours_one_by_one(frames: list[HourReading | None], oxygen: bool) -> None:
    """I10. The vectorised hours are those of the readable reference."""
    stack = msgspec.structs.replace(STACK, measures_oxygen=oxygen)
    rows = [(f"202701{1 + n // 24:02}{n % 24:02}0000", each) for n, each in enumerate(frames) if each is not None]
    rules = msgspec.structs.replace(RULES, flat_line_hours=HOURS)
    readings = readings_from_rows(YEAR, rows)
    closed, _ = close_hours(stack, readings, rules)

    for pollutant in stack.pollutants:
        for hour, each in enumerate(frames):
            expected = close_hour(stack, each, rules, pollutant)
            assert closed[pollutant].at(hour) == expected, (pollutant, hour, each)
        assert closed[pollutant].at(len(frames)) == Missing("no_frame")


def naive_flat_lines(values: list[float], valid: list[bool], least: int) -> list[list[int]]:
    found, first = [], 0
    for place in range(1, len(values) + 1):
        same = place < len(values) and valid[place] and valid[first] and values[place] == values[first] != 0
        if not same:
            if place - first >= least and valid[first] and values[first] != 0 and place - first > 1:
                found.append([first, place])
            first = place
    return found


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0, 2.0]), st.booleans()), max_size=60), st.integers(2, 5))
def test_flat_lines_are_those_a_reader_would_mark(hours: list[tuple[float, bool]], least: int) -> None:
    values, valid = [v for v, _ in hours], [b for _, b in hours]

    found = flat_lines(np.array(values), np.array(valid, np.bool_), least)

    assert found.tolist() == naive_flat_lines(values, valid, least)


def test_twelve_equal_hours_are_found_and_by_rule_struck_out() -> None:
    flat = changed(steady_year(), slice(100, 112), values={SO2: 33.3})
    closed, _ = close_hours(STACK, flat, RULES)
    strict, _ = close_hours(STACK, flat, msgspec.structs.replace(RULES, flat_line_invalid=True))
    eleven, _ = close_hours(STACK, changed(steady_year(), slice(100, 111), values={SO2: 33.3}), RULES)

    (found,) = closed["SO2"].findings
    assert (found.code, found.first_hour, found.last_hour, found.hours) == ("flat_line", 100, 111, 12)
    assert isinstance(closed["SO2"].at(105), Measured)
    assert strict["SO2"].at(105) == Missing("flat_line")
    assert isinstance(strict["NOx"].at(105), Measured)
    assert eleven["SO2"].findings == ()


def test_an_idle_stack_is_weighed_but_marked() -> None:
    idle = changed(steady_year(), slice(10, 20), values={OXYGEN: 20.7})
    closed, _ = close_hours(STACK, idle, RULES)

    assert isinstance(closed["SO2"].at(12), Measured)
    assert [(each.code, each.hours) for each in closed["SO2"].findings] == [("idle", 10)]


def test_the_same_frame_again_changes_nothing_and_another_one_is_kept_for_the_verifier() -> None:
    """I9. The first frame holds; a correction needs a reason."""
    hour, other = "20270101030000", frame({SO2: (1.0, "N")})
    again = readings_from_rows(YEAR, [(hour, frame()), (hour, frame())])
    differs = readings_from_rows(YEAR, [(hour, frame()), (hour, other)])

    assert again.duplicates == ()
    assert differs.duplicates == (3,)
    assert differs.at(3) == frame()
    _, found = close_hours(STACK, differs, RULES)
    assert "duplicate_hour" in {each.code for each in found}


def test_a_message_in_two_parts_makes_one_hour() -> None:
    hour = "20270101030000"
    whole = frame()
    parts = [{f: whole[f] for f in (SO2, NOX, PM)}, {f: whole[f] for f in TYPICAL if f not in (SO2, NOX, PM)}]

    readings = readings_from_rows(YEAR, [(hour, part) for part in parts])

    assert readings.at(3) == whole
    assert readings.duplicates == ()


def test_frames_of_another_year_are_counted_and_left_out() -> None:
    readings = readings_from_rows(YEAR, [("20261231230000", frame()), ("20280101000000", frame())])
    _, found = close_hours(STACK, readings, RULES)

    assert not readings.framed.any()
    assert readings.outside == 2
    assert [each.code for each in found] == ["outside_year"]


@pytest.mark.parametrize("text", ["2027010103", "20270101033000", "20271301030000"])
def test_a_time_that_is_no_hour_names_its_cure(text: str) -> None:
    with pytest.raises(Malformed, match="DataTime: "):
        readings_from_rows(YEAR, [(text, frame())])


@given(
    st.lists(
        st.tuples(
            st.integers(0, 4), st.dictionaries(st.sampled_from([SO2, NOX]), st.tuples(means, st.sampled_from(FLAGS)))
        ),
        max_size=12,
    )
)
def test_what_an_hour_first_says_of_a_factor_holds(rows: list[tuple[int, HourReading]]) -> None:
    first: dict[int, dict[str, tuple[float, str]]] = {}
    second: set[int] = set()
    for hour, reading in rows:
        known = first.setdefault(hour, {})
        for factor, (mean, flag) in reading.items():
            said = (mean, "?" if flag == "zz" else flag)
            if math.isnan(mean) and not flag:
                continue
            if factor not in known:
                known[factor] = said
            elif str(known[factor]) != str(said) and known[factor] != said:
                second.add(hour)

    readings = readings_from_rows(YEAR, [(f"202701010{hour}0000", reading) for hour, reading in rows])

    assert readings.duplicates == tuple(sorted(second))
    for hour in range(5):
        assert str(sorted((readings.at(hour) or {}).items())) == str(sorted(first.get(hour, {}).items()))


def test_columns_and_rows_of_the_same_reports_agree() -> None:
    hours = np.array(["2027-01-01T05", "2027-01-01T04"], "datetime64[h]")
    columns = readings_from_columns(YEAR, hours, {SO2: np.array([5.0, 4.0])}, {SO2: np.array(["N", "D"], np.str_)})

    assert columns.at(4) == {SO2: (4.0, "D")}
    assert columns.at(5) == {SO2: (5.0, "N")}
    assert columns.hours == HOURS
