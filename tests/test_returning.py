"""What was granted comes back: never what is owed, never from who bought it, never more than the rule says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.compliance.withdrawable import excess, gone, idle, takeable
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK, INSPECTOR
from airshed.model.period import DAY_MS
from airshed.model.refusal import Why
from airshed.registry.accounts import TREASURY
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, SERIES, done, market, send, why

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RESERVE = "reserve-KM"
SoldOn = Literal["make_up", "pay_back", "none"]
LATER = instant("2027-05-01")


def lawful(sold_on: SoldOn = "make_up", price: int = 5_000, **changed: Any) -> Rulebook:
    """The shipped law with one way for what is sold on, and one price."""
    replace = msgspec.structs.replace
    grounds = tuple(replace(each, sold_on=sold_on, price_basis_points=price) for each in RULES.withdrawal_grounds)
    return replace(RULES, withdrawal_grounds=grounds, withdrawal=replace(RULES.withdrawal, **changed))


def granting(rules: Rulebook = RULES) -> Runner:
    """The market with a treasury that can pay."""
    runner = market(rules=rules)
    done(runner, BANK, c.Deposit(TREASURY, 10**12))
    done(runner, BANK, c.Deposit("steel", 10**12))
    return runner


def excessive(actual: int, base: int = 1_000) -> c.NoticeWithdrawal:
    return c.NoticeWithdrawal("s-steel", SERIES, "excess", "verified output", actual, base)


def noticed(runner: Runner, body: c.NoticeWithdrawal, at: int = AT) -> e.WithdrawalNoticed:
    event = done(runner, AUTHORITY, body, at).events[-1]
    assert isinstance(event, e.WithdrawalNoticed)
    return event


def held(runner: Runner, account: str, series: str = SERIES) -> int:
    return runner.state.ledger.held_of(account, series).count


# --- the calculator


@given(st.integers(0, 10**9), st.integers(1, 10**9), st.integers(0, 2 * 10**9), st.integers(0, 10_000))
def test_an_excess_is_what_activity_does_not_deserve_and_nothing_within_the_tolerance(
    granted: int, baseline: int, actual: int, tolerance: int
) -> None:
    found = excess(granted, baseline, actual, tolerance)

    within = Fraction(actual, baseline) >= 1 - Fraction(tolerance, 10_000)
    assert found == 0 if within else granted - found >= Fraction(granted * actual, baseline)
    assert 0 <= found <= granted


@given(st.integers(0, 1_000), st.integers(0, 1_000), st.integers(0, 1_000))
def test_what_is_taken_what_is_gone_and_what_stays_make_up_what_the_rule_gives(
    wanted: int, there: int, owed: int
) -> None:
    """What stays is owed for emissions; it is neither taken nor charged for."""
    taken, missing = takeable(wanted, there, owed), gone(wanted, there, owed)

    stays = wanted - taken - missing
    assert 0 <= stays <= min(owed, there)
    assert taken <= max(0, there - owed) or taken == 0


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=4), st.integers(0, 10_000))
def test_a_source_stood_still_when_no_year_is_above_its_share(years: list[tuple[int, int]], share: int) -> None:
    naive = bool(years) and max(Fraction(owed) - Fraction(got * share, 10_000) for owed, got in years) <= 0

    assert idle(years, share) == naive
    assert not idle([*years, None], share)


# --- notices


def test_an_offer_far_from_the_price_hides_nothing() -> None:
    """A sell order is taken back; what it set aside is what the notice blocks."""
    runner = granting()
    whole = held(runner, "steel")
    done(runner, "steel", c.Transfer("steel", "cement", SERIES, whole % 100 + 100))
    left = held(runner, "steel")
    for _ in range(-(-left // RULES.trading.largest_order)):
        free = runner.state.ledger.held_of("steel", SERIES).free
        if free:
            order = c.PlaceOrder("steel", SERIES, "sell", min(free, RULES.trading.largest_order // 100 * 100), 440_000)
            done(runner, "steel", order)
    assert runner.state.ledger.held_of("steel", SERIES).free == 0

    event = noticed(runner, excessive(500))

    assert event.count == whole // 2
    assert not any(order.account == "steel" for order in runner.state.orders.values())
    check_state(runner.state)


def test_what_is_pledged_is_not_taken_from_the_pledgee() -> None:
    runner = granting()
    whole = held(runner, "steel")
    done(runner, "steel", c.PledgeAllowances("steel", "fund", SERIES, whole - 1_000, 10**6, "2027-12-31"))
    done(runner, "fund", c.AcceptPledge(1))

    event = noticed(runner, excessive(0))

    assert (event.count, event.short) == (1_000, whole - 1_000)


def test_what_is_owed_for_emissions_is_left_and_not_charged_for() -> None:
    runner = granting()
    whole = held(runner, "steel")
    emitted = {rule.code: 0 for rule in RULES.pollutants} | {"SO2": (whole - 3_000) * 1_000}
    done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, emitted, "none"), instant("2028-05-02"))

    event = noticed(runner, excessive(0), instant("2028-05-03"))

    assert (event.count, event.short) == (3_000, 0)


def test_an_appeal_that_is_upheld_frees_everything() -> None:
    runner = granting()
    event = noticed(runner, excessive(0))
    assert runner.state.ledger.held_of("steel", SERIES).free == 0
    done(runner, "steel", c.AppealWithdrawal(event.withdrawal, "the meter was wrong"))
    assert why(runner, AUTHORITY, c.DecideAppeal(event.withdrawal, True, "it was")) is Why.OWN_ACT
    done(runner, INSPECTOR, c.DecideAppeal(event.withdrawal, True, "it was"))

    assert runner.state.ledger.held_of("steel", SERIES).held == 0
    assert why(runner, AUTHORITY, c.WithdrawAllowances(event.withdrawal), LATER) is Why.NOTHING_DUE


@pytest.mark.parametrize("sold_on", ["make_up", "pay_back", "none"])
def test_what_is_sold_on_stays_with_who_bought_it(sold_on: SoldOn) -> None:
    """The source makes up for it, or pays the last price, or neither; the buyer never."""
    runner = granting(lawful(sold_on, price=0))
    whole = held(runner, "steel")
    done(runner, "steel", c.Transfer("steel", "fund", SERIES, 40_000))
    event = noticed(runner, excessive(0))
    assert event.count == whole - 40_000
    (withdrawn,) = done(runner, AUTHORITY, c.WithdrawAllowances(event.withdrawal), LATER).events

    assert isinstance(withdrawn, e.AllowancesWithdrawn)
    assert held(runner, "fund") == 40_000
    assert withdrawn.make_up == (40_000 if sold_on == "make_up" else 0)
    assert withdrawn.due_fen == (40_000 * 400 if sold_on == "pay_back" else 0)
    assert runner.state.makeup_due.get(("s-steel", "SO2"), 0) == withdrawn.make_up
    if sold_on == "pay_back":
        before = runner.state.ledger.purses[TREASURY].fen
        done(runner, "steel", c.PayBack(event.withdrawal), LATER)
        assert runner.state.ledger.purses[TREASURY].fen == before + withdrawn.due_fen
    assert why(runner, "steel", c.PayBack(event.withdrawal), LATER) is Why.NOTHING_DUE


@pytest.mark.parametrize("sold_on", ["make_up", "pay_back", "none"])
@pytest.mark.parametrize("made_up", [False, True])
def test_a_withdrawal_shown_wrong_leaves_everybody_as_before(sold_on: SoldOn, made_up: bool) -> None:
    """I2, I3: allowances and money, also when the next allocation has withheld what was to be made up."""
    runner = granting(lawful(sold_on, reversal_days=3_000))
    done(runner, "steel", c.Transfer("steel", "fund", SERIES, 40_000))
    places = ("steel", "fund", RESERVE)
    before = {name: held(runner, name) for name in places}
    cash = {name: runner.state.ledger.purses[name].fen for name in ("steel", TREASURY)}
    number = noticed(runner, excessive(300)).withdrawal
    done(runner, AUTHORITY, c.WithdrawAllowances(number), LATER)
    send(runner, "steel", c.PayBack(number), LATER)
    kept = 0
    if made_up:
        done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028), LATER)
        lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
        (allocated,) = done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines), LATER).events
        assert isinstance(allocated, e.Allocated)
        kept = sum(award.made_up for award in allocated.awards)

    (*_, restored) = done(runner, AUTHORITY, c.RestoreWithdrawn(number, "wrong"), LATER).events

    assert isinstance(restored, e.WithdrawalRestored)
    check_state(runner.state)
    # what an allocation has withheld already comes back in the series that was withdrawn
    assert {name: held(runner, name) for name in places} == before | {
        "steel": before["steel"] + kept,
        RESERVE: before[RESERVE] - kept,
    }
    assert {name: runner.state.ledger.purses[name].fen for name in ("steel", TREASURY)} == cash
    assert runner.state.makeup_due.get(("s-steel", "SO2"), 0) == 0


def test_what_the_reserve_has_given_away_cannot_be_restored() -> None:
    free_hand = msgspec.structs.replace(RULES.reserve, trigger_basis_points=1, containment_basis_points=10_000)
    runner = granting(msgspec.structs.replace(lawful(price=0), reserve=free_hand))
    number = noticed(runner, excessive(0)).withdrawal
    done(runner, AUTHORITY, c.WithdrawAllowances(number), LATER)
    done(runner, AUTHORITY, c.DrawReserve(SERIES, held(runner, RESERVE), "containment", "the price is high"), LATER)

    assert why(runner, AUTHORITY, c.RestoreWithdrawn(number, "wrong"), LATER) is Why.INSUFFICIENT_HOLDING


def test_a_closed_source_is_granted_and_sold_nothing_more_until_it_is_reopened() -> None:
    runner = granting()
    done(runner, AUTHORITY, c.OpenSale("sale", SERIES, 1, 10_000, "2027-12-31"))
    done(runner, AUTHORITY, c.CloseSource("s-steel", "2027-02-01", "the permit was given back"))
    buying = c.BuyAllocation("sale", "s-steel", 1_000, 4_000)

    assert why(runner, "steel", buying) is Why.NOT_ELIGIBLE
    assert why(runner, "steel", c.ApplyForReserve("s-steel", SERIES, "extension", 1_000)) is Why.NOT_ELIGIBLE
    done(runner, AUTHORITY, c.ReopenSource("s-steel", "it burns"))
    done(runner, "steel", buying)


def test_nothing_is_withheld_that_is_not_there_or_beyond_the_part_of_the_grant() -> None:
    """Part of a grant, summed over all that is withheld of it."""
    runner = granting()
    late = instant("2028-05-03")
    grant = runner.state.grants["s-steel", SERIES].count
    withhold = c.Withhold("s-steel", SERIES, "investigation", 2027, grant // 4, "two meters differ")
    done(runner, AUTHORITY, withhold, late)
    done(runner, AUTHORITY, withhold, late)

    assert why(runner, AUTHORITY, msgspec.structs.replace(withhold, count=10), late) is Why.TOO_LARGE
    done(runner, "steel", c.Transfer("steel", RESERVE, SERIES, grant // 2), late)
    done(runner, AUTHORITY, c.ReleaseWithheld(1, "nothing"), late)
    done(runner, "steel", c.Transfer("steel", RESERVE, SERIES, grant // 4), late)
    assert why(runner, AUTHORITY, msgspec.structs.replace(withhold, count=10), late) is Why.INSUFFICIENT_HOLDING


def test_a_ground_that_the_law_does_not_know_withdraws_and_withholds_nothing() -> None:
    replace = msgspec.structs.replace
    runner = granting(replace(RULES, withdrawal_grounds=(), withholding=replace(RULES.withholding, grounds=())))

    assert why(runner, AUTHORITY, excessive(0)) is Why.NOT_ELIGIBLE
    withhold = c.Withhold("s-steel", SERIES, "investigation", 2027, 10, "two meters differ")
    assert why(runner, AUTHORITY, withhold) is Why.NOT_ELIGIBLE


# --- any order of steps

KINDS = (
    *("give", "offer", "pledge", "notice", "appeal", "decide", "withdraw", "pay", "restore", "reverse", "close"),
    *("withhold", "release", "forfeit", "notice", "withdraw", "wait", "wait"),
)
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 40)), max_size=30)


def of_ground(ground: Literal["closure", "idle", "excess", "paid_reduction"], figure: int) -> c.NoticeWithdrawal:
    if ground == "paid_reduction":
        return c.NoticeWithdrawal("s-steel", SERIES, ground, "seen", reduced_kg=figure, public_share=1_000)
    return c.NoticeWithdrawal("s-steel", SERIES, ground, "seen", figure, 1_000)


def wish(runner: Runner, what: str, number: int) -> tuple[str, c.Body]:
    """The command of a step."""
    state = runner.state
    pick, bar = 1 + number % max(1, state.next_withdrawal - 1), 1 + number % max(1, state.next_withholding - 1)
    free = state.ledger.held_of("steel", SERIES).free
    grounds: Sequence[Literal["closure", "idle", "excess", "paid_reduction"]] = ("excess", "paid_reduction", "closure")
    steps: dict[str, tuple[str, c.Body]] = {
        "give": ("steel", c.Transfer("steel", "fund", SERIES, max(1, free * number // 80))),
        "offer": ("steel", c.OfferDeal("transfer", "steel", "fund", SERIES, 1_000 * number, 400_000)),
        "pledge": ("steel", c.PledgeAllowances("steel", "fund", SERIES, 1_000 * number, 10**6, "2029-12-31")),
        "notice": (AUTHORITY, of_ground(grounds[number % 3], number * 30)),
        "appeal": ("steel", c.AppealWithdrawal(pick, "no")),
        "decide": (INSPECTOR, c.DecideAppeal(pick, number % 2 == 0, "seen")),
        "withdraw": (AUTHORITY, c.WithdrawAllowances(pick)),
        "pay": ("steel", c.PayBack(pick)),
        "restore": (AUTHORITY, c.RestoreWithdrawn(pick, "wrong")),
        "reverse": (AUTHORITY, c.ReverseAllocation("s-steel", SERIES, number * 1_000, "twice")),
        "close": (AUTHORITY, c.CloseSource("s-steel", "2026-12-20", "gone")),
        "withhold": (AUTHORITY, c.Withhold("s-steel", SERIES, "unverified_year", 2026, number * 9_000, "late")),
        "release": ("steel", c.ReleaseWithheld(bar)),
        "forfeit": (AUTHORITY, c.ForfeitWithheld(bar, "late")),
    }
    return steps[what]


@SLOW
@given(STEPS, st.sampled_from(["make_up", "pay_back", "none"]))
def test_nothing_is_lost_or_made_on_the_way_back(steps: list[tuple[str, int]], sold_on: SoldOn) -> None:
    """I1 to I4 in whatever order; only the source's own account gives anything back, and the rule's limits hold."""
    replace = msgspec.structs.replace
    rules = lawful(sold_on, notice_days=5, appeal_days=5, reversal_days=900)
    # nobody confirms here, so that many steps fit into an example
    alone = replace(rules.roles, second=())
    runner = granting(replace(rules, roles=alone, withholding=replace(rules.withholding, forfeit_days=20)))
    state, at = runner.state, instant("2027-05-04")
    given_ = state.grants["s-steel", SERIES].count
    for what, number in steps:
        if what == "wait":
            at += number * 10 * DAY_MS
            continue
        answer = send(runner, *wish(runner, what, number), at)
        check_state(state)
        assert sum(position.count for _, position in state.ledger.of_series(SERIES)) == state.ledger.caps[SERIES]
        assert sum(purse.fen for purse in state.ledger.purses.values()) == 0
        for event in answer.events:
            if isinstance(event, e.AllowancesWithdrawn | e.AllocationReversed | e.WithheldForfeited):
                origins = {move.origin for move in event.entry if isinstance(move, Delivered)}
                assert origins <= {"steel"}
        taken = sum(each.withdrawn + each.blocked for each in state.withdrawals.values() if each.state != "restored")
        assert taken <= given_
        withheld = sum(each.blocked for each in state.withholdings.values())
        assert withheld <= given_ * RULES.withholding.most_basis_points // 10_000
        assert all(each.due_fen >= 0 for each in state.withdrawals.values())
