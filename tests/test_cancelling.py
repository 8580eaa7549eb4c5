"""Whoever holds allowances may give them up for good and say so in public; nothing brings them back."""

from __future__ import annotations

import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.edge import well_formed
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.lab.simulator.mirror.accounts import Accounts
from airshed.lab.simulator.sim import SimulatedRun
from airshed.model.refusal import Malformed, Why
from airshed.registry.moves import Delivered
from laws import RULES
from markets import AUTHORITY, SERIES, done, market, why

BIRD = c.CancelAllowances("steel", SERIES, 100, "for the black-necked crane 黑颈鹤")


def test_what_is_given_up_lies_in_the_account_of_its_place_and_is_told_with_its_statement() -> None:
    runner = market()
    before = runner.state.ledger.held_of("steel", SERIES).count

    (event,) = done(runner, "steel", BIRD).events

    assert isinstance(event, e.AllowancesCancelled)
    assert event.statement == "for the black-necked crane 黑颈鹤"
    assert runner.state.ledger.held_of("steel", SERIES).count == before - 100
    assert runner.state.ledger.held_of("cancelled-KM", SERIES).count == 100
    check(runner.state)


def test_nobody_takes_out_what_was_given_up() -> None:
    runner = market()
    done(runner, "steel", BIRD)
    for actor in (AUTHORITY, "steel"):
        assert why(runner, actor, c.Transfer("cancelled-KM", "steel", SERIES, 1)) in (
            Why.ROLE_MAY_NOT,
            Why.NOT_YOUR_OWN,
        )


@pytest.mark.parametrize(
    ("actor", "body", "reason"),
    [
        ("cement", BIRD, Why.NOT_YOUR_OWN),
        (AUTHORITY, BIRD, Why.ROLE_MAY_NOT),
        ("steel", c.CancelAllowances("steel", "SO2-KM-2099", 1), Why.UNKNOWN_SERIES),
        ("steel", c.CancelAllowances("steel", SERIES, 0), Why.NOT_POSITIVE),
        ("steel", c.CancelAllowances("steel", SERIES, 2**40), Why.INSUFFICIENT_HOLDING),
    ],
)
def test_what_cannot_be_given_up_is_refused(actor: str, body: c.CancelAllowances, reason: Why) -> None:
    assert why(market(), actor, body) is reason


def test_a_frozen_account_gives_nothing_up() -> None:
    runner = market()
    done(runner, AUTHORITY, c.FreezeAccount("steel", "an inquiry"))
    assert why(runner, "steel", BIRD) is Why.ACCOUNT_FROZEN


def test_a_statement_has_a_sentence_or_two() -> None:
    with pytest.raises(Malformed, match="280"):
        well_formed(c.Command("steel", "k", c.CancelAllowances("steel", SERIES, 1, "x" * 281)))


def test_the_simulator_gives_up_and_its_second_opinion_sees_what_comes_back() -> None:
    run = SimulatedRun(7, 400, RULES, None, None)
    run.play(lambda _: None)
    assert run.memory.state.cancellations

    def claim(number: str, holds: bool, what: str) -> None:
        assert holds, f"{number} {what}"

    back = e.MoneyMoved((Delivered("cancelled-KM", "steel", SERIES, ()),))
    with pytest.raises(AssertionError, match="given up for good"):
        Accounts(claim).follow(back, decode(run.memory.journal.line(1)), RULES)
