"""The days of a season: until when firms trade, when they surrender and are settled, which it may be left on."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from airshed.compliance.deadline import next_business_day
from airshed.engine.procedures.deadlines import surrender_day
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

FIRST_SESSION = "01-04"
#: Days before the last day to surrender on which trading ends, and days after it on which the next vintage is issued.
QUIET_DAYS, NEXT_ISSUE_DAYS = 4, 15
#: Of so many firms one surrenders on the last day, the others on the quiet days before.
LAST_DAY_EACH = 12


def days(rules: Rulebook, year: int) -> list[date]:
    """From the first day of the year to that of the next vintage."""
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((_date(issued(rules, year)) - first).days + 1)]


def traded(rules: Rulebook, year: int) -> list[date]:
    """From the first day of the year to the last session."""
    last = _date(surrender_day(rules, year)) - timedelta(days=QUIET_DAYS)
    return [day for day in days(rules, year) if day <= last]


def surrenders(rules: Rulebook, year: int, number: int) -> str:
    """The day on which the firm of a number surrenders."""
    back = 1 + number % (QUIET_DAYS - 1) if number % LAST_DAY_EACH else 0
    return (_date(surrender_day(rules, year)) - timedelta(days=back)).isoformat()


def settled(rules: Rulebook, year: int) -> str:
    """The day on which the authority settles the year: the first business day after the last one to surrender."""
    return _worked(rules, _date(surrender_day(rules, year)) + timedelta(days=1))


def issued(rules: Rulebook, year: int) -> str:
    """The day on which the next vintage is issued."""
    return _worked(rules, _date(surrender_day(rules, year)) + timedelta(days=NEXT_ISSUE_DAYS))


def stop(rules: Rulebook, year: int, text: str) -> str:
    """A day that a season can be left on: a business day from its first session to its end."""
    place, first, last = "--until", _worked(rules, date.fromisoformat(f"{year}-{FIRST_SESSION}")), issued(rules, year)
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError:
        raise Malformed(place, f"{text!r} is no day", f"name one as {settled(rules, year)}") from None
    if day != text:
        raise Malformed(place, f"{text!r} is not written as days are here", f"write it as {day}")
    if not first <= day <= last:
        raise Malformed(place, f"{day} is no day of this year", f"name one from {first} to {last}")
    if not lookup.worked(rules, day):
        cure = f"say {_worked(rules, _date(day))}, the next business day"
        raise Malformed(place, f"nobody works on {day} under this law", cure)
    return day


def _worked(rules: Rulebook, day: date) -> str:
    return next_business_day(day.isoformat(), partial(lookup.worked, rules))


def _date(iso: str) -> date:
    return date.fromisoformat(iso)
