"""Read tables of calls of one series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.sealed import touch_over
from airshed.engine.tables.table import Column, Note, Table, Tables, touching


def _call_row(state: State, key: str) -> Row:
    call = state.calls[key]
    return (key, call.series, call.wall, int(call.open), call.price, call.count, call.seal)


def _call_order_row(state: State, key: tuple[str, int]) -> Row | None:
    order = state.calls[key[0]].orders.get(key[1])
    return (*key, order.account, order.side, order.limit, order.count) if order else None


def _call_order_keys(state: State) -> Iterator[Any]:
    for call in state.calls.values():
        for number in call.orders:
            yield (call.id, number)


TABLES = (
    Table(
        "calls",
        "Calls, open and over.",
        (
            Column("call TEXT"),
            Column("series TEXT"),
            Column("wall TEXT", "walled sector whose accounts it is for, else empty"),
            Column("open INTEGER", "whether orders are gathered"),
            Column("price INTEGER", "price of the call; NULL when it is open or nothing traded"),
            Column("count INTEGER", "allowances that changed hands"),
            Column("seal TEXT"),
        ),
        key=1,
        keys=lambda state: state.calls,
        row=_call_row,
    ),
    Table(
        "call_orders",
        "Orders of calls; those that were taken back have no row.",
        (
            Column("call TEXT"),
            Column("number INTEGER"),
            Column("account TEXT"),
            Column("side TEXT"),
            Column("price INTEGER", "the worst price accepted"),
            Column("count INTEGER"),
        ),
        key=2,
        keys=_call_order_keys,
        row=_call_order_row,
    ),
    Table(
        "call_fills",
        "What the orders of a call got.",
        (
            Column("seq INTEGER"),
            Column("call TEXT"),
            Column("number INTEGER"),
            Column("at INTEGER"),
            Column("series TEXT"),
            Column("account TEXT"),
            Column("side TEXT"),
            Column("count INTEGER"),
            Column("price INTEGER"),
            Column("fen INTEGER", "what the buyer pays or the seller gets before the fee"),
            Column("fee INTEGER"),
        ),
        key=3,
    ),
)


def _note_call_order(
    tables: Tables, state: State, record: Record, event: e.CallOrderPlaced | e.CallOrderDropped
) -> None:
    tables.touch("call_orders", (event.call, event.number))
    tables.touch("accounts", event.account)
    tables.touch_holdings(event.account, state.calls[event.call].series)


def _note_call_cleared(tables: Tables, state: State, record: Record, event: e.CallCleared) -> None:
    call = state.calls[event.call]
    tables.touch("calls", call.id)
    touch_over(tables, state, "call", call.id)
    for order in call.orders.values():
        tables.touch("accounts", order.account)
        tables.touch_holdings(order.account, call.series)
    for fill in event.fills:
        who = (fill.account, fill.side, fill.count, event.price, fill.fen, fill.fee)
        tables.add("call_fills", (record.seq, call.id, fill.number, record.at, call.series, *who))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.CallOpened: touching(calls="call"),
    e.CallOrderPlaced: _note_call_order,
    e.CallOrderDropped: _note_call_order,
    e.CallCleared: _note_call_cleared,
}
