"""What agents are told and what moves them: no more than a trader could know, and every draw from the seed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field, replace

import msgspec
import numpy as np
import pytest

from airshed.engine.invariants import check as check_state
from airshed.lab.agents import (
    AgentOffer,
    AgentQuote,
    AgentView,
    EngineVenue,
    Laboratory,
    Mechanism,
    Own,
    Played,
    SessionMarket,
    Shout,
    Strategy,
    Trader,
    Worth,
    ZoneYear,
    market_of,
    measured,
    notes,
    play,
    sessions,
    strategies_of,
    zone_market,
)
from airshed.lab.agents.law import laboratory
from airshed.lab.agents.market import Kind
from airshed.lab.agents.rules import Hoarder
from airshed.lab.agents.tape import Tape
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find, load
from airshed.rulebook.programme_sections import PollutantRule
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.shipped import shipped
from airshed.rulebook.zone_call_section import RatioRow
from airshed.zone.load import load as load_zone
from airshed.zone.load import of_law
from laws import RULES

ZONE = load_zone(shipped("zones", "dianzhong"))
DAYS = Mechanism(turns=20, days=4, wipes=False)
WAYS = [DAYS, Mechanism("call", rounds=4), Mechanism("zone-call", rounds=4)]


def law(rules: Rulebook = RULES, **trade: object) -> Rulebook:
    return msgspec.structs.replace(rules, trade_rules=msgspec.structs.replace(rules.trade_rules, **trade))


def session(
    market: SessionMarket, names: str | tuple[Strategy, ...], how: Mechanism, seed: int = 1
) -> tuple[Played, EngineVenue]:
    strategies = strategies_of((names,) * len(market.traders)) if isinstance(names, str) else names
    venue = EngineVenue(market)
    played = play(market, strategies, np.random.default_rng(seed), how, venue)
    check_state(venue.runner.state)
    return played, venue


# --- what is heard


@dataclass
class Listener:
    """A random trader that keeps what it hears and sees."""

    heard: list[Shout] = field(default_factory=list)
    said: list[int] = field(default_factory=list)
    views: list[AgentView] = field(default_factory=list)

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        self.views.append(view)
        (strategy,) = strategies_of(("zi-c",))
        quote = strategy.quote(view, own, rng)
        if quote is not None:
            self.said.append(quote.limit)
        return quote

    def hear(self, shout: Shout, own: Own, rng: np.random.Generator) -> None:
        self.heard.append(shout)


@pytest.mark.parametrize("how", WAYS[1:], ids=str)
def test_of_a_call_only_its_price_is_heard_and_what_became_of_ones_own_order(how: Mechanism) -> None:
    market = market_of("permits")
    agents = tuple(Listener() for _ in market.traders)
    played, _ = session(market, agents, how)
    prices = {trade.price for trade in played.trades}
    assert prices
    for agent in agents:
        for shout in agent.heard:
            # a seller's price is rounded down, a buyer's up
            assert {shout.limit, shout.limit + 1} & prices if shout.taken else shout.limit in agent.said
        assert any(shout.taken for shout in agent.heard)


def test_the_limit_of_an_order_that_never_rested_is_heard_by_nobody() -> None:
    market = market_of("permits")
    agents = tuple(Listener() for _ in market.traders)
    played, _ = session(market, agents, Mechanism(turns=60))
    taken = [shout for shout in agents[0].heard if shout.taken]
    assert len(taken) >= len(played.trades)
    prices = {trade.price for trade in played.trades}
    assert all(shout.price in prices for shout in taken)
    assert sum(shout.limit == shout.price for shout in taken) >= len(played.trades)


def test_nobody_hears_across_a_wall_or_of_a_series_that_it_may_not_buy() -> None:
    """Closed cities and a wall: whoever hears of a price could have traded at it."""
    market = zone_market(ZONE, law(crossing="never"), "SO2")
    agents = tuple(Listener() for _ in market.traders)
    played, _ = session(market, agents, DAYS)
    assert played.trades
    for trader, agent in zip(market.traders, agents, strict=True):
        mine = {
            trade.price
            for trade in played.trades
            if market.traders[trade.buyer].place == trader.place
            and (market.traders[trade.buyer].sector == "power") == (trader.sector == "power")
        }
        assert {shout.price for shout in agent.heard if shout.taken} <= mine
        assert {view.last for view in agent.views} - {None} <= mine


def test_ones_own_order_is_not_the_best_price_that_one_sees() -> None:
    market = market_of("single")
    venue = EngineVenue(market)
    venue.place(0, market.series[0], AgentQuote("buy", 5_000, 1_000))
    assert venue.best(0, market.series[0], "buy") is None
    assert venue.best(1, market.series[0], "buy") == 5_000
    venue.place(1, market.series[0], AgentQuote("buy", 4_000, 1_000))
    assert venue.best(0, market.series[0], "buy") == 4_000


def test_the_tape_holds_all_that_led_to_the_last_eight_deals() -> None:
    tape = Tape()
    for number in range(30):
        tape.add(Shout("buy", number, None))
        tape.add(Shout("sell", number, number))
    assert [shout.limit for shout in tape.shouts] == [number for number in range(22, 30) for _ in range(2)]
    for _ in range(500):
        tape.add(Shout("buy", 1, None))
    assert len(tape.shouts) == 400


def test_a_session_remembers_the_one_before_it() -> None:
    market, strategies = market_of("commodity"), strategies_of(("gd",) * 12)
    rng = np.random.default_rng(3)
    first = play(market, strategies, rng, Mechanism(turns=30))
    for before in (first, None):
        agents = tuple(Listener() for _ in market.traders)
        play(market, agents, rng, Mechanism(turns=3), before=before)
        (began,) = [agent.views[0] for agent in agents if agent.views and agent.views[0].progress == 0]
        assert (began.last is None) == (before is None)


# --- what is drawn


class Restless(Listener):
    """Draws more than others, and says nothing."""

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        rng.random(7)
        return None


@dataclass
class Recorder:
    """Says nothing, and keeps what it draws."""

    drawn: list[float] = field(default_factory=list)

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        self.drawn.append(rng.random())
        return None

    def hear(self, shout: Shout, own: Own, rng: np.random.Generator) -> None:
        """Nothing is learned."""


@pytest.mark.parametrize("how", WAYS, ids=str)
def test_what_one_agent_draws_moves_no_other(how: Mechanism) -> None:
    market = market_of("permits")
    found = []
    for other in (Recorder, Restless):
        recorder = Recorder()
        session(market, (recorder, *(other() for _ in market.traders[1:])), how)
        found.append(recorder.drawn)
    assert found[0] == found[1]
    assert found[0]


ALONE = """
import numpy as np
from airshed.lab.agents import *
from airshed.zone.load import load
from airshed.rulebook.load import find, load as law
from airshed.rulebook.shipped import shipped
from airshed.rulebook.zone_call_section import RatioRow
market = zone_market(load(shipped("zones", "dianzhong")), law(find("dianzhong")), "SO2")
for how in (Mechanism(turns=4, wipes=False), Mechanism("call", rounds=2), Mechanism("zone-call", rounds=2)):
    venue = EngineVenue(market)
    names = tuple(("officer", "zip", "gd", "zi-c", "hoarder")[n % 5] for n in range(len(market.traders)))
    play(market, strategies_of(names), np.random.default_rng(5), how, venue)
    print(venue.runner.hash)
