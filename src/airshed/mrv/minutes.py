"""Hours built of reports of minutes (CN 2051), for monitors that send no hourly ones: 45 valid minutes make an hour.

Equation (24) of HJ 212-2017: the mean of an hour is that of its valid minute means, of which there must be 45. A report
of ten minutes counts for ten. What the device reports as an hour goes before what is built here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import states
from airshed.mrv.columns import flagged
from airshed.mrv.flue_gas import Floats
from airshed.mrv.readings import Flags, StackReadings, flag_codes
from airshed.mrv.rules import MonitoringRules
from airshed.mrv.spans import hours_in

#: Minutes that one report may stand for (HJ 212-2017 table 9, command 1064, and one minute).
INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)
Times = NDArray[np.datetime64]


def interval_of(times: Times) -> int | None:
    """How many minutes a report stands for: the commonest step between neighbours; None if no standard step.

    >>> interval_of(np.arange("2027-01-01T00:00", "2027-01-01T01:00", 10, "datetime64[m]"))
    10
    """
    steps = np.diff(np.unique(times.astype("datetime64[m]"))).astype(np.int64)
    if not steps.size:
        return None
    known, counts = np.unique(steps, return_counts=True)
    step = int(known[np.argmax(counts)])
    return step if step in INTERVALS else None


def hours_of_minutes(
    year: int,
    times: Times,
    means: Mapping[str, Floats],
    flags: Mapping[str, NDArray[np.str_]],
    interval: int,
    rules: MonitoringRules,
) -> StackReadings:
    """The hours of a year from reports of so many minutes, in order of receipt; `times` are the starts of the minutes.

    What a minute first says of a factor holds. An hour with enough valid minutes has their mean and the flag of a
    measured one. An hour that is flagged as stopped in all that it reports is stopped; any other has no mean and the
    bad flag of most of its minutes, or else the reason that they are too few: part of an hour is never a standstill.
    """
    assert interval in INTERVALS, interval
    length = hours_in(year)
    start = np.datetime64(f"{year:04}-01-01T00:00", "m")
    minute = (times.astype("datetime64[m]") - start).astype(np.int64)
    inside = (minute >= 0) & (minute < length * 60)
    framed = np.zeros(length, np.bool_)
    framed[minute[inside] // 60] = True
    values: dict[str, Floats] = {}
    marks: dict[str, Flags] = {}
    for factor, column in means.items():
        codes = flag_codes(flags[factor])
        speaking = np.flatnonzero(inside & ((codes != 0) | ~np.isnan(column)))
        if not speaking.size:
            continue
        _, rows = np.unique(minute[speaking], return_index=True)
        rows = speaking[rows]
        hour, value, code = minute[rows] // 60, column[rows], codes[rows]
        valid = flagged(code, rules.flags_measured) & ~np.isnan(value)
        count = np.bincount(hour[valid], minlength=length)
        total = np.bincount(hour[valid], weights=value[valid], minlength=length)
        enough = count * interval >= rules.minutes_per_hour
        values[factor] = np.where(enough, total / np.maximum(count, 1), np.nan)
        marks[factor] = np.zeros(length, np.uint8)
        said = np.bincount(hour, minlength=length) > 0
        marks[factor][said] = states.TOO_FEW_MINUTES
        most = np.zeros(length, np.int64)
        for bad in np.unique(code[~valid & (code != 0)]).tolist():
            if bad in [ord(flag) for flag in (*rules.flags_measured, *rules.flags_stopped)]:
                continue
            of_bad = np.bincount(hour[code == bad], minlength=length)
            more = of_bad > most
            marks[factor][more], most[more] = bad, of_bad[more]
        still = np.bincount(hour[flagged(code, rules.flags_stopped)], minlength=length)
        whole = said & (still == np.bincount(hour, minlength=length))
        marks[factor][whole] = ord(rules.flags_stopped[0]) if rules.flags_stopped else states.TOO_FEW_MINUTES
        standing = np.bincount(hour, weights=np.nan_to_num(value), minlength=length) / np.maximum(still, 1)
        values[factor][whole] = standing[whole]
        marks[factor][enough] = ord(rules.flags_measured[0])
    return StackReadings(year, framed, values, marks, outside=int(np.count_nonzero(~inside)))


def filled_with(readings: StackReadings, built: StackReadings) -> StackReadings:
    """Hours that the device reported, and in those without a report what was built of its minutes."""
    take = built.framed & ~readings.framed
    if not take.any():
        return readings
    values, flags = dict(readings.values), dict(readings.flags)
    for factor in built.values:
        values[factor] = np.where(take, built.column(factor), readings.column(factor))
        flags[factor] = np.where(take, built.marks(factor), readings.marks(factor))
    return replace(readings, framed=readings.framed | take, values=values, flags=flags)
