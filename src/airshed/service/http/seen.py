"""How much of a record somebody sees: the chain is everybody's, the content is for those whose it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from airshed.engine import events as e
from airshed.engine.journal import Line, Record, decode
from airshed.model.refusal import Refusal
from airshed.rulebook.reading_section import RECORDS
from airshed.service.book.embargo import Embargo, tells, years_of_cases
from airshed.service.book.kept import Statements
from airshed.service.book.sealed import SAYING_FREE, SEALING
from airshed.service.book.statement import StatementLine, lines_of
from airshed.service.http.shapes.reading import SeenRecord
from airshed.service.http.viewer import Viewer

#: Stands for the sentence of a refusal that would say how much is free, and so how much is bid.
SILENT = "how much is free is not told to others"


class BesideRecords(NamedTuple):
    """What stands beside records and says how much of them somebody sees."""

    #: Whose records are whole: the actors of an account, or of a jurisdiction.
    own: frozenset[str]
    #: The year that each case is about, where something is kept back.
    cases: Mapping[int, int]


#: Events of which the table of years, which is published, tells every figure.
TELLING_YEARS = (e.YearVerified, e.YearDetermined, e.ObligationDeferred)
#: By which a record that may hold one is found without reading it.
_MARKS = tuple(f'"is":"{kind.__name__}"'.encode() for kind in TELLING_YEARS)
#: For who reads everything, or nothing.
NOTHING = BesideRecords(frozenset(), {})


def beside(sql: Statements, viewer: Viewer) -> BesideRecords:
    """For somebody, as the book stands."""
    kept_back = viewer.reach(RECORDS) not in ("", "own") and viewer.public is not None
    return BesideRecords(own_actors(sql, viewer), years_of_cases(sql) if kept_back else {})


def seen(lines: Sequence[Line], viewer: Viewer, known: BesideRecords) -> list[SeenRecord]:
    """Records as somebody sees them."""
    if not viewer.reach(RECORDS):
        return [_seen_by_all(line, viewer) for line in lines]
    return [_seen(line, decode(line), viewer, known) for line in lines]


def _seen_by_all(line: Line, viewer: Viewer) -> SeenRecord:
    if any(mark in line.record for mark in _MARKS):
        record = decode(line)
        if published(record, viewer.published, remarks=_remarks(viewer)):
            return _whole(line, record)
    return SeenRecord(line.seq, line.hash)


def _remarks(viewer: Viewer) -> bool:
    """Whether the law has everybody read what verifiers remarked of published years."""
    reach = viewer.reach("opinions")
    return reach == "all" or "published" in reach


def published(record: Record, public: Embargo | None, *, remarks: bool = False) -> bool:
    """Whether a record tells the figure of a year that is public, who set it, and nothing else.

    What a verifier remarked is everybody's where the law says so of opinions; what moved with a figure is not.
    """
    found = False
    if public is None:
        return False
    for event in record.events:
        if isinstance(event, TELLING_YEARS):
            found = event.year <= public.emissions and not getattr(event, "entry", ())
            found = found and (remarks or not getattr(event, "comments", ()))
            if found:
                continue
        elif isinstance(event, e.ActConfirmed):
            continue
        return False
    return found


def _whole(line: Line, record: Record) -> SeenRecord:
    return SeenRecord(
        line.seq, line.hash, record.at, record.actor, record.key, record.body, record.events, record.refusal
    )


def reads_whole(line: Line, found: SeenRecord) -> bool:
    """Whether somebody sees all of a record, the sentence of its refusal too, and so may have its bytes."""
    return found == _whole(line, decode(line))


def _seen(line: Line, record: Record, viewer: Viewer, known: BesideRecords) -> SeenRecord:
    own, far = known.own, viewer.reach(RECORDS)
    mine = viewer.account != "" and record.actor in own
    whole = far not in ("", "own") and not mine
    if whole and viewer.public is not None and tells(record, viewer.public, known.cases):
        moves = moves_of([record], viewer.account) if viewer.account else ()
        return SeenRecord(line.seq, line.hash, record.at, embargoed=True, moves=moves)
    if not mine and type(record.body) in SEALING:
        return SeenRecord(line.seq, line.hash, record.at, sealed=True)
    if mine or far == "all" or (far == "place" and record.actor in own):
        refusal = record.refusal if mine or record.refusal is None else _quiet(record.refusal)
        return SeenRecord(line.seq, line.hash, record.at, record.actor, record.key, record.body, record.events, refusal)
    if published(record, viewer.published, remarks=_remarks(viewer)):
        return _whole(line, record)
    if far == "own":
        moves = moves_of([record], viewer.of)
        return SeenRecord(line.seq, line.hash, record.at, moves=moves)
    return SeenRecord(line.seq, line.hash, record.at)


def _quiet(refusal: Refusal) -> Refusal:
    return msgspec.structs.replace(refusal, detail=SILENT) if refusal.why in SAYING_FREE else refusal


def moves_of(records: Sequence[Record], account: str) -> tuple[StatementLine, ...]:
    """What records moved in or out of an account; balances are those of these records alone, and left out."""
    return tuple(
        StatementLine(each.seq, each.at, each.what, each.other, each.series, each.count, 0, each.fen, 0)
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
