"""What was wrong is undone in time and by the same serials, and a holder may bind itself."""

from __future__ import annotations

import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.period import DAY_MS
from airshed.model.refusal import Refusal, Why
from beijing import clock, instant
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, SERIES, done, market, proposed, send, why
from terms import two_vintages, verified

STRIP = "SO2-KM-2027..2028"
WRONG = "a wrong account"


def blocks(runner: Runner, account: str) -> object:
    """The serials that an account holds."""
    return runner.state.ledger.held_of(account, SERIES).blocks


def gift(count: int = 1_000, target: str = "broker", series: str = SERIES) -> c.Transfer:
    """A transfer out of the steel works."""
    return c.Transfer("steel", target, series, count)


def refused(runner: Runner, actor: str, body: c.Body, at: int = AT) -> Refusal:
    """Why it is refused, in words."""
    refusal = send(runner, actor, body, at).refusal
    assert refusal is not None
    return refusal


# --- a transfer


def test_the_same_serials_go_back() -> None:
    runner = market()
    before = blocks(runner, "steel")
    done(runner, "steel", gift())
    done(runner, AUTHORITY, c.ReverseTransfer(1, WRONG), AT + 3 * DAY_MS)

    assert blocks(runner, "steel") == before
    assert runner.state.transfers[1].state == "reversed"
    assert why(runner, AUTHORITY, c.ReverseTransfer(1, WRONG)) is Why.TRANSFER_OVER
    check(runner.state)


def test_a_strip_goes_back_whole() -> None:
    runner = two_vintages()
    done(runner, "steel", c.TrustAccount("steel", "broker"), AT) if "broker" not in runner.state.trusted[
        "steel"
    ] else None
    done(runner, "steel", gift(series=STRIP), AT + 9 * DAY_MS)
    done(runner, AUTHORITY, c.ReverseTransfer(1, WRONG), AT + 9 * DAY_MS)

    assert list(runner.state.ledger.of_account("broker")) == []


def test_what_has_gone_on_stays_and_the_refusal_says_where() -> None:
    runner = market()
    done(runner, "steel", gift())
    done(runner, "broker", c.Transfer("broker", "fund", SERIES, 400))

    refusal = refused(runner, AUTHORITY, c.ReverseTransfer(1, WRONG))
    assert (refusal.why, refusal.detail) == (
        Why.SERIALS_GONE,
        f"of {SERIES} the serials have gone on: fund holds 400 of 1000",
    )
    done(runner, AUTHORITY, c.ReverseTransfer(2, WRONG))
    done(runner, AUTHORITY, c.ReverseTransfer(1, WRONG))
    check(runner.state)


def test_not_after_its_time_and_not_without_a_reason() -> None:
    runner = market()
    done(runner, "steel", gift())

    assert why(runner, AUTHORITY, c.ReverseTransfer(1, " ")) is Why.UNEXPLAINED
    assert why(runner, AUTHORITY, c.ReverseTransfer(2, WRONG)) is Why.UNKNOWN_TRANSFER
    refusal = refused(runner, AUTHORITY, c.ReverseTransfer(1, WRONG), AT + 16 * DAY_MS)
    assert (refusal.why, refusal.cite) == (
        Why.TOO_LATE,
        "Demonstration measures (assumed), art. 16 and transactions.csv",
    )
    assert refusal.detail == "transfer 1 of 2027-03-01T10:00:00+08:00 could be reversed until 2027-03-16"
    done(runner, AUTHORITY, c.ReverseTransfer(1, WRONG), AT + 15 * DAY_MS)


def test_a_gift_to_the_government_and_what_waits_are_not_reversed() -> None:
    runner = market()
    done(runner, "steel", gift(target="reserve-KM"))
    done(runner, "steel", c.DistrustAccount("steel", "broker"))
    done(runner, "steel", gift())

    assert why(runner, AUTHORITY, c.ReverseTransfer(1, WRONG)) is Why.WRONG_KIND
    assert "CancelTransfer" in refused(runner, AUTHORITY, c.ReverseTransfer(2, WRONG)).detail


def test_offers_of_the_target_do_not_stop_it_and_claims_of_others_do() -> None:
    runner = market()
    done(runner, "steel", gift())
    done(runner, "broker", c.PlaceOrder("broker", SERIES, "sell", 500, 400_000))
    done(runner, AUTHORITY, c.ReverseTransfer(1, WRONG))
    assert runner.state.orders == {}

    done(runner, "steel", gift())
    done(runner, "broker", c.PledgeAllowances("broker", "fund", SERIES, 500, 100, "2027-12-31"))
    done(runner, "fund", c.AcceptPledge(1))
    assert why(runner, AUTHORITY, c.ReverseTransfer(2, WRONG)) is Why.INSUFFICIENT_HOLDING
    check(runner.state)


