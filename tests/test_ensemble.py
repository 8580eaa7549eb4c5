"""Thousands of markets at once: each draw is the market that it would be by itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.lab.equilibrium import Joined, Steps, discounting, equilibrium
from airshed.lab.equilibrium.curves import Floats
from airshed.lab.equilibrium.ensemble import ensemble
from airshed.model.refusal import Malformed

Draws = tuple[list[Steps], Floats, Floats]


@st.composite
def draws(draw: st.DrawFn) -> Draws:
    """Up to three sectors over up to four years, some draws of multipliers and needs; some cannot be kept."""
    years, many, rows = draw(st.integers(1, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 4))
    discount = discounting(draw(st.sampled_from((0.0, 0.05, 0.25))), years)
    sectors = []
    for _ in range(many):
        costs = draw(st.lists(st.integers(1, 60).map(float), min_size=1, max_size=5))
        sectors.append(Steps(costs, [float(draw(st.integers(1, 9))) for _ in costs], discount))
    multipliers = np.array([[draw(st.sampled_from((0.5, 1.0, 1.7))) for _ in range(many)] for _ in range(rows)])
    room = int(sum(sector.most(0) for sector in sectors))
    need = np.array([[float(draw(st.integers(-5, room))) for _ in range(years)] for _ in range(rows)])
    return sectors, multipliers, need


@settings(max_examples=150, deadline=None)
@given(draws())
def test_every_draw_is_the_market_that_it_would_be_alone(case: Draws) -> None:
    sectors, multipliers, need = case
    found = ensemble(sectors, multipliers, need)
    for row, own in enumerate(multipliers.tolist()):
        curve = Joined(
            *(
                Steps(sector.costs * by, sector.potentials()[0], sector.discount)
                for sector, by in zip(sectors, own, strict=True)
            )
        )
        try:
            alone = equilibrium(curve, need[row], sectors[0].discount)
        except Malformed:
            assert not found.kept[row]
            assert found.cost[row] == np.inf
            continue
        assert found.kept[row]
        assert found.price[row] == pytest.approx(alone.price, rel=1e-6)
        assert found.cost[row] == pytest.approx(alone.cost, rel=1e-5, abs=1e-5)


def test_the_order_of_draws_decides_nothing() -> None:
    chance = np.random.default_rng(7)
    discount = discounting(0.05, 5)
    sectors = [Steps(chance.lognormal(8, 1, 50), chance.lognormal(0, 1, 50), discount) for _ in range(3)]
    multipliers = chance.lognormal(0, 0.3, (40, 3))
    need = sum(sector.most(0) for sector in sectors) * chance.uniform(0.1, 0.7, (40, 5))
    order = chance.permutation(40)
    straight, mixed = ensemble(sectors, multipliers, need), ensemble(sectors, multipliers[order], need[order])

    assert (straight.price[order] == mixed.price).all()
    assert (np.diff(straight.discounted, axis=1) <= 0).all()


ONE = Steps([10.0], [5.0], [1.0])


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: ensemble([], np.ones((1, 0)), np.ones((1, 1))), "for 0 sectors"),
        (lambda: ensemble([ONE], np.ones((1, 2)), np.ones((1, 1))), "multipliers of shape"),
        (lambda: ensemble([ONE], np.ones((1, 1)), np.ones((1, 2))), "sector 1: its steps do not fit"),
        (lambda: ensemble([Steps([0.0], [5.0], [1.0])], np.ones((1, 1)), np.ones((1, 1))), "a step costs 0"),
        (lambda: ensemble([ONE], np.array([[1.0], [-1.0]]), np.ones((2, 1))), "draw 2: the multiplier of sector 1"),
        (lambda: ensemble([ONE], np.ones((2, 1)), np.array([[1.0], [np.nan]])), "draw 2: the need of year 1"),
    ],
)
def test_draws_that_cannot_be_are_named(work: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()
