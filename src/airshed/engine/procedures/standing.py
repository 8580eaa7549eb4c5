"""Compliance over the years: excluding a year, and correcting an emission after the settlement."""

from __future__ import annotations

from airshed.compliance.amending import Settled, amend
from airshed.compliance.shortfall import makeup
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.settling import of_shortfall
from airshed.engine.nouns import Year
from airshed.engine.procedures import control_periods, lapsing
from airshed.engine.procedures.control_periods import FallingDue
from airshed.engine.procedures.deadlines import deadline, surrender_day
from airshed.engine.procedures.guards import MOST, Decision, Procedure, known_source, no
from airshed.engine.procedures.report import MG_PER_G, given_back, obligations
from airshed.engine.procedures.settling import penalty_of, terms_of
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Refusal, Why
from airshed.rulebook.schema import Rulebook


def exclude_year(state: State, rules: Rulebook, at: int, actor: str, body: c.ExcludeYear) -> Decision:
    """A year that has no verified figure and is not settled, with a reason."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    key = (body.source, body.year)
    if key in state.excluded:
        return no(rules, "calendar", Why.ALREADY_EXISTS, f"{body.source} {body.year} is excluded")
    first = min((Series.parse(series).vintage for series in state.ledger.caps), default=body.year)
    if body.year < first:
        what = f"{body.source} owes nothing for {body.year}: the first year of the programme is {first}"
        return no(rules, "calendar", Why.NOTHING_DUE, what)
    known = state.years.get(key)
    if (source.account, body.year) in state.closed:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{source.account} has settled {body.year}; amend the year")
    if known is not None and any((*known.obligation.values(), *known.deferred.values())):
        what = f"{body.source} {body.year} has a verified figure; determine it as zero before the year is excluded"
        return no(rules, "calendar", Why.YEAR_CLOSED, what)
    if control_periods.deferring(state, body.source, body.year):
        what = f"what earlier years deferred falls due with {body.source} {body.year}"
        return no(rules, "compliance", Why.CONDITION_OPEN, f"{what}; determine the year as zero instead")
    if not body.reason.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, f"say why {body.source} {body.year} is excluded")
    return (e.YearExcluded(body.source, body.year, actor, body.reason),)


def include_year(state: State, rules: Rulebook, at: int, actor: str, body: c.IncludeYear) -> Decision:
    """A year that is excluded and not settled, with a reason."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    if (body.source, body.year) not in state.excluded:
        return no(rules, "calendar", Why.NOTHING_DUE, f"{body.source} {body.year} is not excluded")
    if (source.account, body.year) in state.closed:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{source.account} has settled {body.year}")
    if not body.reason.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, f"say why {body.source} {body.year} obliges again")
    return (e.YearIncluded(body.source, body.year, actor, body.reason),)


