"""Deadlines: leap years, weekends, holidays, and the terms of a year's end that a law may choose."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.deadline import next_business_day
from airshed.compliance.shortfall import Lack, penalty
from airshed.engine.procedures.deadlines import surrender_day
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.load import load_texts, read
from airshed.rulebook.schema import Rulebook
from laws import FILES, RULES

#: England and Wales, spring 2020 (UK ETS registry tests, Apache-2.0).
GOOD_FRIDAY_AND_EASTER_MONDAY = ("2020-04-10", "2020-04-13")


def law(**calendar: object) -> Rulebook:
    return msgspec.structs.replace(RULES, calendar=msgspec.structs.replace(RULES.calendar, **calendar))


def faults(old: str, new: str, file: str = "rulebook.toml") -> list[str]:
    text = FILES[file].decode()
    assert old in text
    return [str(fault) for fault in read({**FILES, file: text.replace(old, new, 1).encode()})[1]]


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2003, "2004-03-01"),  # 29 February 2004 is a Sunday
        (2004, "2005-03-01"),
        (2007, "2008-02-29"),  # a leap year, a Friday
        (2008, "2009-03-02"),  # 1 March 2009 is a Sunday
        (2027, "2028-02-29"),
    ],
)
def test_the_first_of_march_waits_for_a_business_day_and_is_the_29th_in_leap_years(year: int, day: str) -> None:
    rules = law(surrender_by="03-01", surrender_by_in_leap_years="02-29", on_closed_days="next_business_day")

    assert surrender_day(rules, year) == day


def test_a_deadline_that_stays_falls_on_a_closed_day() -> None:
    assert surrender_day(RULES, 2028) == "2029-06-30"  # a Saturday
    assert surrender_day(law(on_closed_days="next_business_day"), 2028) == "2029-07-02"


def test_a_holiday_moves_a_deadline_and_a_make_up_day_keeps_it() -> None:
    easter = law(
        surrender_by="04-10",
        surrender_by_in_leap_years="04-10",
        on_closed_days="next_business_day",
        closed_days=GOOD_FRIDAY_AND_EASTER_MONDAY,
    )
    assert surrender_day(easter, 2019) == "2020-04-14"

    saturday = msgspec.structs.replace(easter.calendar, working_days=("2020-04-11",))
    assert surrender_day(msgspec.structs.replace(easter, calendar=saturday), 2019) == "2020-04-11"


@given(
    st.dates(date(2000, 1, 1), date(2090, 1, 1)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.frozensets(st.integers(0, 20), max_size=8),
)
def test_the_next_business_day_is_worked_and_none_before_it_is(
    day: date, weekdays: frozenset[int], closed: frozenset[int]
) -> None:
    shut = {(day + timedelta(days=n)).isoformat() for n in closed}

    def worked(iso: str) -> bool:
        return date.fromisoformat(iso).isoweekday() in weekdays and iso not in shut

    found = next_business_day(day.isoformat(), worked)
    gone = (date.fromisoformat(found) - day).days

    assert worked(found)
    assert not any(worked((day + timedelta(days=n)).isoformat()) for n in range(gone))


def test_a_calendar_that_never_opens_is_malformed() -> None:
    with pytest.raises(Malformed, match="no business day within 60 days of 2027-01-01"):
        next_business_day("2027-01-01", lambda day: False)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'surrender_by_in_leap_years = "06-30"',
            'surrender_by_in_leap_years = "02-30"',
            "rulebook.toml [calendar] surrender_by_in_leap_years: there is no such day in every year as 02-30; "
            "write a day of the calendar",
        ),
        (
            'surrender_by_in_leap_years = "06-30"',
            'surrender_by_in_leap_years = "02-29"',
            "rulebook.toml [calendar]: surrender_by_in_leap_years 02-29 comes before verify_by 04-30; "
            "a year is reported, then verified, then surrendered for",
        ),
        (
            "weekdays = [1, 2, 3, 4, 5]",
            "weekdays = []",
            "rulebook.toml [calendar] weekdays: is empty; name the days of the week that are worked",
        ),
        (
            "working_days = []",
            'working_days = ["2027-02-30", "2027-02-05"]',
            "rulebook.toml [calendar] working_days: there is no day 2027-02-30; write a day of the calendar",
        ),
        (
            "working_days = []",
            'working_days = ["2027-02-05"]',
            "rulebook.toml [calendar]: 2027-02-05 is closed and worked; keep it in one list",
        ),
        (
            'measured = "NOx"\nsectors = []',
            'measured = "SO2"\nsectors = ["power"]',
            "rulebook.toml [[pollutants]] 2 (NOx): SO2 of power counts as SO2 already; let what a monitor says count "
            "once; part the two by `sectors`",
        ),
        (
            'measured = "PM"\nsectors = []',
            'measured = "PM"\nsectors = ["glass"]',
            "rulebook.toml [[pollutants]] 3 (PM) sectors: no such sector 'glass' in rulebook.toml; there are cement, "
            "steel, power",
        ),
        (
            'penalty = "price_multiple"',
            'penalty = "indexed_per_tonne"',
            "penalty_index.csv: no index for 2027, the first year with a cap; add the row",
        ),
    ],
)
def test_a_contradiction_names_its_place(old: str, new: str, said: str) -> None:
    assert said in faults(old, new)


def test_a_period_has_one_index() -> None:
    rows = "period,index_thousandths,cite,status\n2027,1000,a notice,to confirm\n2027,1001,a notice,to confirm\n"
    assert [str(fault) for fault in read({**FILES, "penalty_index.csv": rows.encode()})[1]] == [
        "penalty_index.csv line 3: 2027 stands in line 2 already; keep one"
    ]


def test_soot_and_dust_are_one_measurement_in_two_sectors() -> None:
    """A law may owe what monitors call PM under one name for power plants and another for the rest."""
    text = FILES["rulebook.toml"].decode()
    text = text.replace('measured = "PM"\nsectors = []', 'measured = "PM"\nsectors = ["power"]')
    rules = load_texts({**FILES, "rulebook.toml": text.encode()})

    assert [rule.code for rule in lookup.owed(rules, "power")] == ["SO2", "NOx", "PM", "VOC"]
    assert [rule.code for rule in lookup.owed(rules, "cement")] == ["SO2", "NOx", "VOC"]


def test_a_penalty_in_dollars_of_1990_for_a_short_ton_comes_out_to_the_cent() -> None:
    """1,000 short tons (907,184.74 kg) of 2003 cost 1,000 x 2,000 x 180.7 / 124.6 = 2,900,481.54 dollars."""
    ton = 907_184_740
    whole = Lack(45_359_237, fixed_fen_per_t=2_000_00, index=180_700, index_base=124_600, tonne_mg=ton)

    assert penalty("indexed_per_tonne", whole) == 145_024_077_05  # 50,000 short tons are 45,359,237 kg exactly
    assert penalty("fixed_per_tonne", whole) == 50_000 * 2_000_00
    part = Lack(299_366, fixed_fen_per_t=2_000_00, index=180_700, index_base=124_600, tonne_mg=ton)
    assert penalty("indexed_per_tonne", part) == 957_143_04  # docs/explanation/programmes.md, with a pencil
