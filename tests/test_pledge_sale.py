"""A called pledge is sold by auction: fees, then the debt, then the owner; what is not sold stays pledged (I2, I3)."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.market.fees import before_fee
from airshed.model.measures import part_fen, value_fen
from airshed.model.refusal import Why
from beijing import instant
from laws import RULES
from markets import AUTHORITY, SERIES, done, send, why
from terms import NEXT, STRIP, held, two_vintages, verified

DUE, CALLED, READY = "2027-03-31", instant("2027-04-01"), instant("2027-05-03", 10)
OPEN = {"walled_sectors": (), "group_limit_basis_points": 0}
PRICE = 400_000


def called(secured: int, count: int = 1_000, series: str = SERIES, **pledge: Any) -> Runner:
    """A pledge of `steel` to `broker` that is called, its notice over; `cement` and `fund` have money."""
    runner = two_vintages(trade_rules=OPEN, pledge=pledge)
    for account in ("cement", "fund", "power"):
        done(runner, BANK, c.Deposit(account, 10**12))
    done(runner, "steel", c.PledgeAllowances("steel", "broker", series, count, secured, DUE))
    done(runner, "broker", c.AcceptPledge(1))
    done(runner, "broker", c.CallPledge(1), CALLED)
    return runner


def sell(count: int = 1_000, reserve: int = PRICE, series: str = SERIES) -> c.SellPledge:
    return c.SellPledge(1, "sale", series, count, reserve)


def closed(runner: Runner) -> tuple[e.AuctionCleared, e.PledgeServed]:
    cleared, served = done(runner, EXCHANGE, c.CloseAuction("sale", 1), READY).events
    assert isinstance(cleared, e.AuctionCleared)
    assert isinstance(served, e.PledgeServed)
    check_state(runner.state)
    return cleared, served


def cash(runner: Runner, account: str) -> int:
    return runner.state.ledger.purses[account].fen


@settings(max_examples=40, deadline=None)
@given(
    secured=st.integers(1, 700_000),
    count=st.integers(1, 10),
    bids=st.lists(
        st.tuples(st.sampled_from(["cement", "fund", "broker"]), st.integers(1, 10), st.sampled_from([PRICE, 410_000])),
        max_size=4,
    ),
)
def test_the_debt_is_paid_first_and_the_rest_is_the_owners(
    secured: int, count: int, bids: list[tuple[str, int, int]]
) -> None:
    """I2, I3. To the fen, and to the allowance."""
    runner = called(secured)
    done(runner, BANK, c.Deposit("broker", 10**9))
    done(runner, "broker", sell(100 * count), READY)
    for account, lots, limit in bids:
        send(runner, account, c.PlaceBid("sale", account, 100 * lots, limit), READY)
    before = {name: cash(runner, name) for name in ("steel", "broker", "exchange")}
    had = held(runner, "steel")[SERIES]
    cleared, served = closed(runner)

    earned = sum(award.fen for award in cleared.awards)
    assert cleared.seller_fee == part_fen(earned, RULES.trading.auction_seller_fee_basis_points)
    assert served.fen == min(secured, earned - cleared.seller_fee)
    assert served.owed == secured - served.fen
    assert served.back == 100 * count - cleared.sold
    assert cash(runner, "steel") - before["steel"] == earned - cleared.seller_fee - served.fen
    mine = [award for award in cleared.awards if award.account == "broker"]
    spent = sum(award.fen + award.fee for award in mine)
    assert cash(runner, "broker") - before["broker"] == served.fen - spent
    fees = cleared.seller_fee + sum(award.fee for award in cleared.awards)
    assert cash(runner, "exchange") - before["exchange"] == fees
    left, aside = held(runner, "steel")[SERIES]
    assert left == had[0] - cleared.sold
    assert aside == (1_000 - cleared.sold if served.owed else 0)
    assert (1 in runner.state.pledges) == (served.owed > 0 and cleared.sold < 1_000)
    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), runner.rules)


def test_what_is_not_sold_is_sold_later_or_taken() -> None:
    runner = called(500_000)
    done(runner, "broker", sell(600), READY)
    done(runner, "fund", c.PlaceBid("sale", "fund", 100, PRICE), READY)
    _, served = closed(runner)
    assert (served.back, served.owed) == (500, 500_000 - 40_000 + 300)

    done(runner, "broker", c.SellPledge(1, "again", SERIES, 100, PRICE), READY)
    done(runner, EXCHANGE, c.CloseAuction("again", 1), READY)
    (enforced,) = done(runner, "broker", c.EnforcePledge(1), READY).events
    assert isinstance(enforced, e.PledgeEnforced)
    assert enforced.uncovered == 500_000 - 40_000 + 300 - 900 * 400
    check_state(runner.state)


def test_one_vintage_of_a_pledged_strip_is_sold_at_a_time() -> None:
    runner = called(400_000, series=STRIP)
    done(runner, "broker", sell(200, series=NEXT), READY)

    assert why(runner, "broker", c.SellPledge(1, "two", SERIES, 100, PRICE), READY) is Why.NOT_IN_FORCE
    assert held(runner, "steel")[NEXT][1] == held(runner, "steel")[SERIES][1] == 1_000
    closed(runner)
    assert runner.state.pledges[1].left == {SERIES: 1_000, NEXT: 1_000}


def test_a_debt_that_is_paid_calls_the_sale_off() -> None:
    """The owner may redeem until it is sold."""
    runner = called(40_000)
    done(runner, "broker", sell(), READY)
    done(runner, "fund", c.PlaceBid("sale", "fund", 100, PRICE), READY)
    done(runner, BANK, c.Deposit("steel", 10**6))
    kinds = [type(event) for event in done(runner, "steel", c.RedeemPledge(1), READY).events]

    assert kinds == [e.AuctionCleared, e.PledgeServed, e.PledgeRedeemed]
    assert held(runner, "steel")[SERIES][1] == 0
    assert runner.state.ledger.purses["fund"].held == 0
    check_state(runner.state)


def test_the_freeze_of_the_owner_does_not_stop_it_and_its_year_end_does() -> None:
    runner = called(40_000)
    done(runner, "broker", sell(), READY)
    done(runner, AUTHORITY, c.FreezeAccount("steel", "insolvent"), READY)
    done(runner, "fund", c.PlaceBid("sale", "fund", 200, PRICE), READY)
    _, served = closed(runner)

    assert (served.fen, served.owed) == (40_000, 0)
    assert held(runner, "steel")[SERIES][1] == 0


def test_at_the_close_of_a_year_what_is_on_sale_counts_as_pledged() -> None:
    """Nothing is sheltered from the banking limit: the sale is called off, and the claim shrinks."""

    runner = called(10**9, count=100_000)
    late = instant("2028-07-03", 10)
    done(runner, "broker", sell(100_000), late - 1)
    verified(runner, "steel", 0)
    answer = done(runner, AUTHORITY, c.CloseYear("steel", 2027), late)

    kinds = [type(event) for event in answer.events]
    assert kinds[:2] == [e.AuctionCleared, e.PledgeServed]
    assert e.ClaimCut in kinds
    check_state(runner.state)


@pytest.mark.parametrize(
    ("reason", "actor", "body", "law"),
    [
        (Why.UNKNOWN_PLEDGE, "broker", c.SellPledge(7, "sale", SERIES, 100, PRICE), {}),
        (Why.NOT_YOUR_OWN, "steel", sell(), {}),
        (Why.WRONG_KIND, "broker", sell(series=NEXT), {}),
        (Why.WRONG_KIND, "broker", sell(), {"yields": "take"}),
        (Why.WRONG_KIND, "broker", c.EnforcePledge(1), {"yields": "sale"}),
        (Why.NOT_POSITIVE, "broker", sell(0), {}),
        (Why.NOT_POSITIVE, "broker", sell(reserve=-1), {}),
        (Why.OFF_LOT, "broker", sell(150), {}),
        (Why.OFF_TICK, "broker", sell(reserve=PRICE + 1), {}),
        (Why.INSUFFICIENT_HOLDING, "broker", sell(1_100), {}),
    ],
)
def test_a_sale_that_is_not_the_pledgees_to_make_is_refused(
    reason: Why, actor: str, body: c.Body, law: dict[str, Any]
) -> None:
    assert why(called(40_000, **law), actor, body, READY) is reason


def test_it_is_sold_after_the_notice_once_at_a_time_and_not_by_whoever_owes() -> None:
    runner = called(40_000)
    assert why(runner, "broker", sell(), CALLED) is Why.TOO_EARLY
    done(runner, AUTHORITY, c.FreezeAccount("broker", "inspection"), READY)
    assert why(runner, "broker", sell(), READY) is Why.ACCOUNT_FROZEN
    done(runner, AUTHORITY, c.ThawAccount("broker"), READY)
    done(runner, "broker", sell(500), READY)
    assert why(runner, "broker", c.SellPledge(1, "more", SERIES, 100, PRICE), READY) is Why.NOT_IN_FORCE
    assert why(runner, "broker", c.EnforcePledge(1), READY) is Why.NOT_IN_FORCE
    assert why(runner, "steel", c.PlaceBid("sale", "steel", 100, PRICE), READY) is Why.SELF_TRADE
    done(runner, "broker", c.ReleasePledge(1), READY)
    assert held(runner, "steel")[SERIES][1] == 0
    check_state(runner.state)


# --- the fees of a holder's auction


@given(st.integers(0, 10**12), st.integers(0, 10_000))
def test_what_is_paid_with_its_fee_is_never_more_than_the_cash(money: int, basis_points: int) -> None:
    value = before_fee(money, basis_points)

    assert value + part_fen(value, basis_points) <= money
    assert value + 1 + part_fen(value + 1, basis_points) > money


def only(runner: Runner, account: str, fen: int) -> None:
    """The account has so much money."""
    done(runner, BANK, c.Withdraw(account, cash(runner, account)))
    done(runner, BANK, c.Deposit(account, fen))


def test_a_holders_auction_has_fees_and_a_government_auction_none() -> None:
    replace = msgspec.structs.replace
    fees = {"auction_buyer_fee_basis_points": 100, "auction_seller_fee_basis_points": 200}
    runner = two_vintages(trade_rules=OPEN, trading=fees)
    only(runner, "fund", 2 * 40_000 + 400)
    bid = c.PlaceBid("own", "fund", 100, PRICE)
    done(runner, "steel", c.OfferAuction("own", "steel", SERIES, 100, PRICE))
    done(runner, AUTHORITY, c.OpenAuction("public", SERIES, 100))
    (placed,) = done(runner, "fund", bid).events
    assert isinstance(placed, e.BidPlaced)
    assert placed.held == 40_400  # the guarantee covers the fee
    (placed,) = done(runner, "fund", replace(bid, auction="public")).events
    assert isinstance(placed, e.BidPlaced)
    assert placed.held == 40_000

    (own,) = done(runner, EXCHANGE, c.CloseAuction("own", 1)).events
    (public,) = done(runner, EXCHANGE, c.CloseAuction("public", 1)).events

    assert isinstance(own, e.AuctionCleared)
    assert isinstance(public, e.AuctionCleared)
    assert (own.awards[0].fen, own.awards[0].fee, own.seller_fee) == (40_000, 400, 800)
    assert (public.awards[0].fee, public.seller_fee) == (0, 0)
    assert cash(runner, "exchange") == 1_200
    assert cash(runner, "fund") == 0


def test_a_winner_without_the_cash_for_the_fee_wins_less() -> None:
    """The guarantee may be a part of the value; what is won is paid with its fee from what is there."""
    runner = two_vintages(trade_rules=OPEN, auction={"guarantee_basis_points": 0, "over_limit": "trim"})
    only(runner, "fund", value_fen(200, PRICE))
    done(runner, "steel", c.OfferAuction("own", "steel", SERIES, 200, PRICE))
    done(runner, "fund", c.PlaceBid("own", "fund", 200, PRICE))

    (cleared,) = done(runner, EXCHANGE, c.CloseAuction("own", 1)).events

    assert isinstance(cleared, e.AuctionCleared)
    assert cleared.sold == 100
    assert cash(runner, "fund") == value_fen(200, PRICE) - 40_000 - 300


def test_a_withdrawal_takes_the_pledgors_own_offers_back_and_leaves_the_sale_of_the_pledge_alone() -> None:
    """I2. What others have a claim on is not withdrawn; the security is the pledgee's."""
    runner = called(secured=400_000)
    done(runner, "broker", sell(), READY)
    own = runner.state.ledger.held_of("steel", SERIES).free
    done(runner, "steel", c.OfferDeal("transfer", "steel", "fund", SERIES, own, PRICE), READY)
    notice = c.NoticeWithdrawal("s-steel", SERIES, "excess", "verified output", 0, 1)

    *_, dropped, noticed = done(runner, AUTHORITY, notice, READY).events

    assert isinstance(dropped, e.DealDropped)
    assert isinstance(noticed, e.WithdrawalNoticed)
    assert (noticed.count, noticed.short) == (own, runner.state.grants["s-steel", SERIES].count - own)
    assert runner.state.auctions["sale"].open
    check_state(runner.state)
