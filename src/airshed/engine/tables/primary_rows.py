"""Rows of the read tables that show the paid initial allocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine.journal import Row
from airshed.engine.state import State


def keys(state: State) -> dict[str, list[Any]]:
    """Every key of these tables."""
    return {"sales": list(state.sales), "purchases": list(state.purchases)}


def _sale(state: State, key: str) -> Row:
    sale = state.sales[key]
    return (key, sale.series[0], len(sale.series), sale.count, sale.left, sale.price, sale.until, int(sale.open))


def _purchase(state: State, key: int) -> Row:
    purchase = state.purchases[key]
    due = purchase.due[0] if purchase.due else None
    return (
        key,
        purchase.sale,
        purchase.source,
        purchase.account,
        purchase.series[0],
        len(purchase.series),
        purchase.count,
        purchase.blocked,
        purchase.withdrawn,
        purchase.fen,
        purchase.paid_fen,
        purchase.interest_fen,
        due.on if due else None,
        due.fen if due else None,
        purchase.state,
    )


ROWS: dict[str, Callable[[State, Any], Row | None]] = {"sales": _sale, "purchases": _purchase}
