"""What a year is expected to come to by its sealed days, and between what it may end."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt
from typing import NamedTuple

#: Stops and repairs last days to weeks: single days say too little of how a works varies, stretches of these more.
STRETCH = 28
#: Student's t by degrees of freedom, from one, in thousandths: nine of ten lie between minus and plus as much. A year
#: has 13 stretches.
T_THOUSANDTHS = (6314, 2920, 2353, 2132, 2015, 1943, 1895, 1860, 1833, 1812, 1796, 1782)


class YearAhead(NamedTuple):
    """A year's mass in milligrams, and its range."""

    expected: int
    low: int
    high: int
    #: Whether the range is drawn from stretches; before there are two, it is from nothing more to every day as the
    #: highest one.
    settled: bool


def outlook(days_mg: Sequence[int], left: int, whole: int) -> YearAhead:
    """What a year of so many days comes to, with as many left after the last of those known, in their order.

    The rest is as the mean of the days so far. How far it may differ is what the stretches so far differ among
    themselves, for as many as are left, and more the less of the year was seen: a season lasts longer than a stretch,
    and one that has not come yet is in none of them.
    """
    seen, mass = len(days_mg), sum(days_mg)
    expected = mass + mass * left // seen
    stretches = [sum(days_mg[end - STRETCH : end]) for end in range(seen, STRETCH - 1, -STRETCH)]
    if len(stretches) < 2 and left:
        return YearAhead(expected, mass, mass + max(days_mg) * left, settled=False)
    if not left:
        return YearAhead(expected, expected, expected, settled=True)
    t = T_THOUSANDTHS[min(len(stretches) - 1, len(T_THOUSANDTHS)) - 1]
    off = t * isqrt(_variance(stretches) * left // STRETCH) * whole // (seen * 1000)
    return YearAhead(expected, max(mass, expected - off), expected + off, settled=True)


def _variance(values: Sequence[int]) -> int:
    """Of a sample, rounded down."""
    count, total = len(values), sum(values)
    return sum((count * value - total) ** 2 for value in values) // (count * count * (count - 1))
