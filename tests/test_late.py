"""What is added while a sum is not paid: British Columbia's published cases to the cent, and what must always hold."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.compliance.late import Accrued, Change, RateTerm, instalments, late_interest, overdue
from airshed.compliance.period_terms import PeriodTerms, TradedDay, cost, mean_of, span, terms_of
from airshed.compliance.shortfall import overdue_fen
from airshed.model.refusal import Malformed

MILLION = 1_000_000_00
DAILY = Fraction(38, 10_000)
BEGIN = date(2024, 12, 1)


def rates(*rows: tuple[str, str, str]) -> list[RateTerm]:
    return [RateTerm(date.fromisoformat(first), date.fromisoformat(last), Fraction(rate)) for first, last, rate in rows]


ONE_RATE = rates(("2024-01-01", "2025-12-31", "0.07"))


def test_ten_days_overdue_cost_38_656_43_on_a_million() -> None:
    """Source of this and the next four: tests of bcgov/cas-registration (Apache-2.0), facts only."""
    found = overdue(MILLION, date(2025, 12, 1), date(2025, 12, 10), DAILY)
    assert found == Accrued(38_656_43, 10)


def test_interest_of_one_rate_is_29_727_85() -> None:
    one = rates(("2024-01-01", "2025-12-31", "0.0795"))
    assert late_interest(MILLION, BEGIN, date(2025, 4, 14), one) == Accrued(29_727_85, 135)


def test_the_rate_of_a_quarter_is_that_of_the_15th_before_it() -> None:
    three = rates(
        ("2024-01-01", "2025-02-28", "0.0695"),
        ("2025-03-01", "2025-05-31", "0.0795"),
        ("2025-06-01", "2025-12-31", "0.0825"),
    )
    assert late_interest(MILLION, BEGIN, date(2025, 7, 14), three).amount == 46_940_61


def test_a_payment_bears_no_interest_from_the_day_after() -> None:
    paid = [Change(date(2024, 12, 15), -200_000_00)]
    assert late_interest(MILLION, BEGIN, date(2025, 2, 15), ONE_RATE, paid).amount == 12_435_15


def test_adjustments_go_both_ways() -> None:
    adjusted = [Change(date(2025, 1, 10), 50_000_00), Change(date(2024, 12, 20), -100_000_00)]
    assert late_interest(MILLION, BEGIN, date(2025, 2, 15), ONE_RATE, adjusted).amount == 14_070_03


def test_the_cap_of_three_times_the_base_is_reached_on_a_day() -> None:
    """At 5 percent a day on the 29th; a payment on the way puts it off."""
    fast, begin = Fraction(5, 100), date(2025, 12, 1)
    capped = overdue(1_000_00, begin, begin + timedelta(days=39), fast)
    paid = overdue(1_000_00, begin, begin + timedelta(days=39), fast, [Change(begin + timedelta(days=4), -100_00)])

    assert capped == Accrued(3_000_00, 29, begin + timedelta(days=28))
    assert (paid.amount, paid.capped_on) > (0, capped.capped_on)
    assert overdue(0, begin, begin + timedelta(days=39), fast) == Accrued(0, 40), "nothing owed has no cap to reach"
    more = overdue(0, begin, begin + timedelta(days=39), fast, [Change(begin, 100_00)])
    assert more.amount == 0, "three times nothing is nothing, whatever is owed later"


@given(st.integers(0, 10**12), st.integers(1, 800))
def test_unpaid_the_walk_through_the_days_is_the_closed_formula(base: int, days: int) -> None:
    begin = date(2025, 1, 1)
    assert overdue(base, begin, begin + timedelta(days=days - 1), DAILY).amount == overdue_fen(base, days)


CHANGES = st.lists(st.builds(Change, st.dates(BEGIN, date(2025, 3, 1)), st.integers(-(10**9), 10**9)), max_size=6)


@given(st.integers(0, 10**10), CHANGES, st.integers(0, 90))
def test_late_interest_is_what_a_table_day_by_day_gives(base: int, changes: list[Change], days: int) -> None:
    """A ledger with a line a day: what bears, what it bore, what was added on the first of a month."""
    end = BEGIN + timedelta(days=days)
    bore: dict[date, Fraction] = {}
    for number in range(days + 1):
        day = BEGIN + timedelta(days=number)
        owed = max(0, base + sum(change.amount for change in changes if change.day < day))
        added = sum(
            (interest for at, interest in bore.items() if (at.year, at.month) < (day.year, day.month)), Fraction(0)
        )
        bore[day] = (owed + added) * Fraction("0.07") / (366 if day.year == 2024 else 365)
    whole = sum(bore.values(), Fraction(0)) + Fraction(1, 2)

    assert late_interest(base, BEGIN, end, ONE_RATE, changes) == Accrued(whole.numerator // whole.denominator, days + 1)


TWO_RATES = rates(("2023-01-01", "2025-05-31", "0.0695"), ("2025-06-01", "2200-12-31", "0.0825"))


@given(st.dates(date(2024, 1, 1), date(2026, 1, 1)), st.integers(0, 900), CHANGES)
def test_late_interest_reckoned_by_the_month_is_that_of_a_walk_through_the_days(
    first: date, days: int, changes: list[Change]
) -> None:
    added = month = Fraction(0)
    for number in range(days + 1):
        day = first + timedelta(days=number)
        if day.day == 1:
            added, month = added + month, Fraction(0)
        owed = max(0, MILLION + sum(change.amount for change in changes if change.day < day))
        quarter = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
        rate = Fraction("0.0825") if quarter - timedelta(days=17) >= date(2025, 6, 1) else Fraction("0.0695")
        month += (owed + added) * rate / (366 if day.year % 4 == 0 else 365)
    whole = added + month + Fraction(1, 2)

    found = late_interest(MILLION, first, first + timedelta(days=days), TWO_RATES, changes)
    assert found == Accrued(whole.numerator // whole.denominator, days + 1)


def test_late_interest_of_a_century_is_exact() -> None:
    """Twelve hundred months with as many digits as they take; nothing is cut on the way."""
    found = late_interest(MILLION, date(2025, 1, 1), date(2124, 12, 31), TWO_RATES)
    assert (found.days, len(str(found.amount))) == (36_524, 12)


@given(st.integers(0, 10**15), st.integers(1, 60), st.integers(1, 12))
def test_instalments_sum_to_the_whole_and_differ_by_one_at_most(total: int, parts: int, months: int) -> None:
    due = instalments(total, parts, date(2027, 1, 31), months)
    sums = [part for _, part in due]

    assert sum(sums) == total
    assert len(due) == parts
    assert max(sums) - min(sums) <= 1
    assert sums == sorted(sums, reverse=True)
    assert [day for day, _ in due] == sorted({day for day, _ in due})


def test_what_cannot_be_reckoned_names_the_thing_and_the_cure() -> None:
    with pytest.raises(Malformed, match=r"rates: no rates are in force on 2024-09-15, .*; give one for each day"):
        late_interest(MILLION, BEGIN, BEGIN, rates(("2025-01-01", "2025-12-31", "0.05")))
    with pytest.raises(Malformed, match="2 rates are in force"):
        late_interest(MILLION, BEGIN, BEGIN, [*ONE_RATE, *ONE_RATE])
    with pytest.raises(Malformed, match="end: 2024-11-29 is -2 days after 2024-12-01"):
        overdue(MILLION, BEGIN, date(2024, 11, 29), DAILY)
    with pytest.raises(Malformed, match="base: -1 is below zero"):
        overdue(-1, BEGIN, BEGIN, DAILY)


NATIONAL = [
    PeriodTerms(2021, "flat", flat_fen=30_000_00),
    PeriodTerms(2023, "price_multiple", price_multiple=5),
]


def test_a_shortfall_of_2022_costs_what_the_law_of_2022_says() -> None:
    """Flat 20,000 to 30,000 yuan to 2022; five to ten times the mean price of the month before the deadline later.

    The case of Shizuishan for 2023: 865,300 t x 98.00 x 5 = 423,997,000 yuan (State Council Decree 775, art. 24).
    """
    early = cost(865_300_000, terms_of(NATIONAL, 2022), 98_00, None, None)
    late = cost(865_300_000, terms_of(NATIONAL, 2023), 98_00, None, None)

    assert early.penalty_fen == 30_000_00
    assert (late.penalty_fen, late.makeup_kg) == (423_997_000_00, 865_300_000)


def test_a_mean_is_of_the_month_before_the_deadline_or_of_the_cycle() -> None:
    """India takes twice the mean of the trading cycle of the compliance year."""
    trades = [TradedDay(date(2024, 3, 4), 50_00, 1_000), TradedDay(date(2024, 11, 4), 98_00, 3_000)]
    month = span("month_before", date(2024, 12, 31), None)
    cycle = span("cycle", date(2024, 12, 31), (date(2024, 1, 1), date(2024, 12, 31)))

    assert mean_of(trades, *month) == 98_00
    assert mean_of(trades, *cycle) == 86_00
    with pytest.raises(Malformed, match="cycle: the penalty needs it"):
        span("cycle", date(2024, 12, 31), None)
    with pytest.raises(Malformed, match="no rows hold for period 2020"):
        terms_of(NATIONAL, 2020)
