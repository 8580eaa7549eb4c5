"""Slow and obviously right: the market data that the quick readings are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.market.tape import Trade


def naive_levels(records: Sequence[Record], series: str, wall: str = "") -> dict[str, list[tuple[int, int, int]]]:
    """(price, count, orders) of both sides after these records, best first, from the events alone."""
    left: dict[int, e.OrderPlaced] = {}
    rest: dict[int, int] = {}
    for record in records:
        for event in record.events:
            if isinstance(event, e.OrderPlaced):
                left[event.order], rest[event.order] = event, event.count
            elif isinstance(event, e.Traded):
                rest[event.maker] -= event.count
                rest[event.taker] -= event.count
            elif isinstance(event, e.OrderCancelled):
                rest[event.order] = 0
    found: dict[str, list[tuple[int, int, int]]] = {}
    for side in ("buy", "sell"):
        waiting = [
            (order.limit, rest[number])
            for number, order in left.items()
            if (order.series, order.wall, order.side) == (series, wall, side) and rest[number]
        ]
        prices = sorted({price for price, _ in waiting}, reverse=side == "buy")
        found[side] = [
            (price, sum(count for each, count in waiting if each == price), sum(each == price for each, _ in waiting))
            for price in prices
        ]
    return found


def naive_bar(trades: Sequence[Trade], days: Sequence[str]) -> dict[str, Any]:
    """A bar of the trades of these days, in exact fractions."""
    own = [trade for trade in trades if trade.day in days]
    if not own:
        return {"trades": 0, "count": 0, "fen": 0, "open": None, "high": None, "low": None, "last_price": None}
    ordered = sorted(own, key=lambda trade: (trade.seq, trade.number))
    exact = Fraction(1000 * sum(trade.fen for trade in own), sum(trade.count for trade in own))
    return {
        "trades": len(own),
        "count": sum(trade.count for trade in own),
        "fen": sum(trade.fen for trade in own),
        "open": ordered[0].price,
        "high": max(trade.price for trade in own),
        "low": min(trade.price for trade in own),
        "last_price": ordered[-1].price,
        "vwap": (exact + Fraction(1, 2)).__floor__(),
    }


def same_span(one: str, other: str, by: str) -> bool:
    """Whether two days lie in the same session, ISO week or month."""
    if by == "session":
        return one == other
    if by == "month":
        return one[:7] == other[:7]
    return date.fromisoformat(one).isocalendar()[:2] == date.fromisoformat(other).isocalendar()[:2]
