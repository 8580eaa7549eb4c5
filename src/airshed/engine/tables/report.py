"""Read tables of a source's year, from report to settlement."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.allowance import pollutant_of
from airshed.model.measures import Unit
from airshed.registry.moves import Delivered


def pollutants_of(year: Any) -> list[str]:
    """Every pollutant that a year says something of, sorted."""
    return sorted({*year.measured_mg, *year.declared_mg, *(year.verified_mg or ())})


def _improvement_row(state: State, key: tuple[str, int, int]) -> Row:
    source, year, number = key
    item = state.years[source, year].improvements[number - 1]
    return (*key, item.state, item.actor, item.item, item.answer, item.evidence)


def _year_row(state: State, key: tuple[str, int, str]) -> Row:
    source, year, pollutant = key
    known = state.years[source, year]
    settled = known.settled.get(pollutant)
    return (
        *key,
        known.measured_mg.get(pollutant),
        known.declared_mg.get(pollutant),
        known.opinion,
        known.verified_mg.get(pollutant) if known.verified_mg is not None else None,
        known.obligation.get(pollutant),
        known.for_group.get(pollutant),
        known.deferred.get(pollutant),
        known.surrendered.get(pollutant),
        settled.shortfall if settled else None,
        settled.penalty_fen if settled else None,
        known.due_fen.get(pollutant),
        settled.makeup if settled else None,
    )


def _improvement_keys(state: State) -> Iterator[Any]:
    for (source, year), known in state.years.items():
        for item in known.improvements:
            yield (source, year, item.number)


def _year_keys(state: State) -> Iterator[Any]:
    for (source, year), known in state.years.items():
        for pollutant in pollutants_of(known):
            yield (source, year, pollutant)


TABLES = (
    Table(
        "improvements",
        "Improvement lists of reported years.",
        (
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("number INTEGER", "number on the list of the year"),
            Column("state TEXT", "open, answered or closed"),
            Column("actor TEXT"),
            Column("item TEXT", "what is to be mended or explained"),
            Column("answer TEXT", "the operator's answer, empty before there is one"),
            Column("evidence TEXT", "SHA-256 of the proof, or empty"),
        ),
        key=3,
        keys=_improvement_keys,
        row=_improvement_row,
    ),
    Table(
        "years",
        "A source's year by pollutant, from report to settlement; NULL where a step has not happened.",
        (
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("pollutant TEXT"),
            Column("measured_mg INTEGER", "sum of the sealed days"),
            Column("declared_mg INTEGER", "declared"),
            Column("opinion TEXT"),
            Column("verified_mg INTEGER", "emission that counts"),
            Column("obligation INTEGER", "allowances owed", Unit.KG),
            Column("for_group INTEGER", "allowances of it that are owed because its group emitted too much", Unit.KG),
            Column("deferred INTEGER", "allowances of it that fall due with the last year of the period", Unit.KG),
            Column("surrendered INTEGER", "allowances given up", Unit.KG),
            Column("shortfall INTEGER", "allowances missing at the deadline", Unit.KG),
            Column("penalty_fen INTEGER", "penalty"),
            Column("due_fen INTEGER", "what is still to be paid"),
            Column("makeup INTEGER", "allowances that the next allocation withholds", Unit.KG),
        ),
        key=3,
        keys=_year_keys,
        row=_year_row,
    ),
    Table(
        "reports",
        "Every version of every annual report.",
        (
            Column("seq INTEGER"),
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("version INTEGER", "version of the report"),
            Column("actor TEXT"),
            Column("rests_on TEXT", "SHA-256 over the evidence of every day that the report sums"),
            Column("reason TEXT", "why this version takes the place of the one before, empty for the first"),
        ),
        key=1,
    ),
    Table(
        "checks",
        "What each report answered to the numbered checks.",
        (
            Column("seq INTEGER"),
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("version INTEGER", "version of the report"),
            Column("number INTEGER", "number of the check"),
            Column("name TEXT", "name of the check, from the rulebook"),
            Column("severity TEXT", "blocking or explain"),
            Column("passed INTEGER", "whether the check passed", yes=True),
            Column("detail TEXT", "what the check found, empty when it passed"),
            Column("explanation TEXT", "what the operator said to a check that did not pass"),
        ),
        key=5,
    ),
    Table(
        "opinions",
        "Opinions of verifiers.",
        (
            Column("seq INTEGER"),
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("version INTEGER", "version of the report"),
            Column("opinion TEXT"),
            Column("actor TEXT"),
            Column("comments TEXT", "what the opinion rests on, a line each"),
        ),
        key=1,
    ),
)


def _note_reported(tables: Tables, state: State, record: Record, event: e.YearReported) -> None:
    note_year(tables, state, record, event)
    report = (record.seq, event.source, event.year, event.version)
    tables.add("reports", (*report, event.actor, event.rests_on, event.reason))
    for each in event.checks:
        answer = (each.number, each.check, each.severity, int(each.passed), each.detail, each.explanation)
        tables.add("checks", (*report, *answer))


def _note_verified(tables: Tables, state: State, record: Record, event: e.YearVerified) -> None:
    note_year(tables, state, record, event)
    opinion = (event.version, event.opinion, event.actor, "\n".join(event.comments))
    tables.add("opinions", (record.seq, event.source, event.year, *opinion))


def note_year(tables: Tables, state: State, record: Record, event: Any) -> None:
    year = state.years[event.source, event.year]
    tables.touch("years", *((event.source, event.year, pollutant) for pollutant in pollutants_of(year)))
    if hasattr(event, "entry") and state.flow_controls:
        _touch_rooms(tables, state, event)


def _touch_rooms(tables: Tables, state: State, event: Any) -> None:
    """What counts one for one yet under flow control has changed for whoever gave, or has some back."""
    for move in event.entry:
        if isinstance(move, Delivered):
            pollutant = pollutant_of(move.series)
            known = state.flow_controls.get((event.year, pollutant))
            for account in (move.origin, move.target):
                if known is not None and account in known.left:
                    tables.touch("flow_rooms", (account, event.year, pollutant))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.YearReported: _note_reported,
    e.ImprovementRequested: touching(improvements="source year number"),
    e.ImprovementAnswered: touching(improvements="source year number"),
    e.ImprovementClosed: touching(improvements="source year number"),
    e.YearReopened: note_year,
    e.YearVerified: _note_verified,
    e.YearDetermined: note_year,
    e.ObligationDeferred: note_year,
}
