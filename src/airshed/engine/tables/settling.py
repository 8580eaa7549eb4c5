"""Read tables of surrender, closing and penalties."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.report import note_year
from airshed.engine.tables.table import Column, Note, Table, Tables
from airshed.model.measures import Unit


def _control_row(state: State, key: tuple[int, str]) -> Row:
    known = state.flow_controls[key]
    total = None if known.one_for_one is None else sum(known.one_for_one.values())
    return (*key, known.budget, known.bank, total)


def _room_keys(state: State) -> Iterator[tuple[str, int, str]]:
    for (year, pollutant), known in state.flow_controls.items():
        for account in known.left:
            yield account, year, pollutant


def _room_row(state: State, key: tuple[str, int, str]) -> Row:
    account, year, pollutant = key
    known = state.flow_controls[year, pollutant]
    return (*key, (known.one_for_one or {}).get(account, 0), known.left.get(account, 0))


TABLES = (
    Table(
        "flow_controls",
        "Years that are over, where the law has flow control of what was banked.",
        (
            Column("year INTEGER"),
            Column("pollutant TEXT"),
            Column("budget INTEGER", "allowances of the vintage of the year", Unit.KG),
            Column("bank INTEGER", "allowances of earlier vintages that count for it, in accounts of holders", Unit.KG),
            Column("one_for_one INTEGER", "how many of the bank count one for one; NULL where all do", Unit.KG),
        ),
        key=2,
        keys=lambda state: state.flow_controls,
        row=_control_row,
    ),
    Table(
        "flow_rooms",
        "How much of what an account had banked counts one for one under flow control.",
        (
            Column("account TEXT"),
            Column("year INTEGER"),
            Column("pollutant TEXT"),
            Column("one_for_one INTEGER", "allowances, as it was stated", Unit.KG),
            Column("still INTEGER", "what of it is not given yet", Unit.KG),
        ),
        key=3,
        keys=_room_keys,
        row=_room_row,
    ),
)


def _note_stated(tables: Tables, state: State, record: Record, event: e.FlowControlStated) -> None:
    tables.touch("flow_controls", (event.year, event.pollutant))
    tables.touch("flow_rooms", *((account, event.year, event.pollutant) for account in event.one_for_one or ()))


def _note_closed(tables: Tables, state: State, record: Record, event: e.YearClosed) -> None:
    tables.touch("years", *((settled.source, event.year, settled.pollutant) for settled in event.settlements))
    tables.touch("years", *((late.source, late.year, late.pollutant) for late in event.late))
    tables.touch_entry(event.entry)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.FlowControlStated: _note_stated,
    e.Surrendered: note_year,
    e.YearClosed: _note_closed,
    e.PenaltyPaid: note_year,
}
