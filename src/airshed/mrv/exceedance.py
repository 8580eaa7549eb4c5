"""Whether and by how many times a stack exceeds its limit, and by which statistic the limit is kept.

Compared are the hourly means at reference oxygen, in full, or rounded to the digits of the limit where the rules say
so; the printed "times over" is rounded in any case. Hours of standstill, of missing readings and of idling have no such
mean and are not compared. Hours under an operator's mark that stands are not held against it either; what the monitor
read in them is kept beside (`as_read`), so that a mark takes an exceedance out of the count and never out of sight.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.measures import times_over
from airshed.mrv.flue_gas import Floats
from airshed.mrv.rules import LimitValue, MonitoringRules
from airshed.mrv.spans import month_bounds


class AsRead(msgspec.Struct, frozen=True):
    """A year of one pollutant against one limit by what its monitor read, whatever the operator says of the hours."""

    #: How often the limit was exceeded, counted by its own statistic: hours, days or months.
    breaches: int
    hours_over: int
    #: Of them under a mark that stands, and the numbers of those marks.
    marked_hours: int
    marks: tuple[int, ...]
    worst_mg_m3: float | None
    worst_hour: int | None
    times_over: Decimal


class Exceedance(msgspec.Struct, frozen=True):
    """A year of one pollutant against one limit."""

    stack: str
    limit: LimitValue
    #: Hourly means that were compared, and how many of them lay above the limit.
    hours_compared: int
    hours_over: int
    #: Days with enough hours for a mean, and how many of their means lay above the limit.
    days_compared: int
    days_over: int
    #: Months (1 to 12) whose share of hourly means within the limit is too small.
    months_short: tuple[int, ...]
    #: Highest hourly mean (daily mean for a limit on daily means), mg/m3; None when nothing was compared.
    worst_mg_m3: float | None
    #: Its hour of the year, or the first hour of its day.
    worst_hour: int | None
    #: C / L - 1 of that mean, two digits; zero when the limit is kept.
    times_over: Decimal
    #: The same by what was read, marked hours included.
    as_read: AsRead

    @property
    def breaches(self) -> int:
        """How often the limit was broken, counted by its own statistic: hours, days or months."""
        return counted(self.limit, self.hours_over, self.days_over, self.months_short)


def daily_means(hourly: Floats, least: int) -> Floats:
    """Equation (25): a mean per day, NaN where fewer than `least` hours of it have a value."""
    days = hourly.reshape(-1, 24)
    there = ~np.isnan(days)
    count = there.sum(axis=1)
    sums = np.where(there, days, 0.0).sum(axis=1)
    means: Floats = np.where(count >= least, sums / np.maximum(count, 1), np.nan)
    return means


def over_limit(means: Floats, limit: LimitValue, rules: MonitoringRules) -> NDArray[np.bool_]:
    """Which means lie above a limit (GB/T 8170-2008, 4.3); NaN does not."""
    if rules.comparison == "rounded":
        # As the standard writes it: 200 has no digit behind the point, 0.03 has two.
        means = np.round(means, len(f"{limit.limit_mg_m3:g}".partition(".")[2]))
    over: NDArray[np.bool_] = means > limit.limit_mg_m3
    return over


def counted(limit: LimitValue, hours_over: int, days_over: int, months_short: Sequence[int]) -> int:
    """Breaches by the statistic of the limit."""
    match limit.statistic:
        case "hourly mean":
            return hours_over
        case "daily mean":
            return days_over
        case "monthly share":
            return len(months_short)


def exceedance(
    stack: str,
    limit: LimitValue,
    converted: Floats,
    rules: MonitoringRules,
    year: int,
    *,
    read: Floats | None = None,
    marks: NDArray[np.int64] | None = None,
) -> Exceedance:
    """Compare a year of converted hourly means (NaN: none) with a limit.

    `read` are the means as they were read, marked hours included, and `marks` the number of the mark of each hour (0:
    none); without them nothing is marked.
    """
    law = _compared(limit, converted, rules, year)
    seen = law if read is None else _compared(limit, read, rules, year)
    marked = np.zeros(0, np.int64) if marks is None else marks[seen.over & (marks > 0) & np.isnan(converted)]
    return Exceedance(
        stack=stack,
        limit=limit,
        hours_compared=law.hours,
        hours_over=int(law.over.sum()),
        days_compared=law.days,
        days_over=law.days_over,
        months_short=law.months_short,
        worst_mg_m3=law.worst_mg_m3,
        worst_hour=law.worst_hour,
        times_over=law.times_over(limit),
        as_read=AsRead(
            breaches=counted(limit, int(seen.over.sum()), seen.days_over, seen.months_short),
            hours_over=int(seen.over.sum()),
            marked_hours=len(marked),
            marks=tuple(int(each) for each in np.unique(marked)),
            worst_mg_m3=seen.worst_mg_m3,
            worst_hour=seen.worst_hour,
            times_over=seen.times_over(limit),
        ),
    )


class _Compared(NamedTuple):
    """What one column of hourly means says of a limit."""

    hours: int
    over: NDArray[np.bool_]
    days: int
    days_over: int
    months_short: tuple[int, ...]
    worst_mg_m3: float | None
    worst_hour: int | None

    def times_over(self, limit: LimitValue) -> Decimal:
        """Of the worst mean; zero where there is none."""
        return Decimal("0.00") if self.worst_mg_m3 is None else times_over(self.worst_mg_m3, limit.limit_mg_m3)


def _compared(limit: LimitValue, converted: Floats, rules: MonitoringRules, year: int) -> _Compared:
    compared = ~np.isnan(converted)
    over = compared & over_limit(converted, limit, rules)
    means = daily_means(converted, rules.hours_per_day)
    column, hours_each = (means, 24) if limit.statistic == "daily mean" else (converted, 1)
    worst: float | None = None
    worst_hour: int | None = None
    if not np.isnan(column).all():
        place = int(np.nanargmax(column))
        worst, worst_hour = float(column[place]), place * hours_each
    return _Compared(
        hours=int(compared.sum()),
        over=over,
        days=int((~np.isnan(means)).sum()),
        days_over=int(over_limit(means, limit, rules).sum()),
        months_short=_months_short(compared, over, rules.monthly_share_basis_points, month_bounds(year)),
        worst_mg_m3=worst,
        worst_hour=worst_hour,
    )


def _months_short(
    compared: NDArray[np.bool_], over: NDArray[np.bool_], basis_points: int, bounds: Sequence[int]
) -> tuple[int, ...]:
    short = []
    for month, (first, after) in enumerate(pairwise(bounds), start=1):
        hours, above = int(compared[first:after].sum()), int(over[first:after].sum())
        if (hours - above) * 10_000 < basis_points * hours:
            short.append(month)
    return tuple(short)


class Exceedances(msgspec.Struct, frozen=True):
    """The exceedances of a year, counted once for every page and list that shows them."""

    #: Those whose monitor read more than the limit, worst first: by times over, breaches, then stack and pollutant.
    rows: tuple[Exceedance, ...]
    #: Limits of stacks that were compared.
    compared: int

    @property
    def broken(self) -> int:
        """Limits that were broken by what the law compares."""
        return sum(each.breaches > 0 for each in self.rows)

    @property
    def marked(self) -> int:
        """Limits that were exceeded only where a mark stands, so that the law does not count it."""
        return len(self.rows) - self.broken


def exceedances_of(compared: Iterable[Exceedance]) -> Exceedances:
    """Count what was compared. The report, the shell and the page of a stack all read this."""
    all_of_them = list(compared)
    found = sorted(
        (each for each in all_of_them if each.as_read.breaches),
        key=lambda each: (-each.as_read.times_over, -each.as_read.breaches, each.stack, each.limit.pollutant),
    )
    return Exceedances(tuple(found), len(all_of_them))
