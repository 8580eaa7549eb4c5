"""What earlier auctions of a series left over and may be offered again, auction after auction."""

from __future__ import annotations

from typing import Literal

import msgspec

from airshed.market.auction.law import NEXT_AUCTIONS
from airshed.market.auction.trimming import ALL_BASIS_POINTS
from airshed.market.auction.unsold import AUCTIONS_ABOVE

#: What happens to what nobody bought (`[auction] unsold` of a rulebook).
Method = Literal["stay", "reserve", "next-auctions", "after-two-above"]


class Waiting(msgspec.Struct, frozen=True, gc=False):
    """Allowances of a series that may be offered again only as the rule says."""

    #: Due in each of the next auctions of the series, the nearest first.
    quarters: tuple[int, ...] = ()
    #: Due once enough auctions in a row have ended above the reserve price.
    later: int = 0
    #: How many have, up to now.
    above: int = 0

    @property
    def count(self) -> int:
        """Allowances in all."""
        return sum(self.quarters) + self.later


def due(method: Method, waiting: Waiting, count: int, share_basis_points: int, lot: int) -> tuple[int, Waiting]:
    """What comes back in an auction that newly offers `count`, in whole lots, and what waits on.

    At most a share of `count` comes back; what one auction cannot take waits for the one after it.

    >>> due("next-auctions", Waiting((300, 300, 300, 300)), 1_000, 2_500, 100)
    (200, Waiting(quarters=(400, 300, 300), later=0, above=0))
    >>> due("after-two-above", Waiting((), 900, 2), 1_000, 2_500, 100)
    (200, Waiting(quarters=(), later=700, above=2))
    """
    room = count * share_basis_points // ALL_BASIS_POINTS // lot * lot
    if method == "next-auctions":
        first, *rest = (*waiting.quarters, 0)
        first += waiting.later
        back = min(first // lot * lot, room)
        if first > back:
            rest = [first - back + (rest[0] if rest else 0), *rest[1:]]
        return back, Waiting(_trimmed(rest), 0, waiting.above)
    if method == "after-two-above":
        later = waiting.count
        back = min(later // lot * lot, room) if waiting.above >= AUCTIONS_ABOVE else 0
        return back, Waiting((), later - back, waiting.above)
    return 0, Waiting((), 0, waiting.above)


def left_over(
    method: Method, waiting: Waiting, unsold: int, price: int | None, reserve: int, lot: int
) -> tuple[int, Waiting]:
    """What of `unsold` goes to the government reserve when an auction is over, and what waits now.

    >>> left_over("next-auctions", Waiting((100,)), 600, 5, 5, 100)
    (0, Waiting(quarters=(300, 200, 100, 100), later=0, above=0))
    >>> left_over("reserve", Waiting(), 600, 5, 5, 100)
    (600, Waiting(quarters=(), later=0, above=0))
    """
    above = waiting.above + 1 if price is not None and price > reserve and not unsold else 0
    if method == "reserve":
        return unsold, Waiting((), 0, above)
    if method == "after-two-above":
        return 0, Waiting((), waiting.count + unsold, above)
    if method == "next-auctions":
        quarter, over = divmod(unsold // lot, NEXT_AUCTIONS)
        added = [(quarter + (place < over)) * lot for place in range(NEXT_AUCTIONS)]
        added[0] += unsold % lot
        old = (*waiting.quarters, *(0,) * NEXT_AUCTIONS)[:NEXT_AUCTIONS]
        return 0, Waiting(_trimmed([one + more for one, more in zip(old, added, strict=True)]), waiting.later, above)
    return 0, Waiting((), 0, above)


def _trimmed(quarters: list[int]) -> tuple[int, ...]:
    """Without the empty ones at the end."""
    while quarters and not quarters[-1]:
        quarters = quarters[:-1]
    return tuple(quarters)
