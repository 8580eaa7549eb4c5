"""An account that is not empty is closed after a notice: what is left goes to the reserve, money to its owner."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.account import state_of
from airshed.engine.invariants import check
from airshed.engine.runner import Runner
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.registry.accounts import AccountState
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, SERIES, done, market, proposed, send, why

FUND = "fund"
NOTICE, CLOSE = c.NoticeClosure(FUND, "its licence has ended"), c.CloseAccount(FUND, "its licence has ended")


def noticed() -> Runner:
    """The fund holds something and has its notice."""
    runner = market()
    done(runner, "steel", c.Transfer("steel", FUND, SERIES, 300))
    done(runner, FUND, c.PlaceOrder(FUND, SERIES, "sell", 100, 420_000))
    events = done(runner, AUTHORITY, NOTICE).events
    assert [type(event) for event in events] == [e.OrderCancelled, e.ClosureNoticed]
    return runner


def over(runner: Runner) -> int:
    return runner.state.closing[FUND].until


def test_what_is_left_when_the_notice_is_over_goes_to_the_reserve_and_money_to_its_owner() -> None:
    runner = noticed()
    reserve, at = runner.state.ledger.held_of("reserve-KM", SERIES).count, over(runner)
    (closed,) = done(runner, AUTHORITY, CLOSE, at).events

    assert isinstance(closed, e.AccountClosed)
    assert runner.state.ledger.held_of("reserve-KM", SERIES).count == reserve + 300
    assert runner.state.flows[SERIES, "in", "account_closed"] == 300
    assert runner.state.ledger.purses[FUND].fen == 0
    assert state_of(runner.state, FUND)[0] is AccountState.CLOSED
    check(runner.state)


def test_before_that_it_is_closed_only_when_it_is_empty() -> None:
    runner = noticed()
    detail = send(runner, AUTHORITY, CLOSE, over(runner) - 1).refusal
    assert detail is not None
    assert detail.why is Why.CONDITION_OPEN
    assert "300 of SO2-KM-2027" in detail.detail
    assert "its notice runs until" in detail.detail
    done(runner, FUND, c.CancelAllowances(FUND, SERIES, 300))
    done(runner, "small-bank", c.Withdraw(FUND, runner.state.ledger.purses[FUND].free))
    done(runner, AUTHORITY, CLOSE)
    assert not runner.state.closing


@pytest.mark.parametrize(
    ("actor", "body"),
    [
        ("steel", c.Transfer("steel", FUND, SERIES, 1)),
        ("steel", c.OfferDeal("transfer", "steel", FUND, SERIES, 100, 400_000)),
        ("steel", c.PledgeAllowances("steel", FUND, SERIES, 100, 1_000, "2027-06-30")),
        ("steel", c.OfferLease("steel", FUND, SERIES, 100, 1_000, "once")),
        (FUND, c.PlaceOrder(FUND, SERIES, "buy", 100, 400_000)),
        (AUTHORITY, c.GrantRight(FUND, "SO2", "KM", 100, 2028, 2028)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, c.Wish) else "",
)
def test_an_account_under_notice_takes_nothing(actor: str, body: c.Body) -> None:
    assert why(noticed(), actor, body) is Why.ACCOUNT_RESTRICTED


def test_an_account_under_notice_sells_and_gives() -> None:
    runner = noticed()
    done(runner, FUND, c.PlaceOrder(FUND, SERIES, "sell", 100, 420_000))
    done(runner, FUND, c.Transfer(FUND, "broker", SERIES, 100))
    done(runner, AUTHORITY, CLOSE, over(runner))
    check(runner.state)


def test_what_is_owed_keeps_it_open() -> None:
    runner = market()
    done(runner, "steel", c.PledgeAllowances("steel", FUND, SERIES, 100, 1_000, "2027-06-30"))
    done(runner, FUND, c.AcceptPledge(1))
    assert why(runner, AUTHORITY, NOTICE) is Why.CONDITION_OPEN
    assert why(runner, AUTHORITY, c.NoticeClosure("steel", "merged")) is Why.CONDITION_OPEN


def test_the_authority_takes_a_notice_back() -> None:
    runner = noticed()
    done(runner, AUTHORITY, c.ThawAccount(FUND))
    assert state_of(runner.state, FUND)[0] is AccountState.OPEN
    assert why(runner, AUTHORITY, CLOSE, AT + 90 * DAY_MS) is Why.CONDITION_OPEN


def test_a_freeze_during_the_notice_holds_until_it_is_thawed() -> None:
    runner = noticed()
    done(runner, AUTHORITY, c.FreezeAccount(FUND, "an inquiry"))
    assert why(runner, AUTHORITY, CLOSE, over(runner)) is Why.ACCOUNT_FROZEN
    done(runner, AUTHORITY, c.ThawAccount(FUND), over(runner))
    assert state_of(runner.state, FUND)[0] is AccountState.CLOSURE_PENDING
    done(runner, AUTHORITY, CLOSE, over(runner))


def test_a_holder_gives_notice_for_its_own_account_only() -> None:
    runner = market()
    assert why(runner, "broker", NOTICE) is Why.NOT_YOUR_OWN
    assert why(runner, REGISTRAR, c.RegisterActor("he", "public")) is Why.WRONG_KIND
    done(runner, FUND, NOTICE)
    assert why(runner, FUND, NOTICE) is Why.ALREADY_EXISTS
    assert why(runner, FUND, CLOSE) is Why.ROLE_MAY_NOT
    assert why(market(), FUND, c.NoticeClosure(FUND, " ")) is Why.UNEXPLAINED


def test_a_notice_that_is_taken_back_while_the_closure_waits_is_looked_at_again() -> None:
    runner = noticed()
    at = over(runner)
    act = proposed(runner, AUTHORITY, CLOSE, at).act
    done(runner, AUTHORITY, c.ThawAccount(FUND), at)
    assert why(runner, "small-inspector", c.ConfirmAct(act), at) is Why.CONDITION_OPEN


def test_a_law_without_notice_closes_empty_accounts_only() -> None:
    law = msgspec.structs.replace(RULES.transactions, closure_working_days=None)
    runner = market(rules=msgspec.structs.replace(RULES, transactions=law))
    assert why(runner, AUTHORITY, NOTICE) is Why.WRONG_KIND
