"""Millions of sealed bids in numpy columns, with a limit and a guarantee for every bidder, cleared without a sort."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, NamedTuple

from airshed.market.auction.columns import EXACT
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]

#: Cells of one look (bidders x ranges of prices): they stay near a processor.
CELLS = 2**19
#: Ranges of prices in one look, at least and at most.
FEWEST_RANGES, MOST_RANGES = 16, 1_024


class ClearedBidders(NamedTuple):
    """The outcome: `won` has the allowances of each bidder."""

    price: int | None
    sold: int
    unsold: int
    won: Column


class _Caps(NamedTuple):
    """What each bidder may take at most, by its limit, and by its guarantee at a price."""

    limits: Column
    means: Column
    lot: int

    def allowed(self, sums: Column, price: int) -> Column:
        """What is left of the allowances bid for at `price` or above."""
        import numpy as np

        most = np.minimum(sums, self.limits)
        return np.minimum(most, self.means // price * self.lot) if price else most


def clear_bidders(
    prices: Column,
    quantities: Column,
    bidders: Column,
    supply: int,
    *,
    limits: Column,
    guarantees: Column,
    lot: int = 1,
    per: int = 1,
    reserve: int | None = None,
    seed: int = 0,
) -> ClearedBidders:
    """A uniform sale in which nobody takes more than its limit, or more than its guarantee covers.

    `bidders` numbers the bidder of each bid from 0; `limits` (allowances) and `guarantees` (fen) have one figure a
    bidder. What `airshed.market.auction.hold` does with purchase limits, guarantees that trim, and ties pro rata, for
    bids that are whole lots: at a price, a bidder's demand is what it bids for at that price or above, at most its
    limit, at most what its guarantee pays at that price. That sum only grows as prices fall, so a histogram of demand
    over bidders and ranges of prices finds the range in which it meets the supply, then divides that range.

    >>> import numpy as np
    >>> clear_bidders(np.array([30, 30, 20]), np.array([100, 100, 100]), np.array([0, 1, 0]), 150,
    ...     limits=np.array([80, 500]), guarantees=np.array([9_000, 900]))
    ClearedBidders(price=20, sold=125, unsold=25, won=array([80, 45]))
    """
    import numpy as np

    prices, quantities, bidders, limits, guarantees = (
        np.asarray(column, dtype=np.int64) for column in (prices, quantities, bidders, limits, guarantees)
    )
    _examine(prices, quantities, bidders, supply, limits, guarantees, lot)
    caps = _Caps(limits // lot * lot, guarantees * per // lot, lot)
    nothing = np.zeros(len(limits), dtype=np.int64)
    if supply == 0 or not len(prices):
        return ClearedBidders(None, 0, supply, nothing)
    lowest = int(prices.min())
    if reserve is not None and lowest < reserve:
        accepted = prices >= reserve
        prices, quantities, bidders = prices[accepted], quantities[accepted], bidders[accepted]
        if not len(prices):
            return ClearedBidders(None, 0, supply, nothing)
        lowest = int(prices.min())
    won = caps.allowed(_sums(quantities, bidders, len(limits)), lowest)
    demand = int(won.sum())
    if demand <= supply:
        # Nobody may take anything: no price. Else the lowest price at which somebody took something.
        price = _margin(prices, quantities, bidders, caps, demand) if demand else None
        return ClearedBidders(price, demand, supply - demand, won)
    price = _margin(prices, quantities, bidders, caps, supply)
    dearer = prices > price
    at_price = prices == price
    above = np.bincount(bidders, weights=quantities * dearer, minlength=len(limits)).astype(np.int64)
    wanted = caps.allowed(above + _sums(quantities[at_price], bidders[at_price], len(limits)), price)
    secured = caps.allowed(above, int(prices[dearer].min())) if dearer.any() else nothing
    won = secured + _pro_rata((wanted - secured) // lot, (supply - int(secured.sum())) // lot, seed) * lot
    sold = int(won.sum())
    assert sold <= supply, f"I8: {sold} sold of {supply}"
    assert (won <= limits).all(), "a bidder is above its limit"
    return ClearedBidders(price, sold, supply - sold, won)


def _examine(
    prices: Column, quantities: Column, bidders: Column, supply: int, limits: Column, guarantees: Column, lot: int
) -> None:
    import numpy as np

    if not len(prices) == len(quantities) == len(bidders):
        raise Malformed(
            "bids",
            f"{len(prices)} prices, {len(quantities)} quantities, {len(bidders)} bidders",
            "give one of each a bid",
        )
    if len(limits) != len(guarantees):
        raise Malformed("bidders", f"{len(limits)} limits, {len(guarantees)} guarantees", "give one of each a bidder")
    if supply < 0 or lot < 1 or supply % lot:
        raise Malformed("supply", f"{supply} allowances in lots of {lot}", "offer whole lots, from none up")
    for what, column in (("limit", limits), ("guarantee", guarantees)):
        if len(column) and (column.min() < 0 or column.max() >= EXACT):
            raise Malformed("bidders", f"a {what} is below zero, or {EXACT} or more", "check its measure")
    if not len(prices):
        return
    if bidders.min() < 0 or bidders.max() >= len(limits):
        raise Malformed("bids", f"a bidder is not among the {len(limits)}", "number them from 0")
    if quantities.min() <= 0 or prices.min() < 0 or (lot > 1 and bool((quantities % lot).any())):
        place = int(np.flatnonzero((quantities <= 0) | (prices < 0) | (quantities % lot != 0))[0])
        raise Malformed(
            f"bid {place + 1}",
            f"quantity {quantities[place]} at price {prices[place]}",
            f"bid for at least one lot of {lot}, at zero or more",
        )
    if quantities.sum(dtype=np.float64) >= EXACT:
        raise Malformed("bids", f"{EXACT} allowances or more are bid for", "check their measure")


def _sums(quantities: Column, bidders: Column, many: int) -> Column:
    """Allowances bid for by each bidder."""
    import numpy as np

    return np.bincount(bidders, weights=quantities, minlength=many).astype(np.int64)


def _margin(prices: Column, quantities: Column, bidders: Column, caps: _Caps, target: int) -> int:
    """The highest price of a bid at which demand reaches `target`; at the lowest one it does."""
    import numpy as np

    many = len(caps.limits)
    every = prices
    ranges_log2 = min(max(FEWEST_RANGES, CELLS // many), MOST_RANGES).bit_length() - 1
    above = np.zeros(many, dtype=np.int64)
    while True:
        lowest = int(prices.min())
        shift = max(0, (int(prices.max()) - lowest).bit_length() - ranges_log2)
        ranges = prices - lowest
        ranges >>= shift
        low, high = 0, 1 << ranges_log2
        table = np.bincount(ranges * many + bidders, weights=quantities, minlength=high * many)
        demand = table.reshape(high, many)
        while high - low > 1:
            middle = (low + high) // 2
            more = above + demand[middle:high].sum(axis=0).astype(np.int64)
            if int(caps.allowed(more, lowest + (middle << shift)).sum()) >= target:
                low = middle
            else:
                above, high = more, middle
        inside = np.flatnonzero(ranges == low)
        edge = lowest + (low << shift)
        if len(inside):
            prices, quantities, bidders = prices[inside], quantities[inside], bidders[inside]
            least = int(prices.min())
            if int(caps.allowed(above + _sums(quantities, bidders, many), least).sum()) >= target:
                if shift == 0 or int(prices.max()) == least:
                    return least
                continue
        # A price between two bids would do, but none of this range: the next bid below sets the price.
        return int(every[every < edge].max())


def _pro_rata(wanted: Column, left: int, seed: int) -> Column:
    """`left` lots in proportion to what is wanted, rounded down; the rest drawn lot by lot (see `ties.pro_rata`)."""
    import numpy as np

    total = int(wanted.sum())
    if total <= left:
        return wanted
    if total * left < 2**63:
        shares = wanted * left // total
    else:
        shares = np.array([int(each) * left // total for each in wanted], dtype=np.int64)
    ends = np.cumsum(wanted - shares)
    drawn = Random(seed).sample(range(int(ends[-1])), left - int(shares.sum()))
    lucky = np.searchsorted(ends, np.array(drawn, dtype=np.int64), side="right")
    return shares + np.bincount(lucky, minlength=len(wanted)).astype(np.int64)
