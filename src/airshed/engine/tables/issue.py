"""Read tables of caps, holdings and free allocation."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables, touching
from airshed.model.allowance import Blocks, Series, count_of
from airshed.model.measures import Unit
from airshed.registry.accounts import reserve
from airshed.registry.moves import Delivered


def block_text(blocks: Blocks) -> str:
    """Blocks as text, `1-500,601-700`."""
    return ",".join(f"{block.first}-{block.last}" for block in blocks)


def _holding_row(state: State, key: tuple[str, str]) -> Row | None:
    position = state.ledger.positions.get(key)
    if position is None or position.count == 0:
        return None
    return (*key, position.count, position.held, block_text(position.blocks))


def _cap_row(state: State, key: str) -> Row:
    return (key, *Series.parse(key), state.ledger.caps[key])


TABLES = (
    Table(
        "caps",
        "Series that are issued.",
        (
            Column("series TEXT"),
            Column("pollutant TEXT"),
            Column("jurisdiction TEXT"),
            Column("vintage INTEGER", "year from which the allowances count"),
            Column("count INTEGER"),
        ),
        key=1,
        keys=lambda state: state.ledger.caps,
        row=_cap_row,
    ),
    Table(
        "credits",
        "Credits as they were issued, with the project that they are for.",
        (
            Column("seq INTEGER"),
            Column("series TEXT"),
            Column("account TEXT", "who got them"),
            Column("first INTEGER", "serial of the first of them"),
            Column("count INTEGER", "how many", Unit.KG),
            Column("pollutant TEXT", "pollutant whose obligation they count for"),
            Column("project TEXT", "the project, by its name or number in the register of projects"),
            Column("evidence TEXT", "SHA-256 of what shows it"),
            Column("actor TEXT", "who issued them"),
        ),
        key=1,
    ),
    Table(
        "holdings",
        "What every account holds of a series; empty positions have no row.",
        (
            Column("account TEXT"),
            Column("series TEXT"),
            Column("count INTEGER"),
            Column("held INTEGER", "allowances set aside: on offer, in a call, pledged or leased", Unit.KG),
            Column("blocks TEXT", "serials, both ends included, as `1-500,601-700`"),
        ),
        key=2,
        keys=lambda state: state.ledger.positions,
        row=_holding_row,
    ),
    Table(
        "allocations",
        "Shares of every allocation, and what verified output adds to them or takes back, with the reason.",
        (
            Column("seq INTEGER"),
            Column("series TEXT"),
            Column("source TEXT"),
            Column("account TEXT"),
            Column("method TEXT", "method of allocation"),
            Column("count INTEGER", "allowances; below zero where verified output took some back"),
            Column("made_up INTEGER", "allowances withheld for an earlier shortfall", Unit.KG),
            Column("why_en TEXT", "reason in English"),
            Column("why_zh TEXT", "reason in Chinese"),
        ),
        key=3,
    ),
)


def _note_allocated(tables: Tables, state: State, record: Record, event: e.Allocated) -> None:
    for award in event.awards:
        tables.add(
            "allocations",
            (
                record.seq,
                event.series,
                award.source,
                award.account,
                event.method,
                award.count,
                award.made_up,
                award.en,
                award.zh,
            ),
        )


def _note_trued_up(tables: Tables, state: State, record: Record, event: e.TruedUp) -> None:
    tables.touch("holdings", (reserve(Series.parse(event.series).jurisdiction), event.series))
    for line in event.lines:
        change = line.more - line.taken - line.due
        row = (record.seq, event.series, line.source, line.account, event.method, change, line.made_up)
        tables.add("allocations", (*row, line.en, line.zh))


def _note_credited(tables: Tables, state: State, record: Record, event: e.CreditsIssued) -> None:
    tables.touch("caps", event.series)
    tables.touch("holdings", (event.account, event.series))
    what = (event.series, event.account, event.first, event.count, event.pollutant)
    tables.add("credits", (record.seq, *what, event.project, event.evidence, event.actor))


def _note_voided(tables: Tables, state: State, record: Record, event: e.CreditsVoided) -> None:
    tables.touch("years", *((use.source, use.year, event.pollutant) for use in event.uses))
    moves = [move for move in event.entry if isinstance(move, Delivered)]
    count = sum(count_of(move.blocks) for move in moves)
    tables.add("write_offs", (record.seq, event.series, record.at, count, len({move.origin for move in moves})))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.CapSet: touching(caps="series", holdings="account series"),
    e.CreditsIssued: _note_credited,
    e.CreditsVoided: _note_voided,
    e.Allocated: _note_allocated,
    e.TruedUp: _note_trued_up,
}
