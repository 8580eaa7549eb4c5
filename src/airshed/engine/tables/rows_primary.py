"""Rows of the read tables that show the paid initial allocation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine.journal import Row
from airshed.engine.state import State


def keys(state: State) -> dict[str, list[Any]]:
    """Every key of these tables."""
    return {
        "sales": list(state.sales),
        "purchases": list(state.purchases),
        "applications": list(state.applications),
        "tenders": list(state.repurchases),
        "asks": [(each.id, ask.number) for each in state.repurchases.values() for ask in each.asks],
        "closures": list(state.closures),
        "withdrawals": list(state.withdrawals),
        "withholdings": list(state.withholdings),
    }


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


def _application(state: State, key: int) -> Row:
    each = state.applications[key]
    asked = (each.capacity, each.wanted, each.price, each.held if each.state == "waiting" else 0)
    return (key, each.source, each.account, each.series, each.kind, *asked, each.state, each.granted, each.fen)


def _repurchase(state: State, key: str) -> Row:
    each = state.repurchases[key]
    wanted = (each.series, each.count, each.budget_fen, each.ceiling, int(each.open))
    return (key, *wanted, each.price, each.bought, each.paid_fen)


def _ask(state: State, key: tuple[str, int]) -> Row:
    ask = state.repurchases[key[0]].asks[key[1] - 1]
    return (*key, ask.account, ask.count, ask.price)


def _closure(state: State, key: str) -> Row | None:
    return (key, state.closures[key]) if key in state.closures else None


def _withdrawal(state: State, key: int) -> Row:
    each = state.withdrawals[key]
    named = (key, each.source, each.account, each.series, each.ground, each.count, each.blocked, each.price)
    sold_on = (each.short, each.sold_on, each.due_fen, each.paid_back_fen)
    return (*named, each.appeal_by, each.notice_until, each.state, each.withdrawn, each.paid_fen, *sold_on)


def _withholding(state: State, key: int) -> Row:
    each = state.withholdings[key]
    named = (key, each.source, each.account, each.series, each.ground, each.year, each.count, each.blocked)
    return (*named, each.until, each.state, each.forfeited)


ROWS: dict[str, Callable[[State, Any], Row | None]] = {
    "sales": _sale,
    "purchases": _purchase,
    "applications": _application,
    "tenders": _repurchase,
    "asks": _ask,
    "closures": _closure,
    "withdrawals": _withdrawal,
    "withholdings": _withholding,
}
