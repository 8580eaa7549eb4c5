"""What was traded: what trades of a series there are, whether there are any, and the tape of the last ones."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from airshed.engine.state import State
from airshed.market.tape import EXCHANGE_KINDS, Trade
from airshed.model.allowance import Series, members
from airshed.pages.kit.words import Phrase
from airshed.pages.market.words import KINDS
from airshed.pages.portal.live import Sight
from airshed.pages.portal.trading.figures import plain_price, plain_tonnes, price_unit
from airshed.service.marketdata.reading import Market

#: Trades of the tape.
LAST = 18


def today_of(market: Market, series: str, at: int) -> list[Trade]:
    """The trades of a series on the exchange on the day of an instant; the latest first."""
    today = market.state.civil.day_of(at)
    found = []
    for trade in reversed(market.tape_of.get(series, ())):
        if trade.day < today:
            break
        if trade.kind in EXCHANGE_KINDS:
            found.append(trade)
    return found


def was_traded(state: State, name: str) -> bool:
    """Whether a price of a series, or of a member of a strip, comes from the market and not from the law."""
    return any(each in state.references for each in (name, *members(name)))


def last_traded(market: Market, series: str) -> int:
    """The record of the last trade of a series on the exchange; 0 where there is none."""
    return next((trade.seq for trade in reversed(market.tape_of.get(series, ())) if trade.kind in EXCHANGE_KINDS), 0)


def vintage_before(market: Market, series: str) -> str:
    """Of the same pollutant and jurisdiction the last vintage before that was traded; itself where none was."""
    if ".." in series:
        return series
    one = Series.parse(series)
    others = (one._replace(vintage=vintage) for vintage in range(one.vintage - 1, one.vintage - 10, -1))
    return next((str(each) for each in others if last_traded(market, str(each))), series)


class TapeTrade(NamedTuple):
    """A trade on the tape."""

    at: int
    price: str
    #: Against the trade before: "up", "down" or empty.
    way: str
    tonnes: str
    kind: Phrase


def tape(sight: Sight) -> Mapping[str, Any]:
    """The last trades of a series, the latest first."""
    name = sight.market.known(sight.asked.get("series", ""))
    size = sight.rules.allowance.size_kg
    last = list(islice(reversed(sight.market.tape_of.get(name, ())), LAST + 1))
    shown = []
    for trade, before in zip(last, [*last[1:], None], strict=False):
        way = "" if before is None or before.price == trade.price else "up" if trade.price > before.price else "down"
        shown.append(
            TapeTrade(trade.at, plain_price(trade.price), way, plain_tonnes(trade.count, size), KINDS[trade.kind])
        )
    return {"trades": shown[:LAST], "unit": price_unit(sight.rules)}
