"""Rows of the read tables of the market beside the listed book."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine.journal import Row
from airshed.engine.state import State


def keys(state: State) -> dict[str, list[Any]]:
    """The keys of every row, by table."""
    return {
        "deals": list(state.deals),
        "calls": list(state.calls),
        "call_orders": [(call.id, number) for call in state.calls.values() for number in call.orders],
        "halts": list(state.halted),
        "crossings": list(state.crossings),
    }


def _deal(state: State, key: int) -> Row | None:
    deal = state.deals.get(key)
    if deal is None:
        return None
    return (key, deal.kind, deal.seller, deal.buyer, deal.series, deal.count, deal.price)


def _call(state: State, key: str) -> Row:
    call = state.calls[key]
    return (key, call.series, call.wall, int(call.open), call.price, call.count, call.seal)


def _call_order(state: State, key: tuple[str, int]) -> Row | None:
    order = state.calls[key[0]].orders.get(key[1])
    return (*key, order.account, order.side, order.limit, order.count) if order else None


def _halt(state: State, key: str) -> Row | None:
    return (key, state.halted[key]) if key in state.halted else None


def _crossing(state: State, key: tuple[str, str]) -> Row:
    return (*key, state.crossings[key])


MARKET_ROW: dict[str, Callable[[State, Any], Row | None]] = {
    "deals": _deal,
    "calls": _call,
    "call_orders": _call_order,
    "halts": _halt,
    "crossings": _crossing,
}
