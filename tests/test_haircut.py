"""A notice cuts what accounts hold by a share: alike for all, rounded in their favour, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.journal import Record, decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.refusal import Why
from airshed.registry.accounts import cancelled
from airshed.rulebook.load import find, texts
from airshed.rulebook.load import read as read_law
from airshed.rulebook.schema import Rulebook
from laws import RULES
from markets import AUTHORITY, SERIES, done, market, send, why
from test_export import verdict

REASON = "notice 7 of 2028"


def law(most: int | None = 5_000) -> Rulebook:
    """The law of the tests under which a notice may cut so much."""
    replace = msgspec.structs.replace
    return replace(
        RULES,
        banking=replace(RULES.banking, haircut_most_basis_points=most),
        pledge=replace(RULES.pledge, open=True),
    )


def cut(runner: Runner, share: int, through: int = 2027) -> e.HoldingsCut:
    event = done(runner, AUTHORITY, c.CutHoldings("SO2", through, share, REASON)).events[-1]
    assert isinstance(event, e.HoldingsCut)
    check(runner.state)
    return event


def held(runner: Runner, account: str) -> int:
    return runner.state.ledger.held_of(account, SERIES).count


def pledged(runner: Runner, count: int) -> int:
    """A pledge of steel to the fund that stands, by its number."""
    body = c.PledgeAllowances("steel", "fund", SERIES, count, 100_000, "2028-12-31")
    (event,) = (each for each in done(runner, "steel", body).events if isinstance(each, e.PledgeOffered))
    done(runner, "fund", c.AcceptPledge(event.pledge))
    return event.pledge


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5_000), st.lists(st.integers(1, 90_000), max_size=3), st.booleans())
def test_every_holding_and_every_claim_shrinks_by_the_share_rounded_down(
    share: int, pledges: list[int], offers: bool
) -> None:
    """I1, I2. Nobody loses more than the share, and less than one allowance less of each part."""
    runner = market(rules=law())
    numbers = [pledged(runner, count) for count in pledges]
    if offers:
        done(runner, "steel", c.PlaceOrder("steel", SERIES, "sell", 100_000, 400_000))
    before = {account: held(runner, account) for account in ("steel", "cement")}
    event = cut(runner, share)

    assert {each.account for each in event.cuts} == set(before)
    for account, count in before.items():
        parts = [count - sum(pledges), *pledges] if account == "steel" else [count]
        gone = sum(part * share // 10_000 for part in parts)
        assert held(runner, account) == count - gone
    for number, count in zip(numbers, pledges, strict=True):
        left = runner.state.pledges[number].left[SERIES]
        assert left == count - count * share // 10_000
    gone = sum(before.values()) - sum(held(runner, account) for account in before)
    assert held(runner, cancelled("KM")) == gone
    assert not any(order.account == "steel" for order in runner.state.orders.values())
    follow(map(decode, runner.journal.lines()), runner.rules)
    lines = [line.hash.encode() + b" " + line.record + b"\n" for line in runner.journal.lines()]
    assert verdict(lines)[0] == 0


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 5_000), st.integers(1, 50_000))
def test_what_is_leased_shrinks_with_the_lessee_and_is_so_much_less_to_hand_back(share: int, count: int) -> None:
    runner = market(rules=law())
    offer = done(runner, "steel", c.OfferLease("steel", "cement", SERIES, count, 100_000, "once")).events[-1]
    assert isinstance(offer, e.LeaseOffered)
    done(runner, "cement", c.AcceptLease(offer.lease))
    own = held(runner, "cement") - count
    cut(runner, share)

    left = count - count * share // 10_000
    assert runner.state.leases[offer.lease].leased[SERIES] == left
    assert held(runner, "cement") == left + own - own * share // 10_000
    follow(map(decode, runner.journal.lines()), runner.rules)


def test_what_is_withheld_is_not_cut() -> None:
    """Whose it is has to be settled first."""
    runner = market(rules=law())
    count = held(runner, "steel")
    done(runner, AUTHORITY, c.Withhold("s-steel", SERIES, "investigation", 2027, 10_000, "looked into"))
    (steel,) = (each for each in cut(runner, 1_000).cuts if each.account == "steel")
    assert (steel.base, steel.count) == (count - 10_000, (count - 10_000) // 10)


def test_a_frozen_account_is_cut_as_well() -> None:
    runner = market(rules=law())
    done(runner, AUTHORITY, c.FreezeAccount("steel", "looked into"))
    assert {each.account for each in cut(runner, 1_000).cuts} == {"steel", "cement"}


def test_later_vintages_and_other_pollutants_are_left_alone() -> None:
    runner = market(rules=law())
    assert why(runner, AUTHORITY, c.CutHoldings("SO2", 2026, 1_000, REASON)) is Why.NOTHING_DUE
    assert why(runner, AUTHORITY, c.CutHoldings("NOx", 2027, 1_000, REASON)) is Why.NOTHING_DUE


def test_a_cut_has_a_reason_and_is_no_more_than_the_law_lets_one_notice_make() -> None:
    runner = market(rules=law(2_000))
    assert why(runner, AUTHORITY, c.CutHoldings("SO2", 2027, 1_000, " ")) is Why.UNEXPLAINED
    assert why(runner, AUTHORITY, c.CutHoldings("SO2", 2027, 0, REASON)) is Why.NOT_POSITIVE
    assert why(runner, AUTHORITY, c.CutHoldings("SO3", 2027, 1_000, REASON)) is Why.UNKNOWN_SERIES
    refusal = send(runner, AUTHORITY, c.CutHoldings("SO2", 2027, 2_001, REASON)).refusal
    assert refusal is not None
    assert (refusal.why, refusal.detail) == (
        Why.TOO_LARGE,
        "a cut of 20.01 % is more than one notice may make, 20 %",
    )
    assert why(market(rules=law(None)), AUTHORITY, c.CutHoldings("SO2", 2027, 1, REASON)) is Why.WRONG_KIND


def test_the_second_opinion_finds_one_too_many() -> None:
    runner = market(rules=law())
    cut(runner, 1_000)
    with pytest.raises(AssertionError, match="I2"):
        follow(map(one_more, map(decode, runner.journal.lines())), runner.rules)


def follow(records: Iterable[Record], rules: Rulebook) -> None:
    mirror = Mirror()
    for record in records:
        mirror.follow(record, rules)


def one_more(record: Record) -> Record:
    """As though the first were cut by one more than the share."""
    events = tuple(
        msgspec.structs.replace(event, share=event.share - 1) if isinstance(event, e.HoldingsCut) else event
        for event in record.events
    )
    return msgspec.structs.replace(record, events=events)


def test_a_law_that_cuts_says_who_may() -> None:
    files = texts(find("shanxi"))
    toml = files["rulebook.toml"].decode().replace("[banking]\n", "[banking]\nhaircut_most_basis_points = 2_000\n", 1)
    assert [str(fault) for fault in read_law({**files, "rulebook.toml": toml.encode()})[1]] == [
        "rulebook.toml [banking]: haircut_most_basis_points stands, and nobody may send CutHoldings; "
        "give it to a role in roles.csv, or leave the key out"
    ]
