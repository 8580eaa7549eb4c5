"""Series of allowances and the blocks of serial numbers they are held in."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

import msgspec

from airshed.model.refusal import Malformed

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
        series = _series(text)
        if series is None:
            raise Malformed(place, f"{text!r} is not a series", "write pollutant-jurisdiction-vintage, as SO2-KM-2027")
        return series


@lru_cache(maxsize=4096)
def _series(text: str) -> Series | None:
    match = _SERIES.fullmatch(text)
    return None if match is None else Series(match[1], match[2], int(match[3]))


#: Most vintages of a strip; a rulebook allows fewer.
LONGEST_STRIP = 100
_STRIP = re.compile(r"([A-Za-z0-9.]{1,8})-([A-Z]{2,4})-(\d{4})\.\.(\d{4})")


class Strip(NamedTuple):
    """The same count of every vintage from `first` to `last`, quoted and traded as one; written `SO2-KM-2027..2031`.

    >>> strip = Strip.parse("SO2-KM-2027..2031")
    >>> strip.years, str(strip.members[0]), str(strip.members[-1])
    (5, 'SO2-KM-2027', 'SO2-KM-2031')
    """

    pollutant: str
    jurisdiction: str
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.pollutant}-{self.jurisdiction}-{self.first}..{self.last}"

    @property
    def years(self) -> int:
        """How many vintages it has."""
        return self.last - self.first + 1

    @property
    def members(self) -> tuple[Series, ...]:
        """The series it is made of, by vintage."""
        return tuple(Series(self.pollutant, self.jurisdiction, year) for year in range(self.first, self.last + 1))

    @classmethod
    def parse(cls, text: str, place: str = "strip") -> Strip:
        """Read `SO2-KM-2027..2031`, or raise `Malformed` naming the place and the fault."""
        match = _STRIP.fullmatch(text)
        if match is None:
            cure = "write pollutant-jurisdiction-first..last, as SO2-KM-2027..2031"
            raise Malformed(place, f"{text!r} is not a strip", cure)
        first, last = int(match[3]), int(match[4])
        if last < first:
            raise Malformed(place, f"{text!r} ends before it begins", "write the earlier vintage first")
        if last == first:
            name = str(Series(match[1], match[2], first))
            raise Malformed(place, f"{text!r} has one vintage", f"write the series, {name}")
        if last - first >= LONGEST_STRIP:
            raise Malformed(place, f"{text!r} has {last - first + 1} vintages", f"name at most {LONGEST_STRIP}")
        return cls(match[1], match[2], first, last)


@lru_cache(maxsize=4096)
def pollutant_of(instrument: str) -> str:
    """The pollutant of a series or a strip that was read before, by its name.

    >>> pollutant_of("NOx-QJ-2027..2030")
    'NOx'
    """
    return instrument.partition("-")[0]


def is_strip(instrument: str) -> bool:
    """Whether the name of an instrument is that of a strip."""
    return ".." in instrument


def instrument(text: str, place: str = "series") -> Series | Strip:
    """Read the name of a series or of a strip, or raise `Malformed`."""
    return Strip.parse(text, place) if is_strip(text) else Series.parse(text, place)


@lru_cache(maxsize=4096)
def members(instrument: str) -> tuple[str, ...]:
    """The names of the series behind the name of a series or of a strip; a text that is no strip stands for itself.

    >>> members("SO2-KM-2027..2028"), members("SO2-KM-2027")
    (('SO2-KM-2027', 'SO2-KM-2028'), ('SO2-KM-2027',))
    """
    if not is_strip(instrument):
        return (instrument,)
    try:
        return tuple(map(str, Strip.parse(instrument).members))
    except Malformed:
        return (instrument,)


class SerialBlock(msgspec.Struct, frozen=True, order=True, array_like=True, gc=False):
    """Allowances numbered `first` to `last`; both ends belong to the block."""

    first: int
    last: int

    @property
    def count(self) -> int:
        """How many allowances the block holds."""
        return self.last - self.first + 1


Blocks = tuple[SerialBlock, ...]


_first = attrgetter("first")


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


def best_fit(blocks: Sequence[SerialBlock], wanted: int) -> Blocks:
    """The serials that a trade of `wanted` moves, chosen so that fragments stay few.

    The smallest block that is large enough gives all (whole if it fits exactly); if none is, whole blocks go,
    largest first. At most one block is split. The result is sorted.

    >>> best_fit((SerialBlock(1, 100), SerialBlock(201, 210)), 10)
    (SerialBlock(first=201, last=210),)
    """
    assert wanted >= 0, wanted
    block, size = _fitting(blocks, wanted) if wanted else (None, 0)
    if block is not None and size >= wanted:
        return (block,) if size == wanted else (SerialBlock(block.first, block.first + wanted - 1),)
    rest = list(blocks)
    taken: list[SerialBlock] = []
    while wanted:
        block, size = _fitting(rest, wanted)
        assert block is not None, f"{wanted} more are wanted than {blocks} hold"
        if size > wanted:
            block, size = SerialBlock(block.first, block.first + wanted - 1), wanted
        else:
            rest.remove(block)
        taken.append(block)
        wanted -= size
    return tuple(sorted(taken))


def _fitting(blocks: Iterable[SerialBlock], wanted: int) -> tuple[SerialBlock | None, int]:
    """The smallest block that holds `wanted`, else the largest, and its size; the first of equals."""
    found: SerialBlock | None = None
    largest: SerialBlock | None = None
    size = most = 0
    for block in blocks:
        count = block.last - block.first + 1
        if count >= wanted:
            if count == wanted:
                return block, count
            if found is None or count < size:
                found, size = block, count
        elif count > most:
            largest, most = block, count
    return (largest, most) if found is None else (found, size)


def without(blocks: Sequence[SerialBlock], gone: Iterable[SerialBlock]) -> Blocks:
    """`blocks`, sorted, less the serials `gone`, which all lie inside them.

    >>> without((SerialBlock(1, 9),), (SerialBlock(1, 2), SerialBlock(5, 5)))
    (SerialBlock(first=3, last=4), SerialBlock(first=6, last=9))
    """
    left = list(blocks)
    for block in gone:
        place = bisect(left, block.first, key=_first) - 1
        assert place >= 0, f"I1: {block} is not held in {blocks}"
        held = left[place]
        assert held.last >= block.last, f"I1: {block} is not held in {blocks}"
        if block.last < held.last:
            left[place] = SerialBlock(block.last + 1, held.last)
            if held.first < block.first:
                left.insert(place, SerialBlock(held.first, block.first - 1))
        elif held.first < block.first:
            left[place] = SerialBlock(held.first, block.first - 1)
        else:
            del left[place]
    return tuple(left)


def common(some: Iterable[SerialBlock], others: Iterable[SerialBlock]) -> Blocks:
    """The serials that lie in both.

    >>> common((SerialBlock(1, 5), SerialBlock(9, 10)), (SerialBlock(4, 9),))
    (SerialBlock(first=4, last=5), SerialBlock(first=9, last=9))
    """
    other = tuple(others)
    pairs = ((max(a.first, b.first), min(a.last, b.last)) for a in some for b in other)
    return tuple(sorted(SerialBlock(first, last) for first, last in pairs if first <= last))


def joined(held: Sequence[SerialBlock], added: Iterable[SerialBlock]) -> Blocks:
    """The union of two disjoint sets of blocks, sorted, with neighbours grown together.

    >>> joined((SerialBlock(1, 5),), (SerialBlock(6, 9), SerialBlock(20, 20)))
    (SerialBlock(first=1, last=9), SerialBlock(first=20, last=20))
    """
    merged = list(held)
    for block in added:
        place = bisect(merged, block.first, key=_first)
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
