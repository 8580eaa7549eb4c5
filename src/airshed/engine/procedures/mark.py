"""Marking: what an operator says of hours, its proof, and the authority's word."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Mark, TestedHours
from airshed.engine.procedures.guards import Decision, Procedure, no, own_source, who
from airshed.engine.state import State
from airshed.model.period import DAY_MS, HOUR_MS
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def standing(state: State, stack: str, day: str) -> tuple[int, ...]:
    """Numbers of what counts on a day of a stack: marks neither refused nor lapsed, then tests of its monitors."""
    marks, tested = state.stack_marks[stack], tested_hours(state, stack)
    if not marks and not tested:
        return ()
    first = state.standard.instant(day)
    stand = [mark.id for mark in marks if mark.stands and mark.first < first + DAY_MS and mark.after > first]
    return (*stand, *(each.number for each in tested if each.touches(first, first + DAY_MS)))


def tested_hours(state: State, stack: str) -> tuple[TestedHours, ...]:
    """What tests of its monitors put out of control, in the order of the numbers under which days name them."""
    kinds = state.out_of_control.get(stack)
    if not kinds:
        return ()
    return tuple(sorted((each for out in kinds.values() for each in out), key=lambda each: each.number))


def standing_by_day(state: State, stack: str) -> dict[str, tuple[int, ...]]:
    """The same of every day of a stack on which a mark counts."""
    found: dict[str, tuple[int, ...]] = {}
    for mark in state.stack_marks[stack]:
        if mark.stands:
            for day in dict.fromkeys(
                map(state.standard.day_of, (*range(mark.first, mark.after, DAY_MS), mark.after - 1))
            ):
                found[day] = (*found.get(day, ()), mark.id)
    tested = tested_hours(state, stack)
    if tested:
        for day in state.days[stack]:
            first = state.standard.instant(day)
            numbers = tuple(each.number for each in tested if each.touches(first, first + DAY_MS))
            if numbers:
                found[day] = (*found.get(day, ()), *numbers)
    return found


def mark_hours(state: State, rules: Rulebook, at: int, actor: str, body: c.MarkHours) -> Decision:
    """In time, over no other mark, within the hours that the year allows. It counts at once, until it is reverted."""
    source = state.stack_source.get(body.stack)
    if source is None:
        return no(rules, "marks", Why.UNKNOWN_STACK, f"there is no stack {body.stack}")
    refusal = own_source(state, rules, actor, source)
    if refusal:
        return refusal
    row = lookup.marks(rules).get(body.mark)
    if row is None:
        names = ", ".join(lookup.marks(rules)) or "none"
        return no(rules, "marks", Why.WRONG_KIND, f"the rulebook has no mark {body.mark}; there are: {names}")
    first, after = rules.standard.hour_instant(body.first), rules.standard.hour_instant(body.last) + HOUR_MS
    if after <= first:
        return no(rules, "marks", Why.NOT_POSITIVE, f"{body.last} lies before {body.first}")
    year = int(body.first[:4])
    if int(body.last[:4]) != year:
        return no(
            rules, "marks", Why.TOO_LARGE, f"a mark lies within one year; end it at {year}-12-31T23 and begin anew"
        )
    there = [mark for mark in state.stack_marks[body.stack] if mark.stands]
    for mark in there:
        if mark.first < after and first < mark.after:
            what = f"mark {mark.id} ({mark.kind}) covers {rules.standard.hour_of(max(mark.first, first))} already"
            return no(rules, "marks", Why.ALREADY_EXISTS, what)
    known = state.years.get((source, year))
    if known is not None and known.verified_mg is not None and not known.reopened:
        return no(
            rules,
            "marks",
            Why.YEAR_CLOSED,
            f"{source} {year} is verified; {who(rules, 'ReopenYear')} may reopen the year",
        )
    if at < after:
        return no(rules, "marks", Why.TOO_EARLY, f"the hour {body.last} is not over; a mark says what has been")
    enter_by = after + row.enter_hours * HOUR_MS
    if at > enter_by:
        until = rules.civil.clock(enter_by)
        what = f"{body.mark} had to be entered until {until}, {row.enter_hours} hours after its last hour"
        return no(rules, "marks", Why.TOO_LATE, what)
    if not body.reason.strip():
        return no(rules, "marks", Why.UNEXPLAINED, "say what happened")
    hours = (after - first) // HOUR_MS
    if row.yearly_hours is not None:
        used = sum(
            mark.hours
            for mark in there
            if mark.kind == body.mark and rules.standard.hour_of(mark.first)[:4] == body.first[:4]
        )
        if used + hours > row.yearly_hours:
            what = f"{body.stack} has used {used} of {row.yearly_hours} {body.mark} hours of {year}, not {hours} more"
            return no(rules, "marks", Why.TOO_LARGE, what)
    number = len(state.marks) + 1
    prove_by = at + row.prove_hours * HOUR_MS
    return (
        e.HoursMarked(
            number, body.stack, body.mark, body.first, body.last, hours, actor, body.reason, body.evidence, prove_by
        ),
    )


def prove_mark(state: State, rules: Rulebook, at: int, actor: str, body: c.ProveMark) -> Decision:
    """The operator's own, waiting, and in time."""
    mark = _waiting(state, rules, body.mark)
    if isinstance(mark, Refusal):
        return mark
    refusal = own_source(state, rules, actor, state.stack_source[mark.stack])
    if refusal:
        return refusal
    if at > mark.prove_by:
        return no(
            rules, "marks", Why.TOO_LATE, f"the proof of mark {mark.id} was due by {rules.civil.clock(mark.prove_by)}"
        )
    return (e.MarkProven(mark.id, body.evidence),)


