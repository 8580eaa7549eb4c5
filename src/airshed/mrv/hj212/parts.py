"""A message in parts (PNUM, PNO) read as one frame; evidence keeps the parts as they came."""

from __future__ import annotations

from collections import OrderedDict

from msgspec.structs import replace

from airshed.mrv.hj212.frame import Frame, Reading

MOST_PARTS = 100
"""PNUM above which a message is not waited for: 100 parts of 950 characters are more than any station has."""

Key = tuple[str | None, str, str | None, int]


class Assembler:
    """Takes frames one by one and hands out whole messages, whatever the order of their parts.

    Parts of a message have MN, CN, DataTime and PNUM in common; each has its own QN (HJ 212-2017 example C.49). At
    most `most` messages are waited for: the oldest is given up, and counted in `given_up`.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._waiting: OrderedDict[Key, dict[int, Frame]] = OrderedDict()
        self.given_up = 0

    def take(self, frame: Frame) -> Frame | None:
        """The frame itself if it is whole, the whole message with its last part, or None while parts are missing."""
        count, place = _number(frame.pnum), _number(frame.pno)
        if count is None or place is None or not 1 <= place <= count or not 2 <= count <= MOST_PARTS:
            return frame
        key = (frame.mn, frame.cn, frame.field("DataTime"), count)
        parts = self._waiting.setdefault(key, {})
        self._waiting.move_to_end(key)
        parts.setdefault(place, frame)
        if len(parts) == count:
            del self._waiting[key]
            return joined([parts[place] for place in sorted(parts)])
        if len(self._waiting) > self._most:
            self._waiting.popitem(last=False)
            self.given_up += 1
        return None


def joined(parts: list[Frame]) -> Frame:
    """The parts of one message as one frame: the header of the first, everything that any of them says.

    What is said of a factor in two parts comes together; where they say the same item twice, the first holds.

    >>> from airshed.mrv.hj212.frame import Frame, Reading
    >>> head = {"version": "2017", "crc": "hj212", "cn": "2061", "pnum": "2"}
    >>> one = Frame(**head, pno="1", readings=(Reading("a21026", {"avg": "35"}, "N"),))
    >>> two = Frame(**head, pno="2", readings=(Reading("a21026", {"cou": "7"}), Reading("a21002", {"avg": "80"})))
    >>> [(reading.code, dict(reading.values)) for reading in joined([one, two]).readings]
    [('a21026', {'avg': '35', 'cou': '7'}), ('a21002', {'avg': '80'})]
    """
    fields: list[tuple[str, str]] = []
    readings: dict[str, Reading] = {}
    for part in parts:
        known = {name for name, _ in fields}
        fields += [item for item in part.fields if item[0] not in known]
        for reading in part.readings:
            before = readings.get(reading.code)
            readings[reading.code] = (
                reading
                if before is None
                else Reading(
                    reading.code,
                    {
                        **before.values,
                        **{name: value for name, value in reading.values.items() if name not in before.values},
                    },
                    before.flag or reading.flag,
                )
            )
    return replace(parts[0], pnum=None, pno=None, fields=tuple(fields), readings=tuple(readings.values()))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 4 else None
