"""How a works is monitored: its plan is approved, and what no monitor measured is handed in with its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import FiledEstimate, MonitoringPlan, Source
from airshed.engine.procedures.guards import Decision, Procedure, from_day, known_source, no, own_source, who
from airshed.engine.state import State
from airshed.model.period import days_of
from airshed.model.provenance import Programme
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

MONITOR = "monitor"
WHOLE = 10_000


def unmeasured(rules: Rulebook, source: Source) -> tuple[str, ...]:
    """Pollutants that the source owes for and no stack of it measures, sorted."""
    measured = source.measured()
    return tuple(sorted(rule.code for rule in lookup.owed(rules, source.sector) if rule.code not in measured))


def plan_on(state: State, source: str, day: str) -> MonitoringPlan | None:
    """The plan that holds on a day: of those that have begun, the last to begin, and of these the last approved."""
    begun = [plan for plan in state.plans.get(source, ()) if plan.begins <= day]
    last = max((plan.begins for plan in begun), default="")
    return next((plan for plan in reversed(begun) if plan.begins == last), None)


def estimates_of(state: State, source: str, year: int) -> tuple[FiledEstimate, ...]:
    """What stands of a year, in the order in which it was handed in."""
    return tuple(state.estimates.get((source, year), {}).values())


def admitted(rules: Rulebook, sector: str, pollutant: str) -> tuple[str, ...]:
    """The methods by which the law lets a mass be found, of all processes; none where it says nothing."""
    rows = [row for row in rules.methods.rows if (row.sector, row.pollutant) == (sector, pollutant)]
    return tuple(dict.fromkeys(method for row in rows for method in row.methods.split()))


def _not_admitted(rules: Rulebook, source: Source, pollutant: str, method: str) -> Refusal | None:
    methods = admitted(rules, source.sector, pollutant)
    if not methods or method in methods:
        return None
    what = f"{pollutant} of {source.sector} is not found by {method}; there are {', '.join(methods)}"
    return no(rules, "methods", Why.WRONG_KIND, what)


def approve_plan(state: State, rules: Rulebook, at: int, actor: str, body: c.ApprovePlan) -> Decision:
    """Every monitor of the works is in it, and every pollutant that it owes for; each part and pollutant once."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    refusal = _year_open(state, rules, source.id, int(body.begins[:4]))
    if refusal:
        return refusal
    seen: set[tuple[str, str]] = set()
    for line in body.lines:
        if (line.part, line.pollutant) in seen:
            return no(rules, "monitoring", Why.ALREADY_EXISTS, f"{line.part} {line.pollutant} stands in the plan twice")
        seen.add((line.part, line.pollutant))
        wrong = _misfit(state, rules, source, line)
        if wrong:
            return wrong
    lacking = list(_lacking(rules, source, body.lines))
    if lacking:
        return no(rules, "monitoring", Why.HOURS_MISSING, f"the plan of {source.id} lacks {', '.join(lacking)}")
    return (e.PlanApproved(source.id, body.begins, body.lines, body.evidence, actor),)


def _misfit(state: State, rules: Rulebook, source: Source, line: c.PlanLine) -> Refusal | None:
    """A monitor measures on a stack what the stack was registered for, and nothing else does."""
    stacks = dict(source.stacks)
    if line.part in state.stack_source and line.part not in stacks:
        what = f"{line.part} is a stack of {state.stack_source[line.part]}, not of {source.id}"
        return no(rules, "monitoring", Why.WRONG_KIND, what)
    measured = line.pollutant in stacks.get(line.part, ())
    if measured and line.method != MONITOR:
        what = f"{line.part} was registered with a monitor of {line.pollutant}; its method is {MONITOR}"
        return no(rules, "monitoring", Why.WRONG_KIND, what)
    if line.method == MONITOR and not measured:
        what = f"{line.part} has no monitor of {line.pollutant}"
        return no(rules, "monitoring", Why.WRONG_KIND, what)
    if not measured and line.pollutant not in unmeasured(rules, source):
        what = f"{source.id} estimates {', '.join(unmeasured(rules, source)) or 'nothing'}, not {line.pollutant}"
        return no(rules, "monitoring", Why.WRONG_KIND, what)
    return None if measured else _not_admitted(rules, source, line.pollutant, line.method)


def _lacking(rules: Rulebook, source: Source, lines: Sequence[c.PlanLine]) -> Iterator[str]:
    there = {(line.part, line.pollutant) for line in lines}
    for stack, pollutants in source.stacks:
        for pollutant in pollutants:
            if (stack, pollutant) not in there:
                yield f"{stack} {pollutant}"
    yield from (name for name in unmeasured(rules, source) if name not in {line.pollutant for line in lines})


