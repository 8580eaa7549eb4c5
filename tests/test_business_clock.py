"""The clock by which a registry waits: opening hours, working days, and the delays of the UK and the EU registry."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.model.refusal import Malformed
from airshed.registry.business_clock import BusinessClock, weekdays_but, working_day_after

#: Bank holidays of the cases below. Source: tests of UKGovernmentBEIS/ukets-registry (Apache-2.0), facts only.
HOLIDAYS = frozenset(
    map(date.fromisoformat, ("2021-04-02", "2021-04-05", "2021-05-03", "2021-06-15", "2021-06-16", "2021-06-17"))
)
UK = BusinessClock(time(10), time(16), weekdays_but(HOLIDAYS))
#: Approved; the clock starts; executed after 7 minutes, 2, 24 and 72 hours. Same source.
CASES = [
    ("2021-03-15T10:00:00", "03-15T10:00:00", "03-15T10:07:00", "03-15T12:00:00", "03-16T10:00:00", "03-18T10:00:00"),
    ("2021-03-15T16:00:00", "03-15T16:00:00", "03-16T10:00:00", "03-16T10:00:00", "03-16T16:00:00", "03-18T16:00:00"),
    ("2021-03-15T16:00:01", "03-16T10:00:00", "03-16T10:07:00", "03-16T12:00:00", "03-17T10:00:00", "03-19T10:00:00"),
    ("2021-03-19T10:00:01", "03-19T10:00:01", "03-19T10:07:01", "03-19T12:00:01", "03-22T10:00:01", "03-24T10:00:01"),
    ("2021-03-21T15:59:59", "03-22T10:00:00", "03-22T10:07:00", "03-22T12:00:00", "03-23T10:00:00", "03-25T10:00:00"),
    ("2021-04-30T09:50:00", "04-30T10:00:00", "04-30T10:07:00", "04-30T12:00:00", "05-04T10:00:00", "05-06T10:00:00"),
    ("2021-05-03T17:42:48", "05-04T10:00:00", "05-04T10:07:00", "05-04T12:00:00", "05-05T10:00:00", "05-07T10:00:00"),
    ("2021-06-14T11:00:44", "06-14T11:00:44", "06-14T11:07:44", "06-14T13:00:44", "06-18T11:00:44", "06-22T11:00:44"),
    ("2021-06-14T23:59:59", "06-18T10:00:00", "06-18T10:07:00", "06-18T12:00:00", "06-21T10:00:00", "06-23T10:00:00"),
]
MOMENTS = st.datetimes(datetime(2021, 1, 1), datetime(2022, 12, 31))
CLOSED = st.frozensets(st.dates(date(2021, 1, 1), date(2023, 2, 1)), max_size=30)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_the_published_delays_of_the_uk_registry_come_out_to_the_second(case: tuple[str, ...]) -> None:
    approved = datetime.fromisoformat(case[0])
    reckoned = [UK.start(approved), *(UK.due(approved, minutes) for minutes in (7, 120, 1440, 4320))]

    assert [f"{at:%m-%dT%H:%M:%S}" for at in reckoned] == list(case[1:])


def naive_due(clock: BusinessClock, at: datetime, minutes: int) -> datetime:
    """Walk: to the start second by second of the rule's text, then days one by one, then the shift."""

    def opening(day: date) -> datetime:
        day += timedelta(days=1)
        while not clock.worked(day):
            day += timedelta(days=1)
        return datetime.combine(day, clock.opens)

    def shift(at: datetime, keeps_time: bool) -> datetime:
        if at.time() < clock.opens:
            at = datetime.combine(at.date(), clock.opens)
        if at.time() > clock.closes:
            at = opening(at.date())
        if clock.worked(at.date()):
            return at
        return datetime.combine(opening(at.date()).date(), at.time() if keeps_time else clock.opens)

    at = shift(at, keeps_time=False)
    while minutes >= 1440:
        minutes -= 1440
        at = datetime.combine(opening(at.date()).date(), at.time())
    return shift(at + timedelta(minutes=minutes), keeps_time=True)


@given(MOMENTS, CLOSED, st.integers(0, 20 * 1440), st.tuples(st.times(), st.times()))
def test_a_delay_is_what_a_walk_through_the_days_gives(
    at: datetime, closed: frozenset[date], minutes: int, hours: tuple[time, time]
) -> None:
    clock = BusinessClock(min(hours), max(hours), weekdays_but(closed))
    due = clock.due(at, minutes)

    assert due == naive_due(clock, at, minutes)
    assert clock.worked(due.date())
    assert clock.opens <= due.time() <= clock.closes
    assert due >= clock.start(at) >= at


@given(MOMENTS, CLOSED, st.integers(0, 5 * 1440), st.integers(0, 5 * 1440))
def test_who_waits_longer_is_not_served_earlier_by_whole_days(
    at: datetime, closed: frozenset[date], one: int, other: int
) -> None:
    clock = BusinessClock(time(10), time(16), weekdays_but(closed))
    less, more = sorted((one // 1440, other // 1440))

    assert clock.due(at, less * 1440) <= clock.due(at, more * 1440)


def test_a_make_up_day_is_worked_though_it_is_a_saturday() -> None:
    """China 2026: National Day closes 1 to 7 October, and Saturday 10 October is worked for it."""
    closed = frozenset(date(2026, 10, day) for day in range(1, 8))
    clock = BusinessClock(time(9), time(17), weekdays_but(closed, frozenset({date(2026, 10, 10)})))

    assert clock.due(datetime(2026, 9, 30, 18), 24 * 60) == datetime(2026, 10, 9, 9)
    assert clock.due(datetime(2026, 10, 9, 12), 24 * 60) == datetime(2026, 10, 10, 12)


def test_in_the_eu_noon_parts_the_first_from_the_second_working_day() -> None:
    friday = datetime(2021, 3, 19)
    assert UK.next_noon(friday.replace(hour=11, minute=59)) == datetime(2021, 3, 22, 12)
    assert UK.next_noon(friday.replace(hour=12)) == datetime(2021, 3, 23, 12)
    assert UK.next_noon(datetime(2021, 3, 20, 9)) == datetime(2021, 3, 23, 12), "a Saturday is the morning of Monday"
    assert UK.noon(friday, 4) == datetime(2021, 3, 25, 12)


def test_a_calendar_without_an_end_of_its_holidays_is_malformed() -> None:
    never = BusinessClock(time(10), time(16), lambda day: False)
    with pytest.raises(Malformed, match="no working day within 60 days of 2021-03-15; open one"):
        never.start(datetime(2021, 3, 15, 12))
    with pytest.raises(Malformed, match="there is no day after 9999-12-31"):
        working_day_after(date.max, weekdays_but(frozenset()))
    with pytest.raises(Malformed, match="open before you close"):
        BusinessClock(time(16), time(10), weekdays_but(frozenset()))
