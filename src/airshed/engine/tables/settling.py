"""Read tables of surrender, closing and penalties."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.engine.state import State
from airshed.engine.tables.report import note_year
from airshed.engine.tables.table import Note, Tables


def _note_closed(tables: Tables, state: State, record: Record, event: e.YearClosed) -> None:
    tables.touch("years", *((settled.source, event.year, settled.pollutant) for settled in event.settlements))
    tables.touch("years", *((late.source, late.year, late.pollutant) for late in event.late))
    tables.touch_entry(event.entry)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.Surrendered: note_year,
    e.YearClosed: _note_closed,
    e.PenaltyPaid: note_year,
}
