"""Measures that take out several pollutants: equal to the plain programme, and bounded without a solver."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.lab.equilibrium import discounting
from airshed.lab.equilibrium.cocontrol import Measures, co_bound, co_equilibrium
from airshed.lab.equilibrium.curves import Floats
from airshed.market.linear import Columns, solve
from airshed.model.refusal import Malformed

CEILING = 100.0
Case = tuple[Measures, Floats, Floats, bool]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Some measures of one or two zones, one to three pollutants and years."""
    zones, pollutants, years = draw(st.integers(1, 2)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    many = draw(st.integers(0, 7))
    whole = st.integers(0, 9).map(float)
    measures = Measures(
        np.array([draw(st.integers(0, 300).map(float)) for _ in range(many)]),
        np.array([[draw(whole) for _ in range(pollutants)] for _ in range(many)]).reshape(many, pollutants),
        np.array([draw(st.integers(0, zones - 1)) for _ in range(many)], dtype=np.int64),
    )
    need = np.array(
        [[[float(draw(st.integers(-5, 15))) for _ in range(years)] for _ in range(pollutants)] for _ in range(zones)]
    )
    return measures, need, discounting(0.05, years), draw(st.booleans())


def plain(case: Case) -> float:
    """A column for every measure and year, solved whole by HiGHS."""
    measures, need, factors, banking = case
    _, pollutants, years = need.shape
    rows = np.arange(need.size).reshape(need.shape)
    columns = Columns()
    for n, zone in enumerate(measures.zone):
        for t in range(years):
            cells = [(int(rows[zone, p, t]), float(measures.removal[n, p])) for p in range(pollutants)]
            columns.add(float(measures.cost[n] * factors[t]), 0.0, 1.0, cells)
    for (_, _, t), row in np.ndenumerate(rows):
        columns.add(CEILING * float(factors[t]), 0.0, inf, [(int(row), 1.0)])
        if banking and t + 1 < years:
            columns.add(0.0, 0.0, inf, [(int(row), -1.0), (int(row) + 1, 1.0)])
    return solve(columns.programme(need.ravel(), np.full(need.size, inf))).cost


@settings(max_examples=120, deadline=None)
@given(cases())
def test_co_control_costs_what_the_whole_programme_costs(case: Case) -> None:
    measures, need, factors, banking = case
    found = co_equilibrium(measures, need, factors, CEILING, banking=banking)

    assert found.cost == pytest.approx(plain(case), abs=1e-3, rel=1e-5)
    assert found.gap < 1e-5
    assert found.bound <= found.cost + 1e-6
    assert co_bound(measures, need, factors, found.discounted) <= found.cost + 1e-6
    assert (found.use >= 0).all()
    assert (found.use <= 1).all()


@settings(max_examples=60, deadline=None)
@given(cases())
def test_every_need_is_met_by_measures_the_bank_or_the_ceiling(case: Case) -> None:
    measures, need, factors, banking = case
    found = co_equilibrium(measures, need, factors, CEILING, banking=banking)

    for zone in range(need.shape[0]):
        own = measures.zone == zone
        taken = measures.removal[own].T @ found.use[own] + found.extra[zone]
        over = np.cumsum(taken - need[zone], axis=1) if banking else taken - need[zone]
        assert (over >= -1e-6).all()


def test_a_measure_is_shared_by_the_markets_it_serves() -> None:
    """One measure takes 4 t of the first and 6 t of the second for 100 yuan; half of it covers 2 t and 3 t."""
    both = Measures(np.array([100.0]), np.array([[4.0, 6.0]]), np.array([0]))
    found = co_equilibrium(both, np.array([[[2.0], [3.0]]]), [1.0], 1e4)

    assert found.use.item() == pytest.approx(0.5)
    prices = found.discounted[0, :, 0]
    assert 4 * prices[0] + 6 * prices[1] == pytest.approx(100.0)


@pytest.mark.parametrize(
    ("measures", "ceiling", "said"),
    [
        (Measures(np.array([1.0]), np.array([[1.0, 1.0]]), np.array([0])), 9.0, "measures: removal of shape"),
        (Measures(np.array([-1.0]), np.array([[1.0]]), np.array([0])), 9.0, "measure 1: a figure"),
        (Measures(np.array([np.nan]), np.array([[1.0]]), np.array([0])), 9.0, "measure 1: a figure"),
        (Measures(np.array([1.0]), np.array([[1.0]]), np.array([1])), 9.0, "measure 1: zone 1"),
        (Measures(np.array([1.0]), np.array([[1.0]]), np.array([0])), 0.0, "ceiling"),
    ],
)
def test_measures_that_cannot_be_are_named(measures: Measures, ceiling: float, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        co_equilibrium(measures, np.array([[[1.0]]]), [1.0], ceiling)
