"""What operators marked, what was corrected, and what verifiers asked for, from the read tables of the book."""

from __future__ import annotations

import msgspec

from airshed.service.book.kept import KeptBook


class MarkedRow(msgspec.Struct, frozen=True):
    """A mark and what became of it."""

    mark: int
    stack: str
    kind: str
    first: str
    hours: int
    state: str
    reason: str


class CorrectionRow(msgspec.Struct, frozen=True):
    """A day that was sealed anew: what one pollutant's mass changed by, in milligrams."""

    seq: int
    stack: str
    day: str
    pollutant: str
    reversed_mg: int
    difference_mg: int
    reason: str


class ImprovementRow(msgspec.Struct, frozen=True):
    """An item of an improvement list, and the opinion that followed."""

    source: str
    item: str
    answer: str
    state: str
    opinion: str | None


class VerificationFacts(msgspec.Struct, frozen=True):
    """Marks, corrections with a difference, improvements."""

    marks: tuple[MarkedRow, ...]
    corrections: tuple[CorrectionRow, ...]
    improvements: tuple[ImprovementRow, ...]


def verified(book: KeptBook, year: int) -> VerificationFacts:
    """What the book says of a year."""
    marks = book.sql.execute(
        "SELECT mark, stack, kind, first, hours, state, reason FROM marks WHERE first LIKE ? ORDER BY mark",
        (f"{year}-%",),
    )
    corrections = book.sql.execute(
        "SELECT seq, stack, day, pollutant, reversed_mg, difference_mg, reason FROM corrections"
        " WHERE day LIKE ? AND difference_mg <> 0 ORDER BY seq, pollutant",
        (f"{year}-%",),
    )
    improvements = book.sql.execute(
        "SELECT source, item, answer, state, (SELECT opinion FROM opinions"
        " WHERE opinions.source = improvements.source AND opinions.year = improvements.year ORDER BY seq DESC LIMIT 1)"
        " FROM improvements WHERE year = ? ORDER BY source, number",
        (year,),
    )
    return VerificationFacts(
        tuple(MarkedRow(*row) for row in marks),
        tuple(CorrectionRow(*row) for row in corrections),
        tuple(ImprovementRow(*row) for row in improvements),
    )
