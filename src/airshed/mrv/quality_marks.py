"""What tests of monitors make out of control, as the marks of hours that recomputing takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from airshed.mrv.marks import HoursMark
from airshed.mrv.quality import VELOCITY, QualityTest, quality_gaps
from airshed.mrv.rules import MonitoringRules

#: Numbers of marks from here on are those of tests; what an operator marks has a smaller one.
FIRST_NUMBER: Final = 1_000_001


def quality_marks(
    tests: Sequence[QualityTest], rules: MonitoringRules, stacks: Mapping[str, Sequence[str]], years: Sequence[int]
) -> dict[str, dict[int, tuple[HoursMark, ...]]]:
    """What tests make out of control, as marks of calibration, which the law counts so; by stack and year."""
    marks: dict[str, dict[int, tuple[HoursMark, ...]]] = {}
    for year in years:
        for number, gap in enumerate(quality_gaps(tests, rules, year), start=FIRST_NUMBER):
            about = tuple(stacks[gap.stack]) if gap.of == VELOCITY else (gap.of,)
            mark = HoursMark("calibration", gap.first_hour, gap.last_hour, number, about)
            own = marks.setdefault(gap.stack, {})
            own[year] = (*own.get(year, ()), mark)
    return marks
