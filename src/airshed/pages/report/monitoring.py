"""What monitoring found: exceedances, data capture, substituted hours, findings, and the truth that was hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from airshed.lab.stacks.episodes import Episode
from airshed.mrv.annual import SUSPICIOUS
from airshed.mrv.exceedance import Exceedance, exceedances_of
from airshed.mrv.findings import Finding
from airshed.mrv.year import StackYear
from airshed.pages.report.ground import Ground
from airshed.pages.report.sight import Sight
from airshed.rulebook.schema import Rulebook

#: Codes of findings that the page lists; the others (idling, say) are the weather of monitoring.
LISTED = (*SUSPICIOUS, "undetermined", "absurd_value", "outside_year", "long_hole", "too_few_minutes")
#: Which findings betray which episode.
BETRAYS = {
    "flat": ("flat_line",),
    "pressure": ("pressure_of_another_altitude",),
    "false_stop": ("contradicted_stop",),
}


class ExceedanceRow(msgspec.Struct, frozen=True):
    """An exceedance with what a reader needs to place it."""

    stack: str
    source: str
    pollutant: str
    limit_set: str
    standard: str
    statistic: str
    limit_mg_m3: float
    reference_o2_percent: float | None
    #: The worst mean that was read, in marked hours too, and its times over.
    worst_mg_m3: float
    #: Standard time of the worst hour, as 2027-02-12 14:00.
    worst_at: str
    #: Breaches that the law counts, by the statistic of the limit: hours, days or months.
    breaches: int
    #: Hours read above the limit, how many of them are under a mark that stands, and its number.
    hours_over: int
    marked_hours: int
    marks: tuple[int, ...]
    times_over: float


class MonthOfCapture(msgspec.Struct, frozen=True):
    """The pollutant of a stack that was caught least in a month."""

    stack: str
    month: int
    pollutant: str
    #: None when the stack stood still all month.
    basis_points: int | None
    valid_days: int
    needed_days: int


class LowQuarter(msgspec.Struct, frozen=True):
    """A quarter whose capture rate is below the target."""

    stack: str
    pollutant: str
    quarter: int
    basis_points: int


class FindingRow(msgspec.Struct, frozen=True):
    """All findings of one kind at one stack."""

    stack: str
    code: str
    #: Pollutants or factor codes, empty when it concerns the whole stack.
    subjects: tuple[str, ...]
    times: int
    hours: int
    first_at: str
    detail: str


class EpisodeRow(msgspec.Struct, frozen=True):
    """What was made to happen at a stack, and what the checks found of it."""

    stack: str
    kind: str
    pollutant: str | None
    first_at: str
    hours: int
    tampering: bool
    #: Codes of findings in these hours, "exceedance", "marked" (an exceedance that a mark keeps out of the count),
    #: "low_capture"; empty when nothing was found.
    found: tuple[str, ...]
    note: str


class HourShare(msgspec.Struct, frozen=True):
    """How the hours of a stack and pollutant came about, from the sealed days in the book."""

    stack: str
    pollutant: str
    measured: int
    substituted: int
    stopped: int


class Monitoring(msgspec.Struct, frozen=True):
    """Everything the page says of monitoring."""

    stacks: int
    #: Stacks whose readings were given.
    read: int
    exceedances: tuple[ExceedanceRow, ...]
    #: Limits compared, limits broken as the law counts, limits exceeded only in hours under a mark that stands.
    compared: int
    broken: int
    marked: int
    capture: tuple[MonthOfCapture, ...]
    low_quarters: tuple[LowQuarter, ...]
    findings: tuple[FindingRow, ...]
    episodes: tuple[EpisodeRow, ...]
    hours: tuple[HourShare, ...]


def monitoring(
    sight: Sight, works: Ground, rules: Rulebook, years: Sequence[StackYear], episodes: Sequence[Episode]
) -> Monitoring:
    """Put together what the stacks of a year say. `years` may be empty: then only the book speaks."""
    order = {stack: place for place, stack in enumerate(works.stacks)}
    known = sorted((each for each in years if each.stack in order), key=lambda each: order[each.stack])
    year = sight.year
    found = exceedances_of(each for closed in known for each in closed.exceedances)
    return Monitoring(
        stacks=len(works.stacks),
        read=len(known),
        exceedances=tuple(_row(each, works, year) for each in found.rows),
        compared=found.compared,
        broken=found.broken,
        marked=found.marked,
        capture=tuple(row for closed in known for row in _months(closed)),
        low_quarters=tuple(row for closed in known for row in _low_quarters(closed, rules)),
        findings=tuple(row for closed in known for row in _findings(closed))
        if any(closed.findings for closed in known)
        else _noted(sight),
        episodes=tuple(
            _episode(each, known, rules, year)
            for each in sorted(episodes, key=lambda each: (order.get(each.stack, len(order)), each.begins))
            if each.stack in order
        )
        if known
        else (),
        hours=_hours(sight),
    )


def hour_text(year: int, hour: int) -> str:
    """An hour of the year as people read it, standard time.

    >>> hour_text(2027, 25)
    '2027-01-02 01:00'
    """
    return (datetime(year, 1, 1) + timedelta(hours=hour)).strftime("%Y-%m-%d %H:00")


def _row(each: Exceedance, works: Ground, year: int) -> ExceedanceRow:
    read = each.as_read
    assert read.worst_mg_m3 is not None
    assert read.worst_hour is not None
    return ExceedanceRow(
        stack=each.stack,
        source=works.stacks[each.stack].source,
        pollutant=each.limit.pollutant,
        limit_set=each.limit.limit_set,
        standard=each.limit.standard,
        statistic=each.limit.statistic,
        limit_mg_m3=each.limit.limit_mg_m3,
        reference_o2_percent=each.limit.reference_o2_percent,
        worst_mg_m3=read.worst_mg_m3,
        worst_at=hour_text(year, read.worst_hour),
        breaches=each.breaches,
        hours_over=read.hours_over,
        marked_hours=read.marked_hours,
        marks=read.marks,
        times_over=float(read.times_over),
    )


def _months(closed: StackYear) -> list[MonthOfCapture]:
    worst: dict[int, MonthOfCapture] = {}
    for each in closed.months:
        rate = each.capture.basis_points
        before = worst.get(each.month)
        if before is None or (rate is not None and (before.basis_points is None or rate < before.basis_points)):
            worst[each.month] = MonthOfCapture(
                closed.stack, each.month, each.capture.pollutant, rate, each.valid_days, each.needed_days
            )
    return [worst[month] for month in sorted(worst)]


def _low_quarters(closed: StackYear, rules: Rulebook) -> list[LowQuarter]:
    target = rules.monitoring.capture_target_basis_points
    seen: dict[str, int] = {}
    low = []
    for rate in closed.quarters:
        seen[rate.pollutant] = quarter = seen.get(rate.pollutant, 0) + 1
        if not rate.at_least(target):
            low.append(LowQuarter(closed.stack, rate.pollutant, quarter, rate.basis_points or 0))
    return low


def _findings(closed: StackYear) -> list[FindingRow]:
    groups: dict[str, list[Finding]] = {}
    for each in closed.findings:
        if each.code in LISTED:
            groups.setdefault(each.code, []).append(each)
    return [
        FindingRow(
            stack=closed.stack,
            code=code,
            subjects=tuple(dict.fromkeys(each.subject for each in group if each.subject)),
            times=len(group),
            hours=sum(each.hours for each in group),
            first_at=hour_text(closed.year, min(each.first_hour for each in group)),
            detail=group[0].detail,
        )
        for code, group in groups.items()
    ]


def _episode(episode: Episode, years: Iterable[StackYear], rules: Rulebook, year: int) -> EpisodeRow:
    first = episode.first_hour(year)
    after = first + episode.hours
    found: dict[str, None] = {}
    for closed in years:
        if closed.stack != episode.stack:
            continue
        for finding in closed.findings:
            wanted = BETRAYS.get(episode.kind, ())
            if finding.code in wanted and finding.first_hour < after and finding.last_hour >= first:
                found[finding.code] = None
        if episode.kind == "peak":
            for each in closed.exceedances:
                if each.as_read.breaches and each.limit.pollutant == episode.pollutant:
                    found["exceedance" if each.breaches else "marked"] = None
        target = rules.monitoring.capture_target_basis_points
        if episode.kind == "outage" and any(
            not rate.at_least(target) and rate.first_hour < after and rate.after_hour > first
            for rate in closed.quarters
        ):
            found["low_capture"] = None
    return EpisodeRow(
        episode.stack,
        episode.kind,
        episode.pollutant,
        hour_text(year, first),
        episode.hours,
        episode.tampering == "yes",
        tuple(found),
        episode.note,
    )


def _noted(sight: Sight) -> tuple[FindingRow, ...]:
    """What the monitoring host noted in the book, one row for each kind and stack."""
    groups: dict[tuple[str, str], list[tuple[str, str, int, str]]] = {}
    for stack, code, subject, first, hours, detail in sight.rows(
        "stack, finding, subject, first, hours, detail",
        "findings",
        "WHERE year = ? ORDER BY stack, number",
        (sight.year,),
    ):
        if code in LISTED:
            groups.setdefault((stack, code), []).append((subject, first, hours, detail))
    return tuple(
        FindingRow(
            stack=stack,
            code=code,
            subjects=tuple(dict.fromkeys(subject for subject, _, _, _ in group if subject)),
            times=len(group),
            hours=sum(hours for _, _, hours, _ in group),
            first_at=min(first for _, first, _, _ in group).replace("T", " ") + ":00",
            detail=group[0][3],
        )
        for (stack, code), group in groups.items()
    )


def _hours(sight: Sight) -> tuple[HourShare, ...]:
    """How the hours of the year came about; nothing before the emissions are theirs to read who read the report."""
    if not sight.emissions:
        return ()
    among, hiding = ("days", ()) if sight.published else sight.among("days")
    return tuple(
        HourShare(*row)
        for row in sight.book.sql.execute(
            "SELECT stack, pollutant, sum(measured), sum(substituted), sum(stopped)"
            f" FROM {among} WHERE day BETWEEN ? AND ? GROUP BY stack, pollutant ORDER BY stack, pollutant",
            (*hiding, f"{sight.year}-01-01", f"{sight.year}-12-31"),
        )
    )
