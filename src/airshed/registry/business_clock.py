"""The clock by which a registry waits: opening hours, days that are worked, and when an act may take effect.

Wall times are those of the registry's place, without an offset. Two rules are known by name: `hours` counts minutes and
working days from the next moment of opening hours (UK registry), `noon` ends at noon of a working day (EU registry).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from airshed.model.refusal import Malformed

Worked = Callable[[date], bool]
"""Whether a day is worked."""

MINUTES_A_DAY: Final = 24 * 60
#: Longer than any run of closed days that a calendar has.
LONGEST_CLOSURE_DAYS: Final = 60
NOON: Final = time(12)
#: EU registry: a new trusted account counts from noon of the fourth working day (Delegated Regulation (EU) 2019/1122).
TRUSTED_AFTER_WORKING_DAYS: Final = 4


def weekdays_but(closed: frozenset[date], makeup: frozenset[date] = frozenset()) -> Worked:
    """Monday to Friday without the closed days; and the days that make up for them, which China works on weekends.

    >>> worked = weekdays_but(frozenset({date(2026, 10, 1)}), frozenset({date(2026, 10, 10)}))
    >>> worked(date(2026, 10, 1)), worked(date(2026, 10, 10)), worked(date(2026, 10, 11))
    (False, True, False)
    """
    return lambda day: day in makeup or (day.isoweekday() <= 5 and day not in closed)


def working_day_after(day: date, worked: Worked, count: int = 1) -> date:
    """The `count`-th working day after a day.

    >>> working_day_after(date(2021, 4, 30), weekdays_but(frozenset({date(2021, 5, 3)})))
    datetime.date(2021, 5, 4)
    """
    for _ in range(count):
        began = day
        day = _tomorrow(day)
        while not worked(day):
            if (day - began).days >= LONGEST_CLOSURE_DAYS:
                raise Malformed("calendar", f"no working day within {LONGEST_CLOSURE_DAYS} days of {began}", "open one")
            day = _tomorrow(day)
    return day


@dataclass(frozen=True, slots=True)
class BusinessClock:
    """Opening hours, both ends included, on the days that are worked."""

    opens: time
    closes: time
    worked: Worked

    def __post_init__(self) -> None:
        if self.opens > self.closes:
            raise Malformed("hours", f"{self.opens} opens after {self.closes} closes", "open before you close")

    def start(self, at: datetime) -> datetime:
        """The first moment at or after `at` that lies within the hours: when a delay begins to run.

        >>> clock = BusinessClock(time(10), time(16), weekdays_but(frozenset()))
        >>> clock.start(datetime(2021, 3, 19, 16, 0)), clock.start(datetime(2021, 3, 19, 16, 0, 1))
        (datetime.datetime(2021, 3, 19, 16, 0), datetime.datetime(2021, 3, 22, 10, 0))
        """
        if not self.worked(at.date()) or at.time() > self.closes:
            return datetime.combine(working_day_after(at.date(), self.worked), self.opens)
        return max(at, datetime.combine(at.date(), self.opens))

    def due(self, at: datetime, minutes: int) -> datetime:
        """When an act of `at` takes effect after a delay: its whole days are working days, the rest are plain minutes.

        What that makes a moment outside the hours moves to the next opening; but on a day that is not worked it keeps
        its time of day, at the opening at the earliest, and moves to the next working day.

        >>> clock = BusinessClock(time(10), time(16), weekdays_but(frozenset()))
        >>> clock.due(datetime(2021, 3, 19, 17, 42, 48), 24 * 60)
        datetime.datetime(2021, 3, 23, 10, 0)
        >>> clock.due(datetime(2021, 3, 19, 15, 0), 22 * 60)
        datetime.datetime(2021, 3, 22, 13, 0)
        """
        assert minutes >= 0, minutes
        days, rest = divmod(minutes, MINUTES_A_DAY)
        begun = self.start(at)
        day = working_day_after(begun.date(), self.worked, days)
        return self._within(_later(datetime.combine(day, begun.time()), rest))

    def _within(self, at: datetime) -> datetime:
        if at.time() > self.closes:
            return datetime.combine(working_day_after(at.date(), self.worked), self.opens)
        day = at.date() if self.worked(at.date()) else working_day_after(at.date(), self.worked)
        return datetime.combine(day, max(at.time(), self.opens))

    def noon(self, at: datetime, working_days: int) -> datetime:
        """Noon of the so many-th working day after the day of `at`; the day itself counts for none.

        >>> clock = BusinessClock(time(10), time(16), weekdays_but(frozenset()))
        >>> clock.noon(datetime(2021, 3, 19, 11, 0), TRUSTED_AFTER_WORKING_DAYS)
        datetime.datetime(2021, 3, 25, 12, 0)
        """
        assert working_days >= 1, working_days
        return datetime.combine(working_day_after(at.date(), self.worked, working_days), NOON)

    def next_noon(self, at: datetime) -> datetime:
        """EU registry, to an account that is not trusted: noon of the next working day, of the second one after noon.

        A day that is not worked counts as the first hour of the working day after it.

        >>> clock = BusinessClock(time(10), time(16), weekdays_but(frozenset()))
        >>> clock.next_noon(datetime(2021, 3, 18, 11, 59)), clock.next_noon(datetime(2021, 3, 18, 12, 0))
        (datetime.datetime(2021, 3, 19, 12, 0), datetime.datetime(2021, 3, 22, 12, 0))
        """
        return self.noon(at, 1 if self.worked(at.date()) and at.time() < NOON else 2)


def _tomorrow(day: date) -> date:
    if day == date.max:
        raise Malformed("calendar", f"there is no day after {day}", "begin earlier or wait less long")
    return day + timedelta(days=1)


def _later(at: datetime, minutes: int) -> datetime:
    try:
        return at + timedelta(minutes=minutes)
    except OverflowError:
        raise Malformed("calendar", f"there is no day {minutes} minutes after {at}", "begin earlier") from None
