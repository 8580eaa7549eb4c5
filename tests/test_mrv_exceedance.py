"""Exceedances: whether, how often and by how many times."""

from __future__ import annotations

import math
from decimal import Decimal

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from airshed.model.measures import gbt8170, times_over
from airshed.mrv.applicability import limits_of
from airshed.mrv.exceedance import daily_means, exceedance, exceedances_of, over_limit
from airshed.mrv.flue_gas import Floats
from airshed.mrv.rules import LimitValue, Statistic
from stack_years import HOURS, RULES, STACK, YEAR

LIMIT = LimitValue("power", "GB 13223-2011", "SO2", 200.0, 6.0, "hourly mean")


def year_of(mean: float, **hours: float) -> Floats:
    """A year of one concentration but for some hours, `h12=530.62`."""
    column = np.full(HOURS, mean)
    for hour, value in hours.items():
        column[int(hour[1:])] = value
    return column


@pytest.mark.parametrize(
    ("mg_m3", "limit", "times"),
    [
        (530.62, 200, "1.65"),  # these three are quoted in zones/dianzhong/quoted_readings.csv
        (1_659.7095, 200, "7.30"),
        (38.34, 20, "0.92"),  # limit of secondary fume
        (38.34, 50, "0.00"),  # the same within the limit of primary gas
        (200.0, 200, "0.00"),
        (201.0, 200, "0.00"),  # 0.005 goes to the even digit (GB/T 8170)
        (203.0, 200, "0.02"),  # and so does 0.015
    ],
)
def test_times_over_are_those_of_the_paper(mg_m3: float, limit: float, times: str) -> None:
    """State key enterprises, February 2018: times over is C / L - 1, not C / L."""
    assert times_over(mg_m3, limit) == Decimal(times)


def test_hours_over_are_compared_in_full_and_without_the_missing_ones() -> None:
    column = year_of(150.0, h0=math.nan, h12=530.62, h13=200.0, h14=200.0001)
    found = exceedance("QJ-1", LIMIT, column, RULES, YEAR)

    assert (found.hours_compared, found.hours_over, found.breaches) == (HOURS - 1, 2, 2)
    assert (found.worst_mg_m3, found.worst_hour, found.times_over) == (530.62, 12, Decimal("1.65"))


def test_a_stack_with_nothing_to_compare_has_no_worst_hour() -> None:
    found = exceedance("QJ-1", LIMIT, np.full(HOURS, math.nan), RULES, YEAR)

    assert (found.hours_compared, found.worst_mg_m3, found.worst_hour) == (0, None, None)
    assert found.times_over == 0


@pytest.mark.parametrize(
    ("statistic", "breaches", "times"),
    [("hourly mean", 40, "1.00"), ("daily mean", 1, "0.25"), ("monthly share", 1, "1.00")],
)
def test_the_statistic_belongs_to_the_limit(statistic: Statistic, breaches: int, times: str) -> None:
    """Fifteen hours of one day at twice the limit, and 25 more, one a day: 40 of January's 744 hours, 5.4 percent."""
    column = year_of(0.0)
    column[0:24] = [400.0] * 15 + [0.0] * 9
    column[24 : 24 * 26 : 24] = 400.0
    limit = msgspec.structs.replace(LIMIT, statistic=statistic)

    found = exceedance("QJ-1", limit, column, RULES, YEAR)

    assert found.breaches == breaches
    assert found.times_over == Decimal(times)
    assert found.months_short == (1,)


def test_a_day_with_less_than_twenty_hours_has_no_mean() -> None:
    column = year_of(10.0)
    column[0:5] = math.nan
    column[24:28] = math.nan
    means = daily_means(column, RULES.hours_per_day)

    assert math.isnan(means[0])
    assert means[1] == 10.0


def test_a_new_limit_holds_from_its_day_on() -> None:
    newer = msgspec.structs.replace(LIMIT, limit_mg_m3=35.0, valid_from="2027-07-01")
    rules = msgspec.structs.replace(RULES, limits=(newer, LIMIT))

    spans = limits_of(rules, STACK, "SO2", YEAR)

    assert [(limit.limit_mg_m3, first, after) for limit, first, after in spans] == [
        (200.0, 0, 181 * 24),
        (35.0, 181 * 24, HOURS),
    ]
    assert [limit.limit_mg_m3 for limit, _, _ in limits_of(rules, STACK, "SO2", 2028)] == [35.0]
    assert limits_of(rules, msgspec.structs.replace(STACK, limit_set="cement"), "SO2", YEAR) == ()


def test_the_worst_come_first_and_those_who_comply_not_at_all() -> None:
    all_found = [
        exceedance(s, LIMIT, year_of(100.0, h5=w), RULES, YEAR)
        for s, w in [("B", 530.62), ("D", 200.0), ("A", 530.62), ("C", 1_659.7095)]
    ]

    assert [each.stack for each in exceedances_of(all_found).rows] == ["C", "A", "B"]


@given(st.floats(0, 1e5), st.floats(0.1, 1e4))
def test_times_over_is_above_zero_only_above_the_limit(mg_m3: float, limit: float) -> None:
    times = times_over(mg_m3, limit)

    assert times >= 0
    assert mg_m3 > limit or times == 0
    assert abs(times - max(Decimal(str(mg_m3)) / Decimal(str(limit)) - 1, Decimal(0))) <= Decimal("0.005")


@given(st.floats(0, 1e4), st.sampled_from([200.0, 35.0, 0.03, 17.5]))
def test_a_rounded_comparison_is_that_of_gb_t_8170(mg_m3: float, limit: float) -> None:
    """The law may compare in full, or rounded half to even to the digits of the limit."""
    held = msgspec.structs.replace(LIMIT, limit_mg_m3=limit)
    decimals = max(0, -int(Decimal(str(limit)).normalize().as_tuple().exponent))
    # A tie in decimal may be none in binary.
    assume(Decimal(str(mg_m3)).normalize().as_tuple().exponent != -decimals - 1)
    full, rounded = (
        bool(over_limit(np.array([mg_m3]), held, msgspec.structs.replace(RULES, comparison=how))[0])
        for how in ("full", "rounded")
    )

    assert full == (mg_m3 > limit)
    assert rounded == (gbt8170(mg_m3, decimals) > Decimal(str(limit)))
    assert full or not rounded


def test_the_comparison_of_the_law_counts_hours_over() -> None:
    column = year_of(150.0, h12=200.4, h13=200.5, h14=201.5)

    for how, over in (("full", 3), ("rounded", 1)):
        rules = msgspec.structs.replace(RULES, comparison="rounded" if how == "rounded" else "full")
        assert exceedance("QJ-1", LIMIT, column, rules, YEAR).hours_over == over
