"""`airshed mrv quality`: what tests of monitors make out of control, and the same for whoever recomputes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.mrv.shown import LawBook, LawName, applied, fields, measuring_law, record, say_applied
from airshed.cli.options import Json, ZoneName
from airshed.cli.show import as_json, console, table

if TYPE_CHECKING:
    from airshed.mrv.quality import QualityTest
    from airshed.mrv.rules import MonitoringRules
    from airshed.service.stacks.stack_folder import YearMarks
    from airshed.zone.zone import Zone

#: Why hours are out of control.
WHY = {"failed": "failed 不合格", "overdue": "overdue 逾期"}


def quality(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file.", show_default=False)],
    year: Annotated[int, typer.Option("--year", min=2000, max=2100, help="Year to judge.")] = 2027,
    rulebook: LawName = "",
    zone: ZoneName = "dianzhong",
    book: LawBook = None,
    json: Json = False,
) -> None:
    """Which hours tests of monitors make out of control: drift of zero and span, accuracy. 质控测试与失控时段。

    FILE has the columns stack, of (a pollutant, or velocity), test (zero_drift, span_drift or accuracy), day, hour,
    result_percent. A failed test speaks of the hours back to the last that passed and on until one passes; an overdue
    one of the hours after its day. `airshed mrv run --quality FILE` recomputes by them: such hours are substituted as
    out of control.

    Example: airshed mrv quality tests.csv --year 2027
    """
    from airshed.mrv.quality import quality_gaps
    from airshed.mrv.spans import hour_text
    from airshed.zone.load import find, load
    from airshed.zone.monitoring import monitoring_rules

    law = measuring_law(rulebook, book, zone)
    tests = _read(file, load(find(zone)))
    gaps = quality_gaps(tests, monitoring_rules(law), year)
    hours = sum(gap.last_hour - gap.first_hour + 1 for gap in gaps)
    if json:
        as_json({"year": year, "tests": len(tests), "gaps": [fields(gap) for gap in gaps], "rulebook": applied(law)})
        return
    table(
        f"Out of control 失控时段 {year}",
        ("stack", "of", "test", "why", "result [%]#", "from", "to", "hours #"),
        [
            (
                gap.stack,
                gap.of,
                gap.test.replace("_", " "),
                WHY[gap.why],
                "" if gap.result_percent is None else f"{gap.result_percent:f}",
                hour_text(year, gap.first_hour),
                hour_text(year, gap.last_hour),
                f"{gap.last_hour - gap.first_hour + 1:,}",
            )
            for gap in gaps
        ],
    )
    console.print(f"{len(tests)} tests 项测试, {len(gaps)} gaps of {hours:,} hours 段失控")
    if not monitoring_rules(law).quality:
        console.print("the law has no quality.csv: no test decides about hours 规则未规定质控测试")
    say_applied(law)


def with_quality(
    marks: YearMarks | None, file: Path | None, zone: Zone, rules: MonitoringRules, years: Sequence[int]
) -> YearMarks | None:
    """Marks of operators, and those that a record of tests makes of its hours."""
    from airshed.mrv.quality_marks import quality_marks

    if file is None:
        return marks
    made = quality_marks(_read(file, zone), rules, _measured(zone), years)
    known = marks or {}
    return {
        stack: {
            year: (*known.get(stack, {}).get(year, ()), *made.get(stack, {}).get(year, ()))
            for year in {*known.get(stack, {}), *made.get(stack, {})}
        }
        for stack in dict.fromkeys((*known, *made))
    }


def _read(file: Path, zone: Zone) -> tuple[QualityTest, ...]:
    from airshed.mrv.quality import quality_tests

    return quality_tests(record(file), _measured(zone), str(file))


def _measured(zone: Zone) -> dict[str, tuple[str, ...]]:
    return {stack.stack: tuple(stack.monitors) for stack in zone.stacks}
