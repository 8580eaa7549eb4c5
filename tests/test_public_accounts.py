"""The public buys, is given to and cancels, and gives by no other way."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.runner import Runner
from airshed.model.refusal import Why
from airshed.registry.account_number import account_number
from laws import RULES
from markets import AUTHORITY, REGISTRAR, SERIES, done, market, send, why

CRANES = "cranes"


def opened(runner: Runner | None = None) -> Runner:
    """The market with a society of the public in it, and some money of its own."""
    runner = runner or market()
    done(runner, REGISTRAR, c.OpenAccount(CRANES, "public", "Society for the black-necked crane", "KM"))
    done(runner, REGISTRAR, c.RegisterActor(CRANES, "public", CRANES))
    done(runner, "small-bank", c.Deposit(CRANES, 10**7))
    return runner


def test_the_public_buys_and_cancels() -> None:
    runner = opened()
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 100, 400_000))
    done(runner, CRANES, c.PlaceOrder(CRANES, SERIES, "buy", 100, 400_000))
    done(runner, "steel", c.OfferDeal("transfer", "steel", CRANES, SERIES, 100, 400_000))
    done(runner, CRANES, c.AcceptDeal(1))
    (event,) = done(runner, CRANES, c.CancelAllowances(CRANES, SERIES, 200, "for the cranes")).events
    assert isinstance(event, e.AllowancesCancelled)
    assert runner.state.ledger.held_of("cancelled-KM", SERIES).count == 200
    check(runner.state)


@pytest.mark.parametrize(
    ("actor", "body", "reason"),
    [
        (CRANES, c.PlaceOrder(CRANES, SERIES, "sell", 100, 400_000), Why.WRONG_KIND),
        (CRANES, c.Transfer(CRANES, "steel", SERIES, 1), Why.ROLE_MAY_NOT),
        (CRANES, c.OfferDeal("transfer", CRANES, "steel", SERIES, 100, 400_000), Why.ROLE_MAY_NOT),
        ("steel", c.PledgeAllowances("steel", CRANES, SERIES, 100, 1_000, "2027-06-30"), Why.WRONG_KIND),
        ("steel", c.OfferLease("steel", CRANES, SERIES, 100, 1_000, "once"), Why.WRONG_KIND),
        (AUTHORITY, c.GrantRight(CRANES, "SO2", "KM", 100, 2028, 2028), Why.WRONG_KIND),
        (AUTHORITY, c.RegisterSource("s-crane", "Nest", CRANES, "KM", "steel", True), Why.WRONG_KIND),
        ("steel", c.OfferSource("s-steel", CRANES), Why.WRONG_KIND),
        (REGISTRAR, c.RegisterActor("zhao", "trader", CRANES), Why.WRONG_KIND),
        (REGISTRAR, c.RegisterActor("zhao", "public", "fund"), Why.WRONG_KIND),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, c.Wish) else "",
)
def test_and_does_nothing_else(actor: str, body: c.Body, reason: Why) -> None:
    assert why(opened(), actor, body) is reason


def test_what_it_is_given_stays_its_own_until_it_cancels() -> None:
    runner = opened()
    answer = send(runner, "steel", c.Transfer("steel", CRANES, SERIES, 10))
    assert answer.refusal is None
    assert isinstance(answer.events[0], e.TransferDelayed)


def test_its_number_says_what_it_is() -> None:
    assert account_number(opened().state.ledger.numbers[CRANES]).type == 122


def test_a_law_without_a_role_for_it_opens_no_account_of_the_public() -> None:
    replace = msgspec.structs.replace
    people = tuple(replace(role, accounts=()) if role.code == "public" else role for role in RULES.people)
    runner = market(rules=replace(RULES, people=people))
    assert why(runner, REGISTRAR, c.OpenAccount(CRANES, "public", "Society", "KM")) is Why.WRONG_KIND
