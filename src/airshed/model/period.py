"""Spans of time in milliseconds, and the days of a year; when a day begins `model.civil` says."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@lru_cache(maxsize=32)
def days_of(year: int) -> tuple[str, ...]:
    """Every day of a year as ISO dates."""
    first = date(year, 1, 1)
    return tuple((first + timedelta(days=n)).isoformat() for n in range((date(year + 1, 1, 1) - first).days))


def months_before(day: str, count: int) -> tuple[str, ...]:
    """So many months before that of an ISO date, the earliest first, as `YYYY-MM`.

    >>> months_before("2022-01-31", 3)
    ('2021-10', '2021-11', '2021-12')
    """
    last = int(day[:4]) * 12 + int(day[5:7]) - 1
    return tuple(f"{month // 12:04}-{month % 12 + 1:02}" for month in range(last - count, last))


def month_before(day: str) -> str:
    """The month before that of an ISO date, as `YYYY-MM`.

    >>> month_before("2028-01-31"), month_before("2028-06-30")
    ('2027-12', '2028-05')
    """
    return (date.fromisoformat(day).replace(day=1) - timedelta(days=1)).isoformat()[:7]
