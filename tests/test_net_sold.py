"""What goes on may follow from what an account sold: so much in any case, and a multiple of the sale."""

from __future__ import annotations

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import decode
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from laws import RULES
from markets import AUTHORITY, SERIES, done, market

YEAR = 2027


def law() -> Rulebook:
    """China, power 2023 and 2024: 10,000 t in any case and 1.5 times the net sale; here 10 t."""
    replace = msgspec.structs.replace
    return replace(
        RULES,
        banking=replace(RULES.banking, of="net_sold", limit_basis_points=15_000, basic_count=10_000),
        trading=replace(RULES.trading, block_from=100, resale_same_day=True),
        trade_rules=replace(RULES.trade_rules, walled_sectors=(), group_limit_basis_points=0),
    )


def settled(runner: Runner, account: str, source: str) -> e.YearClosed:
    after = deadline(runner.rules, YEAR) + 1
    sector = runner.state.sources[source].sector
    nothing = dict.fromkeys((rule.code for rule in lookup.owed(runner.rules, sector)), 0)
    done(runner, AUTHORITY, c.DetermineYear(source, YEAR, nothing, "a test"), after)
    event = done(runner, AUTHORITY, c.CloseYear(account, YEAR), after).events[-1]
    assert isinstance(event, e.YearClosed)
    check(runner.state)
    return event


def test_the_year_end_keeps_the_basic_count_and_a_multiple_of_what_was_sold() -> None:
    """By order, in a call and by agreement; what is bought back counts against it, a gift counts nothing."""
    runner = market(rules=law())
    for account in ("steel", "cement", "fund"):
        done(runner, BANK, c.Deposit(account, 10**12))
    done(runner, "fund", c.PlaceOrder("fund", SERIES, "buy", 4_000, 400_000))
    done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 4_000, 400_000))
    deal = done(runner, "steel", c.OfferDeal("block", "steel", "fund", SERIES, 3_000, 400_000)).events[-1]
    assert isinstance(deal, e.DealOffered)
    done(runner, "fund", c.AcceptDeal(deal.deal))
    done(runner, EXCHANGE, c.OpenCall("call", SERIES, ""))
    done(runner, "fund", c.PlaceCallOrder("call", "fund", "sell", 1_000, 400_000))
    done(runner, "steel", c.PlaceCallOrder("call", "steel", "buy", 1_000, 400_000))
    done(runner, EXCHANGE, c.CloseCall("call", 7))
    done(runner, "steel", c.Transfer("steel", "cement", SERIES, 500))

    assert [runner.state.net_sold.get((each, "SO2"), 0) for each in ("steel", "fund", "cement")] == [6_000, -6_000, 0]
    assert settled(runner, "steel", "s-steel").banked[SERIES] == 10_000 + 9_000
    assert settled(runner, "cement", "s-cement").banked[SERIES] == 10_000
    assert ("steel", "SO2") not in runner.state.net_sold, "the next year counts anew"

    mirror = Mirror()
    for line in runner.journal.lines():
        mirror.follow(decode(line), runner.rules)


def test_the_second_opinion_finds_one_too_many_kept() -> None:
    runner = market(rules=law())
    settled(runner, "steel", "s-steel")
    *before, last = (decode(line) for line in runner.journal.lines())
    mirror = Mirror()
    for record in before:
        mirror.follow(record, runner.rules)
    less = msgspec.structs.replace(
        runner.rules, banking=msgspec.structs.replace(runner.rules.banking, basic_count=9_999)
    )
    with pytest.raises(AssertionError, match="I11"):
        mirror.follow(last, less)
