"""Asking a device for exactly the hours that are missing of it, span by span, through a running gateway."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec

from airshed.model.refusal import Malformed
from airshed.service.gateway.answers import stamp
from airshed.service.gateway.channel import AskDevice, Find, Registered, RequestOutcome, tell
from airshed.service.gateway.devices import Device
from airshed.service.gateway.gaps import ReceiptGap, Report, asks_of, gaps_in, said_hours, shown_span, span_of, times_of
from airshed.service.gateway.requests import RequestOptions, request_of


class AskedSpan(msgspec.Struct, frozen=True):
    """One span that was asked for."""

    first: str
    last: str
    hours: int
    outcome: str
    code: str
    zh: str
    en: str
    #: Messages that came.
    messages: int


class Filled(msgspec.Struct, frozen=True):
    """What became of the gaps of a device."""

    mn: str
    stack: str
    report: Report
    missing_before: int
    asked: tuple[AskedSpan, ...]
    #: Spans that are missing still, by first and last hour.
    missing: tuple[tuple[str, str, int], ...]

    @property
    def missing_after(self) -> int:
        """Hours that are missing still."""
        return sum(hours for _, _, hours in self.missing)


def fill(
    folder: Path,
    name: str,
    report: Report,
    begin: int | None,
    now: int,
    *,
    timeout_s: float = 10.0,
    tries: int = 3,
    progress: Callable[[AskedSpan], None] | None = None,
) -> Filled:
    """Ask a device for every hour of which no report is on disk, from `begin` (its first hour if None) up to `now`.

    It stops asking when the device does not answer. `Malformed` if no gateway runs on the folder.
    """
    found = tell(folder, Find(name), Registered)
    device = Device(found.mn, found.stack, found.version, end_labelled=found.end_labelled)
    said = said_hours(folder, device, report)
    first, end = span_of(said, begin, now)
    gaps = gaps_in(said, first, end)
    spans: list[AskedSpan] = []
    for gap in asks_of(gaps):
        spans.append(_asked(folder, device, report, gap, timeout_s, tries))
        if progress is not None:
            progress(spans[-1])
        if spans[-1].outcome in ("silent", "not_connected", "declined"):
            break  # whoever does not answer this does not answer the next
    left = gaps_in(said_hours(folder, device, report), first, end) if spans else gaps
    missing = tuple((*shown_span(gap), gap.hours) for gap in left)
    return Filled(device.mn, device.stack, report, sum(gap.hours for gap in gaps), tuple(spans), missing)


def _asked(folder: Path, device: Device, report: Report, gap: ReceiptGap, timeout_s: float, tries: int) -> AskedSpan:
    begin, end = times_of(gap, device, report)
    told = RequestOptions(begin=_iso(begin), end=_iso(end))
    outcome = tell(folder, AskDevice(device.mn, request_of(report).word, told, timeout_s, tries), RequestOutcome)
    return AskedSpan(
        *shown_span(gap), gap.hours, outcome.outcome, outcome.code, outcome.zh, outcome.en, len(outcome.said)
    )  # fmt: skip


def _iso(at: int) -> str:
    text = stamp(at)
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:{text[12:]}"


def report_of(word: str) -> Report:
    """The report whose hours are looked at, by word or number."""
    if word in ("hours", "2061"):
        return "2061"
    if word in ("minutes", "2051"):
        return "2051"
    raise Malformed("COMMAND", f"{word!r} has no gaps by hours", "give hours or minutes")
