"""From a folder of receipts to a stack's year: what came over TCP is read, checked and measured like any evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from airshed.lab.monitoring import registrations
from airshed.lab.stacks import AIR_PRESSURE_OF_FLUE_GAS
from airshed.lab.zone import Zone
from airshed.model.refusal import Malformed
from airshed.mrv.flue_gas import Floats
from airshed.mrv.hj212.codes import factors
from airshed.mrv.hj212.hours import HourRows, hour_rows
from airshed.mrv.readings import AIR_PRESSURE, FACTORS, StackReadings, readings_from_columns
from airshed.mrv.rules import MonitoringRules
from airshed.mrv.year import StackYear, close_year
from airshed.service.evidence import split_frames
from airshed.service.gateway import store
from airshed.service.gateway.devices import Device, Registry
from airshed.service.measure import day_chain

#: Code of 2017 -> the codes under which a year is said: its own, that of 2005, and for air pressure that of table B.2.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    code: (
        code,
        *(factor.code_2005 for factor in factors() if factor.code == code and factor.code_2005),
        *((AIR_PRESSURE_OF_FLUE_GAS,) if code == AIR_PRESSURE else ()),
    )
    for code in FACTORS
}


def frames_of(folder: Path, stack: str) -> list[bytes]:
    """All frames of a stack in order of receipt, the days that are over checked against their chain."""
    chain = store.read_chain(folder, stack)
    over = {each.day for each in chain.days}
    text = [store.read_day(folder, stack, each) for each in chain.days]
    text += [store.read_day(folder, stack, day) for day in store.days_on_disk(folder, stack) if day not in over]
    return [frame for each in text for frame in split_frames(each)]


def read_receipts(folder: Path, stack: str, year: int, registry: Registry, through: int | None = None) -> StackReadings:
    """The year of a stack as its devices said it, in the codes, measures and labels of the standard.

    Each frame is read by the registration of its MN. `Malformed` if a device is not registered any more: without its
    registration nobody knows what its hours mean.
    """
    frames = frames_of(folder, stack)
    rows = hour_rows(frames, tuple(dict.fromkeys(code for names in SPELLINGS.values() for code in names)), "any")
    devices = _devices(rows.mn, registry, folder / stack)
    places = {mn: place for place, mn in enumerate(devices)}
    numbers = np.array([places[mn or ""] for mn in rows.mn], np.int64)
    ends = np.array([device.end_labelled for device in devices.values()], np.bool_)
    hours = rows.hour - ends[numbers].astype("timedelta64[h]") if len(rows) else rows.hour
    means, flags = _spelt(rows, list(devices.values()), numbers)
    at = np.full(len(frames), -1, np.int64)
    at[rows.position] = (hours.astype("datetime64[D]") - np.datetime64(f"{year:04}-01-01")).astype(np.int64)
    readings = readings_from_columns(year, hours, means, flags, day_chain(frames, at, year))
    return readings if through is None else _through(readings, through)


def measure_receipts(
    folder: Path, zone: Zone, year: int, registry: Registry, rules: MonitoringRules
) -> Iterator[StackYear]:
    """The closed year of every stack in a folder of receipts, by name; as `measure_zone` of simulated evidence."""
    known = registrations(zone)
    for stack in store.stacks_of(folder):
        if stack not in known:
            raise Malformed(str(folder / stack), f"no such stack in {zone.name_en}", "name its own zone")
        yield close_year(known[stack], read_receipts(folder, stack, year, registry), rules)


def _devices(mns: Sequence[str | None], registry: Registry, place: Path) -> dict[str, Device]:
    found: dict[str, Device] = {}
    for mn in dict.fromkeys(mns):
        device = registry.get(mn or "")
        if device is None:
            raise Malformed(str(place), f"frames of MN {mn}, which is not registered", "keep its row in the devices")
        found[mn or ""] = device
    return found


def _spelt(
    rows: HourRows, devices: Sequence[Device], numbers: NDArray[np.int64]
) -> tuple[dict[str, Floats], dict[str, NDArray[np.str_]]]:
    """Means and flags by the code of 2017, in the measures of the standard; the first spelling that speaks holds."""
    means: dict[str, Floats] = {}
    flags: dict[str, NDArray[np.str_]] = {}
    for code, names in SPELLINGS.items():
        for name in names:
            by = np.array([_factor(device, name, code) for device in devices], np.float64)
            mean = rows.avg[name] * by[numbers] if len(rows) else rows.avg[name]
            if code not in means:
                means[code], flags[code] = mean, rows.flag[name]
                continue
            silent = np.isnan(means[code]) & (flags[code] == "")
            means[code] = np.where(silent, mean, means[code])
            flags[code] = np.where(silent, rows.flag[name], flags[code])
    return means, flags


def _factor(device: Device, name: str, code: str) -> float:
    return device.factors.get(name, device.factors.get(code, 1.0))


def _through(readings: StackReadings, through: int) -> StackReadings:
    return StackReadings(
        readings.year,
        readings.framed,
        readings.values,
        readings.flags,
        readings.duplicates,
        readings.outside,
        readings.evidence,
        through,
    )
