"""The law of a book through its versions: from when each was in force, and what it changed, section by section."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.journal import decode
from airshed.model.period import clock
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.report.notes import SECTIONS
from airshed.rulebook.diff import LawChange, diff
from airshed.service.book.kept import KeptBook
from airshed.service.http.service import Service


class Changed(NamedTuple):
    """What a version changed in a section."""

    name: Phrase
    section: str
    lines: Sequence[LawChange]


class Version(NamedTuple):
    """A rulebook that was adopted."""

    seq: int
    since: str
    programme: str
    version: str
    digest: str
    #: None for the first, and where the text of either is not kept in the book.
    changes: Sequence[Changed] | None
    first: bool


def versions(book: KeptBook) -> list[Version]:
    """Every version, the latest first."""
    rows = book.sql.execute("SELECT seq, programme, version, digest FROM rulebooks ORDER BY seq").fetchall()
    changes: dict[int, Sequence[Changed] | None] = {}
    for (_, _, _, before), (seq, _, _, after) in pairwise(rows):
        kept = book.keeps(before) and book.keeps(after)
        changes[seq] = _sections(diff(book.rules(before), book.rules(after))) if kept else None
    return [
        Version(
            *(seq, clock(decode(book.line(seq)).at)[:16].replace("T", " "), programme, version, digest),
            changes.get(seq),
            seq == rows[0][0],
        )
        for seq, programme, version, digest in reversed(rows)
    ]


def _sections(found: Sequence[LawChange]) -> list[Changed]:
    return [
        Changed(NAMES.get(section, same(section)), section, tuple(lines))
        for section, lines in groupby(found, key=lambda each: each.section)
    ]


#: What sections are called.
NAMES: Mapping[str, Phrase] = SECTIONS


async def law(service: Service, request: Request) -> Response:
    """The versions of the law, for everybody."""
    visitor = await visitor_of(service, request)
    return page(visitor, "law.html.j2", versions=await service.readers.read(versions))
