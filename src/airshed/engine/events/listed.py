"""The listed market: sessions, orders, trades, the standing price."""

from __future__ import annotations

from airshed.engine.commands import Side
from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class SessionOpened(Fact, frozen=True):
    """Orders may be placed. 已开市。"""

    day: str


class SessionClosed(Fact, frozen=True):
    """No orders may be placed; opening and closing prices by series traded that day. 已收市。"""

    day: str
    #: By series: price of the first trade of the day, or of its call, in fen per tonne.
    opens: dict[str, int]
    #: By series: volume-weighted mean price of the day in fen per tonne.
    closes: dict[str, int]


class OrderPlaced(Fact, frozen=True, omit_defaults=True):
    """An order stands with its whole count; for a purchase money is held. Fills follow in the same record.

    委托已挂出。
    """

    #: Number that the order gets.
    order: int
    account: str
    series: str
    side: Side
    count: int
    #: The worst price accepted, in fen per tonne.
    limit: int
    #: Fen set aside for a purchase with its fee; 0 for a sale, which sets allowances aside.
    held: int
    #: Wall behind which it waits: it meets orders of the same side of the wall only; empty for none.
    wall: str = ""


class Traded(Fact, frozen=True):
    """Delivery against payment: `count` at `price`, fees of both sides, one entry.

    `buyer_held` is what stays set aside for the rest of the buyer's order.

    已成交，银货两讫。
    """

    #: Number of the order that rested; its price is the price.
    maker: int
    #: Number of the order that came.
    taker: int
    series: str
    #: Account that buys.
    buyer: str
    #: Account that sells.
    seller: str
    count: int
    #: Fen per tonne.
    price: int
    #: Value of the fill: leaves the buyer, reaches the seller.
    fen: int
    #: Fen to the exchange.
    buyer_fee: int
    #: Fen to the exchange.
    seller_fee: int
    #: Fen that stay set aside for the rest of the buyer's order.
    buyer_held: int
    entry: Entry


class OrderCancelled(Fact, frozen=True):
    """What was left of an order is free again. 委托已撤销，剩余已解冻。"""

    order: int
    account: str
    series: str
    #: Allowances that were not filled.
    left: int


class Repurchased(Fact, frozen=True):
    """The government bought leftovers back. 政府已回购结余。"""

    account: str
    series: str
    count: int
    #: Fen per tonne, from the rulebook.
    price: int
    entry: Entry


ListedEvent = SessionOpened | SessionClosed | OrderPlaced | Traded | OrderCancelled | Repurchased
