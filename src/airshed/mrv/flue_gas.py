"""The formulas of HJ 212-2017 appendix D.2, equations (18) to (34), for single values and numpy arrays.

Pressures are in Pa, temperatures in degrees Celsius, moisture as a fraction, oxygen in percent,
concentrations in mg/m3. The standard takes 273 for the ice point, not 273.15, and 101325 Pa for standard
pressure.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.gases import MOLAR_VOLUME

Floats = NDArray[np.float64]
Value = TypeVar("Value", float, Floats)

STANDARD_PA = 101_325.0
ICE_POINT_K = 273.0
AIR_OXYGEN_PERCENT = 21.0
#: g/mol, as the standard rounds them; NOx counts as NO2.
MOLAR_MASS = {"SO2": 64.0, "NO": 30.0, "NO2": 46.0, "NOx": 46.0}
SECONDS_PER_HOUR = 3_600.0


def standard_state(actual: Value, air_pa: Value, static_pa: Value, celsius: Value) -> Value:
    """Equation (18): a concentration at duct conditions brought to standard state, mg/m3.

    >>> round(standard_state(60.0, 81_000.0, -150.0, 52.0), 4)
    89.5176
    """
    return actual * STANDARD_PA / (air_pa + static_pa) * (ICE_POINT_K + celsius) / ICE_POINT_K


def dry(wet: Value, moisture: Value) -> Value:
    """Equation (19): a wet concentration, or wet oxygen, as dry.

    >>> round(dry(89.5176, 0.11), 4)
    100.5816
    """
    return wet / (1.0 - moisture)


def from_ppm(ppm: Value, gas: str) -> Value:
    """Equation (20): volume parts per million as mg/m3 in standard state. NOx takes the mass of NO2.

    >>> round(from_ppm(100.0, "SO2"), 3), round(from_ppm(100.0, "NOx"), 3)
    (285.714, 205.357)
    """
    return MOLAR_MASS[gas] / MOLAR_VOLUME * ppm


def nox_as_no2(no: Value, no2: Value) -> Value:
    """Equation (21): NO and NO2, each in mg/m3, as NOx counted as NO2.

    >>> nox_as_no2(60.0, 5.0)
    97.0
    """
    return no * MOLAR_MASS["NO2"] / MOLAR_MASS["NO"] + no2


def nox_from_ppm(no_ppm: Value, no2_ppm: Value) -> Value:
    """Equation (22): NO and NO2, each in ppm, as NOx in mg/m3 counted as NO2."""
    return (no_ppm + no2_ppm) * MOLAR_MASS["NO2"] / MOLAR_VOLUME


def excess_air(oxygen: Value) -> Value:
    """Equation (27): the ratio alpha = 21 / (21 - O2) of air used to air needed."""
    return AIR_OXYGEN_PERCENT / (AIR_OXYGEN_PERCENT - oxygen)


def at_reference_oxygen(measured: float, oxygen: float, reference: float | None, idle: float = 19.0) -> float | None:
    """Equations (26) and (28): a dry concentration converted to reference oxygen.

    Without a reference it stays as measured. From `idle` percent on there is no value: the stack burns
    nothing, and 21 - O2 in the denominator would multiply noise.

    >>> round(at_reference_oxygen(100.5816, 7.4, 6.0) or 0, 4)
    110.9356
    >>> at_reference_oxygen(1.0, 20.70, 6.0) is None
    True
    """
    if reference is None:
        return measured
    if not oxygen < idle:
        return None
    return measured * (AIR_OXYGEN_PERCENT - reference) / (AIR_OXYGEN_PERCENT - oxygen)


def hours_at_reference_oxygen(measured: Floats, oxygen: Floats, reference: float | None, idle: float = 19.0) -> Floats:
    """`at_reference_oxygen` for a column; NaN where there is no value."""
    if reference is None:
        return measured.copy()
    burning = np.where(oxygen < idle, oxygen, np.nan)
    converted: Floats = measured * (AIR_OXYGEN_PERCENT - reference) / (AIR_OXYGEN_PERCENT - burning)
    return converted


def duct_flow(area_m2: float, velocity: Value, coefficient: float = 1.0) -> Value:
    """Equations (29) and (30): flow at duct conditions, wet, m3/h, from m2 and m/s.

    >>> round(duct_flow(38.5, 12.6), 2)
    1746360.0
    """
    return SECONDS_PER_HOUR * area_m2 * (coefficient * velocity)


def dry_standard_flow(flow: Value, celsius: Value, air_pa: Value, static_pa: Value, moisture: Value) -> Value:
    """Equation (31): flow at duct conditions as dry flow in standard state, m3/h.

    `air_pa` is the pressure of the air at the stack: 101325 Pa at Kunming would overstate the flow by a
    quarter.

    >>> round(dry_standard_flow(1_746_360.0, 52.0, 81_000.0, -150.0, 0.11), 2)
    1041757.13
    """
    return flow * ICE_POINT_K / (ICE_POINT_K + celsius) * (air_pa + static_pa) / STANDARD_PA * (1.0 - moisture)


def hourly_mass_kg(measured: Value, flow: Value) -> Value:
    """Equation (33): kg/h from the dry standard flow and the concentration as measured, never converted.

    >>> round(hourly_mass_kg(100.5816, 1_041_757.13), 4)
    104.7816
    """
    return measured * flow * 1e-6


def altitude_pressure_pa(altitude_m: float) -> float:
    """Mean air pressure at an altitude up to 11 km, Pa: barometric formula, standard atmosphere (ISO 2533).

    >>> round(altitude_pressure_pa(1_890.0)), altitude_pressure_pa(0.0)
    (80587, 101325.0)
    """
    return float(STANDARD_PA * (1.0 - 2.25577e-5 * altitude_m) ** 5.25588)


def pressure_fits(air_pa: Floats, altitude_m: float, tolerance_basis_points: int) -> NDArray[np.bool_]:
    """Whether an air pressure can be that of the altitude; weather moves it by 2 or 3 %. False for NaN."""
    there = altitude_pressure_pa(altitude_m)
    return np.abs(air_pa - there) <= there * tolerance_basis_points / 10_000
