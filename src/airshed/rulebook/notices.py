"""China's working days by the yearly notices of the State Council, as the library `chinesecalendar` keeps them.

A law names the years that it takes from here (`[calendar] notices`). They become days of the law when it is read, and
part of its digest, so that a library that learns another year, or corrects one, changes no law that is in force.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import NamedTuple

import msgspec

from airshed.model.refusal import Malformed
from airshed.rulebook.programme_sections import Calendar

LIBRARY = "chinesecalendar"
MONDAY_TO_FRIDAY = (1, 2, 3, 4, 5)


class HolidayNotice(NamedTuple):
    """What a year has otherwise than its weekdays, as ISO dates."""

    #: Days of the usual weekdays that are not worked.
    closed: tuple[str, ...]
    #: Days of other weekdays that make up for them.
    working: tuple[str, ...]

    def worked(self, day: date) -> bool:
        """Whether a day of Monday to Friday is not among the closed ones, or another makes up for one."""
        told = day.isoformat()
        return told in self.working or (day.isoweekday() in MONDAY_TO_FRIDAY and told not in self.closed)


@lru_cache(maxsize=1)
def known() -> tuple[int, ...]:
    """The years of which the library has the notice, in order."""
    import chinese_calendar

    return tuple(sorted({day.year for day in chinese_calendar.holidays}))


@lru_cache(maxsize=64)
def notice(year: int, weekdays: tuple[int, ...], place: str) -> HolidayNotice:
    """The notice of a year; `Malformed` at `place` where none is known, for a holiday is not guessed.

    >>> notice(2025, (1, 2, 3, 4, 5), "here").working
    ('2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11')
    >>> notice(1999, (1, 2, 3, 4, 5), "here")
    Traceback (most recent call last):
    airshed.model.refusal.Malformed: here: chinesecalendar has no notice of 1999; list the days of that year, or none
    """
    import chinese_calendar

    if year not in known():
        raise Malformed(place, f"{LIBRARY} has no notice of {year}", "list the days of that year, or none")
    holidays, made_up = (
        sorted(day for day in days if day.year == year)
        for days in (chinese_calendar.holidays, chinese_calendar.workdays)
    )
    return HolidayNotice(
        tuple(day.isoformat() for day in holidays if day.isoweekday() in weekdays),
        tuple(day.isoformat() for day in made_up if day.isoweekday() not in weekdays),
    )


def worked_in_china(day: date) -> bool:
    """Whether a day is worked by the notice of its year; `Malformed` where none is known."""
    return notice(day.year, MONDAY_TO_FRIDAY, "calendar").worked(day)


def with_notices(law: Calendar, place: str) -> Calendar:
    """The calendar with the days of its notices; a year of which it names a day itself is its own."""
    own = {int(day[:4]) for day in (*law.closed_days, *law.working_days)}
    years = tuple(sorted({*(law.notices or ())} - own))
    found = [notice(year, law.weekdays, f"{place} notices") for year in years]
    return msgspec.structs.replace(
        law,
        notices=years,
        closed_days=(*law.closed_days, *(day for each in found for day in each.closed)),
        working_days=(*law.working_days, *(day for each in found for day in each.working)),
    )