"""


def test_the_same_seed_gives_the_same_book_to_the_byte_in_any_process() -> None:
    """Whatever the order of hashes: the digest of the last record covers every command, trade and refusal."""
    found = [
        subprocess.run(
            [sys.executable, "-c", ALONE],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]
    assert len(found[0]) == 3
    assert found[0] == found[1]


# --- rules that bind agents


@pytest.mark.parametrize("how", WAYS, ids=str)
def test_nobody_trades_with_its_own_group_and_what_is_refused_is_named(how: Mechanism) -> None:
    market = zone_market(ZONE, RULES, "SO2")
    groups = [trader.group for trader in market.traders]
    assert len(set(groups)) > 5
    played, venue = session(market, "zi-c", how)
    assert played.trades
    for trade in played.trades:
        assert not groups[trade.buyer] or groups[trade.buyer] != groups[trade.seller]
    assert measured(played).reasons == tuple(sorted((str(why), n) for why, n in venue.refused.items()))


@pytest.mark.parametrize("how", WAYS, ids=str)
def test_a_city_that_forbids_exports_keeps_its_allowances(how: Mechanism) -> None:
    market = zone_market(ZONE, law(no_export=("KM",), walled_sectors=()), "NOx")
    played, _ = session(market, "officer", how)
    bought = [(trade.series.split("-")[1], market.traders[trade.buyer].place) for trade in played.trades]
    assert all(place == "KM" for issued, place in bought if issued == "KM")
    assert any(issued != place for issued, place in bought)


def test_a_hoarder_sells_nothing_where_no_order_may_name_twice_the_price() -> None:
    """A band of ten percent: what it may ask is no more than the market's price, so it keeps what it has."""
    strategy, rng = Hoarder(), np.random.default_rng(1)
    view = AgentView(None, 1_050, 1_000, 900, 1_100, 10, 100, 0.5, ())
    own = Own(500, None, AgentOffer(300, 100))
    assert strategy.quote(view, own, rng) is None
    wide = replace(view, high=2_500)
    quote = strategy.quote(wide, own, rng)
    assert quote == AgentQuote("sell", 2_000, 100)


