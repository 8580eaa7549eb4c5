"""Fairness and one language for prices: measures against their other formulas, tenors against figures in print."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.market.fairness import atkinson, changes, entrant_gap, gini, jain, theil, whip_index, windfall
from airshed.market.sharing.criteria import environmental_gini
from airshed.market.tenor import after_tax, annualised, capitalised, floor_bound, implied_yield
from airshed.model.refusal import Malformed

amounts = st.lists(st.integers(0, 1_000).map(float), min_size=1, max_size=20).filter(any)


@given(amounts, st.data())
def test_a_weighted_gini_is_the_sum_over_pairs(given_: list[float], data: st.DataObject) -> None:
    sizes = [float(data.draw(st.integers(1, 50))) for _ in given_]

    assert gini(given_, sizes) == pytest.approx(environmental_gini(given_, sizes), abs=1e-9)


@given(amounts, st.integers(1, 9))
def test_measures_do_not_depend_on_the_measure_of_amounts(given_: list[float], times: int) -> None:
    scaled = [each * times for each in given_]

    for measure in (gini, theil, jain, lambda x: atkinson(x, 0.5), lambda x: atkinson(x, 1.0)):
        assert measure(scaled) == pytest.approx(measure(given_), abs=1e-9)


@given(st.lists(st.integers(1, 1_000).map(float), min_size=2, max_size=20), st.data())
def test_taking_from_the_rich_for_the_poor_makes_it_fairer(given_: list[float], data: st.DataObject) -> None:
    """The principle of transfers (Pigou and Dalton)."""
    poor, rich = (given_.index(each) for each in (min(given_), max(given_)))
    part = data.draw(st.floats(0, 0.5))
    moved = (given_[rich] - given_[poor]) * part
    after = list(given_)
    after[poor] += moved
    after[rich] -= moved

    for measure in (gini, theil, lambda x: atkinson(x, 0.5), lambda x: -jain(x)):
        assert measure(after) <= measure(given_) + 1e-9


@pytest.mark.parametrize(
    ("price", "years", "rate", "yearly"),
    [
        (18_000, inf, 0.08, 1440.0),
        (18_000, 20, 0.08, 1833.3397588167104),
        (18_000, 5, 0.08, 4508.216182203056),
        (18_000, inf, 0.05, 900.0),
        (18_000, 20, 0.05, 1444.3665694324432),
        (18_000, 5, 0.05, 4157.546366308823),
        (1_000, 4, 0.0, 250.0),
    ],
)
def test_eighteen_thousand_once_is_so_much_a_year(price: float, years: float, rate: float, yearly: float) -> None:
    """Shanxi 2017: SO2 18,000 yuan/t without end."""
    assert annualised(price, years, rate) == pytest.approx(yearly)
    assert capitalised(yearly, years, rate) == pytest.approx(price)


def test_a_thousand_a_year_is_so_much_at_once() -> None:
    """Chongqing: about 1,000 yuan/t for one year."""
    assert capitalised(1_000, inf, 0.08) == 12_500
    assert capitalised(1_000, 20, 0.08) == pytest.approx(9818.147407449294)
    assert capitalised(1_000, 5, 0.08) == pytest.approx(3992.7100370780886)
    assert implied_yield(1_000, 18_000) == pytest.approx(0.0555555555)
    assert implied_yield(200, 15_000) == pytest.approx(0.0133333333)


def test_the_average_deal_of_shanxi_was_hardly_above_the_floors() -> None:
    """2015: 851.27 million yuan for these tonnes, at floors of 814.34 million."""
    tonnes: dict[str, float] = {"SO2": 19_303, "COD": 533, "NH3-N": 46, "NOx": 23_681, "soot": 3_941, "dust": 833}
    floors: dict[str, float] = {
        "SO2": 18_000,
        "COD": 29_000,
        "NH3-N": 30_000,
        "NOx": 18_000,
        "soot": 5_000,
        "dust": 4_900,
    }

    assert floor_bound(851.27e6, tonnes, floors) == pytest.approx(1.045, abs=5e-4)


def test_an_emission_tax_takes_its_part_of_the_price() -> None:
    """Yunnan: 2.8 yuan an equivalent of 0.95 kg is 2,947.37 yuan/t of SO2."""
    assert after_tax(4_000, 2_947.37) == pytest.approx(1_052.63)
    assert after_tax(2_000, 2_947.37) == 0


def test_gains_of_a_programme_and_who_has_them() -> None:
    assert windfall(price=100, allocated=50, emitted=40, abatement_cost=300) == 700
    assert changes({"a": 3, "b": 4}, {"b": 5, "c": 2}) == {"a": -3, "b": 1, "c": 2}
    assert entrant_gap(1_440_000, 0, 1_000_000) == 1.44
    assert whip_index(lambda abated: 100 - 0.9 * abated, 10.0) == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: gini([]), "0 amounts"),
        (lambda: gini([0.0, 0.0]), "all are zero"),
        (lambda: gini([1.0], [0.0]), "amount 1"),
        (lambda: gini([1.0, -1.0]), "amount 2: -1"),
        (lambda: atkinson([1.0], -1.0), "aversion"),
        (lambda: annualised(1.0, 0.0, 0.05), "0 years"),
        (lambda: annualised(1.0, inf, -0.05), "for ever"),
        (lambda: capitalised(1.0, inf, 0.0), "has no price"),
        (lambda: implied_yield(1.0, 0.0), "price"),
        (lambda: floor_bound(1.0, {"SO2": 1.0}, {}), "none for SO2"),
        (lambda: floor_bound(1.0, {}, {}), "nothing was traded"),
        (lambda: entrant_gap(1.0, 1.0, 0.0), "output"),
        (lambda: whip_index(lambda abated: 0.0, 0.0), "step"),
    ],
)
def test_what_has_no_measure_is_named(work: Callable[[], object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()
