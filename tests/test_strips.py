"""Strips trade as one: a fill delivers every vintage with the money in one entry, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.allowance import count_of
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered, Paid
from markets import AUTHORITY, DAY, SERIES, done, send, why
from terms import NEXT, STRIP, held, two_vintages

QUICK = settings(max_examples=60, deadline=None)
TWICE = 800_000  # the references of both vintages, 4,000 yuan a tonne each


def offered(count: int, limit: int = TWICE) -> Runner:
    """A market in which `steel` offers the strip."""
    runner = two_vintages()
    done(runner, "steel", c.PlaceOrder("steel", STRIP, "sell", count, limit))
    return runner


@QUICK
@given(st.integers(1, 50), st.integers(1, 50), st.integers(-5, 5))
def test_a_fill_delivers_every_vintage_and_the_money_in_one_entry(rests: int, wanted: int, ticks: int) -> None:
    runner = offered(100 * rests, TWICE + 1_000 * ticks)
    for series in (SERIES, NEXT):
        assert held(runner, "steel")[series][1] == 100 * rests, "set aside in every vintage"
    before = {name: runner.state.ledger.purses[name].fen for name in ("steel", "fund", "exchange")}
    placed = done(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", 100 * wanted, TWICE + 5_000)).events
    trades = [event for event in placed if isinstance(event, e.Traded)]
    count = 100 * min(rests, wanted)
    assert len(trades) == 1
    given_ = {move.series: count_of(move.blocks) for move in trades[0].entry if isinstance(move, Delivered)}
    assert given_ == {SERIES: count, NEXT: count}
    assert trades[0].fen == count * (TWICE + 1_000 * ticks) // 1_000, "the price is of a tonne of each vintage"
    assert Paid("fund", "steel", trades[0].fen) in trades[0].entry
    assert held(runner, "fund") == {SERIES: (count, 0), NEXT: (count, 0)}
    after = {name: runner.state.ledger.purses[name].fen for name in before}
    assert sum(after.values()) == sum(before.values())
    check_state(runner.state)


def test_a_strip_is_not_sold_in_part() -> None:
    """One vintage is missing, so none is sold."""
    runner = two_vintages()
    done(runner, "steel", c.Transfer("steel", "broker", SERIES, 500))

    assert why(runner, "broker", c.PlaceOrder("broker", STRIP, "sell", 500, TWICE)) is Why.INSUFFICIENT_HOLDING
    assert held(runner, "broker") == {SERIES: (500, 0)}


def test_what_a_strip_offers_is_not_offered_again() -> None:
    runner = two_vintages()
    done(runner, "steel", c.Transfer("steel", "broker", STRIP, 500))
    done(runner, "broker", c.PlaceOrder("broker", STRIP, "sell", 300, TWICE))

    assert why(runner, "broker", c.PlaceOrder("broker", NEXT, "sell", 300, 400_000)) is Why.INSUFFICIENT_HOLDING
    done(runner, "broker", c.PlaceOrder("broker", NEXT, "sell", 200, 400_000))


def test_the_band_lies_around_the_sum_of_the_vintages_until_the_strip_has_traded() -> None:
    runner = two_vintages()
    assert why(runner, "steel", c.PlaceOrder("steel", STRIP, "sell", 100, 881_000)) is Why.OUTSIDE_BAND
    assert why(runner, "steel", c.PlaceOrder("steel", STRIP, "sell", 100, 400_000)) is Why.OUTSIDE_BAND
    done(runner, "steel", c.PlaceOrder("steel", STRIP, "sell", 100, 880_000))
    done(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", 100, 880_000))
    done(runner, EXCHANGE, c.CloseSession(DAY))

    assert runner.state.references[STRIP] == 880_000
    assert SERIES not in runner.state.references, "a trade of the strip says nothing of one vintage"
    assert runner.state.mean_price("SO2", DAY[:7]) == 440_000, "for the month it is a tonne of each vintage"


def test_a_strip_stands_still_with_its_vintages_and_meets_no_order_of_its_own() -> None:
    runner = offered(100)
    assert why(runner, "steel", c.PlaceOrder("steel", STRIP, "buy", 100, TWICE)) is Why.SELF_TRADE
    done(runner, EXCHANGE, c.HaltMarket(NEXT, "news"))

    assert why(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", 100, TWICE)) is Why.MARKET_HALTED
    done(runner, "fund", c.PlaceOrder("fund", SERIES, "buy", 100, 400_000))


def test_what_was_bought_alone_today_is_not_sold_in_a_strip() -> None:
    runner = two_vintages()
    done(runner, "steel", c.Transfer("steel", "broker", NEXT, 100))
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 100, 400_000))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "buy", 100, 400_000))

    assert why(runner, "broker", c.PlaceOrder("broker", STRIP, "sell", 100, TWICE)) is Why.BOUGHT_TODAY


def test_the_limit_of_a_group_holds_in_every_vintage() -> None:
    runner = two_vintages(trade_rules={"group_limit_basis_points": 1})
    most = min(runner.state.ledger.caps[series] for series in (SERIES, NEXT)) // 10_000 // 100 * 100

    assert why(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", most + 100, TWICE)) is Why.OVER_POSITION
    done(runner, "fund", c.PlaceOrder("fund", STRIP, "buy", most, TWICE))
    assert why(runner, "fund", c.PlaceOrder("fund", NEXT, "buy", 100, 400_000)) is Why.OVER_POSITION


def test_a_strip_that_is_too_long_does_not_trade() -> None:
    runner = two_vintages(terms={"longest_years": 1, "review_years": 1}, lease={"longest_years": 1})

    assert why(runner, "steel", c.PlaceOrder("steel", STRIP, "sell", 100, TWICE)) is Why.TERM_TOO_LONG
    done(runner, "steel", c.Transfer("steel", "fund", STRIP, 100))


def test_two_deal_in_a_strip_and_a_call_clears_one() -> None:
    runner = two_vintages()
    (deal,) = done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", STRIP, 250, TWICE)).events
    assert isinstance(deal, e.DealOffered)
    done(runner, "fund", c.AcceptDeal(deal.deal))
    assert held(runner, "fund") == {SERIES: (250, 0), NEXT: (250, 0)}
    done(runner, EXCHANGE, c.OpenCall("strips", STRIP, ""))
    done(runner, "steel", c.PlaceCallOrder("strips", "steel", "sell", 300, TWICE))
    done(runner, "broker", c.PlaceCallOrder("strips", "broker", "buy", 200, TWICE))
    done(runner, "fund", c.PlaceCallOrder("strips", "fund", "buy", 100, TWICE))
    (cleared,) = done(runner, EXCHANGE, c.CloseCall("strips", 7)).events
    assert isinstance(cleared, e.CallCleared)
    assert cleared.price == TWICE
    assert held(runner, "broker") == {SERIES: (200, 0), NEXT: (200, 0)}
    assert held(runner, "fund") == {SERIES: (350, 0), NEXT: (350, 0)}
    check_state(runner.state)


def test_a_frozen_account_takes_its_strips_off_the_market() -> None:
    runner = offered(100)
    done(runner, AUTHORITY, c.FreezeAccount("steel", "inspection"))

    assert all(aside == 0 for _, aside in held(runner, "steel").values())
    check_state(runner.state)


@pytest.mark.parametrize(
    ("actor", "body"),
    [(AUTHORITY, c.OpenAuction("a", STRIP, 100)), ("steel", c.OfferAuction("a", "steel", STRIP, 100, TWICE))],
)
def test_an_auction_sells_series_by_series(actor: str, body: c.Body) -> None:
    """A strip is refused with what to do instead: its vintages, one by one in one event."""
    runner = two_vintages()
    refusal = send(runner, actor, body).refusal

    assert refusal is not None
    assert refusal.why is Why.WRONG_KIND
    assert "offer its 2 vintages one by one" in refusal.detail
    for name, series in (("now", SERIES), ("later", NEXT)):
        done(runner, AUTHORITY, c.OpenAuction(name, series, 100, "both"))
