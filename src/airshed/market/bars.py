"""Bars: the trades of a series by session, week or month."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import Literal

import msgspec

from airshed.market.tape import Trade, vwap

By = Literal["session", "week", "month"]


class Bar(msgspec.Struct, frozen=True):
    """A series over a span. Prices are fen per tonne and None where nothing was traded: never zero.

    `last_price` is that of the last trade, `close` the closing price as the law defines it.
    """

    series: str
    #: A day, an ISO week (2027-W09) or a month (2027-03).
    span: str
    #: First and last day of the span on which the market was open or a trade was made.
    first: str
    #: Last such day.
    last: str
    trades: int
    #: Volume in allowances.
    count: int
    #: Turnover in fen.
    fen: int
    open: int | None
    high: int | None
    low: int | None
    last_price: int | None
    #: Volume-weighted mean.
    vwap: int | None
    #: The last closing price of the span, None where there is none.
    close: int | None
    #: The last closing price before the span, None before the first.
    previous_close: int | None

    @property
    def carried(self) -> int | None:
        """The closing price that holds at the end: where nothing was traded, the one before."""
        return self.previous_close if self.close is None else self.close


def span_of(day: str, by: By) -> str:
    """The name of the span in which a day lies.

    >>> [span_of("2027-01-01", by) for by in ("session", "week", "month")]
    ['2027-01-01', '2026-W53', '2027-01']
    """
    if by == "session":
        return day
    if by == "month":
        return day[:7]
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


def spans_of(days: Iterable[str], by: By) -> list[tuple[str, tuple[str, ...]]]:
    """Spans in their order, each with its days; `days` in any order, each as often as it likes."""
    return [(span, tuple(held)) for span, held in groupby(sorted(set(days)), lambda day: span_of(day, by))]


def bars(
    series: str, trades: Iterable[Trade], closes: Mapping[str, int], days: Iterable[str], by: By
) -> tuple[Bar, ...]:
    """A bar for every span of `days`, also where nothing was traded.

    `trades` are those of the series in the order of the tape; their days are added to `days`, the days on which the
    market was open. `closes` are closing prices by day, in fen per tonne.
    """
    by_day: dict[str, list[Trade]] = {}
    for trade in trades:
        assert trade.series == series, trade
        by_day.setdefault(trade.day, []).append(trade)
    found: list[Bar] = []
    reached: int | None = None
    for span, held in spans_of((*days, *by_day), by):
        own = [trade for day in held for trade in by_day.get(day, ())]
        prices = [trade.price for trade in own]
        close = next((closes[day] for day in reversed(held) if day in closes), None)
        found.append(
            Bar(
                series=series,
                span=span,
                first=held[0],
                last=held[-1],
                trades=len(own),
                count=sum(trade.count for trade in own),
                fen=sum(trade.fen for trade in own),
                open=prices[0] if prices else None,
                high=max(prices, default=None),
                low=min(prices, default=None),
                last_price=prices[-1] if prices else None,
                vwap=vwap(own),
                close=close,
                previous_close=reached,
            )
        )
        reached = found[-1].carried
    return tuple(found)
