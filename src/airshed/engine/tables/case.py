"""Read tables of case files."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.case import key_of
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.settling import touch_penalty
from airshed.engine.tables.table import Column, Note, Table, Tables
from airshed.model.measures import Unit


def _case_row(state: State, key: int) -> Row:
    known = state.cases[key]
    about = (known.ground, known.pollutant, known.stack, known.day)
    named = (key, known.source, known.account, known.year, *about, known.cite)
    decided = (known.fen, ", ".join(known.decided_by), known.appeal_until or None)
    return (*named, known.state, known.actor, known.proposed_fen, known.reply_until, known.replies, *decided)


TABLES = (
    Table(
        "cases",
        "Case files, and how far each has come.",
        (
            Column("case_number INTEGER", "number of the case"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("year INTEGER", "year of the breach"),
            Column("ground TEXT", "`shortfall`, or a ground of the law"),
            Column("pollutant TEXT", "code of the pollutant; empty where it concerns none"),
            Column("stack TEXT", "stack that it is about; empty where it is about none"),
            Column("day TEXT", "day that it is about; empty where it is about none"),
            Column("cite TEXT", "article by which it is fined"),
            Column("state TEXT", "noticed, decided, dropped, appealed, upheld, lowered or quashed"),
            Column("actor TEXT", "who gave the notice"),
            Column("proposed_fen INTEGER", "proposed penalty"),
            Column("reply_until INTEGER", "the last instant to reply", Unit.MS),
            Column("replies INTEGER", "how often the account has replied"),
            Column("fen INTEGER", "penalty by the last decision; NULL before there is one"),
            Column("decided_by TEXT", "who took the first decision"),
            Column("appeal_until INTEGER", "the last instant to appeal; NULL before a decision", Unit.MS),
        ),
        key=1,
        keys=lambda state: state.cases,
        row=_case_row,
    ),
    Table(
        "case_steps",
        "What was said in each case, in the order of the book.",
        (
            Column("seq INTEGER"),
            Column("case_number INTEGER", "number of the case"),
            Column("account TEXT", "account that the case is about"),
            Column("year INTEGER", "year of the breach"),
            Column("step TEXT", "noticed, replied, decided, appealed or appeal decided"),
            Column("actor TEXT"),
            Column("fen INTEGER", "proposed or decided penalty; NULL where the step has none"),
            Column("said TEXT", "the facts, the reply or the reasons"),
            Column("evidence TEXT", "SHA-256 of the document that was brought; empty where there is none"),
        ),
        key=2,
    ),
)
STEPS: dict[type, str] = {
    e.CaseNoticed: "noticed",
    e.CaseReplied: "replied",
    e.CaseDecided: "decided",
    e.CaseAppealed: "appealed",
    e.CaseAppealDecided: "appeal decided",
}


def _note_case(tables: Tables, state: State, record: Record, event: e.CaseEvent) -> None:
    known = state.cases[event.case]
    tables.touch("cases", known.id)
    touch_penalty(tables, state, key_of(known))
    said = event.reply if isinstance(event, e.CaseReplied) else event.reason
    fen = None if isinstance(event, e.CaseReplied | e.CaseAppealed) else event.fen
    step = (known.id, known.account, known.year, STEPS[type(event)], event.actor, fen, said, event.evidence)
    tables.add("case_steps", (record.seq, *step))


#: What each event touches.
NOTES: dict[type, Note] = dict.fromkeys(STEPS, _note_case)
