"""How equal bids at the clearing price share what is left of the volume."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from random import Random

from airshed.market.auction.nouns import Lots
from airshed.rulebook.kinds import TieRule

#: Allowances of each tied line, in the order of the lines.
Shares = list[int]


def share(tied: Sequence[Lots], left: int, tie: TieRule, seed: int, lot: int) -> Shares:
    """Share `left` allowances, whole lots, among lines of one price that want at least as much.

    >>> lines = [Lots(-10, 0, 0, name, "", count) for name, count in (("a", 300), ("b", 300))]
    >>> share(lines, 400, "pro-rata", 7, 100), share(lines, 400, "time", 7, 100)
    ([200, 200], [300, 100])
    """
    assert left % lot == 0, (left, lot)
    assert left <= sum(line.wanted for line in tied), f"{left} is more than the tied lines want"
    shares = TIES[tie](tied, left, seed, lot)
    assert sum(shares) == left, f"{left} allowances became {sum(shares)}"
    return shares


def _in_turn(tied: Sequence[Lots], left: int, order: Sequence[int]) -> Shares:
    shares = [0] * len(tied)
    for place in order:
        shares[place] = min(tied[place].wanted, left)
        left -= shares[place]
    return shares


def by_random_order(tied: Sequence[Lots], left: int, seed: int, lot: int) -> Shares:
    """Bid by bid in the order of `random.Random(seed)`; the last one gets the remainder (UK SI 2021/484 reg. 6)."""
    order = list(range(len(tied)))
    Random(seed).shuffle(order)
    return _in_turn(tied, left, order)


def by_time(tied: Sequence[Lots], left: int, seed: int, lot: int) -> Shares:
    """The earlier bid first; bids of one millisecond in random order; lots that came down in price last."""
    order = list(range(len(tied)))
    Random(seed).shuffle(order)
    order.sort(key=lambda place: (tied[place].moved, tied[place].at))
    return _in_turn(tied, left, order)


def pro_rata(tied: Sequence[Lots], left: int, seed: int, lot: int) -> Shares:
    """Each bidder's tied lots / all tied lots of what is left, rounded down to lots; then lots drawn one by one.

    Quebec Q-2, r. 46.1 s. 52 and 17 CCR 95911: every lot not yet served has a random number, and the lowest numbers
    get the lots that rounding left over.
    """
    lots: dict[str, int] = {}
    for line in tied:
        lots[line.bidder] = lots.get(line.bidder, 0) + line.wanted // lot
    wanted, total, given = left // lot, sum(lots.values()), {}
    names = sorted(lots)
    for name in names:
        given[name] = wanted * lots[name] // total if total else 0
    ends = list(accumulate(lots[name] - given[name] for name in names))
    rest = wanted - sum(given.values())
    for number in Random(seed).sample(range(ends[-1] if ends else 0), rest):
        given[names[bisect(ends, number)]] += 1
    shares = []
    for line in tied:
        got = min(line.wanted, given[line.bidder] * lot)
        given[line.bidder] -= got // lot
        shares.append(got)
    return shares


TIES: Mapping[TieRule, Callable[[Sequence[Lots], int, int, int], Shares]] = {
    "random": by_random_order,
    "pro-rata": pro_rata,
    "time": by_time,
}
