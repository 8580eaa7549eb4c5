"""New and extended sources: what a capacity earns, who is served when too many ask, what it costs."""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.reserve import entrants_left
from airshed.engine.invariants import check as check_state
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.lab.simulator.small_market import BANK
from airshed.model.measures import value_fen
from airshed.model.refusal import Why
from airshed.registry.accounts import TREASURY
from airshed.rulebook import lookup
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, SERIES, done, market, send, why

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
AFTER = instant("2027-10-01")
NEW = ("s-new-1", "s-new-2", "s-new-3")
BENCHMARK_G = lookup.benchmark(RULES, "cement", "SO2").benchmark_g


def entering(**law: Any) -> Runner:
    """The market with three new kilns in it, and rich firms."""
    replace = msgspec.structs.replace
    runner = market(rules=replace(RULES, new_entrants=replace(RULES.new_entrants, **law)))
    for source in NEW:
        done(runner, AUTHORITY, c.RegisterSource(source, source, "cement", "KM", "cement", True))
    for name in ("steel", "cement"):
        done(runner, BANK, c.Deposit(name, 10**12))
    return runner


def apply(source: str, capacity: int, kind: Literal["new", "extension"] = "new") -> c.ApplyForReserve:
    return c.ApplyForReserve(source, SERIES, kind, capacity)


def test_a_capacity_earns_benchmark_times_technique_times_utilisation() -> None:
    """800,000 t at 75 % and nine tenths of 250 g: 135 t."""
    runner = entering(bat_basis_points=9_000)
    (made,) = done(runner, "cement", apply("s-new-1", 800_000)).events

    assert isinstance(made, e.ApplicationMade)
    assert made.wanted == 800_000 * 75 // 100 * (BENCHMARK_G * 9 // 10) // 1_000 == 135_000
    assert made.held == value_fen(135_000, 200_000)


CLAIMS = st.lists(st.tuples(st.sampled_from(NEW), st.integers(1, 900_000)), max_size=3, unique_by=lambda each: each[0])


@SLOW
@given(CLAIMS, st.sampled_from(["pro_rata", "first_come"]), st.sampled_from([0, 5_000, 10_000, 12_500]))
def test_nobody_gets_more_than_it_earns_and_all_together_no_more_than_is_kept(
    claims: list[tuple[str, int]], order: str, price: int
) -> None:
    """I2, I3: what is granted leaves the reserve, what it costs reaches the treasury, what was set aside is free."""
    runner = entering(order=order, price_basis_points=price)
    state = runner.state
    kept = entrants_left(state, SERIES)
    wanted: dict[str, int] = {}
    for source, capacity in claims:
        answer = send(runner, "cement", apply(source, capacity))
        check_state(state)
        if answer.refusal is None:
            wanted[source] = capacity * BENCHMARK_G * 75 // 100_000
    if not wanted:
        return
    before = (state.ledger.held_of("cement", SERIES).count, state.ledger.purses["cement"].fen)
    treasury = state.ledger.purses[TREASURY].fen

    granted = done(runner, AUTHORITY, c.GrantReserve(SERIES), AFTER).events[-1]

    assert isinstance(granted, e.ReserveGranted)
    check_state(state)
    got = {grant.source: grant.count for grant in granted.grants}
    assert all(count <= wanted[source] for source, count in got.items())
    assert sum(got.values()) == min(kept, sum(wanted.values()))
    if order == "first_come":
        left = kept
        for source, count in got.items():
            assert count == min(left, wanted[source])
            left -= count
    else:
        whole = sum(wanted.values())
        assert all(abs(count * whole - wanted[s] * sum(got.values())) <= whole for s, count in got.items())
    paid = sum(grant.fen for grant in granted.grants)
    assert state.ledger.held_of("cement", SERIES).count == before[0] + sum(got.values())
    assert state.ledger.purses["cement"].fen == before[1] - paid
    assert state.ledger.purses[TREASURY].fen == treasury + paid
    assert state.ledger.purses["cement"].held == 0
    assert entrants_left(state, SERIES) == kept - sum(got.values())


