"""Leases: vintages against rent in one entry, for use and not for sale, and back where they came from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.mischief.terms import Pay
from airshed.model.refusal import Why
from airshed.registry.moves import Paid
from beijing import instant
from markets import AUTHORITY, SERIES, done, why
from terms import NEXT, STRIP, held, two_vintages, verified

QUICK = settings(max_examples=60, deadline=None)
RENT = 20_000  # 200 yuan per tonne and year


def leased(runner: Runner, count: int, pay: Pay = "once", lessee: str = "cement") -> int:
    """A lease of `steel` to another that stands."""
    (offer,) = done(runner, "steel", c.OfferLease("steel", lessee, STRIP, count, RENT, pay)).events
    assert isinstance(offer, e.LeaseOffered)
    done(runner, lessee, c.AcceptLease(offer.lease))
    return offer.lease


def cash(runner: Runner, account: str) -> int:
    return runner.state.ledger.purses[account].fen


@QUICK
@given(st.integers(25, 100_000), st.sampled_from(["once", "yearly"]))
def test_rent_paid_at_once_or_by_the_year_is_the_same_and_moves_with_the_vintages(count: int, pay: Pay) -> None:
    runner = two_vintages()
    before = cash(runner, "steel"), cash(runner, "cement")
    own = {name: each for name, (each, _) in held(runner, "cement").items()}
    number = leased(runner, count, pay)
    if pay == "yearly":
        assert held(runner, "cement")[NEXT] == (own[NEXT], 0)
        assert held(runner, "steel")[NEXT][1] == count, "the next vintage waits, set aside"
        done(runner, "cement", c.PayRent(number))
    rent = cash(runner, "steel") - before[0]
    assert rent == before[1] - cash(runner, "cement")
    assert abs(rent - 2 * count * RENT / 1000) <= 1
    assert held(runner, "cement") == {name: (each + count, count) for name, each in own.items()}
    assert why(runner, "cement", c.PayRent(number)) is Why.NOTHING_DUE
    check_state(runner.state)


def test_what_is_leased_is_for_use_and_not_for_sale() -> None:
    runner = two_vintages()
    leased(runner, 5_000, lessee="fund")

    assert why(runner, "fund", c.PlaceOrder("fund", SERIES, "sell", 100, 400_000)) is Why.INSUFFICIENT_HOLDING
    assert why(runner, "fund", c.Transfer("fund", "broker", SERIES, 1)) is Why.INSUFFICIENT_HOLDING
    body = c.PledgeAllowances("fund", "broker", SERIES, 1, 1, "2027-12-31")
    assert why(runner, "fund", body) is Why.INSUFFICIENT_HOLDING


@pytest.mark.parametrize("allowed", [True, False])
def test_surrender_uses_what_is_leased_first_where_the_law_lets_it(allowed: bool) -> None:
    runner = two_vintages(lease={"surrender": allowed})
    number = leased(runner, 5_000)
    own = runner.state.ledger.held_of("cement", SERIES).free
    verified(runner, "cement", 3_000_000)
    done(runner, "cement", c.Surrender("s-cement", 2027, "SO2", 3_000), instant("2028-05-02"))

    assert runner.state.leases[number].leased[SERIES] == (2_000 if allowed else 5_000)
    assert runner.state.ledger.held_of("cement", SERIES).free == (own if allowed else own - 3_000)
    check_state(runner.state)


@pytest.mark.parametrize(("leftovers", "back"), [("hand_back", 4_000), ("keep", 0)])
def test_what_is_left_at_the_end_goes_back_or_stays_as_the_law_says(leftovers: str, back: int) -> None:
    runner = two_vintages(lease={"leftovers": leftovers})
    number = leased(runner, 5_000)
    verified(runner, "cement", 1_000_000)
    done(runner, "cement", c.Surrender("s-cement", 2027, "SO2", 1_000), instant("2028-05-02"))
    mine = runner.state.ledger.held_of("steel", SERIES).count
    assert why(runner, "steel", c.EndLease(number), instant("2029-06-30")) is Why.TOO_EARLY
    done(runner, "steel", c.EndLease(number), instant("2029-07-01"))

    assert runner.state.ledger.held_of("steel", SERIES).count == mine + back
    assert number not in runner.state.leases
    assert all(aside == 0 for _, aside in held(runner, "cement").values())
    check_state(runner.state)


def test_rent_that_is_not_paid_ends_what_was_not_paid_for_and_no_more() -> None:
    runner = two_vintages()
    number = leased(runner, 5_000, "yearly")
    patient = instant("2028-02-15", 12)
    assert why(runner, "steel", c.EndLease(number), patient) is Why.TOO_EARLY
    (short,) = done(runner, "steel", c.EndLease(number), instant("2028-02-16")).events

    assert isinstance(short, e.LeaseShortened)
    assert short.kept == (NEXT,)
    assert short.ends == "2028-06-30"
    assert runner.state.leases[number].leased == {SERIES: 5_000}, "2027 is paid for, and may be used to its last day"
    assert held(runner, "steel")[NEXT][1] == 0
    check_state(runner.state)


def test_leased_allowances_are_leased_on_only_where_the_law_lets_it() -> None:
    runner = two_vintages()
    number = leased(runner, 5_000)
    on = c.OfferLease("cement", "fund", SERIES, 1_000, RENT, "once", number)
    assert why(runner, "cement", on) is Why.WRONG_KIND
    assert why(runner, "fund", c.OfferLease("fund", "broker", SERIES, 1, RENT, "once", number)) is Why.UNKNOWN_LEASE


def test_a_lease_is_leased_on_in_part_and_finds_its_way_back() -> None:
    runner = two_vintages(lease={"sublease": True})
    number = leased(runner, 5_000)
    before = held(runner, "steel")
    too_much = c.OfferLease("cement", "fund", SERIES, 5_001, RENT, "once", number)
    assert why(runner, "cement", too_much) is Why.INSUFFICIENT_HOLDING
    (offer,) = done(runner, "cement", c.OfferLease("cement", "fund", SERIES, 2_000, RENT, "once", number)).events
    assert isinstance(offer, e.LeaseOffered)
    (part,) = done(runner, "fund", c.AcceptLease(offer.lease)).events
    assert isinstance(part, e.LeaseDelivered)
    assert part.entry[0] == Paid("fund", "cement", 40_000)
    assert held(runner, "fund")[SERIES] == (2_000, 2_000)
    assert why(runner, "cement", c.EndLease(number)) is Why.TOO_EARLY, "a part of it is leased on"
    after = instant("2029-07-01")
    done(runner, "steel", c.EndLease(offer.lease), after)
    assert runner.state.leases[number].leased[SERIES] == 5_000
    done(runner, "steel", c.EndLease(number), after)

    assert held(runner, "steel")[SERIES] == (before[SERIES][0] + 5_000, 0)
    assert held(runner, "fund") == {}
    check_state(runner.state)


def test_a_lease_of_an_account_that_is_frozen_delivers_nothing_and_still_ends() -> None:
    runner = two_vintages()
    number = leased(runner, 5_000, "yearly")
    done(runner, AUTHORITY, c.FreezeAccount("cement", "insolvent"))

    assert why(runner, "cement", c.PayRent(number)) is Why.ACCOUNT_FROZEN
    assert why(runner, "cement", c.EndLease(number)) is Why.ACCOUNT_FROZEN
    done(runner, "steel", c.EndLease(number), instant("2029-07-01"))
    assert all(aside == 0 for _, aside in (*held(runner, "steel").values(), *held(runner, "cement").values()))


def test_a_term_that_is_too_long_is_refused() -> None:
    runner = two_vintages(lease={"longest_years": 1})

    assert why(runner, "steel", c.OfferLease("steel", "fund", STRIP, 100, RENT, "once")) is Why.TERM_TOO_LONG
    assert why(runner, "steel", c.OfferLease("steel", "fund", SERIES, 100, 0, "once")) is Why.NOT_POSITIVE
    assert why(runner, "steel", c.OfferLease("steel", "steel", SERIES, 100, RENT, "once")) is Why.WRONG_KIND
    late = instant("2028-07-01")
    assert why(runner, "steel", c.OfferLease("steel", "fund", SERIES, 100, RENT, "once"), late) is Why.TOO_LATE
