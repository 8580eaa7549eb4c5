"""Values that stay just under the limit are found, and count as they did."""

from __future__ import annotations

import numpy as np
import pytest

from airshed.mrv.findings import Finding
from airshed.mrv.hours import close_hours
from airshed.mrv.readings import OXYGEN
from stack_years import RULES, SO2, STACK, TYPICAL, changed, steady_year

#: What reads 200 mg/m3, the limit, at 6 % oxygen when the gas has 7.4 %: 200 x (21 - 7.4) / (21 - 6).
AT_LIMIT = 200 * (21 - TYPICAL[OXYGEN]) / 15


def found(part: float, hours: int, ripple: float = 0.002) -> list[Finding]:
    """What is found when SO2 reads a part of the limit for some hours, each a little unlike the one before."""
    span = slice(100, 100 + hours)
    read = np.asarray(AT_LIMIT * (part + ripple * (np.arange(hours) % 3 - 1)), np.float64)
    closed, _ = close_hours(STACK, changed(steady_year(), span, values={SO2: read}), RULES)
    assert not closed["SO2"].why[span].any()
    return [each for each in closed["SO2"].findings if each.code == "hugs_limit"]


def test_half_a_day_just_under_the_limit_is_found() -> None:
    (one,) = found(0.985, 12)

    assert (one.subject, one.first_hour, one.last_hour, one.hours) == ("SO2", 100, 111, 12)
    assert one.detail == "196.6 to 197.4 mg/m3, under the limit of 200 in every hour"


@pytest.mark.parametrize(("part", "hours"), [(0.985, 11), (0.95, 300), (1.01, 300)], ids=["short", "low", "above"])
def test_what_is_short_well_below_or_above_is_not(part: float, hours: int) -> None:
    assert found(part, hours) == []