def test_what_a_source_has_to_make_up_for_stays_in_the_reserve_and_costs_nothing() -> None:
    """Applying for the reserve is no way around a make-up."""
    runner = entering()
    most = RULES.trade_rules.largest_transfer or 0
    while left := runner.state.ledger.held_of("cement", SERIES).count:
        done(runner, "cement", c.Transfer("cement", "fund", SERIES, min(left, most)))
    done(runner, AUTHORITY, c.ReverseAllocation("s-cement", SERIES, 5_000, "counted twice"))
    assert runner.state.makeup_due["s-cement", "SO2"] == 5_000
    done(runner, "cement", apply("s-cement", 400_000, "extension"))

    granted = done(runner, AUTHORITY, c.GrantReserve(SERIES), AFTER).events[-1]

    assert isinstance(granted, e.ReserveGranted)
    (grant,) = granted.grants
    assert (grant.count, grant.made_up, grant.fen) == (70_000, 5_000, value_fen(70_000, 200_000))
    assert runner.state.makeup_due["s-cement", "SO2"] == 0
    check_state(runner.state)


def test_the_application_of_a_frozen_account_waits() -> None:
    runner = entering()
    done(runner, "cement", apply("s-new-1", 8_000))
    done(runner, AUTHORITY, c.FreezeAccount("cement", "an inquiry"))

    assert why(runner, AUTHORITY, c.GrantReserve(SERIES), AFTER) is Why.NOTHING_DUE
    assert why(runner, "cement", apply("s-new-2", 8_000)) is Why.ACCOUNT_FROZEN
    done(runner, AUTHORITY, c.ThawAccount("cement"), AFTER)
    done(runner, AUTHORITY, c.GrantReserve(SERIES), AFTER)


def test_first_come_is_served_before_the_last_day_to_apply() -> None:
    runner = entering(order="first_come")
    done(runner, "cement", apply("s-new-1", 8_000))

    done(runner, AUTHORITY, c.GrantReserve(SERIES), AT)
    assert runner.state.applications[1].state == "granted"
    assert why(runner, "cement", apply("s-new-1", 8_000)) is Why.ALREADY_EXISTS


def test_what_nobody_was_granted_goes_to_auction_or_stays_as_the_law_says() -> None:
    end = instant("2027-12-31")
    runner = entering()
    kept = entrants_left(runner.state, SERIES)
    before = runner.state.ledger.held_of("auction-KM", SERIES).count
    done(runner, AUTHORITY, c.ReleaseUnused(SERIES), end)
    assert runner.state.ledger.held_of("auction-KM", SERIES).count == before + kept
    check_state(runner.state)

    assert why(entering(unused_to="reserve"), AUTHORITY, c.ReleaseUnused(SERIES), end) is Why.TOO_LATE


def test_what_nobody_was_granted_goes_back_to_those_that_share_the_cap_in_proportion() -> None:
    """As a new unit set-aside of the US Cross-State Air Pollution Rule (40 CFR 97.412(a))."""
    end = instant("2027-12-31")
    runner = entering(unused_to="sources")
    state = runner.state
    done(runner, "cement", apply("s-new-1", 8_000))
    done(runner, AUTHORITY, c.GrantReserve(SERIES), AFTER)
    kept = entrants_left(state, SERIES)
    given = {source: state.grants[source, SERIES].count for source in ("s-steel", "s-cement")}
    held = {account: state.ledger.held_of(account, SERIES).count for account in ("steel", "cement")}
    (released,) = done(runner, AUTHORITY, c.ReleaseUnused(SERIES), end).events
    assert isinstance(released, e.UnusedReleased)
    got = {share.source: share.count for share in released.shares}
    assert sum(got.values()) == released.count == kept
    assert set(got) == set(given), "a new source, which the reserve served, has no part"
    for source, count in got.items():
        assert abs(count - kept * given[source] / sum(given.values())) < 1
        assert state.grants[source, SERIES].count == given[source] + count
        assert state.ledger.held_of(source[2:], SERIES).count == held[source[2:]] + count
    assert why(runner, AUTHORITY, c.ReleaseUnused(SERIES), end) is Why.NOTHING_DUE
    check_state(state)
    mirror = Mirror()
    for line in runner.journal.lines(0):
        mirror.follow(decode(line), runner.rules)
