"""Whether a chunk of bytes is a frame of a registered device: the frame in plain text, or the reason why not."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from airshed.mrv.hj212.frame import Frame, Rejected, decode
from airshed.mrv.hj212.sm4 import ENCRYPTED, decrypted_frame
from airshed.service.gateway.devices import Device, Registry


class Turned(StrEnum):
    """Why a chunk is turned away, in the order in which it is looked for: those of the decoder, then the device's."""

    LENGTH = "length"
    OVERSIZE = "oversize"
    CRC = "crc"
    SYNTAX = "syntax"
    VERSION = "version"
    NO_MN = "no_mn"  # a sound frame that does not say whose it is
    UNKNOWN_MN = "unknown_mn"  # nobody registered that number
    WRONG_PASSWORD = "wrong_password"
    NOT_ENCRYPTED = "not_encrypted"  # plain content where the device has a key and the standard says "shall"
    UNDECIPHERED = "undeciphered"  # no key that is in force opens it
    FLOOD = "flood"  # more than a device of its cadence sends in a day, with what it makes up for


#: Reasons that lie in who speaks, not in how: a few of them end a connection.
STRANGE: frozenset[Turned] = frozenset({Turned.NO_MN, Turned.UNKNOWN_MN, Turned.WRONG_PASSWORD})


@dataclass(frozen=True, slots=True)
class Received:
    """A frame of a registered device."""

    device: Device
    frame: Frame
    #: From `##` to the CRC, decrypted. Encrypting it with `key` gives the bytes of the wire again.
    plain: bytes
    #: Name of the key that opened it; None if it came in plain text.
    key: str | None


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Bytes that are not taken."""

    why: Turned
    detail: str
    raw: bytes
    #: The number it gives, if that number is registered.
    mn: str | None = None


_MN = re.compile(rb"(?:\A##[0-9]{4}|[;,])\s*MN=([^;,&]*)", re.IGNORECASE)
_CN = re.compile(rb"(?:\A##[0-9]{4}|[;,])\s*CN=([^;,&]*)", re.IGNORECASE)


_NEW_KEY = re.compile(rb"(?<=NewSK=)[^;,&]+", re.IGNORECASE)


def masked(raw: bytes) -> bytes:
    """Bytes to be kept, without a key that they tell: a `*` for each of its characters, so that the length holds.

    >>> masked(b"CP=&&SKCreateTime=20260401080000;NewSK=0011&&")
    b'CP=&&SKCreateTime=20260401080000;NewSK=****&&'
    """
    return _NEW_KEY.sub(lambda found: b"*" * len(found[0]), raw)


def judge(raw: bytes, registry: Registry, at: int) -> Received | TurnedAway:
    """Read one chunk as the device registered under its MN would have written it, at an instant."""
    header = raw[: raw.find(b"&&")] if b"&&" in raw else raw
    found = _MN.search(header)
    device = registry.get(found[1].strip().decode("ascii", "replace")) if found else None
    if device is None:
        outcome = decode(raw, "any")
        if isinstance(outcome, Rejected):
            return TurnedAway(Turned(outcome.why), outcome.detail, raw)
        if not outcome.mn:
            return TurnedAway(Turned.NO_MN, "there is no MN; the device must say who it is", raw)
        return TurnedAway(Turned.UNKNOWN_MN, f"MN {outcome.mn} is not registered; add it to the devices", raw)
    opened = _opened(raw, header, device, at)
    if isinstance(opened, TurnedAway):
        return opened
    # Compared in constant time. The standard sends it in the clear, so it keeps out mistakes, not enemies.
    if not hmac.compare_digest((opened.frame.pw or "").encode(), (device.password or "").encode()):
        return TurnedAway(Turned.WRONG_PASSWORD, "PW is not the one registered", raw, device.mn)
    return opened


def _opened(raw: bytes, header: bytes, device: Device, at: int) -> Received | TurnedAway:
    command = _CN.search(header)
    keys = device.keys_at(at)
    shall = keys and command is not None and ENCRYPTED.fullmatch(command[1].decode("ascii", "replace"))
    plain = decode(raw, device.crc)
    if not shall and isinstance(plain, Frame):
        return Received(device, plain, raw, None)
    for key in keys:
        text = decrypted_frame(raw, key.secret)
        frame = decode(text, device.crc)
        if isinstance(frame, Frame):
            return Received(device, frame, text, None if text == raw else key.name)
    if isinstance(plain, Frame):
        return TurnedAway(
            Turned.NOT_ENCRYPTED, f"CN {plain.cn} came in plain text; encrypt it with SM4", raw, device.mn
        )
    if shall and plain.why.value in ("crc", "syntax"):
        names = ", ".join(key.name for key in keys)
        return TurnedAway(Turned.UNDECIPHERED, f"no key in force opens it (tried: {names})", raw, device.mn)
    return TurnedAway(Turned(plain.why), plain.detail, raw, device.mn)
