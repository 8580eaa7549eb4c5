"""What nobody surrendered of a vintage is written off by two, years after its end; what is set aside stays."""

from __future__ import annotations

import msgspec

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.runner import Runner
from airshed.model.allowance import count_of
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook
from laws import RULES
from markets import AUTHORITY, REGISTRAR, SERIES, done, market, proposed, send, why

#: The last instant at which 2027 of the small market may still be held: it counts for 2028 too, and a year is given.
LAST = deadline(RULES, 2027 + RULES.allowance.vintages_back + 1)
THE_REST = c.WriteOff(SERIES)


def law(years: int | None) -> Rulebook:
    transactions = msgspec.structs.replace(RULES.transactions, write_off_years=years)
    return msgspec.structs.replace(RULES, transactions=transactions)


def held(runner: Runner) -> dict[str, int]:
    return {
        account: position.count
        for (account, series), position in runner.state.ledger.positions.items()
        if series == SERIES and position.count
    }


def test_all_that_is_left_goes_to_where_the_cancelled_lie_and_the_cap_still_adds_up() -> None:
    runner = market()
    cap = runner.state.ledger.caps[SERIES]
    done(runner, AUTHORITY, c.FreezeAccount("cement", "dormant"))
    holders = set(held(runner))
    assert {"steel", "cement"} < holders

    (event,) = done(runner, AUTHORITY, THE_REST, LAST + 1).events
    assert isinstance(event, e.AllowancesWrittenOff)
    assert {move.origin for move in event.entry if isinstance(move, Delivered)} == holders
    assert event.count == sum(count_of(move.blocks) for move in event.entry if isinstance(move, Delivered)) == cap
    assert held(runner) == {"cancelled-KM": cap}
    check(runner.state)
    assert why(runner, AUTHORITY, THE_REST, LAST + 1) is Why.NOTHING_DUE


def test_not_a_moment_too_early_and_not_by_one_alone() -> None:
    runner = market()
    refusal = send(runner, AUTHORITY, THE_REST, LAST).refusal
    assert refusal is not None
    assert (refusal.why, refusal.cite) == (
        Why.TOO_EARLY,
        "Demonstration measures (assumed), art. 16 and transactions.csv",
    )
    assert refusal.detail == "SO2-KM-2027 may still be held; it is written off after 2030-06-30"
    before = held(runner)
    act = proposed(runner, AUTHORITY, THE_REST, LAST + 1).act
    assert held(runner) == before
    assert why(runner, AUTHORITY, c.ConfirmAct(act), LAST + 1) is Why.OWN_ACT
    assert why(runner, REGISTRAR, THE_REST, LAST + 1) is Why.ROLE_MAY_NOT
    assert why(runner, AUTHORITY, c.WriteOff("SO2-KM-2099"), LAST + 1) is Why.UNKNOWN_SERIES


def test_what_is_set_aside_stays_until_it_is_free() -> None:
    """A pledge that stands is the pledgee's: it is written off once it has ended."""
    runner = market()
    pledged = done(runner, "steel", c.PledgeAllowances("steel", "fund", SERIES, 100, 1_000_000, "2035-12-31"))
    (offer,) = (event for event in pledged.events if isinstance(event, e.PledgeOffered))
    done(runner, "fund", c.AcceptPledge(offer.pledge))
    done(runner, AUTHORITY, THE_REST, LAST + 1)
    assert held(runner)["steel"] == 100
    refusal = send(runner, AUTHORITY, THE_REST, LAST + 1).refusal
    assert refusal is not None
    assert refusal.detail == "nobody holds any of SO2-KM-2027 but what is set aside, 100"
    done(runner, "fund", c.ReleasePledge(offer.pledge), LAST + 1)
    done(runner, AUTHORITY, THE_REST, LAST + 1)
    assert set(held(runner)) == {"cancelled-KM"}


def test_a_law_that_says_no_years_writes_nothing_off() -> None:
    runner = market()
    runner.rules = law(None)
    assert why(runner, AUTHORITY, THE_REST, LAST + 1) is Why.WRONG_KIND
    runner.rules = law(5)
    assert why(runner, AUTHORITY, THE_REST, LAST + 1) is Why.TOO_EARLY


def test_a_vintage_that_counts_for_good_is_never_written_off() -> None:
    runner = market()
    runner.rules = msgspec.structs.replace(RULES, allowance=msgspec.structs.replace(RULES.allowance, vintages_back=100))
    assert why(runner, AUTHORITY, THE_REST, LAST + 1) is Why.TOO_EARLY


def test_what_was_never_shared_out_is_nobodys_and_stays_to_be_shared_out() -> None:
    runner = market()
    done(runner, AUTHORITY, c.SetCap("SO2", "QJ", 2027))
    assert why(runner, AUTHORITY, c.WriteOff("SO2-QJ-2027"), LAST + 1) is Why.NOTHING_DUE
