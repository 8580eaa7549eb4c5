"""Events of the market beside the listed book: deals, halts, calls."""

from __future__ import annotations

import msgspec

from airshed.engine.commands import Side
from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class DealOffered(Fact, frozen=True, gc=False):
    """Allowances are set aside for one buyer."""

    #: Number that the deal gets.
    deal: int
    #: "block" or "transfer".
    kind: str
    #: Account that sells.
    seller: str
    #: Account that may accept.
    buyer: str
    series: str
    count: int
    #: Fen per tonne.
    price: int


class DealSettled(Fact, frozen=True):
    """Delivery against payment of a deal, fees of both sides, one entry."""

    #: Number of the deal.
    deal: int
    #: "block" or "transfer".
    kind: str
    seller: str
    buyer: str
    series: str
    count: int
    #: Fen per tonne.
    price: int
    #: Value of the deal: leaves the buyer, reaches the seller.
    fen: int
    #: Fen to the exchange.
    buyer_fee: int
    #: Fen to the exchange.
    seller_fee: int
    entry: Entry


class DealDropped(Fact, frozen=True, gc=False):
    """What was set aside for a deal is free again."""

    #: Number of the deal.
    deal: int
    #: Account that sells, whose allowances are free again.
    seller: str
    series: str
    #: Who took it back, declined, froze an account of it, or ended or halted the trade of a block.
    actor: str


class MarketHalted(Fact, frozen=True, gc=False):
    """The listed market of a series, or of all, stands still."""

    #: The series; empty for all of them.
    series: str
    #: Why.
    reason: str


class MarketResumed(Fact, frozen=True, gc=False):
    """A halt is over."""

    #: The series; empty for the halt of all.
    series: str


class CallOpened(Fact, frozen=True, gc=False):
    """Orders of a call are gathered."""

    #: Name of the call.
    call: str
    series: str
    #: The walled sector whose accounts it is for; empty for all others.
    wall: str
    #: SHA-256 of the seed that orders what is tied, and its salt; empty where none was given.
    seal: str = ""


class CallOrderPlaced(Fact, frozen=True, gc=False):
    """An order waits in a call; cash or allowances are set aside."""

    #: Name of the call.
    call: str
    #: Number of the order in that call.
    number: int
    account: str
    side: Side
    count: int
    #: The worst price accepted, in fen per tonne.
    limit: int
    #: Fen set aside for a purchase with its fee; 0 for a sale.
    held: int


class CallOrderDropped(Fact, frozen=True, gc=False):
    """An order of a call was taken back."""

    #: Name of the call.
    call: str
    #: Number of the order.
    number: int
    account: str


class CallFill(msgspec.Struct, frozen=True, gc=False):
    """What an order of a call got."""

    #: Number of the order.
    number: int
    account: str
    side: Side
    count: int
    #: What the buyer pays or the seller gets, in fen, before the fee.
    fen: int
    #: Fen to the exchange.
    fee: int


class CallCleared(Fact, frozen=True):
    """A call is over: what was set aside is free again, and all fills are settled in one entry."""

    #: Name of the call.
    call: str
    #: Fen per tonne; null when nothing trades.
    price: int | None
    #: Allowances that change hands.
    count: int
    #: What is wanted less what is offered at the price.
    surplus: int
    #: What each order got.
    fills: tuple[CallFill, ...]
    entry: Entry


class CrossingAllowed(Fact, frozen=True, gc=False):
    """An account may buy series of another jurisdiction."""

    account: str
    #: Whose series it may buy.
    jurisdiction: str
    #: Last day of the leave.
    until: str
    #: Why.
    reason: str
