"""The hours of a year and where its days, months and quarters begin."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache

from airshed.model.refusal import Malformed


@cache
def hours_in(year: int) -> int:
    """How many hours the year has: they are of standard time.

    >>> hours_in(2027), hours_in(2028)
    (8760, 8784)
    """
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days * 24


@cache
def month_bounds(year: int) -> tuple[int, ...]:
    """Thirteen hour indices: month n (from 0) is the hours from the n-th to before the next.

    >>> month_bounds(2027)[:3]
    (0, 744, 1416)
    """
    starts = [date(year, month, 1) for month in range(1, 13)] + [date(year + 1, 1, 1)]
    return tuple((start - date(year, 1, 1)).days * 24 for start in starts)


def quarter_bounds(year: int) -> tuple[int, ...]:
    """Five hour indices: quarter n (from 0) is the hours from the n-th to before the next.

    >>> [b - a for a, b in zip(quarter_bounds(2024), quarter_bounds(2024)[1:])][1]
    2184
    """
    return month_bounds(year)[::3]


def hour_of_day(year: int, day: str) -> int:
    """The first hour of an ISO day as index in the year; below zero for a day before it."""
    return (date.fromisoformat(day) - date(year, 1, 1)).days * 24


def hour_text(year: int, hour: int) -> str:
    """An hour index as people write it.

    >>> hour_text(2027, 25)
    '2027-01-02 01:00'
    """
    return f"{datetime(year, 1, 1) + timedelta(hours=hour):%Y-%m-%d %H:%M}"


def hour_of(text: str, place: str = "DataTime") -> datetime:
    """The hour that an HJ 212 DataTime names: in hourly frames (CN 2061) the start of the hour.

    >>> hour_of("20270102010000")
    datetime.datetime(2027, 1, 2, 1, 0)
    """
    try:
        when = datetime.strptime(text, "%Y%m%d%H%M%S")
    except ValueError:
        raise Malformed(place, f"{text!r} is not a time", "write it as YYYYMMDDhhmmss") from None
    if when.minute or when.second:
        raise Malformed(place, f"{text!r} is not the start of an hour", "an hour is named by its first second")
    return when
