"""Monitoring: a day of a stack is sealed, and corrected in full view."""

from __future__ import annotations

import re

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Day
from airshed.engine.procedures.guards import Decision, Procedure, from_day, known_stack, no, who
from airshed.engine.procedures.mark import standing
from airshed.engine.state import State
from airshed.model.provenance import Programme
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import counts

HOURS_OF_YEAR = 8_784
_SHA256 = re.compile(r"[0-9a-f]{64}")


def seal_day(state: State, rules: Rulebook, at: int, actor: str, body: c.SealDay) -> Decision:
    """A day is complete (24 hours of each pollutant, none missing), over, and sealed once (I9, I10).

    A correction takes back what was booked, in full, and books anew; it says why.
    """
    source = known_stack(state, rules, body.stack)
    if isinstance(source, Refusal):
        return source
    sealed = state.days[body.stack].get(body.day)
    refusal = (
        _replaces(rules, body, sealed)
        or _digest(state, rules, body)
        or _over(rules, at, body)
        or _year_open(state, rules, source.id, body)
        or _whole(rules, dict(source.stacks)[body.stack], body)
        or _marks(state, rules, body)
    )
    if refusal:
        return refusal
    closed = e.DaySealed(body.stack, body.day, body.hours, body.mass_mg, body.evidence, body.replaces, body.marks)
    if sealed is None:
        return (closed,)
    difference = {name: mass - sealed.mass_mg[name] for name, mass in body.mass_mg.items()}
    back = e.DayReversed(body.stack, body.day, sealed.mass_mg, difference, sealed.evidence, body.reason)
    return (back, closed)


def _replaces(rules: Rulebook, body: c.SealDay, sealed: Day | None) -> Refusal | None:
    if sealed is None:
        if body.replaces:
            what = f"{body.stack} {body.day} is not sealed, nothing to replace"
            return no(rules, "monitoring", Why.NOT_REPORTED, what)
        return None
    if body.replaces != sealed.evidence:
        return no(
            rules,
            "monitoring",
            Why.DAY_SEALED,
            f"{body.stack} {body.day} is sealed; a correction names its evidence digest {sealed.evidence[:12]}",
        )
    return None


def _digest(state: State, rules: Rulebook, body: c.SealDay) -> Refusal | None:
    """A real day rests on frames that somebody can ask for."""
    if isinstance(state.provenance, Programme) and not _SHA256.fullmatch(body.evidence):
        what = f"{body.stack} {body.day} rests on {body.evidence[:20]!r}, no digest of frames; give their SHA-256"
        return no(rules, "monitoring", Why.UNPROVEN, what)
    return None


def _over(rules: Rulebook, at: int, body: c.SealDay) -> Refusal | None:
    if at < rules.standard.over(body.day):
        next_day = rules.standard.day_of(rules.standard.over(body.day))
        return no(rules, "monitoring", Why.TOO_EARLY, from_day(f"{body.day} is not over", next_day))
    return None


def _year_open(state: State, rules: Rulebook, source: str, body: c.SealDay) -> Refusal | None:
    year = state.years.get((source, int(body.day[:4])))
    if not counts(rules.calendar, body.day):
        return None  # what was verified does not rest on it
    if year is not None and year.verified_mg is not None and not year.reopened:
        what = f"{source} {body.day[:4]} is verified; {who(rules, 'ReopenYear')} may reopen the year"
        return no(rules, "monitoring", Why.YEAR_CLOSED, what)
    return None


def _whole(rules: Rulebook, measures: tuple[str, ...], body: c.SealDay) -> Refusal | None:
    if body.hours.keys() != set(measures) or body.hours.keys() != body.mass_mg.keys():
        what = f"{body.stack} measures {', '.join(measures)}; give each of them"
        return no(rules, "monitoring", Why.HOURS_MISSING, what)
    for pollutant, (measured, substituted, stopped) in body.hours.items():
        if measured < 0 or substituted < 0 or stopped < 0 or measured + substituted + stopped != 24:
            return no(
                rules,
                "monitoring",
                Why.HOURS_MISSING,
                f"{body.stack} {body.day} {pollutant}: {measured} measured, {substituted} substituted and {stopped} "
                "stopped hours are not 24",
            )
    for pollutant, mass in body.mass_mg.items():
        if mass < 0:
            return no(rules, "monitoring", Why.NOT_POSITIVE, f"{body.stack} {body.day} {pollutant}: negative mass")
    return None


def _marks(state: State, rules: Rulebook, body: c.SealDay) -> Refusal | None:
    stand = standing(state, body.stack, body.day)
    if tuple(sorted(body.marks)) != stand:
        numbers = ", ".join(map(str, stand)) or "none"
        what = f"on {body.day} these marks of {body.stack} stand: {numbers}; take them into account and name them"
        return no(rules, "marks", Why.MARKS_DIFFER, what)
    if body.replaces and not body.reason.strip():
        return no(rules, "monitoring", Why.UNEXPLAINED, f"say why {body.stack} {body.day} is corrected")
    return None


def note_findings(state: State, rules: Rulebook, at: int, actor: str, body: c.NoteFindings) -> Decision:
    """What the host found in a year of a stack that can still be verified."""
    source = known_stack(state, rules, body.stack)
    if isinstance(source, Refusal):
        return source
    year = state.years.get((source.id, body.year))
    if year is not None and year.verified_mg is not None and not year.reopened:
        what = f"{source.id} {body.year} is verified; {who(rules, 'ReopenYear')} may reopen the year"
        return no(rules, "monitoring", Why.YEAR_CLOSED, what)
    for line in body.findings:
        if line.hours <= 0:
            what = f"{body.stack} {line.finding} concerns {line.hours} hours"
            return no(rules, "monitoring", Why.NOT_POSITIVE, what)
        if line.hours > HOURS_OF_YEAR:
            what = f"{body.stack} {line.finding} concerns {line.hours} hours, more than a year has"
            return no(rules, "monitoring", Why.TOO_LARGE, what)
    before = len(state.findings.get((body.stack, body.year), ()))
    return (e.FindingsNoted(body.stack, body.year, body.findings, before),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.SealDay: seal_day,
    c.NoteFindings: note_findings,
}
