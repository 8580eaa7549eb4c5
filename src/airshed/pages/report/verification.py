"""What operators marked, what was corrected, and what verifiers asked for, from the read tables of the book."""

from __future__ import annotations

import msgspec

from airshed.pages.report.sight import Sight


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


def verified(sight: Sight) -> VerificationFacts:
    """What the book says of a year."""
    of_year = (f"{sight.year}-%",)
    marks = sight.rows(
        "mark, stack, kind, first, hours, state, reason", "marks", "WHERE first LIKE ? ORDER BY mark", of_year
    )
    corrections = sight.rows(
        "seq, stack, day, pollutant, reversed_mg, difference_mg, reason",
        "corrections",
        "WHERE day LIKE ? AND difference_mg <> 0 ORDER BY seq, pollutant",
        of_year,
    )
    opinions = dict(sight.rows("source, opinion", "opinions", "WHERE year = ? ORDER BY seq", (sight.year,)))
    improvements = [
        (*row, opinions.get(row[0]))
        for row in sight.rows(
            "source, item, answer, state", "improvements", "WHERE year = ? ORDER BY source, number", (sight.year,)
        )
        if row[1] is not None
    ]
    return VerificationFacts(
        tuple(MarkedRow(*row) for row in marks),
        tuple(CorrectionRow(*row) for row in corrections),
        tuple(ImprovementRow(*row) for row in improvements),
    )
