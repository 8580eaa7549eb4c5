"""Paid initial allocation: instalments, what is blocked until it is paid, and what becomes of it when it is not."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK
from airshed.market.instalments import DueDay, first_fen, late_fen, price_of, schedule, unpaid
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.registry.accounts import TREASURY
from airshed.rulebook.load import read
from beijing import instant
from laws import FILES, RULES
from markets import AT, AUTHORITY, SERIES, adopting_next, done, market, send, why

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHARES = st.lists(st.integers(1, 9_999), max_size=5, unique=True).map(
    lambda cuts: [b - a for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), 10_000], strict=True)]
)


# --- the calculator


@given(st.integers(0, 10**15), SHARES)
def test_instalments_make_up_the_price_to_the_fen(left: int, shares: list[int]) -> None:
    """I3."""
    due = schedule(left, 2027, [DueDay("09-30", n, share) for n, share in enumerate(shares, 1)])

    assert sum(each.fen for each in due) == left
    assert all(each.fen > 0 for each in due)
    assert [each.on for each in due] == sorted(each.on for each in due)


@given(st.integers(1, 10**9), st.integers(1, 10**15), st.integers(0, 10_000), SHARES)
def test_what_is_blocked_is_the_unpaid_share_rounded_up(count: int, total: int, first: int, shares: list[int]) -> None:
    """Never less than is owed for, never a whole allowance more, and nothing when all is paid."""
    paid = first_fen(total, first)
    steps = [unpaid(count, total, paid)]
    for each in schedule(total - paid, 2027, [DueDay("09-30", n, share) for n, share in enumerate(shares, 1)]):
        paid += each.fen
        steps.append(unpaid(count, total, paid))
        assert steps[-1] == ceil(Fraction(count * (total - paid), total))

    assert steps == sorted(steps, reverse=True)
    assert (paid, steps[-1]) == (total, 0)


@given(st.integers(0, 10**13), st.integers(0, 4_000), st.integers(0, 60), st.integers(0, 100), st.integers(0, 20_000))
def test_late_interest_is_simple_after_grace_and_has_a_cap(
    fen: int, days: int, grace: int, rate: int, cap: int
) -> None:
    exact = Fraction(fen * days * rate, 10_000)
    naive = 0 if days <= grace else min(floor(exact + Fraction(1, 2)), floor(Fraction(fen * cap, 10_000)))

    assert late_fen(fen, days, grace, rate, cap) == naive
    assert late_fen(fen, days + 1, grace, rate, cap) >= naive


def test_the_worked_example_of_the_manual() -> None:
    """200 t for two years at 2,000 yuan, 40 % at once, two halves, the last 40 days late."""
    fen = price_of(200_000, 2, 200_000)
    first = first_fen(fen, 4_000)
    halves = schedule(fen - first, 2027, [DueDay("09-30", 1, 5_000), DueDay("09-30", 2, 5_000)])

    assert (fen, first, unpaid(200_000, fen, first)) == (80_000_000, 32_000_000, 120_000)
    assert [tuple(each) for each in halves] == [("2028-09-30", 24_000_000), ("2029-09-30", 24_000_000)]
    assert unpaid(200_000, fen, first + halves[0].fen) == 60_000
    assert late_fen(24_000_000, 40, 15, 5, 10_000) == 480_000


# --- the engine


def selling(until: str = "2027-12-31", count: int = 100_000, **law: Any) -> Runner:
    """The market with a sale in it."""
    replace = msgspec.structs.replace
    rules = replace(RULES, paid_allocation=replace(RULES.paid_allocation, **law)) if law else RULES
    runner = market(rules=rules)
    done(runner, BANK, c.Deposit("steel", 10**12))
    done(runner, AUTHORITY, c.OpenSale("sale", SERIES, 1, count, until))
    return runner


def test_delivery_first_payment_and_block_are_one_entry() -> None:
    """I1 to I4: the auction account gives what the buyer gets, the treasury gets what the buyer pays."""
    runner = selling()
    purses, before = runner.state.ledger.purses, runner.state.ledger.purses[TREASURY].fen
    free = runner.state.ledger.held_of("steel", SERIES).free

    (bought,) = done(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 4_000)).events

    assert isinstance(bought, e.AllocationBought)
    assert (bought.fen, bought.first_fen, bought.blocked) == (200_000, 80_000, 600)
    assert purses[TREASURY].fen - before == 80_000
    position = runner.state.ledger.held_of("steel", SERIES)
    assert (position.free - free, position.held) == (400, 600)
    check_state(runner.state)


def test_who_pays_everything_at_once_has_nothing_blocked() -> None:
    runner = selling()
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 10_000))

    assert runner.state.purchases[1].state == "paid"
    assert runner.state.ledger.held_of("steel", SERIES).held == 0
    assert why(runner, "steel", c.PayInstalment(1)) is Why.NOTHING_DUE
    assert why(runner, AUTHORITY, c.WithdrawUnpaid(1)) is Why.NOTHING_DUE


def test_a_frozen_account_buys_nothing_and_pays_nothing() -> None:
    runner = selling()
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 4_000))
    done(runner, AUTHORITY, c.FreezeAccount("steel", "inspection"))

    assert why(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 4_000)) is Why.ACCOUNT_FROZEN
    assert why(runner, "steel", c.PayInstalment(1)) is Why.ACCOUNT_FROZEN


def test_after_its_last_day_nobody_buys_in_a_sale() -> None:
    runner = selling(until="2027-03-01")
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 4_000))

    late = send(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 4_000), AT + DAY_MS)

    assert late.refusal is not None
    assert late.refusal.why is Why.TOO_LATE


def test_a_term_longer_than_the_law_allows_is_refused() -> None:
    runner = market(
        rules=msgspec.structs.replace(
            RULES, paid_allocation=msgspec.structs.replace(RULES.paid_allocation, longest_years=1)
        )
    )
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))

    assert why(runner, AUTHORITY, c.OpenSale("sale", SERIES, 2, 100, "2027-12-31")) is Why.TOO_LARGE


def test_the_entitlement_may_rest_on_the_last_verified_year() -> None:
    """What was never verified is no base; a zero would be one."""
    runner = selling(base="verified")

    assert why(runner, "steel", c.BuyAllocation("sale", "s-steel", 100, 4_000)) is Why.NOT_ELIGIBLE


def test_the_entitlement_is_summed_over_all_purchases() -> None:
    runner = selling(entitlement_basis_points=1)
    most = runner.state.grants["s-steel", SERIES].count // 10_000
    part = most // 200 * 100
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", part, 4_000))
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", part, 4_000))

    assert why(runner, "steel", c.BuyAllocation("sale", "s-steel", 100 + most % 200, 4_000)) is Why.OVER_ENTITLEMENT


def test_a_purchase_keeps_the_terms_of_its_day() -> None:
    """Dated parameters: a later rulebook changes nothing about what was bought before it."""
    runner = selling()
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", 1_000, 4_000))
    replace = msgspec.structs.replace
    law = replace(RULES.paid_allocation, late_basis_points=500, grace_days=0)
    runner.rules = replace(RULES, paid_allocation=law, programme=replace(RULES.programme, version="next"))
    done(runner, AUTHORITY, adopting_next(runner.rules))
    (paid,) = done(runner, "steel", c.PayInstalment(1), instant("2028-10-20")).events

    assert isinstance(paid, e.InstalmentPaid)
    assert paid.interest_fen == late_fen(60_000, 20, 15, 5, 10_000) == 600


def test_what_is_blocked_stays_when_the_year_is_closed() -> None:
    """It counts against the banking limit, and does not go to the reserve behind the back of the purchase."""
    runner = selling()
    done(runner, "steel", c.BuyAllocation("sale", "s-steel", 10_000, 4_000))
    emitted = {rule.code: 1_000_000 for rule in RULES.pollutants}
    determined = c.DetermineYear("s-steel", 2027, emitted, "no report")
    done(runner, AUTHORITY, determined, instant("2028-05-02"))
    position = runner.state.ledger.held_of("steel", SERIES)

    (closed,) = done(runner, AUTHORITY, c.CloseYear("steel", 2027), instant("2028-07-02")).events

    assert isinstance(closed, e.YearClosed)
    assert closed.banked == {SERIES: 200}
    assert (position.count, position.held) == (6_000, 6_000)
    check_state(runner.state)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["buy", "buy", "pay", "pay", "withdraw", "give", "order", "wait", "close"]),
        st.sampled_from(["steel", "cement"]),
        st.integers(1, 40),
    ),
    max_size=25,
)


@SLOW
@given(STEPS)
def test_nothing_is_lost_or_made_on_the_way_of_a_purchase(steps: list[tuple[str, str, int]]) -> None:
    """I1 to I4 in whatever order people buy, pay, are late, are withdrawn from, and try to sell what is blocked."""
    runner = selling()
    done(runner, BANK, c.Deposit("cement", 10**12))
    state = runner.state
    at = AT
    for what, name, number in steps:
        body: c.Body
        actor = name
        if what == "buy":
            body = c.BuyAllocation("sale", f"s-{name}", number * 100, 4_000 + number * 150)
        elif what == "pay":
            body = c.PayInstalment(number % 4 + 1)
        elif what == "withdraw":
            actor, body = AUTHORITY, c.WithdrawUnpaid(number % 4 + 1)
        elif what == "give":
            held = state.ledger.held_of(name, SERIES)
            body = c.Transfer(name, "fund", SERIES, max(1, held.free + number - 20))
        elif what == "order":
            held = state.ledger.held_of(name, SERIES)
            body = c.PlaceOrder(name, SERIES, "sell", min(held.count // 100 * 100, 2_000_000), 400_000)
        elif what == "wait":
            at += number * 20 * DAY_MS
            continue
        else:
            actor, body = AUTHORITY, c.CloseSale("sale")
        send(runner, actor, body, at)
        check_state(state)
        owned = sum(position.count for _, position in state.ledger.of_series(SERIES))
        assert owned == state.ledger.caps[SERIES]
        for purchase in state.purchases.values():
            owed = sum(each.fen for each in purchase.due)
            kept = purchase.count - purchase.withdrawn
            assert purchase.state == "withdrawn" or purchase.paid_fen + owed == purchase.fen
            assert purchase.state != "withdrawn" or kept == purchase.count * purchase.paid_fen // purchase.fen
            held = state.ledger.held_of(purchase.account, SERIES)
            assert held.count >= purchase.blocked


# --- the law


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("basis_points = 5_000\ncite", "basis_points = 4_000\ncite", "the shares make up 90 %, not 100 %"),
        ("years_later = 2", "years_later = 1", "does not fall due after the one before"),
        (
            'on = "09-30"\nyears_later = 1',
            'on = "02-29"\nyears_later = 1',
            "there is no such day in every year as 02-29",
        ),
        ("withdraw_after_days = 90", "withdraw_after_days = 9", "what is in grace cannot be withdrawn"),
        ("year_fen_per_t = 200_000", "year_fen_per_t = 200_001", "are not worth whole fen"),
        ('pollutant = "SO2"\nyear', 'pollutant = "SO3"\nyear', "no such pollutant 'SO3'"),
        ('pollutant = "NOx"\nyear', 'pollutant = "SO2"\nyear', "SO2 has a price already"),
    ],
)
def test_a_contradiction_of_the_terms_is_named(old: str, new: str, said: str) -> None:
    law = FILES["rulebook.toml"].decode()
    assert old in law

    found = read({**FILES, "rulebook.toml": law.replace(old, new, 1).encode()})[1]

    assert any(said in str(fault) for fault in found), [str(fault) for fault in found]


def test_a_law_without_instalments_asks_for_everything_at_once() -> None:
    law = FILES["rulebook.toml"].decode()
    start = law.index("[[instalments]]")
    bare = "instalments = []\n" + law[:start] + law[law.index("[new_entrants]") :]

    (fault,) = read({**FILES, "rulebook.toml": bare.encode()})[1]
    assert "add them, or write 10000" in str(fault)
    whole = bare.replace("\nfirst_basis_points = 4_000", "\nfirst_basis_points = 10_000")
    assert read({**FILES, "rulebook.toml": whole.encode()})[1] == []
