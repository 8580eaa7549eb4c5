"""Who may report: the registration of devices from a CSV, and their keys from files that nobody else reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.frame import CrcName, Version
from airshed.mrv.hj212.measures import factor_to_standard
from airshed.mrv.hj212.sm4 import BLOCK
from airshed.mrv.hj212.time import BEIJING
from airshed.zone.rows import read_rows

MOST_DEVICES = 20_000

CADENCE_S = 30
"""Seconds between real-time reports where the registration does not say (HJ 212-2017: 30 to 3600)."""

OPTIONAL = ("line", "minutes", "certificates")
"""Columns that a registration may leave out."""

RESERVED: frozenset[str] = frozenset({"journal", "refused"})
"""Folders beside those of the stacks."""

CERTIFICATE = re.compile(r"[0-9a-f]{64}")
KEY_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_KEY_TEXT = re.compile(rb"\s*([0-9A-Fa-f]{32})\s*")


class DeviceRow(msgspec.Struct, frozen=True):
    """One row of DEVICES.csv."""

    #: The number that the device calls itself; 14 characters in 2005, 24 hexadecimal digits since 2017.
    mn: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z_-]{1,40}\Z")]
    #: The stack it stands at; it names the folder of the evidence.
    stack: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,60}\Z")]
    #: The edition of the standard that it speaks.
    version: Version
    #: The checksum that it computes.
    crc: CrcName
    #: Whether DataTime of an hour names its start, as the standard says, or its end.
    label: Literal["start", "end"]
    #: Factors sent in another measure, as `a01013:Pa a00000:m3/h`; empty if none.
    units: tuple[str, ...]
    #: Empty if the device sends none.
    password: Annotated[str, msgspec.Meta(pattern=r"^[!-%'-+\--:<-~]{1,40}\Z")] | None
    #: Keys of SM4, as `ID@2026-01-01` or `ID@2026-01-01T08:00`: from that Beijing instant on. Empty if none.
    keys: tuple[str, ...]
    #: Seconds between its real-time reports, by which a flood is told; empty for the 30 of the standard.
    every_s: Annotated[int, msgspec.Meta(ge=1, le=3600)] | None
    #: Name of the line that it shares with other devices, behind one data logger; empty if it has one of its own. The
    #: column may be left out.
    line: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,60}\Z")] | None = None
    #: Minutes that one of its reports of minutes (2051) stands for; empty for one. The column may be left out.
    minutes: Annotated[int, msgspec.Meta(ge=1, le=30)] | None = None
    #: SHA-256 of the TLS certificates of which it shows one, 64 hexadecimal digits each; empty if it comes without. The
    #: column may be left out.
    certificates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """A key of SM4; its bytes do not show in any text made of it."""

    name: str
    valid_from: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Device:
    """A device as registered."""

    mn: str
    stack: str
    version: Version
    crc: CrcName = "hj212"
    end_labelled: bool = False
    #: Code -> by what its values are multiplied.
    factors: Mapping[str, float] = field(default_factory=dict)
    password: str | None = field(default=None, repr=False)
    #: Newest first.
    keys: tuple[Key, ...] = ()
    #: Seconds between its real-time reports.
    every_s: int = CADENCE_S
    #: Name of the line that it shares with others; None for one of its own.
    line: str | None = None
    #: Minutes that one of its reports of minutes stands for.
    minutes: int = 1
    #: SHA-256 of the certificates of which it shows one on its line; none if it comes without TLS.
    certificates: frozenset[str] = frozenset()

    def shares_line(self, other: Device) -> bool:
        """Whether one connection may carry both."""
        return self.mn == other.mn or (self.line is not None and self.line == other.line)

    def keys_at(self, at: int) -> tuple[Key, ...]:
        """The key in force at an instant and the one before it, which a device may still use; newest first."""
        return tuple(key for key in self.keys if key.valid_from <= at)[:2]


Registry = Mapping[str, Device]
"""Devices by MN."""


def read_devices(path: Path, keys: Path | None) -> dict[str, Device]:
    """The devices of a CSV file, with their keys from `keys/ID.key`, or `Malformed` with line and column.

    A key file holds 32 hexadecimal digits and has mode 600; its content shows in no message. Without `keys` none is
    read: who only reads what lies in the folder needs none.
    """
    rows = read_rows(path, DeviceRow, OPTIONAL)
    if len(rows) > MOST_DEVICES:
        raise Malformed(str(path), f"more than {MOST_DEVICES} devices", "start a second gateway for the rest")
    found: dict[str, Device] = {}
    for line, row in enumerate(rows, start=2):
        place = f"{path} line {line} column"
        if row.mn in found:
            raise Malformed(f"{place} mn", f"{row.mn} is registered twice", "keep one row a device")
        if row.stack in RESERVED:
            raise Malformed(f"{place} stack", f"{row.stack!r} is the name of another folder", "name the stack")
        if row.keys and row.version != "2025":
            raise Malformed(f"{place} keys", f"a device of {row.version} does not encrypt", "leave the cell empty")
        found[row.mn] = Device(
            row.mn,
            row.stack,
            row.version,
            row.crc,
            row.label == "end",
            dict(_unit(word, f"{place} units") for word in row.units),
            row.password,
            _keys(row.keys, keys, f"{place} keys") if keys is not None else (),
            row.every_s or CADENCE_S,
            row.line,
            row.minutes or 1,
            frozenset(_certificate(word, f"{place} certificates") for word in row.certificates),
        )
    return found


def _unit(word: str, place: str) -> tuple[str, float]:
    code, colon, measure = word.partition(":")
    if not (code and colon and measure):
        raise Malformed(place, f"{word!r} is not CODE:MEASURE", "write it as a01013:Pa")
    return code, factor_to_standard(code, measure, place)


def _certificate(word: str, place: str) -> str:
    found = word.replace(":", "").lower()
    if CERTIFICATE.fullmatch(found) is None:
        raise Malformed(place, f"{word[:80]!r} is no SHA-256", "take that of openssl x509 -fingerprint -sha256 -noout")
    return found


def _keys(words: Iterable[str], folder: Path, place: str) -> tuple[Key, ...]:
    keys = [_key(word, folder, place) for word in words]
    for one in ("name", "valid_from"):
        if len({getattr(key, one) for key in keys}) < len(keys):
            raise Malformed(place, f"two keys have the same {one.replace('_', ' ')}", "give each its own")
    return tuple(sorted(keys, key=lambda key: -key.valid_from))


def _key(word: str, folder: Path, place: str) -> Key:
    name, at, since = word.partition("@")
    if not (KEY_ID.fullmatch(name) and at):
        raise Malformed(place, f"{word!r} is not ID@DAY", "write it as k1@2026-01-01 or k1@2026-01-01T08:00")
    try:
        begins = datetime.fromisoformat(since)
    except ValueError:
        raise Malformed(place, f"{since!r} is no instant", "write it as 2026-01-01 or 2026-01-01T08:00") from None
    begins = begins if begins.tzinfo else begins.replace(tzinfo=BEIJING.zone)
    return Key(name, round(begins.timestamp() * 1000), read_key(folder / f"{name}.key"))


def read_key(path: Path) -> bytes:
    """The 16 bytes of a key file, or `Malformed`; no message tells what stands in the file."""
    try:
        mode = path.stat().st_mode & 0o777
        text = path.read_bytes()
    except OSError as error:
        raise Malformed(str(path), f"cannot be read ({error.strerror})", "put the key there, mode 600") from None
    if mode & 0o077:
        raise Malformed(str(path), f"others may read it (mode {mode:o})", "chmod 600, and take a new key")
    found = _KEY_TEXT.fullmatch(text)
    if found is None:
        raise Malformed(str(path), "is not 32 hexadecimal digits", "write the 16 bytes of the key as hex")
    secret = bytes.fromhex(found[1].decode())
    assert len(secret) == BLOCK
    return secret
