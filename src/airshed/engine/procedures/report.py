"""Reporting: a year is reported, improved, verified, determined, and reopened when it must be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airshed.compliance.obligation import obligation
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import FiledEstimate, Improvement, Year
from airshed.engine.procedures import control_periods, lapsing
from airshed.engine.procedures.control_periods import FallingDue
from airshed.engine.procedures.guards import MOST, Decision, Procedure, from_day, known_source, no, own_source, who
from airshed.engine.procedures.monitoring import estimates_of
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.procedures.report_checks import Draft, examine
from airshed.engine.state import State
from airshed.model.allowance import common, count_of, lowest, pollutant_of, without
from airshed.model.provenance import Programme
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry.moves import Delivered, Move
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import over

MG_PER_G = 1000


def report_year(state: State, rules: Rulebook, at: int, actor: str, body: c.ReportYear) -> Decision:
    """The sealed days of every stack and what no stack measures; no blocking check fails, the others are explained."""
    refusal = own_source(state, rules, actor, body.source)
    if refusal:
        return refusal
    year = state.years.get((body.source, body.year))
    if year is not None and year.verified_mg is not None and not year.reopened:
        what = f"{body.source} {body.year} is verified; {who(rules, 'ReopenYear')} may reopen the year"
        return no(rules, "calendar", Why.YEAR_CLOSED, what)
    if at < rules.standard.instant(over(rules, body.year)):
        return no(rules, "calendar", Why.TOO_EARLY, from_day(f"{body.year} is not over", over(rules, body.year)))
    if min(body.declared_g.values(), default=0) < 0:
        return no(rules, "monitoring", Why.NOT_POSITIVE, f"{body.source} declares a negative mass")
    filed = estimates_of(state, body.source, body.year)
    refusal = _proven(state, rules, body, filed)
    if refusal:
        return refusal
    stated = {pollutant: grams * MG_PER_G for pollutant, grams in body.declared_g.items()}
    declared = dict(sorted({**stated, **_summed(filed)}.items()))
    draft = Draft(state, rules, state.sources[body.source], body.year, declared)
    checks = examine(draft, body.explained)
    if isinstance(checks, Refusal):
        return checks
    version = year.version if year is not None else 0
    if version and not body.reason.strip():
        what = f"report {version} of {body.source} {body.year} stands; say why this one takes its place"
        return no(rules, "reporting", Why.UNEXPLAINED, what)
    for pollutant, mass in (*draft.measured_mg.items(), *declared.items()):
        if mass > MOST:
            return no(rules, "monitoring", Why.TOO_LARGE, f"{body.source} {body.year} {pollutant}: {mass} mg")
    reported = e.YearReported(
        body.source,
        body.year,
        actor,
        draft.measured_mg,
        declared,
        version + 1,
        draft.rests_on(),
        checks,
        body.reason,
        _files(filed),
    )

    def about(other: c.Body) -> bool:
        return isinstance(other, c.VerifyYear) and (other.source, other.year) == (body.source, body.year)

    what = f"report {version + 1} of {body.source} {body.year} takes the place of the one that the opinion is about"
    return (*lapsing.overtaken(state, actor, what, about), reported)


def _proven(state: State, rules: Rulebook, body: c.ReportYear, filed: Sequence[FiledEstimate]) -> Refusal | None:
    """What has its file is not stated as a number too; in a real programme nothing is stated without one."""
    for pollutant in sorted(body.declared_g):
        if any(each.pollutant == pollutant for each in filed):
            what = f"{body.source} {body.year} has estimates of {pollutant}, which the report sums; leave it out"
            return no(rules, "reporting", Why.ALREADY_EXISTS, what)
        if isinstance(state.provenance, Programme):
            what = f"{pollutant} of {body.source} is a number without a file; hand in what it is calculated from"
            return no(rules, "reporting", Why.UNPROVEN, what)
    return None


def _summed(filed: Sequence[FiledEstimate]) -> dict[str, int]:
    """Mass by pollutant."""
    masses: dict[str, int] = {}
    for each in filed:
        masses[each.pollutant] = masses.get(each.pollutant, 0) + each.mass_mg
    return masses


def _files(filed: Sequence[FiledEstimate]) -> dict[str, tuple[str, ...]]:
    """Digests of their files by pollutant."""
    return {
        pollutant: tuple(each.evidence for each in filed if each.pollutant == pollutant)
        for pollutant in sorted({each.pollutant for each in filed})
    }


def request_improvement(state: State, rules: Rulebook, at: int, actor: str, body: c.RequestImprovement) -> Decision:
    """Of a year that is reported and not verified, by another than who reported."""
    year = _reported(state, rules, actor, body.source, body.year)
    if isinstance(year, Refusal):
        return year
    if not body.item.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, "say what is to be mended")
    number = len(year.improvements) + 1
    return (e.ImprovementRequested(body.source, body.year, number, actor, body.item),)


def answer_improvement(state: State, rules: Rulebook, at: int, actor: str, body: c.AnswerImprovement) -> Decision:
    """The operator's own, not closed; an answer can be given anew until it is."""
    refusal = own_source(state, rules, actor, body.source)
    if refusal:
        return refusal
    item = _item(state, rules, body.source, body.year, body.number)
    if isinstance(item, Refusal):
        return item
    if not body.answer.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, f"say what was done about item {item.number}")
    return (e.ImprovementAnswered(body.source, body.year, item.number, body.answer, body.evidence),)


