"""The part of a year whose emissions count, and the days by which a year is reported, verified and surrendered for.

A deadline of the law is month and day: the first such day after the season is over. Without a season the year itself
is one, and every deadline is in the year after.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from airshed.model.period import days_of
from airshed.rulebook.programme_sections import Calendar
from airshed.rulebook.schema import Rulebook

#: Month and day of the first and the last day of a year.
WHOLE_YEAR = ("01-01", "12-31")


def season_of(law: Calendar) -> tuple[str, str]:
    """Month and day on which the season of a year begins and ends."""
    return law.season or WHOLE_YEAR


def due_year(law: Calendar, year: int, month_day: str) -> int:
    """The calendar year in which a deadline of `year` lies: the same where the season is over before it."""
    return year if month_day > season_of(law)[1] else year + 1


def due_day(rules: Rulebook, year: int, month_day: str) -> str:
    """A deadline of `year` as ISO date."""
    return f"{due_year(rules.calendar, year, month_day)}-{month_day}"


def over(rules: Rulebook, year: int) -> str:
    """The first day after the season of a year, as ISO date."""
    last = date.fromisoformat(f"{year}-{season_of(rules.calendar)[1]}")
    return (last + timedelta(days=1)).isoformat()


def running(rules: Rulebook, day: str) -> int:
    """The year whose season is not over on a day: all before it are."""
    return int(day[:4]) + (day[5:] > season_of(rules.calendar)[1])


def counts(law: Calendar, day: str) -> bool:
    """Whether what is emitted on a day, given as ISO date, counts."""
    first, last = season_of(law)
    return first <= day[5:] <= last


@lru_cache(maxsize=64)
def season_days(law: Calendar, year: int) -> tuple[str, ...]:
    """The days of a year that count, as ISO dates."""
    return tuple(day for day in days_of(year) if counts(law, day))
