"""A stack at Kunming and years of its readings, for the tests of monitoring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.mrv.flue_gas import Floats
from airshed.mrv.readings import (
    AIR_PRESSURE,
    MOISTURE,
    OXYGEN,
    STATIC_PRESSURE,
    TEMPERATURE,
    VELOCITY,
    HourReading,
    Reading,
    StackReadings,
    readings_from_columns,
)
from airshed.mrv.rules import LimitValue, StackRegistration
from airshed.mrv.spans import hour_of, hours_in
from airshed.zone.monitoring import monitoring_rules
from laws import RULES as BOOK

SO2, NOX, PM = "a21026", "a21002", "a34013"
YEAR = 2027
HOURS = hours_in(YEAR)

LIMITS = (
    LimitValue("power", "GB 13223-2011", "SO2", 200.0, 6.0, "hourly mean"),
    LimitValue("power", "GB 13223-2011", "NOx", 100.0, 6.0, "hourly mean"),
    LimitValue("power", "GB 13223-2011", "PM", 30.0, 6.0, "hourly mean"),
)
SHIPPED = monitoring_rules(BOOK)
"""The rules of the shipped rulebook."""
RULES = msgspec.structs.replace(
    SHIPPED, limits=LIMITS, scopes=(), special_areas=(), counts=(), determination_basis_points=None
)
"""The same with three limits, for an outlet that no scope knows; nothing is determined where no tier applies."""
STACK = StackRegistration(
    stack="KM-POWER-1",
    source="KM-POWER",
    pollutants=("SO2", "NOx", "PM"),
    limit_set="power",
    duct_area_m2=38.5,
    altitude_m=1_890.0,
    capacity_m3_h=1_200_000.0,
)
#: Worked example of HJ 212-2017 appendix D: 100.5816 mg/m3 in a duct of 38.5 m2 at 12.6 m/s, 52 C, -150 Pa, 11 %.
TYPICAL: dict[str, float] = {
    SO2: 100.5816,
    NOX: 80.0,
    PM: 10.0,
    VELOCITY: 12.6,
    TEMPERATURE: 52.0,
    STATIC_PRESSURE: -0.150,
    MOISTURE: 11.0,
    OXYGEN: 7.4,
    AIR_PRESSURE: 81.0,
}


def frame(changes: HourReading | None = None, flag: str = "N") -> HourReading:
    """One hour as usual, with some factors said otherwise."""
    return {**{factor: (mean, flag) for factor, mean in TYPICAL.items()}, **(changes or {})}


def steady_year() -> StackReadings:
    """A year in which every hour is a little unlike the one before, so that no line is flat."""
    values = {factor: np.full(HOURS, mean) for factor, mean in TYPICAL.items()}
    for factor in (SO2, NOX, PM):
        values[factor] = values[factor] + np.arange(HOURS) % 7 / 10
    flags = {factor: np.full(HOURS, ord("N"), np.uint8) for factor in TYPICAL}
    return StackReadings(YEAR, np.ones(HOURS, np.bool_), values, flags)


def changed(
    readings: StackReadings,
    hours: slice | NDArray[np.int64] | int,
    *,
    flags: Mapping[str, str] | None = None,
    values: Mapping[str, float | Floats] | None = None,
    framed: bool | None = None,
) -> StackReadings:
    """The same year with some hours said otherwise."""
    new_values = {factor: column.copy() for factor, column in readings.values.items()}
    new_flags = {factor: column.copy() for factor, column in readings.flags.items()}
    new_framed = readings.framed.copy()
    for factor, flag in (flags or {}).items():
        new_flags[factor][hours] = ord(flag)
    for factor, value in (values or {}).items():
        new_values[factor][hours] = value
    if framed is not None:
        new_framed[hours] = framed
    return StackReadings(
        readings.year, new_framed, new_values, new_flags, readings.duplicates, readings.outside, readings.evidence
    )


def readings_from_rows(
    year: int, rows: Iterable[tuple[str, HourReading]], evidence: tuple[str, ...] = ()
) -> StackReadings:
    """`readings_from_columns` for rows of (DataTime, factor -> (mean, flag)).

    `Malformed` for a DataTime that is not the start of an hour.

    """
    told = [(hour_of(text), reading) for text, reading in rows]
    factors = sorted({factor for _, reading in told for factor in reading})
    nothing: Reading = (float("nan"), "")
    return readings_from_columns(
        year,
        np.array([hour for hour, _ in told], "datetime64[h]"),
        {f: np.array([reading.get(f, nothing)[0] for _, reading in told], np.float64) for f in factors},
        {f: np.array([reading.get(f, nothing)[1] for _, reading in told], np.str_) for f in factors},
        evidence,
    )
