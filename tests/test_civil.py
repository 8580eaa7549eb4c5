"""The time of a region: days that tile all instants, hours that no change of the clock doubles or takes away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from airshed.engine import commands as c
from airshed.engine.journal import END_OF_TIME, MemoryJournal
from airshed.engine.procedures.people import adopt as decide
from airshed.engine.runner import Runner
from airshed.lab.simulator.sim import simulate
from airshed.model.civil import civil, names, unknown
from airshed.model.period import DAY_MS, HOUR_MS
from airshed.model.refusal import Refusal
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.load import read
from laws import LAW, RULES, as_files
from markets import AT, AUTHORITY, adopting, market, send

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


@pytest.mark.parametrize("place", ["Europe/Berlin", "Australia/Lord_Howe", "America/Santiago", "Pacific/Kiritimati"])
def test_the_second_opinion_agrees_on_days_and_deadlines_wherever_a_market_lies(place: str) -> None:
    law = replace(RULES, programme=replace(RULES.programme, time_zone=place))

    assert simulate(20317, 150, law).records > 150


def test_a_book_keeps_the_time_of_its_first_law() -> None:
    first = replace(RULES, programme=replace(RULES.programme, time_zone="Europe/Berlin"))
    later = replace(RULES, programme=replace(RULES.programme, version="2028.1"))
    runner = Runner(MemoryJournal(), first, tables=False, laws={digest(later): later}.get)
    send(runner, AUTHORITY, adopting(first))
    law = later.programme
    refused = decide(runner.state, later, AT, AUTHORITY, c.AdoptRulebook(law.id, law.version, digest(later)))

    assert runner.state.civil is civil("Europe/Berlin")
    assert isinstance(refused, Refusal)
    assert refused.detail == (
        "this book keeps the days of Europe/Berlin; "
        "a law of Asia/Shanghai ([programme] time_zone) needs a book of its own"
    )


def test_a_book_keeps_the_money_of_its_first_law() -> None:
    """Every price and penalty that stood in the book became as many euros; nobody was asked."""
    programme = replace(RULES.programme, version="2028.1")
    later = replace(RULES, programme=programme, currency=replace(RULES.currency, code="EUR", name_en="€"))
    runner = market()
    refused = decide(runner.state, later, AT, AUTHORITY, c.AdoptRulebook(programme.id, "2028.1", digest(later)))

    assert isinstance(refused, Refusal)
    assert (
        refused.detail == "this book counts in CNY; a law that counts in EUR ([currency] code) needs a book of its own"
    )
    assert refused.cite == RULES.currency.cite


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "other"}, "this book is of the programme dianzhong; a law of other ([programme] id) needs a book"),
        ({}, "steel in this book is of KM, which the law leaves out; keep KM among its [[jurisdictions]]"),
    ],
)
def test_a_book_keeps_its_programme_and_the_cities_of_what_stands_in_it(change: dict[str, str], said: str) -> None:
    """A law without a city was adopted: nobody could issue, report or settle for the works there."""
    programme = replace(RULES.programme, version="2028.1", **change)
    later = replace(RULES, programme=programme, jurisdictions=() if not change else RULES.jurisdictions)
    body = c.AdoptRulebook(programme.id, "2028.1", digest(later))
    refused = decide(market().state, later, AT, AUTHORITY, body)

    assert isinstance(refused, Refusal)
    assert refused.detail.startswith(said)
    assert refused.cite == lookup.article(RULES, "programme")


def test_a_city_in_which_nothing_stands_may_go() -> None:
    runner = Runner(MemoryJournal(), RULES, tables=False)
    send(runner, AUTHORITY, adopting(RULES))
    programme = replace(RULES.programme, version="2028.1")
    later = replace(RULES, programme=programme, jurisdictions=RULES.jurisdictions[:1])
    answer = decide(runner.state, later, AT, AUTHORITY, c.AdoptRulebook(programme.id, "2028.1", digest(later)))

    assert not isinstance(answer, Refusal)


def test_time_and_money_that_are_the_usual_ones_are_not_written_however_a_law_came_to_say_them() -> None:
    """A law that names them is equal to one that does not, and its book has the same bytes."""
    said = replace(RULES.programme, time_zone="/".join(("Asia", "Shanghai")))
    law = replace(RULES, programme=said, currency=replace(RULES.currency, code="".join("CNY")))
    runner = Runner(MemoryJournal(), law, tables=False)
    send(runner, AUTHORITY, adopting(law))
    (first,) = runner.journal.lines()

    assert b"time_zone" not in first.record
    assert b"currency" not in first.record


def test_a_zone_that_is_none_is_named_with_those_that_are_meant() -> None:
    texts = as_files({**LAW, "programme": {**LAW["programme"], "time_zone": "Europe/Berln"}})
    _, faults = read(texts)

    assert [fault.place for fault in faults] == ["rulebook.toml [programme] time_zone"]
    assert "did you mean 'Europe/Berlin'?" in faults[0].cure
