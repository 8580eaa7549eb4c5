"""What is added while a sum is not paid: a penalty by the day with a cap, or interest by the quarter.

British Columbia's output-based pricing has both: an automatic penalty on an overdue obligation, and interest on what
was reported late. Sums are whole cents or fen; nothing is rounded before the end, and there half upwards.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from airshed.model.measures import half_up
from airshed.model.refusal import Malformed

#: Longer than any debt is left standing.
LONGEST_DAYS: Final = 36_600
#: The day of the month before a quarter on which the rate of the quarter is read.
RATE_READ_ON: Final = 15


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """What is owed becomes more, or less, from the day after `day`: a payment is below zero."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class RateTerm:
    """A yearly rate from one day to another, both included; 0.0795 is 7.95 percent."""

    first: date
    last: date
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Accrued:
    """What was added, over how many days, and the day on which it reached its cap."""

    amount: int
    days: int
    capped_on: date | None = None


def overdue(
    base: int,
    first: date,
    last: date,
    daily_rate: Fraction,
    changes: Iterable[Change] = (),
    cap_times: int | None = 3,
    *,
    compounds: bool = True,
    imposed: int | None = None,
) -> Accrued:
    """A penalty from `first` to `last`, both included: each day a rate on what is owed and on the penalty so far.

    A payment lowers what is owed from the day after. The whole is at most `cap_times` the base, or what was `imposed`
    where only part of that was owed at first. With `compounds` off the penalty so far bears nothing.

    >>> overdue(1_000_000_00, date(2025, 12, 1), date(2025, 12, 10), Fraction(38, 10_000))
    Accrued(amount=3865643, days=10, capped_on=None)
    """
    days = _days(base, first, last)
    if daily_rate < 0:
        raise Malformed("daily_rate", f"{daily_rate} is below zero", "give a rate from zero up")
    steps, rise = daily_rate.denominator, daily_rate.numerator
    owing = _Owing(base, changes)
    cap = None if cap_times is None else (base if imposed is None else imposed) * cap_times
    grown, scale = 0, 1 if compounds else steps  # the penalty is grown / scale
    for number in range(days):
        day = first + timedelta(days=number)
        if compounds:
            grown = grown * (steps + rise) + rise * owing.on(day) * scale
            scale *= steps
        else:
            grown += rise * owing.on(day)
        if cap is not None and grown and grown >= cap * scale:  # who owed nothing reaches no cap
            return Accrued(cap, number + 1, day)
    return Accrued(half_up(Fraction(grown, scale)), days)


def late_interest(
    base: int, first: date, last: date, rates: Sequence[RateTerm], changes: Iterable[Change] = ()
) -> Accrued:
    """Interest from `first` to `last`, both included: simple by the day, added to what bears it on the 1st of a month.

    The rate of a quarter is the one in force on the 15th of the month before it; a day bears 1/365 of it, in a leap
    year 1/366.

    >>> seven = RateTerm(date(2024, 1, 1), date(2025, 12, 31), Fraction("0.07"))
    >>> paid = [Change(date(2024, 12, 15), -200_000_00)]
    >>> late_interest(1_000_000_00, date(2024, 12, 1), date(2025, 2, 15), [seven], paid).amount
    1243515
    """
    days = _days(base, first, last)
    for term in rates:
        if term.rate < 0:
            raise Malformed("rates", f"{term.rate} is below zero", "give rates from zero up")
    owing = _Owing(base, changes)
    added, scale = 0, 1  # the interest is added / scale, exact: nothing is reduced on the way, which is what takes long
    begins = first
    while begins <= last:
        ends = min(last, _end_of_month(begins))
        rate = _rate(rates, rate_day(begins))
        of_year = rate.denominator * (366 if isleap(begins.year) else 365)
        added = added * (of_year + rate.numerator * _between(begins, ends)) + rate.numerator * scale * owing.sum_of(
            begins, ends
        )
        scale *= of_year
        if ends == date.max:
            break
        begins = ends + timedelta(days=1)
    return Accrued(half_up(Fraction(added, scale)), days)


def rate_day(day: date) -> date:
    """The day on which the rate of its quarter is read.

    >>> rate_day(date(2025, 2, 1)), rate_day(date(2025, 4, 1))
    (datetime.date(2024, 12, 15), datetime.date(2025, 3, 15))
    """
    quarter = (day.month - 1) // 3
    return date(day.year - 1, 12, RATE_READ_ON) if quarter == 0 else date(day.year, 3 * quarter, RATE_READ_ON)


def instalments(total: int, parts: int, first: date, every_months: int = 1) -> tuple[tuple[date, int], ...]:
    """A sum in parts that differ by one at most, the larger ones first; each on the same day of a month.

    >>> [(str(day), part) for day, part in instalments(1_000, 3, date(2027, 12, 31), 2)]
    [('2027-12-31', 334), ('2028-02-29', 333), ('2028-04-30', 333)]
    """
    if total < 0 or parts < 1 or every_months < 1:
        raise Malformed("instalments", f"{total} in {parts} parts every {every_months} months", "give positive figures")
    share, over = divmod(total, parts)
    due = []
    for number in range(parts):
        day = months_after(first, number * every_months)
        if day is None:
            raise Malformed("instalments", f"part {number + 1} is due beyond the calendar", "ask for fewer")
        due.append((day, share + (number < over)))
    return tuple(due)


def months_after(day: date, months: int) -> date | None:
    """The same day of a later month, or its last one; None beyond the calendar.

    >>> months_after(date(2027, 12, 31), 2)
    datetime.date(2028, 2, 29)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1])) if year <= date.max.year else None


class _Owing:
    """What bears interest, asked for day after day."""

    def __init__(self, base: int, changes: Iterable[Change]) -> None:
        self._left = sorted(changes, reverse=True)
        self._owed = base

    def on(self, day: date) -> int:
        while self._left and self._left[-1].day < day:
            self._owed += self._left.pop().amount
        return max(0, self._owed)

    def sum_of(self, first: date, last: date) -> int:
        """What bears interest on each day from the first to the last, in all."""
        total = 0
        while True:
            owed = self.on(first)
            until = min(last, self._left[-1].day) if self._left else last  # a change counts from the day after it
            total += owed * _between(first, until)
            if until == last:
                return total
            first = until + timedelta(days=1)


def _between(first: date, last: date) -> int:
    return (last - first).days + 1


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _days(base: int, first: date, last: date) -> int:
    if base < 0:
        raise Malformed("base", f"{base} is below zero", "what is owed is zero or above")
    days = (last - first).days + 1
    if not 0 <= days <= LONGEST_DAYS:
        raise Malformed(
            "end", f"{last} is {days - 1:,} days after {first}", f"0 to {LONGEST_DAYS:,} days can be reckoned"
        )
    return days


def _rate(rates: Sequence[RateTerm], day: date) -> Fraction:
    found = [term.rate for term in rates if term.first <= day <= term.last]
    if len(found) != 1:
        what = f"{len(found) or 'no'} rates are in force on {day}, when the rate of the quarter is read"
        raise Malformed("rates", what, "give one for each day")
    return found[0]
