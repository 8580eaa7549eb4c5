"""The time of a region: days that tile all instants, hours that no change of the clock doubles or takes away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.engine.journal import END_OF_TIME
from airshed.model.civil import civil, names, unknown
from airshed.model.period import DAY_MS, HOUR_MS

#: No summer time; both halves of the earth; half an hour of summer time; midnight that does not come; ahead of all.
PLACES = ("Asia/Shanghai", "Europe/Berlin", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia")
SUMMER_BEGINS, SUMMER_ENDS = "2027-03-28", "2027-10-31"


@pytest.mark.parametrize("place", PLACES)
@given(st.integers(0, 253_370_000_000_000))
def test_each_instant_lies_in_one_day_that_begins_and_ends_with_another(place: str, at: int) -> None:
    time = civil(place)
    day, end = time.day_of(at), time.day_end(at)

    assert time.instant(day) <= at < end == time.over(day)
    assert time.day_of(end) > day
    assert time.day_of(time.instant(day)) == day
    assert time.wall(at).date().isoformat() == day == time.clock(at)[:10]
    assert round(datetime.fromisoformat(time.clock(at)).timestamp()) == at // 1000


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("year", [2027, 2028])
def test_a_monitored_year_has_every_hour_once(place: str, year: int) -> None:
    time = civil(place).standard
    first, after = time.instant(f"{year}-01-01"), time.instant(f"{year + 1}-01-01")
    hours = [time.hour_of(at) for at in range(first, after, HOUR_MS)]

    assert len(set(hours)) == len(hours) == (8_784 if year == 2028 else 8_760)
    assert [time.hour_instant(hour) for hour in hours] == list(range(first, after, HOUR_MS))
    assert hours == [f"{datetime(year, 1, 1) + timedelta(hours=n):%Y-%m-%dT%H}" for n in range(len(hours))]


def test_a_day_of_berlin_has_23_hours_when_summer_begins_and_25_when_it_ends() -> None:
    berlin = civil("Europe/Berlin")

    assert [berlin.over(day) - berlin.instant(day) for day in (SUMMER_BEGINS, SUMMER_ENDS, "2027-06-01")] == [
        *(23 * HOUR_MS, 25 * HOUR_MS, DAY_MS)
    ]
    assert berlin.clock(berlin.instant(SUMMER_BEGINS, 2, 30)) == "2027-03-28T03:30:00+02:00"
    assert berlin.clock(berlin.instant(SUMMER_ENDS, 2, 30)) == "2027-10-31T02:30:00+02:00"
    assert berlin.instant_in("2027-07-01T09:00", "--at") == berlin.instant("2027-07-01", 9)
    assert berlin.standard.clock(berlin.instant("2027-07-01", 9)) == "2027-07-01T08:00:00+01:00"


def test_where_no_clock_is_set_both_times_are_one() -> None:
    assert civil("Asia/Shanghai").standard is civil("Asia/Shanghai")
    assert civil("Europe/Dublin").standard.clock(0) == "1970-01-01T00:00:00+00:00"


def test_every_zone_of_the_database_can_be_kept() -> None:
    noon = round(datetime(2027, 7, 1, 12, tzinfo=UTC).timestamp() * 1000)
    for name in sorted(names()):
        time = civil(name)
        assert abs((date.fromisoformat(time.day_of(noon)) - date(2027, 7, 1)).days) <= 1, name
        assert time.standard.standard is time.standard, name
        assert time.day_of(END_OF_TIME - 1)[:7] == "9999-12"
        assert unknown(name, "here") is None
