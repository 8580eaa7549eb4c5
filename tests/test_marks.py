"""Operators' marks: entered in time, proven, decided by another, reverted when unproven, counted by the year."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.procedures.mark import standing
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import HOST
from airshed.model.period import HOUR_MS
from airshed.model.refusal import Why
from airshed.rulebook import lookup
from beijing import hour_instant, hour_of
from laws import RULES
from markets import AUTHORITY, done, market, send, why

PROOF = "a" * 64
NAMES = ("NOx", "PM", "SO2")
NOON = hour_instant("2027-03-02T12")


def mark(kind: str, first: str, last: str, evidence: str = "", reason: str = "the fan tripped") -> c.MarkHours:
    return c.MarkHours("power-1", kind, first, last, reason, evidence)


def sealed(
    day: str, evidence: str = "e1", replaces: str = "", reason: str = "", marks: tuple[int, ...] = ()
) -> c.SealDay:
    hours = dict.fromkeys(NAMES, (24, 0, 0))
    return c.SealDay("power-1", day, hours, dict.fromkeys(NAMES, 5), evidence, replaces, reason, marks)


def entered(kind: str = "fault", evidence: str = "") -> Runner:
    """A market in which mark 1 covers 2 March, 8 to 10 o'clock."""
    runner = market()
    done(runner, "power", mark(kind, "2027-03-02T08", "2027-03-02T09", evidence), NOON)
    return runner


def test_a_mark_counts_from_its_entry_and_a_day_names_it() -> None:
    runner = entered()
    after = hour_instant("2027-03-03T08")

    assert standing(runner.state, "power-1", "2027-03-02") == (1,)
    assert why(runner, HOST, sealed("2027-03-02"), after) is Why.MARKS_DIFFER
    assert why(runner, HOST, sealed("2027-03-02", marks=(1, 2)), after) is Why.MARKS_DIFFER
    done(runner, HOST, sealed("2027-03-02", marks=(1,)), after)
    assert why(runner, HOST, sealed("2027-03-01", marks=(1,)), after) is Why.MARKS_DIFFER
    assert runner.state.marks[1].hours == 2


def test_a_refused_mark_is_reverted_and_its_day_is_corrected_by_a_reversing_entry() -> None:
    """I9: what was booked is taken back in full, and the difference stands in the book."""
    runner = entered()
    after = hour_instant("2027-03-03T08")
    done(runner, HOST, sealed("2027-03-02", marks=(1,)), after)
    done(runner, AUTHORITY, c.DecideMark(1, False, "the log shows a running fan"), after)

    assert standing(runner.state, "power-1", "2027-03-02") == ()
    mended = msgspec.structs.replace(
        sealed("2027-03-02", "e2", "e1", "mark 1 was refused"), mass_mg={"NOx": 9, "PM": 5, "SO2": 2}
    )
    back, closed = done(runner, HOST, mended, after).events

    assert isinstance(back, e.DayReversed)
    assert back.mass_mg == dict.fromkeys(NAMES, 5)
    assert back.difference_mg == {"NOx": 4, "PM": 0, "SO2": -3}
    assert isinstance(closed, e.DaySealed)
    assert runner.state.days["power-1"]["2027-03-02"].corrections == 1


def test_only_what_is_proven_is_approved() -> None:
    runner = entered()

    assert why(runner, AUTHORITY, c.DecideMark(1, True, ""), NOON) is Why.UNPROVEN
    done(runner, "power", c.ProveMark(1, PROOF), NOON)
    done(runner, AUTHORITY, c.DecideMark(1, True, ""), NOON)

    assert runner.state.marks[1].state == "approved"
    assert why(runner, AUTHORITY, c.DecideMark(1, False, "no"), NOON) is Why.MARK_DECIDED
    assert why(runner, "power", c.ProveMark(1, PROOF), NOON) is Why.MARK_DECIDED


def test_an_unproven_mark_lapses_after_its_deadline_and_not_before() -> None:
    runner = entered()
    prove_by = runner.state.marks[1].prove_by
    assert prove_by == NOON + lookup.marks(RULES)["fault"].prove_hours * HOUR_MS

    assert why(runner, AUTHORITY, c.LapseMark(1), prove_by) is Why.TOO_EARLY
    assert why(runner, "power", c.ProveMark(1, PROOF), prove_by + 1) is Why.TOO_LATE
    done(runner, AUTHORITY, c.LapseMark(1), prove_by + 1)

    assert runner.state.marks[1].state == "lapsed"
    assert standing(runner.state, "power-1", "2027-03-02") == ()


def test_a_mark_with_its_proof_does_not_lapse() -> None:
    runner = entered(evidence=PROOF)

    assert why(runner, AUTHORITY, c.LapseMark(1), runner.state.marks[1].prove_by + 1) is Why.NOTHING_DUE


