"""How a works is monitored, on pages: the plan that holds, what no monitor measured, tests of its monitors."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from airshed.compliance.publication import embargoed
from airshed.engine.nouns import Source
from airshed.engine.procedures.monitoring import plan_on
from airshed.engine.state import State
from airshed.model.measures import Unit, mass_kg
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.happening import in_column
from airshed.rulebook.schema import Rulebook

METHODS: Mapping[str, Phrase] = {
    "monitor": Phrase("monitor", "在线监测"),
    "manual": Phrase("tests by hand", "手工监测"),
    "balance": Phrase("balance", "物料衡算"),
    "leaks": Phrase("survey of leaks", "泄漏检测"),
    "factor": Phrase("emission factor", "排放系数"),
}
TESTS: Mapping[str, Phrase] = {
    "zero_drift": Phrase("zero drift", "零点漂移"),
    "span_drift": Phrase("span drift", "量程漂移"),
    "accuracy": Phrase("accuracy", "准确度比对"),
}
OUTCOMES: Mapping[str, Phrase] = {
    "passed": Phrase("passed", "合格"),
    "failed": Phrase("failed", "不合格"),
    "between": Phrase("between pass and fail", "介于合格与失控之间"),
}


class PlanSeen(NamedTuple):
    """The plan that holds, on a page."""

    begins: str
    lines: tuple[tuple[str, str, Phrase], ...]
    evidence: str
    approved: str
    confirmed: str


class EstimateSeen(NamedTuple):
    """A mass without a monitor, on a page; without figures where they are not public yet."""

    year: int
    pollutant: str
    part: str
    method: Phrase
    first: str
    last: str
    mass: Phrase
    spread: str
    calculation: str
    evidence: str


class MonitorTestSeen(NamedTuple):
    """A test of a monitor, on a page."""

    number: int
    stack: str
    of: Phrase
    test: Phrase
    hour: str
    result: str
    outcome: Phrase
    failed: bool


def plan_of(state: State, source: str, today: str) -> PlanSeen | None:
    """The plan that holds today; of one that has not begun, that one."""
    plans = state.plans.get(source, ())
    plan = plan_on(state, source, today) or (plans[-1] if plans else None)
    if plan is None:
        return None
    lines = tuple((line.part, line.pollutant, METHODS[line.method]) for line in plan.lines)
    return PlanSeen(plan.begins, lines, plan.evidence, plan.actor, plan.confirmed_by)


def estimates_of(state: State, rules: Rulebook, source: str, today: str, *, whole: bool) -> list[EstimateSeen]:
    """What was handed in of the years that somebody may see, the last year first."""
    public = rules.compliance.emissions_public_on
    return [
        EstimateSeen(
            each.year,
            each.pollutant,
            each.part,
            METHODS[each.method],
            each.first,
            each.last,
            in_column(mass_kg(each.mass_mg), Unit.KG, rules),
            "" if each.below is None or each.above is None else f"−{_percent(each.below)} +{_percent(each.above)}",
            each.calculation,
            each.evidence,
        )
        for (of, year), filed in sorted(state.estimates.items(), key=lambda pair: -pair[0][1])
        if of == source and (whole or not embargoed(year, public, today))
        for each in filed.values()
    ]


def tests_of(state: State, source: Source) -> list[MonitorTestSeen]:
    """Every test of its monitors, the last first."""
    tests = [test for stack, _ in source.stacks for test in state.tests.get(stack, ())]
    return [
        MonitorTestSeen(
            test.id,
            test.stack,
            Phrase("velocity", "流速") if test.of == "velocity" else same(test.of),
            TESTS[test.test],
            state.standard.hour_of(test.at).replace("T", " "),
            _percent(test.result),
            OUTCOMES[test.outcome],
            test.outcome == "failed",
        )
        for test in sorted(tests, key=lambda test: (-test.at, -test.id))
    ]


def _percent(points: int) -> str:
    return f"{Decimal(points) / 100:f} %"
