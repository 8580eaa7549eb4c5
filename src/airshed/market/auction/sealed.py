"""Sealed bids on one series: who gets how much at which price, by a rule fixed before anybody bids."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from random import Random
from typing import Literal

import msgspec

from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

Rule = Literal["uniform", "pay-as-bid"]

#: What a winner pays per measure: from its own bid and the clearing price.
PAID: Mapping[Rule, Callable[[int, int], int]] = {
    "uniform": lambda own, clearing: clearing,  # UK ETS, California and Quebec, RGGI
    "pay-as-bid": lambda own, clearing: own,  # US EPA, SO2 allowances, 1993 to 2020
}


class Bid(msgspec.Struct, frozen=True, gc=False):
    """A wish to buy `quantity` allowances at `price` or less. A bidder may make several."""

    bidder: str
    price: int
    quantity: int


class BidderAward(msgspec.Struct, frozen=True, gc=False):
    """What a bidder gets over all its bids, and what it pays for that."""

    bidder: str
    quantity: int
    payment: int


class Result(msgspec.Struct, frozen=True):
    """The outcome. `price` is the lowest bid that got something; None when nothing is sold."""

    price: int | None
    sold: int
    unsold: int
    awards: tuple[BidderAward, ...]


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
    (20, BidderAward(bidder='power', quantity=50, payment=1000))
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
    awards = tuple(BidderAward(who, won[who], (value[who] + per // 2) // per) for who in won)
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