# --- a surrender, and what was granted too much


def surrendered(count: int = 3_000) -> tuple[Runner, int]:
    """A works that has surrendered so much for its year in two parts, and when."""
    runner = two_vintages()
    verified(runner, "steel", 1_000 * 5_000)
    at = instant("2028-06-12", 10)
    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", count - 1_000), at - 10 * DAY_MS)
    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 1_000), at)
    return runner, at


def test_a_surrender_comes_back_the_last_first_and_can_be_given_anew() -> None:
    runner, at = surrendered()
    before = blocks(runner, "steel")
    (event,) = done(runner, AUTHORITY, c.ReverseSurrender("s-steel", 2027, "SO2", 1_500, WRONG), at).events
    assert isinstance(event, e.SurrenderReversed)
    assert runner.state.years["s-steel", 2027].surrendered == {"SO2": 1_500}
    check(runner.state)
    again = done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 1_500), at).events[-1]
    assert isinstance(again, e.Surrendered)
    assert blocks(runner, "steel") == before


def test_only_what_was_given_in_time_comes_back_while_the_year_can_be_surrendered_for() -> None:
    runner, at = surrendered()
    back = c.ReverseSurrender("s-steel", 2027, "SO2", 1_500, WRONG)

    refusal = refused(runner, AUTHORITY, back, at + 10 * DAY_MS)
    assert (refusal.why, refusal.detail) == (
        Why.TOO_LARGE,
        "of the surrender of s-steel for 2027 1000 of SO2 can be reversed, not 1500",
    )
    assert why(runner, AUTHORITY, back, at + 16 * DAY_MS) is Why.TOO_LATE
    assert "when it could be given anew" in refused(runner, AUTHORITY, back, at + 30 * DAY_MS).detail
    assert why(runner, AUTHORITY, c.ReverseSurrender("s-steel", 2027, "SO2", 1_500, ""), at) is Why.UNEXPLAINED
    assert why(runner, AUTHORITY, c.ReverseSurrender("nowhere", 2027, "SO2", 1, WRONG), at) is Why.UNKNOWN_SOURCE
    done(runner, AUTHORITY, c.CloseYear("steel", 2027), instant("2028-07-01"))
    assert why(runner, AUTHORITY, back, instant("2028-07-02")) is Why.YEAR_CLOSED


def test_what_was_granted_too_much_is_returned_and_the_grant_is_smaller() -> None:
    runner = market()
    grant = runner.state.grants["s-steel", SERIES].count
    done(runner, "steel", c.ReturnExcess("s-steel", SERIES, 1_000, "entered twice"))

    assert runner.state.grants["s-steel", SERIES].count == grant - 1_000
    assert runner.state.allocated["steel", SERIES] == grant - 1_000
    assert [count for (*_, flow), count in runner.state.flows.items() if flow == "returned"] == [1_000]
    check(runner.state)
    assert why(runner, "steel", c.ReturnExcess("s-steel", SERIES, grant, "entered twice")) is Why.TOO_LARGE
    assert why(runner, "cement", c.ReturnExcess("s-steel", SERIES, 1, "entered twice")) is Why.NOT_YOUR_OWN
    assert why(runner, "steel", c.ReturnExcess("s-steel", SERIES, 1, "")) is Why.UNEXPLAINED


# --- limits of one's own


def bound(two: int | None = 500, trusted: int | None = None) -> Runner:
    """A market in which the steel works has two people and has bound itself."""
    runner = market()
    done(runner, REGISTRAR, c.RegisterActor("steel-2", "operator", "steel"))
    done(runner, "steel", c.SetTransferLimits("steel", two, trusted))
    return runner


def test_what_is_more_than_the_holder_lets_one_do_takes_two_and_is_set_aside() -> None:
    runner = bound()
    done(runner, "steel", gift(500))
    act = proposed(runner, "steel", gift(501)).act
    check(runner.state)
    assert runner.state.ledger.held_of("steel", SERIES).held == 501
    free = runner.state.ledger.held_of("steel", SERIES).free
    assert why(runner, "steel", gift(free + 1, "reserve-KM")) is Why.INSUFFICIENT_HOLDING
    assert why(runner, "steel", c.ConfirmAct(act)) is Why.OWN_ACT
    assert why(runner, "broker", c.ConfirmAct(act)) is Why.NOT_YOUR_OWN
    done(runner, "steel-2", c.ConfirmAct(act))
    assert runner.state.ledger.held_of("broker", SERIES).count == 1_001
    assert runner.state.ledger.held_of("steel", SERIES).held == 0
    check(runner.state)


