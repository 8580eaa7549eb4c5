"""From a frame to its bytes: length, segment, CRC, line end."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.model.refusal import Malformed
from airshed.mrv.hj212.crc import crc_hj212, crc_modbus
from airshed.mrv.hj212.frame import STANDARD_SEGMENT, CrcName, Frame, Rejected, decode

SUFFIXES: tuple[str, ...] = (
    "SampleTime", "Rtd", "Min", "Avg", "Max", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax", "Flag", "EFlag", "Cou", "RS", "RT",
    "Data", "DayData", "NightData", "Info", "SN", "ZsCou", "Ala", "LowValue", "UpValue", "ValidNum", "TotalNum",
)  # fmt: skip
"""Suffixes as HJ 212-2017 table 4 writes them, and those that 2005 editions and devices add."""

_SUFFIX_NAMES: Mapping[str, str] = {suffix.lower(): suffix for suffix in SUFFIXES}


def seal(segment: bytes, crc: CrcName = "hj212") -> bytes:
    """Put the length before a segment (`QN=` to `&&`), CRC and line end after it.

    >>> seal(b"QN=20160801085857534;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&")[-6:]
    b'5B40\\r\\n'
    """
    return framed(segment, crc_hj212(segment) if crc == "hj212" else crc_modbus(segment))


def framed(segment: bytes, check: int) -> bytes:
    """A segment with its length, the CRC that was reckoned of it, and the line end."""
    assert len(segment) <= 9999, len(segment)
    return b"##%04d%b%04X\r\n" % (len(segment), segment, check)


def encode(frame: Frame) -> bytes:
    """The bytes of a frame; reading them gives the same frame again.

    Raises `Malformed` if the standard does not allow the frame or its text would be read as something else: a
    separator in a value, an edition that is not that of the Flag, a segment above 1024 bytes.
    """
    segment = segment_of(frame).encode()
    if len(segment) > STANDARD_SEGMENT:
        raise Malformed(
            f"frame CN={frame.cn} QN={frame.qn}",
            f"its segment has {len(segment)} bytes, the standard allows {STANDARD_SEGMENT}",
            "split its readings over several frames with PNUM and PNO",
        )
    raw = seal(segment, frame.crc)
    again = decode(raw, frame.crc)
    if again != frame:
        why = again.detail if isinstance(again, Rejected) else f"it would be read as {_difference(frame, again)}"
        raise Malformed(f"frame CN={frame.cn} QN={frame.qn}", why, "use names and values without separators or blanks")
    return raw


def segment_of(frame: Frame) -> str:
    """The text between length and CRC: header items that there are, then fields, then readings with the flag last."""
    header = {
        "QN": frame.qn,
        "ST": frame.st,
        "CN": frame.cn,
        "PW": frame.pw,
        "MN": frame.mn,
        "Flag": frame.flag,
        "PNUM": frame.pnum,
        "PNO": frame.pno,
    }
    before = [f"{name}={value};" for name, value in header.items() if value is not None]
    before += [f"{name.upper()}={value};" for name, value in frame.further]
    items = [f"{name}={value}" for name, value in frame.fields]
    for reading in frame.readings:
        said = [
            f"{reading.code}-{_SUFFIX_NAMES.get(suffix, suffix)}={value}" for suffix, value in reading.values.items()
        ]
        if reading.flag is not None:
            said.append(f"{reading.code}-Flag={reading.flag}")
        items.append(",".join(said))
    return f"{''.join(before)}CP=&&{';'.join(items)}&&"


def _difference(wanted: Frame, read: Frame) -> str:
    for name in Frame.__struct_fields__:
        if getattr(wanted, name) != getattr(read, name):
            return f"{name} {getattr(read, name)!r} instead of {getattr(wanted, name)!r}"
    return "another frame"
