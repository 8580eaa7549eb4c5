"""Millions of sealed bids in numpy columns, cleared without sorting them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]

#: Bins of one look at the bids in `clear_columns`: their running sum stays in a processor's cache.
BINS_LOG2 = 16
#: Sums of allowances are exact in a float below this.
EXACT = 2**53


class ColumnsCleared(NamedTuple):
    """The outcome over columns of bids: `won` has the allowances of each bid, in the order of the bids."""

    price: int | None
    sold: int
    unsold: int
    won: Column


def clear_columns(
    prices: Column, quantities: Column, supply: int, *, reserve: int | None = None, seed: int = 0
) -> ColumnsCleared:
    """`clear` for millions of bids in numpy columns: the same price and the same allowances for each bid.

    Nothing is sorted: a histogram of demand over ranges of prices finds the range in which the supply is met,
    and the next look divides that range, until it is one price. Payments are the caller's: `won` times the
    price of the rule.

    >>> import numpy as np
    >>> clear_columns(np.array([30, 25, 20]), np.array([100, 100, 120]), 250).won
    array([100, 100,  50])
    """
    import numpy as np

    if len(prices) != len(quantities):
        raise Malformed("bids", f"{len(prices)} prices, {len(quantities)} quantities", "give one of each a bid")
    if supply < 0:
        raise Malformed("supply", f"{supply} allowances", "offer at least one")
    prices = np.asarray(prices, dtype=np.int64)
    quantities = np.asarray(quantities, dtype=np.int64)
    if len(prices) and (quantities.min() <= 0 or prices.min() < 0):
        place = int(np.flatnonzero((quantities <= 0) | (prices < 0))[0])
        raise Malformed(
            f"bid {place + 1}",
            f"quantity {quantities[place]} at price {prices[place]}",
            "bid for at least one, at zero or more",
        )
    if quantities.sum(dtype=np.float64) >= EXACT:
        raise Malformed("bids", f"{EXACT} allowances or more are bid for", "check their measure")

    price = _margin(prices, quantities, supply)
    if price is not None and reserve is not None and price < reserve:
        accepted = prices[prices >= reserve]
        price = int(accepted.min()) if len(accepted) else None
    if price is None:
        return ColumnsCleared(None, 0, supply, np.zeros(len(prices), dtype=np.int64))
    won = quantities * (prices > price)
    left = supply - int(won.sum())
    tied = np.flatnonzero(prices == price)
    if int(quantities[tied].sum()) > left:
        order = tied.tolist()
        Random(seed).shuffle(order)
        tied = np.array(order)
    wanted = quantities[tied]
    got = np.clip(left - (np.cumsum(wanted) - wanted), 0, wanted)
    won[tied] = got
    unsold = left - int(got.sum())
    assert 0 <= unsold <= supply, f"I8: {unsold} left of {supply}"
    return ColumnsCleared(price, supply - unsold, unsold, won)


def _margin(prices: Column, quantities: Column, supply: int) -> int | None:
    """The price at which demand meets supply, else the lowest bid; looks at ever narrower ranges of prices."""
    import numpy as np

    if supply == 0 or not len(prices):
        return None
    while True:
        lowest = int(prices.min())
        shift = max(0, (int(prices.max()) - lowest).bit_length() - BINS_LOG2)
        bins = prices - lowest
        bins >>= shift
        demand = np.bincount(bins, weights=quantities)
        reached = np.cumsum(demand[::-1])  # from the highest range down
        if reached[-1] <= supply:
            return lowest
        above = int(np.searchsorted(reached, supply))  # ranges that are served in full
        met = len(demand) - 1 - above
        if shift == 0:
            return lowest + met
        supply -= int(reached[above] - demand[met])
        inside = np.flatnonzero(bins == met)
        prices, quantities = prices[inside], quantities[inside]
