"""`airshed registry delay`: when an approved act takes effect on a business clock, for a file of cases."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.options import Json
from airshed.cli.read import CsvLine, read_table
from airshed.cli.show import as_json, console, table
from airshed.model.counted import counted
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.registry.business_clock import BusinessClock

APPROVED, STARTED = "approved_at", "clock_start"
HOLIDAY, MAKEUP = "holiday", "working_day"
AFTER = re.compile(r"([0-9]{1,9})(m|min|h|d)", re.ASCII)
MINUTES: Mapping[str, int] = {"m": 1, "min": 1, "h": 60, "d": 24 * 60}
LONGEST_DAYS = 3_660

Due = Callable[[datetime], datetime]


def delay(
    cases: Annotated[str, typer.Argument(metavar="CASES.csv", help="CSV with a column approved_at.")],
    holidays: Annotated[
        str,
        typer.Option(
            metavar="H.csv", help="CSV with a column holiday; and working_day for days that make up for them."
        ),
    ] = "",
    china: Annotated[
        bool, typer.Option("--china", help="China's yearly notices for years of which the file names no day.")
    ] = False,
    opens: Annotated[str, typer.Option(metavar="HH:MM", help="First moment of a working day.")] = "10:00",
    closes: Annotated[str, typer.Option(metavar="HH:MM", help="Last moment of a working day.")] = "16:00",
    after: Annotated[
        str, typer.Option(metavar="LIST", help="Delays as 7m,2h,24h,3d; whole days are working days.")
    ] = "24h",
    rule: Annotated[str, typer.Option(help="hours: --after, as the UK registry; noon: as the EU registry.")] = "hours",
    json: Json = False,
) -> None:
    """When an approved act takes effect: opening hours, holidays, delays in minutes and working days. 延迟执行时间。

    Times are wall times of the registry, without an offset. For each case the moment the clock starts, and one column
    exec_... for each delay. Where the file has such a column already, what differs from it is named, and the exit
    status is 1.

    Example: airshed registry delay cases.csv --holidays holidays.csv --opens 10:00 --closes 16:00 --after 7m,2h,24h,72h
    """
    from airshed.registry.business_clock import BusinessClock

    clock = BusinessClock(_hour(opens, "--opens"), _hour(closes, "--closes"), _worked(holidays, china=china))
    columns = _columns(clock, rule, after)
    rows: list[dict[str, str]] = []
    wrong: list[list[str]] = []
    stated_times = 0
    lines = read_table(cases, (APPROVED,), None)
    unread = [name for name in (lines[0].cells if lines else ()) if _stated(name) and name not in columns]
    if unread:
        print(
            f"not compared 未核对: {', '.join(unread)}; --after {after} reckons {', '.join(columns)}", file=sys.stderr
        )
    for line in lines:
        approved = _moment(line, APPROVED)
        try:
            reckoned = {name: due(approved) for name, due in columns.items()}
        except Malformed as error:
            raise Malformed(f"{line.place} {APPROVED}", error.what, error.cure) from None
        stated = {name: _moment(line, name) for name in columns if line.text(name)}
        stated_times += len(stated)
        wrong.append([f"{line.place} {name}: {at.isoformat()}" for name, at in stated.items() if at != reckoned[name]])
        rows.append({APPROVED: approved.isoformat(), **{name: at.isoformat() for name, at in reckoned.items()}})
    all_wrong = [each for differs in wrong for each in differs]
    if json:
        for row, differs in zip(rows, wrong, strict=True):
            as_json({**row, "differs": differs} if stated_times else row)
    else:
        table("", (APPROVED, *columns), [tuple(row.values()) for row in rows])
        for each in all_wrong:
            console.print(f"stated otherwise 不一致: {each}")
        agree = f"; {stated_times - len(all_wrong)} of {stated_times} stated times agree 一致" if stated_times else ""
        console.print(f"{counted(len(rows), 'case')}{agree}")
    if all_wrong:
        raise typer.Exit(1)


def _stated(name: str) -> bool:
    """Whether a column has the name of something that is reckoned, under one rule or the other."""
    return name.startswith("exec_") or name in (STARTED, "trusted_from")


def _columns(clock: BusinessClock, rule: str, after: str) -> dict[str, Due]:
    from airshed.registry.business_clock import TRUSTED_AFTER_WORKING_DAYS as FOUR

    if rule == "noon":
        return {
            STARTED: clock.start,
            "exec_not_trusted": clock.next_noon,
            "trusted_from": lambda at: clock.noon(at, FOUR),
        }
    if rule != "hours":
        raise Malformed("--rule", f"no such rule {rule!r}", near(rule, ("hours", "noon")))
    columns: dict[str, Due] = {STARTED: clock.start}
    for word in after.split(","):
        found = AFTER.fullmatch(word.strip())
        if found is None:
            raise Malformed("--after", f"{word.strip()[:20]!r} is no delay", "write minutes, hours or days as 7m,2h,3d")
        minutes = int(found[1]) * MINUTES[found[2]]
        if minutes > LONGEST_DAYS * MINUTES["d"]:
            raise Malformed("--after", f"{word.strip()} is more than {LONGEST_DAYS:,} days", "wait less long")
        name = f"exec_{int(found[1])}{'min' if found[2] == 'm' else found[2]}"
        if name in columns:
            raise Malformed("--after", f"{word.strip()} is there already, as {name}", "name each delay once")
        columns[name] = _due(clock, minutes)
    return columns


def _due(clock: BusinessClock, minutes: int) -> Due:
    return lambda at: clock.due(at, minutes)


def _worked(path: str, *, china: bool) -> Callable[[date], bool]:
    from airshed.registry.business_clock import weekdays_but

    lines = read_table(path, (HOLIDAY,), None) if path else ()
    closed = frozenset(_day(line, HOLIDAY) for line in lines if line.text(HOLIDAY))
    makeup = frozenset(_day(line, MAKEUP) for line in lines if line.text(MAKEUP))
    listed = weekdays_but(closed, makeup)
    if not china:
        return listed
    from airshed.rulebook.notices import worked_in_china

    own = {day.year for day in closed | makeup}
    return lambda day: listed(day) if day.year in own else worked_in_china(day)


def _hour(text: str, option: str) -> time:
    try:
        read = time.fromisoformat(text)
    except ValueError:
        read = None
    if read is None or read.tzinfo is not None:
        raise Malformed(option, f"{text[:20]!r} is no time of day", "write it as 10:00")
    return read


def _day(line: CsvLine, column: str) -> date:
    try:
        return date.fromisoformat(line.text(column))
    except ValueError:
        what = f"{line.text(column)[:40]!r} is no day"
    raise Malformed(f"{line.place} {column}", what, "write it as 2021-05-03")


def _moment(line: CsvLine, column: str) -> datetime:
    place, text = f"{line.place} {column}", line.text(column)
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(place, f"{text[:40]!r} is no moment", "write it as 2021-03-15T16:00:01") from None
    if read.tzinfo is not None:
        raise Malformed(place, f"{text[:40]!r} has an offset", "write the wall time of the registry, without one")
    return read
