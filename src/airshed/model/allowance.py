"""Series of allowances and the blocks of serial numbers they are held in."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

import msgspec

from airshed.model.refusal import Malformed


class Pollutant(StrEnum):
    """What the programme caps, in the order in which tables show it."""

    SO2 = "SO2"
    NOX = "NOx"
    PM = "PM"
    VOC = "VOC"


class Sector(StrEnum):
    """The three sectors of the zone."""

    CEMENT = "cement"
    STEEL = "steel"
    POWER = "power"


_SERIES = re.compile(r"([A-Za-z0-9.]{1,8})-([A-Z]{2,4})-(\d{4})")


class Series(NamedTuple):
    """Allowances of one pollutant, jurisdiction of issue and vintage; written `SO2-KM-2027`.

    >>> str(Series("SO2", "KM", 2027)), Series.parse("NOx-QJ-2027").vintage
    ('SO2-KM-2027', 2027)
    """

    pollutant: str
    jurisdiction: str
    vintage: int

    def __str__(self) -> str:
        return f"{self.pollutant}-{self.jurisdiction}-{self.vintage}"

    @classmethod
    def parse(cls, text: str, place: str = "series") -> Series:
        """Read `SO2-KM-2027`, or raise `Malformed` naming the place."""
        match = _SERIES.fullmatch(text)
        if match is None:
            raise Malformed(place, f"{text!r} is not a series", "write pollutant-jurisdiction-vintage, as SO2-KM-2027")
        return cls(match[1], match[2], int(match[3]))


class SerialBlock(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """Allowances numbered `first` to `last`; both ends belong to the block."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many allowances the block holds."""
        return self.last - self.first + 1


Blocks = tuple[SerialBlock, ...]


def count_of(blocks: Iterable[SerialBlock]) -> int:
    """How many allowances lie in these blocks."""
    return sum(block.last - block.first + 1 for block in blocks)


def lowest(blocks: Sequence[SerialBlock], wanted: int) -> tuple[Blocks, Blocks]:
    """Split off the `wanted` lowest serials: what surrender takes. `blocks` are sorted; so are both results.

    >>> lowest((SerialBlock(1, 5), SerialBlock(9, 10)), 6)
    ((SerialBlock(first=1, last=5), SerialBlock(first=9, last=9)), (SerialBlock(first=10, last=10),))
    """
    assert 0 <= wanted <= count_of(blocks), (wanted, blocks)
    taken: list[SerialBlock] = []
    for place, block in enumerate(blocks):
        if wanted == 0:
            return tuple(taken), tuple(blocks[place:])
        if block.count <= wanted:
            taken.append(block)
            wanted -= block.count
        else:
            split = block.first + wanted
            taken.append(SerialBlock(block.first, split - 1))
            return tuple(taken), (SerialBlock(split, block.last), *blocks[place + 1 :])
    return tuple(taken), ()


def best_fit(blocks: Sequence[SerialBlock], wanted: int) -> tuple[Blocks, Blocks]:
    """Split off `wanted` serials so that fragments stay few: what a trade moves.

    The smallest block that is large enough gives all (whole if it fits exactly); if none is, whole blocks go,
    largest first. At most one block is split. Both results are sorted.

    >>> best_fit((SerialBlock(1, 100), SerialBlock(201, 210)), 10)
    ((SerialBlock(first=201, last=210),), (SerialBlock(first=1, last=100),))
    """
    assert wanted >= 0, wanted
    rest = list(blocks)
    taken: list[SerialBlock] = []
    while wanted:
        place, size = _fitting(rest, wanted)
        assert place >= 0, f"{wanted} more are wanted than {blocks} hold"
        block = rest[place]
        if size <= wanted:
            del rest[place]
            taken.append(block)
            wanted -= size
        else:
            split = block.first + wanted
            taken.append(SerialBlock(block.first, split - 1))
            rest[place] = SerialBlock(split, block.last)
            wanted = 0
    return tuple(sorted(taken)), tuple(rest)


def _fitting(blocks: list[SerialBlock], wanted: int) -> tuple[int, int]:
    """Place and size of the smallest block that holds `wanted`, else of the largest; the first of equals."""
    found = largest = -1
    size = most = 0
    for place, block in enumerate(blocks):
        count = block.last - block.first + 1
        if count >= wanted:
            if found < 0 or count < size:
                found, size = place, count
                if count == wanted:
                    break
        elif count > most:
            largest, most = place, count
    return (found, size) if found >= 0 else (largest, most)


def joined(held: Sequence[SerialBlock], added: Iterable[SerialBlock]) -> Blocks:
    """The union of two disjoint sets of blocks, sorted, with neighbours grown together.

    >>> joined((SerialBlock(1, 5),), (SerialBlock(6, 9), SerialBlock(20, 20)))
    (SerialBlock(first=1, last=9), SerialBlock(first=20, last=20))
    """
    merged = list(held)
    for block in added:
        place = bisect(merged, block)
        first, last = block.first, block.last
        if place < len(merged) and merged[place].first <= last + 1:
            assert merged[place].first == last + 1, f"I1: {block} is held twice"
            last = merged.pop(place).last
        if place and merged[place - 1].last >= first - 1:
            assert merged[place - 1].last == first - 1, f"I1: {block} is held twice"
            merged[place - 1] = SerialBlock(merged[place - 1].first, last)
        else:
            merged.insert(place, SerialBlock(first, last))
    return tuple(merged)
