"""Read tables of years that are excluded and of corrections after the settlement."""

from __future__ import annotations

from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.report import note_year
from airshed.engine.tables.settling import touch_shortfall
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _exclusion_row(state: State, key: tuple[str, int]) -> Row | None:
    return (*key, state.excluded[key]) if key in state.excluded else None


TABLES = (
    Table(
        "exclusions",
        "Years that oblige a source to nothing.",
        (Column("source TEXT"), Column("year INTEGER"), Column("reason TEXT", "why, with the provision")),
        key=2,
        keys=lambda state: state.excluded,
        row=_exclusion_row,
    ),
    Table(
        "amendments",
        "Corrections of years that were settled, by pollutant.",
        (
            Column("seq INTEGER"),
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("number INTEGER", "number of the correction of the year"),
            Column("pollutant TEXT"),
            Column("verified_mg INTEGER", "emission that counts now"),
            Column("obligation INTEGER", "allowances owed now", Unit.KG),
            Column("extra INTEGER", "allowances added and still to be surrendered", Unit.KG),
            Column("shortfall INTEGER", "allowances that were missing at a deadline", Unit.KG),
            Column("until TEXT", "last day to surrender what is added"),
            Column("actor TEXT"),
            Column("reason TEXT", "what came to light"),
        ),
        key=5,
    ),
)


def _note_amended(tables: Tables, state: State, record: Record, event: e.YearAmended) -> None:
    note_year(tables, state, record, event)
    head: tuple[Any, ...] = (record.seq, event.source, event.year, event.number)
    for each in event.amended:
        touch_shortfall(tables, state, event.source, event.year, each.pollutant)
        figures = (event.mass_mg[each.pollutant], each.obligation, each.extra, each.shortfall)
        tables.add("amendments", (*head, each.pollutant, *figures, event.until, event.actor, event.reason))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.YearExcluded: touching(exclusions="source year"),
    e.YearIncluded: touching(exclusions="source year"),
    e.YearAmended: _note_amended,
}
