"""Read tables of grants that come back."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _closure_row(state: State, key: str) -> Row | None:
    return (key, state.closures[key]) if key in state.closures else None


def _withdrawal_row(state: State, key: int) -> Row:
    each = state.withdrawals[key]
    named = (key, each.source, each.account, each.series, each.ground, each.count, each.blocked, each.price)
    sold_on = (each.short, each.sold_on, each.due_fen, each.paid_back_fen)
    return (*named, each.appeal_by, each.notice_until, each.state, each.withdrawn, each.paid_fen, *sold_on)


def _withholding_row(state: State, key: int) -> Row:
    each = state.withholdings[key]
    named = (key, each.source, each.account, each.series, each.ground, each.year, each.count, each.blocked)
    return (*named, each.until, each.state, each.forfeited)


TABLES = (
    Table(
        "closures",
        "Sources that have stopped for good.",
        (
            Column("source TEXT"),
            Column("day TEXT", "last day of operation"),
        ),
        key=1,
        keys=lambda state: state.closures,
        row=_closure_row,
    ),
    Table(
        "withdrawals",
        "Notices of withdrawal, and how far each has come.",
        (
            Column("withdrawal INTEGER", "number of the withdrawal"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("series TEXT"),
            Column("ground TEXT"),
            Column("count INTEGER"),
            Column("blocked INTEGER", "allowances that wait to be withdrawn", Unit.KG),
            Column("price INTEGER"),
            Column("appeal_by TEXT", "last day for an appeal"),
            Column("notice_until TEXT", "last day of the notice"),
            Column("state TEXT", "noticed, appealed, confirmed, fallen, withdrawn or restored"),
            Column("withdrawn INTEGER", "allowances that went to the reserve", Unit.KG),
            Column("paid_fen INTEGER", "what was paid for them"),
            Column("short INTEGER", "allowances of the notice that were sold on or used already", Unit.KG),
            Column("sold_on TEXT", "what becomes of those: make_up, pay_back or none"),
            Column("due_fen INTEGER", "what the source still has to pay for what it sold on"),
            Column("paid_back_fen INTEGER", "what it has paid for that"),
        ),
        key=1,
        keys=lambda state: state.withdrawals,
        row=_withdrawal_row,
    ),
    Table(
        "withholdings",
        "Parts of grants that are withheld, and how far each has come.",
        (
            Column("withholding INTEGER", "number of the withholding"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("series TEXT"),
            Column("ground TEXT"),
            Column("year INTEGER", "year of the condition"),
            Column("count INTEGER"),
            Column("blocked INTEGER", "allowances that are still withheld", Unit.KG),
            Column("until TEXT", "last day before it may be forfeited, or of the investigation"),
            Column("state TEXT", "withheld, released or forfeited"),
            Column("forfeited INTEGER", "allowances that went to the reserve", Unit.KG),
        ),
        key=1,
        keys=lambda state: state.withholdings,
        row=_withholding_row,
    ),
    Table(
        "reversals",
        "Errors of allocations that were mended.",
        (
            Column("seq INTEGER"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("series TEXT"),
            Column("count INTEGER"),
            Column("taken INTEGER", "allowances that went back at once", Unit.KG),
            Column("due INTEGER", "allowances withheld from the next allocation", Unit.KG),
            Column("reason TEXT", "what the error was"),
        ),
        key=1,
    ),
)


def _note_withdrawal(
    tables: Tables,
    state: State,
    record: Record,
    event: e.WithdrawalNoticed
    | e.WithdrawalAppealed
    | e.AppealDecided
    | e.AllowancesWithdrawn
    | e.PaidBack
    | e.WithdrawalRestored,
) -> None:
    known = state.withdrawals[event.withdrawal]
    tables.touch("withdrawals", known.id)
    tables.touch("holdings", (known.account, known.series))


def _note_reversed(tables: Tables, state: State, record: Record, event: e.AllocationReversed) -> None:
    what = (event.source, event.account, event.series, event.count, event.taken, event.due, event.reason)
    tables.add("reversals", (record.seq, *what))


def _note_withholding(
    tables: Tables,
    state: State,
    record: Record,
    event: e.AllowancesWithheld | e.WithholdingReleased | e.WithheldForfeited,
) -> None:
    known = state.withholdings[event.withholding]
    tables.touch("withholdings", known.id)
    tables.touch("holdings", (known.account, known.series))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.SourceClosed: touching(closures="source"),
    e.SourceReopened: touching(closures="source"),
    e.WithdrawalNoticed: _note_withdrawal,
    e.WithdrawalAppealed: _note_withdrawal,
    e.AppealDecided: _note_withdrawal,
    e.AllowancesWithdrawn: _note_withdrawal,
    e.PaidBack: _note_withdrawal,
    e.WithdrawalRestored: _note_withdrawal,
    e.AllocationReversed: _note_reversed,
    e.AllowancesWithheld: _note_withholding,
    e.WithholdingReleased: _note_withholding,
    e.WithheldForfeited: _note_withholding,
}
