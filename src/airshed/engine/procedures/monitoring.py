"""Monitoring: sealed days, reported years, verification, the regulator's own determination."""

from __future__ import annotations

from collections.abc import Mapping

from airshed.compliance.obligation import obligation
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Source
from airshed.engine.procedures.guards import MOST, Decision, no, own_source
from airshed.engine.state import State
from airshed.model.period import DAY_MS, days_of, instant
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.rulebook.schema import Rulebook

MG_PER_G = 1000


def seal_day(state: State, rules: Rulebook, at: int, actor: str, body: c.SealDay) -> Decision:
    """A day is complete (24 hours of each pollutant, none missing), over, and sealed once (I9, I10)."""
    source = state.stack_source.get(body.stack)
    if source is None:
        return no(rules, "monitoring", Why.UNKNOWN_STACK, f"there is no stack {body.stack}")
    measures = dict(state.sources[source].stacks)[body.stack]
    sealed = state.days[body.stack].get(body.day)
    if sealed is not None and body.replaces != sealed.evidence:
        return no(
            rules,
            "monitoring",
            Why.DAY_SEALED,
            f"{body.stack} {body.day} is sealed; a correction names its evidence digest {sealed.evidence[:12]}",
        )
    if sealed is None and body.replaces:
        return no(
            rules,
            "monitoring",
            Why.NOT_REPORTED,
            f"{body.stack} {body.day} is not sealed, nothing to replace",
        )
    try:
        over = instant(body.day) + DAY_MS
    except ValueError:
        return no(rules, "monitoring", Why.TOO_EARLY, f"{body.day!r} is not a day; write it as 2027-12-31")
    if at < over:
        return no(rules, "monitoring", Why.TOO_EARLY, f"{body.day} is not over")
    if (source, int(body.day[:4])) in state.years:
        return no(rules, "monitoring", Why.YEAR_CLOSED, f"{source} has reported {body.day[:4]}; amend the report")
    if tuple(sorted(body.hours)) != tuple(sorted(measures)) or body.hours.keys() != body.mass_mg.keys():
        return no(
            rules,
            "monitoring",
            Why.HOURS_MISSING,
            f"{body.stack} measures {', '.join(measures)}; give each of them",
        )
    for pollutant, (measured, substituted, stopped) in body.hours.items():
        if min(measured, substituted, stopped) < 0 or measured + substituted + stopped != 24:
            return no(
                rules,
                "monitoring",
                Why.HOURS_MISSING,
                f"{body.stack} {body.day} {pollutant}: {measured} measured, {substituted} substituted and {stopped} "
                "stopped hours are not 24",
            )
        if body.mass_mg[pollutant] < 0:
            return no(rules, "monitoring", Why.NOT_POSITIVE, f"{body.stack} {body.day} {pollutant}: negative mass")
    return (e.DaySealed(body.stack, body.day, body.hours, body.mass_mg, body.evidence, body.replaces),)


def report_year(state: State, rules: Rulebook, at: int, actor: str, body: c.ReportYear) -> Decision:
    """Every day of every stack is sealed; what no stack measures is declared, and nothing else."""
    refusal = own_source(state, rules, actor, body.source)
    if refusal:
        return refusal
    source = state.sources[body.source]
    year = state.years.get((body.source, body.year))
    if year is not None and year.verified_mg is not None:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{body.source} {body.year} is verified")
    if not 1970 < body.year < 9999 or at < instant(f"{body.year + 1}-01-01"):
        return no(rules, "calendar", Why.TOO_EARLY, f"{body.year} is not over")
    measured: dict[str, int] = {pollutant: 0 for pollutant in source.measured()}
    for stack, pollutants in source.stacks:
        days = state.days[stack]
        missing = [day for day in days_of(body.year) if day not in days]
        if missing:
            return no(
                rules,
                "monitoring",
                Why.DAYS_MISSING,
                f"{stack} lacks {len(missing)} sealed days of {body.year}, the first {missing[0]}; seal them",
            )
        for day in days_of(body.year):
            for pollutant in pollutants:
                measured[pollutant] += days[day].mass_mg[pollutant]
    wanted = _unmeasured(rules, source)
    if tuple(sorted(body.declared_g)) != wanted:
        return no(
            rules,
            "monitoring",
            Why.HOURS_MISSING,
            f"{body.source} declares what no stack measures: {', '.join(wanted) or 'nothing'}",
        )
    if min(body.declared_g.values(), default=0) < 0:
        return no(rules, "monitoring", Why.NOT_POSITIVE, f"{body.source} declares a negative mass")
    declared = {pollutant: grams * MG_PER_G for pollutant, grams in sorted(body.declared_g.items())}
    for pollutant, mass in (*measured.items(), *declared.items()):
        if mass > MOST:
            return no(rules, "monitoring", Why.TOO_LARGE, f"{body.source} {body.year} {pollutant}: {mass} mg")
    return (e.YearReported(body.source, body.year, actor, measured, declared),)


