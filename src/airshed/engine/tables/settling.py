"""Read tables of surrender, closing and penalties."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.settling import of_shortfall
from airshed.engine.journal import Record, Row
from airshed.engine.nouns import PenaltyKey
from airshed.engine.state import State
from airshed.engine.tables.report import note_year, pollutants_of
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


def _penalty_row(state: State, key: PenaltyKey) -> Row:
    known = state.penalties[key]
    figures = (known.fen, known.paid_fen, known.due_fen, known.interest_fen, known.interest_paid_fen)
    asked = None if known.asked is None else str(known.asked)
    return (*key, known.account, *figures, known.next_day(), int(known.granted), asked)


def _instalment_row(state: State, key: tuple[str, int, str, int, int]) -> Row | None:
    number = key[4]
    parts = state.penalties[key[:4]].instalments
    if number > len(parts):
        return None
    part = parts[number - 1]
    return (*key, part.pay_by, part.fen, part.paid_fen)


def _instalment_keys(state: State) -> Iterator[tuple[str, int, str, int, int]]:
    for key, known in state.penalties.items():
        for number in range(1, len(known.instalments) + 1):
            yield (*key, number)


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
    Table(
        "penalties",
        "Penalties that were imposed, and how far each is paid.",
        (
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("pollutant TEXT"),
            Column("case_number INTEGER", "number of the case that imposed it; 0 for the settlement of the year"),
            Column("account TEXT", "account of the source when it was imposed"),
            Column("fen INTEGER", "what was imposed"),
            Column("paid_fen INTEGER", "what of it is paid"),
            Column("due_fen INTEGER", "what of it is still to be paid"),
            Column("interest_fen INTEGER", "interest for all late days; NULL until the penalty is paid in full"),
            Column("interest_paid_fen INTEGER", "what is paid of that"),
            Column("pay_by TEXT", "last day to pay the oldest part that is not paid; NULL when all are"),
            Column("granted INTEGER", "whether it may be paid in instalments", yes=True),
            Column("asked TEXT", "instalments that are asked for and not answered yet; NULL where none are"),
        ),
        key=4,
        keys=lambda state: state.penalties,
        row=_penalty_row,
    ),
    Table(
        "penalty_parts",
        "The parts in which each penalty is paid; what is not paid after its day is late.",
        (
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("pollutant TEXT"),
            Column("case_number INTEGER", "number of the case that imposed it; 0 for the settlement of the year"),
            Column("number INTEGER", "number of the part"),
            Column("pay_by TEXT", "last day to pay it"),
            Column("fen INTEGER", "how much it is"),
            Column("paid_fen INTEGER", "what of it is paid"),
        ),
        key=5,
        keys=_instalment_keys,
        row=_instalment_row,
    ),
)


def _note_stated(tables: Tables, state: State, record: Record, event: e.FlowControlStated) -> None:
    tables.touch("flow_controls", (event.year, event.pollutant))
    tables.touch("flow_rooms", *((account, event.year, event.pollutant) for account in event.one_for_one or ()))


def _note_group(tables: Tables, state: State, record: Record, event: e.GroupSettled) -> None:
    tables.touch("years", *((line.source, event.year, event.pollutant) for line in event.lines if line.more))


def touch_penalty(tables: Tables, state: State, key: PenaltyKey) -> None:
    """The rows of a penalty, where there is one, and of the year that it is of."""
    if key in state.penalties:
        tables.touch("penalties", key)
        tables.touch("penalty_parts", *((*key, number) for number in range(1, state.penalties[key].most + 1)))
    if key[:2] in state.years and key[2] in pollutants_of(state.years[key[:2]]):
        tables.touch("years", key[:3])


def touch_shortfall(tables: Tables, state: State, source: str, year: int, pollutant: str) -> None:
    """The rows of the penalties for what was missing."""
    for key in of_shortfall(state, source, year, pollutant):
        touch_penalty(tables, state, key)


def _note_closed(tables: Tables, state: State, record: Record, event: e.YearClosed) -> None:
    tables.touch("years", *((settled.source, event.year, settled.pollutant) for settled in event.settlements))
    tables.touch("years", *((late.source, late.year, late.pollutant) for late in event.late))
    for settled in event.settlements:
        touch_shortfall(tables, state, settled.source, event.year, settled.pollutant)
    for late in event.late:
        touch_shortfall(tables, state, late.source, late.year, late.pollutant)


def _note_penalty(
    tables: Tables,
    state: State,
    record: Record,
    event: e.PenaltyPaid | e.InstalmentsAsked | e.InstalmentsGranted | e.InstalmentsRefused,
) -> None:
    touch_penalty(tables, state, (event.source, event.year, event.pollutant, event.case))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.FlowControlStated: _note_stated,
    e.Surrendered: note_year,
    e.YearClosed: _note_closed,
    e.GroupSettled: _note_group,
    e.PenaltyPaid: _note_penalty,
    e.InstalmentsAsked: _note_penalty,
    e.InstalmentsGranted: _note_penalty,
    e.InstalmentsRefused: _note_penalty,
}
