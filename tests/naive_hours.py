"""One hour of one pollutant worked out by itself, as the standards say it: what the columns of a year are held to."""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan

import numpy as np

from airshed.mrv import flue_gas
from airshed.mrv.duct import BOUNDS, dry_oxygen, needed_factors
from airshed.mrv.gases import BY_POLLUTANT, gas_code
from airshed.mrv.marks import effect_of, stop_refuted
from airshed.mrv.readings import (
    AIR_PRESSURE,
    MOISTURE,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    HourReading,
    flag_code,
)
from airshed.mrv.rules import MarkKind, MonitoringRules, StackRegistration
from airshed.mrv.states import Measured, Missing, RawHour, Stopped


def close_hour(
    stack: StackRegistration,
    reading: HourReading | None,
    rules: MonitoringRules,
    pollutant: str,
    kinds: Sequence[MarkKind] = (),
) -> RawHour:
    """One hour of one pollutant: what `close_hours` does to columns, but for what only other hours or
    the frames tell (flat lines, slips of measure, clocks).

    `kinds` are those of the marks that cover the hour, in the order of their numbers.
    """
    raw = _as_read(stack, reading, rules, pollutant)
    if isinstance(raw, Stopped) or not kinds:
        return raw
    effects = [(kind, effect_of(kind, rules)) for kind in kinds]
    if any(effect == "stopped" for _, effect in effects):
        nothing = (float("nan"), "")
        velocity, velocity_flag = (reading or {}).get(VELOCITY, nothing)
        oxygen, oxygen_flag = _oxygen(stack, reading or {})
        said = oxygen_flag in (*rules.flags_measured, *rules.flags_stopped)
        refuted = stop_refuted(stack, velocity, oxygen, velocity_flag in rules.flags_measured, said, rules)
        return Missing("contradicted_stop") if refuted else Stopped()
    for kind, effect in effects:
        if effect == "out_of_control":
            return Missing(f"mark_{kind}")
    for kind, effect in effects:
        if effect == "invalid" and isinstance(raw, Measured):
            return Missing(f"mark_{kind}")
    return raw


def _as_read(stack: StackRegistration, reading: HourReading | None, rules: MonitoringRules, pollutant: str) -> RawHour:
    if reading is None:
        return Missing("no_frame")
    concentration, highest = gas_code(pollutant), BY_POLLUTANT[pollutant].highest_mg_m3
    nothing = (float("nan"), "")
    velocity, velocity_flag = reading.get(VELOCITY, nothing)
    own_flag, oxygen = reading.get(concentration, nothing)[1], _oxygen(stack, reading)[0]
    if velocity_flag in rules.flags_stopped or own_flag in rules.flags_stopped:
        burning = stack.measures_oxygen and velocity > 0 and oxygen < rules.idle_oxygen_percent
        agreed = velocity_flag in rules.flags_stopped and own_flag not in rules.flags_measured
        return Stopped() if agreed and not burning else Missing("contradicted_stop")

    for factor in (concentration, *needed_factors(stack)):
        mean, flag = reading.get(factor, nothing)
        low, high = BOUNDS.get(factor, (0.0, highest))
        if flag and flag not in rules.flags_measured:
            return Missing(f"flag_{chr(flag_code(flag))}")
        if isnan(mean):
            return Missing("no_value")
        if not flag:
            return Missing("no_flag")
        if factor == VELOCITY and mean < 0:
            return Missing("negative_flow")
        if not low <= mean <= high:
            return Missing("absurd_value")
    hot = velocity > rules.standstill_velocity_m_s and reading[TEMPERATURE][0] >= rules.leak_celsius
    if stack.measures_oxygen and hot and oxygen >= rules.ambient_oxygen_percent:
        return Missing("air_leak")

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
    mg_m3 = reading[concentration][0]
    if pollutant in stack.at_duct:
        mg_m3 = flue_gas.standard_state(mg_m3, air_pa, reading[STATIC_PRESSURE][0] * 1_000, reading[TEMPERATURE][0])
    if pollutant in stack.wet:
        mg_m3 = flue_gas.dry(mg_m3, reading[MOISTURE][0] / 100)
    # mg/m3 times m3/h: milligrams of the hour, rounded here and nowhere else, half to even.
    return Measured(round(mg_m3 * flow))


def _oxygen(stack: StackRegistration, reading: HourReading) -> tuple[float, str]:
    """Oxygen of dry gas as `dry_oxygen` has it, and its flag."""
    percent, flag = reading.get(OXYGEN, (float("nan"), ""))
    moisture = reading.get(MOISTURE, (float("nan"), ""))[0]
    return float(dry_oxygen(stack, np.array([percent]), np.array([moisture]))[0]), flag
