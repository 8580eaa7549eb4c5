"""Hourly reports (CN 2061) of a stack as columns: the fast path, which agrees with `decode` on every frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.hj212.crc import crc_hj212, crc_modbus
from airshed.mrv.hj212.frame import MAX_SEGMENT, CrcName, Dialect, Fault, Frame, Rejected, decode

HOUR_REPORT = "2061"

UNKNOWN_FLAG = "?"
"""Stands for a flag that is not one character: no edition of the standard knows it."""

MAX_LAYOUTS = 64
"""Layouts kept as patterns in one call; a device has one, or one per part of its message."""


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
    """

    position: NDArray[np.int64]
    hour: NDArray[np.datetime64]
    mn: tuple[str | None, ...]
    avg: dict[str, NDArray[np.float64]]
    flag: dict[str, NDArray[np.str_]]
    refused: tuple[RefusedFrame, ...]

    def __len__(self) -> int:
        return len(self.position)


def hour_rows(frames: Iterable[bytes], codes: Sequence[str], dialect: Dialect = "hj212") -> HourRows:
    """Read hourly reports into columns: for each of `codes` the Avg and the Flag.

    The frames of a device share their layout, so each layout met becomes a pattern that reads the next frame at once;
    length and CRC are checked all the same, and a frame that fits no pattern goes through `decode`.

    >>> from airshed.mrv.hj212.encode import seal
    >>> text = b"ST=31;CN=2061;MN=A1;Flag=4;CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&"
    >>> rows = hour_rows([seal(text)], ["a21026"])
    >>> str(rows.hour[0]), float(rows.avg["a21026"][0]), str(rows.flag["a21026"][0]), rows.mn
    ('2027-01-01T08', 12.5, 'N', ('A1',))
    """
    wanted = tuple(dict.fromkeys(codes))
    layouts: list[_Layout] = []
    others = _Others(wanted)
    refused: list[RefusedFrame] = []
    for position, raw in enumerate(frames):
        for layout in layouts:
            found = layout.pattern.fullmatch(raw)
            if found is None:
                continue
            said = found.groups()
            segment = said[1]
            if int(said[0]) == len(segment) <= MAX_SEGMENT and int(said[-1], 16) == layout.crc(segment):
                layout.positions.append(position)
                layout.rows.append(said)
                if layout is not layouts[0]:
                    layouts.remove(layout)
                    layouts.insert(0, layout)
                break
        else:
            frame = decode(raw, dialect)
            if isinstance(frame, Rejected):
                refused.append(RefusedFrame(position, frame))
            elif (why := others.take(position, frame)) is not None:
                refused.append(RefusedFrame(position, why))
            elif len(layouts) < MAX_LAYOUTS and (new := _layout_of(raw, frame, wanted)) is not None:
                layouts.insert(0, new)
    return _joined([others.columns(), *(layout.columns(wanted) for layout in layouts)], wanted, refused)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Rows that were read in one way, column by column."""

    position: NDArray[np.int64]
    stamp: NDArray[np.bytes_]
    mn: list[str | None]
    avg: list[NDArray[np.float64]]
    flag: list[NDArray[np.str_]]


@dataclass(slots=True)
class _Others:
    """Rows of frames that were read by `decode`."""

    wanted: tuple[str, ...]
    positions: list[int] = field(default_factory=list)
    stamps: list[bytes] = field(default_factory=list)
    mns: list[str | None] = field(default_factory=list)
    rows: list[list[tuple[float, str]]] = field(default_factory=list)

    def take(self, position: int, frame: Frame) -> Rejected | None:
        """Keep the row of a frame, or say why it has none."""
        if frame.cn != HOUR_REPORT:
            return Rejected(Fault.NOT_AN_HOUR, f"CN {frame.cn} is not the hourly report {HOUR_REPORT}")
        stamp = frame.field("DataTime")
        if stamp is None:
            return Rejected(Fault.NOT_AN_HOUR, "there is no DataTime: it asks for hours, it does not report one")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) in {14, 17}):
            return _no_time(stamp)
        said = {reading.code: reading for reading in frame.readings}
        row: list[tuple[float, str]] = []
        for code in self.wanted:
            reading = said.get(code)
            flag = (reading.flag if reading else None) or ""
            number = _number(reading.values.get("avg", "")) if reading else math.nan
            row.append((number, flag if len(flag) <= 1 else UNKNOWN_FLAG))
        self.positions.append(position)
        self.stamps.append(stamp[:14].encode())
        self.mns.append(frame.mn)
        self.rows.append(row)
        return None

    def columns(self) -> _Columns:
        count = len(self.rows)
        return _Columns(
            np.array(self.positions, np.int64),
            np.array(self.stamps, "S14"),
            self.mns,
            [np.array([row[n][0] for row in self.rows], np.float64) for n in range(len(self.wanted))],
            [np.array([row[n][1] for row in self.rows], "U1").reshape(count) for n in range(len(self.wanted))],
        )


class _Layout:
    """The pattern of frames that say the same things in the same order, and the rows read with it."""

    __slots__ = ("crc", "mn", "pattern", "positions", "rows", "slots")

    def __init__(
        self, pattern: re.Pattern[bytes], crc: CrcName, mn: str | None, slots: dict[tuple[str, str], int]
    ) -> None:
        self.pattern = pattern
        self.crc = crc_hj212 if crc == "hj212" else crc_modbus
        self.mn = mn
        self.slots = slots  # (code, "avg" or "flag") and ("", "stamp") -> place among the groups of the pattern
        self.positions: list[int] = []
        self.rows: list[tuple[bytes, ...]] = []

    def columns(self, wanted: tuple[str, ...]) -> _Columns:
        count = len(self.rows)
        said = list(zip(*self.rows, strict=True)) if self.rows else []
        avg, flag = [], []
        for code in wanted:
            at, flagged_at = self.slots.get((code, "avg")), self.slots.get((code, "flag"))
            avg.append(np.full(count, np.nan) if at is None or not count else _numbers(said[at]))
            flags = np.zeros(count, "S1") if flagged_at is None or not count else np.array(said[flagged_at], "S1")
            flag.append(flags.astype("U1"))
        stamps = np.array(said[self.slots["", "stamp"]] if count else [], "S14")
        return _Columns(np.array(self.positions, np.int64), stamps, [self.mn] * count, avg, flag)


_WHOLE = re.compile(rb"##[0-9]{4}([!-~]*?)CP=&&([!-~]*)&&[0-9A-Fa-f]{4}[\r\n]*")
_QN = re.compile(rb"(?:\A|;)QN=([0-9]{17});")
_ITEM = re.compile(rb"([!-~]+)=([-+.:\w]*)")  # one value without any of the characters that `decode` treats with care
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _layout_of(raw: bytes, frame: Frame, wanted: tuple[str, ...]) -> _Layout | None:
    """The pattern of all frames that differ from this one in QN and values only, or None if it is not that plain."""
    whole = _WHOLE.fullmatch(raw)
    if whole is None:
        return None
    header, content = whole.groups()
    qn = _QN.search(header)
    opening = re.escape(header)
    if qn is not None:
        opening = re.escape(header[: qn.start(1)]) + rb"[0-9]{17}" + re.escape(header[qn.end(1) :])
    slots: dict[tuple[str, str], int] = {}
    parts: list[bytes] = []
    count = 0
    for piece in re.split(rb"([;,])", content):
        item = _ITEM.fullmatch(piece)
        if item is None:
            if piece not in (b"", b";", b","):
                return None
            parts.append(piece)
            continue
        count += 1
        code, _, suffix = item[1].decode().rpartition("-")
        key, value = (code, suffix.lower()), rb"[-+.:\w]*"
        if key == ("", "datatime"):
            key, value = ("", "stamp"), rb"([0-9]{14})"
        elif code in wanted and key[1] == "avg":
            value = rb"([-+.0-9eE]*)"
        elif code in wanted and key[1] == "flag":
            value = rb"([A-Za-z0-9])"
        if value.startswith(b"("):
            slots[key] = 2 + len(slots)
        parts.append(re.escape(item[1]) + b"=" + value)
    said = len(frame.fields) + sum(len(reading.values) + (reading.flag is not None) for reading in frame.readings)
    if count != said or ("", "stamp") not in slots:  # something is said twice: let `decode` compare
        return None
    text = rb"##([0-9]{4})(" + opening + rb"CP=&&" + b"".join(parts) + rb"&&)([0-9A-Fa-f]{4})[\r\n]*"
    return _Layout(re.compile(text), frame.crc, frame.mn, slots)


def _number(text: str) -> float:
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def _numbers(column: Sequence[bytes]) -> NDArray[np.float64]:
    try:
        numbers = np.array(list(map(float, column)), np.float64)
    except ValueError:  # one of them is empty, or signs and points without a digit
        return np.array([_number(text.decode()) for text in column], np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _joined(parts: Sequence[_Columns], wanted: tuple[str, ...], refused: list[RefusedFrame]) -> HourRows:
    position = np.concatenate([part.position for part in parts])
    stamp = np.concatenate([part.stamp for part in parts])
    mns = [mn for part in parts for mn in part.mn]
    hour, real = _hours_of(stamp)
    refused += [RefusedFrame(int(position[row]), _no_time(stamp[row].decode())) for row in np.flatnonzero(~real)]
    order = np.argsort(position, kind="stable")
    order = order[real[order]]
    return HourRows(
        position[order],
        hour[order],
        tuple(mns[row] for row in order),
        {code: np.concatenate([part.avg[n] for part in parts])[order] for n, code in enumerate(wanted)},
        {code: np.concatenate([part.flag[n] for part in parts])[order] for n, code in enumerate(wanted)},
        tuple(sorted(refused, key=lambda one: one.position)),
    )


def _no_time(stamp: str) -> Rejected:
    return Rejected(Fault.NOT_AN_HOUR, f"DataTime {stamp!r} is no time; write it as 20270101080000")


def _hours_of(stamps: NDArray[np.bytes_]) -> tuple[NDArray[np.datetime64], NDArray[np.bool_]]:
    """The hour that each YYYYMMDDhhmmss falls in, and whether it is a time of the calendar at all."""
    digits = stamps.view(np.uint8).reshape(len(stamps), 14).astype(np.int64) - ord("0")
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    month, day, hour, minute, second = (digits[:, at] * 10 + digits[:, at + 1] for at in (4, 6, 8, 10, 12))
    months = ((year - 1970) * 12 + np.clip(month, 1, 12) - 1).astype("datetime64[M]")
    first, next_first = months.astype("datetime64[D]"), (months + 1).astype("datetime64[D]")
    real = (year > 0) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= (next_first - first).astype(np.int64))
    real &= (hour < 24) & (minute < 60) & (second < 60)
    return (first + (day - 1)).astype("datetime64[h]") + hour, real
