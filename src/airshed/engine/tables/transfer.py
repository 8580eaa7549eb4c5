"""Read tables of transfers, and of whom holders trust."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.report import note_year
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.measures import Unit


def _transfer_row(state: State, key: int) -> Row | None:
    transfer = state.transfers.get(key)
    if transfer is None:
        return None
    parties = (transfer.type, transfer.origin, transfer.target, transfer.series, transfer.count)
    return (key, *parties, transfer.asked, transfer.due, transfer.state, transfer.ended, transfer.reason)


def _trusted_row(state: State, key: tuple[str, str]) -> Row | None:
    since = state.trusted.get(key[0], {}).get(key[1])
    return None if since is None else (*key, since)


def _limits_row(state: State, key: str) -> Row | None:
    limits = state.transfer_limits.get(key)
    return None if limits is None else (key, limits.two_above, limits.trusted_above, limits.since)


TABLES: tuple[Table, ...] = (
    Table(
        "transfers",
        "Transfers without money: those that wait with the instant from which they may be carried out, and those over.",
        (
            Column("transfer INTEGER", "number of the transfer"),
            Column("type TEXT", "type of transaction"),
            Column("origin TEXT", "account that gives"),
            Column("target TEXT", "account that receives"),
            Column("series TEXT", "series, or strip as SO2-KM-2027..2031"),
            Column("count INTEGER", "allowances, of each vintage of a strip"),
            Column("asked INTEGER", "instant at which it was asked for", Unit.MS),
            Column("due INTEGER", "instant from which it may be carried out", Unit.MS),
            Column("state TEXT", "waiting, done, cancelled or reversed"),
            Column("ended INTEGER", "instant at which it was carried out or called off; NULL while it waits", Unit.MS),
            Column("reason TEXT", "what the rules had against it when its hour had come; else empty"),
        ),
        key=1,
        keys=lambda state: state.transfers,
        row=_transfer_row,
    ),
    Table(
        "trusted_accounts",
        "Whom a holder trusts; accounts of the same holder trust each other without a row.",
        (
            Column("account TEXT", "account whose list it is"),
            Column("trusted TEXT", "account that is trusted"),
            Column("since INTEGER", "instant from which that counts", Unit.MS),
        ),
        key=2,
        keys=lambda state: [(account, other) for account, held in state.trusted.items() for other in held],
        row=_trusted_row,
    ),
    Table(
        "transfer_limits",
        "To what holders have bound their transfers, as they last said.",
        (
            Column("account TEXT"),
            Column("two_above INTEGER", "what is more takes two of the account; NULL for no limit", Unit.KG),
            Column("trusted_above INTEGER", "what is more goes to trusted accounts only; NULL for no limit", Unit.KG),
            Column("since INTEGER", "instant from which this holds alone; until then stricter ones do too", Unit.MS),
        ),
        key=1,
        keys=lambda state: state.transfer_limits,
        row=_limits_row,
    ),
    Table(
        "write_offs",
        "What nobody surrendered of vintages that have ended, written off; what a notice cut by a share; void credits.",
        (
            Column("seq INTEGER"),
            Column("series TEXT"),
            Column("at INTEGER"),
            Column("count INTEGER", "allowances, of all holders"),
            Column("holders INTEGER", "accounts that held them"),
        ),
        key=2,
    ),
)


def _note_written_off(tables: Tables, state: State, record: Record, event: e.AllowancesWrittenOff) -> None:
    tables.add("write_offs", (record.seq, event.series, record.at, event.count, len(event.entry)))


def _note_cut(tables: Tables, state: State, record: Record, event: e.HoldingsCut) -> None:
    for series in dict.fromkeys(cut.series for cut in event.cuts):
        own = [cut.count for cut in event.cuts if cut.series == series]
        tables.add("write_offs", (record.seq, series, record.at, sum(own), len(own)))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.TransferDelayed: touching(transfers="transfer", holdings="origin series"),
    e.TransferMoved: touching(transfers="transfer"),
    e.TransferCancelled: touching(transfers="transfer", holdings="origin series"),
    e.Transferred: touching(transfers="transfer"),
    e.AccountTrusted: touching(trusted_accounts="account trusted"),
    e.AccountDistrusted: touching(trusted_accounts="account trusted"),
    e.TransferLimitsSet: touching(transfer_limits="account"),
    e.TransferReversed: touching(transfers="transfer"),
    e.SurrenderReversed: note_year,
    e.ExcessReturned: touching(),
    e.AllowancesWrittenOff: _note_written_off,
    e.HoldingsCut: _note_cut,
}
