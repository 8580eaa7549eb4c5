"""Read tables of transfers."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.table import Note, Table, Tables

TABLES: tuple[Table, ...] = ()


def _note_transferred(tables: Tables, state: State, record: Record, event: e.Transferred) -> None:
    tables.touch_entry(event.entry)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.Transferred: _note_transferred,
}
