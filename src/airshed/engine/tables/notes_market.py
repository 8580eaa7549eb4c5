"""What each event of the market beside the listed book touches in the read tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.gather import Tables


def _note_offered(tables: Tables, state: State, record: Record, event: e.DealOffered) -> None:
    tables.touch("deals", event.deal)
    tables.touch_holdings(event.seller, event.series)


def _note_settled(tables: Tables, state: State, record: Record, event: e.DealSettled) -> None:
    tables.touch("deals", event.deal)
    tables.touch_entry(event.entry)
    parties = (event.series, event.buyer, event.seller, event.count, event.price)
    money = (event.fen, event.buyer_fee, event.seller_fee)
    tables.add("deal_trades", (record.seq, record.at, event.deal, event.kind, *parties, *money))


def _note_dropped(tables: Tables, state: State, record: Record, event: e.DealDropped) -> None:
    tables.touch("deals", event.deal)
    tables.touch_holdings(event.seller, event.series)


def _note_crossing(tables: Tables, state: State, record: Record, event: e.CrossingAllowed) -> None:
    tables.touch("crossings", (event.account, event.jurisdiction))


def _note_halt(tables: Tables, state: State, record: Record, event: e.MarketHalted | e.MarketResumed) -> None:
    tables.touch("halts", event.series)


def _note_call(tables: Tables, state: State, record: Record, event: e.CallOpened) -> None:
    tables.touch("calls", event.call)


def _note_call_order(
    tables: Tables, state: State, record: Record, event: e.CallOrderPlaced | e.CallOrderDropped
) -> None:
    tables.touch("call_orders", (event.call, event.number))
    tables.touch("accounts", event.account)
    tables.touch_holdings(event.account, state.calls[event.call].series)


def _note_call_cleared(tables: Tables, state: State, record: Record, event: e.CallCleared) -> None:
    call = state.calls[event.call]
    tables.touch("calls", call.id)
    for order in call.orders.values():
        tables.touch("accounts", order.account)
        tables.touch_holdings(order.account, call.series)
    tables.touch_entry(event.entry)
    for fill in event.fills:
        who = (fill.account, fill.side, fill.count, event.price, fill.fen, fill.fee)
        tables.add("call_fills", (record.seq, call.id, fill.number, record.at, call.series, *who))


MARKET_NOTES: dict[type, Callable[[Tables, State, Record, Any], None]] = {
    e.DealOffered: _note_offered,
    e.DealSettled: _note_settled,
    e.DealDropped: _note_dropped,
    e.CrossingAllowed: _note_crossing,
    e.MarketHalted: _note_halt,
    e.MarketResumed: _note_halt,
    e.CallOpened: _note_call,
    e.CallOrderPlaced: _note_call_order,
    e.CallOrderDropped: _note_call_order,
    e.CallCleared: _note_call_cleared,
}