def close_improvement(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseImprovement) -> Decision:
    """An answer is accepted, or sent back with a reason."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    item = _item(state, rules, body.source, body.year, body.number)
    if isinstance(item, Refusal):
        return item
    if item.state == "open":
        what = f"item {item.number} of {body.source} {body.year} has no answer yet"
        return no(rules, "reporting", Why.IMPROVEMENTS_OPEN, what)
    if not body.accepted and not body.reason.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, f"say why the answer to item {item.number} is not enough")
    return (e.ImprovementClosed(body.source, body.year, item.number, body.accepted, body.reason),)


def verify_year(state: State, rules: Rulebook, at: int, actor: str, body: c.VerifyYear) -> Decision:
    """Four eyes: who reported does not verify. An adverse opinion sets no obligation; an excluded year gets none."""
    year = _reported(state, rules, actor, body.source, body.year)
    if isinstance(year, Refusal):
        return year
    if (body.source, body.year) in state.excluded:
        return _excluded(rules, body.source, body.year)
    if body.opinion != "satisfactory" and not any(comment.strip() for comment in body.comments):
        return no(
            rules, "reporting", Why.UNEXPLAINED, f"an opinion {body.opinion!r} says in `comments` what it rests on"
        )
    if body.opinion == "adverse":
        adverse = e.YearVerified(body.source, body.year, body.opinion, actor, {}, {}, body.comments, year.version)
        return (adverse,)
    if year.stale:
        what = f"days or marks of {body.source} {body.year} changed after report {year.version}; it is to be made again"
        return no(rules, "reporting", Why.REPORT_STALE, what)
    unready = [
        item.number
        for item in year.improvements
        if item.state == "open" or (item.state == "answered" and body.opinion == "satisfactory")
    ]
    if unready:
        numbers = ", ".join(map(str, unready))
        what = f"an opinion {body.opinion!r} on {body.source} {body.year} waits for these items to be done: {numbers}"
        return no(rules, "reporting", Why.IMPROVEMENTS_OPEN, what)
    mass = {**year.measured_mg, **year.declared_mg}
    due = obligations(state, rules, mass, body.source, body.year)
    if isinstance(due, Refusal):
        return due
    back, words = given_back(rules, year, due.owed), body.comments
    counted = e.YearVerified(body.source, body.year, body.opinion, actor, mass, due.owed, words, year.version, back)
    return (counted, *due.facts)


def determine_year(state: State, rules: Rulebook, at: int, actor: str, body: c.DetermineYear) -> Decision:
    """The authority sets every capped pollutant of a source that did not get a satisfactory opinion."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    year = state.years.get((body.source, body.year))
    if year is not None and year.verified_mg is not None and not year.reopened:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{body.source} {body.year} is verified")
    if (body.source, body.year) in state.excluded:
        return _excluded(rules, body.source, body.year)
    if at < rules.standard.instant(over(rules, body.year)):
        return no(rules, "calendar", Why.TOO_EARLY, from_day(f"{body.year} is not over", over(rules, body.year)))
    capped = tuple(sorted(rule.code for rule in lookup.owed(rules, source.sector)))
    if tuple(sorted(body.mass_g)) != capped or min(body.mass_g.values()) < 0:
        return no(rules, "monitoring", Why.HOURS_MISSING, f"set a mass of each of {', '.join(capped)}")
    mass = {pollutant: grams * MG_PER_G for pollutant, grams in sorted(body.mass_g.items())}
    if max(mass.values()) > MOST:
        return no(rules, "monitoring", Why.TOO_LARGE, f"{body.source} {body.year}: more than {MOST} mg")
    due = obligations(state, rules, mass, body.source, body.year)
    if isinstance(due, Refusal):
        return due
    back = given_back(rules, year, due.owed) if year is not None else ()
    return (e.YearDetermined(body.source, body.year, actor, mass, due.owed, body.reason, back), *due.facts)


