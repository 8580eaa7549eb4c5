"""Flow control of a bank: when much was saved, only a part of it counts one for one, the rest several for one.

40 CFR 96.55(b) for the NOx Budget Trading Program: above 10 % of the budgets, the ratio r = 0.10 x budgets / bank of
what an account has banked is deducted one for one, and what is beyond it two for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from airshed.compliance.surrender import Holding, order, plan

ALL_BASIS_POINTS = 10_000


def controlled(bank: int, budget: int, share_basis_points: int) -> bool:
    """Whether the bank is more than its share of the budget.

    >>> controlled(50_000, 500_000, 1_000), controlled(50_001, 500_000, 1_000)
    (False, True)
    """
    return bank * ALL_BASIS_POINTS > budget * share_basis_points


def one_for_one(own: int, bank: int, budget: int, share_basis_points: int) -> int:
    """What of `own` banked allowances counts one for one: r of them, rounded down, r = share x budget / bank.

    >>> one_for_one(1_000, bank=200_000, budget=500_000, share_basis_points=1_000)
    250
    """
    assert controlled(bank, budget, share_basis_points), (bank, budget)
    return own * budget * share_basis_points // (bank * ALL_BASIS_POINTS)


@dataclass(frozen=True, slots=True)
class Taken:
    """What goes of each series: what counts, and what goes with the last `pairs` of it and counts for nothing."""

    counts: tuple[Holding, ...]
    besides: tuple[Holding, ...] = ()
    pairs: int = 0

    @property
    def counted(self) -> int:
        """How many allowances of the obligation this covers."""
        return sum(count for _, count in self.counts)


def take(holdings: Iterable[Holding], wanted: int, jurisdiction: str, year: int, room: int | None, ratio: int) -> Taken:
    """What goes for `wanted` of `year`; all that there is where that is less. Without `room` all counts one for one.

    First what was banked, as far as there is room; then what is of the year itself; last what was banked beyond, of
    which one counts of `ratio`: nobody gives two where one is at hand.

    >>> from airshed.model.allowance import Series
    >>> held = [(Series("NOx", "KM", 2027), 3), (Series("NOx", "KM", 2026), 9)]
    >>> taken = take(held, 8, "KM", 2027, room=2, ratio=2)
    >>> [(str(series), count) for series, count in taken.counts]
    [('NOx-KM-2026', 2), ('NOx-KM-2027', 3), ('NOx-KM-2026', 3)]
    >>> [(str(series), count) for series, count in taken.besides], taken.pairs, taken.counted
    ([('NOx-KM-2026', 3)], 3, 8)
    """
    if room is None:
        return Taken(plan(holdings, wanted, jurisdiction))
    there = sorted(holdings, key=lambda holding: order(holding[0], jurisdiction))
    banked, own = (
        [each for each in there if each[0].vintage < year],
        [each for each in there if each[0].vintage >= year],
    )
    first, banked = _split(banked, min(wanted, room))
    second, _ = _split(own, wanted - _sum(first))
    pairs = min(_sum(banked) // ratio, wanted - _sum(first) - _sum(second))
    last, rest = _split(banked, pairs)
    besides, _ = _split(rest, pairs * (ratio - 1))
    return Taken((*first, *second, *last), tuple(besides), pairs)


def left_over(holdings: Iterable[Holding], year: int, room: int | None, ratio: int) -> int:
    """What of allowances that are named would count for nothing and complete no pair."""
    if room is None:
        return 0
    banked = sum(count for series, count in holdings if series.vintage < year)
    return max(0, banked - room) % ratio


def _split(holdings: Iterable[Holding], wanted: int) -> tuple[list[Holding], list[Holding]]:
    """The first `wanted` in the order in which they stand, or all, and the rest."""
    taken: list[Holding] = []
    rest: list[Holding] = []
    for series, count in holdings:
        part = min(count, wanted)
        wanted -= part
        if part:
            taken.append((series, part))
        if count > part:
            rest.append((series, count - part))
    return taken, rest


def _sum(holdings: Iterable[Holding]) -> int:
    return sum(count for _, count in holdings)
