"""The year of a source: assembled from sealed days, checked, improved, verified by others, amended in full view."""

from __future__ import annotations

from itertools import count

import msgspec
import pytest

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.invariants import check as check_state
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import HOST, VERIFIERS
from airshed.model.period import days_of
from airshed.model.refusal import Why
from airshed.rulebook.tables import CheckRow
from beijing import instant
from laws import RULES
from markets import AUTHORITY, done, market, proposed, send, why

VERIFIER, REVIEWER = VERIFIERS
AFTER = instant("2028-02-10", 9)
NAMES = ("NOx", "PM", "SO2")
SAID = {"findings": "nothing to add"}
_evidence = count(1)


def sealed(day: str, mass: int = 1_000_000, substituted: int = 0, replaces: str = "") -> c.SealDay:
    hours = dict.fromkeys(NAMES, (24 - substituted, substituted, 0))
    evidence = f"e{next(_evidence)}"
    reason = "late frames" if replaces else ""
    return c.SealDay("power-1", day, hours, dict.fromkeys(NAMES, mass), evidence, replaces, reason)


def measured(substituted: int = 0, *, noted: bool = True) -> Runner:
    """A market whose power works has a whole year sealed: 365 kg of each pollutant."""
    runner = market()
    group = [(c.Command(HOST, f"d{day}", sealed(day, substituted=substituted)), AFTER) for day in days_of(2027)]
    assert all(answer.refusal is None for answer in runner.send_all(group))
    if noted:
        done(runner, HOST, c.NoteFindings("power-1", 2027), AFTER)
    return runner


def report(voc_g: int = 1_000, explained: dict[str, str] | None = None, reason: str = "") -> c.ReportYear:
    return c.ReportYear("s-power", 2027, {"VOC": voc_g}, explained or {}, reason)


def reported() -> Runner:
    runner = measured()
    done(runner, "power", report(), AFTER)
    return runner


def verified(opinion: c.Opinion = "satisfactory", comments: tuple[str, ...] = ()) -> Runner:
    runner = reported()
    done(runner, VERIFIER, c.VerifyYear("s-power", 2027, opinion, comments), AFTER)
    return runner


def test_a_report_that_takes_anothers_place_takes_off_the_opinion_that_waits() -> None:
    """The second verifier would confirm under the name of the first what that one never saw."""
    runner = reported()
    act = proposed(runner, VERIFIER, c.VerifyYear("s-power", 2027, "satisfactory"), AFTER).act
    fell, event = done(runner, "power", report(1, reason="another figure"), AFTER).events
    assert isinstance(fell, e.ActRejected)
    assert isinstance(event, e.YearReported)
    assert (fell.act, event.version) == (act, 2)
    assert act not in runner.state.acts


# --- the report and its checks


def test_a_report_is_the_sum_of_its_sealed_days_and_answers_every_check() -> None:
    (event,) = done(measured(), "power", report(), AFTER).events

    assert isinstance(event, e.YearReported)
    assert event.measured_mg == dict.fromkeys(NAMES, 365_000_000)
    assert event.declared_mg == {"VOC": 1_000_000}
    assert event.version == 1
    assert [(each.number, each.check) for each in event.checks] == [
        (row.number, row.check) for row in RULES.reporting.rows
    ]
    assert all(each.passed for each in event.checks)


def test_what_it_rests_on_changes_with_every_day() -> None:
    runner = reported()
    (first,) = [event for event in _events(runner, e.YearReported)]
    evidence = runner.state.days["power-1"]["2027-05-05"].evidence
    done(runner, HOST, sealed("2027-05-05", replaces=evidence), AFTER)
    done(runner, "power", report(explained={"corrected_days": "late frames"}, reason="late frames"), AFTER)

    second = _events(runner, e.YearReported)[-1]
    assert second.rests_on != first.rests_on
    assert second.version == 2
    assert second.reason == "late frames"


def _events(runner: Runner, kind: type[e.YearReported]) -> list[e.YearReported]:
    from airshed.engine.journal import decode

    return [event for line in runner.journal.lines() for event in decode(line).events if isinstance(event, kind)]


def test_questions_are_explained_or_the_report_is_refused() -> None:
    runner = measured(substituted=6, noted=False)

    refusal = send(runner, "power", report(), AFTER).refusal
    assert refusal is not None
    assert refusal.why is Why.UNEXPLAINED
    assert "check 5 substituted_share: 6570 of 26280 hours are substituted, more than 10 %" in refusal.detail
    assert "check 7 findings: power-1: the monitoring host has not said what it found" in refusal.detail
    said = {"substituted_share": "the analyser was replaced in May", "findings": " "}
    assert why(runner, "power", report(explained=said), AFTER) is Why.UNEXPLAINED
    (event,) = done(runner, "power", report(explained={**said, "findings": "none known"}), AFTER).events
    assert isinstance(event, e.YearReported)
    asked = {each.check: each.explanation for each in event.checks if not each.passed}
    assert asked == {"substituted_share": "the analyser was replaced in May", "findings": "none known"}


