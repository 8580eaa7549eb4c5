"""What all pollutants of a stack share: the flow of the duct, its oxygen, its clock, and what was found about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import flue_gas, states
from airshed.mrv.columns import Mask, finding, flagged, why_not
from airshed.mrv.findings import Finding
from airshed.mrv.flue_gas import Floats
from airshed.mrv.readings import (
    AIR_PRESSURE,
    FLOW,
    MOISTURE,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    StackReadings,
)
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.unit_slips import unit_slips

#: What a reading can be at all: lowest and highest, both allowed. Outside it is a fault or another measure.
BOUNDS = {
    VELOCITY: (0.0, 100.0),
    TEMPERATURE: (-50.0, 1_200.0),
    STATIC_PRESSURE: (-30.0, 30.0),
    MOISTURE: (0.0, 60.0),
    OXYGEN: (0.0, 25.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Duct:
    """A year of the duct by hour."""

    #: Dry, standard state, m3/h; NaN where it is not known.
    flow: Floats
    #: Oxygen of dry gas, percent.
    oxygen: Floats
    #: Air pressure that is calculated with, Pa.
    air_pa: Floats
    #: Why the flow is not known, and why the oxygen does not count; 0 where they do.
    why: NDArray[np.uint8]
    oxygen_why: NDArray[np.uint8]
    #: Hours whose frames were stamped by a clock that was off: nobody knows which hour they tell of.
    misdated: Mask | None
    #: Hours in which hot gas moves and the analyser breathes air.
    leaking: Mask
    #: Hours in which gas moves and, where oxygen is measured, burns.
    at_work: Mask


def needed_factors(stack: StackRegistration) -> tuple[str, ...]:
    """The factors that an hour needs beside the concentration, in the order in which they are looked at."""
    return (VELOCITY, TEMPERATURE, STATIC_PRESSURE, MOISTURE, *((OXYGEN,) if stack.measures_oxygen else ()))


def duct_hours(
    stack: StackRegistration, readings: StackReadings, rules: MonitoringRules
) -> tuple[Duct, tuple[Finding, ...]]:
    """The year of the duct, and the findings of the factors that all pollutants share.

    Oxygen is looked at, but no flow fails for want of it.
    """
    common = np.zeros(readings.hours, np.uint8)
    oxygen_why = np.zeros(readings.hours, np.uint8)
    found: list[Finding] = []
    velocity = readings.column(VELOCITY)
    oxygen = dry_oxygen(stack, readings.column(OXYGEN), readings.column(MOISTURE))
    for factor in needed_factors(stack):
        why = why_not(readings.column(factor), readings.marks(factor), BOUNDS[factor], rules)
        low, high = BOUNDS[factor]
        if factor == VELOCITY:
            backwards = (why == states.ABSURD_VALUE) & (velocity < 0)
            why[backwards] = states.NEGATIVE_FLOW
            found += finding("negative_flow", VELOCITY, backwards, "gas flows backwards: the probe is turned or drifts")
        if factor == OXYGEN:
            oxygen_why = why
        else:
            common = np.where(common == 0, why, common)
        found += finding("absurd_value", factor, why == states.ABSURD_VALUE, f"outside {low:g} to {high:g}")

    moving = velocity > rules.standstill_velocity_m_s
    airy = np.zeros(readings.hours, np.bool_)
    burning = np.ones(readings.hours, np.bool_)
    if stack.measures_oxygen:
        airy = (oxygen_why == 0) & (common == 0) & (oxygen >= rules.ambient_oxygen_percent)
        burning = oxygen < rules.idle_oxygen_percent
    leaking = airy & moving & (readings.column(TEMPERATURE) >= rules.leak_celsius)
    air = f"oxygen of {rules.ambient_oxygen_percent:g} % or more"
    found += finding("air_leak", OXYGEN, leaking, f"{air} while hot gas moves: the analyser breathes air")
    found += finding("ambient_oxygen", OXYGEN, airy & ~leaking, f"{air} in a still or cold duct: it stands or idles")

    at_work = moving & burning
    slow = unit_slips(velocity, (common == 0) & (velocity > 0) & burning & stack.measures_oxygen, rules.unit_slip_hours)
    for slip in slow:
        common[slip.first : slip.after] = states.UNIT_SLIP
        found.append(slip.finding(VELOCITY, "m/s"))

    misdated: Mask | None = None
    if readings.clock_h is not None:
        misdated = readings.framed & (np.abs(readings.clock_h) > rules.clock_tolerance_hours)
        if misdated.any():
            off = readings.clock_h[misdated]
            worst = float(off[np.argmax(np.abs(off))])
            side = "ahead of" if worst > 0 else "behind"
            found += finding(
                "clock_off", "", misdated, f"stamped by a clock up to {abs(worst):.1f} h {side} the time of sending"
            )
        else:
            misdated = None

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
    if misdated is not None:
        known &= ~misdated
    flow = np.full(readings.hours, np.nan)
    if known.any():
        flow[known] = flue_gas.dry_standard_flow(
            flue_gas.duct_flow(stack.duct_area_m2, velocity[known], stack.velocity_coefficient),
            readings.column(TEMPERATURE)[known],
            air_pa[known],
            readings.column(STATIC_PRESSURE)[known] * 1_000,
            readings.column(MOISTURE)[known] / 100,
        )
    found += _of_frames(readings)
    return Duct(flow, oxygen, air_pa, common, oxygen_why, misdated, leaking, at_work), tuple(found)


def dry_oxygen(stack: StackRegistration, percent: Floats, moisture_percent: Floats) -> Floats:
    """Oxygen of dry gas, also where the analyser measures moist gas; as it reads where the moisture is not known."""
    if "O2" not in stack.wet:
        return percent
    dried = flue_gas.dry(percent, np.clip(moisture_percent, *BOUNDS[MOISTURE]) / 100)
    return np.where(np.isnan(dried), percent, dried)


def dry_standard(
    stack: StackRegistration, pollutant: str, mg_m3: Floats, duct: Duct, readings: StackReadings
) -> Floats:
    """A concentration in dry gas and standard state, by equations (18) and (19) where its analyser measures otherwise.

    NaN where the duct that it takes does not count.
    """
    wet, at_duct = pollutant in stack.wet, pollutant in stack.at_duct
    if not (wet or at_duct):
        return mg_m3
    made = np.full(len(mg_m3), np.nan)
    known = duct.why == 0
    made[known] = mg_m3[known]
    if at_duct:
        made[known] = flue_gas.standard_state(
            made[known],
            duct.air_pa[known],
            readings.column(STATIC_PRESSURE)[known] * 1_000,
            readings.column(TEMPERATURE)[known],
        )
    if wet:
        made[known] = flue_gas.dry(made[known], readings.column(MOISTURE)[known] / 100)
    return made


def _of_frames(readings: StackReadings) -> list[Finding]:
    """What two frames say of one hour, which year they name, and a stated flow below zero."""
    found: list[Finding] = []
    if readings.duplicates:
        found += finding(
            "duplicate_hour", "", _mask(readings, readings.duplicates), "a second frame differs; the first one holds"
        )
    if readings.conflicts:
        found += finding(
            "conflicting_frames",
            "",
            _mask(readings, readings.conflicts),
            "two frames of one QN say different things; the one received first holds",
        )
    if readings.outside:
        found.append(Finding("outside_year", "", 0, 0, 0, f"{readings.outside} frames are of another year"))
    if readings.flow_m3_s is not None:
        found += finding("negative_flow", FLOW, readings.flow_m3_s < 0, "the stated flow is below zero; it is not used")
    return found


def _mask(readings: StackReadings, hours: tuple[int, ...]) -> Mask:
    mask = np.zeros(readings.hours, np.bool_)
    mask[list(hours)] = True
    return mask


def _air_pressure(stack: StackRegistration, readings: StackReadings, rules: MonitoringRules) -> tuple[Floats, Mask]:
    """The air pressure to calculate with, Pa, and the hours whose reported one cannot be that of the place.

    A reported pressure counts within the tolerance; otherwise, or without one, that of the altitude is
    taken: 101.325 kPa at Kunming would add a quarter to every mass, and a low figure would take as much off.
    """
    there = flue_gas.altitude_pressure_pa(stack.altitude_m)
    reported = readings.column(AIR_PRESSURE) * 1_000
    valid = flagged(readings.marks(AIR_PRESSURE), rules.flags_measured) & ~np.isnan(reported)
    fits = flue_gas.pressure_fits(reported, stack.altitude_m, rules.pressure_tolerance_basis_points)
    return np.where(valid & fits, reported, there), valid & ~fits