def verify_year(state: State, rules: Rulebook, at: int, actor: str, body: c.VerifyYear) -> Decision:
    """Four eyes: who reported does not verify. An adverse opinion sets no obligation."""
    year = state.years.get((body.source, body.year))
    if year is not None and year.reporter == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{actor} reported {body.source} {body.year}; another verifies")
    if body.source not in state.sources:
        return no(rules, "roles", Why.UNKNOWN_SOURCE, f"there is no source {body.source}")
    if year is None or year.reporter is None:
        return no(rules, "calendar", Why.NOT_REPORTED, f"{body.source} has not reported {body.year}")
    if year.verified_mg is not None:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{body.source} {body.year} is verified")
    if body.opinion == "adverse":
        return (e.YearVerified(body.source, body.year, body.opinion, actor, {}, {}),)
    mass = {**year.measured_mg, **year.declared_mg}
    owed = _obligations(rules, mass)
    if isinstance(owed, Refusal):
        return owed
    return (e.YearVerified(body.source, body.year, body.opinion, actor, mass, owed),)


def determine_year(state: State, rules: Rulebook, at: int, actor: str, body: c.DetermineYear) -> Decision:
    """The authority sets every capped pollutant of a source that did not get a satisfactory opinion."""
    source = state.sources.get(body.source)
    if source is None:
        return no(rules, "roles", Why.UNKNOWN_SOURCE, f"there is no source {body.source}")
    year = state.years.get((body.source, body.year))
    if year is not None and year.verified_mg is not None:
        return no(rules, "calendar", Why.YEAR_CLOSED, f"{body.source} {body.year} is verified")
    if not 1970 < body.year < 9999 or at < instant(f"{body.year + 1}-01-01"):
        return no(rules, "calendar", Why.TOO_EARLY, f"{body.year} is not over")
    capped = tuple(sorted(pollutant.code for pollutant in rules.pollutants))
    if tuple(sorted(body.mass_g)) != capped or min(body.mass_g.values()) < 0:
        return no(rules, "monitoring", Why.HOURS_MISSING, f"set a mass of each of {', '.join(capped)}")
    mass = {pollutant: grams * MG_PER_G for pollutant, grams in sorted(body.mass_g.items())}
    if max(mass.values()) > MOST:
        return no(rules, "monitoring", Why.TOO_LARGE, f"{body.source} {body.year}: more than {MOST} mg")
    owed = _obligations(rules, mass)
    if isinstance(owed, Refusal):
        return owed
    return (e.YearDetermined(body.source, body.year, actor, mass, owed, body.reason),)


def _unmeasured(rules: Rulebook, source: Source) -> tuple[str, ...]:
    measured = source.measured()
    return tuple(sorted(rule.code for rule in rules.pollutants if rule.code not in measured))


def _obligations(rules: Rulebook, mass_mg: Mapping[str, int]) -> dict[str, int] | Refusal:
    try:
        return {
            pollutant: obligation(mass, rules.allowance.size_kg, rules.allowance.rounding)
            for pollutant, mass in sorted(mass_mg.items())
        }
    except Malformed as error:
        return no(rules, "allowance", Why.TOO_LARGE, str(error))
