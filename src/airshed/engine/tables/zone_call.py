"""Read tables of zone-wide calls."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.sealed import touch_over
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _call_row(state: State, key: str) -> Row:
    call = state.zone_calls[key]
    return (key, call.pollutant, int(call.open), call.count, call.zone_fen, call.seal)


def _order_row(state: State, key: tuple[str, int]) -> Row | None:
    order = state.zone_calls[key[0]].orders.get(key[1])
    if order is None:
        return None
    return (*key, order.account, order.side, order.series, order.place, order.year, order.limit, order.count)


def _order_keys(state: State) -> Iterator[Any]:
    for call in state.zone_calls.values():
        for number in call.orders:
            yield (call.id, number)


TABLES = (
    Table(
        "zone_calls",
        "Zone-wide calls, open and over.",
        (
            Column("call TEXT", "name of the call"),
            Column("pollutant TEXT"),
            Column("open INTEGER", "whether orders are taken"),
            Column("count INTEGER", "allowances that changed hands"),
            Column("zone_fen INTEGER", "what the treasury received; below zero: put in"),
            Column("seal TEXT"),
        ),
        key=1,
        keys=lambda state: state.zone_calls,
        row=_call_row,
    ),
    Table(
        "zone_orders",
        "Orders of zone-wide calls; those taken back have no row.",
        (
            Column("call TEXT", "name of the call"),
            Column("number INTEGER", "number of the order in that call"),
            Column("account TEXT"),
            Column("side TEXT"),
            Column("series TEXT", "series offered; empty for a bid"),
            Column("place TEXT", "jurisdiction where the account stands"),
            Column("year INTEGER", "vintage offered, or year to be covered"),
            Column("price INTEGER", "its limit price"),
            Column("count INTEGER", "allowances offered, or kilograms of cover wanted"),
        ),
        key=2,
        keys=_order_keys,
        row=_order_row,
    ),
    Table(
        "zone_fills",
        "What orders of zone-wide calls got, by round.",
        (
            Column("seq INTEGER"),
            Column("call TEXT", "name of the call"),
            Column("round INTEGER", "round, 1 or 2"),
            Column("number INTEGER", "number of the order in that call"),
            Column("at INTEGER"),
            Column("account TEXT"),
            Column("side TEXT"),
            Column("series TEXT", "series sold; empty for a purchase, which several may fill"),
            Column("place TEXT", "jurisdiction where the account stands"),
            Column("year INTEGER", "vintage sold, or year covered"),
            Column("count INTEGER"),
            Column("cover TEXT", "kilograms of cover, as a fraction; those sold for a sale", Unit.KG),
            Column("price INTEGER", "price of the cover"),
            Column("fen INTEGER"),
            Column("fee INTEGER"),
        ),
        key=4,
    ),
    Table(
        "zone_rounds",
        "Rounds of zone-wide calls that are over, each with its proof.",
        (
            Column("seq INTEGER"),
            Column("call TEXT", "name of the call"),
            Column("round INTEGER", "round, 1 or 2"),
            Column("trade TEXT", "`zone`, or `city` where cities cleared by themselves"),
            Column(
                "gain TEXT", "worth to the buyers less worth to the sellers, by their limits, as a fraction", Unit.FEN
            ),
            Column("gap TEXT", "how much more any allocation could gain at most, as a fraction", Unit.FEN),
            Column("zone_fen INTEGER", "what the treasury received; below zero: put in"),
            Column("digest TEXT", "SHA-256 of the certificate of the round"),
            Column("note TEXT", "empty, or why the cities cleared by themselves"),
        ),
        key=3,
    ),
    Table(
        "zone_limits",
        "Limits of the air in zone-wide calls: load, most, and what one more is worth.",
        (
            Column("seq INTEGER"),
            Column("call TEXT", "name of the call"),
            Column("round INTEGER", "round, 1 or 2"),
            Column("name TEXT", "name of the limit"),
            Column("load TEXT", "what the round added, as a fraction"),
            Column("most TEXT", "the most that it could add, as a fraction"),
            Column("dual TEXT", "what one more of it is worth, as a fraction", Unit.FEN),
        ),
        key=4,
    ),
)


def _note_dropped(tables: Tables, state: State, record: Record, event: e.ZoneOrderDropped) -> None:
    tables.touch("zone_orders", (event.call, event.number))
    if event.series:
        tables.touch("holdings", (event.account, event.series))
    else:
        tables.touch("accounts", event.account)


def _note_cleared(tables: Tables, state: State, record: Record, event: e.ZoneCallCleared) -> None:
    call = state.zone_calls[event.call]
    tables.touch("zone_calls", call.id)
    touch_over(tables, state, "zone_call", call.id)
    for order in call.orders.values():
        if order.side == "sell":
            tables.touch("holdings", (order.account, order.series))
        else:
            tables.touch("accounts", order.account)
    for fill in event.fills:
        who = (fill.account, fill.side, fill.series, fill.place, fill.year)
        what = (fill.count, fill.cover, fill.price, fill.fen, fill.fee)
        tables.add("zone_fills", (record.seq, call.id, fill.round, fill.number, record.at, *who, *what))
    for number, each in enumerate(event.rounds, 1):
        row = (each.trade, each.gain, each.gap, each.zone_fen, each.digest, each.note)
        tables.add("zone_rounds", (record.seq, call.id, number, *row))
        for limit in each.limits:
            tables.add("zone_limits", (record.seq, call.id, number, limit.name, limit.load, limit.most, limit.dual))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.ZoneCallOpened: touching(zone_calls="call"),
    e.ZoneOfferPlaced: touching(zone_orders="call number", holdings="account series"),
    e.ZoneBidPlaced: touching(zone_orders="call number", accounts="account"),
    e.ZoneOrderDropped: _note_dropped,
    e.ZoneCallCleared: _note_cleared,
}
