"""From a folder of receipts to a stack's year: what came over TCP is read, checked and measured like any evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Malformed
from airshed.mrv.days import day_chain
from airshed.mrv.flue_gas import Floats
from airshed.mrv.hj212.codes import factors
from airshed.mrv.hj212.frame import Frame, decode
from airshed.mrv.hj212.frame_hours import MINUTE_REPORT, hour_rows
from airshed.mrv.hj212.head import head_of
from airshed.mrv.hj212.items import Unclear
from airshed.mrv.hj212.rows import HourRows
from airshed.mrv.minutes import INTERVALS, filled_with, hours_of_minutes, interval_of
from airshed.mrv.readings import AIR_PRESSURE, AIR_PRESSURE_OF_FLUE_GAS, FACTORS, FLOW, FURTHER_GASES, StackReadings
from airshed.mrv.rules import MonitoringRules
from airshed.mrv.year_from_frames import TOTALS, Instants, ReceivedAt, told_year
from airshed.service.gateway import store
from airshed.service.gateway.answers import DONE, REQUEST_ANSWERED
from airshed.service.gateway.devices import Device, Registry
from airshed.service.stacks.evidence import split_frames

#: Code of 2017 -> the codes under which a year is said: its own, that of 2005, and for air pressure that of table B.2.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    code: (
        code,
        *(factor.code_2005 for factor in factors() if factor.code == code and factor.code_2005),
        *((AIR_PRESSURE_OF_FLUE_GAS,) if code == AIR_PRESSURE else ()),
    )
    for code in (*FACTORS, *FURTHER_GASES, FLOW)
}
_OF_MINUTES = MINUTE_REPORT.encode()
_CODES = tuple(dict.fromkeys(code for names in SPELLINGS.values() for code in names))
_TOTALS = tuple(name for code in TOTALS for name in SPELLINGS[code])


def dated_frames(folder: Path, stack: str) -> tuple[list[bytes], Instants]:
    """All frames of a stack in order of receipt, each with its Beijing day.

    Days that are over are checked against their chain.
    """
    chain = store.read_chain(folder, stack)
    over = {each.day for each in chain.days}
    running = [day for day in store.days_on_disk(folder, stack) if day not in over]
    days: list[store.ReceiptDay | str] = [*chain.days, *running]
    frames: list[bytes] = []
    received: list[str] = []
    for each in days:
        of_day = split_frames(store.read_day(folder, stack, each))
        frames += of_day
        received += [each if isinstance(each, str) else each.day] * len(of_day)
    return frames, np.array(received, "datetime64[D]")


def readings_of(
    frames: Sequence[bytes],
    place: Path,
    year: int,
    registry: Registry,
    rules: MonitoringRules,
    through: int | None = None,
    taken: NDArray[np.bool_] | None = None,
    days: Instants | None = None,
) -> StackReadings:
    """The year of a stack as its devices said it, in the codes, measures and labels of the standard.

    `rules` are those of the law by which the year is measured: they say when minutes make an hour. Each frame is read
    by the registration of its MN. `Malformed` if a device is not registered any more: without its registration nobody
    knows what its hours mean. Frames that are not `taken` are evidence of their day, but give no hour. `days` are those
    of receipt, against which the clocks of the devices are held.
    """
    at = np.full(len(frames), -1, np.int64)
    positions = np.arange(len(frames)) if taken is None else np.flatnonzero(taken)
    read = [frames[position] for position in positions.tolist()]
    rows = hour_rows(read, _CODES, "any", _TOTALS)
    rows = replace(rows, clash=_own_clashes(rows, read))
    devices = _devices(rows.mn, registry, place)
    places = {mn: place for place, mn in enumerate(devices)}
    numbers = np.array([places[mn or ""] for mn in rows.mn], np.int64)
    ends = np.array([device.end_labelled for device in devices.values()], np.bool_)
    hours = rows.hour - ends[numbers].astype("timedelta64[h]") if len(rows) else rows.hour
    means, flags = _spelt(rows, list(devices.values()), numbers)
    at[positions[rows.position]] = (hours.astype("datetime64[D]") - np.datetime64(f"{year:04}-01-01")).astype(np.int64)
    receipt: ReceivedAt | None = None
    if days is not None:
        received = days[positions[rows.position]].astype("datetime64[ms]")
        receipt = ReceivedAt(
            received, (days[positions[rows.position]] + np.timedelta64(1, "D")).astype("datetime64[ms]")
        )
    readings = told_year(
        year,
        _by_new_codes(rows),
        hours=hours,
        means=means,
        flags=flags,
        converted=_converted(rows, list(devices.values()), numbers),
        evidence=day_chain(frames, at, year),
        receipt=receipt,
    )
    if any(_OF_MINUTES in raw for raw in read):
        readings = filled_with(readings, _of_minutes(read, year, registry, rules, place))
    return readings if through is None else replace(readings, through=through)


def _own_clashes(rows: HourRows, frames: Sequence[bytes]) -> NDArray[np.bool_]:
    """The rows whose QN clashes, but for those that answer a request of the host: they have its QN in common.

    A request is known by its answers 9011 and 9012, which lie in the evidence and repeat the QN.
    """
    if not rows.clash.any():
        return rows.clash
    asked = {who for raw in frames if b"901" in raw and (who := _ended(raw)) is not None}
    clash = rows.clash.copy()
    for row in np.flatnonzero(clash).tolist():
        head = head_of(frames[int(rows.position[row])])
        clash[row] = isinstance(head, Unclear) or (rows.mn[row] or "", head.get("qn")) not in asked
    return clash


def _ended(raw: bytes) -> tuple[str, str | None] | None:
    """MN and QN of an answer to a request; None for any other frame. 2005 says the QN in the content."""
    frame = decode(raw, "any")
    if isinstance(frame, Frame) and frame.cn in (REQUEST_ANSWERED, DONE):
        return frame.mn or "", frame.qn or frame.field("QN")
    return None


def _of_minutes(
    frames: Sequence[bytes], year: int, registry: Registry, rules: MonitoringRules, place: Path
) -> StackReadings:
    """Hours built of the reports of minutes, under the flags and the count of minutes that the law asks for."""
    rows = hour_rows(frames, _CODES, "any", report=MINUTE_REPORT)
    devices = _devices(rows.mn, registry, place)
    numbers = np.array([list(devices).index(mn or "") for mn in rows.mn], np.int64)
    interval = interval_of(rows.time)
    if interval is None:  # one report, or steps that the standard does not know
        return hours_of_minutes(year, rows.time[:0], {}, {}, INTERVALS[0], rules)
    ends = np.array([device.end_labelled for device in devices.values()], np.bool_)
    times = rows.time.astype("datetime64[m]") - (ends[numbers] * interval).astype("timedelta64[m]")
    means, flags = _spelt(rows, list(devices.values()), numbers)
    means.pop(FLOW, None)
    return hours_of_minutes(year, times, means, flags, interval, rules)


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


def _converted(rows: HourRows, devices: Sequence[Device], numbers: NDArray[np.int64]) -> dict[str, Floats]:
    """Means that the devices converted (-ZsAvg), in mg/m3: they come in the measure of the means."""
    told: dict[str, Floats] = {}
    for code in TOTALS:
        for name in SPELLINGS[code]:
            by = np.array([_factor(device, name, code) for device in devices], np.float64)
            column = rows.converted[name] * by[numbers] if len(rows) else rows.converted[name]
            told[code] = np.where(np.isnan(told[code]), column, told[code]) if code in told else column
    return told


def _by_new_codes(rows: HourRows) -> HourRows:
    """The rows with their totals (-Cou) under the codes of 2017."""
    total: dict[str, Floats] = {}
    for code in TOTALS:
        for name in SPELLINGS[code]:
            column = rows.total[name]
            total[code] = np.where(np.isnan(total[code]), column, total[code]) if code in total else column
    return replace(rows, total=total)


def _factor(device: Device, name: str, code: str) -> float:
    return device.factors.get(name, device.factors.get(code, 1.0))
