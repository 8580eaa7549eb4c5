"""A law may say how much one transfer gives to another's account: a stolen sign-in does not empty one at once."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.refusal import Why
from airshed.rulebook.schema import Rulebook
from laws import RULES
from markets import SERIES, done, market, send, why


def law(most: int | None) -> Rulebook:
    """The shipped law with another limit."""
    return msgspec.structs.replace(RULES, trade_rules=msgspec.structs.replace(RULES.trade_rules, largest_transfer=most))


def gift(count: int, target: str = "broker") -> c.Transfer:
    """A transfer out of the steel works."""
    return c.Transfer("steel", target, SERIES, count)


def test_one_transfer_gives_as_much_as_the_law_says_and_no_more() -> None:
    runner = market(rules=law(500))

    refusal = send(runner, "steel", gift(501)).refusal
    assert refusal is not None
    assert (refusal.why, refusal.cite) == (Why.TOO_LARGE, "Demonstration measures (assumed), art. 16")
    assert refusal.detail == "501 is more than the 500 that one transfer may give; sell it, or give it in parts"
    done(runner, "steel", gift(500))


@pytest.mark.parametrize(("most", "target"), [(None, "broker"), (500, "reserve-KM")])
def test_without_a_limit_and_to_the_government_anything_goes(most: int | None, target: str) -> None:
    done(market(rules=law(most)), "steel", gift(100_000, target))


def test_the_shipped_law_has_a_limit_and_it_is_in_force() -> None:
    most = RULES.trade_rules.largest_transfer
    assert most is not None
    assert why(market(), "steel", gift(most + 1)) is Why.TOO_LARGE


def test_the_mirror_notices_a_transfer_beyond_it() -> None:
    runner: Runner = market(rules=law(None))
    done(runner, "steel", gift(501))
    mirror = Mirror()
    *before, last = (decode(line) for line in runner.journal.lines())
    for record in before:
        mirror.follow(record, law(500))

    with pytest.raises(AssertionError, match=f"steel gives 501 of {SERIES} at once, not 500"):
        mirror.follow(last, law(500))
