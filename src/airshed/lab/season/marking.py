"""Marks that operators of a simulated year enter, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from airshed.engine import commands as c
from airshed.model.period import DAY_MS, HOUR_MS, day_of, hour_of, instant
from airshed.model.refusal import Malformed
from airshed.mrv.marks import HoursMark
from airshed.mrv.rules import MarkKind
from airshed.zone.rows import read_rows
from airshed.zone.zone import Zone

#: How long after the last hour an operator of the demo enters its mark, and the authority looks at it.
ENTERED_AFTER_MS = 6 * HOUR_MS
DECIDED_AFTER_MS = 9 * DAY_MS


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

    def first(self, year: int) -> int:
        """The first millisecond of the first hour."""
        there = datetime.fromisoformat(f"{year:04}-{self.begins}:00")
        return instant(there.date().isoformat(), there.hour)

    def after(self, year: int) -> int:
        """The millisecond after the last hour."""
        return self.first(year) + self.hours * HOUR_MS

    def decided_on(self, year: int) -> str:
        """The day on which the authority decides it, or notes its lapse."""
        return day_of(self.after(year) + DECIDED_AFTER_MS)

    def command(self, year: int) -> c.MarkHours:
        """The wish of the operator."""
        last = hour_of(self.after(year) - 1)
        proof = "5" * 64 if self.proof == "yes" else ""
        return c.MarkHours(self.stack, self.mark, hour_of(self.first(year)), last, self.note, proof)


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
        if hour_of(row.first(2027))[:10] != hour_of(row.after(2027) - 1)[:10]:
            raise Malformed(f"{path} line {line} column hours", "the mark goes beyond its day", "end it at midnight")
        if (row.decision == "lapsed") != (row.proof == "no"):
            what = f"{row.decision} with proof {row.proof!r}"
            raise Malformed(f"{path} line {line} column proof", what, "what lapses has no proof, and only that")
    return tuple(sorted(rows, key=lambda row: (row.after(year), row.stack)))


def marks_of(planned: Sequence[PlannedMark], year: int, *, at_last: bool) -> dict[str, list[HoursMark]]:
    """The marks by stack under the numbers that they get: as entered, or those that stand `at_last`."""
    found: dict[str, list[HoursMark]] = {}
    start = instant(f"{year}-01-01")
    for number, row in enumerate(planned, start=1):
        if not at_last or row.decision == "approved":
            first = (row.first(year) - start) // HOUR_MS
            found.setdefault(row.stack, []).append(HoursMark(row.mark, first, first + row.hours - 1, number))
    return found


def touching(marks: Iterable[HoursMark], day: int) -> tuple[int, ...]:
    """Numbers of the marks that touch a day of the year, counted from 0."""
    return tuple(mark.mark for mark in marks if mark.first_hour // 24 <= day <= mark.last_hour // 24)
