"""Sources that the law does not oblige: they opt in from a year on, with a baseline, and leave again."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Source
from airshed.engine.procedures.guards import Decision, Procedure, from_day, known_source, no
from airshed.engine.procedures.obliged import opted_in, owes_in
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.programme_sections import SectorRule
from airshed.rulebook.schema import Rulebook

LAW = "allocation"


def opt_in(state: State, rules: Rulebook, at: int, actor: str, body: c.OptIn) -> Decision:
    """From a year that is not over and not settled, with a baseline for all that its sector owes."""
    source = known_source(state, rules, body.source, LAW)
    if isinstance(source, Refusal):
        return source
    sector = _sector(rules, source)
    if sector is None or not sector.voluntary:
        what = f"{body.source} is of {source.sector}, which is not voluntary"
        return no(rules, LAW, Why.NOT_ELIGIBLE, f"{what}; the law alone says whether it owes")
    if lookup.owes_in(rules, source.sector, body.year):
        what = f"{source.sector} owes by law from {sector.owes_from} on"
        return no(rules, LAW, Why.NOTHING_DUE, what)
    if source.id in state.closures:
        return no(rules, LAW, Why.NOT_ELIGIBLE, f"{source.id} has closed on {state.closures[source.id]}")
    spans = state.opted.get(source.id, ())
    if spans and (spans[-1].last is None or spans[-1].last >= body.year):
        what = f"{source.id} owes by its own wish from {spans[-1].first} on"
        return no(rules, LAW, Why.ALREADY_EXISTS, what)
    refusal = _begun(state, rules, at, source, body.year) or _baseline(rules, source, body)
    if refusal:
        return refusal
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"name the application with which {source.id} opts in")
    return (e.SourceOptedIn(source.id, body.year, body.baseline, actor, body.reason),)


def opt_out(state: State, rules: Rulebook, at: int, actor: str, body: c.OptOut) -> Decision:
    """After as many years as the law asks, with a year that is not over; what was given for later is back."""
    source = known_source(state, rules, body.source, LAW)
    if isinstance(source, Refusal):
        return source
    spans = state.opted.get(source.id, ())
    if not spans or spans[-1].last is not None or spans[-1].first > body.year:
        what = f"{source.id} does not owe for {body.year} by its own wish"
        return no(rules, LAW, Why.NOTHING_DUE, what)
    first, sector = spans[-1].first, _sector(rules, source)
    stays = (sector.stays_years if sector is not None else None) or 1
    if body.year < first + stays - 1:
        what = f"{source.id} opted in from {first} on, for {stays} years at least"
        return no(rules, LAW, Why.TOO_EARLY, f"{what}; it may leave with {first + stays - 1}")
    if body.year < int(rules.civil.day_of(at)[:4]):
        what = f"{body.year} is over, and {source.id} owes for the year that runs"
        return no(rules, LAW, Why.TOO_LATE, f"{what}; let it leave with a year that is not over")
    row = lookup.control_period(rules, body.year)
    if row is not None and body.year != row.last and opted_in(state, source.id, row.first):
        what = f"the control period of {body.year} ends with {row.last}"
        return no(rules, "compliance", Why.CONDITION_OPEN, f"{what}; let {source.id} leave with it")
    for (name, series), granted in state.grants.items():
        if name == source.id and granted.count and Series.parse(series).vintage > body.year:
            what = f"{source.id} was given {granted.count} of {series}"
            return no(rules, LAW, Why.CONDITION_OPEN, f"{what}; they are returned first (ReturnExcess)")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"name the application with which {source.id} leaves")
    return (e.SourceOptedOut(source.id, body.year, actor, body.reason),)


def shares(
    state: State, rules: Rulebook, source: Source, line: c.ActivityLine, pollutant: str, vintage: int
) -> Refusal | None:
    """Whether a source takes part in an allocation: it owes for the year, and by its own wish with its own baseline."""
    if lookup.owes_in(rules, source.sector, vintage):
        return None
    if not owes_in(state, rules, source, vintage):
        first = lookup.owes_from(rules, source.sector)
        if first == lookup.NEVER:
            what = f"{source.id} is of {source.sector}, which owes only for years with which it has opted in"
        else:
            what = f"{source.id} is of {source.sector}, which owes nothing before {first}"
        return no(rules, LAW, Why.NOT_ELIGIBLE, what)
    known = opted_in(state, source.id, vintage)
    assert known is not None, source
    for each in known.baseline:
        same = (each.years, each.emitted_kg, each.output) == (line.years, line.emitted_kg, line.output)
        if each.pollutant == pollutant and not same:
            what = f"{source.id} opted in with another baseline of {pollutant} than its line has"
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{what}; write that one")
    return None


def _sector(rules: Rulebook, source: Source) -> SectorRule | None:
    return next((each for each in rules.sectors if each.code == source.sector), None)


def _begun(state: State, rules: Rulebook, at: int, source: Source, year: int) -> Refusal | None:
    """A year that is over, verified or settled is not owed for afterwards."""
    today = rules.civil.day_of(at)
    if year < int(today[:4]):
        return no(rules, LAW, Why.TOO_LATE, f"{year} is over; opt in from {today[:4]} on, or later")
    known = state.years.get((source.id, year))
    if (known is not None and known.verified_mg is not None) or (source.account, year) in state.closed:
        return no(rules, LAW, Why.YEAR_CLOSED, from_day(f"{source.id} {year} is verified or settled", f"{year + 1}"))
    return None


def _baseline(rules: Rulebook, source: Source, body: c.OptIn) -> Refusal | None:
    """A line for each pollutant that the sector owes, and as many figures as years in each."""
    owed = sorted(rule.code for rule in lookup.owed(rules, source.sector))
    if sorted(each.pollutant for each in body.baseline) != owed:
        what = f"give a baseline of each of {', '.join(owed)}, once"
        return no(rules, LAW, Why.NOT_ELIGIBLE, what)
    for each in body.baseline:
        if not each.years or not len(each.years) == len(each.emitted_kg) == len(each.output):
            what = f"the baseline of {each.pollutant} has {len(each.years)} years"
            return no(rules, LAW, Why.NOT_ELIGIBLE, f"{what}; give an emission and an output of each, of one at least")
        if min(*each.emitted_kg, *each.output) < 0:
            return no(rules, LAW, Why.NOT_POSITIVE, f"the baseline of {each.pollutant} has a figure below zero")
    return None


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {c.OptIn: opt_in, c.OptOut: opt_out}
