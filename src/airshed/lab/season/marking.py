"""Marks that operators of a simulated year enter, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.engine import commands as c
from airshed.model.civil import CivilTime
from airshed.model.period import HOUR_MS
from airshed.model.refusal import Malformed
from airshed.mrv.marks import HoursMark
from airshed.mrv.rules import MarkKind
from airshed.zone.rows import read_rows
from airshed.zone.zone import Zone

#: How long after the last hour an operator of the demo enters its mark, and the authority looks at it.
ENTERED_AFTER_MS = 6 * HOUR_MS
DECIDED_AFTER = timedelta(days=9)


class PlannedMark(msgspec.Struct, frozen=True):
    """One row of `marks.csv` of a zone."""

    stack: str
    mark: MarkKind
    #: First hour, in any year, as 02-14T09.
    begins: Annotated[str, msgspec.Meta(pattern=r"^[01][0-9]-[0-3][0-9]T[0-2][0-9]\Z")]
    hours: Annotated[int, msgspec.Meta(ge=1, le=8760)]
    #: Whether the operator hands in its proof.
    proof: Literal["yes", "no"]
    #: What becomes of it.
    decision: Literal["approved", "refused", "lapsed"]
    note: str

    def first(self, year: int) -> datetime:
        """The first hour, in standard time as all hours of monitors."""
        return datetime.fromisoformat(f"{year:04}-{self.begins}:00")

    def last(self, year: int) -> datetime:
        """The last hour."""
        return self.first(year) + timedelta(hours=self.hours - 1)

    def entered(self, year: int, time: CivilTime) -> int:
        """When the operator enters it; `time` is the standard time of the region."""
        return time.at(self.last(year)) + HOUR_MS + ENTERED_AFTER_MS

    def decided_on(self, year: int) -> str:
        """The day on which the authority decides it, or notes its lapse."""
        return (self.last(year) + timedelta(hours=1) + DECIDED_AFTER).date().isoformat()

    def command(self, year: int) -> c.MarkHours:
        """The wish of the operator."""
        first, last = (f"{hour:%Y-%m-%dT%H}" for hour in (self.first(year), self.last(year)))
        proof = "5" * 64 if self.proof == "yes" else ""
        return c.MarkHours(self.stack, self.mark, first, last, self.note, proof)


def read_marks(folder: Path, zone: Zone, year: int) -> tuple[PlannedMark, ...]:
    """The rows of `marks.csv` in the folder of a zone, in the order in which they are entered in a year."""
    path = folder / "marks.csv"
    rows = read_rows(path, PlannedMark)
    known = {stack.stack for stack in zone.stacks}
    for line, row in enumerate(rows, start=2):
        if row.stack not in known:
            raise Malformed(
                f"{path} line {line} column stack", f"no such stack {row.stack!r}", "name one of stacks.csv"
            )
        if row.first(2027).date() != row.last(2027).date():
            raise Malformed(f"{path} line {line} column hours", "the mark goes beyond its day", "end it at midnight")
        if (row.decision == "lapsed") != (row.proof == "no"):
            what = f"{row.decision} with proof {row.proof!r}"
            raise Malformed(f"{path} line {line} column proof", what, "what lapses has no proof, and only that")
    return tuple(sorted(rows, key=lambda row: (row.last(year), row.stack)))


def marks_of(planned: Sequence[PlannedMark], year: int, *, at_last: bool) -> dict[str, list[HoursMark]]:
    """The marks by stack under the numbers that they get: as entered, or those that stand `at_last`."""
    found: dict[str, list[HoursMark]] = {}
    start = datetime(year, 1, 1)
    for number, row in enumerate(planned, start=1):
        if not at_last or row.decision == "approved":
            first = (row.first(year) - start) // timedelta(hours=1)
            found.setdefault(row.stack, []).append(HoursMark(row.mark, first, first + row.hours - 1, number))
    return found


def touching(marks: Iterable[HoursMark], day: int) -> tuple[int, ...]:
    """Numbers of the marks that touch a day of the year, counted from 0."""
    return tuple(mark.mark for mark in marks if mark.first_hour // 24 <= day <= mark.last_hour // 24)
