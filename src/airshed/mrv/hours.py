"""Closing the hours of a stack: each is measured, missing with a reason, or stopped; never zero by default.

An hour of a pollutant is measured when its concentration, the velocity, temperature, static pressure and moisture,
and the oxygen where the monitor has it, are all flagged as measured, present and possible. It is stopped when the
velocity is flagged so, the concentration is not flagged as measured (an analyser may be calibrated in a standstill)
and the readings do not show a fire: a stop mark that its own stack contradicts does not count, or marking would be
free of charge. Everything else is missing. Hourly frames carry no count of minutes, so the monitor's flag speaks for
the 45 minutes that an hour needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import flue_gas, states
from airshed.mrv.flue_gas import Floats
from airshed.mrv.readings import (
    AIR_PRESSURE,
    MOISTURE,
    OXYGEN,
    POLLUTANT_CODES,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    Flags,
    HourReading,
    StackReadings,
    flag_code,
)
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.states import Finding, FindingCode, Measured, Missing, RawHour, Stopped

Mask = NDArray[np.bool_]

#: What a reading can be at all: lowest and highest, both allowed. Outside it is a fault or another measure.
CONCENTRATION_BOUNDS = (0.0, 100_000.0)
BOUNDS = {
    VELOCITY: (0.0, 100.0),
    TEMPERATURE: (-50.0, 1_200.0),
    STATIC_PRESSURE: (-30.0, 30.0),
    MOISTURE: (0.0, 60.0),
    OXYGEN: (0.0, 25.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class ClosedHours:
    """A year of one pollutant: per hour its state, why it is missing, its mass and its concentration."""

    status: NDArray[np.uint8]
    why: NDArray[np.uint8]
    #: 0 unless the hour is measured.
    mass_mg: NDArray[np.int64]
    #: mg/m3, dry, standard state, as measured; NaN unless the hour is measured.
    measured_mg_m3: Floats
    #: Oxygen of measured hours in percent; NaN where there is none.
    oxygen: Floats
    findings: tuple[Finding, ...] = ()
    #: What the analyser and what the duct said, each wherever it counts by itself, in running hours; NaN elsewhere. An
    #: hour is measured where both are there. mg/m3 and m3/h, dry, standard state; None when they are not told apart.
    gas_mg_m3: Floats | None = None
    flow_m3_h: Floats | None = None
    #: Load of the plant, of its full load; NaN or None where nobody recorded it.
    load: Floats | None = None

    def at(self, hour: int) -> RawHour:
        """One hour as a value."""
        match int(self.status[hour]):
            case states.MEASURED:
                return Measured(int(self.mass_mg[hour]))
            case states.STOPPED:
                return Stopped()
            case _:
                return Missing(states.why_text(int(self.why[hour])))


def needed_factors(stack: StackRegistration) -> tuple[str, ...]:
    """The factors that an hour needs beside the concentration, in the order in which they are looked at."""
    return (VELOCITY, TEMPERATURE, STATIC_PRESSURE, MOISTURE, *((OXYGEN,) if stack.measures_oxygen else ()))


def close_hour(
    stack: StackRegistration, reading: HourReading | None, rules: MonitoringRules, pollutant: str
) -> RawHour:
    """One hour of one pollutant: what `close_hours` does to columns, but for flat lines."""
    if reading is None:
        return Missing("no_frame")
    concentration = POLLUTANT_CODES[pollutant]
    nothing = (float("nan"), "")
    velocity, velocity_flag = reading.get(VELOCITY, nothing)
    own_flag, oxygen = reading.get(concentration, nothing)[1], reading.get(OXYGEN, nothing)[0]
    if velocity_flag in rules.flags_stopped or own_flag in rules.flags_stopped:
        burning = stack.measures_oxygen and velocity > 0 and oxygen < rules.idle_oxygen_percent
        agreed = velocity_flag in rules.flags_stopped and own_flag not in rules.flags_measured
        return Stopped() if agreed and not burning else Missing("contradicted_stop")

    for factor in (concentration, *needed_factors(stack)):
        mean, flag = reading.get(factor, nothing)
        low, high = BOUNDS.get(factor, CONCENTRATION_BOUNDS)
        if flag and flag not in rules.flags_measured:
            return Missing(f"flag_{chr(flag_code(flag))}")
        if isnan(mean):
            return Missing("no_value")
        if not flag:
            return Missing("no_flag")
        if not low <= mean <= high:
            return Missing("absurd_value")

    air_pa = flue_gas.altitude_pressure_pa(stack.altitude_m)
    reported, flag = reading.get(AIR_PRESSURE, nothing)
    allowed = air_pa * rules.pressure_tolerance_basis_points / 10_000
    if flag in rules.flags_measured and abs(reported * 1_000 - air_pa) <= allowed:
        air_pa = reported * 1_000
    flow = flue_gas.dry_standard_flow(
        flue_gas.duct_flow(stack.duct_area_m2, velocity, stack.velocity_coefficient),
        reading[TEMPERATURE][0],
        air_pa,
        reading[STATIC_PRESSURE][0] * 1_000,
        reading[MOISTURE][0] / 100,
    )
    # mg/m3 times m3/h: milligrams of the hour, rounded here and nowhere else, half to even.
    return Measured(round(reading[concentration][0] * flow))


def close_hours(
    stack: StackRegistration, readings: StackReadings, rules: MonitoringRules
) -> tuple[dict[str, ClosedHours], tuple[Finding, ...]]:
    """Every hour of every registered pollutant, and what was found about the stack as a whole."""
    flow, duct_why, found = _flow(stack, readings, rules)
    oxygen_why = np.zeros(readings.hours, np.uint8)
    if stack.measures_oxygen:
        oxygen_why = _why_not(readings.column(OXYGEN), readings.marks(OXYGEN), BOUNDS[OXYGEN], rules)
    closed = {
        pollutant: _close(stack, readings, rules, pollutant, flow=flow, duct_why=duct_why, oxygen_why=oxygen_why)
        for pollutant in stack.pollutants
    }
    return closed, found


def runs(mask: Mask) -> NDArray[np.int64]:
    """Runs of true as rows (first, after last).

    >>> runs(np.array([True, False, True, True])).tolist()
    [[0, 1], [2, 4]]
    """
    steps = np.diff(mask.astype(np.int8), prepend=0, append=0)
    return np.column_stack((np.flatnonzero(steps == 1), np.flatnonzero(steps == -1))).astype(np.int64)


def flat_lines(values: Floats, valid: Mask, least: int) -> NDArray[np.int64]:
    """Runs of `least` or more equal non-zero values in neighbouring valid hours, as rows (first, after last).

    >>> flat_lines(np.array([3.0, 3.0, 3.0, 0.0, 0.0, 0.0]), np.ones(6, np.bool_), 3).tolist()
    [[0, 3]]
    """
    equal = np.zeros(len(values), np.bool_)
    if len(values) > 1:
        equal[1:] = (values[1:] == values[:-1]) & valid[1:] & valid[:-1] & (values[1:] != 0)
    pairs = runs(equal)
    pairs[:, 0] -= 1
    return pairs[pairs[:, 1] - pairs[:, 0] >= least]


def finding(code: FindingCode, subject: str, hours: Mask, detail: str) -> tuple[Finding, ...]:
    """One finding for all hours that a mask names; none when it names none."""
    where = np.flatnonzero(hours)
    if not where.size:
        return ()
    return (Finding(code, subject, int(where[0]), int(where[-1]), int(where.size), detail),)


def _isin(marks: Flags, flags: Iterable[str]) -> Mask:
    chosen = np.zeros(256, np.bool_)
    chosen[[flag_code(flag) for flag in flags]] = True
    return chosen[marks]


def _why_not(values: Floats, marks: Flags, bounds: tuple[float, float], rules: MonitoringRules) -> NDArray[np.uint8]:
    """Why each reading of a factor does not count, 0 where it does. A bad flag speaks before a bad value."""
    why = np.zeros(len(values), np.uint8)
    why[~((values >= bounds[0]) & (values <= bounds[1]))] = states.ABSURD_VALUE
    why[marks == 0] = states.NO_FLAG
    why[np.isnan(values)] = states.NO_VALUE
    bad = (marks != 0) & ~_isin(marks, rules.flags_measured)
    why[bad] = marks[bad]
    return why


def _flow(
    stack: StackRegistration, readings: StackReadings, rules: MonitoringRules
) -> tuple[Floats, NDArray[np.uint8], tuple[Finding, ...]]:
    """Dry standard flow in m3/h (NaN: not known), why not, and the findings of the shared factors.

    Oxygen is looked at, but no flow fails for want of it.
    """
    common = np.zeros(readings.hours, np.uint8)
    found: list[Finding] = []
    for factor in needed_factors(stack):
        why = _why_not(readings.column(factor), readings.marks(factor), BOUNDS[factor], rules)
        if factor != OXYGEN:
            common = np.where(common == 0, why, common)
        low, high = BOUNDS[factor]
        found += finding("absurd_value", factor, why == states.ABSURD_VALUE, f"outside {low:g} to {high:g}")

    air_pa, odd = _air_pressure(stack, readings, rules)
    there = flue_gas.altitude_pressure_pa(stack.altitude_m)
    found += finding(
        "pressure_of_another_altitude",
        AIR_PRESSURE,
        odd,
        f"reported pressure is not that of {stack.altitude_m:g} m; {there / 1_000:.2f} kPa is used instead",
    )
    # Rows that do not count may hold anything, -273 C included, so they do not reach the division.
    known = common == 0
    flow = np.full(readings.hours, np.nan)
    if known.any():
        flow[known] = flue_gas.dry_standard_flow(
            flue_gas.duct_flow(stack.duct_area_m2, readings.column(VELOCITY)[known], stack.velocity_coefficient),
            readings.column(TEMPERATURE)[known],
            air_pa[known],
            readings.column(STATIC_PRESSURE)[known] * 1_000,
            readings.column(MOISTURE)[known] / 100,
        )
    if readings.duplicates:
        second = np.zeros(readings.hours, np.bool_)
        second[list(readings.duplicates)] = True
        found += finding("duplicate_hour", "", second, "a second frame differs; the first one holds")
    if readings.outside:
        found.append(Finding("outside_year", "", 0, 0, 0, f"{readings.outside} frames are of another year"))
    return flow, common, tuple(found)


def _air_pressure(stack: StackRegistration, readings: StackReadings, rules: MonitoringRules) -> tuple[Floats, Mask]:
    """The air pressure to calculate with, Pa, and the hours whose reported one cannot be that of the place.

    A reported pressure counts within the tolerance; otherwise, or without one, that of the altitude is
    taken: 101.325 kPa at Kunming would add a quarter to every mass, and a low figure would take as much off.
    """
    there = flue_gas.altitude_pressure_pa(stack.altitude_m)
    reported = readings.column(AIR_PRESSURE) * 1_000
    valid = _isin(readings.marks(AIR_PRESSURE), rules.flags_measured) & ~np.isnan(reported)
    fits = flue_gas.pressure_fits(reported, stack.altitude_m, rules.pressure_tolerance_basis_points)
    return np.where(valid & fits, reported, there), valid & ~fits


def _close(
    stack: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    pollutant: str,
    *,
    flow: Floats,
    duct_why: NDArray[np.uint8],
    oxygen_why: NDArray[np.uint8],
) -> ClosedHours:
    code = POLLUTANT_CODES[pollutant]
    values, marks = readings.column(code), readings.marks(code)
    oxygen, velocity = readings.column(OXYGEN), readings.column(VELOCITY)
    own = _why_not(values, marks, CONCENTRATION_BOUNDS, rules)
    why = np.where(own != 0, own, np.where(duct_why != 0, duct_why, oxygen_why))

    marked = _isin(marks, rules.flags_stopped)
    velocity_marked = _isin(readings.marks(VELOCITY), rules.flags_stopped)
    burning = (velocity > 0) & (oxygen < rules.idle_oxygen_percent)
    agreed = velocity_marked & ~_isin(marks, rules.flags_measured)
    stopped = agreed & ~(burning & stack.measures_oxygen) & readings.framed
    contradicted = (marked | velocity_marked) & ~stopped & readings.framed
    why[contradicted] = states.CONTRADICTED_STOP
    why[stopped] = 0
    why[~readings.framed] = states.NO_FRAME

    valid = (why == 0) & ~stopped
    lines = flat_lines(values, valid, rules.flat_line_hours)
    found = [
        Finding("flat_line", pollutant, int(a), int(b) - 1, int(b - a), f"{values[a]:g} mg/m3 in every hour")
        for a, b in lines
    ]
    if rules.flat_line_invalid:
        for a, b in lines:
            why[a:b] = states.FLAT_LINE
            valid[a:b] = False
    idle = valid & (oxygen >= rules.idle_oxygen_percent)
    low, high = CONCENTRATION_BOUNDS
    absurd = own == states.ABSURD_VALUE
    found += finding("absurd_value", pollutant, absurd, f"outside {low:g} to {high:g} mg/m3")
    found += finding(
        "contradicted_stop", pollutant, contradicted, "marked as stopped, other readings of the hour say not"
    )
    if stack.measures_oxygen:
        detail = f"oxygen of {rules.idle_oxygen_percent:g} % or more: not converted, perhaps stopped"
        found += finding("idle", pollutant, idle, detail)

    status = np.full(readings.hours, states.MISSING, np.uint8)
    status[valid] = states.MEASURED
    status[stopped] = states.STOPPED
    mass = np.zeros(readings.hours, np.int64)
    # mg/m3 times m3/h: milligrams of the hour, rounded here and nowhere else, half to even.
    mass[valid] = np.rint(values[valid] * flow[valid]).astype(np.int64)
    told = readings.framed & ~stopped
    duct = told & ~np.isnan(flow)
    # Where the duct speaks and the hour is missing all the same, it is the analyser that fails.
    analyser = told & (own == 0) & (oxygen_why == 0) & ~(duct & ~valid)
    return ClosedHours(
        status,
        why,
        mass,
        np.where(valid, values, np.nan),
        np.where(valid, oxygen, np.nan),
        tuple(found),
        np.where(analyser, values, np.nan),
        np.where(duct, flow, np.nan),
        readings.load,
    )
