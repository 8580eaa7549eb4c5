"""How much of a series is on offer, and from which price, once the reserves have looked at the demand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from airshed.market.auction.law import Reserve
from airshed.market.auction.nouns import Lots


class DemandSteps(NamedTuple):
    """A bid book as a step function; prices ascend below zero, as the book is sorted."""

    ranks: Sequence[int]
    sums: Sequence[int]

    @classmethod
    def of(cls, book: Sequence[Lots]) -> DemandSteps:
        """Of a sorted book."""
        return cls([line.rank for line in book], [0, *accumulate(line.wanted for line in book)])

    def from_price(self, price: int) -> int:
        """Allowances bid for at `price` or above."""
        return self.sums[bisect_right(self.ranks, -price)]

    def above(self, price: int) -> int:
        """Allowances bid for above `price`."""
        return self.sums[bisect_left(self.ranks, -price)]


class OnOffer(NamedTuple):
    """What can be sold and from which price."""

    volume: int
    #: No bid under it is served; None for any price.
    floor: int | None
    released: int
    withheld: int
    #: A reserve was used in part: exactly the demand at the trigger price is served.
    at_trigger: bool


def on_offer(
    demand: DemandSteps, ordinary: int, floor: int | None, cost: Reserve | None, emissions: Reserve | None
) -> OnOffer:
    """The volume after both reserves.

    Cost containment: only if demand *above* the trigger price exceeds the ordinary volume, and then at the trigger
    price or more; what is not wanted there is not released (Code of Maryland 26.09.04.06 B(2), RGGI).

    Emissions containment: if demand at the trigger price or above does not reach the ordinary volume, so that the
    price would fall under it, what is missing is withheld, up to the reserve (RCW 70A.65.140(3); RGGI model rule 2017).

    >>> book = DemandSteps.of([Lots(-50, 0, 0, "a", "", 60), Lots(-40, 0, 0, "b", "", 60), Lots(-5, 0, 0, "c", "", 60)])
    >>> high = Reserve(count=50, trigger_fen=30, cite="x", status="to confirm")
    >>> on_offer(book, 100, 5, high, None)
    OnOffer(volume=120, floor=30, released=20, withheld=0, at_trigger=True)
    >>> low = Reserve(count=30, trigger_fen=10, cite="x", status="to confirm")
    >>> on_offer(book, 140, 5, None, low)
    OnOffer(volume=120, floor=10, released=0, withheld=20, at_trigger=True)
    """
    if cost is not None and demand.above(cost.trigger_fen) > ordinary:
        wanted = demand.from_price(cost.trigger_fen)
        count = min(ordinary + cost.count, wanted)
        return OnOffer(count, cost.trigger_fen, count - ordinary, 0, wanted < ordinary + cost.count)
    if emissions is not None:
        wanted = demand.from_price(emissions.trigger_fen)
        if wanted < ordinary:
            withheld = min(emissions.count, ordinary - wanted)
            if ordinary - withheld == wanted:
                return OnOffer(wanted, emissions.trigger_fen, 0, withheld, True)
            return OnOffer(ordinary - withheld, floor, 0, withheld, False)
    return OnOffer(ordinary, floor, 0, 0, False)
