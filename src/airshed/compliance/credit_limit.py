"""How many credits may still be used: of what is owed, a share, in each year of a control period so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

ALL_BASIS_POINTS = 10_000


class UsedOf(NamedTuple):
    """A year of a control period: what is owed for it, the share of it that credits may cover, and what they did."""

    year: int
    owed: int
    share_basis_points: int
    used: int


def room(years: Sequence[UsedOf], year: int) -> int:
    """How many more may be used for a year, so that up to each year from it on no more than the share is covered.

    What a year left open another one of its period may use later; nothing is used ahead.

    >>> first, last = UsedOf(2024, 1_000, 330, 10), UsedOf(2026, 2_000, 330, 0)
    >>> room([first], 2024), room([first, last], 2026), room([first, last._replace(used=80)], 2024)
    (23, 89, 9)
    """
    left: list[int] = []
    most = used = 0
    for each in sorted(years):
        most += each.owed * each.share_basis_points
        used += each.used
        if each.year >= year:
            left.append(most // ALL_BASIS_POINTS - used)
    return max(0, min(left, default=0))