# --- what fees do


def taxed(fee_basis_points: int) -> SessionMarket:
    """The permit market with a fee of either side."""
    market = market_of("permits")
    rules = laboratory(sum(trader.held for trader in market.traders), 10_000, 1_000, 1, fee_basis_points)
    return replace(market, law=rules)


@pytest.mark.parametrize("how", [Mechanism(turns=60), Mechanism("call"), Mechanism("zone-call")], ids=str)
def test_fees_cut_volume_and_gains_and_hardly_move_the_price(how: Mechanism) -> None:
    """What the abstracts of the SO2 market models say (economics note 8); who knows its fee trades less."""
    found = []
    for fee in (0, 1_000, 2_500):
        market = taxed(fee)
        rows = [measured(session(market, "officer", how, seed)[0]) for seed in range(12)]
        found.append([float(np.nanmean([getattr(one, name) for one in rows])) for name in ("volume", "price", "fees")])
    assert found[0][0] > found[1][0] > found[2][0]
    assert found[0][2] == 0 < found[1][2]
    assert found[2][1] == pytest.approx(found[0][1], rel=0.12)


@pytest.mark.parametrize("strategy", ["zi-c", "zip", "gd", "officer"])
def test_who_may_not_lose_does_not_lose_by_the_fee_either(strategy: str) -> None:
    market = taxed(800)
    played, _ = session(market, strategy, Mechanism(turns=50))
    held = list(played.first)
    assert played.trades
    for trade in played.trades:
        for who, sign in ((trade.buyer, 1), (trade.seller, -1)):
            worth = market.traders[who].worth
            gain = worth.of(held[who] + sign * trade.count) - worth.of(held[who])
            held[who] += sign * trade.count
            fee = -(-trade.price * trade.count * 800 // 10_000)
            assert gain - sign * trade.price * trade.count - fee >= -trade.count


# --- one call for the whole zone


def test_a_call_of_the_whole_zone_finds_sellers_that_calls_of_cities_miss() -> None:
    found = {
        kind: sessions(ZoneYear(ZONE, RULES, "NOx"), ("officer",), Mechanism(kind, rounds=12), sessions=2)
        for kind in ("call", "zone-call")
    }
    gains = {kind: np.mean([one.efficiency for one in rows]) for kind, rows in found.items()}
    assert gains["zone-call"] > gains["call"] + 5
    assert all(one.efficiency <= 100 + 1e-9 for rows in found.values() for one in rows)


def test_what_is_held_after_a_zone_wide_call_is_what_the_ledger_says() -> None:
    market = zone_market(ZONE, RULES, "SO2")
    played, venue = session(market, "zi-c", Mechanism("zone-call", rounds=3))
    ledger = venue.runner.state.ledger
    held = list(played.first)
    for trade in played.trades:
        held[trade.buyer] += trade.count
        held[trade.seller] -= trade.count
        seller, buyer = market.traders[trade.seller], market.traders[trade.buyer]
        assert (seller.sector == "power") == (buyer.sector == "power")
    assert held == played.last
    for trader, last in zip(market.traders, played.last, strict=True):
        assert last == sum(ledger.held_of(trader.account, name).count for name in market.series)
    assert played.fees_fen > 0


def test_a_call_that_the_air_does_not_let_clear_is_counted_and_the_next_one_is_held() -> None:
    """Relief is asked for that nobody can give: nothing trades, every round is counted, the call gathers again."""
    rows = tuple(msgspec.structs.replace(row, limit="-1000000") for row in RULES.receptors.rows)
    hard = msgspec.structs.replace(RULES, receptors=msgspec.structs.replace(RULES.receptors, rows=rows))
    played, venue = session(zone_market(ZONE, hard, "SO2"), "officer", Mechanism("zone-call", rounds=3))
    assert not played.trades
    assert venue.refused["infeasible"] == 3
    assert played.first == played.last


@pytest.mark.parametrize(("name", "kind"), [("acidrain", "call"), ("acidrain", "zone-call"), ("shanxi", "zone-call")])
def test_a_way_of_trading_that_the_law_does_not_know_is_refused_by_name(name: str, kind: Kind) -> None:
    rules = load(find(name))
    with pytest.raises(Malformed, match=r"lets no exchange send Open.*choose another way of trading"):
        sessions(ZoneYear(of_law(rules), rules, "SO2"), ("officer",), Mechanism(kind, rounds=2), sessions=1)


@pytest.mark.parametrize("name", ["acidrain", "shanxi"])
def test_the_other_shipped_laws_are_traded_under_too(name: str) -> None:
    """In Shanxi the floor lies above what any step of abatement costs: who must abate would rather do that."""
    rules = load(find(name))
    (found,) = sessions(ZoneYear(of_law(rules), rules, "SO2"), ("officer",), DAYS, sessions=1)
    said = [note.en for note in notes([found]) if "outside the limits" in note.en]
    assert bool(said) == (name == "shanxi")
    assert (found.efficiency > 20) == (name == "acidrain")


def test_what_a_trading_ratio_retires_leaves_the_market() -> None:
    """An allowance from another city covers nine tenths: the ledger, not the trades, says what is held."""
    places = [place.code for place in RULES.jurisdictions]
    rows = tuple(
        RatioRow(pollutant="SO2", origin=one, target=other, ratio="0.9", cite="assumed", status="to confirm")
        for one in places
        for other in places
        if one != other
    )
    rules = msgspec.structs.replace(RULES, ratios=msgspec.structs.replace(RULES.ratios, rows=rows))
    market = zone_market(ZONE, rules, "SO2")
    played, venue = session(market, "officer", Mechanism("zone-call", rounds=4))
    ledger = venue.runner.state.ledger
    assert played.last == [
        sum(ledger.held_of(each.account, name).count for name in market.series) for each in market.traders
    ]
    crossed = sum(
        trade.count for trade in played.trades if trade.series.split("-")[1] != market.traders[trade.buyer].place
    )
    assert 0 < sum(played.first) - sum(played.last) <= crossed * 0.1 + len(played.trades)
    assert measured(played).efficiency <= 100


def test_a_call_that_the_treasury_cannot_pay_for_is_counted_and_no_end() -> None:
    """Nothing may be added, so relief is bought, and the zone has no money: the book refuses, agents go on."""
    rows = tuple(msgspec.structs.replace(row, limit="0") for row in RULES.receptors.rows)
    hard = msgspec.structs.replace(
        RULES,
        receptors=msgspec.structs.replace(RULES.receptors, rows=rows),
        zone_call=msgspec.structs.replace(RULES.zone_call, fund_fen=10**14),
    )
    played, venue = session(zone_market(ZONE, hard, "SO2"), "officer", Mechanism("zone-call", rounds=4))
    assert venue.refused["insufficient_cash"] > 0
    assert len(played.last) == len(played.first)


# --- what is said of it


def test_a_band_far_from_the_equilibrium_is_said_to_hold_trade_back() -> None:
    """VOC under a reference price of 9,000 yuan/t, an eighth of this market's equilibrium."""
    far = msgspec.structs.replace(RULES, pollutants=tuple(_at(rule, 900_000) for rule in RULES.pollutants))
    found = sessions(ZoneYear(ZONE, far, "VOC"), ("officer",), DAYS, sessions=2)
    assert all(one.barred > 30 and one.reference == 9_000 for one in found)
    (said, *_) = notes(found)
    assert "outside the limits of the first day, 8,100 to 9,900 yuan/t (reference price 9,000)" in said.en
    assert "不在首日限价8,100至9,900 元/吨" in said.zh
    free = sessions(ZoneYear(ZONE, far, "VOC"), ("officer",), Mechanism("zone-call", rounds=6), sessions=2)
    assert all(one.barred == 0 for one in free)
    assert not any("limits" in note.en for note in notes(free))
    assert np.mean([one.efficiency for one in free]) > 3 * np.mean([one.efficiency for one in found])
    shipped_price = sessions(ZoneYear(ZONE, RULES, "VOC"), ("officer",), DAYS, sessions=2)
    assert np.mean([one.efficiency for one in shipped_price]) > 3 * np.mean([one.efficiency for one in found])


def _at(rule: PollutantRule, reference_fen_per_t: int) -> PollutantRule:
    """VOC at another reference price, which its band lies around; others as they are."""
    return msgspec.structs.replace(rule, reference_fen_per_t=reference_fen_per_t) if rule.code == "VOC" else rule


def test_a_market_with_nothing_to_trade_is_no_failure_and_says_so() -> None:
    rules = laboratory(2_000, 5_000, 1_000)
    both = tuple(
        Trader(
            name, Worth(((1_000, 6_000), (1_000, 2_000))), 1_000, most=1_000, source=f"works-{name}", sector="cement"
        )
        for name in ("one", "other")
    )
    played, _ = session(SessionMarket("idle", rules, both, "SO2", 2027), "zi-c", Mechanism(turns=20))
    (note,) = notes([measured(played)])
    assert "In 1 of 1 sessions there is nothing to trade" in note.en


def test_no_book_is_crossed_in_what_is_measured() -> None:
    """Best bids and asks are compared within a book: those of other cities and across a wall never meet."""
    played, _ = session(zone_market(ZONE, RULES, "NOx"), "officer", DAYS)
    assert played.spreads
    assert min(played.spreads) > 0


def test_one_seller_alone_is_a_concentration_of_one() -> None:
    market = market_of("permits")
    found = sessions(Laboratory("permits"), ("officer",), Mechanism(turns=40), sessions=3, bare=True)
    assert all(1 / len(market.traders) < one.concentration <= 1 for one in found)
    one_sided = replace(market, traders=tuple(replace(each, sides=("buy",)) for each in market.traders[:-1]))
    seller = replace(market.traders[-1], sides=("sell",), worth=Worth(((10_000, 100),)))
    one_sided = replace(one_sided, traders=(*one_sided.traders, seller))
    played, _ = session(one_sided, "officer", Mechanism(turns=40))
    assert played.trades
    assert measured(played).concentration == 1.0
