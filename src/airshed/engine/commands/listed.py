"""The listed market: sessions, orders, trades, the standing price."""

from __future__ import annotations

from airshed.engine.commands.wish import Day, Name, Price, Side, Whole, Wish


class OpenSession(Wish, frozen=True):
    """Open a trading session of the listed market. 开市。"""

    #: The day of the session.
    day: Day


class CloseSession(Wish, frozen=True):
    """Close the session: orders that rest are cancelled, closing prices are set. 收市。"""

    #: The day of the session that is open.
    day: Day


class PlaceOrder(Wish, frozen=True):
    """Buy or sell a series at a limit or better. 委托下单。"""

    account: Name
    series: Name
    #: Which way.
    side: Side
    count: Whole
    #: The worst price accepted.
    limit: Price


class CancelOrder(Wish, frozen=True):
    """Take a resting order back. 撤单。"""

    #: Number of the order, from the answer to `PlaceOrder`.
    order: Whole


class OfferRepurchase(Wish, frozen=True):
    """Sell leftovers to the government at the rulebook's price. 向政府出售结余。"""

    account: Name
    series: Name
    count: Whole


ListedBody = OpenSession | CloseSession | PlaceOrder | CancelOrder | OfferRepurchase
