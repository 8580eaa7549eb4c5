"""A gateway on loopback, devices that are registered there, and a peer that speaks in raw bytes."""

from __future__ import annotations

import asyncio
import os
import selectors
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from airshed.lab.stacks.device import Logger
from airshed.mrv.hj212 import Frame, Splitter, decode, seal
from airshed.mrv.hj212.frame import CrcName, Version
from airshed.mrv.readings import StackReadings
from airshed.mrv.rules import MonitoringRules
from airshed.service.gateway.devices import Device, Key, Registry
from airshed.service.gateway.host import Host
from airshed.service.gateway.keeper import Keeper
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.receipt_journal import Disk, JournalEntry, read_segment, segments
from airshed.service.gateway.receipts import dated_frames, readings_of
from airshed.service.gateway.secure import Secure
from beijing import instant

NEW_YEAR = instant("2027-01-01")
NOON = NEW_YEAR + 12 * 3_600_000
KEY, NEXT_KEY = b"0" * 16, b"1" * 16
MN = "010000A8900016F000169DC0"
VERSIONS: tuple[Version, ...] = ("2005", "2017", "2025")


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    at: int = NOON

    def __call__(self) -> int:
        return self.at


LONGEST_S = 90.0
"""Seconds after which a story that waits for what does not come is ended."""


class _Patient(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(0.2 if timeout is None else min(timeout, 0.2))


class SteppedLoop(asyncio.SelectorEventLoop):
    """A loop with real sockets whose clock stands still until it is moved, so that no test depends on the machine."""

    now_s = 1_000.0

    def __init__(self) -> None:
        super().__init__(_Patient())
        self._ends = monotonic() + LONGEST_S

    def time(self) -> float:
        assert monotonic() < self._ends, "what the test waits for does not come"
        return self.now_s

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds


def stepped(story: Callable[[Callable[[float], None]], Coroutine[Any, Any, None]]) -> None:
    """Play a story in which time passes only as it says, by the function that it is given."""
    with asyncio.Runner(loop_factory=SteppedLoop) as runner:
        loop = runner.get_loop()
        assert isinstance(loop, SteppedLoop)
        runner.run(story(loop.advance))


async def until(holds: Callable[[], bool]) -> None:
    """Wait for what the gateway does, however long that takes."""
    while not holds():
        await asyncio.sleep(0)


@dataclass
class FailingDisk:
    """A disk that is full when it is told so; a write puts `half` of the bytes down before it fails."""

    full: bool = False
    fails_at_sync: bool = False
    half: bool = False
    syncs: int = 0

    def write(self, file: int, raw: bytes) -> int:
        if self.full and not self.fails_at_sync:
            if self.half:
                self.half = False
                return os.write(file, raw[: len(raw) // 2])
            with open("/dev/full", "wb", buffering=0) as device:
                device.write(raw)
        return os.write(file, raw)

    def fsync(self, file: int) -> None:
        self.syncs += 1
        if self.full:
            raise OSError(5, "Input/output error")
        os.fsync(file)

    @property
    def disk(self) -> Disk:
        return Disk(self.write, self.fsync)


@dataclass
class Gate:
    """A running gateway."""

    host: Host
    port: int
    folder: Path
    clock: Clock
    #: Events of the log, in order.
    log: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    heard: list[tuple[str, Frame]] = field(default_factory=list)

    def noted(self, what: str) -> list[dict[str, Any]]:
        return [facts for name, facts in self.log if name == what]

    def entries(self) -> list[JournalEntry]:
        return [entry for _, path in segments(self.folder) for entry in read_segment(path)]


def device(
    logger: Logger, stack: str = "KM-1", *, end_labelled: bool = False, factors: dict[str, float] | None = None
) -> Device:
    """The registration of a simulated device."""
    keys = (Key("k1", 0, logger.key),) if logger.key else ()
    return Device(
        logger.mn, stack, logger.version, logger.crc, end_labelled, factors or {}, logger.password or None, keys
    )


def logger(version: Version = "2017", mn: str = MN, crc: CrcName = "hj212") -> Logger:
    return Logger(mn, version, 3, crc=crc, key=KEY if version == "2025" else None)


@asynccontextmanager
async def gateway(
    folder: Path,
    devices: Sequence[Device],
    *,
    clock: Clock | None = None,
    disk: Disk | None = None,
    limits: GatewayLimits | None = None,
    secure: Secure | None = None,
) -> AsyncIterator[Gate]:
    clock = clock or Clock()
    gate: Gate

    def note(what: str, **facts: Any) -> None:
        gate.log.append((what, facts))

    def heard(device: Device, frame: Frame) -> None:
        gate.heard.append((device.mn, frame))

    host = Host(
        {device.mn: device for device in devices},
        Keeper(folder, clock, disk),
        clock,
        limits=limits or GatewayLimits(),
        note=note,
        heard=heard,
    )
    gate = Gate(host, 0, folder, clock)
    gate.port = await host.start("127.0.0.1", 0, secure)
    try:
        yield gate
    finally:
        await host.stop()
        assert host.ended is not None
        assert not host.ended.done(), host.ended.exception()


class Peer:
    """A connection to a gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self._splitter = Splitter()
        self._frames: list[Frame] = []

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def answers(self, count: int, seconds: float = 60.0) -> list[Frame]:
        """So many frames of the host, or those that came in time."""
        try:
            async with asyncio.timeout(seconds):
                while len(self._frames) < count:
                    piece = await self.reader.read(4096)
                    if not piece:
                        break
                    for chunk in self._splitter.feed(piece):
                        frame = decode(chunk, "any")
                        assert isinstance(frame, Frame), chunk
                        self._frames.append(frame)
        except (TimeoutError, ConnectionError):
            pass
        found, self._frames = self._frames[:count], self._frames[count:]
        return found

    async def request(self) -> Frame:
        """The head of the next frame of the host, encrypted or not."""
        while True:
            for chunk in self._splitter.feed(await self.reader.read(4096)):
                header = chunk[6 : chunk.index(b"CP=&&")]
                frame = decode(seal(header + b"CP=&&&&").strip())
                assert isinstance(frame, Frame), chunk
                return frame

    async def ended(self, seconds: float = 60.0) -> bool:
        """Whether the host ends the connection within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                while await self.reader.read(4096):
                    pass
        except ConnectionError:
            return True
        except TimeoutError:
            return False
        return True


@asynccontextmanager
async def peer(port: int, address: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> AsyncIterator[Peer]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), ssl=tls)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def frames_of(folder: Path, stack: str) -> list[bytes]:
    """All frames of a stack in order of receipt."""
    return dated_frames(folder, stack)[0]


def read_receipts(
    folder: Path, stack: str, year: int, registry: Registry, rules: MonitoringRules, through: int | None = None
) -> StackReadings:
    """The year of a stack as its devices said it."""
    frames, days = dated_frames(folder, stack)
    return readings_of(frames, folder / stack, year, registry, rules, through, days=days)
