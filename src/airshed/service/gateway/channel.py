"""The words of the channel between a running gateway and its operator, and the operator's end of it.

A socket `gateway.sock` in the folder of evidence, mode 600: whoever may use it is told by the file system. One request
a connection, a line of JSON, answered by a line of JSON.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.frame import Version
from airshed.service.gateway.requests import RequestOptions

SOCKET = "gateway.sock"
MOST_REQUEST = 1 << 16
"""Bytes of a request."""
MOST_REPLY = 1 << 26
"""Bytes of a reply: 10,000 frames, the most that one answer holds, have less."""
MOST_PATH = 100
"""Bytes of a path that every system takes for a socket (Linux 107, macOS 103)."""

Items = tuple[tuple[str, str], ...]


class AskDevice(msgspec.Struct, frozen=True, tag="ask", tag_field="do"):
    """Send a request to a device (its MN, or the name of a stack with one device) and wait for the end of it."""

    device: str
    #: Word or number of a request (`requests.REQUESTS`).
    command: str
    told: RequestOptions = RequestOptions()
    timeout_s: float = 10.0
    tries: int = 3


class NewKey(msgspec.Struct, frozen=True, tag="new_key", tag_field="do"):
    """Make a key, register it, and hand it to the device (1014)."""

    device: str
    #: Empty for one made of MN and time.
    name: str = ""
    timeout_s: float = 10.0
    tries: int = 3


class AskStatus(msgspec.Struct, frozen=True, tag="status", tag_field="do"):
    """Say what has happened since the start, and who is connected."""


class Find(msgspec.Struct, frozen=True, tag="find", tag_field="do"):
    """Say how a device is registered."""

    device: str


Wish = AskDevice | NewKey | AskStatus | Find


class DeviceMessage(msgspec.Struct, frozen=True):
    """A message of the device in answer to a request: its items, its readings as code, suffix and value."""

    items: Items
    readings: tuple[tuple[str, str, str], ...] = ()


class RequestOutcome(msgspec.Struct, frozen=True, tag="outcome", tag_field="is"):
    """What became of a request."""

    mn: str
    stack: str
    cn: str
    #: answered, declined, silent, unfinished, not_connected.
    outcome: str
    #: ExeRtn of what was answered, QnRtn of what was declined; empty else.
    code: str
    zh: str
    en: str
    said: tuple[DeviceMessage, ...] = ()
    #: Name of the key that is registered now, of a `NewKey`.
    key: str = ""


class KeyAge(msgspec.Struct, frozen=True):
    """The newest key of a device that encrypts."""

    mn: str
    key: str
    since: str
    days: int
    #: Whether it is older than the standard allows.
    due: bool
    #: Whether the device asked for another one.
    wanted: bool
    #: Whether the device has spoken in it since the gateway started.
    spoken: bool


class LockedRow(msgspec.Struct, frozen=True):
    """Somebody whose passwords are not looked at now: a number at an address, a device anywhere new, an address."""

    #: Empty for an address, whatever number it gives.
    mn: str
    #: Empty for a device, wherever it was not heard before.
    address: str
    #: Wrong passwords in all, and frames that were turned away without a look.
    wrong: int
    turned: int
    #: Until the next one is looked at.
    seconds: int


class GatewayState(msgspec.Struct, frozen=True, tag="state", tag_field="is"):
    """The gateway now."""

    stalled: bool
    devices: int
    connected: tuple[str, ...]
    #: By name, refused ones as refused_REASON.
    counts: dict[str, int]
    keys: tuple[KeyAge, ...]
    #: Connections that have not shown yet whose they are.
    silent: int = 0
    locked: tuple[LockedRow, ...] = ()


class Registered(msgspec.Struct, frozen=True, tag="registered", tag_field="is"):
    """What must be known of a device to read its hours."""

    mn: str
    stack: str
    version: Version
    end_labelled: bool


class Wrong(msgspec.Struct, frozen=True, tag="wrong", tag_field="is"):
    """The request cannot be taken: place, what and cure of a `Malformed`."""

    place: str
    what: str
    cure: str


Reply = RequestOutcome | GatewayState | Registered | Wrong
Expected = TypeVar("Expected", RequestOutcome, GatewayState, Registered)


@contextmanager
def address(folder: Path) -> Iterator[str]:
    """The path of the socket, short enough for the system: by the open folder where the path is long."""
    path = str(folder / SOCKET)
    if len(os.fsencode(path)) <= MOST_PATH:
        yield path
        return
    at = os.open(folder, os.O_RDONLY)
    try:
        short = f"/proc/self/fd/{at}/{SOCKET}"
        if not os.path.isdir(os.path.dirname(short)):
            raise Malformed(path, "the path is too long for a socket", f"use a folder of less than {MOST_PATH} bytes")
        yield short
    finally:
        os.close(at)


def tell(folder: Path, wish: Wish, expected: type[Expected]) -> Expected:
    """Send one request to the gateway that writes to `folder`, and wait for its reply however long the device takes.

    `Malformed` if no gateway runs there, if it belongs to somebody else, or if it cannot take the request.
    """
    try:
        with address(folder) as path, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.connect(path)
            line.sendall(msgspec.json.encode(wish) + b"\n")
            with line.makefile("rb") as answers:
                raw = answers.readline(MOST_REPLY)
    except (FileNotFoundError, ConnectionError):
        raise Malformed(
            str(folder), "no gateway is running there", "start it, or name its folder of evidence"
        ) from None
    except PermissionError:
        raise Malformed(str(folder / SOCKET), "belongs to somebody else", "ask as the user of the gateway") from None
    except OSError as error:
        raise Malformed(str(folder), f"cannot be used ({error.strerror})", "name the folder of evidence") from None
    try:
        reply = msgspec.json.decode(raw, type=Reply)
    except msgspec.DecodeError:
        raise Malformed(str(folder), "the gateway ended before it answered", "look into its log") from None
    if isinstance(reply, Wrong):
        raise Malformed(reply.place, reply.what, reply.cure)
    assert isinstance(reply, expected), reply
    return reply
