"""What the host asks of devices: each request with its answers, known by QN."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from airshed.mrv.hj212.frame import Frame
from airshed.mrv.hj212.parts import Assembler
from airshed.service.gateway.answers import DONE, REPLIES, REQUEST_ANSWERED

READY = "1"
"""QnRtn of a device that will do what is asked."""

MOST_FRAMES = 10_000
"""Frames of one answer that are held for reading; all of them are in the evidence."""


@dataclass(frozen=True, slots=True)
class RequestDone:
    """The device said that it is done: its readings as whole messages, and ExeRtn (HJ 212-2017: 1 done, 100 none)."""

    execution: str
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class Declined:
    """The device will not: QnRtn (HJ 212-2017: 2 refused, 3 password, ...)."""

    request: str


@dataclass(frozen=True, slots=True)
class Silent:
    """The device did not answer, so many times; what it did say is in the evidence."""

    tries: int


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The device said that it is ready, and perhaps sent readings, but never that it is done (9012)."""

    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True)
class NotConnected:
    """The device has no connection to send the request by."""


Outcome = RequestDone | Declined | Silent | Unfinished | NotConnected


@dataclass(slots=True)
class PendingRequest:
    """A request that waits for its end."""

    mn: str
    qn: str
    cn: str
    #: BeginTime and EndTime of a history, if it was one.
    span: tuple[str, str] | None
    outcome: RequestDone | Declined | None = None
    #: Whether the device said that it will do it: then it is not asked a second time.
    ready: bool = False
    #: Set with each frame that belongs to it, so that the time-out begins anew.
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    frames: list[Frame] = field(default_factory=list)
    parts: Assembler = field(default_factory=Assembler)

    async def hears(self, timeout: float) -> bool:
        """Wait for the next frame that belongs to it; False if none came in so many seconds."""
        try:
            async with asyncio.timeout(timeout):
                await self.heard.wait()
        except TimeoutError:
            return False
        self.heard.clear()
        return True


class Asking:
    """The requests that wait."""

    def __init__(self) -> None:
        self._waiting: dict[str, PendingRequest] = {}

    def begin(self, mn: str, qn: str, cn: str, items: Sequence[tuple[str, str]]) -> PendingRequest:
        """A request that is about to be sent."""
        said = dict(items)
        span = (said["BeginTime"], said["EndTime"]) if {"BeginTime", "EndTime"} <= said.keys() else None
        asked = PendingRequest(mn, qn, cn, span)
        self._waiting[qn] = asked
        return asked

    def end(self, asked: PendingRequest) -> None:
        """Wait for it no longer."""
        self._waiting.pop(asked.qn, None)

    def hear(self, mn: str, frame: Frame) -> None:
        """Give a frame of a device to the request it belongs to, if any."""
        asked = self._of(mn, frame)
        if asked is None or asked.outcome is not None:
            return
        asked.heard.set()
        if frame.cn == REQUEST_ANSWERED:
            said = frame.field("QnRtn")
            if said not in (None, READY):
                asked.outcome = Declined(said or "")
            asked.ready = True
        elif frame.cn == DONE:
            asked.outcome = RequestDone(frame.field("ExeRtn") or "", tuple(asked.frames))
        elif frame.cn == asked.cn and len(asked.frames) < MOST_FRAMES:
            whole = asked.parts.take(frame)
            if whole is not None:
                asked.frames.append(whole)

    def belongs(self, mn: str, frame: Frame) -> bool:
        """Whether a frame is part of an answer that is waited for; such frames share the QN of the request."""
        return self._of(mn, frame) is not None

    def _of(self, mn: str, frame: Frame) -> PendingRequest | None:
        """By QN, which 2005 repeats in the content; parts and histories may carry their own QN but the span asked."""
        for qn in (frame.qn, frame.field("QN")):
            asked = self._waiting.get(qn or "")
            if asked is not None and asked.mn == mn:
                return asked
        if frame.cn in REPLIES:
            return None
        time = frame.field("DataTime")
        for asked in self._waiting.values():
            if asked.mn == mn and asked.cn == frame.cn and asked.span and time:
                begin, end = asked.span
                if begin <= time <= end:
                    return asked
        return None
