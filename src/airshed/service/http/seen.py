"""How much of a record somebody sees: the chain is everybody's, the content is for those whose it is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from airshed.engine.journal import Line, Record, decode
from airshed.model.refusal import Refusal
from airshed.service.book.embargo import tells
from airshed.service.book.kept import Statements
from airshed.service.book.sealed import SAYING_FREE, SEALING
from airshed.service.book.statement import lines_of
from airshed.service.http.shapes import AccountMove, SeenRecord
from airshed.service.http.viewer import Viewer

#: Stands for the sentence of a refusal that would say how much is free, and so how much is bid.
SILENT = "how much is free is not told to others"


def seen(lines: Sequence[Line], viewer: Viewer, own: frozenset[str]) -> list[SeenRecord]:
    """Records as somebody sees them; `own` are the actors of an account, or of a jurisdiction."""
    if viewer.reads == "public":
        return [SeenRecord(line.seq, line.hash) for line in lines]
    return [_seen(line, decode(line), viewer, own) for line in lines]


def _seen(line: Line, record: Record, viewer: Viewer, own: frozenset[str]) -> SeenRecord:
    mine = viewer.reads == "account" and record.actor in own
    if viewer.reads == "zone" and viewer.public is not None and tells(record, viewer.public):
        return SeenRecord(line.seq, line.hash, record.at, embargoed=True)
    if not mine and type(record.body) in SEALING:
        return SeenRecord(line.seq, line.hash, record.at, sealed=True)
    if mine or viewer.reads == "zone" or (viewer.reads == "jurisdiction" and record.actor in own):
        refusal = record.refusal if mine or record.refusal is None else _quiet(record.refusal)
        return SeenRecord(line.seq, line.hash, record.at, record.actor, record.key, record.body, record.events, refusal)
    if viewer.reads == "account":
        moves = moves_of([record], viewer.of)
        return SeenRecord(line.seq, line.hash, record.at, moves=moves)
    return SeenRecord(line.seq, line.hash, record.at)


def _quiet(refusal: Refusal) -> Refusal:
    return msgspec.structs.replace(refusal, detail=SILENT) if refusal.why in SAYING_FREE else refusal


def moves_of(records: Sequence[Record], account: str) -> tuple[AccountMove, ...]:
    """What records moved in or out of an account; balances are those of these records alone, and left out."""
    return tuple(
        AccountMove(each.seq, each.at, each.what, each.other, each.series, each.count, 0, each.fen, 0)
        for each in lines_of(records, account)
    )


def own_actors(sql: Statements, viewer: Viewer) -> frozenset[str]:
    """Whose records are whole for somebody."""
    if viewer.reads == "account":
        rows = sql.execute("SELECT actor FROM actors WHERE account = ?", (viewer.of,))
    elif viewer.reads == "jurisdiction":
        rows = sql.execute(
            "SELECT actor FROM actors WHERE jurisdiction = ? "
            "OR account IN (SELECT account FROM accounts WHERE jurisdiction = ?)",
            (viewer.of, viewer.of),
        )
    else:
        return frozenset()
    return frozenset(str(name) for (name,) in rows)
