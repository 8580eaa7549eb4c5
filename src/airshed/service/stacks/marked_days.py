"""The days of a played year with marked hours: as sealed at first, and as corrected when a mark is reverted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from airshed.engine.commands import SealDay
from airshed.lab.season.marking import PlannedMark, marks_of, touching
from airshed.mrv.year import StackYear
from airshed.service.book.sealing import seal_command

Days = dict[str, list[SealDay]]


def reverted(planned: Iterable[PlannedMark]) -> list[str]:
    """Stacks with a mark that does not stand at last."""
    return sorted({row.stack for row in planned if row.decision != "approved"})


def sealed_and_corrected(
    first: Iterable[StackYear], at_last: Mapping[str, StackYear], planned: Sequence[PlannedMark], year: int
) -> tuple[Days, Days]:
    """Every day as it is first sealed, by day, and corrections by the day on which they are sent.

    `first` holds the years with every mark as entered, `at_last` those of the `reverted` stacks with what stands. A day
    that is over when its mark is reverted is corrected if it differs; a later one is sealed right at once.
    """
    entered, stand = marks_of(planned, year, at_last=False), marks_of(planned, year, at_last=True)
    decided = {row.stack: row.decided_on(year) for row in planned if row.decision != "approved"}
    sealed: Days = {}
    corrections: Days = {}
    for closed in first:
        stack = closed.stack
        mended = at_last.get(stack, closed)
        for place, (day, final) in enumerate(zip(closed.days, mended.days, strict=True)):
            before = seal_command(day, touching(entered.get(stack, ()), place))
            after = seal_command(final, touching(stand.get(stack, ()), place))
            if stack not in decided or day.day >= decided[stack]:
                sealed.setdefault(day.day, []).append(after)
                continue
            sealed.setdefault(day.day, []).append(before)
            if before != after:
                reason = (
                    f"mark {before.marks[0]} was reverted"
                    if before.marks
                    else "other hours look back on those of a mark"
                )
                correction = msgspec.structs.replace(after, replaces=before.evidence, reason=reason)
                corrections.setdefault(decided[stack], []).append(correction)
    return sealed, corrections
