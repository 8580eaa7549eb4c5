"""Simulated data loggers on real sockets: they report, wait for the answer, send again, and do what a host asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

from airshed.lab.stacks.device import Logger, pieces
from airshed.model.refusal import Malformed
from airshed.mrv.hj212.frame import Frame, decode
from airshed.mrv.hj212.sm4 import decrypted_frame
from airshed.mrv.hj212.stream import Splitter

ANSWERS = ("9013", "9014")
READ_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class Manner:
    """How a device behaves on the line."""

    #: Seconds between reports.
    interval_s: float = 30.0
    #: Largest piece that is written at once, bytes; 0 writes whole frames.
    cut: int = 0
    #: Break the line after so many reports, before the answer; 0 never.
    break_every: int = 0
    #: Seconds until a report is sent again, and how often (HJ 212-2017 table 1).
    timeout_s: float = 10.0
    tries: int = 3
    #: Seconds between attempts to connect, and how many.
    pause_s: float = 0.5
    attempts: int = 20


@dataclass(slots=True)
class Caller:
    """One device that calls a host."""

    logger: Logger
    host: str
    port: int
    clock: Callable[[], int]
    manner: Manner = field(default_factory=Manner)
    counts: Counter[str] = field(default_factory=Counter)
    _writer: asyncio.StreamWriter | None = None
    _reading: asyncio.Task[None] | None = None
    _waiting: dict[str, asyncio.Future[bool]] = field(default_factory=dict)
    _rng: Random = field(init=False)

    def __post_init__(self) -> None:
        self._rng = Random(f"{self.logger.seed} {self.logger.mn} line")

    async def call(self, reports: Iterator[tuple[str, int]], stay_s: float = 0.0) -> None:
        """Send every report until it is answered, one after the other; then stay for requests of the host.

        `Malformed` if there is no host, or if it answers a report in no way.
        """
        try:
            await self._connected()
            for place, (cn, begins) in enumerate(reports):
                if place:
                    await asyncio.sleep(self.manner.interval_s)
                if not self.logger.shown.get(cn, True):
                    self.counts["switched_off"] += 1
                    continue
                breaks = bool(self.manner.break_every) and (place + 1) % self.manner.break_every == 0
                await self.deliver(cn, begins, breaks=breaks)
            await asyncio.sleep(stay_s)
        finally:
            await self.hang_up()

    async def send(self, raw: bytes) -> None:
        """Write bytes to the host, in pieces if that is its manner."""
        assert self._writer is not None
        for piece in pieces(raw, self.manner.cut, self._rng):
            self._writer.write(piece)
            if self.manner.cut:
                await asyncio.sleep(0)
        await self._writer.drain()

    async def deliver(self, cn: str, begins: int, *, breaks: bool = False) -> None:
        """Send one report until it is answered; `breaks` breaks the line before the first answer.

        `Malformed` if there is no host, or if it does not answer.
        """
        for place in range(self.manner.tries + (1 if breaks else 0)):
            again = place > 0
            raw = self.logger.report(cn, begins, self._instant(), resent=again)
            try:
                await self._connected()
                self.counts["resent" if again else "sent"] += 1
                if breaks and not again:
                    await self.send(raw)
                    self.counts["broken"] += 1
                    await self.hang_up()
                    continue
                if await self._answered(raw):
                    self.counts["answered"] += 1
                    return
            except ConnectionError:
                await self.hang_up()
            self.counts["unanswered"] += 1
        raise Malformed(
            f"{self.host}:{self.port}",
            f"no answer to {self.logger.mn} CN={cn}, sent {self.manner.tries} times",
            "look into the log of the host: it says why a frame is refused",
        )

    async def _answered(self, raw: bytes) -> bool:
        """Send a report and wait for its answer; False if none came in time."""
        qn = raw[9:26].decode()
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting[qn] = told
        try:
            await self.send(raw)
            async with asyncio.timeout(self.manner.timeout_s):
                if not await told:
                    raise ConnectionResetError("the line broke")
                return True
        except TimeoutError:
            return False
        finally:
            self._waiting.pop(qn, None)

    async def _connected(self) -> None:
        if self._writer is not None and not self._writer.is_closing():
            return
        await self.hang_up()
        for _ in range(self.manner.attempts):
            try:
                reader, self._writer = await asyncio.open_connection(self.host, self.port)
            except OSError:
                await asyncio.sleep(self.manner.pause_s)
                continue
            self._reading = asyncio.create_task(self._read(reader))
            return
        raise Malformed(f"{self.host}:{self.port}", "nobody listens there", "start the gateway first")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        splitter = Splitter()
        with suppress(ConnectionError):
            while piece := await reader.read(READ_BYTES):
                for chunk in splitter.feed(piece):
                    frame = decode(chunk, self.logger.crc)
                    if not isinstance(frame, Frame) and self.logger.key is not None:
                        frame = decode(decrypted_frame(chunk, self.logger.key), self.logger.crc)
                    if isinstance(frame, Frame) and frame.mn == self.logger.mn:
                        await self._heard(frame)
        if self._writer is not None:
            self._writer.close()
        for told in self._waiting.values():
            if not told.done():
                told.set_result(False)

    async def _heard(self, frame: Frame) -> None:
        if frame.cn in ANSWERS:
            told = self._waiting.get(frame.qn or frame.field("QN") or "")
            if told is not None and not told.done():
                told.set_result(True)
            return
        self.counts["requests"] += 1
        for raw in self.logger.replies(frame, self.clock()):
            await self.send(raw)

    async def hang_up(self) -> None:
        """End the connection, if there is one."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()
        self._reading = self._writer = None

    _last: int = 0

    def _instant(self) -> int:
        """The clock, but no millisecond twice: a QN is given once."""
        self._last = max(self._last + 1, self.clock())
        return self._last


async def call_all(
    callers: list[Caller], reports: Callable[[], Iterator[tuple[str, int]]], stay_s: float = 0.0
) -> None:
    """Let every device call at the same time; the first error of any ends them all."""
    tasks = [asyncio.create_task(caller.call(reports(), stay_s)) for caller in callers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
