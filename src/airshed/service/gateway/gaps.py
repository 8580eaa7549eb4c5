"""What is missing of a device: the hours of which no report is on disk, and the spans in which to ask for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from airshed.model.period import HOUR_MS
from airshed.mrv.hj212.frame import Frame, decode
from airshed.mrv.hj212.parts import Assembler
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway import store
from airshed.service.gateway.answers import instant_of
from airshed.service.gateway.devices import Device
from airshed.service.gateway.file_modes import look_into
from airshed.service.stacks.evidence import split_frames

Report = Literal["2061", "2051"]

MOST_HOURS_OF_ASK = 240
"""Hours in one request: ten days, so that a device which sends a frame a second is done in four minutes, and what a
broken line loses is little."""
MOST_HALVES = 4_096
"""Messages in parts that are waited for while a folder is read."""


@dataclass(frozen=True, slots=True)
class ReceiptGap:
    """Hours in a row of which nothing is there: the instant of the first, and how many."""

    begin: int
    hours: int

    @property
    def end(self) -> int:
        """The instant after its last hour."""
        return self.begin + self.hours * HOUR_MS


def said_hours(folder: Path, device: Device, report: Report = "2061") -> set[int]:
    """The instants of the hours that whole reports of a device tell of (2051: any one of the hour)."""
    if not (folder / device.stack).is_dir():
        return set()
    command, number = report.encode(), device.mn.encode()
    found: set[int] = set()
    halves = Assembler(MOST_HALVES)
    for raw in _frames(folder, device.stack):
        if number not in raw or command not in raw:
            continue
        frame = decode(raw, "any")
        if not isinstance(frame, Frame) or frame.mn != device.mn or frame.cn != report:
            continue
        whole = halves.take(frame)
        hour = None if whole is None else hour_said(whole, device)
        if hour is not None:
            found.add(hour)
    return found


def hour_said(frame: Frame, device: Device) -> int | None:
    """The instant of the hour that a report tells of, by the label of its device; None if it names no time.

    As `readings` has it: the hour that DataTime falls in, or for a label at the end the one before.

    >>> from airshed.mrv.hj212.time import BEIJING
    >>> frame = Frame(version="2017", crc="hj212", cn="2061", fields=(("DataTime", "20270101080000"),))
    >>> BEIJING.clock(hour_said(frame, Device("A1", "KM-1", "2017", end_labelled=True)))
    '2027-01-01T07:00:00+08:00'
    """
    at = instant_of(frame.field("DataTime"))
    if at is None:
        return None
    return at // HOUR_MS * HOUR_MS - device.end_labelled * HOUR_MS


def gaps_in(said: Iterable[int], begin: int, end: int) -> list[ReceiptGap]:
    """The hours from `begin` on and before `end` that are not among those said, as spans.

    >>> gaps_in({0, 3 * HOUR_MS}, 0, 5 * HOUR_MS) == [ReceiptGap(HOUR_MS, 2), ReceiptGap(4 * HOUR_MS, 1)]
    True
    """
    known = said if isinstance(said, set | frozenset) else set(said)
    found: list[ReceiptGap] = []
    for hour in range(-(-begin // HOUR_MS) * HOUR_MS, end - HOUR_MS + 1, HOUR_MS):
        if hour in known:
            continue
        if found and found[-1].end == hour:
            found[-1] = ReceiptGap(found[-1].begin, found[-1].hours + 1)
        else:
            found.append(ReceiptGap(hour, 1))
    return found


def span_of(said: set[int], begin: int | None, now: int) -> tuple[int, int]:
    """From when to when a device is looked at: by what was asked, or from its first hour; up to the hour that runs."""
    first = begin if begin is not None else min(said, default=now)
    return first, now // HOUR_MS * HOUR_MS


class MissingHours(msgspec.Struct, frozen=True):
    """What is missing of one device."""

    mn: str
    stack: str
    #: Hours of which a report is on disk, of whatever time.
    there: int
    missing: int
    #: First hour, last hour, and how many.
    gaps: tuple[tuple[str, str, int], ...]


def missing_of(folder: Path, device: Device, report: Report, begin: int | None, now: int) -> MissingHours:
    """The hours that are missing of a device from `begin`, or from its first hour, up to the hour that runs `now`."""
    look_into(folder)
    said = said_hours(folder, device, report)
    found = gaps_in(said, *span_of(said, begin, now))
    hours = sum(gap.hours for gap in found)
    return MissingHours(
        device.mn, device.stack, len(said), hours, tuple((*shown_span(gap), gap.hours) for gap in found)
    )


def asks_of(gaps: Sequence[ReceiptGap], most: int = MOST_HOURS_OF_ASK) -> list[ReceiptGap]:
    """The spans to ask for, none longer than `most` hours.

    >>> asks_of([ReceiptGap(0, 5)], 2) == [ReceiptGap(0, 2), ReceiptGap(2 * HOUR_MS, 2), ReceiptGap(4 * HOUR_MS, 1)]
    True
    """
    return [
        ReceiptGap(gap.begin + first * HOUR_MS, min(most, gap.hours - first))
        for gap in gaps
        for first in range(0, gap.hours, most)
    ]


def times_of(gap: ReceiptGap, device: Device, report: Report) -> tuple[int, int]:
    """BeginTime and EndTime that name these hours in the label of a device: of its first and of its last report."""
    if report == "2051":
        first, last = gap.begin, gap.end - 1000
        return (first + 1000, last + 1000) if device.end_labelled else (first, last)
    shift = HOUR_MS if device.end_labelled else 0
    return gap.begin + shift, gap.end - HOUR_MS + shift


def shown_span(gap: ReceiptGap) -> tuple[str, str]:
    """First and last hour of a gap, as people write them.

    >>> shown_span(ReceiptGap(1798732800000, 2))
    ('2027-01-01T00', '2027-01-01T01')
    """
    return BEIJING.hour_of(gap.begin), BEIJING.hour_of(gap.end - HOUR_MS)


def _frames(folder: Path, stack: str) -> Iterator[bytes]:
    """All frames of a stack, a day at a time: a year of real-time reports need not fit into memory."""
    chain = store.read_chain(folder, stack)
    over = {each.day for each in chain.days}
    days: list[store.ReceiptDay | str] = [*chain.days]
    days += [day for day in store.days_on_disk(folder, stack) if day not in over]
    for said in days:
        yield from split_frames(store.read_day(folder, stack, said))
