"""What the host says to a device: answers as the Flag asks, and requests of table 9; pure text to bytes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.encode import seal
from airshed.mrv.hj212.frame import Frame, Version
from airshed.mrv.hj212.sm4 import ENCRYPTED, encrypted_frame
from airshed.mrv.hj212.time import BEIJING
from airshed.service.gateway.devices import Device, Key

REQUEST_ANSWERED, DONE, NOTICE_ANSWERED, READINGS_ANSWERED = "9011", "9012", "9013", "9014"

NOTICES: frozenset[str] = frozenset({"1013", "1014", "2072", "9015", "9021"})
"""What a device only lets know: answered 9013. 1013 by HJ 212-2017 table 9; the alarm (2072) and log-in (9021) of 2005,
the wish for a new key (1014) and the heartbeat (9015) of 2025 are not confirmed from the text of those editions."""

REPLIES: frozenset[str] = frozenset({REQUEST_ANSWERED, DONE, NOTICE_ANSWERED, READINGS_ANSWERED})
"""What a device says in answer to the host: never answered again."""

FLAGS: Mapping[Version, int] = {"2005": 0, "2017": 4, "2025": 8}
"""Version bits of the Flag (HJ 212-2017 6.2.4)."""

ANSWER_WANTED = 1
SYSTEM = "91"
"""ST of a message between systems."""

_QN = re.compile(r"[0-9]{1,20}")
_ITEM_NAME = re.compile(r"[A-Za-z0-9-]{1,40}")
_ITEM_VALUE = re.compile(r"[^;,&\x00-\x1f\x7f]{0,200}")


def answer_to(device: Device, frame: Frame) -> bytes | None:
    """The answer to a frame of this device, or None if none is wanted."""
    if not frame.answer_wanted or frame.cn in REPLIES:
        return None
    cn = NOTICE_ANSWERED if frame.cn in NOTICES else READINGS_ANSWERED
    qn = frame.qn if frame.qn and _QN.fullmatch(frame.qn) else None
    if device.version == "2005":
        # The published frame of 2005 (CN=9013) repeats the QN inside the content; 9014 is taken to do the same.
        return _sealed(device, f"{_header(device, SYSTEM, cn, 0)}CP=&&{f'QN={qn}' if qn else ''}&&")
    first = f"QN={qn};" if qn else ""
    return _sealed(device, f"{first}{_header(device, SYSTEM, cn, FLAGS[device.version])}CP=&&&&")


def request(
    device: Device, st: str, qn: str, cn: str, items: Iterable[tuple[str, str]], key: Key | None = None
) -> bytes:
    """A request of the host, encrypted with `key` where the standard says so.

    `Malformed` for an item that would be read as something else.
    """
    items = tuple(items)
    for name, value in items:
        if not _ITEM_NAME.fullmatch(name) or not _ITEM_VALUE.fullmatch(value):
            raise Malformed(f"request CN={cn}", f"item {name!r} cannot be sent", "use no separators and no blanks")
    content = ";".join(f"{name}={value}" for name, value in items)
    flag = FLAGS[device.version] | ANSWER_WANTED
    raw = _sealed(device, f"QN={qn};{_header(device, st, cn, flag)}CP=&&{content}&&")
    return encrypted_frame(raw, key.secret) if key is not None and ENCRYPTED.fullmatch(cn) else raw


def stamp(at: int, digits: int = 14) -> str:
    """An instant as the standard writes it, in Beijing time: 14 digits to the second, 17 to the millisecond.

    >>> stamp(1798732800123), stamp(1798732800123, 17)
    ('20270101000000', '20270101000000123')
    """
    wall = datetime.fromtimestamp(at // 1000, UTC).astimezone(BEIJING.zone)
    return f"{wall:%Y%m%d%H%M%S}{at % 1000:03d}"[:digits]


def instant_of(text: str | None) -> int | None:
    """The instant of a QN or a time of the standard; None if it is none.

    >>> instant_of("20270101000000123"), instant_of("20270101000000"), instant_of("20271301000000")
    (1798732800123, 1798732800000, None)
    """
    if text is None or not (text.isascii() and text.isdigit() and len(text) in (14, 17)):
        return None
    try:
        month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
        wall = datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=BEIJING.zone)
    except ValueError:
        return None
    return round(wall.timestamp()) * 1000 + int(text[14:] or 0)


def _header(device: Device, st: str, cn: str, flag: int) -> str:
    return f"ST={st};CN={cn};PW={device.password or ''};MN={device.mn};Flag={flag};"


def _sealed(device: Device, segment: str) -> bytes:
    return seal(segment.encode(), device.crc)
