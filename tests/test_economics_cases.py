"""Every exact case of economics by its name, on the code that the lab runs; updating, auctions, what controls cost.

Each figure of CASES was found by two routes, a closed form and a solver of another kind, before this project had code.
Where the case itself names no inputs they are those of its source:

* I1: the ten incomes with which R's package ineq illustrates itself (Zeileis, CRAN).
* T1, T2: two sources whose marginal costs are 200 and 100 times abatement (Tietenberg's textbook).
* T4: a textbook exercise in print: marginal costs of e1 + 300 and 3 e2, 2,000 t each, 1,600 t to abate.
* T5b: a textbook exercise in print: two alike firms save 10 - 2e on the last tonne; they have 2 and 4 permits.
* E1: constants of USEPA/emf; E3: constants of its older set for a medium-sulphur scrubber, recalled, to confirm; only
  with these, a model plant of 500 MW, an exponent of 0.6 and capital on capacity in use do all four figures agree.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.lab.epa_costs import Model, TypeOne, constants_of, cost_of, read_constants, usd_per_t
from airshed.lab.equilibrium import CrossTrade, Slopes, discounting, equilibrium, zone_equilibrium
from airshed.lab.equilibrium.frictions import costly, dominated
from airshed.lab.equilibrium.stability import StabilityRule, adjustment
from airshed.lab.prices.quotes import read_quotes, yields
from airshed.market.auction.sealed import Bid
from airshed.market.auction.sealed import clear as sell
from airshed.market.call import LimitOrder, clear
from airshed.market.claims_heat import load_factor
from airshed.market.fairness import atkinson, gini, jain, theil
from airshed.market.incentives import product_cost, surviving_signal
from airshed.market.sharing.bankruptcy import RULES
from airshed.market.sharing.criteria import zero_sum_dea
from airshed.market.sharing.games import nucleolus, shapley
from airshed.market.tenor import annualised, capitalised, implied_yield
from airshed.model.refusal import Malformed

#: The cases, each with its exact figures.
CASES: dict[str, dict[str, Any]] = {
    "T1_tietenberg_uniform_mixed": {"closed_form": [7, 14, 1400, 14700]},
    "T2_tietenberg_ambient": {"closed_form": [11, 11, 1100, 18150]},
    "T4_intercept": {"closed_form": [1125, 475, 1425], "cost": 1308750},
    "T5b_brainmass_emission_permits": {"closed_form_e": [3, 3], "price": 4},
    "B1_two_period": {
        "closed_form_price": [39.024390243902445, 40.97560975609756],
        "bank": 19.024390243902445,
        "cost": 1560.975609757337,
        "no_bank_cost": 1914.2857142857142,
    },
    "B2_five_period": {
        "caps": [95, 90, 60, 60, 60],
        "price": [24.4315977473162, 25.65317763468201, 26.93583651641611, 28.28262834223692, 29.69675975934877],
        "bank": [19.4315977473162, 35.08477538199821, 22.020611898414323, 10.303240240651242, 0],
        "blocks": [[0, 1, 2, 3, 4]],
        "cost": 1649.1328479438546,
    },
    "M1_hahn_alloc0": {"a1": 0, "x1": 40, "price": 20, "total_cost": 2000, "competitive": [60, 40, 1600]},
    "M1_hahn_alloc120": {"a1": 120, "x1": 80, "price": 60, "total_cost": 2000, "competitive": [60, 40, 1600]},
    "S1_tau0_quad0_alloc9.5": {"trade": 3.5, "reductions": [7, 14], "abate_cost": 14700, "tc": 0},
    "S1_tau0_quad0_alloc10.5": {"trade": 2.5, "reductions": [7, 14], "abate_cost": 14700, "tc": 0},
    "S1_tau300_quad0_alloc9.5": {"trade": 2.5, "reductions": [8, 13], "abate_cost": 14850, "tc": 750},
    "S1_tau300_quad0_alloc10.5": {"trade": 1.5, "reductions": [8, 13], "abate_cost": 14850, "tc": 450},
    "S1_tau1050_quad0_alloc9.5": {"trade": 0, "reductions": [10.5, 10.5], "abate_cost": 16537.5, "tc": 0},
    "S1_tau1050_quad0_alloc10.5": {"trade": 0, "reductions": [9.5, 11.5], "abate_cost": 15637.5, "tc": 0},
    "S1_tau0_quad150_alloc9.5": {
        "trade": 2.3333333333333335,
        "reductions": [8.166666666666666, 12.833333333333334],
        "abate_cost": 14904.166666666664,
        "tc": 408.33333333333337,
    },
    "S1_tau0_quad150_alloc10.5": {
        "trade": 1.6666666666666667,
        "reductions": [7.833333333333333, 13.166666666666666],
        "abate_cost": 14804.166666666664,
        "tc": 208.33333333333334,
    },
    "X1_trs_river": {
        "zonal_tradeable_caps": [100, 40, 24],
        "abate": [70, 70, 56],
        "lam": [0, 50.4, 224],
        "source_price": [70, 140, 224],
        "cost": 13622,
    },
    "X1_trs_river_tradeform": {
        "abate": [70, 70, 56],
        "trades": [20, 0, 0],
        "price": [70, 140, 224],
        "cost": 13622,
    },
    "C1_claims_E100": {
        "E": 100,
        "proportional": ["50/3", "100/3", "50"],
        "equal_awards": ["100/3", "100/3", "100/3"],
        "equal_losses": ["0", "0", "100"],
        "talmud": ["100/3", "100/3", "100/3"],
    },
    "C1_claims_E300": {
        "E": 300,
        "proportional": ["50", "100", "150"],
        "equal_awards": ["100", "100", "100"],
        "equal_losses": ["0", "100", "200"],
        "talmud": ["50", "100", "150"],
    },
    "G1_lemaire1991": {"shapley": [51750, 25875, 12375], "nucleolus": [52687.5, 24468.75, 12843.75]},
    "G2_bankruptcy_nucleolus_E100": {"E": 100, "all": ["100/3", "100/3", "100/3"]},
    "G2_bankruptcy_nucleolus_E300": {"E": 300, "all": ["50", "100", "150"]},
    "I1_ineq_data": {
        "gini": 0.46209113026762383,
        "theil": 0.362341242343895,
        "atk05": 0.17965909804634195,
        "atk1": 0.35182505973507494,
        "jain": 0.5432384361114558,
    },
    "P1_annuitise_18000": {
        "perp8": 1440,
        "n20_8": 1833.3397588167104,
        "n5_8": 4508.216182203056,
        "perp5": 900,
        "n20_5": 1444.3665694324432,
        "n5_5": 4157.546366308823,
    },
    "P2_capitalise_1000": {"perp8": 12500, "n20_8": 9818.147407449294, "n5_8": 3992.7100370780886},
    "P3_implied_rate": {
        "chq_vs_shanxi": 0.05555555555555555,
        "zhuzhou_so2": 0.013333333333333334,
        "zhuzhou_nox": 0.008,
    },
    "Q1_msr": {"at": [1200, 950, 833, 600, 400, 350], "adj": [-288, -117, 0, 0, 0, 100]},
    "Q2_Ff": {
        "F": [90, 85, 82, 80, 77, 75, 60, 50],
        "val": [1, 1, 1.0042, 1.007, 1.0117999999999998, 1.015, 1.0613635506249997, 1.09344326394264],
    },
    "Z1_zsg_1x1": {"emis": [50, 30, 20], "gdp": [10, 30, 60], "expected": [10, 30, 60]},
    "U1_auction": {
        "bids": [10, 8, 6, 4],
        "asks": [1, 3, 5, 7],
        "qty": 3,
        "uniform_price_interval": [5, 6],
        "epa_prices": [10, 8, 6],
        "surplus": 15,
    },
    "E1_cost_type1_LSFO500": {"vals": [247500000.0, 24750000.0, 4000000, 6548100.0]},
    "E3_old_FGD_MS_300MW": {"vals": [39475726.33266681, 3947572.633266681, 1620000.0, 1417806.0]},
}
TESTED: set[str] = set()
#: A solver's programme of bins ends with the cost exact and prices a few parts in 1e8 away; the rest is exact to this.
EXACT, SOLVED = 1e-12, 1e-7

Test = Callable[..., None]


def of(*names: str) -> Callable[[Test], Test]:
    """Run a test with the figures of these cases."""
    TESTED.update(names)
    return pytest.mark.parametrize("case", [CASES[name] for name in names], ids=names)


def same(figures: Any, within: float = EXACT) -> Any:
    """These figures, each to a relative precision."""
    return pytest.approx(figures, rel=within, abs=within)


def test_every_case_is_tested() -> None:
    assert set(CASES) == TESTED
    assert len(CASES) == 33


# --- T: two sources


@of("T1_tietenberg_uniform_mixed")
def test_two_sources_share_a_cap_where_marginal_costs_meet(case: dict[str, Any]) -> None:
    """Marginal costs of 200 and 100 times abatement, 21 t to abate."""
    found = equilibrium(Slopes([200.0, 100.0], [21.0, 21.0], [1.0]), [21.0], [1.0])
    price = found.price.item()
    each = [Slopes([slope], [21.0], [1.0]).until(0, price) for slope in (200.0, 100.0)]

    assert [*each, price, found.cost] == same(case["closed_form"])


@of("T2_tietenberg_ambient")
def test_two_sources_share_a_receptor_at_which_one_counts_double(case: dict[str, Any]) -> None:
    """Transfer coefficients of 2 and 1, a load of 33 to take away."""
    sources = [Slopes([200.0], [21.0], [1.0]), Slopes([100.0], [21.0], [1.0])]
    found = zone_equilibrium(sources, [[2.0, 1.0]], [[33.0]], [1.0], done=1e-16)

    assert [*found.abated.ravel(), found.lambdas.item()] == same(case["closed_form"][:3], SOLVED)
    assert found.cost == same(case["closed_form"][3])
    assert found.price.ravel() == same([2_200, 1_100], SOLVED)


@of("T4_intercept")
def test_a_cost_that_begins_above_zero(case: dict[str, Any]) -> None:
    curve = Slopes([1.0, 3.0], [2_000.0, 2_000.0], [1.0], [300.0, 0.0])
    found = equilibrium(curve, [1_600.0], [1.0])
    price = found.price.item()
    each = [Slopes([slope], [2_000.0], [1.0], [start]).until(0, price) for slope, start in ((1.0, 300.0), (3.0, 0.0))]

    assert [*each, price] == same(case["closed_form"])
    assert found.cost == same(case["cost"])


@of("T5b_brainmass_emission_permits")
def test_two_alike_firms_end_with_the_same_whoever_had_more_permits(case: dict[str, Any]) -> None:
    """Saving 10 - 2e on the last tonne is a marginal cost of 2 a for a = 5 - e; permits are 2 and 4."""
    market = equilibrium(Slopes([2.0, 2.0], [5.0, 5.0], [1.0]), [10.0 - 6.0], [1.0])
    trade = costly((2.0, 2.0), (5.0 - 2.0, 5.0 - 4.0), 0.0)

    assert market.price.item() == same(case["price"])
    assert [5.0 - a for a in trade.abated] == same(case["closed_form_e"])
    assert trade.traded == same(1.0)


# --- B: banking


@of("B1_two_period")
def test_two_years_bank_until_the_price_rises_with_the_rate(case: dict[str, Any]) -> None:
    """Emission 100, caps of 80 and 40, marginal cost = abatement, 5 %."""
    discount = discounting(0.05, 2)
    curve = Slopes([1.0], [100.0], discount)
    found = equilibrium(curve, [20.0, 60.0], discount)
    closed = zone_equilibrium([curve], [[1.0]], [[20.0, 60.0]], discount, banking=False, done=1e-16)

    assert found.price == same(case["closed_form_price"])
    assert found.bank == same([case["bank"], 0.0])
    assert found.cost == same(case["cost"], 1e-11)
    assert closed.cost == same(case["no_bank_cost"])


@of("B2_five_period")
def test_five_years_are_one_block(case: dict[str, Any]) -> None:
    """Emission 100, 5 %."""
    discount = discounting(0.05, 5)
    found = equilibrium(Slopes([1.0], [100.0], discount), [100.0 - cap for cap in case["caps"]], discount)

    assert [list(range(first, end)) for first, end in found.blocks] == case["blocks"]
    assert found.price == same(case["price"])
    assert found.bank == same(case["bank"])
    assert found.cost == same(case["cost"])


# --- M and S: power and costs of trading


@of("M1_hahn_alloc0", "M1_hahn_alloc120")
def test_a_dominant_firm_moves_the_price(case: dict[str, Any]) -> None:
    """Two alike firms of 100 t under a cap of 120 t, the first being given a1."""
    found = dominated(1.0, 100.0, float(case["a1"]), 1.0, 100.0, 120.0 - case["a1"])

    assert (100 - found.abated, found.price, found.cost) == same((case["x1"], case["price"], case["total_cost"]))
    freely = [100 - found.competitive_abated, found.competitive_price, found.competitive_cost]
    assert freely == same(case["competitive"])


STAVINS = [name for name in CASES if name.startswith("S1_")]


@pytest.mark.parametrize("name", STAVINS)
def test_costs_of_trading_shrink_trade(name: str) -> None:
    """Marginal costs of 200 and 100 times abatement, each source emits 20 t, 21 t to abate, so 19 t are given."""
    case = CASES[name]
    _, tau, growing, given_ = name.replace("tau", "").replace("quad", "").replace("alloc", "").split("_")
    alone = (20.0 - float(given_), 20.0 - (19.0 - float(given_)))
    found = costly((200.0, 100.0), alone, float(tau), float(growing))

    assert found.traded == same(case["trade"])
    assert list(found.abated) == same(case["reductions"])
    assert (found.abatement_cost, found.trading_cost) == same((case["abate_cost"], case["tc"]))


TESTED.update(STAVINS)


# --- X: a river of three zones

EMITTED, LIMITS = np.array([150.0, 120.0, 80.0]), np.array([100.0, 90.0, 60.0])
RIVER = [Slopes([slope], [most], [1.0]) for slope, most in zip((1.0, 2.0, 4.0), EMITTED.tolist(), strict=True)]


@of("X1_trs_river")
def test_a_river_under_receptors(case: dict[str, Any]) -> None:
    """Hung and Shaw (2005): coefficients of 0.5 and 0.4 downstream; marginal costs of 1, 2 and 4 times abatement."""
    air = np.array([[1.0, 0.0, 0.0], [0.5, 1.0, 0.0], [0.2, 0.4, 1.0]])
    found = zone_equilibrium(RIVER, air, (air @ EMITTED - LIMITS)[:, None], [1.0], done=1e-16)

    assert found.abated.ravel() == same(case["abate"], SOLVED)
    assert found.lambdas.ravel() == same(case["lam"], SOLVED)
    assert found.price.ravel() == same(case["source_price"], SOLVED)
    assert found.cost == same(case["cost"])


@of("X1_trs_river_tradeform")
def test_a_river_under_trading_ratios(case: dict[str, Any]) -> None:
    """The same with a tradable cap in each zone, T_k = S_k - t S_(k-1), and one-way trades."""
    caps = np.array([LIMITS[0], LIMITS[1] - 0.5 * LIMITS[0], LIMITS[2] - 0.4 * LIMITS[1]])
    assert caps.tolist() == same(CASES["X1_trs_river"]["zonal_tradeable_caps"])
    ways = [CrossTrade(0, 1, 0.5), CrossTrade(1, 2, 0.4), CrossTrade(0, 2, 0.2)]
    found = zone_equilibrium(RIVER, np.eye(3), (EMITTED - caps)[:, None], [1.0], trades=ways, done=1e-16)

    assert found.abated.ravel() == same(case["abate"], SOLVED)
    # ten grams: the cost, flat there, tells no more
    assert found.traded.ravel() == pytest.approx(case["trades"], abs=1e-5)
    assert found.price.ravel() == same(case["price"], SOLVED)
    assert found.cost == same(case["cost"])


# --- C, G, Z, Q, I: sharing, games, claims, fairness

ESTATE = [Fraction(100), Fraction(200), Fraction(300)]


@of("C1_claims_E100", "C1_claims_E300")
def test_claims_on_an_estate(case: dict[str, Any]) -> None:
    """Claims of 100, 200 and 300 (Ketubot 93a; Aumann and Maschler 1985), to the fraction."""
    for rule in ("proportional", "equal_awards", "equal_losses", "talmud"):
        assert [str(each) for each in RULES[rule](Fraction(case["E"]), ESTATE)] == case[rule], rule


@of("G1_lemaire1991")
def test_three_funds_that_invest_together(case: dict[str, Any]) -> None:
    worth = {(): 0.0, (0,): 46125.0, (1,): 17437.5, (2,): 5812.5, (0, 1): 69187.5, (0, 2): 53812.5, (1, 2): 30750.0}

    def team(players: frozenset[int]) -> float:
        return worth.get(tuple(sorted(players)), 90_000.0)

    assert shapley(3, team) == same(case["shapley"])
    assert nucleolus(3, team) == same(case["nucleolus"], 1e-9)


@of("G2_bankruptcy_nucleolus_E100", "G2_bankruptcy_nucleolus_E300")
def test_the_nucleolus_of_an_estate_is_the_talmud_rule(case: dict[str, Any]) -> None:
    estate, wanted = Fraction(case["E"]), [float(Fraction(each)) for each in case["all"]]

    def left_over(team: frozenset[int]) -> float:
        return float(max(Fraction(0), estate - sum(claim for at, claim in enumerate(ESTATE) if at not in team)))

    assert [str(each) for each in RULES["talmud"](estate, ESTATE)] == case["all"]
    assert nucleolus(3, left_over) == same(wanted, 1e-9)
    assert shapley(3, left_over) == same(wanted)


@of("Z1_zsg_1x1")
def test_zero_sum_dea_of_one_output_is_in_proportion_to_it(case: dict[str, Any]) -> None:
    found = zero_sum_dea([float(each) for each in case["emis"]], [[float(each)] for each in case["gdp"]])
    assert found.tolist() == same(case["expected"], 1e-9)


@of("Q2_Ff")
def test_the_factor_of_a_low_load(case: dict[str, Any]) -> None:
    assert [float(load_factor(100 * load)) for load in case["F"]] == same(case["val"])


@of("Q1_msr")
def test_the_reserve_of_the_eu(case: dict[str, Any]) -> None:
    """833, 1096 and 400 million in circulation, 24 %, 100 million (as published)."""
    assert [adjustment(float(each), StabilityRule()) for each in case["at"]] == case["adj"]


@of("I1_ineq_data")
def test_ten_incomes(case: dict[str, Any]) -> None:
    incomes: list[float] = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]

    assert gini(incomes) == same(case["gini"])
    assert theil(incomes) == same(case["theil"])
    assert (atkinson(incomes, 0.5), atkinson(incomes, 1.0)) == same((case["atk05"], case["atk1"]))
    assert jain(incomes) == same(case["jain"])


# --- P: one language for prices


@of("P1_annuitise_18000")
def test_eighteen_thousand_once_is_so_much_a_year(case: dict[str, Any]) -> None:
    terms = {"perp8": (inf, 0.08), "n20_8": (20, 0.08), "n5_8": (5, 0.08)}
    terms |= {"perp5": (inf, 0.05), "n20_5": (20, 0.05), "n5_5": (5, 0.05)}
    assert {name: annualised(18_000, *term) for name, term in terms.items()} == same(case)


@of("P2_capitalise_1000")
def test_a_thousand_a_year_is_so_much_at_once(case: dict[str, Any]) -> None:
    terms = {"perp8": (inf, 0.08), "n20_8": (20, 0.08), "n5_8": (5, 0.08)}
    assert {name: capitalised(1_000, *term) for name, term in terms.items()} == same(case)


@of("P3_implied_rate")
def test_yields_of_published_pairs(case: dict[str, Any]) -> None:
    """By the formula, and found among the quotes that are shipped."""
    found = {(each.once.place, each.yearly.pollutant): each.rate for each in yields(read_quotes())}

    assert implied_yield(1_000, 18_000) == found["Shanxi", "SO2"] == same(case["chq_vs_shanxi"])
    assert implied_yield(200, 15_000) == found["Zhuzhou", "SO2"] == same(case["zhuzhou_so2"])
    assert implied_yield(200, 25_000) == found["Zhuzhou", "NOx"] == same(case["zhuzhou_nox"])


# --- U: auctions


@of("U1_auction")
def test_four_bids_and_four_asks(case: dict[str, Any]) -> None:
    """One allowance each. Any price of the interval clears; the one nearest to the reference is taken."""
    bids, asks = case["bids"], case["asks"]
    orders = [LimitOrder(n, "buy", 10 * bid, 1) for n, bid in enumerate(bids)]
    orders += [LimitOrder(len(bids) + n, "sell", 10 * ask, 1) for n, ask in enumerate(asks)]
    low, high = (clear(orders, reference, 1, seed=1) for reference in (1, 1_000))

    assert [low.price, high.price] == [10 * each for each in case["uniform_price_interval"]]
    assert low.count == high.count == case["qty"]
    gain = sum(bids[n] for n in low.fills if n < 4) - sum(asks[n - 4] for n in low.fills if n >= 4)
    assert gain == case["surplus"]


@of("U1_auction")
def test_the_epa_took_the_bids_that_meet_an_ask_and_each_paid_its_own(case: dict[str, Any]) -> None:
    """Its auctions of 1993 on: the highest bids, as many as meet an ask; buyers bid less and sellers asked less."""
    sold = sell([Bid(f"b{bid}", bid, 1) for bid in case["bids"]], case["qty"], "pay-as-bid", per=1)

    assert [award.payment for award in sold.awards if award.payment] == case["epa_prices"]


# --- E: what controls cost


@of("E1_cost_type1_LSFO500")
def test_a_scrubber_at_500_mw_costs_what_the_epa_says(case: dict[str, Any]) -> None:
    """Limestone forced oxidation, 500 MW, capacity factor 0.65, US dollars of 2011."""
    row = constants_of("limestone forced oxidation FGD", 500)
    cost = cost_of(row, 500, 0.65)

    assert list(cost) == same(case["vals"])
    assert usd_per_t(row, cost, 20_000) == pytest.approx(cost.a_year / 19_200)


@of("E3_old_FGD_MS_300MW")
def test_the_older_constants_scale_with_the_model_plant_and_count_capacity_in_use(case: dict[str, Any]) -> None:
    """149 $/kW, 5.4 $/kW a year, 0.83 $/MWh at 300 MW and 0.65 (recalled)."""
    old = TypeOne("old FGD", 0, None, 149.0, 5.4, 0.83, 90, 0.1, "USEPA/emf, older constants", "to confirm")

    assert list(cost_of(old, 300, 0.65, Model(500, 0.6, derated=True))) == same(case["vals"])
    assert cost_of(old, 700, 0.65, Model(500, 0.6)).capital == 149 * 700_000


def test_larger_plants_pay_less_a_kilowatt() -> None:
    rows = read_constants()
    for one, two in pairwise(rows):
        if one.measure == two.measure:
            assert two.capital_usd_per_kw < one.capital_usd_per_kw
            assert two.mw_from == (one.mw_to or 0) + 1
            assert constants_of(one.measure, (one.mw_to or 0) + 0.5) == one


# --- updating


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
