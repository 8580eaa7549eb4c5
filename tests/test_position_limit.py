"""How much a corporate group may hold by buying: a formula of the law, and an exemption for what it owes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.procedures.trade_rules import over_position
from airshed.engine.runner import Runner
from airshed.market.position_limit import HoldingLimit
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from beijing import instant
from laws import RULES
from markets import AUTHORITY, SERIES, done, market

#: After the year, when it can be determined.
AT = instant("2028-02-01", 9)


def law(**keys: Any) -> Rulebook:
    rules = msgspec.structs.replace(RULES.trade_rules, walled_sectors=(), **keys)
    return msgspec.structs.replace(RULES, trade_rules=rules)


@pytest.mark.parametrize(("year", "budget", "limit"), [(2013, 162_800_000, 5_945_000), (2015, 394_500_000, 11_737_500)])
def test_the_limits_of_california_come_out(year: int, budget: int, limit: int) -> None:
    """17 CCR 95920: 0.1 x 25,000,000 + 0.025 x (budget - 25,000,000)."""
    assert HoldingLimit(1_000, 25_000_000, 250).of(budget) == limit, year


@given(st.integers(0, 10**9), st.integers(0, 10_000), st.integers(0, 10_000), st.none() | st.integers(0, 10**9))
def test_a_limit_is_within_the_cap_and_grows_with_it(cap: int, share: int, beyond: int, base: int | None) -> None:
    limit = HoldingLimit(share, base, beyond)
    assert 0 <= limit.of(cap) <= limit.of(cap + 1) <= cap + 1


def settled_market(rules: Rulebook, owed_kg: int) -> Runner:
    """A market in which the steelworks owes so much for 2027."""
    runner = market(rules=rules)
    codes = (rule.code for rule in lookup.owed(rules, runner.state.sources["s-steel"].sector))
    mass = {**dict.fromkeys(codes, 0), "SO2": owed_kg * 1_000}
    done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, mass, "a test"), AT)
    return runner


def most(runner: Runner, rules: Rulebook) -> int:
    """How many allowances the steelworks may buy in addition."""
    low, high = 0, 10**9
    while low < high:
        middle = (low + high + 1) // 2
        if over_position(runner.state, rules, "steel", SERIES, middle) is None:
            low = middle
        else:
            high = middle - 1
    return low


def test_a_law_with_a_base_limits_by_the_formula() -> None:
    plain = law(group_limit_basis_points=6_000)
    formula = law(group_limit_basis_points=9_000, group_limit_base=4_000_000, group_limit_beyond_basis_points=4_000)
    runner = settled_market(plain, 0)
    cap = runner.state.ledger.caps[SERIES]

    assert most(runner, plain) - most(runner, formula) == cap * 6 // 10 - (3_600_000 + (cap - 4_000_000) * 4 // 10)


def test_what_is_owed_may_be_held_in_addition_until_it_is_surrendered() -> None:
    rules = law(group_limit_exempts_owed=True)
    runner = settled_market(rules, 5_000)
    before = most(runner, rules)
    assert before - most(runner, law()) == 5_000
    refusal = over_position(runner.state, rules, "steel", SERIES, before + 1)
    assert refusal is not None
    assert (refusal.why, "5000 of them for what is owed" in refusal.detail) == (Why.OVER_POSITION, True)

    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 2_000), AT)
    assert runner.state.owed["steel", "SO2"] == 3_000
    assert most(runner, rules) == before, "2,000 less are held, and 2,000 less are owed"


def test_what_is_settled_is_not_owed_any_more() -> None:
    rules = law(group_limit_exempts_owed=True)
    runner = settled_market(rules, 5_000)
    done(runner, AUTHORITY, c.CloseYear("steel", 2027), deadline(rules, 2027) + 1)
    assert runner.state.owed["steel", "SO2"] == 0
