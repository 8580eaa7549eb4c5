"""Whether a chunk of bytes is a frame of a registered device: the frame in plain text, or the reason why not."""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from airshed.mrv.hj212.frame import Frame, Rejected, decode
from airshed.mrv.hj212.head import OPENING, head_of
from airshed.mrv.hj212.items import Unclear
from airshed.mrv.hj212.sm4 import BLOCK, decrypted_frame, shall_encrypt
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
    OTHER_MN = "other_mn"  # the connection is that of another device, which does not share its line
    NO_CERTIFICATE = "no_certificate"  # the line showed none of the certificates that are its device's
    LOCKED = "locked"  # so many passwords were wrong that this one was not looked at
    WRONG_PASSWORD = "wrong_password"
    NOT_ENCRYPTED = "not_encrypted"  # plain content where the device has a key and the standard says "shall"
    UNDECIPHERED = "undeciphered"  # no key that is in force opens it
    AHEAD = "ahead"  # it tells of a time that is not over
    FLOOD = "flood"  # more than a device of its cadence sends in a day, with what it makes up for


#: Reasons that lie in who speaks, not in how: a few of them end a connection.
STRANGE: frozenset[Turned] = frozenset(
    {
        Turned.NO_MN,
        Turned.UNKNOWN_MN,
        Turned.OTHER_MN,
        Turned.NO_CERTIFICATE,
        Turned.LOCKED,
        Turned.WRONG_PASSWORD,
    }
)


@dataclass(frozen=True, slots=True)
class Received:
    """A frame of a registered device."""

    device: Device
    frame: Frame
    #: From `##` to the CRC, decrypted. Encrypting it with `key` gives the bytes of the wire again.
    plain: bytes
    #: Name of the key that opened it; None if it came in plain text.
    key: str | None
    #: Whether it shows that its device sent it, as far as the device can: one that has a key speaks in it.
    proved: bool = True


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """Bytes that are not taken."""

    why: Turned
    detail: str
    raw: bytes
    #: The number it gives, if that number is registered.
    mn: str | None = None
    #: What it would be if only its time were over: its device has shown who it is.
    sender: Received | None = None


_NEW_KEY = re.compile(rb"(NewSK\s*=)([^;,&]+)", re.IGNORECASE)


def masked(raw: bytes) -> bytes:
    """Bytes to be kept, without a key that they tell: a `*` for each of its characters, so that the length holds.

    >>> masked(b"CP=&&SKCreateTime=20260401080000;NewSK=0011&&")
    b'CP=&&SKCreateTime=20260401080000;NewSK=****&&'
    """
    return _NEW_KEY.sub(lambda found: found[1] + b"*" * len(found[2]), raw)


_PASSWORD = re.compile(rb"((?<![A-Za-z])PW\s*=)([^;,]+)", re.IGNORECASE)
_AS_IT_CAME: frozenset[Turned] = frozenset({Turned.LENGTH, Turned.OVERSIZE, Turned.CRC, Turned.UNDECIPHERED})
"""Where length and CRC are what is in question, or a key may yet open it: the password stays, or nobody could look."""


def kept(turned: TurnedAway) -> bytes:
    """What is kept of bytes that are not taken: without keys, and without the password where no check rests on it."""
    raw = masked(turned.raw)
    return raw if turned.why in _AS_IT_CAME else without_password(raw)


def without_password(raw: bytes) -> bytes:
    """A frame with a `*` for each character of the PW in its head.

    >>> without_password(b"##0040CN=2061;PW=123456;CP=&&PW=1&&0000")
    b'##0040CN=2061;PW=******;CP=&&PW=1&&0000'
    """
    opening = OPENING.search(raw)
    end = len(raw) if opening is None else opening.start()
    return _PASSWORD.sub(lambda found: found[1] + b"*" * len(found[2]), raw[:end]) + raw[end:]


def judge(raw: bytes, registry: Registry, at: int) -> Received | TurnedAway:
    """Read one chunk as the device registered under its MN would have written it, at an instant, with its password."""
    found = opened(raw, registry, at)
    if isinstance(found, Received) and not password_fits(found):
        return TurnedAway(Turned.WRONG_PASSWORD, "PW is not the one registered", raw, found.device.mn)
    return found


def password_fits(received: Received) -> bool:
    """Whether a frame has the password of its device, compared in constant time.

    The standard sends it in the clear, so it keeps out mistakes and strangers, not who reads the line.
    """
    return hmac.compare_digest((received.frame.pw or "").encode(), (received.device.password or "").encode())


def opened(raw: bytes, registry: Registry, at: int) -> Received | TurnedAway:
    """As `judge`, without a look at the password."""
    head = head_of(raw)
    device = None if isinstance(head, Unclear) else registry.get(head.get("mn", ""))
    if device is None or isinstance(head, Unclear):
        outcome = decode(raw, "any")
        if isinstance(outcome, Rejected):
            return TurnedAway(Turned(outcome.why), outcome.detail, raw)
        if not outcome.mn:
            return TurnedAway(Turned.NO_MN, "there is no MN; the device must say who it is", raw)
        return TurnedAway(Turned.UNKNOWN_MN, f"MN {outcome.mn} is not registered; add it to the devices", raw)
    return _opened(raw, head.get("cn", ""), device, at)


def _opened(raw: bytes, cn: str, device: Device, at: int) -> Received | TurnedAway:
    """The frame in plain text. `cn` is that of its head, which is what `decode` finds there, too."""
    keys = device.keys_at(at)
    shall = bool(keys) and shall_encrypt(cn)
    plain = decode(raw, device.crc)
    if not shall and isinstance(plain, Frame):
        return Received(device, plain, raw, None, proved=not keys)
    for key in keys:
        text = decrypted_frame(raw, key.secret)
        if text == raw:  # less than a block: nothing in it shows that the sender has the key
            continue
        frame = decode(text, device.crc)
        if isinstance(frame, Frame):
            return Received(device, frame, text, key.name, proved=True)
    if isinstance(plain, Frame):
        detail = f"CN {cn} came in plain text, or with less than the {BLOCK} bytes of a block; encrypt it with SM4"
        return TurnedAway(Turned.NOT_ENCRYPTED, detail, raw, device.mn)
    if shall and plain.why.value in ("crc", "syntax"):
        names = ", ".join(key.name for key in keys)
        return TurnedAway(Turned.UNDECIPHERED, f"no key in force opens it (tried: {names})", raw, device.mn)
    return TurnedAway(Turned(plain.why), plain.detail, raw, device.mn)
