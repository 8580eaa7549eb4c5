"""Sealed-bid auctions: who gets how much at which price, by a rule fixed before anybody bids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from random import Random
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.int64]

Rule = Literal["uniform", "pay-as-bid"]

#: What a winner pays per measure: from its own bid and the clearing price.
PAID: Mapping[Rule, Callable[[int, int], int]] = {
    "uniform": lambda own, clearing: clearing,  # UK ETS, California and Quebec, RGGI
    "pay-as-bid": lambda own, clearing: own,  # US EPA, SO2 allowances, 1993 to 2020
}

#: Bins of one look at the bids in `clear_columns`: their running sum stays in a processor's cache.
BINS_LOG2 = 16
#: Sums of allowances are exact in a float below this.
EXACT = 2**53


class Bid(msgspec.Struct, frozen=True, gc=False):
    """A wish to buy `quantity` allowances at `price` or less. A bidder may make several."""

    bidder: str
    price: int
    quantity: int


class Award(msgspec.Struct, frozen=True, gc=False):
    """What a bidder gets over all its bids, and what it pays for that."""

    bidder: str
    quantity: int
    payment: int


class Result(msgspec.Struct, frozen=True):
    """The outcome. `price` is the lowest bid that got something; None when nothing is sold."""

    price: int | None
    sold: int
    unsold: int
    awards: tuple[Award, ...]


class Cleared(NamedTuple):
    """The outcome over columns of bids: `won` has the allowances of each bid, in the order of the bids."""

    price: int | None
    sold: int
    unsold: int
    won: Column


def clear(
    bids: Sequence[Bid],
    supply: int,
    rule: Rule = "uniform",
    *,
    reserve: int | None = None,
    seed: int = 0,
    per: int = KG_PER_T,
) -> Result:
    """Sell `supply` allowances to the highest bids at or above `reserve`.

    The clearing price is that of the bid at which the running sum meets the supply; if the bids do not reach
    it, the lowest accepted bid (UK ETS auction rules; the US EPA calls it the clearing price too). That bid
    gets the remainder. Bids of the clearing price that cannot all be served come in the order that
    `random.Random(seed)` shuffles them into, so the seed is to be published before the bids are opened.

    Prices are whole numbers per `per` allowances: fen per tonne of 1,000 allowances of one kilogram unless
    said otherwise. A bidder's value is added up over its bids and rounded once, half upwards. Awards come in
    the order in which bidders first get something. Malformed if a bid is not positive.

    >>> bids = [Bid("steel", 30, 100), Bid("cement", 25, 100), Bid("power", 20, 120)]
    >>> clear(bids, 250, per=1).price, clear(bids, 250, per=1).awards[2]
    (20, Award(bidder='power', quantity=50, payment=1000))
    >>> sum(award.payment for award in clear(bids, 250, "pay-as-bid", per=1).awards)
    6500
    >>> clear(bids, 250, reserve=22, per=1).unsold
    50
    """
    _examine(bids, supply)
    price, winners = _winners(bids, supply, reserve, seed)
    won: dict[str, int] = {}
    value: dict[str, int] = {}
    for place, quantity in winners:
        bid = bids[place]
        assert price is not None
        paid = PAID[rule](bid.price, price)
        assert paid <= bid.price, f"I8: {bid} pays {paid}"
        won[bid.bidder] = won.get(bid.bidder, 0) + quantity
        value[bid.bidder] = value.get(bid.bidder, 0) + quantity * paid
    sold = sum(won.values())
    assert sold <= supply, f"I8: {sold} sold of {supply}"
    awards = tuple(Award(who, won[who], (value[who] + per // 2) // per) for who in won)
    return Result(price, sold, supply - sold, awards)


def _examine(bids: Sequence[Bid], supply: int) -> None:
    if supply < 0:
        raise Malformed("supply", f"{supply} allowances", "offer at least one")
    for place, bid in enumerate(bids, 1):
        if bid.quantity <= 0:
            raise Malformed(f"bid {place}", f"quantity {bid.quantity} of {bid.bidder}", "bid for at least one")
        if bid.price < 0:
            raise Malformed(f"bid {place}", f"price {bid.price} of {bid.bidder}", "bid zero or more")


def _winners(
    bids: Sequence[Bid], supply: int, reserve: int | None, seed: int
) -> tuple[int | None, list[tuple[int, int]]]:
    """The clearing price, and (place among the bids, quantity) of each bid that gets something."""
    accepted = [place for place, bid in enumerate(bids) if reserve is None or bid.price >= reserve]
    accepted.sort(key=lambda place: -bids[place].price)
    price: int | None = None
    winners: list[tuple[int, int]] = []
    for level, group in groupby(accepted, key=lambda place: bids[place].price):
        if supply == 0:
            break
        price = level
        tied = list(group)
        if sum(bids[place].quantity for place in tied) > supply:
            Random(seed).shuffle(tied)
        for place in tied:
            quantity = min(bids[place].quantity, supply)
            if quantity:
                winners.append((place, quantity))
                supply -= quantity
    return price, winners


def clear_columns(
    prices: Column, quantities: Column, supply: int, *, reserve: int | None = None, seed: int = 0
) -> Cleared:
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
        return Cleared(None, 0, supply, np.zeros(len(prices), dtype=np.int64))
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
    return Cleared(price, supply - unsold, unsold, won)


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
