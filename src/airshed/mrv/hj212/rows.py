"""Rows of decoded hourly reports: what was asked for, columns as they were read, and how they become one table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.hj212.frame import Fault, Rejected


@dataclass(frozen=True, slots=True)
class RefusedFrame:
    """A frame that gives no hour: its place in the input, counted from 0, and the reason."""

    position: int
    rejected: Rejected


@dataclass(frozen=True, slots=True, eq=False)
class HourRows:
    """One row per hourly report, in the order of the input.

    `hour` is the wall-clock hour that DataTime falls in: by the standard the start of the period (vendors also send
    its end). `avg` is NaN where the frame does not say, or says what is no number; `flag` is "" where it says none. A
    message in parts gives one row per part, a resent hour one row per sending: joining them is the reader's choice.
    `sent` is the QN, by the clock of the device (NaT: none, or no time); `resent` is RF=1 of the edition of 2025;
    `clash` is whether another frame of the device carries the same QN, part and hour with other content.
    """

    position: NDArray[np.int64]
    hour: NDArray[np.datetime64]
    #: DataTime itself, to the second.
    time: NDArray[np.datetime64]
    mn: tuple[str | None, ...]
    avg: dict[str, NDArray[np.float64]]
    flag: dict[str, NDArray[np.str_]]
    refused: tuple[RefusedFrame, ...]
    sent: NDArray[np.datetime64]
    resent: NDArray[np.bool_]
    clash: NDArray[np.bool_]
    #: -Cou and -ZsAvg of the codes that were asked for with `totals`.
    total: dict[str, NDArray[np.float64]]
    converted: dict[str, NDArray[np.float64]]

    def __len__(self) -> int:
        return len(self.position)


@dataclass(frozen=True, slots=True)
class WantedColumns:
    """What is asked for, as the columns come: Avg and Flag of the codes, then Cou and ZsAvg of the totals."""

    codes: tuple[str, ...]
    totals: tuple[str, ...]
    #: CN of the reports.
    report: str

    @property
    def numbers(self) -> tuple[tuple[str, str], ...]:
        """Code and suffix of each column of numbers."""
        return (
            *((code, "avg") for code in self.codes),
            *((code, suffix) for code in self.totals for suffix in ("cou", "zsavg")),
        )


@dataclass(frozen=True, slots=True)
class FrameColumns:
    """Rows that were read in one way, column by column; None for a column that none of them has."""

    position: NDArray[np.int64]
    stamp: NDArray[np.bytes_]
    #: QN of 17 digits, or empty.
    qn: NDArray[np.bytes_]
    resent: NDArray[np.bool_]
    mn: list[str | None]
    number: list[NDArray[np.float64] | None]
    flag: list[NDArray[np.str_] | None]


def joined(
    parts: Sequence[FrameColumns], wanted: WantedColumns, refused: list[RefusedFrame], frames: Sequence[bytes]
) -> HourRows:
    """The rows of all layouts in the order of the input; rows whose DataTime is no time are refused."""
    position = np.concatenate([part.position for part in parts])
    stamp = np.concatenate([part.stamp for part in parts])
    mns = [mn for part in parts for mn in part.mn]
    time, real = _times_of(stamp)
    refused += [RefusedFrame(int(position[row]), no_time(stamp[row].decode())) for row in np.flatnonzero(~real)]
    order = np.argsort(position, kind="stable")
    order = order[real[order]]
    plain = len(parts) == 1 and len(order) == len(position) and bool((np.diff(position) > 0).all())
    silent = np.full(len(order), np.nan)
    unflagged = np.zeros(len(order), "U1")
    silent.flags.writeable = unflagged.flags.writeable = False

    def number(n: int) -> NDArray[np.float64]:
        columns = [part.number[n] for part in parts]
        if all(column is None for column in columns):
            return silent
        filled = [
            np.full(len(part.mn), np.nan) if column is None else column
            for column, part in zip(columns, parts, strict=True)
        ]
        return filled[0] if plain else np.concatenate(filled)[order]

    def flag(n: int) -> NDArray[np.str_]:
        columns = [part.flag[n] for part in parts]
        if all(column is None for column in columns):
            return unflagged
        filled = [
            np.zeros(len(part.mn), "U1") if column is None else column
            for column, part in zip(columns, parts, strict=True)
        ]
        return filled[0] if plain else np.concatenate(filled)[order]

    codes = len(wanted.codes)
    position, time, told = position[order], time[order], tuple(mns[row] for row in order)
    hour = time.astype("datetime64[h]")
    sent = _instants_of(np.concatenate([part.qn for part in parts])[order])
    return HourRows(
        position,
        hour,
        time,
        told,
        {code: number(n) for n, code in enumerate(wanted.codes)},
        {code: flag(n) for n, code in enumerate(wanted.codes)},
        tuple(sorted(refused, key=lambda one: one.position)),
        sent,
        np.concatenate([part.resent for part in parts])[order],
        _clashes(sent, hour, told, position, frames),
        {code: number(codes + 2 * n) for n, code in enumerate(wanted.totals)},
        {code: number(codes + 2 * n + 1) for n, code in enumerate(wanted.totals)},
    )


_PART = re.compile(rb"(?:\A|[;,])PNO=([0-9]+)", re.IGNORECASE)


def _clashes(
    sent: NDArray[np.datetime64],
    hour: NDArray[np.datetime64],
    mns: Sequence[str | None],
    position: NDArray[np.int64],
    frames: Sequence[bytes],
) -> NDArray[np.bool_]:
    """Rows whose QN, device, part and hour are those of another row with other content between `CP=&&` and `&&`.

    Devices that empty a queue within a millisecond, or count no milliseconds, give one QN to reports of several hours;
    such a QN tells nothing.
    """
    clash = np.zeros(len(sent), np.bool_)
    order = np.argsort(sent, kind="stable")
    equal = sent[order][1:] == sent[order][:-1]  # NaT is equal to nothing
    if not equal.any():
        return clash
    rows = order[np.concatenate((equal, [False])) | np.concatenate(([False], equal))]
    known: dict[tuple[int, int, str | None, bytes], tuple[int, bytes]] = {}
    instants, hours = sent.astype(np.int64), hour.astype(np.int64)
    for row in sorted(rows.tolist()):
        header, _, content = frames[int(position[row])].partition(b"&&")
        part = _PART.search(header)
        key = (int(instants[row]), int(hours[row]), mns[row], part[1] if part else b"")
        content = content.rpartition(b"&&")[0]
        first = known.setdefault(key, (row, content))
        if first[1] != content:
            clash[[first[0], row]] = True
    return clash


def no_time(stamp: str) -> Rejected:
    """Why a DataTime names no hour."""
    return Rejected(Fault.NOT_AN_HOUR, f"DataTime {stamp!r} is no time; write it as 20270101080000")


def _instants_of(qns: NDArray[np.bytes_]) -> NDArray[np.datetime64]:
    """The instant of each YYYYMMDDhhmmsszzz; NaT for none and for no time of the calendar."""
    there = qns != b""
    instants = np.full(len(qns), "NaT", "datetime64[ms]")
    if there.any():
        text = qns[there]
        seconds, real = _times_of(text.astype("S14"))
        digits = text.view(np.uint8).reshape(len(text), 17).astype(np.int64) - ord("0")
        ms = digits[:, 14:] @ np.array([100, 10, 1])
        instants[there] = np.where(real, seconds.astype("datetime64[ms]") + ms, np.datetime64("NaT", "ms"))
    return instants


def _times_of(stamps: NDArray[np.bytes_]) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """The second that each YYYYMMDDhhmmss names, and whether it is a time of the calendar at all."""
    digits = stamps.view(np.uint8).reshape(len(stamps), 14).astype(np.int64) - ord("0")
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in (4, 6, 8, 10, 12))
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    first, next_first = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    real = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= (next_first - first).astype(np.int64))
    real &= (hour < 24) & (minute < 60) & (second < 60)
    days = (first + (day - 1)).astype("datetime64[s]")
    return days + (hour * 3_600 + minute * 60 + second), real