def reopen_year(state: State, rules: Rulebook, at: int, actor: str, body: c.ReopenYear) -> Decision:
    """A verified year can be reopened until its account is settled."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    year = state.years.get((body.source, body.year))
    if year is None or year.verified_mg is None:
        return no(rules, "calendar", Why.NOT_VERIFIED, f"{body.source} {body.year} is not verified; it is open")
    if year.reopened:
        return no(rules, "calendar", Why.ALREADY_EXISTS, f"{body.source} {body.year} is reopened")
    if (source.account, body.year) in state.closed:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{source.account} has settled {body.year}")
    if not body.reason.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, f"say why {body.source} {body.year} is reopened")
    refusal = control_periods.borne(state, rules, body.source, body.year)
    if refusal:
        return refusal
    return (e.YearReopened(body.source, body.year, actor, body.reason),)


def _reported(state: State, rules: Rulebook, actor: str, source: str, number: int) -> Year | Refusal:
    """A year that is reported, by another than the actor, and open to an opinion."""
    year = state.years.get((source, number))
    if year is not None and year.reporter == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{actor} reported {source} {number}; another verifies")
    known = known_source(state, rules, source)
    if isinstance(known, Refusal):
        return known
    if year is None or year.reporter is None:
        return no(rules, "calendar", Why.NOT_REPORTED, f"{source} has not reported {number}")
    if year.verified_mg is not None and not year.reopened:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{source} {number} is verified")
    return year


def _excluded(rules: Rulebook, source: str, year: int) -> Refusal:
    return no(rules, "calendar", Why.YEAR_CLOSED, f"{source} {year} is excluded; include the year again first")


def _item(state: State, rules: Rulebook, source: str, number: int, item: int) -> Improvement | Refusal:
    """An item that is not closed."""
    year = state.years.get((source, number))
    if year is None or not 1 <= item <= len(year.improvements):
        return no(rules, "reporting", Why.UNKNOWN_ITEM, f"the list of {source} {number} has no item {item}")
    found = year.improvements[item - 1]
    if found.state == "closed":
        return no(rules, "reporting", Why.ALREADY_EXISTS, f"item {item} of {source} {number} is closed")
    return found


def obligations(
    state: State, rules: Rulebook, mass_mg: Mapping[str, int], source: str, year: int
) -> FallingDue | Refusal:
    """What a year obliges a source to surrender by pollutant, and what it defers; nothing before its sector owes.

    What was settled stays owed, though a later law lets the sector owe from a later year.
    """
    whole: dict[str, int] = {}
    known = state.years.get((source, year))
    settled = known is not None and bool(known.settled)
    if settled or owes_in(state, rules, state.sources[source], year):
        refusal = control_periods.incomplete(state, rules, source, year)
        if refusal:
            return refusal
        try:
            whole = {
                pollutant: obligation(mass, rules.allowance.size_kg, rules.allowance.rounding)
                for pollutant, mass in sorted(mass_mg.items())
            }
        except Malformed as error:
            return no(rules, "allowance", Why.TOO_LARGE, str(error))
    return control_periods.falling_due(state, rules, source, year, mass_mg, whole)


def given_back(rules: Rulebook, year: Year, owed: Mapping[str, int]) -> tuple[Move, ...]:
    """What was surrendered beyond a lowered obligation, last given first, lowest serials first (I11).

    Of credits first what is over their share of it now, so that allowances do not go back in their place.
    """
    moves: list[Move] = []
    for pollutant, given in sorted(year.given.items()):
        over = year.surrendered.get(pollutant, 0) - owed.get(pollutant, 0)
        left = list(given)
        for credit in [row.credit for row in rules.compliance.credits if row.pollutant == pollutant]:
            share = lookup.credit_share(rules, credit, year.year) * owed.get(pollutant, 0) // lookup.WHOLE
            mine = [move for move in left if pollutant_of(move.series) == credit]
            back = last_given(mine, min(over, sum(count_of(move.blocks) for move in mine) - share))
            over -= sum(count_of(move.blocks) for move in back)
            moves += back
            left = _without(left, back)
        for codes, part in lookup.credits_together(rules, pollutant, year.year).items():
            share = part * owed.get(pollutant, 0) // lookup.WHOLE
            mine = [move for move in left if pollutant_of(move.series) in codes]
            back = last_given(mine, min(over, sum(count_of(move.blocks) for move in mine) - share))
            over -= sum(count_of(move.blocks) for move in back)
            moves += back
            left = _without(left, back)
        moves += last_given(left, over)
    return tuple(moves)


def _without(given: Sequence[Delivered], back: Sequence[Delivered]) -> list[Delivered]:
    """What stays given once moves went back."""
    left: list[Delivered] = []
    for move in given:
        gone = [block for each in back if each.series == move.series for block in each.blocks]
        blocks = without(move.blocks, common(move.blocks, tuple(sorted(gone))))
        if blocks:
            left.append(Delivered(move.origin, move.target, move.series, blocks))
    return left


def last_given(given: Sequence[Delivered], count: int) -> list[Delivered]:
    """The moves that return `count` of what was given, or nothing when that is not above zero."""
    moves: list[Delivered] = []
    for move in reversed(given):
        if count <= 0:
            break
        part = min(count, sum(block.count for block in move.blocks))
        moves.append(Delivered(move.target, move.origin, move.series, lowest(move.blocks, part)[0]))
        count -= part
    return moves


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.ReportYear: report_year,
    c.RequestImprovement: request_improvement,
    c.AnswerImprovement: answer_improvement,
    c.CloseImprovement: close_improvement,
    c.VerifyYear: verify_year,
    c.DetermineYear: determine_year,
    c.ReopenYear: reopen_year,
}
