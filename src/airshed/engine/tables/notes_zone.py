"""What each event of a zone-wide call touches in the read tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.gather import Tables


def _note_opened(tables: Tables, state: State, record: Record, event: e.ZoneCallOpened) -> None:
    tables.touch("zone_calls", event.call)


def _note_offer(tables: Tables, state: State, record: Record, event: e.ZoneOfferPlaced) -> None:
    tables.touch("zone_orders", (event.call, event.number))
    tables.touch("holdings", (event.account, event.series))


def _note_bid(tables: Tables, state: State, record: Record, event: e.ZoneBidPlaced) -> None:
    tables.touch("zone_orders", (event.call, event.number))
    tables.touch("accounts", event.account)


def _note_dropped(tables: Tables, state: State, record: Record, event: e.ZoneOrderDropped) -> None:
    tables.touch("zone_orders", (event.call, event.number))
    if event.series:
        tables.touch("holdings", (event.account, event.series))
    else:
        tables.touch("accounts", event.account)


def _note_cleared(tables: Tables, state: State, record: Record, event: e.ZoneCallCleared) -> None:
    call = state.zone_calls[event.call]
    tables.touch("zone_calls", call.id)
    for order in call.orders.values():
        if order.side == "sell":
            tables.touch("holdings", (order.account, order.series))
        else:
            tables.touch("accounts", order.account)
    tables.touch_entry(event.entry)
    for fill in event.fills:
        who = (fill.account, fill.side, fill.series, fill.place, fill.year)
        what = (fill.count, fill.cover, fill.price, fill.fen, fill.fee)
        tables.add("zone_fills", (record.seq, call.id, fill.round, fill.number, record.at, *who, *what))
    for number, each in enumerate(event.rounds, 1):
        row = (each.trade, each.gain, each.gap, each.zone_fen, each.digest, each.note)
        tables.add("zone_rounds", (record.seq, call.id, number, *row))
        for limit in each.limits:
            tables.add("zone_limits", (record.seq, call.id, number, limit.name, limit.load, limit.most, limit.dual))


ZONE_NOTES: dict[type, Callable[[Tables, State, Record, Any], None]] = {
    e.ZoneCallOpened: _note_opened,
    e.ZoneOfferPlaced: _note_offer,
    e.ZoneBidPlaced: _note_bid,
    e.ZoneOrderDropped: _note_dropped,
    e.ZoneCallCleared: _note_cleared,
}
