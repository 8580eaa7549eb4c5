"""Cases in print or found by two routes, restated: updating, auctions, what controls cost by the EPA's equations."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.epa_costs import Model, TypeOne, constants_of, cost_of, read_constants, usd_per_t
from airshed.market.auction.sealed import Bid
from airshed.market.auction.sealed import clear as sell
from airshed.market.call import Limit, clear
from airshed.market.incentives import product_cost, surviving_signal
from airshed.model.refusal import Malformed


@pytest.mark.parametrize(
    ("weights", "left"), [({1: 0.9}, 0.142857), ({3: 0.3, 4: 0.3, 5: 0.3}, 0.258980), ({}, 1.0), ({1: 1.05}, 0.0)]
)
def test_a_rule_that_follows_emissions_leaves_little_of_the_price(weights: dict[int, float], left: float) -> None:
    """At 5 %: nine tenths of last year's emission, and the mean of three years counted from the third on."""
    assert surviving_signal(weights, 0.05) == pytest.approx(left, abs=5e-7)


@given(st.dictionaries(st.integers(1, 9), st.floats(0, 0.3), max_size=5), st.floats(0, 0.2), st.integers(1, 5))
def test_the_later_it_counts_the_more_of_the_signal_is_left(weights: dict[int, float], rate: float, later: int) -> None:
    shifted = {lag + later: weight for lag, weight in weights.items()}
    assert surviving_signal(shifted, rate) >= surviving_signal(weights, rate) - 1e-12


def test_an_output_based_rule_pays_for_each_product() -> None:
    """A benchmark of 0.8 kg at 4,000 yuan/t pays 3.2 yuan a product: of 4 yuan 0.8 are left."""
    assert product_cost(4_000, 0.001, 0.0) - product_cost(4_000, 0.001, 0.0008) == pytest.approx(3.2)
    assert product_cost(4_000, 0.0005, 0.0008) < 0


BIDS, ASKS = (10, 8, 6, 4), (1, 3, 5, 7)


def test_four_bids_and_four_asks_trade_three_between_five_and_six() -> None:
    """One allowance each: bids of 10, 8, 6, 4, asks of 1, 3, 5, 7; a gain of 15."""
    orders = [Limit(n, "buy", 10 * bid, 1) for n, bid in enumerate(BIDS)]
    orders += [Limit(len(BIDS) + n, "sell", 10 * ask, 1) for n, ask in enumerate(ASKS)]
    low, high = (clear(orders, reference, 1, seed=1) for reference in (1, 1_000))

    assert (low.price, high.price) == (50, 60)
    assert low.count == high.count == 3
    assert sum(BIDS[n] for n in low.fills if n < 4) - sum(ASKS[n - 4] for n in low.fills if n >= 4) == 15


def test_the_epa_matched_the_highest_bid_with_the_lowest_ask_at_the_bid() -> None:
    """Its auctions of 1993 on: 10, 8 and 6 are paid, so buyers bid less and sellers asked less."""
    sold = sell([Bid(f"b{bid}", bid, 1) for bid in BIDS], 3, "pay-as-bid", per=1)
    paid = {award.bidder: award.payment for award in sold.awards}
    matched = list(zip(sorted(BIDS, reverse=True), sorted(ASKS), strict=True))

    assert paid == {"b10": 10, "b8": 8, "b6": 6}
    assert [bid for bid, ask in matched if bid >= ask] == [10, 8, 6]


def test_a_scrubber_at_500_mw_costs_what_the_epa_says() -> None:
    """Limestone forced oxidation, 500 MW, capacity factor 0.65, US dollars of 2011."""
    row = constants_of("limestone forced oxidation FGD", 500)
    cost = cost_of(row, 500, 0.65)

    assert cost == pytest.approx((247_500_000.0, 24_750_000.0, 4_000_000, 6_548_100.0))
    assert usd_per_t(row, cost, 20_000) == pytest.approx(cost.a_year / 19_200)


def test_the_older_constants_scale_with_the_model_plant_and_count_capacity_in_use() -> None:
    """Medium-sulphur scrubber of the older set: 149 $/kW, 5.4 $/kW a year, 0.83 $/MWh, model plant 500 MW, 0.6."""
    old = TypeOne("old FGD", 0, None, 149.0, 5.4, 0.83, 90, 0.1, "USEPA/emf, older constants", "to confirm")
    cost = cost_of(old, 300, 0.65, Model(500, 0.6, derated=True))

    assert cost == pytest.approx((39_475_726.33266681, 3_947_572.633266681, 1_620_000.0, 1_417_806.0))
    assert cost_of(old, 700, 0.65, Model(500, 0.6)).capital == 149 * 700_000


def test_larger_plants_pay_less_a_kilowatt() -> None:
    rows = read_constants()
    for one, two in pairwise(rows):
        if one.measure == two.measure:
            assert two.capital_usd_per_kw < one.capital_usd_per_kw
            assert two.mw_from == (one.mw_to or 0) + 1
            assert constants_of(one.measure, (one.mw_to or 0) + 0.5) == one


@pytest.mark.parametrize(
    ("work", "said"),
    [
        (lambda: surviving_signal({0: 0.5}, 0.05), "weight of year 0"),
        (lambda: surviving_signal({1: -0.5}, 0.05), "weight of year 1: is -0.5"),
        (lambda: surviving_signal({}, -1.0), "rate: is -1"),
        (lambda: product_cost(-1.0, 0.0, 0.0), "-1 yuan/t"),
        (lambda: constants_of("magic", 500), "no such measure 'magic'"),
        (lambda: constants_of("SCR", 50), "50 MW"),
        (lambda: cost_of(constants_of("SCR", 500), 500, 0.0), "capacity factor of 0"),
        (lambda: cost_of(constants_of("SCR", 500), -5, 0.5), "-5 MW"),
        (lambda: usd_per_t(constants_of("SCR", 500), cost_of(constants_of("SCR", 500), 500, 0.5), 0.0), "0 t"),
    ],
)
def test_what_has_no_figure_is_named(work: Any, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        work()
