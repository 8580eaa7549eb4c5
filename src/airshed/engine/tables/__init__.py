"""Read tables: what plain SQL sees of the state, kept up in the same transaction as the book.

Most tables show the state, a row per key. Some list what happened, a row per event (`listed`). A room of the engine
declares its tables and what its events touch in them; the catalogue is the sum.
"""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine.apply import reserve as reserves
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables import (
    account,
    auction,
    call,
    case,
    day,
    deal,
    issue,
    lease,
    listed,
    mark,
    monitoring,
    people,
    pledge,
    report,
    reserve,
    right,
    sale,
    sealed,
    settling,
    standing,
    transfer,
    withdrawal,
    zone_call,
)
from airshed.engine.tables.reserve import statement
from airshed.engine.tables.table import Note, Table, Tables

__all__ = ("BY_NAME", "NOTES", "TABLES", "Table", "Tables", "everything", "gathering", "note")

#: In the order of the catalogue.
ROOMS = (
    *(people, account, issue, transfer, sale, reserve, withdrawal, auction, listed, deal, call),
    *(zone_call, sealed, pledge, lease, right, day, mark, monitoring, report, settling, standing),
    case,
)
TABLES: tuple[Table, ...] = tuple(table for room in ROOMS for table in room.TABLES)
BY_NAME = {table.name: table for table in TABLES}
NOTES: dict[type, Note] = {event: noted for room in ROOMS for event, noted in room.NOTES.items()}


def gathering() -> Tables:
    """What gathers the changes of all tables."""
    return Tables(TABLES)


def everything(state: State) -> Iterator[tuple[str, Row]]:
    """Every row of the tables that show the state, for rebuilding and verifying."""
    for table in TABLES:
        if table.row is None or table.keys is None:
            continue
        for key in table.keys(state):
            row = table.row(state, key)
            if row is not None:
                yield table.name, row


def note(tables: Tables, state: State, record: Record) -> None:
    """Remember what a record, applied already, has touched."""
    refusal = record.refusal
    if refusal is not None:
        command = type(record.body).__name__
        tables.add(
            "refusals",
            (record.seq, record.at, record.actor, command, refusal.why.value, refusal.detail, refusal.cite),
        )
    for event in record.events:
        NOTES[type(event)](tables, state, record, event)
        if entry := getattr(event, "entry", ()):
            tables.touch_entry(entry)
        if type(event) in reserves.TOUCHING:
            statement(tables, state, record, event)
