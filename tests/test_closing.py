"""An account is closed for good, and only when nothing lies in it, waits for it or is owed for it."""

from __future__ import annotations

import pytest

from airshed.engine import commands as c
from airshed.engine.invariants import check
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK, INSPECTOR
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Paid
from beijing import instant
from markets import AT, AUTHORITY, REGISTRAR, SERIES, done, market, proposed, send, why

FUND = "fund"
CLOSE = c.CloseAccount(FUND, "the fund is wound up")


def emptied(runner: Runner, account: str = FUND, at: int = AT) -> None:
    """All that lies in an account goes: money to its owner, allowances to the reserve."""
    if runner.state.ledger.purses[account].free:
        done(runner, BANK, c.Withdraw(account, runner.state.ledger.purses[account].free), at)
    for series, position in list(runner.state.ledger.of_account(account)):
        done(runner, account, c.Transfer(account, f"reserve-{series.split('-')[1]}", series, position.free), at)


def closed() -> Runner:
    """The market after the fund has gone."""
    runner = market()
    emptied(runner)
    done(runner, AUTHORITY, CLOSE)
    return runner


def named(runner: Runner, account: str = FUND, at: int = AT) -> str:
    """What still lies in an account, by the refusal to close it."""
    refusal = send(runner, AUTHORITY, c.CloseAccount(account, "gone"), at).refusal
    assert refusal is not None
    assert refusal.why is Why.CONDITION_OPEN
    return refusal.detail


def test_an_account_with_nothing_in_it_is_closed_by_two() -> None:
    runner = closed()

    assert runner.state.ledger.closed == {FUND: "the fund is wound up"}
    check(runner.state)


def test_what_still_lies_in_it_is_named() -> None:
    runner = market()
    done(runner, "steel", c.Transfer("steel", "broker", SERIES, 500))
    done(runner, BANK, c.Deposit("broker", 100))
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "sell", 300, 400_000))
    cash = runner.state.ledger.purses["broker"].fen

    assert named(runner, "broker") == (
        f"broker still has 500 of {SERIES}; {cash // 100:,}.{cash % 100:02} yuan; orders, bids or offers that wait: 1"
    )


def test_who_has_a_claim_on_another_keeps_the_account() -> None:
    runner = market()
    done(runner, "steel", c.PledgeAllowances("steel", FUND, SERIES, 100, 1_000, "2027-06-30"))
    done(runner, FUND, c.AcceptPledge(1))
    done(runner, "steel", c.OfferLease("steel", FUND, SERIES, 100, 1_000, "once"))
    done(runner, "steel", c.OfferDeal("transfer", "steel", FUND, SERIES, 100, 400_000))
    emptied(runner)

    assert named(runner) == "fund still has orders, bids or offers that wait: 2; pledge 1"


def test_an_operator_is_closed_when_its_source_is_and_its_last_year_is_settled() -> None:
    runner = market()
    at = instant("2027-12-20")
    assert "source s-kiln, which has not closed" in named(runner, "kiln", at)
    done(runner, AUTHORITY, c.CloseSource("s-kiln", "2027-11-30", "the kiln is torn down"), at)
    emptied(runner, "kiln", at)
    assert named(runner, "kiln", at) == "kiln still has s-kiln 2027, not settled"

    late = instant("2028-04-29")
    mass = {"NOx": 0, "PM": 0, "SO2": 0, "VOC": 5_000}
    done(runner, AUTHORITY, c.DetermineYear("s-kiln", 2027, mass, "nothing was reported"), late)
    settled = instant("2028-07-02")
    done(runner, AUTHORITY, c.CloseYear("kiln", 2027), settled)
    assert named(runner, "kiln", settled) == (
        "kiln still has a penalty of s-kiln for VOC 2027; 5 of VOC that s-kiln makes up for"
    )


