"""On which day a deadline falls: leap years, and the business day it moves to."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta

from airshed.model.refusal import Malformed
from airshed.registry.business_clock import LONGEST_CLOSURE_DAYS

Worked = Callable[[str], bool]
"""Whether an ISO day is worked."""


def next_business_day(day: str, worked: Worked) -> str:
    """The day itself if it is worked, else the first one after it that is.

    >>> next_business_day("2003-03-01", lambda day: date.fromisoformat(day).isoweekday() < 6)
    '2003-03-03'
    """
    for later in range(LONGEST_CLOSURE_DAYS):
        found = (date.fromisoformat(day) + timedelta(days=later)).isoformat()
        if worked(found):
            return found
    raise Malformed("calendar", f"no business day within {LONGEST_CLOSURE_DAYS} days of {day}", "open one")


def last_day(year: int, month_day: str, in_leap_years: str) -> str:
    """The last day of a deadline in a calendar year, as ISO date, before it moves.

    US Acid Rain: 1 March, 29 February in leap years, if that is no business day the next one (40 CFR 72.2).

    >>> last_day(2004, "03-01", "02-29"), last_day(2005, "03-01", "02-29")
    ('2004-02-29', '2005-03-01')
    """
    return f"{year}-{in_leap_years if isleap(year) else month_day}"
