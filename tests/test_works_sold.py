"""A works is sold: its source passes with what hangs on it, by three who agree; no year is settled twice or never."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.account import state_of
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.procedures import account_sources
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.refusal import Why
from airshed.registry.accounts import AccountState
from beijing import instant
from laws import RULES
from markets import AUTHORITY, REGISTRAR, done, market, send, why

SPRING, AFTER = instant("2028-05-08", 10), instant("2028-07-03", 10)
OFFER = c.OfferSource("s-steel", "cement")
MASS = {"NOx": 0, "PM": 0, "SO2": 200_000, "VOC": 0}


def determined(runner: Runner, *sources: str, year: int = 2027, at: int = SPRING) -> None:
    for source in sources:
        done(runner, AUTHORITY, c.DetermineYear(source, year, MASS, "for this test"), at)


def sold(runner: Runner, source: str = "s-steel", target: str = "cement", at: int = SPRING) -> e.SourceTransferred:
    """The source passes; what the last of the three acts did."""
    origin = runner.state.sources[source].account
    done(runner, origin, c.OfferSource(source, target), at)
    done(runner, target, c.ClaimSource(source), at)
    event = done(runner, AUTHORITY, c.TransferSource(source), at).events[-1]
    assert isinstance(event, e.SourceTransferred)
    check(runner.state)
    return event


def newcomer(runner: Runner, at: int = SPRING) -> str:
    """An operator without a source."""
    done(runner, REGISTRAR, c.OpenAccount("newco", "operator", "New firm", "KM"), at)
    done(runner, REGISTRAR, c.RegisterActor("newco", "operator", "newco"), at)
    return "newco"


def test_the_source_passes_with_what_is_owed_and_the_allowances_stay() -> None:
    runner = market()
    held = {name: position.count for name, position in runner.state.ledger.of_account("steel")}
    determined(runner, "s-steel")
    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 50), SPRING)

    event = sold(runner)

    assert event.owed == {"SO2": 150}
    assert runner.state.owed["steel", "SO2"] == 0
    assert runner.state.owed["cement", "SO2"] == 150
    assert runner.state.ledger.held_of("steel", "SO2-KM-2027").count == held["SO2-KM-2027"] - 50
    assert why(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 1), SPRING) is Why.NOT_YOUR_OWN
    done(runner, "cement", c.Surrender("s-steel", 2027, "SO2", 150), SPRING)
    check(runner.state)


def test_until_it_has_passed_the_account_is_transfer_pending() -> None:
    runner = market()
    done(runner, "steel", OFFER)
    assert state_of(runner.state, "steel") == (AccountState.TRANSFER_PENDING, "s-steel to cement")
    assert why(runner, AUTHORITY, c.TransferSource("s-steel")) is Why.CONDITION_OPEN
    assert why(runner, "steel", OFFER) is Why.ALREADY_EXISTS
    assert why(runner, "steel", c.ClaimSource("s-steel")) is Why.NOT_YOUR_OWN
    assert why(runner, "steel", c.ApplyForReserve("s-steel", "SO2-KM-2027", "new", 10)) is Why.CONDITION_OPEN
    done(runner, "cement", c.ClaimSource("s-steel"))
    assert why(runner, "cement", c.ClaimSource("s-steel")) is Why.ALREADY_EXISTS
    done(runner, AUTHORITY, c.TransferSource("s-steel"))
    assert state_of(runner.state, "steel")[0] is AccountState.OPEN
    assert why(runner, AUTHORITY, c.TransferSource("s-steel")) is Why.NOTHING_DUE


@pytest.mark.parametrize("actor", ["steel", "cement", AUTHORITY])
def test_either_side_and_the_authority_call_it_off(actor: str) -> None:
    runner = market()
    done(runner, "steel", OFFER)
    assert why(runner, "power", c.DropSource("s-steel", "envy")) is Why.NOT_YOUR_OWN
    assert why(runner, actor, c.DropSource("s-steel", " ")) is Why.UNEXPLAINED
    done(runner, actor, c.DropSource("s-steel", "not agreed"))
    assert why(runner, actor, c.DropSource("s-steel", "again")) is Why.NOTHING_DUE
    assert runner.state.sources["s-steel"].account == "steel"
    assert runner.state.source_transfers[1].state == "dropped"


@pytest.mark.parametrize(
    ("actor", "body", "reason"),
    [
        ("cement", OFFER, Why.NOT_YOUR_OWN),
        ("steel", c.OfferSource("s-nobody", "cement"), Why.UNKNOWN_SOURCE),
        ("steel", c.OfferSource("s-steel", "nobody"), Why.UNKNOWN_ACCOUNT),
        ("steel", c.OfferSource("s-steel", "fund"), Why.WRONG_KIND),
        ("steel", c.OfferSource("s-steel", "treasury"), Why.WRONG_KIND),
        ("steel", c.OfferSource("s-steel", "steel"), Why.WRONG_KIND),
        ("cement", c.ClaimSource("s-steel"), Why.NOTHING_DUE),
        (EXCHANGE, c.TransferSource("s-steel"), Why.ROLE_MAY_NOT),
    ],
)
def test_what_cannot_pass_is_refused(actor: str, body: c.Body, reason: Why) -> None:
    assert why(market(), actor, body) is reason


def test_no_source_leaves_a_frozen_account() -> None:
    runner = market()
    done(runner, AUTHORITY, c.FreezeAccount("steel", "an inquiry"))
    assert why(runner, "steel", OFFER) is Why.ACCOUNT_FROZEN


def test_a_fine_is_paid_by_who_offended() -> None:
    runner = market()
    determined(runner, "s-steel")
    done(runner, AUTHORITY, c.CloseYear("steel", 2027), AFTER)
    newcomer(runner, AFTER)

    refusal = send(runner, "steel", c.OfferSource("s-steel", "newco"), AFTER).refusal

    assert refusal is not None
    assert refusal.why is Why.CONDITION_OPEN
    assert "the penalty for SO2 2027 is paid first" in refusal.detail


def test_who_had_nothing_takes_over_what_is_settled_as_settled() -> None:
    runner = market()
    determined(runner, "s-steel")
    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 200), SPRING)
    done(runner, AUTHORITY, c.CloseYear("steel", 2027), AFTER)

    event = sold(runner, target=newcomer(runner, AFTER), at=AFTER)

    assert event.settled == (2027,)
    assert why(runner, AUTHORITY, c.CloseYear("newco", 2027), AFTER) is Why.YEAR_CLOSED
    assert why(runner, AUTHORITY, c.ReopenYear("s-steel", 2027, "a doubt"), AFTER) is Why.YEAR_CLOSED


@pytest.mark.parametrize(("first", "other"), [("steel", "cement"), ("cement", "steel")])
def test_a_year_that_one_side_alone_has_settled_is_settled_by_the_other_first(first: str, other: str) -> None:
    runner = market()
    determined(runner, "s-steel", "s-cement")
    for name in ("steel", "cement"):
        done(runner, name, c.Surrender(f"s-{name}", 2027, "SO2", 200), SPRING)
    done(runner, AUTHORITY, c.CloseYear(first, 2027), AFTER)

    refusal = send(runner, "steel", OFFER, AFTER).refusal
    assert refusal is not None
    assert refusal.detail == f"s-steel cannot pass yet: {other} settles 2027 first, as {first} has"

    done(runner, AUTHORITY, c.CloseYear(other, 2027), AFTER)
    assert sold(runner, at=AFTER).settled == ()


def test_the_new_account_settles_what_nobody_settled() -> None:
    runner = market()
    determined(runner, "s-steel", "s-cement")
    sold(runner)
    assert why(runner, AUTHORITY, c.CloseYear("steel", 2027), AFTER) is Why.UNKNOWN_SOURCE
    (closed,) = [
        each
        for each in done(runner, AUTHORITY, c.CloseYear("cement", 2027), AFTER).events
        if isinstance(each, e.YearClosed)
    ]
    assert {each.source for each in closed.settlements} == {"s-steel", "s-cement"}
    check(runner.state)


def test_a_law_may_want_years_that_are_over_to_be_settled_first() -> None:
    law = msgspec.structs.replace(RULES.transactions, unsettled_years="settle_first")
    runner = market(rules=msgspec.structs.replace(RULES, transactions=law))
    determined(runner, "s-steel")
    refusal = send(runner, "steel", OFFER, SPRING).refusal
    assert refusal is not None
    assert "steel settles 2027 first, as this law wants of years that are over" in refusal.detail


def test_what_was_given_for_too_much_comes_back_to_whom_the_year_has_passed_to() -> None:
    """Its first account may be closed by then, and nothing may come into that."""
    runner = market()
    determined(runner, "s-steel")
    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 200), SPRING)
    sold(runner)
    before = runner.state.ledger.held_of("cement", "SO2-KM-2027").count
    done(runner, AUTHORITY, c.ReopenYear("s-steel", 2027, "a meter was wrong"), SPRING)

    done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, {**MASS, "SO2": 120_000}, "less"), SPRING)

    assert runner.state.ledger.held_of("cement", "SO2-KM-2027").count == before + 80
    check(runner.state)


def test_later_allocations_go_to_the_new_account() -> None:
    runner = market()
    sold(runner, at=instant("2027-06-01", 10))
    at = instant("2027-12-02", 10)
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028), at)
    lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines), at)
    assert runner.state.ledger.held_of("steel", "SO2-KM-2028").count == 0
    assert runner.state.ledger.held_of("cement", "SO2-KM-2028").count > 0


def test_who_sold_its_last_source_is_closed() -> None:
    runner = market()
    sold(runner)
    for series, position in list(runner.state.ledger.of_account("steel")):
        done(runner, "steel", c.Transfer("steel", f"reserve-{series.split('-')[1]}", series, position.free), SPRING)
    done(runner, "small-bank", c.Withdraw("steel", runner.state.ledger.purses["steel"].free), SPRING)
    done(runner, AUTHORITY, c.CloseAccount("steel", "the works is sold"), SPRING)
    determined(runner, "s-steel")
    check(runner.state)


def test_the_second_opinion_notices_what_is_owed_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def followed() -> None:
        runner = market()
        determined(runner, "s-steel")
        sold(runner)
        mirror = Mirror()
        for line in runner.journal.lines():
            mirror.follow(decode(line), RULES)

    followed()
    monkeypatch.setattr(account_sources, "_owed", lambda state, source, account: {})
    with pytest.raises(AssertionError, match="owes"):
        followed()
