"""Whether and by how many times a stack exceeds its limit, and by which statistic the limit is kept.

Compared are the hourly means at reference oxygen, in full, or rounded to the digits of the limit where the rules say
so; the printed "times over" is rounded in any case. Hours of standstill, of missing readings and of idling have no such
mean and are not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.measures import gbt8170
from airshed.mrv.flue_gas import Floats
from airshed.mrv.rules import LimitValue, MonitoringRules
from airshed.mrv.spans import month_bounds


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

    @property
    def breaches(self) -> int:
        """How often the limit was broken, counted by its own statistic: hours, days or months."""
        match self.limit.statistic:
            case "hourly mean":
                return self.hours_over
            case "daily mean":
                return self.days_over
            case "monthly share":
                return len(self.months_short)


def times_over(mg_m3: float, limit_mg_m3: float) -> Decimal:
    """By how many times a concentration exceeds a limit: C / L - 1, rounded half to even (GB/T 8170); never
    below 0.

    530.62 over a limit of 200 is 2.65 times the limit and exceeds it by 1.65 times.

    >>> times_over(530.62, 200), times_over(38.34, 20), times_over(1659.7095, 200), times_over(20, 50)
    (Decimal('1.65'), Decimal('0.92'), Decimal('7.30'), Decimal('0.00'))
    """
    excess = Decimal(str(mg_m3)) / Decimal(str(limit_mg_m3)) - 1
    return gbt8170(max(excess, Decimal(0)), 2)


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


def exceedance(stack: str, limit: LimitValue, converted: Floats, rules: MonitoringRules, year: int) -> Exceedance:
    """Compare a year of converted hourly means (NaN: none) with a limit."""
    compared = ~np.isnan(converted)
    over = compared & over_limit(converted, limit, rules)
    means = daily_means(converted, rules.hours_per_day)
    column, hours_each = (means, 24) if limit.statistic == "daily mean" else (converted, 1)
    worst: float | None = None
    worst_hour: int | None = None
    if not np.isnan(column).all():
        place = int(np.nanargmax(column))
        worst, worst_hour = float(column[place]), place * hours_each
    return Exceedance(
        stack=stack,
        limit=limit,
        hours_compared=int(compared.sum()),
        hours_over=int(over.sum()),
        days_compared=int((~np.isnan(means)).sum()),
        days_over=int(over_limit(means, limit, rules).sum()),
        months_short=_months_short(compared, over, rules.monthly_share_basis_points, month_bounds(year)),
        worst_mg_m3=worst,
        worst_hour=worst_hour,
        times_over=Decimal("0.00") if worst is None else times_over(worst, limit.limit_mg_m3),
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


def ranked(exceedances: Iterable[Exceedance]) -> list[Exceedance]:
    """Those that broke their limit, worst first: by times over, breaches, then stack and pollutant."""
    return sorted(
        (each for each in exceedances if each.breaches),
        key=lambda each: (-each.times_over, -each.breaches, each.stack, each.limit.pollutant),
    )
