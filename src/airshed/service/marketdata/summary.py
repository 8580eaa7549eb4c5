"""The market in a line a series: what was traded, at which price, what waited, and how much of it circulates."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from airshed.market.tape import Kind, volume, vwap
from airshed.service.marketdata.reading import Market


class SeriesSummary(msgspec.Struct, frozen=True):
    """A series from its issue to where the book was read; None where nothing was traded or nobody waited."""

    series: str
    trades: int
    #: Volume in allowances.
    count: int
    #: Turnover in fen.
    fen: int
    #: Volume-weighted mean in fen per tonne.
    vwap: int | None
    #: The last closing price in fen per tonne, and its day.
    close: int | None
    #: Day of it.
    close_day: str | None
    #: The last session at whose close both sides waited, and what the best two lay apart then.
    quoted_day: str | None
    #: The walled sector whose order book that was, empty for that of all others.
    quoted_wall: str | None
    #: Fen per tonne.
    bid: int | None
    #: Fen per tonne.
    ask: int | None
    #: Hundredths of a percent of the middle.
    spread_basis_points: int | None
    #: Allowances in the hands of operators and traders; None of a strip, whose vintages have their own.
    circulating: int | None
    #: Volume in hundredths of a percent of what was given out.
    turnover_basis_points: int | None


def summaries(market: Market, kinds: Iterable[Kind] | None) -> tuple[SeriesSummary, ...]:
    """Every series in the order of issue, then every strip; `market` was read with its history."""
    wanted = None if kinds is None else tuple(kinds)
    quoted = {quote.depth.series: quote for quote in market.quotes if quote.depth.spread is not None}
    found: list[SeriesSummary] = []
    parts = {part.series: part for part in market.interest()}
    for name in market.names:
        own = market.trades(name, wanted)
        closes = market.closes.get(name, {})
        day = max(closes, default=None)
        quote, part = quoted.get(name), parts.get(name)
        count = volume(own)
        found.append(
            SeriesSummary(
                series=name,
                trades=len(own),
                count=count,
                fen=sum(trade.fen for trade in own),
                vwap=vwap(own),
                close=None if day is None else closes[day],
                close_day=day,
                quoted_day=None if quote is None else quote.day,
                quoted_wall=None if quote is None else quote.depth.wall,
                bid=None if quote is None else quote.depth.bid,
                ask=None if quote is None else quote.depth.ask,
                spread_basis_points=None if quote is None else quote.depth.spread_basis_points,
                circulating=None if part is None else part.circulating,
                turnover_basis_points=None if part is None else part.turnover_basis_points(count),
            )
        )
    return tuple(found)
