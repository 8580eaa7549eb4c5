"""Read tables of sealed days and findings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables


def _day_row(state: State, key: tuple[str, str, str]) -> Row:
    stack, day, pollutant = key
    sealed = state.days[stack][day]
    return (*key, *sealed.hours[pollutant], sealed.mass_mg[pollutant])


def _finding_row(state: State, key: tuple[str, int, int]) -> Row | None:
    stack, year, number = key
    lines = state.findings[stack, year]
    if number > len(lines):
        return None
    line = lines[number - 1]
    return (*key, line.finding, line.subject, line.first, line.last, line.hours, line.detail)


def _evidence_row(state: State, key: tuple[str, str]) -> Row:
    return (*key, state.days[key[0]][key[1]].evidence)


def _day_keys(state: State) -> Iterator[Any]:
    for stack, days in state.days.items():
        for day, sealed in days.items():
            for pollutant in sealed.hours:
                yield (stack, day, pollutant)


def _finding_keys(state: State) -> Iterator[Any]:
    for (stack, year), lines in state.findings.items():
        for number in range(1, len(lines) + 1):
            yield (stack, year, number)


TABLES = (
    Table(
        "days",
        "Sealed days of stacks, by pollutant, as corrected last.",
        (
            Column("stack TEXT"),
            Column("day TEXT"),
            Column("pollutant TEXT"),
            Column("measured INTEGER", "measured hours"),
            Column("substituted INTEGER", "hours filled by a substitution rule"),
            Column("stopped INTEGER", "hours out of operation"),
            Column("mass_mg INTEGER", "mass of the day"),
        ),
        key=3,
        keys=_day_keys,
        row=_day_row,
    ),
    Table(
        "findings",
        "What the monitoring host found in a stack's year.",
        (
            Column("stack TEXT"),
            Column("year INTEGER"),
            Column("number INTEGER", "place in the note"),
            Column("finding TEXT", "name of the finding"),
            Column("subject TEXT", "pollutant or factor, empty for the whole stack"),
            Column("first TEXT"),
            Column("last TEXT"),
            Column("hours INTEGER"),
            Column("detail TEXT", "the finding in words"),
        ),
        key=3,
        keys=_finding_keys,
        row=_finding_row,
    ),
    Table(
        "evidence",
        "The evidence on which a sealed day rests.",
        (
            Column("stack TEXT"),
            Column("day TEXT"),
            Column("digest TEXT"),
        ),
        key=2,
        keys=lambda state: ((stack, day) for stack, days in state.days.items() for day in days),
        row=_evidence_row,
    ),
    Table(
        "corrections",
        "What corrected days took back and changed, entry by entry.",
        (
            Column("seq INTEGER"),
            Column("stack TEXT"),
            Column("day TEXT"),
            Column("pollutant TEXT"),
            Column("reversed_mg INTEGER", "what was taken back, below zero"),
            Column("difference_mg INTEGER", "what the correction adds; below zero: takes off"),
            Column("replaced TEXT", "evidence digest of the day that was taken back"),
            Column("reason TEXT", "why the day was corrected"),
        ),
        key=4,
    ),
)


def _note_sealed(tables: Tables, state: State, record: Record, event: e.DaySealed) -> None:
    tables.touch("days", *((event.stack, event.day, pollutant) for pollutant in event.hours))
    tables.touch("evidence", (event.stack, event.day))


def _note_reversed(tables: Tables, state: State, record: Record, event: e.DayReversed) -> None:
    for pollutant, mass in event.mass_mg.items():
        difference = event.difference_mg[pollutant]
        tables.add(
            "corrections",
            (record.seq, event.stack, event.day, pollutant, -mass, difference, event.evidence, event.reason),
        )


def _note_findings(tables: Tables, state: State, record: Record, event: e.FindingsNoted) -> None:
    most = max(event.before, len(event.findings))
    tables.touch("findings", *((event.stack, event.year, number) for number in range(1, most + 1)))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.DayReversed: _note_reversed,
    e.DaySealed: _note_sealed,
    e.FindingsNoted: _note_findings,
}
