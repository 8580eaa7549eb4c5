"""One frame of HJ 212: bytes in, a `Frame` or the reason why it is none out; never an exception."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

import msgspec

from airshed.mrv.hj212.crc import CHECKS, crc_hj212, crc_modbus
from airshed.mrv.hj212.head import OPENING, head_items
from airshed.mrv.hj212.items import Items, Unclear, items_of

Version = Literal["2005", "2017", "2025"]
CrcName = Literal["hj212", "modbus"]
Dialect = Literal["hj212", "modbus", "any"]

STANDARD_SEGMENT = 1024
"""Bytes of a segment that HJ 212-2017 table 2 allows; published frames go beyond it and are read."""

MAX_SEGMENT = 8192
"""Bytes of a segment beyond which a frame is refused whatever it says: eight times what the standard allows."""

VERSIONS: Mapping[int, Version] = {0: "2005", 1: "2017", 2: "2025"}
"""Flag bits 7..2 -> edition of the standard (HJ 212-2017 6.2.4; HJ 212-2025)."""


class Fault(StrEnum):
    """Why bytes are no frame, in the order in which it is looked for: the first that holds is given.

    Bytes that do not even begin with `##` have nothing to measure, so they are `SYNTAX` at once.
    """

    LENGTH = "length"  # the four digits are not digits, or not the count of bytes that follow
    OVERSIZE = "oversize"  # the count is right, and above MAX_SEGMENT
    CRC = "crc"  # the four characters at the end are no CRC, or not that of the segment
    SYNTAX = "syntax"  # the segment arrived whole, but cannot be read in one way only
    VERSION = "version"  # the Flag names an edition of the standard that does not exist
    NOT_AN_HOUR = "not_an_hour"  # a good frame, but not the hourly report (CN 2061) that was asked for


class Rejected(msgspec.Struct, frozen=True):
    """Why some bytes are no frame: the reason, and a sentence that names the thing and the cure."""

    why: Fault
    detail: str


class Reading(msgspec.Struct, frozen=True):
    """What a frame says of one factor: values as text by suffix in lower case (rtd, avg, zsavg, ...), and its flag."""

    code: str
    values: Mapping[str, str]
    flag: str | None = None


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One frame that arrived whole. Header items that it does not have are None; one that is there but empty is "".

    `version` is what the Flag says (none: 2005). Take it as a hint: published frames of 2020 carry the Flag of 2025,
    and frames with Flag 0 carry factor codes of 2017. The registration of the device decides.
    """

    version: Version
    crc: CrcName
    qn: str | None = None
    st: str | None = None
    cn: str
    pw: str | None = None
    mn: str | None = None
    flag: str | None = None
    pnum: str | None = None
    pno: str | None = None
    further: tuple[tuple[str, str], ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    readings: tuple[Reading, ...] = ()

    def field(self, name: str) -> str | None:
        """The value of an item of CP that is not a reading (`DataTime`, `PolId`, ...), or None."""
        return next((value for known, value in self.fields if known == name), None)

    @property
    def answer_wanted(self) -> bool:
        """Whether bit A of the Flag asks for an answer."""
        return int(self.flag or 0) & 1 == 1

    @property
    def in_parts(self) -> bool:
        """Whether bit D of the Flag says that PNUM and PNO count the parts of a longer message."""
        return int(self.flag or 0) & 2 == 2


_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_CRC_TEXT = re.compile(rb"[0-9A-Fa-f]{4}")
_CRC_CUT = re.compile(rb"[0-9A-Fa-f]{0,3}")
_BLANKS = b" \t\r\n"


def decode(raw: bytes, dialect: Dialect = "hj212") -> Frame | Rejected:
    """Read the bytes of one frame, from `##` to the CRC; blanks and line ends around it do not count.

    The length counts the bytes of the segment (HJ 212-2017 table 2). What real devices do and only one reading fits
    is accepted: CRC in lower case, names and suffixes in another case, empty items (`;;`, a last `;`), `,` for `;`,
    an empty or missing PW, missing QN, MN, Flag or PNUM, any order of the header, a missing line end, more than 1024
    bytes.

    >>> frame = decode(b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;"
    ...                b"Flag=5;CP=&&RtdInterval=30&&1C80")
    >>> frame.version, frame.cn, frame.fields
    ('2017', '1062', (('RtdInterval', '30'),))
    """
    text = raw.strip(_BLANKS)
    if not text.startswith(b"##"):
        return Rejected(Fault.SYNTAX, "no frame: it does not begin with '##'" if text else "no frame: nothing is there")
    counted = text[2:6]
    if len(counted) < 4 or not counted.isdigit():
        shown = counted.decode("ascii", "replace")
        return Rejected(
            Fault.LENGTH,
            f"length {shown!r} is not four digits; send ## and the count of bytes as 0000 to 9999",
        )
    count = int(counted)
    segment, check = text[6 : 6 + count], text[6 + count :]
    refused = _count_fault(segment, check, count) or _crc_fault(segment, check, dialect)
    if isinstance(refused, Rejected):
        return refused
    return _read(segment, refused)


def _count_fault(segment: bytes, check: bytes, count: int) -> Rejected | None:
    there = len(segment) + len(check) - 4
    if there != count:
        if len(segment) == count and segment.endswith(b"&&") and _CRC_CUT.fullmatch(check):
            return Rejected(
                Fault.CRC,
                f"the CRC has {len(check)} characters; send four hexadecimal digits after the segment",
            )
        return Rejected(
            Fault.LENGTH,
            f"the length field says {count} bytes, {max(there, 0)} are there before the CRC; count bytes from the "
            "first letter after the length to the closing '&&'",
        )
    if count > MAX_SEGMENT:
        return Rejected(Fault.OVERSIZE, f"{count} bytes are above {MAX_SEGMENT}; split the message with PNUM and PNO")
    return None


def _crc_fault(segment: bytes, check: bytes, dialect: Dialect) -> Rejected | CrcName:
    """The name of the checksum that fits, or why none does."""
    if not _CRC_TEXT.fullmatch(check):
        shown = check.decode("ascii", "replace")
        return Rejected(Fault.CRC, f"CRC {shown!r} is not four hexadecimal digits")
    said = int(check, 16)
    if dialect != "modbus" and said == crc_hj212(segment):
        return "hj212"
    if dialect != "hj212" and said == crc_modbus(segment):
        return "modbus"
    expected = crc_modbus(segment) if dialect == "modbus" else crc_hj212(segment)
    detail = f"the CRC says {said:04X}, the segment gives {expected:04X}"
    if dialect == "hj212" and said == crc_modbus(segment):
        detail += "; it fits CRC-16/MODBUS: read with dialect modbus if the device is registered so"
    elif dialect == "modbus" and said == crc_hj212(segment):
        detail += "; it fits the CRC of the standard: read with dialect hj212"
    elif dialect == "hj212" and said not in CHECKS:
        detail += "; the CRC of HJ 212 never takes that value: the sender computes another one"
    elif not segment.isascii():
        detail += "; content that is not text may be encrypted (HJ 212-2025): its CRC is that of the plain text"
    return Rejected(Fault.CRC, detail)


def _read(segment: bytes, crc: CrcName) -> Frame | Rejected:
    if found := _CONTROL.search(segment):
        return Rejected(Fault.SYNTAX, f"byte {found.start()} of the segment is a control character")
    opening = OPENING.search(segment)
    if opening is None or not segment.endswith(b"&&") or len(segment) - 2 < opening.end():
        return Rejected(Fault.SYNTAX, "the segment does not hold its content between 'CP=&&' and a closing '&&'")
    content = segment[opening.end() : -2]
    if b"&&" in content:
        return Rejected(Fault.SYNTAX, "'&&' stands inside the content: where it ends is not clear")
    header = head_items(segment[: opening.start()])
    if isinstance(header, Unclear):
        return Rejected(Fault.SYNTAX, f"header: {header.detail}")
    try:
        items = items_of(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        return Rejected(Fault.SYNTAX, f"byte {error.start} of the content is not UTF-8")
    if isinstance(items, Unclear):
        return Rejected(Fault.SYNTAX, f"content: {items.detail}")
    return _frame(header, items, crc)


def _frame(header: dict[str, str], items: Items, crc: CrcName) -> Frame | Rejected:
    cn = header.pop("cn", "")
    if not cn:
        return Rejected(Fault.SYNTAX, "header: there is no CN, so what the frame is about is not known")
    flag = header.pop("flag", None)
    if flag and not (flag.isdigit() and len(flag) <= 3):
        return Rejected(Fault.SYNTAX, f"header: Flag {flag!r} is not a number of at most three digits")
    version = VERSIONS.get(int(flag or 0) >> 2)
    if version is None:
        return Rejected(
            Fault.VERSION,
            f"Flag {flag} names edition {int(flag or 0) >> 2}; there are 0 (2005), 1 (2017), 2 (2025)",
        )
    return Frame(
        version=version,
        crc=crc,
        qn=header.pop("qn", None),
        st=header.pop("st", None),
        cn=cn,
        pw=header.pop("pw", None),
        mn=header.pop("mn", None),
        flag=flag,
        pnum=header.pop("pnum", None),
        pno=header.pop("pno", None),
        further=tuple(header.items()),
        fields=items.fields,
        readings=tuple(Reading(code, said, said.pop("flag", None)) for code, said in items.readings.items()),
    )