def test_findings_that_the_host_noted_are_asked_about() -> None:
    runner = measured()
    flat = c.FindingLine("flat_line", "SO2", "2027-02-01T00", "2027-02-02T05", 30, "30 equal hours")
    done(runner, HOST, c.NoteFindings("power-1", 2027, (flat,)), AFTER)

    refusal = send(runner, "power", report(), AFTER).refusal
    assert refusal is not None
    assert "power-1: flat_line SO2 over 30 hours" in refusal.detail


def test_a_check_that_the_law_makes_blocking_refuses_whatever_is_said() -> None:
    rows = tuple(
        msgspec.structs.replace(row, severity="blocking") if row.check == "findings" else row
        for row in RULES.reporting.rows
    )
    stern = msgspec.structs.replace(RULES, reporting=msgspec.structs.replace(RULES.reporting, rows=rows))
    runner = measured(noted=False)
    runner.rules = stern

    assert why(runner, "power", report(explained={"findings": "never mind"}), AFTER) is Why.CHECK_FAILED


def test_a_check_that_is_off_is_not_asked() -> None:
    off: tuple[CheckRow, ...] = tuple(
        msgspec.structs.replace(row, severity="off") if row.check == "findings" else row for row in RULES.reporting.rows
    )
    runner = measured(noted=False)
    runner.rules = msgspec.structs.replace(RULES, reporting=msgspec.structs.replace(RULES.reporting, rows=off))

    done(runner, "power", report(), AFTER)


def test_a_year_with_a_mark_that_waits_is_not_reported() -> None:
    runner = measured()
    late = instant("2028-01-01", 9)
    runner.state.at = late
    marked = c.MarkHours("power-1", "stopped", "2027-12-31T20", "2027-12-31T23", "grid fault", "a" * 64)
    done(runner, "power", marked, late)

    assert why(runner, "power", report(), AFTER) is Why.MARKS_OPEN
    done(runner, AUTHORITY, c.DecideMark(1, True, "seen"), AFTER)
    assert why(runner, "power", report(), AFTER) is Why.MARKS_DIFFER
    evidence = runner.state.days["power-1"]["2027-12-31"].evidence
    again = msgspec.structs.replace(sealed("2027-12-31", replaces=evidence), marks=(1,))
    done(runner, HOST, again, AFTER)
    done(runner, "power", report(explained={"corrected_days": "mark 1"}), AFTER)


def test_the_year_before_is_compared() -> None:
    runner = verified()
    later = instant("2029-02-10", 9)
    for day in days_of(2028):
        done(runner, HOST, sealed(day, mass=2_000_000), later)
    done(runner, HOST, c.NoteFindings("power-1", 2028), later)

    refusal = send(runner, "power", c.ReportYear("s-power", 2028, {"VOC": 1_000}), later).refusal
    assert refusal is not None
    assert "check 9 last_year: NOx: 732000000 mg after 365000000 mg in 2027, more than 50 % apart" in refusal.detail


def test_a_second_report_says_why() -> None:
    runner = reported()

    assert why(runner, "power", report(2_000), AFTER) is Why.UNEXPLAINED
    done(runner, "power", report(2_000, reason="a tank was forgotten"), AFTER)
    assert runner.state.years["s-power", 2027].declared_mg == {"VOC": 2_000_000}


# --- improvements


