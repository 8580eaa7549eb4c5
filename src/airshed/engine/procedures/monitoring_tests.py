"""Tests of monitors: what is entered of one, and which hours do not count by all of its kind."""

from __future__ import annotations

from decimal import Decimal

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import MonitorTest, Source
from airshed.engine.procedures.guards import Decision, Procedure, known_stack, no, own_source, who
from airshed.engine.state import State
from airshed.model.period import HOUR_MS
from airshed.model.refusal import Refusal, Why
from airshed.mrv.quality import DUST, VELOCITY, out_spans
from airshed.mrv.rules import QualityRule, Tested
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: Most tests of one kind of one monitor: one an hour for a year.
MOST_TESTS = 8_784


def record_test(state: State, rules: Rulebook, at: int, actor: str, body: c.RecordTest) -> Decision:
    """Of a monitor that is there, by a test that the law knows, once an hour, of a year that can still be verified."""
    source = known_stack(state, rules, body.stack)
    if isinstance(source, Refusal):
        return source
    known = state.actors.get(actor)
    if known is not None and known.account:
        refusal = own_source(state, rules, actor, source.id)
        if refusal:
            return refusal
    measured = dict(source.stacks)[body.stack]
    if body.of not in (*measured, VELOCITY):
        what = f"{body.stack} has no monitor of {body.of}; there are {', '.join(measured)}, {VELOCITY}"
        return no(rules, "monitoring", Why.WRONG_KIND, what)
    about = tuple(lookup.pollutant(rules, name).measured for name in (measured if body.of == VELOCITY else (body.of,)))
    tested: Tested = "velocity" if body.of == VELOCITY else "PM" if about == (DUST,) else "gas"
    rule = _rule(rules, body, tested)
    if rule is None:
        what = f"the law has no limit for {body.test} of {tested}; its quality.csv says which tests there are"
        return no(rules, "quality_tests", Why.WRONG_KIND, what)
    refusal = _in_time(state, rules, at, source, body)
    if refusal:
        return refusal
    began = rules.standard.hour_instant(body.hour)
    earlier = [test for test in state.tests.get(body.stack, ()) if (test.of, test.test) == (body.of, body.test)]
    if any(test.at == began for test in earlier):
        what = f"{body.test} of {body.stack} {body.of} at {body.hour} is entered already"
        return no(rules, "quality_tests", Why.ALREADY_EXISTS, what)
    if len(earlier) >= MOST_TESTS:
        return no(rules, "quality_tests", Why.TOO_LARGE, f"{body.stack} has {MOST_TESTS} tests of this kind")
    outcome = "passed" if body.result <= rule.pass_basis_points else "failed"
    if rule.pass_basis_points < body.result <= rule.fail_basis_points:
        outcome = "between"
    number = state.next_test
    test = MonitorTest(number, body.stack, body.of, body.test, began, body.result, outcome, about, actor, body.evidence)
    out = _out(rules, [*earlier, test], rule)
    return (
        e.MonitorTested(
            number,
            body.stack,
            body.of,
            body.test,
            body.hour,
            body.result,
            outcome,
            about,
            out,
            actor,
            body.evidence,
        ),
    )


def _rule(rules: Rulebook, body: c.RecordTest, tested: Tested) -> QualityRule | None:
    for row in rules.quality_tests.rows:
        if (row.test, row.of) == (body.test, tested):
            return QualityRule(row.test, row.of, row.every_days, row.pass_basis_points, row.fail_basis_points)
    return None


def _in_time(state: State, rules: Rulebook, at: int, source: Source, body: c.RecordTest) -> Refusal | None:
    if at < rules.standard.hour_instant(body.hour) + HOUR_MS:
        what = f"the hour {body.hour} is not over; a test is entered when it was made"
        return no(rules, "quality_tests", Why.TOO_EARLY, what)
    year = state.years.get((source.id, int(body.hour[:4])))
    if year is not None and year.verified_mg is not None and not year.reopened:
        what = f"{source.id} {body.hour[:4]} is verified; {who(rules, 'ReopenYear')} may reopen the year"
        return no(rules, "quality_tests", Why.YEAR_CLOSED, what)
    return None


def _out(rules: Rulebook, tests: list[MonitorTest], rule: QualityRule) -> tuple[e.OutOfControl, ...]:
    """A monitor that never passed is out of control from the beginning of the year of its first test."""
    tests = sorted(tests, key=lambda test: test.at)
    hours = [(test.at // HOUR_MS, Decimal(test.result)) for test in tests]
    first = rules.standard.instant(f"{rules.standard.day_of(tests[0].at)[:4]}-01-01") // HOUR_MS

    def told(hour: int) -> str:
        return rules.standard.hour_of(hour * HOUR_MS)

    return tuple(
        e.OutOfControl(
            span.why, tests[span.place].id, told(span.first), "" if span.after is None else told(span.after - 1)
        )
        for span in out_spans(hours, rule, first)
    )


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.RecordTest: record_test}
