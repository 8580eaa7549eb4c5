"""Read tables of marks."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, touching
from airshed.model.measures import Unit


def _mark_row(state: State, key: int) -> Row:
    mark = state.marks[key]
    return (
        key,
        mark.stack,
        mark.kind,
        state.standard.hour_of(mark.first),
        state.standard.hour_of(mark.after - 1),
        mark.hours,
        mark.state,
        mark.actor,
        mark.reason,
        mark.evidence,
        mark.prove_by,
    )


TABLES = (
    Table(
        "marks",
        "What operators said of hours, and how far each mark has come.",
        (
            Column("mark INTEGER", "number of the mark"),
            Column("stack TEXT"),
            Column("kind TEXT", "what the hours are marked as"),
            Column("first TEXT"),
            Column("last TEXT"),
            Column("hours INTEGER"),
            Column("state TEXT", "entered, approved, refused or lapsed"),
            Column("actor TEXT"),
            Column("reason TEXT", "what happened, in the operator's words"),
            Column("evidence TEXT", "SHA-256 of the proof, or empty"),
            Column("prove_by INTEGER", "last instant for the proof", Unit.MS),
        ),
        key=1,
        keys=lambda state: state.marks,
        row=_mark_row,
    ),
)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.HoursMarked: touching(marks="mark"),
    e.MarkProven: touching(marks="mark"),
    e.MarkApproved: touching(marks="mark"),
    e.MarkReverted: touching(marks="mark"),
}