def amend_year(state: State, rules: Rulebook, at: int, actor: str, body: c.AmendYear) -> Decision:
    """A settled year: more is due with the next deadline, less walks back through what is not paid."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    year = state.years.get((body.source, body.year))
    if year is None or year.verified_mg is None:
        return no(rules, "calendar", Why.NOT_VERIFIED, f"{body.source} {body.year} has no verified emission")
    if not year.settled:
        what = f"{body.source} {body.year} is not settled; reopen the year instead"
        return no(rules, "calendar", Why.TOO_EARLY, what)
    if tuple(sorted(body.mass_g)) != tuple(sorted(year.settled)) or min(body.mass_g.values()) < 0:
        what = f"set a mass of each of {', '.join(sorted(year.settled))}, which were settled"
        return no(rules, "monitoring", Why.HOURS_MISSING, what)
    if not body.reason.strip():
        return no(rules, "reporting", Why.UNEXPLAINED, f"say what came to light about {body.source} {body.year}")
    mass = {pollutant: grams * MG_PER_G for pollutant, grams in sorted(body.mass_g.items())}
    if max(mass.values()) > MOST:
        return no(rules, "monitoring", Why.TOO_LARGE, f"{body.source} {body.year}: more than {MOST} mg")
    due = obligations(state, rules, mass, body.source, body.year)
    if isinstance(due, Refusal):
        return due
    if mass == year.verified_mg:
        return no(rules, "calendar", Why.NOTHING_DUE, f"{body.source} {body.year} has these figures already")
    owed = {code: count + year.for_group.get(code, 0) for code, count in due.owed.items()}
    bearing = _bearing(state, rules, year, due)
    if isinstance(bearing, Refusal):
        return bearing
    years = {body.year: (year, mass, owed), **bearing}
    corrected = [_corrected(state, rules, at, actor, *each, body.reason) for each in years.values()]

    def about(other: c.Body) -> bool:
        same = isinstance(other, c.AmendYear) and other.source == body.source and other.year in years
        return same and other is not body

    what = f"{body.source} {body.year} was amended before it was confirmed; propose it anew"
    return (*lapsing.overtaken(state, actor, what, about), corrected[0], *due.facts, *corrected[1:])


Corrected = tuple[Year, dict[str, int], dict[str, int]]


def _bearing(state: State, rules: Rulebook, year: Year, due: FallingDue) -> dict[int, Corrected] | Refusal:
    """The last year of the period as it is once another part is deferred to it; none where it bears nothing yet."""
    deferred = due.deferral.deferred if due.deferral else {}
    more = {code: deferred.get(code, 0) - year.deferred.get(code, 0) for code in due.owed}
    last = year.falls_due
    if last is None or not any(more.values()) or not control_periods.verified(state, year.source, last):
        return {}
    bears = state.years[year.source, last]
    if not bears.settled:
        what = f"{year.source} {last} is verified and bears what {year.year} deferred"
        return no(rules, "compliance", Why.CONDITION_OPEN, f"{what}; reopen {last} first, and verify it again after")
    mass = bears.verified_mg
    assert mass is not None
    return {last: (bears, mass, {code: count + more.get(code, 0) for code, count in bears.obligation.items()})}


def _corrected(
    state: State,
    rules: Rulebook,
    at: int,
    actor: str,
    year: Year,
    mass_mg: dict[str, int],
    owed: dict[str, int],
    reason: str,
) -> e.YearAmended:
    """A settled year with another obligation: more is open until the next deadline, less walks back."""
    amended = tuple(_amended(state, rules, year, pollutant, owed[pollutant]) for pollutant in sorted(owed))
    waits = any(year.extra.values()) and rules.civil.day_of(at) <= year.extra_until
    until = year.extra_until if waits else next_deadline(rules, at, year.year)
    number = year.amendments + 1
    return e.YearAmended(
        year.source, year.year, number, actor, mass_mg, amended, until, reason, given_back(rules, year, owed)
    )


def _amended(state: State, rules: Rulebook, year: Year, pollutant: str, owed: int) -> e.Amended:
    before = year.settled[pollutant]
    given, extra = year.surrendered.get(pollutant, 0), year.extra.get(pollutant, 0)
    after, _ = amend(Settled(given, before.shortfall, extra), owed)
    due, penalty = year.due_fen.get(pollutant, 0), before.penalty_fen
    less = 0
    if after.shortfall < before.shortfall:
        known = of_shortfall(state, year.source, year.year, pollutant)
        paid = sum(state.penalties[key].paid_fen for key in known)
        penalty = max(paid, min(penalty, penalty_of(rules, year.year, after.shortfall, before.price)))
        due = min(due, penalty - paid)
        percent = terms_of(rules, year.year).makeup_percent
        waived = makeup(before.shortfall, percent) - makeup(after.shortfall, percent)
        less = min(waived, state.makeup_due.get((year.source, pollutant), 0))
    return e.Amended(pollutant, owed, after.extra, after.shortfall, penalty, due, less)


def next_deadline(rules: Rulebook, at: int, year: int) -> str:
    """The last day of the first year whose surrender is still open."""
    while at > deadline(rules, year):
        year += 1
    return surrender_day(rules, year)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.ExcludeYear: exclude_year,
    c.IncludeYear: include_year,
    c.AmendYear: amend_year,
}
