"""Read tables of what became of accounts, of their sources and of what lay in them."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _cancellation_row(state: State, key: int) -> Row | None:
    each = state.cancellations.get(key)
    return (key, each.account, each.series, each.count, each.at, each.statement) if each else None


def _source_transfer_row(state: State, key: int) -> Row | None:
    sale = state.source_transfers.get(key)
    if sale is None:
        return None
    when = (sale.offered, sale.claimed, sale.ended)
    owed = ", ".join(f"{pollutant} {count}" for pollutant, count in sale.owed.items())
    return (key, sale.source, sale.origin, sale.target, sale.state, *when, owed, sale.reason)


def _closing_row(state: State, key: str) -> Row | None:
    notice = state.closing.get(key)
    return (key, notice.until, notice.reason) if notice else None


TABLES: tuple[Table, ...] = (
    Table(
        "source_transfers",
        "Works that were sold: sources that passed to another account, wait to pass, or stayed.",
        (
            Column("transfer INTEGER", "number of the transfer of the source"),
            Column("source TEXT"),
            Column("origin TEXT", "account that answered for it"),
            Column("target TEXT", "account that is to answer for it"),
            Column("state TEXT", "`offered`, `claimed`, `done` or `dropped`"),
            Column("offered_at INTEGER", "when it was offered", Unit.MS),
            Column("claimed_at INTEGER", "when it was claimed; NULL when it was not", Unit.MS),
            Column("ended_at INTEGER", "when it passed or was dropped; NULL while it waits", Unit.MS),
            Column("owed TEXT", "what was verified and not surrendered when it passed, by pollutant"),
            Column("reason TEXT", "why it was dropped; empty when it was not"),
        ),
        key=1,
        keys=lambda state: state.source_transfers,
        row=_source_transfer_row,
    ),
    Table(
        "closures_noticed",
        "Accounts that are to be closed; those that are closed have no row.",
        (
            Column("account TEXT"),
            Column("until INTEGER", "from then on the closure takes what still lies in it", Unit.MS),
            Column("reason TEXT", "why it is to be closed"),
        ),
        key=1,
        keys=lambda state: state.closing,
        row=_closing_row,
    ),
    Table(
        "cancellations",
        "Allowances that holders gave up for good and for no emission, with what they say in public.",
        (
            Column("cancellation INTEGER", "number of the cancellation"),
            Column("account TEXT", "account that gave"),
            Column("series TEXT"),
            Column("count INTEGER", "allowances given up"),
            Column("at INTEGER"),
            Column("statement TEXT", "what the holder says in public; may be empty"),
        ),
        key=1,
        keys=lambda state: state.cancellations,
        row=_cancellation_row,
    ),
)


def _note_source(
    tables: Tables,
    state: State,
    record: Record,
    event: e.SourceOffered | e.SourceClaimed | e.SourceDropped | e.SourceTransferred,
) -> None:
    tables.touch("source_transfers", event.transfer)
    tables.touch("accounts", state.source_transfers[event.transfer].origin)
    tables.touch("sources", event.source)


#: What each event touches.
NOTES: dict[type, Note] = {
    e.ClosureNoticed: touching(closures_noticed="account", accounts="account"),
    e.SourceOffered: _note_source,
    e.SourceClaimed: _note_source,
    e.SourceDropped: _note_source,
    e.SourceTransferred: _note_source,
    e.AllowancesCancelled: touching(cancellations="cancellation"),
}
