"""Rows of the read tables of zone-wide calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine.journal import Row
from airshed.engine.state import State


def keys(state: State) -> dict[str, list[Any]]:
    """The keys of every row, by table."""
    return {
        "zone_calls": list(state.zone_calls),
        "zone_orders": [(call.id, number) for call in state.zone_calls.values() for number in call.orders],
    }


def _call(state: State, key: str) -> Row:
    call = state.zone_calls[key]
    return (key, call.pollutant, int(call.open), call.count, call.zone_fen, call.seal)


def _order(state: State, key: tuple[str, int]) -> Row | None:
    order = state.zone_calls[key[0]].orders.get(key[1])
    if order is None:
        return None
    return (*key, order.account, order.side, order.series, order.place, order.year, order.limit, order.count)


ZONE_ROW: dict[str, Callable[[State, Any], Row | None]] = {"zone_calls": _call, "zone_orders": _order}
