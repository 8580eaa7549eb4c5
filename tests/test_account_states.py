"""What holds an account back is its state, in one word; who sets it lifts it, and what was there before holds again."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.account import state_of
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import BUREAU
from airshed.model.refusal import Why
from airshed.registry.accounts import AccountState
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import FLOWS
from laws import RULES
from markets import AUTHORITY, REGISTRAR, SERIES, done, market, send, why

RESTRICT = c.RestrictAccount("steel", "its report is late")
SUSPEND = c.SuspendAccount("steel", "its sign-in was stolen")


def word(runner: Runner, account: str = "steel") -> str:
    return state_of(runner.state, account)[0]


def leaving(types: tuple[str, ...]) -> Rulebook:
    """The law with other types left to a restricted account."""
    replace = msgspec.structs.replace
    rows = tuple(
        replace(row, restricted="yes" if row.type in types else "no") if FLOWS[row.type].own else row
        for row in RULES.transactions.rows
    )
    return replace(RULES, transactions=replace(RULES.transactions, rows=rows))


GIVING: list[tuple[str, c.Body]] = [
    ("trade", c.PlaceOrder("steel", SERIES, "sell", 100, 400_000)),
    ("trade", c.OfferDeal("transfer", "steel", "cement", SERIES, 100, 400_000)),
    ("transfer", c.Transfer("steel", "cement", SERIES, 100)),
    ("gift", c.Transfer("steel", "reserve-KM", SERIES, 100)),
    ("cancellation", c.CancelAllowances("steel", SERIES, 100)),
    ("pledge", c.PledgeAllowances("steel", "fund", SERIES, 100, 1_000, "2027-06-30")),
    ("lease", c.OfferLease("steel", "cement", SERIES, 100, 1_000, "once")),
    ("auction_delivery", c.OfferAuction("own", "steel", SERIES, 100, 400_000)),
    ("excess_return", c.ReturnExcess("s-steel", SERIES, 100, "a strand stood still")),
]


@pytest.mark.parametrize(("kind", "body"), GIVING)
def test_a_restricted_account_gives_only_by_what_the_law_leaves_to_it(kind: str, body: c.Body) -> None:
    for types, may in (((), False), ((kind,), True)):
        runner = market(rules=leaving(types))
        done(runner, AUTHORITY, RESTRICT)
        answer = send(runner, "steel", body)
        assert (answer.refusal is None) is may, answer.refusal
        assert may or (answer.refusal is not None and answer.refusal.why is Why.ACCOUNT_RESTRICTED)


def test_a_restricted_account_is_given_to_and_buys() -> None:
    runner = market()
    done(runner, AUTHORITY, RESTRICT)

    done(runner, "steel", c.PlaceOrder("steel", SERIES, "buy", 100, 400_000))
    done(runner, "cement", c.PlaceOrder("cement", SERIES, "sell", 100, 400_000))
    done(runner, "cement", c.Transfer("cement", "steel", SERIES, 100))
    check(runner.state)


def test_what_it_offers_is_taken_back_and_what_it_asks_for_stays() -> None:
    runner = market()
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 100, 420_000))
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "buy", 100, 390_000))

    gone, restricted = done(runner, AUTHORITY, RESTRICT).events

    assert isinstance(gone, e.OrderCancelled)
    assert isinstance(restricted, e.AccountRestricted)
    assert [order.side for order in runner.state.orders.values()] == ["buy"]


def test_nobody_acts_for_a_suspended_account_and_it_is_frozen() -> None:
    runner = market()
    done(runner, AUTHORITY, SUSPEND)

    for body in (c.DistrustAccount("steel", "cement"), c.PlaceOrder("steel", SERIES, "buy", 100, 400_000)):
        assert why(runner, "steel", body) is Why.ACCOUNT_SUSPENDED
    assert why(runner, "cement", c.Transfer("cement", "steel", SERIES, 100)) is Why.ACCOUNT_FROZEN
    assert why(runner, AUTHORITY, SUSPEND) is Why.ALREADY_EXISTS


def test_what_was_there_before_holds_again() -> None:
    runner = market()
    said = [word(runner)]
    thaw = c.ThawAccount("steel")
    bodies: tuple[c.Body, ...] = (RESTRICT, c.FreezeAccount("steel", "an inquiry"), SUSPEND, thaw, thaw)
    for body in bodies:
        done(runner, AUTHORITY, body)
        said.append(word(runner))

    assert said == [
        AccountState.OPEN,
        AccountState.SOME_RESTRICTED,
        AccountState.ALL_RESTRICTED,
        AccountState.SUSPENDED,
        AccountState.SOME_RESTRICTED,
        AccountState.OPEN,
    ]
    assert why(runner, AUTHORITY, c.ThawAccount("steel")) is Why.NOTHING_DUE


def test_who_may_not_set_a_state_does_not_lift_it() -> None:
    runner = market()
    done(runner, REGISTRAR, c.RegisterActor(BUREAU, "city", jurisdiction="KM"))
    assert why(runner, BUREAU, SUSPEND) is Why.ROLE_MAY_NOT
    done(runner, AUTHORITY, SUSPEND)
    assert why(runner, BUREAU, c.ThawAccount("steel")) is Why.ROLE_MAY_NOT
    done(runner, AUTHORITY, c.ThawAccount("steel"))
    done(runner, BUREAU, RESTRICT)
    done(runner, BUREAU, c.ThawAccount("steel"))


@pytest.mark.parametrize("kind", [c.RestrictAccount, c.SuspendAccount])
def test_a_state_has_its_reason_and_is_of_a_private_account(
    kind: type[c.RestrictAccount] | type[c.SuspendAccount],
) -> None:
    assert why(market(), AUTHORITY, kind("steel", " ")) is Why.UNEXPLAINED
    assert why(market(), AUTHORITY, kind("treasury", "why not")) is Why.WRONG_KIND
    assert why(market(), AUTHORITY, kind("nobody", "why not")) is Why.UNKNOWN_ACCOUNT


def test_the_second_opinion_notices_a_restricted_account_that_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "though_restricted", lambda rules, kind: True)
    runner = market()
    done(runner, AUTHORITY, RESTRICT)
    done(runner, "steel", c.Transfer("steel", "cement", SERIES, 100))
    mirror = Mirror()
    *before, last = runner.journal.lines()
    for line in before:
        mirror.follow(decode(line), RULES)
    with pytest.raises(AssertionError, match="though restricted"):
        mirror.follow(decode(last), RULES)
