"""Rights: served before a cap is shared out, all alike when it is too small, and sold with all that is to come."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.model.allowance import count_of
from airshed.model.refusal import Malformed, Why
from airshed.registry.moves import Delivered
from airshed.rulebook.load import load_texts
from laws import LAW, RULES, as_files
from markets import AUTHORITY, SERIES, done, market, why
from terms import NEXT, held

QUICK = settings(max_examples=60, deadline=None)
NAMES = ("fund", "broker", "power")
CAP = next(
    row.count for row in RULES.caps.rows if (row.pollutant, row.jurisdiction, row.vintage) == ("SO2", "KM", 2028)
)


def under(**keys: Any) -> Runner:
    """The small market with other keys of [terms]."""
    return market(rules=msgspec.structs.replace(RULES, terms=msgspec.structs.replace(RULES.terms, **keys)))


def grant(runner: Runner, account: str, count: int, first: int = 2028, last: int = 0) -> int:
    (event,) = done(runner, AUTHORITY, c.GrantRight(account, "SO2", "KM", count, first, last)).events
    assert isinstance(event, e.RightGranted)
    return event.right


@QUICK
@given(st.lists(st.integers(1, 600_000), min_size=1, max_size=3))
def test_rights_come_first_and_what_they_leave_is_shared_out_whole(counts: list[int]) -> None:
    """I2. Rights in full, the rest to sources, auction and reserve: together the cap."""
    runner = under()
    for account, count in zip(NAMES, counts, strict=False):
        grant(runner, account, count)
    cap, served = done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028)).events
    assert isinstance(cap, e.CapSet)
    assert isinstance(served, e.RightsServed)
    assert [each.count for each in served.servings] == counts
    lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
    (shared,) = done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines)).events
    assert isinstance(shared, e.Allocated)
    given_out = sum(count_of(move.blocks) for move in shared.entry if isinstance(move, Delivered))
    assert given_out == CAP - sum(counts)
    check_state(runner.state)


@QUICK
@given(st.lists(st.integers(1, 1_000), min_size=2, max_size=3))
def test_rights_that_claim_more_than_their_part_are_cut_alike(counts: list[int]) -> None:
    """A next law may leave rights a smaller part than they claim: nobody gets nothing, nobody gets more."""
    runner = under()
    rights = [grant(runner, account, 300 * count) for account, count in zip(NAMES, counts, strict=False)]
    tight = msgspec.structs.replace(
        runner.rules,
        programme=msgspec.structs.replace(RULES.programme, version="tight"),
        terms=msgspec.structs.replace(RULES.terms, rights_basis_points=1),
    )
    runner.rules = tight
    _, served = done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028)).events
    assert isinstance(served, e.RightsServed)
    room = CAP // 10_000
    total = 300 * sum(counts)
    got = {each.right: each.count for each in served.servings}
    assert sum(got.values()) == min(room, total)
    for right, count in zip(rights, counts, strict=True):
        fair = 300 * count * min(room, total) / total
        assert abs(got.get(right, 0) - fair) < 1
    check_state(runner.state)


def test_a_right_of_a_year_is_served_once_and_one_without_an_end_until_its_review() -> None:
    runner = under(review_years=1)
    year, endless = grant(runner, "fund", 100, 2027, 2027), grant(runner, "broker", 200, 2027)
    assert held(runner, "fund") == {SERIES: (100, 0)}, "2027 is shared out, so it comes out of the reserve"
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    assert NEXT not in held(runner, "fund")
    assert NEXT not in held(runner, "broker"), "its review is due"
    assert why(runner, AUTHORITY, c.RenewRight(year)) is Why.NOTHING_DUE
    done(runner, AUTHORITY, c.RenewRight(endless))
    assert held(runner, "broker") == {SERIES: (200, 0), NEXT: (200, 0)}
    check_state(runner.state)


def test_a_right_is_sold_with_all_that_is_to_come() -> None:
    runner = under()
    right = grant(runner, "fund", 100, 2027)
    done(runner, "fund", c.OfferRight(right, "broker", 2028, 10**6))
    done(runner, "broker", c.AcceptRight(right))
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))

    assert held(runner, "fund") == {SERIES: (100, 0)}, "the vintage before the first that goes along stays"
    assert held(runner, "broker") == {NEXT: (100, 0)}


@QUICK
@given(st.integers(1, 10**9))
def test_a_right_its_delivered_vintages_and_the_money_move_together(fen: int) -> None:
    runner = under()
    right = grant(runner, "fund", 100, 2027)
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    done(runner, "fund", c.OfferRight(right, "broker", 2027, fen))
    assert held(runner, "fund") == {SERIES: (100, 100), NEXT: (100, 100)}
    assert why(runner, "fund", c.Transfer("fund", "steel", NEXT, 1)) is Why.INSUFFICIENT_HOLDING
    before = {name: runner.state.ledger.purses[name].fen for name in ("fund", "broker", "exchange")}
    (sale,) = done(runner, "broker", c.AcceptRight(right)).events
    assert isinstance(sale, e.RightSold)
    gained = {name: runner.state.ledger.purses[name].fen - before[name] for name in before}

    assert gained["fund"] == fen - sale.seller_fee
    assert gained["broker"] == -fen - sale.buyer_fee
    assert gained["exchange"] == sale.buyer_fee + sale.seller_fee
    assert held(runner, "broker") == {SERIES: (100, 0), NEXT: (100, 0)}
    assert runner.state.rights[right].holder == "broker"
    check_state(runner.state)


def test_a_right_whose_vintage_is_sold_goes_only_with_later_ones() -> None:
    runner = under()
    right = grant(runner, "fund", 100, 2027)
    done(runner, "fund", c.Transfer("fund", "steel", SERIES, 1))

    assert why(runner, "fund", c.OfferRight(right, "broker", 2027, 1)) is Why.INSUFFICIENT_HOLDING
    done(runner, "fund", c.OfferRight(right, "broker", 2028, 1))


def test_a_law_without_endless_rights_grants_none() -> None:
    runner = under(open_rights=False)

    assert why(runner, AUTHORITY, c.GrantRight("fund", "SO2", "KM", 1, 2028, 0)) is Why.WRONG_KIND
    assert why(under(), AUTHORITY, c.GrantRight("fund", "SO2", "KM", 1, 2026, 0)) is Why.TOO_LATE


@pytest.mark.parametrize(
    ("section", "key", "value", "fault"),
    [
        ("terms", "rights_basis_points", 9_500, "of the cap"),
        ("terms", "review_years", 6, "longest_years"),
        ("lease", "longest_years", 6, "longest_years"),
        ("lease", "rent_by", "02-29", "no such day"),
    ],
)
def test_terms_that_contradict_each_other_are_named_at_load(section: str, key: str, value: Any, fault: str) -> None:
    law = {**LAW, section: {**LAW[section], key: value}}
    with pytest.raises(Malformed, match=fault):
        load_texts(as_files(law))
