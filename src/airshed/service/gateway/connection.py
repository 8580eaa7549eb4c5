"""One connection: how patient the host is with it, and what it still owes it."""

from __future__ import annotations

import asyncio
import ssl
from hashlib import sha256

from airshed.mrv.hj212.parts import Assembler
from airshed.service.gateway.devices import Device
from airshed.service.gateway.limits import GatewayLimits
from airshed.service.gateway.lockout import origin_of
from airshed.service.gateway.reception import STRANGE, Received, Turned

MOST_DEVICES_OF_CONNECTION = 1_000


class CutOff(Exception):
    """The host ends the connection, for a reason that goes into the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Connection:
    """The state of one connection; lost with it."""

    def __init__(self, writer: asyncio.StreamWriter, limits: GatewayLimits) -> None:
        address, port = (writer.get_extra_info("peername") or ("unknown", 0))[:2]
        self.address = str(address)
        self.peer = f"{address}:{port}"
        #: Whose address it is, for what is counted per address.
        self.origin = origin_of(self.address)
        #: SHA-256 of the certificate that was shown on it; empty for none.
        self.certificate = _shown(writer)
        #: The device that spoke first over it with its password: the line is its, and of those that share it.
        self.owner: Device | None = None
        #: Devices that spoke over it.
        self.mns: set[str] = set()
        #: Of them, those that showed that it is they, by their key where they have one.
        self.proved: set[str] = set()
        #: Why the host ends it, if it does.
        self.evicted = ""
        #: Of them, those whose clock was set.
        self.set_clocks: set[str] = set()
        #: ST of the last frame.
        self.st: str | None = None
        self.parts = Assembler()
        self._writer, self._limits = writer, limits
        self.now_s = asyncio.get_running_loop().time
        self._welcomed: float | None = None
        self._since = self._begun = self.now_s()
        self._bad = self._strange = self._owed = 0
        self._paid = asyncio.Event()
        self._paid.set()

    def deadline(self, begun: bool) -> float:
        """Until when, by the clock of the loop, more bytes must come; `begun` if a frame has begun."""
        limits = self._limits
        last = self._since + limits.first_frame_s if self._welcomed is None else self._welcomed + limits.idle_s
        return min(last, self._begun + limits.frame_s) if begun else last

    def overdue(self, begun: bool) -> str:
        """Why the deadline was missed."""
        if begun and self.now_s() >= self._begun + self._limits.frame_s:
            return "slow_frame"
        return "idle" if self._welcomed is not None else "no_frame"

    def begin_frame(self) -> None:
        """The first bytes of a frame came, or the last of the one before."""
        self._begun = self.now_s()

    def owe(self) -> None:
        """A chunk of it waits for the disk."""
        self._owed += 1
        self._paid.clear()

    def pay(self) -> None:
        """The disk is done with a chunk of it, and whatever was to be answered is."""
        self._owed -= 1
        if not self._owed:
            self._paid.set()

    async def paid(self, seconds: float | None = None) -> None:
        """Wait until none of its chunks waits for the disk; `CutOff` if that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                await self._paid.wait()
        except TimeoutError:
            raise CutOff("disk") from None

    @property
    def crowds(self) -> bool:
        """Whether so many of its chunks wait for the disk that no more are read."""
        return self._owed >= self._limits.waiting_of_one

    def welcome(self, received: Received) -> None:
        """A frame of a registered device came."""
        mn = received.device.mn
        self._welcomed = self.now_s()
        self._bad = 0
        self.st = received.frame.st
        self.owner = self.owner or received.device
        if len(self.mns) < MOST_DEVICES_OF_CONNECTION:
            self.mns.add(mn)
            if received.proved:
                self.proved.add(mn)

    def unwelcome(self, why: Turned) -> None:
        """A chunk was turned away. Raises `CutOff` when there were too many."""
        self._bad += 1
        self._strange += why in STRANGE
        if self._strange >= self._limits.strangers:
            raise CutOff(why.value)
        if self._bad >= self._limits.bad_in_a_row:
            raise CutOff("noise")

    def send(self, raw: bytes) -> None:
        """Send if the peer still reads; one that does not is cut off."""
        transport = self._writer.transport
        if transport.is_closing():
            return
        if transport.get_write_buffer_size() > self._limits.unread_bytes:
            transport.abort()
            return
        self._writer.write(raw)

    def let_go(self, *, at_once: bool) -> None:
        """End it; `at_once` without sending what still waits."""
        if at_once:
            self._writer.transport.abort()
        else:
            self._writer.close()


def _shown(writer: asyncio.StreamWriter) -> str:
    tls: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    raw = None if tls is None else tls.getpeercert(binary_form=True)
    return "" if raw is None else sha256(raw).hexdigest()
