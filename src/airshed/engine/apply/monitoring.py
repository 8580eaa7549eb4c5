"""How a works is monitored: its plan, masses that no monitor measured, tests of its monitors."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import FiledEstimate, MonitoringPlan, MonitorTest, TestedHours, out_number
from airshed.engine.state import State
from airshed.model.period import HOUR_MS


def planned(state: State, event: e.PlanApproved) -> None:
    """A plan holds from its day on; those of before stay for the days before."""
    plan = MonitoringPlan(event.begins, event.lines, event.evidence, event.actor, event.confirmed_by)
    state.plans.setdefault(event.source, []).append(plan)
    for (source, year), known in state.years.items():
        if source == event.source and year >= int(event.begins[:4]):
            known.stale = True


def filed(state: State, event: e.EstimateFiled) -> None:
    """A mass stands, in place of one that it replaces."""
    there = state.estimates.setdefault((event.source, event.year), {})
    if event.replaces:
        del there[event.replaces]
    there[event.evidence] = FiledEstimate(
        event.source,
        event.year,
        event.pollutant,
        event.part,
        event.method,
        event.first,
        event.last,
        event.mass_mg,
        event.below,
        event.above,
        event.calculation,
        event.evidence,
        event.actor,
    )
    year = state.years.get((event.source, event.year))
    if year is not None:
        year.stale = True


def tested(state: State, event: e.MonitorTested) -> None:
    """A test stands, and what all of its kind put out of control."""
    at = state.standard.hour_instant(event.hour)
    test = MonitorTest(
        event.number,
        event.stack,
        event.of,
        event.test,
        at,
        event.result,
        event.outcome,
        event.about,
        event.actor,
        event.evidence,
    )
    state.next_test = event.number + 1
    state.tests.setdefault(event.stack, []).append(test)
    state.out_of_control.setdefault(event.stack, {})[event.of, event.test] = tuple(
        TestedHours(
            out_number(out),
            out.why,
            state.standard.hour_instant(out.first),
            state.standard.hour_instant(out.last) + HOUR_MS if out.last else None,
            event.about,
        )
        for out in event.out
    )
    source = state.stack_source[event.stack]
    for (other, _), known in state.years.items():
        if other == source:
            known.stale = True


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.PlanApproved: planned,
    e.EstimateFiled: filed,
    e.MonitorTested: tested,
}