def test_an_item_is_answered_before_comments_and_closed_before_satisfaction() -> None:
    runner = reported()
    satisfactory = c.VerifyYear("s-power", 2027, "satisfactory")
    commented = c.VerifyYear("s-power", 2027, "with comments", ("the log is thin",))
    assert why(runner, "power", c.RequestImprovement("s-power", 2027, "x"), AFTER) is Why.ROLE_MAY_NOT
    assert why(runner, VERIFIER, c.RequestImprovement("s-power", 2027, " "), AFTER) is Why.UNEXPLAINED
    done(runner, VERIFIER, c.RequestImprovement("s-power", 2027, "keep a log"), AFTER)

    assert why(runner, VERIFIER, commented, AFTER) is Why.IMPROVEMENTS_OPEN
    assert why(runner, VERIFIER, c.CloseImprovement("s-power", 2027, 1, True), AFTER) is Why.IMPROVEMENTS_OPEN
    assert why(runner, "steel", c.AnswerImprovement("s-power", 2027, 1, "x"), AFTER) is Why.NOT_YOUR_OWN
    assert why(runner, "power", c.AnswerImprovement("s-power", 2027, 2, "x"), AFTER) is Why.UNKNOWN_ITEM
    done(runner, "power", c.AnswerImprovement("s-power", 2027, 1, "a log is kept"), AFTER)
    assert why(runner, VERIFIER, satisfactory, AFTER) is Why.IMPROVEMENTS_OPEN
    assert why(runner, VERIFIER, c.CloseImprovement("s-power", 2027, 1, False), AFTER) is Why.UNEXPLAINED
    done(runner, VERIFIER, c.CloseImprovement("s-power", 2027, 1, False, "of which days?"), AFTER)
    assert why(runner, VERIFIER, commented, AFTER) is Why.IMPROVEMENTS_OPEN
    done(runner, "power", c.AnswerImprovement("s-power", 2027, 1, "of all days"), AFTER)
    done(runner, VERIFIER, c.CloseImprovement("s-power", 2027, 1, True), AFTER)
    assert why(runner, VERIFIER, c.CloseImprovement("s-power", 2027, 1, True), AFTER) is Why.ALREADY_EXISTS
    done(runner, VERIFIER, satisfactory, AFTER)


def test_an_item_that_is_not_closed_is_carried_into_the_next_year() -> None:
    runner = reported()
    done(runner, VERIFIER, c.RequestImprovement("s-power", 2027, "keep a log"), AFTER)
    done(runner, "power", c.AnswerImprovement("s-power", 2027, 1, "next year"), AFTER)
    done(runner, VERIFIER, c.VerifyYear("s-power", 2027, "with comments", ("no log",)), AFTER)
    later = instant("2029-02-10", 9)
    for day in days_of(2028):
        done(runner, HOST, sealed(day), later)
    done(runner, HOST, c.NoteFindings("power-1", 2028), later)

    refusal = send(runner, "power", c.ReportYear("s-power", 2028, {"VOC": 1_000}), later).refusal
    assert refusal is not None
    assert "check 10 improvements_carried: item 1 of 2027 is answered: keep a log" in refusal.detail
    done(runner, VERIFIER, c.CloseImprovement("s-power", 2027, 1, True), later)
    done(runner, "power", c.ReportYear("s-power", 2028, {"VOC": 1_000}), later)


# --- four eyes


def test_an_opinion_counts_when_another_has_confirmed_it() -> None:
    runner = reported()
    act = proposed(runner, VERIFIER, c.VerifyYear("s-power", 2027, "satisfactory"), AFTER).act

    assert runner.state.years["s-power", 2027].verified_mg is None
    assert why(runner, VERIFIER, c.ConfirmAct(act), AFTER) is Why.OWN_ACT
    assert why(runner, AUTHORITY, c.ConfirmAct(act), AFTER) is Why.ROLE_MAY_NOT
    assert why(runner, REVIEWER, c.ConfirmAct(act + 1), AFTER) is Why.UNKNOWN_ACT
    confirm, opinion = done(runner, REVIEWER, c.ConfirmAct(act), AFTER).events
    assert confirm == e.ActConfirmed(act, VERIFIER, REVIEWER)
    assert isinstance(opinion, e.YearVerified)
    assert opinion.actor == VERIFIER
    assert why(runner, REVIEWER, c.ConfirmAct(act), AFTER) is Why.UNKNOWN_ACT


def test_an_act_that_no_longer_holds_is_refused_when_it_is_confirmed() -> None:
    """It is decided anew: between proposal and confirmation a day was corrected."""
    runner = reported()
    act = proposed(runner, VERIFIER, c.VerifyYear("s-power", 2027, "satisfactory"), AFTER).act
    evidence = runner.state.days["power-1"]["2027-05-05"].evidence
    done(runner, HOST, sealed("2027-05-05", replaces=evidence), AFTER)

    assert why(runner, REVIEWER, c.ConfirmAct(act), AFTER) is Why.REPORT_STALE
    assert why(runner, VERIFIER, c.RejectAct(act, ""), AFTER) is Why.UNEXPLAINED
    assert why(runner, "power", c.RejectAct(act, "no"), AFTER) is Why.ROLE_MAY_NOT
    done(runner, VERIFIER, c.RejectAct(act, "the report is to be made again"), AFTER)
    assert runner.state.acts == {}