def test_all_that_one_holds_can_wait_for_the_second_person() -> None:
    """What it set aside for itself does not stand in its own way."""
    runner = bound()
    free = min(runner.state.ledger.held_of("steel", SERIES).free, RULES.trade_rules.largest_transfer or 10**9)
    act = proposed(runner, "steel", gift(free)).act

    done(runner, "steel-2", c.ConfirmAct(act))
    check(runner.state)


@pytest.mark.parametrize("how", ["rejected", "frozen"])
def test_what_nobody_confirms_is_free_again(how: str) -> None:
    runner = bound()
    act = proposed(runner, "steel", gift(501)).act
    if how == "rejected":
        done(runner, "steel", c.RejectAct(act, "not ours"))
    else:
        done(runner, AUTHORITY, c.FreezeAccount("steel", "inquiry"))
        assert runner.state.acts == {}

    assert runner.state.ledger.held_of("steel", SERIES).held == 0
    check(runner.state)


def test_what_is_more_goes_to_trusted_accounts_only_where_the_holder_wants_so() -> None:
    runner = bound(None, 500)
    done(runner, "steel", gift(501))
    done(runner, "steel", c.DistrustAccount("steel", "broker"))
    assert why(runner, "steel", gift(501)) is Why.UNTRUSTED


def test_a_stricter_limit_counts_at_once_and_a_looser_one_later() -> None:
    """Else whoever has stolen a sign-in would first free the account."""
    runner = bound()
    (event,) = done(runner, "steel", c.SetTransferLimits("steel", lift=("two_above",))).events
    assert isinstance(event, e.TransferLimitsSet)
    assert clock(event.since)[:16] == "2027-03-05T12:00"
    proposed(runner, "steel", gift(501), event.since - 1)
    done(runner, "steel", gift(501), event.since)
    (event,) = done(runner, "steel", c.SetTransferLimits("steel", 100, 200), event.since).events
    assert isinstance(event, e.TransferLimitsSet)
    proposed(runner, "steel", gift(101), event.since)


def test_a_limit_is_of_a_day_so_that_nothing_is_won_by_splitting() -> None:
    runner = bound(500, 800)
    for _ in range(5):
        done(runner, "steel", gift(100))
    act = proposed(runner, "steel", gift(1)).act
    done(runner, "steel", c.RejectAct(act, "split up"))
    proposed(runner, "steel", c.CancelAllowances("steel", SERIES, 1))
    done(runner, "steel", gift(100), AT + DAY_MS)
    done(runner, "steel", c.DistrustAccount("steel", "broker"), AT + DAY_MS)
    act = proposed(runner, "steel", gift(700), AT + DAY_MS).act
    done(runner, "steel-2", c.ConfirmAct(act), AT + DAY_MS)
    act = proposed(runner, "steel", gift(100), AT + DAY_MS).act
    done(runner, "steel-2", c.ConfirmAct(act), AT + DAY_MS)
    refusal = send(runner, "steel", gift(1), AT + DAY_MS).refusal
    assert refusal is not None
    assert refusal.detail == "1 is more than the 0 that may go to broker, and steel does not trust it: TrustAccount"
    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), runner.rules)
    check(runner.state)


def test_a_limit_that_is_not_named_stays_and_one_that_is_lifted_ends() -> None:
    runner = bound(500, 800)
    (event,) = done(runner, "steel", c.SetTransferLimits("steel", 400)).events
    assert isinstance(event, e.TransferLimitsSet)
    assert (event.two_above, event.trusted_above) == (400, 800)
    (event,) = done(runner, "steel", c.SetTransferLimits("steel", lift=("trusted_above",))).events
    assert isinstance(event, e.TransferLimitsSet)
    assert (event.two_above, event.trusted_above) == (400, None)
    assert why(runner, "steel", c.SetTransferLimits("steel", 300, lift=("two_above",))) is Why.WRONG_KIND
    assert why(runner, "steel", c.SetTransferLimits("steel")) is Why.ALREADY_EXISTS


def test_one_alone_cannot_ask_for_two_and_the_same_is_not_said_twice() -> None:
    runner = market()
    assert why(runner, "steel", c.SetTransferLimits("steel", 500, None)) is Why.CONDITION_OPEN
    assert why(runner, "steel", c.SetTransferLimits("steel", None, -1)) is Why.NOT_POSITIVE
    done(runner, "steel", c.SetTransferLimits("steel", None, 500))
    assert why(runner, "steel", c.SetTransferLimits("steel", None, 500)) is Why.ALREADY_EXISTS


def test_the_mirror_follows_all_of_it() -> None:
    runner = bound()
    act = proposed(runner, "steel", gift(501)).act
    done(runner, "steel-2", c.ConfirmAct(act))
    done(runner, AUTHORITY, c.ReverseTransfer(1, WRONG))
    done(runner, "steel", c.ReturnExcess("s-steel", SERIES, 1_000, "entered twice"))
    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), RULES)
