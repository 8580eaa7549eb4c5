"""How many credits may still be used: of what is owed, a share, in each year of a control period so far."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

ALL_BASIS_POINTS = 10_000


class UsedOf(NamedTuple):
    """A year of a control period: what is owed for it, the share of it that credits may cover, and what they did."""

    year: int
    owed: int
    share_basis_points: int
    used: int


@dataclass(slots=True)
class Rooms:
    """How many more of each credit may be used, and of several together.

    >>> rooms = Rooms({"CCER": 50, "VER": 40}, {("CCER", "VER"): 60})
    >>> rooms.take("CCER", 45)
    >>> rooms.most("CCER"), rooms.most("VER")
    (5, 15)
    """

    own: dict[str, int]
    together: dict[tuple[str, ...], int]

    def most(self, credit: str) -> int:
        """How many more of a credit."""
        return min([self.own[credit], *(left for codes, left in self.together.items() if credit in codes)])

    def take(self, credit: str, count: int) -> None:
        """So many are used."""
        self.own[credit] = max(0, self.own[credit] - count)
        for codes in self.together:
            if credit in codes:
                self.together[codes] = max(0, self.together[codes] - count)

    def narrowest(self, credit: str) -> Iterable[str]:
        """The credits whose limit holds a credit down most: its own alone, or several together."""
        bound = [codes for codes, left in self.together.items() if credit in codes and left < self.own[credit]]
        return min(bound, key=lambda codes: self.together[codes], default=(credit,))


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
