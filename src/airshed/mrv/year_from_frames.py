"""A stack's year from its decoded hourly reports, with what they say beside means and flags: clock, totals, doubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.columns import Mask
from airshed.mrv.flue_gas import Floats
from airshed.mrv.hj212.rows import HourRows
from airshed.mrv.readings import FLOW, POLLUTANT_CODES, StackReadings, readings_from_columns
from airshed.mrv.spans import hours_in

Instants = NDArray[np.datetime64]

#: Codes whose totals (-Cou) and converted means (-ZsAvg) are read beside the means, for the identities of a frame.
TOTALS = (FLOW, *POLLUTANT_CODES.values())
#: By how much the delay of two frames in a row may differ and still be one clock's error, h. Frames of a queue that is
#: emptied after an outage name one hour after another while the time of sending hardly moves.
STEADY_H = 0.5
#: What a report may be ahead of its own time of sending, h, before another report of that hour goes before it: a device
#: that labels hours by their end is ahead by one.
AHEAD_H = 1.0
#: Reports of a day by which a slow clock is told from a queue: as many as half a day has, of no more than a day's time.
LEAST_A_DAY, MOST_A_DAY_H = 12, 26.0
_HOUR = np.timedelta64(3_600_000, "ms")


@dataclass(frozen=True, slots=True, eq=False)
class ReceivedAt:
    """Between which instants each row was received, by the clock of the host (a day, where only the day is known)."""

    first: Instants
    last: Instants


def clock_hours(hours: Instants, sent: Instants, resent: Mask, receipt: ReceivedAt | None = None) -> Floats:
    """By how many hours the clock behind each row is off, as far as the rows tell; NaN where they do not.

    Above zero it is ahead. Rows come in the order of receipt. What counts is the end of the hour that a row names
    against the moment of sending, and that moment against the receipt. A report of an hour that is not over is ahead,
    and so is one sent after it was received. One that comes late is behind only if the row before or after it is late
    by the same time and names another hour; one sent long before its receipt, only if those of the days around are as
    well; and neither if it says that it is sent again. Without QN only the receipt speaks, and only of what is ahead.

    >>> hours = np.array(["2027-01-01T00", "2027-01-01T01", "2027-01-01T02"], "datetime64[h]")
    >>> sent = np.array(["2027-01-03T01", "2027-01-03T02", "2027-01-03T03"], "datetime64[ms]")
    >>> clock_hours(hours, sent, np.zeros(3, np.bool_)).tolist()
    [-48.0, -48.0, -48.0]
    """
    ends = hours.astype("datetime64[ms]") + _HOUR
    lag: Floats = np.subtract(sent, ends) / _HOUR
    steady = np.zeros(len(lag), np.bool_)
    if len(lag) > 1:
        alike = (np.abs(np.diff(lag)) <= STEADY_H) & (hours[1:] != hours[:-1])
        steady[1:] |= alike
        steady[:-1] |= alike
    off: Floats = np.where((lag < 0) | (steady & ~resent), -lag, np.where(np.isnan(lag), np.nan, 0.0))
    if receipt is not None:
        after: Floats = np.subtract(sent, receipt.last) / _HOUR
        off = off + np.maximum(after, 0.0) - np.where(resent, 0.0, _behind(sent, receipt))
        ahead: Floats = np.subtract(ends, receipt.last) / _HOUR
        off = np.where(np.isnan(off), np.maximum(ahead, 0.0), off)
    return off


def _behind(sent: Instants, receipt: ReceivedAt) -> Floats:
    """By how many hours the moments of sending lie before their receipt, where a clock and no queue says so.

    A queue brings what was kept back all at once, under the old moments of sending or new ones. A slow clock brings a
    day's reports a day, one day after another, each as late as the one before.
    """
    behind = np.zeros(len(sent))
    known = np.flatnonzero(~np.isnat(sent))
    days, place = np.unique(receipt.first[known], return_inverse=True)
    if not days.size or not (sent[known] < receipt.first[known]).any():
        return behind
    stamps = sent[known].astype(np.int64)
    count = np.bincount(place)
    first, last = np.full(len(days), np.iinfo(np.int64).max), np.full(len(days), np.iinfo(np.int64).min)
    np.minimum.at(first, place, stamps)
    np.maximum.at(last, place, stamps)
    hour = _HOUR.astype(np.int64)
    late: Floats = (days.astype("datetime64[ms]").astype(np.int64) - last) / hour
    slow = (count >= LEAST_A_DAY) & ((last - first) / hour <= MOST_A_DAY_H) & (late > 0)
    pair = slow[1:] & slow[:-1] & (np.abs(np.diff(late)) <= MOST_A_DAY_H - 24)
    slow = np.concatenate((pair, [False])) | np.concatenate(([False], pair))
    behind[known] = np.where(slow, late, 0.0)[place]
    return behind


def told_year(
    year: int,
    rows: HourRows,
    *,
    hours: Instants | None = None,
    means: Mapping[str, Floats] | None = None,
    flags: Mapping[str, NDArray[np.str_]] | None = None,
    converted: Mapping[str, Floats] | None = None,
    evidence: tuple[str, ...] = (),
    receipt: ReceivedAt | None = None,
) -> StackReadings:
    """The year that decoded rows tell of, by `readings_from_columns`; what is not given is taken as the rows have it.

    `hours` are the starts of the hours where a device labels their end; `means`, `flags` and `converted` stand in the
    measures of the standard. A row that is ahead of its own time goes behind all others, so that the true report of an
    hour holds where both came. A second frame of one QN with other content is kept as a conflict; the first one holds.
    """
    hours = rows.hour if hours is None else hours
    means, flags = rows.avg if means is None else means, rows.flag if flags is None else flags
    converted = rows.converted if converted is None else converted
    totals: Mapping[str, Floats] = rows.total
    off = clock_hours(hours, rows.sent, rows.resent, receipt)
    clash = rows.clash
    if (off > AHEAD_H).any():
        order = np.argsort(off > AHEAD_H, kind="stable")
        hours, off, clash = hours[order], off[order], clash[order]
        means = {code: column[order] for code, column in means.items()}
        converted = {code: column[order] for code, column in converted.items()}
        totals = {code: column[order] for code, column in totals.items()}
        flags = {code: column[order] for code, column in flags.items()}
    stated = means.get(FLOW)
    factors = {code: column for code, column in means.items() if code != FLOW}
    readings = readings_from_columns(year, hours, factors, flags, evidence)

    length = hours_in(year)
    places = (hours - np.datetime64(f"{year:04}-01-01T00", "h")).astype(np.int64)
    inside = np.flatnonzero((places >= 0) & (places < length))

    def by_hour(column: Floats) -> Floats | None:
        """What an hour first says; None where no hour says anything."""
        speaking = inside[~np.isnan(column[inside])]
        if not speaking.size:
            return None
        values = np.full(length, np.nan)
        values[places[speaking[::-1]]] = column[speaking[::-1]]  # the first is written last
        return values

    clock_h: Floats | None = None
    if (np.abs(off) > AHEAD_H).any():
        clock_h = np.full(length, np.nan)
        clock_h[places[inside[::-1]]] = off[inside[::-1]]
    return replace(
        readings,
        clock_h=clock_h,
        conflicts=tuple(np.unique(places[inside[clash[inside]]]).tolist()),
        flow_m3_s=None if stated is None else by_hour(stated),
        totals={code: found for code, column in totals.items() if (found := by_hour(column)) is not None},
        converted={code: found for code, column in converted.items() if (found := by_hour(column)) is not None},
    )
