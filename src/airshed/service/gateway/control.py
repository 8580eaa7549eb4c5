"""The gateway's end of the operator's channel: requests to devices, new keys, and what has happened."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from math import ceil
from pathlib import Path

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.codes import EXECUTION_RESULTS, REQUEST_ANSWERS, Name
from airshed.mrv.hj212.frame import Frame
from airshed.mrv.hj212.items import SECRETS
from airshed.mrv.hj212.time import BEIJING
from airshed.mrv.hj212.words import HIDDEN, UNKNOWN
from airshed.service.gateway.answers import stamp
from airshed.service.gateway.asking import Declined, NotConnected, RequestDone, Silent, Unfinished
from airshed.service.gateway.asking import Outcome as Became
from airshed.service.gateway.channel import (
    MOST_REQUEST,
    SOCKET,
    AskDevice,
    AskStatus,
    DeviceMessage,
    Find,
    GatewayState,
    KeyAge,
    LockedRow,
    NewKey,
    Registered,
    Reply,
    RequestOutcome,
    Wish,
    Wrong,
    address,
)
from airshed.service.gateway.devices import Device
from airshed.service.gateway.host import NEW_KEY, SET_CLOCK, Host
from airshed.service.gateway.keyring import KEY_DAYS, Keyring, days_old
from airshed.service.gateway.lines import Note
from airshed.service.gateway.requests import items_of, request_of

MOST_OPERATORS = 8
"""Connections of operators at once."""
HEARD_S = 5.0
"""Seconds in which a request must have come."""
LONGEST_S = 600.0
MOST_TRIES = 10
"""A request may not hold a place of the channel for ever."""
MOST_SHOWN = 1_000
"""Locked ones in one state."""
KEY_WATCH_S = 60.0
"""Seconds between looks at the keys; each that is due is named once a day."""

WORDS: dict[str, Name] = {
    "silent": ("设备无应答", "the device does not answer"),
    "unfinished": ("设备已接受请求，未返回执行结果", "the device said ready, and never that it is done"),
    "not_connected": ("设备未连接", "the device has no connection"),
}


class Control:
    """Listens on the socket in the folder of evidence; the folder is locked, so what lies there of it is left over."""

    def __init__(
        self,
        host: Host,
        keyring: Keyring,
        folder: Path,
        clock: Callable[[], int],
        note: Note,
        *,
        renew: bool = False,
    ) -> None:
        """With `renew` a key that is due, or that its device wants to be rid of, is renewed without being asked."""
        self._renew = renew
        #: Day on which a device was last handed a key without being asked.
        self._tried: dict[str, str] = {}
        self._host, self._keyring, self._folder, self._clock, self._note = host, keyring, folder, clock, note
        self._places = asyncio.Semaphore(MOST_OPERATORS)
        self._one_key = asyncio.Lock()
        self._server: asyncio.Server | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen, for the user of this process alone. `Malformed` if that cannot be."""
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)  # the file has mode 600 from the moment it is there
        try:
            with address(self._folder) as path:
                (self._folder / SOCKET).unlink(missing_ok=True)
                line.bind(path)
        except OSError as error:
            line.close()
            raise Malformed(
                str(self._folder / SOCKET), f"cannot be made ({error.strerror})", "name a folder of a local disk"
            ) from None
        finally:
            os.umask(before)
        self._server = await asyncio.start_unix_server(self._connected, sock=line, limit=MOST_REQUEST)

    def watch_keys(self) -> None:
        """From now on say which keys are older than they may be, and renew them if that is wanted."""
        self._watching = asyncio.create_task(self._watch_keys())

    async def stop(self) -> None:
        """Listen no longer."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        if self._server is not None:
            self._server.close()
            (self._folder / SOCKET).unlink(missing_ok=True)

    async def _watch_keys(self) -> None:
        told = ""
        while True:
            day = BEIJING.day_of(self._clock())
            for age in tuple(self._ages()):
                if age.due and day != told:
                    self._note("key_due", mn=age.mn, key=age.key, since=age.since, days=age.days)
                if self._renew and (age.due or age.wanted or not age.spoken):
                    await self._renewed(age.mn, day)
            told = day
            await asyncio.sleep(KEY_WATCH_S)

    async def _renewed(self, mn: str, day: str) -> None:
        """Hand a key to a device that is there and has spoken in an earlier one, once a day."""
        if mn in self._host.connected and mn in self._host.spoken_key and self._tried.get(mn) != day:
            self._tried[mn] = day
            try:
                await self.done(NewKey(mn))
            except Malformed as error:
                self._note("key_not_renewed", mn=mn, error=str(error))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with self._places:
                reply = await self._reply(reader)
                writer.write(msgspec.json.encode(reply) + b"\n")
                await writer.drain()
        except (ConnectionError, TimeoutError):
            pass  # the operator has gone; what was asked was asked
        finally:
            writer.close()

    async def _reply(self, reader: asyncio.StreamReader) -> Reply:
        try:
            async with asyncio.timeout(HEARD_S):
                raw = await reader.readline()
            return await self.done(msgspec.json.decode(raw, type=Wish))
        except Malformed as error:
            return Wrong(error.place, error.what, error.cure)
        except (ValueError, msgspec.DecodeError) as error:
            return Wrong("request", str(error).rstrip("."), "use airshed gateway ask")

    async def done(self, wish: Wish) -> Reply:
        """Do what the operator wants; `Malformed` if it cannot be."""
        if isinstance(wish, AskStatus):
            return self._state()
        device = self._device(wish.device)
        if isinstance(wish, Find):
            return Registered(device.mn, device.stack, device.version, device.end_labelled)
        timeout, tries = min(max(wish.timeout_s, 0.0), LONGEST_S), min(max(wish.tries, 1), MOST_TRIES)
        key = ""
        if isinstance(wish, NewKey):
            cn = NEW_KEY
            async with self._one_key:
                device = self._host.registry[device.mn]
                became, key = await self._keyring.renew(self._host, device, wish.name, self._clock(), timeout, tries)
        else:
            asked = request_of(wish.command)
            cn, items = asked.cn, items_of(asked, wish.told)
            if asked.takes == "key":
                raise Malformed("COMMAND", "a key is made here, not given", "ask for new-key by airshed gateway ask")
            if cn == SET_CLOCK and not items:
                items = (("SystemTime", stamp(self._clock())),)
            became = await self._host.ask(device.mn, cn, items, timeout, tries)
        outcome = outcome_of(device, cn, became, key)
        reason = wish.told.reason if isinstance(wish, AskDevice) else ""
        self._note(
            "asked", mn=device.mn, cn=cn, outcome=outcome.outcome, code=outcome.code, messages=len(outcome.said),
            **({"key": key} if key else {}), **({"reason": reason} if reason else {}),
        )  # fmt: skip
        return outcome

    def _device(self, name: str) -> Device:
        found = self._host.registry.get(name)
        if found is not None:
            return found
        there = [device for device in self._host.registry.values() if device.stack == name]
        if len(there) == 1:
            return there[0]
        if there:
            raise Malformed(
                "DEVICE", f"{len(there)} devices stand at {name}", f"give one of {', '.join(d.mn for d in there[:4])}"
            )
        raise Malformed("DEVICE", f"no device {name!r} is registered", "give the MN or the stack of one that is")

    def _state(self) -> GatewayState:
        host = self._host
        counts = {name: count for name, count in sorted(host.counts.items()) if count}
        keys = tuple(self._ages())
        return GatewayState(
            host.stalled, len(host.registry), tuple(host.connected), counts, keys, host.silent, locked_of(host)
        )

    def _ages(self) -> Iterator[KeyAge]:
        host, at = self._host, self._clock()
        for device in host.registry.values():
            for key in device.keys_at(at)[:1]:
                days = days_old(key, at)
                spoken = host.spoken_key.get(device.mn) == key.name
                wanted = device.mn in host.keys_wanted
                yield KeyAge(device.mn, key.name, BEIJING.clock(key.valid_from), days, days >= KEY_DAYS, wanted, spoken)


def locked_of(host: Host) -> tuple[LockedRow, ...]:
    """Whose passwords are not looked at now, in the words of the channel."""
    return tuple(
        LockedRow(each.mn, each.address, each.wrong, each.turned, ceil(each.seconds))
        for each in host.locked()[:MOST_SHOWN]
    )


def outcome_of(device: Device, cn: str, became: Became, key: str = "") -> RequestOutcome:
    """What became of a request, in words of both languages."""
    code, frames, words = "", tuple[Frame, ...](), UNKNOWN
    match became:
        case RequestDone(execution=code, frames=frames):
            name, words = "answered", EXECUTION_RESULTS.get(code, UNKNOWN)
        case Declined(request=code):
            name, words = "declined", REQUEST_ANSWERS.get(code, UNKNOWN)
        case Unfinished(frames=frames):
            name, words = "unfinished", WORDS["unfinished"]
        case Silent():
            name, words = "silent", WORDS["silent"]
        case NotConnected():
            name, words = "not_connected", WORDS["not_connected"]
    return RequestOutcome(device.mn, device.stack, cn, name, code, *words, tuple(map(said_of, frames)), key)


def said_of(frame: Frame) -> DeviceMessage:
    """A message of a device, without what is secret."""
    items = tuple((name, HIDDEN if name in SECRETS else value) for name, value in frame.fields)
    readings = tuple(
        (reading.code, suffix, value)
        for reading in frame.readings
        for suffix, value in (*reading.values.items(), *((("flag", reading.flag),) if reading.flag is not None else ()))
    )
    return DeviceMessage(items, readings)