REFUSED: list[tuple[Why, str, c.Body, str]] = [
    (Why.UNKNOWN_STACK, "power", c.MarkHours("nothing", "fault", "2027-03-02T08", "2027-03-02T09", "x"), ""),
    (Why.NOT_YOUR_OWN, "steel", mark("fault", "2027-03-02T08", "2027-03-02T09"), ""),
    (Why.ROLE_MAY_NOT, HOST, mark("fault", "2027-03-02T08", "2027-03-02T09"), ""),
    (Why.WRONG_KIND, "power", mark("holiday", "2027-03-02T08", "2027-03-02T09"), "there are: stopped, start_up"),
    (Why.NOT_POSITIVE, "power", mark("fault", "2027-03-02T08", "2027-03-02T07"), "lies before"),
    (Why.TOO_LARGE, "power", mark("stopped", "2026-12-31T08", "2027-01-01T07"), "end it at 2026-12-31T23"),
    (Why.TOO_EARLY, "power", mark("fault", "2027-03-02T11", "2027-03-02T12"), "is not over"),
    (Why.TOO_LATE, "power", mark("fault", "2027-03-01T08", "2027-03-01T10"), "until 2027-03-02T11:00"),
    (Why.UNEXPLAINED, "power", mark("fault", "2027-03-02T08", "2027-03-02T09", reason=" "), "say what happened"),
    (Why.UNKNOWN_MARK, "power", c.ProveMark(1, PROOF), "no mark 1"),
    (Why.UNKNOWN_MARK, AUTHORITY, c.DecideMark(-1, True, ""), "no mark -1"),
]


@pytest.mark.parametrize(("reason", "actor", "body", "words"), REFUSED)
def test_a_mark_that_may_not_be_is_refused_with_its_cure(reason: Why, actor: str, body: c.Body, words: str) -> None:
    answer = send(market(), actor, body, NOON)

    assert answer.refusal is not None
    assert answer.refusal.why is reason
    assert words in answer.refusal.detail


def test_two_marks_never_cover_one_hour() -> None:
    runner = entered()

    assert why(runner, "power", mark("stopped", "2027-03-02T09", "2027-03-02T10"), NOON) is Why.ALREADY_EXISTS
    done(runner, "power", mark("stopped", "2027-03-02T10", "2027-03-02T10"), NOON)
    assert standing(runner.state, "power-1", "2027-03-02") == (1, 2)


def test_fault_hours_of_a_year_are_counted_and_a_reverted_mark_gives_them_back() -> None:
    runner = market()
    yearly = lookup.marks(RULES)["fault"].yearly_hours
    assert yearly is not None
    at = hour_instant("2027-03-02T00")
    first = hour_of(at - yearly * HOUR_MS)
    done(runner, "power", mark("fault", first, "2027-03-01T23"), at)

    extra = mark("fault", "2027-03-02T00", "2027-03-02T00")
    refused = send(runner, "power", extra, at + HOUR_MS).refusal
    assert refused is not None
    assert refused.why is Why.TOO_LARGE
    assert f"has used {yearly} of {yearly} fault hours of 2027" in refused.detail
    done(runner, AUTHORITY, c.DecideMark(1, False, "no fault"), at + HOUR_MS)
    done(runner, "power", extra, at + HOUR_MS)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 8), st.booleans()), min_size=1, max_size=12))
def test_standing_marks_never_overlap_and_never_exceed_the_year(spans: list[tuple[int, int, bool]]) -> None:
    runner = market()
    at = hour_instant("2027-03-03T06")
    base = at - 50 * HOUR_MS
    for start, hours, refuse in spans:
        first = base + start * HOUR_MS
        body = c.MarkHours("power-1", "stopped", hour_of(first), hour_of(first + (hours - 1) * HOUR_MS), "x", PROOF)
        answer = send(runner, "power", body, at)
        if answer.refusal is None and refuse:
            done(runner, AUTHORITY, c.DecideMark(len(runner.state.marks), False, "no"), at)
    covered: set[int] = set()
    for known in runner.state.marks.values():
        if known.stands:
            hours_of_mark = set(range(known.first, known.after, HOUR_MS))
            assert not covered & hours_of_mark
            covered |= hours_of_mark
    check_state(runner.state)


def test_a_malformed_hour_is_named_at_the_edge() -> None:
    for first in ("2027-02-30T00", "2027-03-02T24", "2027-03-02", "2027-03-02T8"):
        with pytest.raises(ValueError, match="MarkHours"):
            send(market(), "power", mark("fault", first, "2027-03-02T09"), NOON)
