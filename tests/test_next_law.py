"""The law changes while the market goes on, and nothing that was placed under the old one breaks."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import ACCOUNTS, BANK, EXCHANGE
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.load import load_texts
from beijing import instant
from laws import LAW, RULES, as_files
from markets import AUTHORITY, DAY, REGISTRAR, SERIES, adopting_next, done, market, why

QUICK = settings(max_examples=150, deadline=None)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NAMES = [name for name, _, _ in ACCOUNTS]


# --- the law changes


def next_law(**sections: Any) -> Any:
    programme = msgspec.structs.replace(RULES.programme, version="2027.2", **sections.pop("programme", {}))
    return msgspec.structs.replace(RULES, programme=programme, **sections)


def adopted(runner: Runner, rules: Any) -> None:
    runner.rules = rules
    done(runner, AUTHORITY, adopting_next(rules))


def test_orders_that_rest_are_cancelled_when_the_law_changes() -> None:
    """A lower fee would otherwise be less than what was charged already."""
    runner = market()
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "buy", 100, 400_000))

    trading = msgspec.structs.replace(RULES.trading, seller_fee_basis_points=0, buyer_fee_basis_points=9_000)
    adopted(runner, next_law(trading=trading))

    assert runner.state.orders == {}
    check_state(runner.state)
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 300, 400_000))


def test_a_later_law_gives_nobody_a_right_by_naming_a_founder() -> None:
    """Whoever holds the file cannot make themselves the authority."""
    runner = market()
    own = msgspec.structs.replace(RULES.founders[0], actor="new-office")
    runner.rules = next_law(programme={"authority": "new-office"}, founders=(own, *RULES.founders))

    assert why(runner, AUTHORITY, adopting_next(runner.rules)) is Why.NOT_YOURS_TO_GIVE
    assert why(runner, "new-office", adopting_next(runner.rules)) is Why.UNKNOWN_ACTOR
    assert why(runner, REGISTRAR, adopting_next(runner.rules)) is Why.ROLE_MAY_NOT


def test_a_series_whose_pollutant_is_no_longer_capped_is_refused_and_nothing_breaks() -> None:
    runner = market()
    kept = tuple(rule for rule in RULES.pollutants if rule.code != "SO2")
    adopted(runner, next_law(pollutants=kept))

    for actor, body in (
        ("steel", c.PlaceOrder("steel", SERIES, "buy", 100, 400_000)),
        ("steel", c.OfferRepurchase("steel", SERIES, 100)),
        (AUTHORITY, c.OpenAuction("a", SERIES, 100)),
    ):
        assert why(runner, actor, body) is Why.UNKNOWN_SERIES


def test_a_bid_counts_as_far_as_its_bidder_can_still_pay() -> None:
    """I4, under a law that asks for a part of the value as guarantee."""
    law = next_law(auction=msgspec.structs.replace(RULES.auction, guarantee_basis_points=1_000))
    runner = market()
    adopted(runner, law)
    free = runner.state.ledger.purses["fund"].free
    done(runner, AUTHORITY, c.OpenAuction("a", SERIES, 10_000))
    for price in (160_000, 161_000):
        done(runner, "fund", c.PlaceBid("a", "fund", 5_000, price))
    left = runner.state.ledger.purses["fund"].free
    done(runner, BANK, c.Withdraw("fund", left - 60_000))  # of 805,000 and 800,000 fen a tenth is set aside
    done(runner, BANK, c.Deposit("fund", 600_000))

    answer = done(runner, AUTHORITY, c.CloseAuction("a", 1))

    assert free > left
    check_state(runner.state)
    cleared = answer.events[0]
    assert isinstance(cleared, e.AuctionCleared)
    # 820,500 fen are there: at 1,610.00 they buy 50 lots, at 1,600.00, where one more is tried again, 51
    assert [(award.count, award.fen) for award in cleared.awards] == [(5_100, 816_000)]


def test_an_offer_does_not_hide_allowances_from_the_banking_limit() -> None:
    """At the closing of the year an account's sell orders are taken back first."""
    runner = market()
    mass = dict.fromkeys(("SO2", "NOx", "PM", "VOC"), 1_000)
    after = instant("2028-07-03", 10)
    done(runner, EXCHANGE, c.CloseSession(DAY))
    determined = c.DetermineYear("s-cement", 2027, mass, "no report")
    done(runner, AUTHORITY, determined, instant("2028-05-01"))
    done(runner, EXCHANGE, c.OpenSession("2028-07-03"), after)
    held = runner.state.ledger.held_of("cement", SERIES).count // 100 * 100
    done(runner, "cement", c.PlaceOrder("cement", SERIES, "sell", min(held, 2_000_000), 400_000), after)

    done(runner, AUTHORITY, c.CloseYear("cement", 2027), after)

    assert runner.state.orders == {}
    assert runner.state.ledger.held_of("cement", SERIES).count == 0  # a fifth of one allowance is none


@pytest.mark.parametrize("market_of", ["trading", "auction"])
def test_a_law_under_which_a_lot_is_worth_a_part_of_a_fen_is_refused(market_of: str) -> None:
    """Fills of one order, each rounded, could otherwise cost more than was set aside for the whole."""
    law = copy.deepcopy(LAW)
    law[market_of] |= {"lot": 10, "tick_fen_per_t": 10}

    with pytest.raises(Malformed, match=rf"\[{market_of}\]: a lot of 10 at a tick of 10 fen/t is not worth whole fen"):
        load_texts(as_files(law))
