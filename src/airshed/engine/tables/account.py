"""Read tables of what became of what lay in accounts."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables


def _cancellation_row(state: State, key: int) -> Row | None:
    each = state.cancellations.get(key)
    return (key, each.account, each.series, each.count, each.at, each.statement) if each else None


TABLES: tuple[Table, ...] = (
    Table(
        "cancellations",
        "Allowances that holders gave up for good and for no emission, with what they say in public.",
        (
            Column("cancellation INTEGER", "number of the cancellation"),
            Column("account TEXT", "account that gave"),
            Column("series TEXT"),
            Column("count INTEGER", "allowances given up"),
            Column("at INTEGER"),
            Column("statement TEXT", "what the holder says in public; may be empty"),
        ),
        key=1,
        keys=lambda state: state.cancellations,
        row=_cancellation_row,
    ),
)


def _note_cancelled(tables: Tables, state: State, record: Record, event: e.AllowancesCancelled) -> None:
    tables.touch("cancellations", event.cancellation)
    tables.touch_entry(event.entry)


#: What each event touches.
NOTES: dict[type, Note] = {e.AllowancesCancelled: _note_cancelled}
