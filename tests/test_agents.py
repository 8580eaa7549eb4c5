"""Agents through the engine: what they gain beside the competitive equilibrium, and that rules of trade bind them."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine.invariants import check as check_state
from airshed.lab.agents import (
    CONTINUOUS,
    MARKETS,
    STRATEGIES,
    AgentOffer,
    AgentView,
    BareVenue,
    EngineVenue,
    Laboratory,
    Mechanism,
    Own,
    SessionMarket,
    SessionMeasures,
    Shout,
    Worth,
    ZoneYear,
    competitive,
    equilibrium_of,
    jobs_of,
    market_of,
    measured,
    of_source,
    play,
    run,
    sessions,
    strategies_of,
    zone_market,
)
from airshed.lab.agents.ensemble import SessionsJob
from airshed.lab.agents.gd import HeardTape, beliefs, chances
from airshed.lab.agents.zip import Zip
from airshed.lab.season.firms import CostStep
from airshed.model.refusal import Malformed
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.service.run.pool import each
from airshed.zone.load import load as load_zone
from laws import RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
CALL = Mechanism("call")


def mean(found: list[SessionMeasures], name: str) -> float:
    return float(np.nanmean([getattr(one, name) for one in found]))


def bare(market: str, strategy: str, mechanism: Mechanism = CONTINUOUS, count: int = 40) -> list[SessionMeasures]:
    return sessions(Laboratory(market), (strategy,), mechanism, sessions=count, bare=True)


# --- the equilibrium


def test_the_permit_market_has_the_known_equilibrium() -> None:
    """Slopes 4, 6, 8, 12, 16, 20 of 10 units each, 5 permits each: 48 yuan/t, 7 t (two routes, economics note 8)."""
    found = equilibrium_of(market_of("permits"))
    assert (found.low, found.high, found.volume) == (4_800, 4_800, 7_000)


staircases = st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9)), min_size=1, max_size=3).map(
    lambda blocks: Worth(tuple(sorted(blocks, key=lambda block: -block[1])))
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(staircases, st.integers(0, 4)), min_size=2, max_size=3))
def test_no_reallocation_gains_more_than_the_equilibrium(holders: list[tuple[Worth, int]]) -> None:
    """Every way to share what is held out is tried."""
    total = sum(held for _, held in holders)
    now = sum(worth.of(held) for worth, held in holders)

    def best(left: int, rest: list[Worth]) -> int:
        if len(rest) == 1:
            return rest[0].of(left)
        return max(rest[0].of(own) + best(left - own, rest[1:]) for own in range(left + 1))

    found = competitive((worth, held, ("buy", "sell")) for worth, held in holders)
    assert found.surplus == best(total, [worth for worth, _ in holders]) - now
    assert found.low <= found.high
    assert found.volume <= found.volume_most


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(staircases, st.integers(0, 4)), min_size=2, max_size=4))
def test_the_equilibrium_price_clears_the_market(holders: list[tuple[Worth, int]]) -> None:
    """At any price of the interval nobody wants more than others give: demand and supply meet, ties aside."""
    found = competitive((worth, held, ("buy", "sell")) for worth, held in holders)
    if found.volume:
        for price in (found.low, found.high):
            over = under = 0
            for worth, held in holders:
                over += sum(worth.of(n + 1) - worth.of(n) > price for n in range(held, 12))
                under += sum(worth.of(n) - worth.of(n - 1) < price for n in range(1, held + 1))
            assert over <= found.volume_most
            assert under <= found.volume_most


def test_the_order_of_traders_does_not_move_the_equilibrium() -> None:
    holders = [(trader.worth, trader.held, trader.sides) for trader in market_of("permits").traders[:4]]
    assert len({competitive(order) for order in permutations(holders)}) == 1


def test_a_staircase_that_rises_is_refused() -> None:
    with pytest.raises(Malformed, match="order blocks by falling price"):
        Worth(((1, 5), (1, 6)))
    with pytest.raises(Malformed, match="count above zero"):
        Worth(((0, 5),))


def test_a_source_values_allowances_at_the_step_they_save() -> None:
    """What no step abates is worth a shortfall; dearer steps are never taken; the spare have a floor."""
    steps = [CostStep("cheap", 400, 100), CostStep("dear", 300, 5_000)]
    worth = of_source(1_000, steps, choke_fen_per_t=2_000, spare_fen_per_t=150)
    assert worth.blocks[:3] == ((300, 2_000), (300, 2_000), (400, 150))
    assert worth.more(10_000) == AgentOffer(150, worth.blocks[-1][0] + 1_000 - 10_000)


# --- bands that are known


def test_constrained_zero_intelligence_reaches_nearly_all_gains() -> None:
    """Gode and Sunder 1993: near 100 %. Bands of economics note 8: 96.17 % (sd 4.8) in the permit market."""
    turns = Mechanism(turns=100)
    permits, single = bare("permits", "zi-c", count=60), bare("single", "zi-c", turns, 100)
    commodity = bare("commodity", "zi-c", turns, 15)
    assert 94.5 <= mean(permits, "efficiency") <= 97.5
    assert 3 <= float(np.std([one.efficiency for one in permits])) <= 6
    assert mean(commodity, "efficiency") >= 99
    assert float(np.std([one.efficiency for one in commodity])) <= 1.2
    assert 93.5 <= mean(single, "efficiency") <= 98.5
    assert 90 <= mean(permits, "volume_part") <= 115


def test_unconstrained_zero_intelligence_gains_less() -> None:
    """They trade every unit, at whatever loss: 90 % in the first market of Gode and Sunder, as here by construction."""
    assert mean(bare("commodity", "zi-u", count=15), "efficiency") == pytest.approx(90, abs=0.5)
    silly, sane = (mean(bare("single", name, Mechanism(turns=60)), "efficiency") for name in ("zi-u", "zi-c"))
    assert silly < sane - 10
    assert mean(bare("permits", "zi-u", count=10), "efficiency") < 0


def test_those_who_learn_find_the_price() -> None:
    """ZIP and GD, after some periods, trade within a few percent of the equilibrium; ZI-C never does."""
    first = sessions(Laboratory("single"), ("zip",), Mechanism(turns=40), sessions=10, bare=True)
    learned = sessions(Laboratory("single"), ("zip",), Mechanism(turns=40), sessions=10, periods=8, bare=True)
    assert mean(first, "alpha") > 20
    assert mean(learned, "alpha") < 6
    assert mean(learned, "efficiency") > 97
    silly = sessions(Laboratory("commodity"), ("zi-c",), Mechanism(turns=60), sessions=4, periods=4, bare=True)
    believing = sessions(Laboratory("commodity"), ("gd",), Mechanism(turns=60), sessions=4, periods=4, bare=True)
    assert mean(believing, "alpha") < 5
    assert mean(silly, "alpha") > 12
    assert mean(believing, "efficiency") > 98


def test_a_call_gives_prices_that_lie_closer_together() -> None:
    book, call = bare("commodity", "zip", Mechanism(turns=60), 15), bare("commodity", "zip", CALL, 15)
    assert mean(call, "dispersion") < mean(book, "dispersion")


def test_hoarders_take_liquidity_and_gains_away() -> None:
    good = sessions(Laboratory("permits"), ("officer",), sessions=10, bare=True)
    bad = sessions(Laboratory("permits"), ("officer", "hoarder"), sessions=10, bare=True)
    assert mean(bad, "efficiency") < mean(good, "efficiency") - 5
    assert mean(bad, "volume") < mean(good, "volume")


def test_a_manipulator_moves_the_price_that_those_who_learn_pay() -> None:
    """One who bids to be heard and does not want to buy raises what others pay."""
    quiet = sessions(Laboratory("permits"), ("zip",), Mechanism(turns=60, wipes=False), sessions=25, bare=True)
    moved = sessions(
        Laboratory("permits"), ("manipulator", *["zip"] * 5), Mechanism(turns=60, wipes=False), sessions=25, bare=True
    )
    assert mean(moved, "price") > mean(quiet, "price")


# --- properties


@pytest.mark.parametrize("market", MARKETS)
@pytest.mark.parametrize("mechanism", [Mechanism(turns=25), Mechanism(turns=25, wipes=False, days=3), CALL], ids=str)
@pytest.mark.parametrize("strategy", ["zi-c", "zi-u", "zip", "gd", "officer,hoarder,manipulator"])
def test_the_engine_and_the_bare_book_make_the_same_trades(market: str, mechanism: Mechanism, strategy: str) -> None:
    found, names = market_of(market), strategy.split(",")
    each_of = tuple(names[place % len(names)] for place in range(len(found.traders)))
    engine = EngineVenue(found)
    through = play(found, strategies_of(each_of), np.random.default_rng(3), mechanism, engine)
    beside = play(found, strategies_of(each_of), np.random.default_rng(3), mechanism, BareVenue(found))
    assert through.trades == beside.trades
    assert through.last == beside.last
    assert not through.refused
    check_state(engine.runner.state)


@pytest.mark.parametrize("strategy", ["zi-c", "zip", "gd", "officer"])
@pytest.mark.parametrize("mechanism", [Mechanism(turns=60), CALL], ids=str)
def test_who_may_not_lose_does_not(strategy: str, mechanism: Mechanism) -> None:
    """Every trade of a constrained strategy gains for both sides, or costs neither anything."""
    market = market_of("permits")
    for seed in range(5):
        names = (strategy,) * len(market.traders)
        played = play(market, strategies_of(names), np.random.default_rng(seed), mechanism, BareVenue(market))
        held = list(played.first)
        for trade in played.trades:
            worth = market.traders[trade.buyer].worth
            gain = worth.of(held[trade.buyer] + trade.count) - worth.of(held[trade.buyer])
            held[trade.buyer] += trade.count
            assert gain >= trade.price * trade.count
            worth = market.traders[trade.seller].worth
            lost = worth.of(held[trade.seller]) - worth.of(held[trade.seller] - trade.count)
            held[trade.seller] -= trade.count
            assert lost <= trade.price * trade.count
        assert held == played.last
        assert sum(played.first) == sum(played.last)
        assert measured(played).efficiency <= 100 + 1e-9


def test_sessions_do_not_depend_on_how_they_are_cut_or_where_they_are_played() -> None:
    jobs = jobs_of(Laboratory("single"), ("zi-c", "zip"), Mechanism(turns=10), 5, 90, bare=True)
    assert [(job.first, job.last) for job in jobs] == [(first, first + 2) for first in range(0, 90, 2)]
    alone = [one for job in jobs for one in run(job)]
    cut = [one for number in range(90) for one in run(jobs_of_one(number))]
    pooled = [one for batch in each(run, jobs, 2) for one in batch]
    assert msgspec.json.encode(alone) == msgspec.json.encode(cut) == msgspec.json.encode(pooled)


def jobs_of_one(number: int) -> SessionsJob:
    (job,) = jobs_of(Laboratory("single"), ("zi-c", "zip"), Mechanism(turns=10), 5, 1, bare=True)
    return replace(job, first=number, last=number + 1)


def test_every_strategy_stays_within_what_it_was_offered() -> None:
    rng = np.random.default_rng(1)
    tape = [Shout("sell", 60), Shout("buy", 40), Shout("sell", 50, 50)]
    for name in STRATEGIES:
        (strategy,) = strategies_of((name,))
        for number in range(200):
            view = AgentView(
                40 if number % 3 else None, 60 if number % 2 else None, 50, 10, 90, 5, 2, number / 200, tape
            )
            own = Own(8, AgentOffer(70, 6), AgentOffer(30, 4) if number % 5 else None)
            quote = strategy.quote(view, own, rng)
            strategy.hear(Shout("sell", 55, 55 if number % 2 else None), own, rng)
            if quote is not None:
                assert quote.limit % 5 == 0
                assert 10 <= quote.limit <= 90
                assert 0 < quote.count <= (6 if quote.side == "buy" else 4)


# --- beliefs and margins, by hand


def test_beliefs_are_the_published_fractions() -> None:
    """Asks of 60 (refused) and 50 (taken), bids of 40 and 45 (refused)."""
    tape = [Shout("sell", 60), Shout("sell", 50, 50), Shout("buy", 40), Shout("buy", 45)]
    at = np.array([40.0, 45.0, 50.0, 60.0])
    heard = HeardTape.of(tape)
    assert beliefs("sell", at, heard).tolist() == [1.0, 1.0, 1.0, 0.0]
    # at 45: no bid taken, no ask as low, one bid refused as high; at 50: the ask of 50 counts; at 60 both asks do
    assert beliefs("buy", at, heard).tolist() == [0.0, 0.0, 1.0, 1.0]
    view = AgentView(45, 60, 50, 10, 90, 1, 1, 0.5, tape)
    assert chances("sell", np.array([45.0, 55.0, 60.0]), view, heard).tolist() == [1.0, 0.5, 0.0]


def test_a_margin_rises_after_a_deal_above_it_and_falls_when_it_is_outdone() -> None:
    rng, own = np.random.default_rng(2), Own(1, None, AgentOffer(100, 1))
    seller = Zip()
    seller.hear(Shout("buy", 1, None), own, rng)
    before = seller.halves["sell"].price(100)
    seller.hear(Shout("sell", 200, 200), own, rng)
    raised = seller.halves["sell"].price(100)
    seller.hear(Shout("sell", 105, None), own, rng)
    assert before < raised
    assert seller.halves["sell"].price(100) < raised
    for _ in range(200):
        seller.hear(Shout("buy", 60, 60), own, rng)
    assert seller.halves["sell"].price(100) == pytest.approx(100)


# --- a zone under its law


def law(**rules: object) -> Rulebook:
    of_trade = msgspec.structs.replace(RULES.trade_rules, **rules)
    return msgspec.structs.replace(RULES, trade_rules=of_trade)


def zone_sessions(rules: Rulebook, mechanism: Mechanism) -> list[SessionMeasures]:
    return sessions(ZoneYear(ZONE, rules, "NOx"), ("officer",), mechanism, sessions=3)


def test_a_zone_trades_through_the_engine_and_borders_and_walls_cost_it_gains() -> None:
    days = Mechanism(turns=30, days=8, wipes=False)
    open_, closed = zone_sessions(law(walled_sectors=()), days), zone_sessions(law(crossing="never"), days)
    walled = zone_sessions(RULES, days)
    assert mean(open_, "efficiency") > 88
    assert mean(walled, "efficiency") < mean(open_, "efficiency")
    assert mean(closed, "efficiency") < mean(walled, "efficiency") - 10
    assert mean(closed, "apart") > 1.5 * mean(open_, "apart")


def test_closed_cities_sell_nothing_across_a_border() -> None:
    market = zone_market(ZONE, law(crossing="never"), "SO2")
    strategies = strategies_of(("officer",) * len(market.traders))
    played = play(market, strategies, np.random.default_rng(1), Mechanism(turns=20, wipes=False))
    assert played.trades
    for trade in played.trades:
        assert market.traders[trade.buyer].place == market.traders[trade.seller].place == trade.series.split("-")[1]


def test_power_stays_behind_its_wall_in_the_book_and_in_calls() -> None:
    market = zone_market(ZONE, RULES, "SO2")
    for mechanism in (Mechanism(turns=20, wipes=False), CALL):
        strategies = strategies_of(("officer",) * len(market.traders))
        played = play(market, strategies, np.random.default_rng(1), mechanism)
        assert played.trades
        for trade in played.trades:
            sectors = {market.traders[each].sector == "power" for each in (trade.buyer, trade.seller)}
            assert len(sectors) == 1, trade


def test_what_is_held_after_a_session_is_what_the_ledger_says() -> None:
    for mechanism in (Mechanism(turns=20, wipes=False, days=2), CALL):
        market = zone_market(ZONE, RULES, "SO2")
        venue = EngineVenue(market)
        played = play(
            market, strategies_of(("zi-c",) * len(market.traders)), np.random.default_rng(1), mechanism, venue
        )
        ledger = venue.runner.state.ledger
        for trader, last in zip(market.traders, played.last, strict=True):
            assert last == sum(ledger.held_of(trader.account, name).count for name in market.series)
        check_state(venue.runner.state)


# --- bad input


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: market_of("futures"), "no such market"),
        (lambda: strategies_of(("zi-x",)), "no such strategy"),
        (lambda: jobs_of(Laboratory("single"), (), CALL, 1, 1), "none is given"),
        (lambda: jobs_of(Laboratory("single"), ("zip",), CALL, 1, 0), "is 0"),
        (lambda: jobs_of(Laboratory("single"), ("zip",), CALL, -1, 1), "is -1"),
        (lambda: jobs_of(Laboratory("single"), ("zip",), CALL, 1, 1, periods=0), "is 0"),
        (lambda: Mechanism(turns=0), "is 0"),
        (lambda: Mechanism("call", rounds=10**6), "is 1000000"),
        (lambda: zone_market(ZONE, RULES, "CO2"), "no such pollutant"),
        (lambda: zone_market(ZONE, RULES, "SO2", 2050), "has no cap"),
        (lambda: sessions(Laboratory("single"), ("zip",), Mechanism("call", rounds=900), sessions=1), "give fewer"),
        (lambda: sessions(Laboratory("single"), ("zip",) * 11, CALL, sessions=1), "11 for 10 traders"),
        (lambda: sessions(Laboratory("single"), ("zip",), Mechanism("zone-call"), sessions=1, bare=True), "bare book"),
    ],
)
def test_what_makes_no_session_is_refused_with_its_cure(make: object, what: str) -> None:
    assert callable(make)
    with pytest.raises(Malformed, match=what):
        make()


def test_a_market_without_gains_measures_nothing_rather_than_dividing_by_zero() -> None:
    market = market_of("single")
    idle = SessionMarket("idle", market.law, market.traders[5:], market.pollutant, market.year)
    played = play(idle, strategies_of(("zi-c",) * 5), np.random.default_rng(1), Mechanism(turns=2), BareVenue(idle))
    found = measured(played)
    assert np.isnan(found.efficiency)
    assert np.isnan(found.price)
    assert found.trades == 0
