"""Compliance over the years in a book: excluded years, corrections after the settlement, where a source stands."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.compliance.amending import Settled, amend
from airshed.compliance.status import STRICT, UK, Convention, convention_of
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures.deadlines import deadline
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import VERIFIERS
from airshed.model.refusal import Why
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.tables import ShortfallPeriod
from airshed.service.book.standing import SourceStanding, standings
from beijing import instant
from laws import RULES
from markets import AUTHORITY, confirmed, done, market, proposed, send, why

COUNTS = st.integers(0, 1_000)


@given(COUNTS, COUNTS, COUNTS, st.integers(0, 4_000))
def test_a_correction_keeps_every_allowance_owed_in_one_place(given_up: int, short: int, extra: int, owed: int) -> None:
    """And what was surrendered goes back only when nothing is unpaid any more."""
    before = Settled(given_up, short, extra)
    after, back = amend(before, owed)

    assert after.obligation == owed
    assert after.surrendered + back == given_up
    assert min(after.surrendered, after.shortfall, after.extra) >= 0
    assert not back or after.shortfall == after.extra == 0
    assert after.extra <= extra or owed > before.obligation
    assert after.shortfall <= short


@given(COUNTS, COUNTS, st.lists(st.integers(0, 4_000), max_size=6))
def test_corrections_one_after_the_other_end_where_the_last_one_says(
    given_up: int, short: int, owed: list[int]
) -> None:
    settled, back = Settled(given_up, short), 0
    for obligation in owed:
        settled, gone = amend(settled, obligation)
        back += gone

    assert settled.obligation == (owed[-1] if owed else given_up + short)
    assert settled.surrendered + back == given_up


# --- in a book

SOURCE = "s-steel"
START, AFTER = instant("2028-02-01", 9), deadline(RULES, 2027) + 1


def codes(runner: Runner) -> dict[str, int]:
    """A mass of every pollutant that the source owes, in grams."""
    return dict.fromkeys((rule.code for rule in lookup.owed(RULES, runner.state.sources[SOURCE].sector)), 0)


def settled(so2_kg: int = 100, given_up: int = 100) -> tuple[Runner, str]:
    """A market in which the steelworks has a determined year, gave some up, and is settled; and its account."""
    runner = market()
    account = runner.state.sources[SOURCE].account
    done(runner, AUTHORITY, c.DetermineYear(SOURCE, 2027, {**codes(runner), "SO2": so2_kg * 1_000}, "a test"), START)
    if given_up:
        done(runner, account, c.Surrender(SOURCE, 2027, "SO2", given_up), START)
    for source in runner.state.sources.values():
        if source.account == account and source.id != SOURCE:
            done(runner, AUTHORITY, c.ExcludeYear(source.id, 2027, "a test"), START)
    done(runner, AUTHORITY, c.CloseYear(account, 2027), AFTER)
    return runner, account


def amended(runner: Runner, so2_kg: int, at: int = AFTER) -> e.YearAmended:
    answer = done(runner, AUTHORITY, c.AmendYear(SOURCE, 2027, {**codes(runner), "SO2": so2_kg * 1_000}, "found"), at)
    (event,) = answer.events
    assert isinstance(event, e.YearAmended)
    return event


def test_of_two_corrections_that_wait_the_one_that_is_confirmed_takes_the_other_off() -> None:
    """Confirmed afterwards, the older figures would stand over the newer ones."""
    runner, _ = settled(1_000, 1_000)
    acts = [
        proposed(runner, AUTHORITY, c.AmendYear(SOURCE, 2027, {**codes(runner), "SO2": kg * 1_000}, "found"), AFTER)
        for kg in (1_100, 1_200)
    ]
    fell, event = confirmed(runner, acts[1], AFTER).events
    assert isinstance(fell, e.ActRejected)
    assert isinstance(event, e.YearAmended)
    assert fell.act == acts[0].act
    assert not runner.state.acts


def of_so2(event: e.YearAmended) -> e.Amended:
    return next(each for each in event.amended if each.pollutant == "SO2")


def seen(runner: Runner, year: int) -> SourceStanding:
    found = [each for each in standings(runner.state, year) if each.source == SOURCE]
    return next((each for each in found if each.pollutant == "SO2"), found[0])


def test_an_excluded_year_obliges_to_nothing_and_stands_so() -> None:
    runner = market()
    account = runner.state.sources[SOURCE].account
    done(runner, AUTHORITY, c.ExcludeYear(SOURCE, 2027, "stood still (art. 3)"), START)
    assert seen(runner, 2028).status == "EXCLUDED"
    figures = {**codes(runner), "SO2": 1}
    assert why(runner, AUTHORITY, c.DetermineYear(SOURCE, 2027, figures, "late"), START) is Why.YEAR_CLOSED
    assert why(runner, account, c.Surrender(SOURCE, 2027, "SO2", 1), START) is Why.NOT_VERIFIED
    assert why(runner, AUTHORITY, c.ExcludeYear(SOURCE, 2027, "again"), START) is Why.ALREADY_EXISTS

    done(runner, AUTHORITY, c.IncludeYear(SOURCE, 2027, "ran after all"), START)
    assert seen(runner, 2028).status == "C"
    assert why(runner, AUTHORITY, c.IncludeYear(SOURCE, 2027, "again"), START) is Why.NOTHING_DUE


def test_a_year_that_cannot_be_is_not_excluded_and_makes_no_year_of_a_source() -> None:
    """An exclusion of 2020 made a source that owed and gave 2027 one that had not reported since 2020."""
    runner = market()
    before = seen(runner, 2028)
    assert why(runner, AUTHORITY, c.ExcludeYear(SOURCE, 2020, "stood still"), START) is Why.NOTHING_DUE

    runner.state.excluded[SOURCE, 2020] = "as an older book may hold it"
    assert seen(runner, 2028) == before


def test_a_year_with_a_figure_is_not_excluded_and_a_settled_one_is_amended() -> None:
    runner = market()
    done(runner, AUTHORITY, c.DetermineYear(SOURCE, 2027, {**codes(runner), "SO2": 5_000}, "a test"), START)
    assert why(runner, AUTHORITY, c.ExcludeYear(SOURCE, 2027, "late"), START) is Why.YEAR_CLOSED
    assert why(runner, AUTHORITY, c.AmendYear(SOURCE, 2027, codes(runner), "early"), START) is Why.TOO_EARLY
    runner, _ = settled()
    assert why(runner, AUTHORITY, c.ExcludeYear(SOURCE, 2027, "late"), AFTER) is Why.YEAR_CLOSED
    assert why(runner, AUTHORITY, c.AmendYear(SOURCE, 2027, {"SO2": 1}, "one"), AFTER) is Why.HOURS_MISSING
    assert why(runner, AUTHORITY, c.AmendYear(SOURCE, 2027, codes(runner), " "), AFTER) is Why.UNEXPLAINED
    same = {**codes(runner), "SO2": 100_000}
    assert why(runner, AUTHORITY, c.AmendYear(SOURCE, 2027, same, "same"), AFTER) is Why.NOTHING_DUE


def test_what_a_correction_adds_is_surrendered_for_until_the_next_deadline() -> None:
    runner, account = settled()
    event = amended(runner, 115)
    assert (of_so2(event).extra, event.until) == (15, "2029-06-30")
    assert seen(runner, 2028).status == "B"

    assert why(runner, account, c.Surrender(SOURCE, 2027, "SO2", 16), AFTER) is Why.TOO_LARGE
    done(runner, account, c.Surrender(SOURCE, 2027, "SO2", 15), AFTER)
    assert seen(runner, 2028).status == "A"
    assert not runner.state.extras
    assert why(runner, account, c.Surrender(SOURCE, 2027, "SO2", 1), AFTER) is Why.YEAR_CLOSED


def test_what_nobody_surrenders_in_time_is_missing_with_the_next_settlement() -> None:
    runner, account = settled()
    amended(runner, 130)
    late = deadline(RULES, 2028) + 1
    assert why(runner, account, c.Surrender(SOURCE, 2027, "SO2", 30), late) is Why.TOO_LATE
    for source in runner.state.sources.values():
        if source.account == account:
            done(runner, AUTHORITY, c.ExcludeYear(source.id, 2028, "a test"), late)
    (closed,) = done(runner, AUTHORITY, c.CloseYear(account, 2028), late).events[-1:]

    assert isinstance(closed, e.YearClosed)
    (missing,) = closed.late
    law = RULES.shortfall
    assert (missing.shortfall, missing.makeup) == (30, 30)
    assert missing.penalty_fen == 30 * missing.price * law.price_multiple // 1_000
    assert runner.state.years[SOURCE, 2027].due_fen["SO2"] == missing.penalty_fen
    assert (seen(runner, 2029).status, not runner.state.extras) == ("B", True)


def test_less_walks_back_through_what_is_not_paid_and_then_gives_back() -> None:
    """100 owed, 90 given: 10 were missing, fined and are to be made up."""
    runner, account = settled(given_up=90)
    year, key = runner.state.years[SOURCE, 2027], (SOURCE, "SO2")
    before, held = year.due_fen["SO2"], runner.state.ledger.held_of(account, "SO2-KM-2027").count

    event = amended(runner, 94)
    assert (of_so2(event).shortfall, event.entry) == (4, ())
    assert year.due_fen["SO2"] == before * 4 // 10
    assert runner.state.makeup_due[key] == 4

    event = amended(runner, 80)
    assert (of_so2(event).shortfall, year.due_fen["SO2"], runner.state.makeup_due[key]) == (0, 0, 0)
    assert runner.state.ledger.held_of(account, "SO2-KM-2027").count == held + 10
    assert year.surrendered["SO2"] == year.obligation["SO2"] == 80
    assert seen(runner, 2028).status == "A"


def test_a_penalty_that_is_paid_is_not_paid_back_by_a_correction() -> None:
    runner, account = settled(given_up=90)
    done(runner, account, c.PayPenalty(SOURCE, 2027, "SO2"), AFTER)
    assert of_so2(amended(runner, 90)).due_fen == 0
    assert runner.state.years[SOURCE, 2027].due_fen["SO2"] == 0


def test_a_correction_takes_two_and_an_operator_makes_none() -> None:
    runner, account = settled()
    body = c.AmendYear(SOURCE, 2027, {**codes(runner), "SO2": 1}, "found")
    assert isinstance(send(runner, AUTHORITY, body, AFTER).events[0], e.ActProposed)
    for actor in (account, VERIFIERS[0]):
        assert why(runner, actor, body, AFTER) is Why.ROLE_MAY_NOT


@pytest.mark.parametrize("convention", [STRICT, UK])
def test_a_source_of_which_nothing_is_known_has_one_line(convention: Convention) -> None:
    runner = market()
    found = [each for each in standings(runner.state, 2027, convention) if each.source == SOURCE]
    assert [(each.pollutant, each.status) for each in found] == [("", "NOT_APPLICABLE")]


# --- a last year, by the law


def test_when_a_last_year_counts_for_exclusion_is_law() -> None:
    """A source that was excluded from all its years but the last, which runs: excluded as a whole, or not yet."""
    runner = market()
    done(runner, AUTHORITY, c.ExcludeYear(SOURCE, 2027, "stood still"), START)
    runner.state.closures[SOURCE] = "2028-06-01"
    found = {
        said: next(each for each in standings(runner.state, 2028, convention_of(said)) if each.source == SOURCE).status
        for said in ("at_once", "when_over")
    }
    assert found == {"at_once": "C", "when_over": "EXCLUDED"}


# --- which allowances go


def obliged(count: int, rules: Rulebook = RULES) -> tuple[Runner, str]:
    """A market in which the steelworks owes so many allowances of SO2, and its account."""
    runner = market(rules=rules)
    figures = {**codes(runner), "SO2": count * 1_000}
    done(runner, AUTHORITY, c.DetermineYear(SOURCE, 2027, figures, "a test"), START)
    return runner, runner.state.sources[SOURCE].account


def held(runner: Runner, account: str, many: int = 300) -> list[int]:
    """The lowest serials of the account, one by one."""
    blocks = runner.state.ledger.held_of(account, "SO2-KM-2027").blocks
    return list(islice((serial for block in blocks for serial in range(block.first, block.last + 1)), many))


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True))
def test_named_serials_go_and_no_others(cuts: list[int]) -> None:
    """Spans between cuts are named, every second one; the account loses just those numbers."""
    runner, account = obliged(60)
    mine = held(runner, account)
    ends = sorted(cuts)
    spans = [(mine[a], mine[b - 1]) for a, b in pairwise(ends)][::2]
    gone = {serial for first, last in spans for serial in range(first, last + 1)}
    named = tuple(c.NamedSerials("SO2-KM-2027", first, last) for first, last in reversed(spans))

    done(runner, account, c.Surrender(SOURCE, 2027, "SO2", len(gone), named), START)
    assert held(runner, account, len(mine) - len(gone)) == [serial for serial in mine if serial not in gone]


def test_what_is_named_has_to_be_there_to_count_and_to_be_as_many() -> None:
    runner, account = obliged(60)
    first = held(runner, account)[0]
    last = runner.state.ledger.held_of(account, "SO2-KM-2027").blocks[-1].last

    def refused(count: int, *named: tuple[str, int, int]) -> Why:
        serials = tuple(c.NamedSerials(*each) for each in named)
        return why(runner, account, c.Surrender(SOURCE, 2027, "SO2", count, serials), START)

    assert refused(5, ("SO2-KM-2027", first, first + 3)) is Why.TOO_SMALL
    assert refused(3, ("SO2-KM-2027", first, first + 3)) is Why.TOO_LARGE
    assert refused(4, ("SO2-KM-2027", first, first + 1), ("SO2-KM-2027", first + 1, first + 2)) is Why.TOO_LARGE
    assert refused(1, ("SO2-KM-2027", first + 1, first)) is Why.NOT_POSITIVE
    assert refused(2, ("SO2-KM-2027", last, last + 1)) is Why.INSUFFICIENT_HOLDING
    assert refused(1, ("SO2-KM-2028", 1, 1)) is Why.UNKNOWN_SERIES
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028), START)
    assert refused(1, ("SO2-KM-2028", 1, 1)) is Why.WRONG_KIND
    done(runner, AUTHORITY, c.SetCap("NOx", "KM", 2027), START)
    assert refused(1, ("NOx-KM-2027", 1, 1)) is Why.WRONG_KIND


DEDUCTS = msgspec.structs.replace(RULES, compliance=msgspec.structs.replace(RULES.compliance, deducts=True))


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 200), st.integers(0, 200))
def test_what_is_owed_and_held_is_deducted_at_the_deadline_where_the_law_says_so(owed: int, given_up: int) -> None:
    """First in, first out: the lowest serials that the operator left go, and nobody is short who holds enough."""
    runner, account = obliged(owed, DEDUCTS)
    given_up = min(owed, given_up)
    if given_up:
        done(runner, account, c.Surrender(SOURCE, 2027, "SO2", given_up), START)
    mine = held(runner, account)
    *before, closed = done(runner, AUTHORITY, c.CloseYear(account, 2027), AFTER).events

    assert isinstance(closed, e.YearClosed)
    (settled,) = (each for each in closed.settlements if each.pollutant == "SO2")
    assert (settled.surrendered, settled.shortfall, settled.penalty_fen) == (owed, 0, 0)
    taken = [event for event in before if isinstance(event, e.Surrendered) and event.pollutant == "SO2"]
    assert [(event.how, event.count) for event in taken] == ([("deducted", owed - given_up)] if given_up < owed else [])
    blocks = [block for event in taken for move in event.entry if isinstance(move, Delivered) for block in move.blocks]
    gone = [serial for block in blocks for serial in range(block.first, block.last + 1)]
    assert gone == mine[: owed - given_up]
    assert runner.state.owed[account, "SO2"] == 0


def test_what_is_not_there_cannot_be_deducted_and_is_short() -> None:
    runner, account = obliged(50, DEDUCTS)
    there = runner.state.ledger.held_of(account, "SO2-KM-2027").count
    runner, account = obliged(there + 7, DEDUCTS)
    closed = done(runner, AUTHORITY, c.CloseYear(account, 2027), AFTER).events[-1]

    assert isinstance(closed, e.YearClosed)
    (settled,) = (each for each in closed.settlements if each.pollutant == "SO2")
    assert (settled.surrendered, settled.shortfall) == (there, 7)
    assert held(runner, account) == []


def test_what_a_correction_added_is_deducted_with_the_next_year() -> None:
    runner, account = obliged(100, DEDUCTS)
    for source in runner.state.sources.values():
        if source.account == account:
            done(runner, AUTHORITY, c.ExcludeYear(source.id, 2028, "a test"), START)
    done(runner, AUTHORITY, c.CloseYear(account, 2027), AFTER)
    amended(runner, 115)
    late = deadline(RULES, 2028) + 1
    *before, closed = done(runner, AUTHORITY, c.CloseYear(account, 2028), late).events

    assert isinstance(closed, e.YearClosed)
    assert closed.late == ()
    assert [(each.year, each.count) for each in before if isinstance(each, e.Surrendered)] == [(2027, 15)]
    assert not runner.state.extras


# --- what a shortfall costs is the law of its own year


def fined(*periods: ShortfallPeriod) -> e.Settlement:
    """What 10 missing allowances of 2027 cost: 3 t were sold at 4,000.00 in March 2027, 1 t at 7,000.00 in May 2028."""
    rules = msgspec.structs.replace(RULES, shortfall=msgspec.structs.replace(RULES.shortfall, periods=periods))
    runner = market(rules=rules)
    runner.state.month_trades["SO2", "2027-03"] = [400_000 * 3, 3_000]
    runner.state.month_trades["SO2", "2028-05"] = [700_000, 1_000]
    account = runner.state.sources[SOURCE].account
    done(runner, AUTHORITY, c.DetermineYear(SOURCE, 2027, {**codes(runner), "SO2": 10_000}, "a test"), START)
    event = done(runner, AUTHORITY, c.CloseYear(account, 2027), AFTER).events[-1]
    assert isinstance(event, e.YearClosed)
    return next(each for each in event.settlements if each.pollutant == "SO2")


def row(period: int, penalty: Literal["price_multiple", "flat"], **keys: Any) -> ShortfallPeriod:
    return ShortfallPeriod(period=period, penalty=penalty, cite="a test", status="to confirm", **keys)


def test_without_rows_the_section_holds_for_every_year() -> None:
    assert fined() == fined(row(2028, "flat", flat_fen=1))
    assert fined().penalty_fen == 10 * 700_000 * RULES.shortfall.price_multiple // 1_000


def test_the_newest_row_that_begins_in_the_year_or_before_holds() -> None:
    old, new = row(2021, "flat", flat_fen=3_000_000, makeup_percent=0), row(2027, "price_multiple", price_multiple=2)
    assert fined(new, old).penalty_fen == 10 * 700_000 * 2 // 1_000
    settlement = fined(old)
    assert (settlement.penalty_fen, settlement.makeup) == (3_000_000, 0)


def test_a_multiple_may_be_of_the_mean_of_the_whole_cycle() -> None:
    """India: twice the mean price of the trading cycle."""
    settlement = fined(row(2026, "price_multiple", price_multiple=2, mean="cycle"))
    assert settlement.price == 475_000
    assert settlement.penalty_fen == 10 * 475_000 * 2 // 1_000