def test_an_opinion_other_than_satisfactory_says_what_it_rests_on() -> None:
    runner = reported()

    for opinion in ("with comments", "adverse"):
        body = c.VerifyYear("s-power", 2027, msgspec.convert(opinion, c.Opinion), (" ",))
        assert why(runner, VERIFIER, body, AFTER) is Why.UNEXPLAINED


# --- amendments


def test_after_an_adverse_opinion_days_are_corrected_and_the_year_is_reported_again() -> None:
    runner = verified("adverse", ("the flow meter stood still in May",))
    assert runner.state.years["s-power", 2027].verified_mg is None
    evidence = runner.state.days["power-1"]["2027-05-05"].evidence
    done(runner, HOST, sealed("2027-05-05", mass=3_000_000, replaces=evidence), AFTER)
    assert why(runner, VERIFIER, c.VerifyYear("s-power", 2027, "satisfactory"), AFTER) is Why.REPORT_STALE
    mended = report(explained={"corrected_days": "the flow of May was recomputed"}, reason="flow of May")
    done(runner, "power", mended, AFTER)

    done(runner, VERIFIER, c.VerifyYear("s-power", 2027, "satisfactory"), AFTER)

    assert runner.state.years["s-power", 2027].obligation["SO2"] == 367


def test_a_verified_year_is_closed_until_two_of_the_authority_reopen_it() -> None:
    runner = verified()
    evidence = runner.state.days["power-1"]["2027-05-05"].evidence
    correction = sealed("2027-05-05", mass=500_000, replaces=evidence)
    assert why(runner, HOST, correction, AFTER) is Why.YEAR_CLOSED
    assert why(runner, "power", report(reason="x"), AFTER) is Why.YEAR_CLOSED
    assert why(runner, AUTHORITY, c.ReopenYear("s-power", 2027, ""), AFTER) is Why.UNEXPLAINED
    done(runner, AUTHORITY, c.ReopenYear("s-power", 2027, "late frames"), AFTER)
    assert why(runner, AUTHORITY, c.ReopenYear("s-power", 2027, "again"), AFTER) is Why.ALREADY_EXISTS

    done(runner, HOST, correction, AFTER)
    assert runner.state.years["s-power", 2027].obligation["SO2"] == 365  # stands until the new opinion
    assert why(runner, AUTHORITY, c.CloseYear("power", 2027), instant("2028-12-02")) is Why.NOT_VERIFIED


def test_what_was_surrendered_beyond_a_lowered_obligation_goes_back() -> None:
    """I1, I2, I11: the last given go back first, to the account that gave them."""
    runner = market()
    mass = dict.fromkeys(("SO2", "NOx", "PM", "VOC"), 500_000)
    done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, mass, "no report"), AFTER)
    held = runner.state.ledger.held_of("steel", "SO2-KM-2027").count
    for part in (200, 300):
        done(runner, "steel", c.Surrender("s-steel", 2027, "SO2", part), AFTER)
    done(runner, AUTHORITY, c.ReopenYear("s-steel", 2027, "the operator found its records"), AFTER)
    lower = {**mass, "SO2": 150_000}
    done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, lower, "by its records"), AFTER)

    year = runner.state.years["s-steel", 2027]
    assert (year.obligation["SO2"], year.surrendered["SO2"]) == (150, 150)
    assert runner.state.ledger.held_of("steel", "SO2-KM-2027").count == held - 150
    check_state(runner.state)
    assert why(runner, "steel", c.Surrender("s-steel", 2027, "SO2", 1), AFTER) is Why.TOO_LARGE


def test_a_settled_year_is_not_reopened() -> None:
    runner = market()
    mass = dict.fromkeys(("SO2", "NOx", "PM", "VOC"), 0)
    done(runner, AUTHORITY, c.DetermineYear("s-steel", 2027, mass, "stood still"), AFTER)
    done(runner, AUTHORITY, c.CloseYear("steel", 2027), instant("2028-12-02"))

    body = c.ReopenYear("s-steel", 2027, "late frames")
    assert why(runner, AUTHORITY, body, instant("2028-12-02")) is Why.YEAR_CLOSED
    assert why(runner, AUTHORITY, c.ReopenYear("s-cement", 2027, "x"), instant("2028-12-02")) is Why.NOT_VERIFIED


@pytest.mark.parametrize("hours", [-1, 0, 8_785])
def test_a_finding_concerns_hours_that_a_year_has(hours: int) -> None:
    line = c.FindingLine("flat_line", "SO2", "2027-02-01T00", "2027-02-02T05", hours, "x")
    reason = Why.TOO_LARGE if hours > 0 else Why.NOT_POSITIVE

    assert why(market(), HOST, c.NoteFindings("power-1", 2027, (line,)), AFTER) is reason
