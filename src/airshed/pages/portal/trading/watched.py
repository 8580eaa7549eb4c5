"""What an exchange, or an office over it, sees beside the market."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from airshed.pages.kit.words import Phrase
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.opening import Session, session_of
from airshed.pages.portal.trading.figures import plain_price, plain_tonnes
from airshed.pages.portal.trading.traded import today_of
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import BODIES
from airshed.service.marketdata.reading import Market


class MarketOrder(NamedTuple):
    """An order that stands, whoever placed it."""

    number: int
    account: str
    side: str
    price: str
    left: str
    tonnes: str


class Watched(NamedTuple):
    """The market as its exchange sees it: the session, what stands still, and the orders by number."""

    session: Session
    trades: int
    tonnes: str
    #: Series that are halted, or all, and why.
    halted: Sequence[tuple[Phrase, str]]
    orders: Sequence[MarketOrder]
    #: What may be done about it: its name, and its form.
    deeds: Sequence[tuple[Phrase, str]]


#: Acts upon a market, with whether they are upon the series that is looked at.
UPON = {"OpenSession": False, "CloseSession": False, "HaltMarket": True, "ResumeMarket": True}


def watched(market: Market, rules: Rulebook, series: str | None, may: frozenset[str], at: int) -> Watched:
    """What an exchange, or an office over it, watches."""
    state, size = market.state, rules.allowance.size_kg
    today = [] if series is None else today_of(market, series, at)
    halted = series in state.halted or "" in state.halted
    senseless = {"CloseSession" if not state.session else "OpenSession", "HaltMarket" if halted else "ResumeMarket"}
    of_series = urlencode({"series": series or ""})
    return Watched(
        session_of(state, at),
        len(today),
        plain_tonnes(sum(trade.count for trade in today), size),
        [(Phrase(name or "all series", name or "全部系列"), why) for name, why in sorted(state.halted.items())],
        [
            MarketOrder(
                *(order.id, order.account, order.side, plain_price(order.limit)),
                *(plain_tonnes(order.left, size), plain_tonnes(order.count, size)),
            )
            for order in state.orders.values()
            if order.series == series and order.state == "open" and order.left
        ],
        [
            (name_of(BODIES[name]), f"/act/{name}?{of_series}" if one else f"/act/{name}")
            for name, one in UPON.items()
            if name in may and name not in senseless
        ],
    )