def decide_mark(state: State, rules: Rulebook, at: int, actor: str, body: c.DecideMark) -> Decision:
    """Nobody decides a mark of their own; what is not proven cannot be approved."""
    mark = _waiting(state, rules, body.mark)
    if isinstance(mark, Refusal):
        return mark
    if mark.actor == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{actor} entered mark {mark.id}; another decides it")
    if not body.approved:
        if not body.reason.strip():
            return no(rules, "marks", Why.UNEXPLAINED, f"say why mark {mark.id} is refused")
        return (e.MarkReverted(mark.id, actor, "refused", body.reason),)
    if not mark.evidence:
        return no(
            rules,
            "marks",
            Why.UNPROVEN,
            f"mark {mark.id} has no proof yet; it is due by {rules.civil.clock(mark.prove_by)}",
        )
    return (e.MarkApproved(mark.id, actor, body.reason),)


def lapse_mark(state: State, rules: Rulebook, at: int, actor: str, body: c.LapseMark) -> Decision:
    """Only what was not proven in time lapses."""
    mark = _waiting(state, rules, body.mark)
    if isinstance(mark, Refusal):
        return mark
    if mark.evidence:
        return no(rules, "marks", Why.NOTHING_DUE, f"mark {mark.id} has its proof; decide it")
    if at <= mark.prove_by:
        return no(
            rules,
            "marks",
            Why.TOO_EARLY,
            f"the proof of mark {mark.id} may come until {rules.civil.clock(mark.prove_by)}",
        )
    return (e.MarkReverted(mark.id, actor, "lapsed", f"no proof came by {rules.civil.clock(mark.prove_by)}"),)


def _waiting(state: State, rules: Rulebook, number: int) -> Mark | Refusal:
    mark = state.marks.get(number)
    if mark is None:
        return no(rules, "marks", Why.UNKNOWN_MARK, f"there is no mark {number}")
    if mark.state != "entered":
        return no(rules, "marks", Why.MARK_DECIDED, f"mark {number} is {mark.state}")
    return mark


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.MarkHours: mark_hours,
    c.ProveMark: prove_mark,
    c.DecideMark: decide_mark,
    c.LapseMark: lapse_mark,
}