def test_an_operator_that_owes_nothing_is_closed() -> None:
    runner = market()
    done(runner, AUTHORITY, c.CloseSource("s-kiln", "2027-02-27", "the kiln is torn down"))
    mass = dict.fromkeys(("NOx", "PM", "SO2", "VOC"), 0)
    late, settled = instant("2028-04-29"), instant("2028-07-02")
    done(runner, AUTHORITY, c.DetermineYear("s-kiln", 2027, mass, "it stood still"), late)
    done(runner, AUTHORITY, c.CloseYear("kiln", 2027), settled)
    emptied(runner, "kiln", settled)
    done(runner, AUTHORITY, c.CloseAccount("kiln", "torn down"), settled)

    for body in (
        c.ReopenSource("s-kiln", "it burns"),
        c.ReopenYear("s-kiln", 2027, "a mistake"),
        c.DetermineYear("s-kiln", 2028, mass, "it stood still"),
    ):
        assert why(runner, AUTHORITY, body, settled) is Why.UNKNOWN_ACCOUNT
    check(runner.state)


@pytest.mark.parametrize(
    ("actor", "body"),
    [
        (BANK, c.Deposit(FUND, 100)),
        (BANK, c.Withdraw(FUND, 100)),
        (AUTHORITY, c.FreezeAccount(FUND, "an inquiry")),
        (AUTHORITY, CLOSE),
        (REGISTRAR, c.RegisterActor("zhao", "trader", FUND)),
        (AUTHORITY, c.RegisterSource("s-fund", "Fund", FUND, "HH", "steel", True)),
        (AUTHORITY, c.GrantRight(FUND, "SO2", "KM", 100, 2028, 2028)),
        (FUND, c.PlaceOrder(FUND, SERIES, "buy", 100, 400_000)),
        ("steel", c.Transfer("steel", FUND, SERIES, 100)),
        ("steel", c.OfferDeal("transfer", "steel", FUND, SERIES, 100, 400_000)),
        ("steel", c.PledgeAllowances("steel", FUND, SERIES, 100, 1_000, "2027-06-30")),
        ("steel", c.OfferLease("steel", FUND, SERIES, 100, 1_000, "once")),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, c.Wish) else "",
)
def test_a_closed_account_takes_part_in_nothing(actor: str, body: c.Body) -> None:
    answer = send(closed(), actor, body)

    assert isinstance(answer.refusal, Refusal)
    assert answer.refusal.why is Why.UNKNOWN_ACCOUNT
    assert "fund is closed (the fund is wound up)" in answer.refusal.detail


def test_its_name_is_not_given_to_another() -> None:
    assert why(closed(), REGISTRAR, c.OpenAccount(FUND, "trader", "Another", "KM")) is Why.ALREADY_EXISTS


def test_a_frozen_account_is_thawed_before_it_is_closed() -> None:
    runner = market()
    emptied(runner)
    done(runner, AUTHORITY, c.FreezeAccount(FUND, "an inquiry"))

    assert why(runner, AUTHORITY, CLOSE) is Why.ACCOUNT_FROZEN


@pytest.mark.parametrize("reason", ["", " "])
def test_a_closure_has_its_reason(reason: str) -> None:
    runner = market()
    emptied(runner)

    assert why(runner, AUTHORITY, c.CloseAccount(FUND, reason)) is Why.UNEXPLAINED


def test_what_is_proposed_is_looked_at_again_when_it_is_confirmed() -> None:
    runner = market()
    emptied(runner)
    act = proposed(runner, AUTHORITY, CLOSE).act
    done(runner, BANK, c.Deposit(FUND, 1))

    assert why(runner, INSPECTOR, c.ConfirmAct(act)) is Why.CONDITION_OPEN


def test_the_ledger_ends_the_process_when_something_lies_in_a_closed_account() -> None:
    runner = closed()
    runner.state.ledger.post((Paid("bank", FUND, 1),))

    with pytest.raises(AssertionError, match="I4: fund is closed and has money"):
        check(runner.state)
