"""Deals between two, leaves to buy across a border, and halts."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class DealOffered(Fact, frozen=True):
    """Allowances are set aside for one buyer. 协议要约已发出，配额已冻结。"""

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
    """Delivery against payment of a deal, fees of both sides, one entry. 协议已成交结算。"""

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


class DealDropped(Fact, frozen=True):
    """What was set aside for a deal is free again. 协议要约已撤回或未被接受，配额已解冻。"""

    #: Number of the deal.
    deal: int
    #: Account that sells, whose allowances are free again.
    seller: str
    #: Account that might have accepted.
    buyer: str
    series: str
    count: int
    #: Who took it back, declined, froze an account of it, or ended or halted the trade of a block.
    actor: str


class MarketHalted(Fact, frozen=True):
    """The listed market of a series, or of all, stands still. 已停市。"""

    #: The series; empty for all of them.
    series: str
    #: Why.
    reason: str


class MarketResumed(Fact, frozen=True):
    """A halt is over. 已复市。"""

    #: The series; empty for the halt of all.
    series: str


class CrossingAllowed(Fact, frozen=True):
    """An account may buy series of another jurisdiction. 已许可跨区购买。"""

    account: str
    #: Whose series it may buy.
    jurisdiction: str
    #: Last day of the leave.
    until: str
    #: Why.
    reason: str


DealEvent = DealOffered | DealSettled | DealDropped | MarketHalted | MarketResumed | CrossingAllowed
