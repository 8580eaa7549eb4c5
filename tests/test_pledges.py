"""Strips and pledges: all vintages or none, what is pledged stays, and what is taken covers the debt and no more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.model.allowance import Strip, members
from airshed.model.refusal import Malformed, Why
from airshed.registry.moves import Delivered
from beijing import instant
from markets import AT, AUTHORITY, SERIES, done, market, why
from terms import NEXT, STRIP, held, two_vintages, verified

DUE = "2027-03-31"
QUICK = settings(max_examples=60, deadline=None)


def pledge(runner: Runner, series: str, count: int, secured: int, until: str = DUE) -> int:
    """A pledge of `steel` to `fund` that stands."""
    (offered,) = done(runner, "steel", c.PledgeAllowances("steel", "fund", series, count, secured, until)).events
    assert isinstance(offered, e.PledgeOffered)
    done(runner, "fund", c.AcceptPledge(offered.pledge))
    return offered.pledge


# --- a strip


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("SO2-KM-2027", "is not a strip"),
        ("SO2-KM-2027...2028", "is not a strip"),
        ("SO2-KM-27..28", "is not a strip"),
        ("SO2-km-2027..2028", "is not a strip"),
        ("SO2-KM-2028..2027", "ends before it begins"),
        ("SO2-KM-2027..2027", "has one vintage"),
        ("SO2-KM-0001..9999", "has 9999 vintages"),
    ],
)
def test_a_text_that_is_no_strip_is_malformed_with_its_fault(text: str, fault: str) -> None:
    with pytest.raises(Malformed, match=fault):
        Strip.parse(text)
    assert members(text) == (text,)


@given(st.integers(2000, 2090), st.integers(1, 9))
def test_a_strip_reads_back_as_it_is_written(first: int, more: int) -> None:
    strip = Strip("SO2", "KM", first, first + more)

    assert Strip.parse(str(strip)) == strip
    assert [series.vintage for series in strip.members] == list(range(first, first + more + 1))
    assert len(strip.members) == strip.years == more + 1


@QUICK
@given(st.integers(1, 3_000), st.integers(0, 3_000), st.integers(1, 4_000))
def test_a_strip_moves_whole_or_not_at_all(first: int, second: int, wanted: int) -> None:
    runner = two_vintages()
    done(runner, "steel", c.Transfer("steel", "fund", SERIES, first))
    if second:
        done(runner, "steel", c.Transfer("steel", "fund", NEXT, second))
    before = held(runner, "fund"), held(runner, "broker")
    if wanted <= min(first, second):
        (moved,) = done(runner, "fund", c.Transfer("fund", "broker", STRIP, wanted)).events
        assert isinstance(moved, e.Transferred)
        assert {move.series for move in moved.entry if isinstance(move, Delivered)} == {SERIES, NEXT}
        assert held(runner, "broker") == {SERIES: (wanted, 0), NEXT: (wanted, 0)}
    else:
        assert why(runner, "fund", c.Transfer("fund", "broker", STRIP, wanted)) is Why.INSUFFICIENT_HOLDING
        assert (held(runner, "fund"), held(runner, "broker")) == before
    check_state(runner.state)


# --- a pledge


@QUICK
@given(st.integers(1, 5_000), st.lists(st.integers(1, 2_000_000), max_size=4))
def test_what_is_pledged_is_neither_moved_nor_sold(count: int, wishes: list[int]) -> None:
    """Whatever is asked for, the position keeps what the pledge binds."""
    runner = two_vintages()
    pledge(runner, STRIP, count, 10**6)
    for wish in wishes:
        free = runner.state.ledger.held_of("steel", SERIES).free
        transfer = c.Transfer("steel", "reserve-KM", SERIES, wish)
        if wish <= free:
            done(runner, "steel", transfer)
        else:
            assert why(runner, "steel", transfer) is Why.INSUFFICIENT_HOLDING
    rest = runner.state.ledger.held_of("steel", SERIES).free
    if rest:
        done(runner, "steel", c.Transfer("steel", "reserve-KM", SERIES, rest))
    order = c.PlaceOrder("steel", SERIES, "sell", 100, 400_000)
    assert why(runner, "steel", order) is Why.INSUFFICIENT_HOLDING
    assert held(runner, "steel")[SERIES] == (count, count)
    check_state(runner.state)


@QUICK
@given(st.integers(1, 9_000), st.integers(1, 10_000_000))
def test_what_is_taken_covers_the_debt_with_not_one_allowance_to_spare(count: int, secured: int) -> None:
    """Each of the two vintages is worth the reference price, 4,000 yuan per tonne or 400 fen an allowance."""
    runner = two_vintages(pledge={"notice_days": 0})
    number = pledge(runner, STRIP, count, secured)
    before = held(runner, "steel")
    after = instant("2027-04-01", 9)
    done(runner, "fund", c.CallPledge(number), after)
    (enforced,) = done(runner, "fund", c.EnforcePledge(number), after).events
    assert isinstance(enforced, e.PledgeEnforced)
    taken = sum(each for each, _ in held(runner, "fund").values())

    assert taken == min(2 * count, -(-secured // 400))
    assert enforced.fen == 400 * taken
    assert enforced.uncovered == max(0, secured - 800 * count)
    if taken <= count:
        assert list(held(runner, "fund")) == [SERIES], "the oldest vintage goes first"
    assert all(aside == 0 for _, aside in held(runner, "steel").values())
    assert sum(each for each, _ in held(runner, "steel").values()) == sum(each for each, _ in before.values()) - taken
    check_state(runner.state)


@pytest.mark.parametrize("allowed", [True, False])
def test_whether_pledged_allowances_are_surrendered_is_the_rulebooks_word(allowed: bool) -> None:
    runner = two_vintages(pledge={"surrender": allowed})
    everything = runner.state.ledger.held_of("steel", SERIES).count
    number = pledge(runner, SERIES, 1_000, 10**6, "2029-01-31")
    verified(runner, "steel", 1000 * (everything - 400))
    at = instant("2028-05-02")
    wish = c.Surrender("s-steel", 2027, "SO2", everything - 400)
    if allowed:
        done(runner, "steel", wish, at)
        assert runner.state.pledges[number].left == {SERIES: 400}
        assert held(runner, "steel")[SERIES] == (400, 400)
    else:
        assert why(runner, "steel", wish, at) is Why.INSUFFICIENT_HOLDING
        done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", everything - 1_000), at)
        assert runner.state.pledges[number].left == {SERIES: 1_000}
    check_state(runner.state)


def test_a_called_pledge_can_no_longer_be_surrendered() -> None:
    runner = two_vintages()
    everything = runner.state.ledger.held_of("steel", SERIES).count
    number = pledge(runner, SERIES, everything, 10**6)
    verified(runner, "steel", 1_000_000)
    done(runner, "fund", c.CallPledge(number), instant("2028-05-02"))

    assert why(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 1), instant("2028-05-03")) is (
        Why.INSUFFICIENT_HOLDING
    )


def test_a_pledge_shelters_nothing_from_the_banking_limit() -> None:
    """Nothing may be banked on nothing verified, so all of 2027 goes to the reserve, out of the pledge too."""
    runner = two_vintages()
    number = pledge(runner, STRIP, 1_000, 10**6, "2029-01-31")
    later = runner.state.ledger.held_of("steel", NEXT).count
    verified(runner, "steel", 0)
    closing = done(runner, AUTHORITY, c.CloseYear("steel", 2027), instant("2028-07-01")).events

    assert [event.count for event in closing if isinstance(event, e.ClaimCut)] == [1_000]
    assert held(runner, "steel") == {NEXT: (later, 1_000)}
    assert runner.state.pledges[number].left == {SERIES: 0, NEXT: 1_000}
    check_state(runner.state)


def test_a_pledge_whose_allowances_are_all_used_is_gone() -> None:
    runner = two_vintages()
    everything = runner.state.ledger.held_of("steel", SERIES).count
    number = pledge(runner, SERIES, everything, 10**6, "2029-01-31")
    verified(runner, "steel", 1000 * everything)
    done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", everything), instant("2028-05-02"))

    assert number not in runner.state.pledges
    assert why(runner, "fund", c.ReleasePledge(number), instant("2028-05-03")) is Why.UNKNOWN_PLEDGE


def test_a_law_without_pledges_takes_no_new_ones_and_keeps_the_old() -> None:
    runner = two_vintages(pledge={"open": False})

    body = c.PledgeAllowances("steel", "fund", SERIES, 100, 10**6, DUE)
    assert why(runner, "steel", body) is Why.TOO_LATE


def test_a_pledge_to_an_account_of_the_programme_is_refused() -> None:
    body = c.PledgeAllowances("steel", "treasury", SERIES, 100, 10**6, DUE)
    assert why(market(), "steel", body, AT) is Why.WRONG_KIND