def file_estimate(state: State, rules: Rulebook, at: int, actor: str, body: c.FileEstimate) -> Decision:
    """By the method that the plan says on each of its days, and about no day twice."""
    refusal = own_source(state, rules, actor, body.source)
    if refusal:
        return refusal
    source = state.sources[body.source]
    refusal = (
        _year_open(state, rules, source.id, body.year)
        or _figures(rules, at, body)
        or _of_no_monitor(rules, source, body)
        or _not_admitted(rules, source, body.pollutant, body.method)
        or _by_plan(state, rules, body)
        or _once(state, rules, body)
    )
    if refusal:
        return refusal
    return (
        e.EstimateFiled(
            body.source,
            body.year,
            body.pollutant,
            body.part,
            body.method,
            body.first,
            body.last,
            body.mass_mg,
            body.below,
            body.above,
            body.calculation,
            body.evidence,
            actor,
            body.replaces,
            body.reason,
        ),
    )


def _year_open(state: State, rules: Rulebook, source: str, year: int) -> Refusal | None:
    known = state.years.get((source, year))
    if known is None or known.verified_mg is None or known.reopened:
        return None
    what = f"{source} {year} is verified; {who(rules, 'ReopenYear')} may reopen the year"
    return no(rules, "monitoring", Why.YEAR_CLOSED, what)


def _figures(rules: Rulebook, at: int, body: c.FileEstimate) -> Refusal | None:
    if {body.first[:4], body.last[:4]} != {str(body.year)} or body.last < body.first:
        what = f"{body.first} to {body.last} is no span of {body.year}"
        return no(rules, "monitoring", Why.NOT_POSITIVE, what)
    if at < rules.standard.over(body.last):
        day = rules.standard.day_of(rules.standard.over(body.last))
        return no(rules, "monitoring", Why.TOO_EARLY, from_day(f"{body.last} is not over", day))
    if body.mass_mg < 0:
        return no(rules, "monitoring", Why.NOT_POSITIVE, f"{body.source} declares a negative mass")
    if (body.below is None) != (body.above is None) or (body.below or 0) > WHOLE:
        what = "a range has both sides, and the lower one is at most the mass itself"
        return no(rules, "monitoring", Why.WRONG_KIND, what)
    if not body.calculation.strip():
        return no(rules, "monitoring", Why.UNEXPLAINED, f"say how {body.pollutant} of {body.part} was calculated")
    return None


def _of_no_monitor(rules: Rulebook, source: Source, body: c.FileEstimate) -> Refusal | None:
    wanted = unmeasured(rules, source)
    if body.pollutant in wanted and body.method != MONITOR:
        return None
    what = f"{source.id} estimates {', '.join(wanted) or 'nothing'}; what a monitor measures is sealed day by day"
    return no(rules, "monitoring", Why.WRONG_KIND, what)


def _by_plan(state: State, rules: Rulebook, body: c.FileEstimate) -> Refusal | None:
    """A real programme wants a plan for every day; elsewhere the plan binds where there is one."""
    for day in _days(body.first, body.last):
        plan = plan_on(state, body.source, day)
        if plan is None:
            if isinstance(state.provenance, Programme):
                what = (
                    f"no monitoring plan of {body.source} holds on {day}; {who(rules, 'ApprovePlan')} may approve one"
                )
                return no(rules, "monitoring", Why.NOT_IN_FORCE, what)
            continue
        method = plan.method(body.part, body.pollutant)
        if method is None:
            what = f"on {day} the monitoring plan has no {body.pollutant} of {body.part}"
            return no(rules, "monitoring", Why.WRONG_KIND, what)
        if method != body.method:
            what = (
                f"on {day} the monitoring plan finds {body.pollutant} of {body.part} by {method}, not by {body.method}"
            )
            return no(rules, "monitoring", Why.WRONG_KIND, what)
    return None


def _days(first: str, last: str) -> list[str]:
    return [day for day in days_of(int(first[:4])) if first <= day <= last]


def _once(state: State, rules: Rulebook, body: c.FileEstimate) -> Refusal | None:
    """Days of a part that another estimate is about are handed in anew by naming that one, with the reason."""
    there = state.estimates.get((body.source, body.year), {})
    if body.replaces and body.replaces not in there:
        what = f"no estimate of {body.source} {body.year} rests on {body.replaces[:12]}, nothing to replace"
        return no(rules, "monitoring", Why.NOT_REPORTED, what)
    if body.replaces and not body.reason.strip():
        return no(rules, "monitoring", Why.UNEXPLAINED, f"say why {body.replaces[:12]} is replaced")
    for other in there.values():
        if other.evidence == body.replaces:
            continue
        same = (other.part, other.pollutant) == (body.part, body.pollutant)
        if same and other.first <= body.last and body.first <= other.last:
            what = (
                f"{other.first} to {other.last} of {body.part} {body.pollutant} is handed in already; a correction "
                f"names its file {other.evidence[:12]} under `replaces`"
            )
            return no(rules, "monitoring", Why.ALREADY_EXISTS, what)
    whose = next((key for key, each in state.estimates.items() if body.evidence in each), None)
    if whose is not None:
        what = f"an estimate of {whose[0]} {whose[1]} rests on the file {body.evidence[:12]} already"
        return no(rules, "monitoring", Why.ALREADY_EXISTS, what)
    return None


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.ApprovePlan: approve_plan,
    c.FileEstimate: file_estimate,
}
