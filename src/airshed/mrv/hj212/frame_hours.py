"""Hourly reports (CN 2061) of a stack as columns: the fast path, which agrees with `decode` on every frame."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.hj212.crc import crc_modbus
from airshed.mrv.hj212.frame import MAX_SEGMENT, Dialect, Fault, Frame, Rejected, decode
from airshed.mrv.hj212.many import crcs_hj212
from airshed.mrv.hj212.rows import FrameColumns, HourRows, RefusedFrame, WantedColumns, joined, no_time

HOUR_REPORT, MINUTE_REPORT = "2061", "2051"

UNKNOWN_FLAG = "?"
"""Stands for a flag that is not one character: no edition of the standard knows it."""

MAX_LAYOUTS = 64
"""Layouts kept as patterns in one call; a device has one, or one per part of its message."""


def hour_rows(
    frames: Iterable[bytes],
    codes: Sequence[str],
    dialect: Dialect = "hj212",
    totals: Sequence[str] = (),
    report: str = HOUR_REPORT,
) -> HourRows:
    """Read hourly reports into columns: for each of `codes` the Avg and the Flag, for each of `totals` Cou and ZsAvg.

    With `report` 2051 these are the reports of minutes, and `time` names the minutes.

    The frames of a device share their layout, so each layout met becomes a pattern that reads the next frame at once;
    length and CRC are checked all the same, and a frame that fits no pattern goes through `decode`.

    >>> from airshed.mrv.hj212.encode import seal
    >>> text = b"ST=31;CN=2061;MN=A1;Flag=4;CP=&&DataTime=20270101080000;a21026-Avg=12.5,a21026-Flag=N&&"
    >>> rows = hour_rows([seal(text)], ["a21026"])
    >>> str(rows.hour[0]), float(rows.avg["a21026"][0]), str(rows.flag["a21026"][0]), rows.mn
    ('2027-01-01T08', 12.5, 'N', ('A1',))
    """
    wanted = WantedColumns(tuple(dict.fromkeys(codes)), tuple(dict.fromkeys(totals)), report)
    frames = list(frames)
    layouts: list[_Layout] = []
    others = _Others(wanted)
    refused: list[RefusedFrame] = []
    checks = crcs_hj212([raw.rstrip(b"\r\n")[6:-4] for raw in frames])
    for position, (raw, check) in enumerate(zip(frames, checks, strict=True)):
        for layout in layouts:
            found = layout.pattern.fullmatch(raw)
            if found is None:
                continue
            said = found.groups()
            segment = said[1]
            right = crc_modbus(segment) if layout.modbus else check
            if int(said[0]) == len(segment) <= MAX_SEGMENT and int(said[-1], 16) == right:
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
    parts = [others.columns(), *(layout.columns(wanted) for layout in layouts)]
    return joined([part for part in parts if len(part.mn)] or parts[:1], wanted, refused, frames)


@dataclass(slots=True)
class _Others:
    """Rows of frames that were read by `decode`."""

    wanted: WantedColumns
    positions: list[int] = field(default_factory=list)
    stamps: list[bytes] = field(default_factory=list)
    qns: list[bytes] = field(default_factory=list)
    resent: list[bool] = field(default_factory=list)
    mns: list[str | None] = field(default_factory=list)
    numbers: list[list[float]] = field(default_factory=list)
    flags: list[list[str]] = field(default_factory=list)

    def take(self, position: int, frame: Frame) -> Rejected | None:
        """Keep the row of a frame, or say why it has none."""
        if frame.cn != self.wanted.report:
            name = "hourly report" if self.wanted.report == HOUR_REPORT else "report of minutes"
            return Rejected(Fault.NOT_AN_HOUR, f"CN {frame.cn} is not the {name} {self.wanted.report}")
        stamp = frame.field("DataTime")
        if stamp is None:
            return Rejected(Fault.NOT_AN_HOUR, "there is no DataTime: it asks for hours, it does not report one")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) in {14, 17}):
            return no_time(stamp)
        said = {reading.code: reading for reading in frame.readings}
        numbers = [
            _number(said[code].values.get(key, "")) if code in said else math.nan for code, key in self.wanted.numbers
        ]
        flags = [(said[code].flag or "") if code in said else "" for code in self.wanted.codes]
        self.positions.append(position)
        self.stamps.append(stamp[:14].encode())
        self.qns.append(_qn_text(frame.qn))
        self.resent.append(_resent(frame))
        self.mns.append(frame.mn)
        self.numbers.append(numbers)
        self.flags.append([flag if len(flag) <= 1 else UNKNOWN_FLAG for flag in flags])
        return None

    def columns(self) -> FrameColumns:
        number = np.array(self.numbers, np.float64).reshape(len(self.mns), len(self.wanted.numbers))
        flag = np.array(self.flags, "U1").reshape(len(self.mns), len(self.wanted.codes))
        return FrameColumns(
            np.array(self.positions, np.int64),
            np.array(self.stamps, "S14"),
            np.array(self.qns, "S17"),
            np.array(self.resent, np.bool_),
            self.mns,
            list(number.T),
            list(flag.T),
        )


class _Layout:
    """The pattern of frames that say the same things in the same order, and the rows read with it."""

    __slots__ = ("mn", "modbus", "pattern", "positions", "resent", "rows", "slots")

    def __init__(self, pattern: re.Pattern[bytes], frame: Frame, slots: dict[tuple[str, str], int]) -> None:
        self.pattern = pattern
        self.modbus = frame.crc == "modbus"
        self.mn = frame.mn
        self.resent = _resent(frame)
        self.slots = slots  # (code, suffix), ("", "stamp") and ("", "qn") -> place among the groups of the pattern
        self.positions: list[int] = []
        self.rows: list[tuple[bytes, ...]] = []

    def columns(self, wanted: WantedColumns) -> FrameColumns:
        count = len(self.rows)
        said = list(zip(*self.rows, strict=True)) if self.rows else []
        places = {key: place for key, place in self.slots.items() if count}
        return FrameColumns(
            np.array(self.positions, np.int64),
            np.array(said[places["", "stamp"]] if count else [], "S14"),
            np.array(said[places["", "qn"]], "S17") if ("", "qn") in places else np.zeros(count, "S17"),
            np.full(count, self.resent),
            [self.mn] * count,
            [_numbers(said[places[key]]) if key in places else None for key in wanted.numbers],
            [_letters(said[places[code, "flag"]]) if (code, "flag") in places else None for code in wanted.codes],
        )


_WHOLE = re.compile(rb"##[0-9]{4}([!-~]*?)CP=&&([!-~]*)&&[0-9A-Fa-f]{4}[\r\n]*")
_QN = re.compile(rb"(?:\A|;)QN=([0-9]{17});")
_ITEM = re.compile(rb"([!-~]+)=([-+.:\w]*)")  # one value without any of the characters that `decode` treats with care
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def _layout_of(raw: bytes, frame: Frame, wanted: WantedColumns) -> _Layout | None:
    """The pattern of all frames that differ from this one in QN and values only, or None if it is not that plain."""
    whole = _WHOLE.fullmatch(raw)
    if whole is None:
        return None
    header, content = whole.groups()
    qn = _QN.search(header)
    opening = re.escape(header)
    slots: dict[tuple[str, str], int] = {}
    if qn is not None:
        opening = re.escape(header[: qn.start(1)]) + rb"([0-9]{17})" + re.escape(header[qn.end(1) :])
        slots["", "qn"] = 2
    numbers = set(wanted.numbers)
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
        elif key in numbers:
            value = rb"([-+.0-9eE]*)"
        elif code in wanted.codes and key[1] == "flag":
            value = rb"([A-Za-z0-9])"
        if value.startswith(b"("):
            slots[key] = 2 + len(slots)
        parts.append(re.escape(item[1]) + b"=" + value)
    said = len(frame.fields) + sum(len(reading.values) + (reading.flag is not None) for reading in frame.readings)
    if count != said or ("", "stamp") not in slots:  # something is said twice: let `decode` compare
        return None
    text = rb"##([0-9]{4})(" + opening + rb"CP=&&" + b"".join(parts) + rb"&&)([0-9A-Fa-f]{4})[\r\n]*"
    return _Layout(re.compile(text), frame, slots)


def _number(text: str) -> float:
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else math.nan


def _letters(column: Sequence[bytes]) -> NDArray[np.str_]:
    """Flags of one character, as text; many times faster than letting numpy look for the longest."""
    return np.frombuffer(b"".join(column), np.uint8).astype(np.uint32).view("U1")


def _numbers(column: Sequence[bytes]) -> NDArray[np.float64]:
    try:
        numbers = np.array(list(map(float, column)), np.float64)
    except ValueError:  # one of them is empty, or signs and points without a digit
        return np.array([_number(text.decode()) for text in column], np.float64)
    numbers[~np.isfinite(numbers)] = np.nan
    return numbers


def _resent(frame: Frame) -> bool:
    """Whether the edition of 2025 says that the frame is sent again (RF=1)."""
    return any(name.upper() == "RF" and value == "1" for name, value in frame.further)


def _qn_text(qn: str | None) -> bytes:
    return qn.encode() if qn and len(qn) == 17 and qn.isascii() and qn.isdigit() else b""
