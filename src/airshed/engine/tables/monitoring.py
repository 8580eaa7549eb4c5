"""Read tables of plans, of masses that no monitor measured, and of tests of monitors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airshed.engine import events as e
from airshed.engine.journal import Record, Row
from airshed.engine.state import State
from airshed.engine.tables.table import Column, Note, Table, Tables


def _estimate_keys(state: State) -> Iterator[Any]:
    for (source, year), filed in state.estimates.items():
        yield from ((source, year, evidence) for evidence in filed)


def _estimate_row(state: State, key: tuple[str, int, str]) -> Row | None:
    source, year, evidence = key
    each = state.estimates[source, year].get(evidence)
    if each is None:
        return None
    span = (each.first, each.last)
    figures = (each.mass_mg, each.below, each.above, each.calculation)
    return (*key, each.pollutant, each.part, each.method, *span, *figures, each.actor)


def _test_row(state: State, key: tuple[str, int]) -> Row:
    stack, number = key
    test = next(test for test in state.tests[stack] if test.id == number)
    hour = state.standard.hour_of(test.at)
    return (*key, test.of, test.test, hour, test.result, test.outcome, test.actor, test.evidence)


TABLES = (
    Table(
        "monitoring_plans",
        "How works are monitored: every line of every plan that was approved.",
        (
            Column("seq INTEGER"),
            Column("source TEXT"),
            Column("begins TEXT", "first day on which the plan holds"),
            Column("part TEXT", "a stack, or another part of the works"),
            Column("pollutant TEXT"),
            Column("method TEXT", "monitor, manual, balance, leaks or factor"),
            Column("evidence TEXT", "SHA-256 of the plan"),
            Column("actor TEXT", "who approved"),
            Column("confirmed_by TEXT", "who confirmed it, or empty"),
        ),
        key=5,
    ),
    Table(
        "estimates",
        "Masses that no monitor measured, each with the digest of the file that it is calculated from.",
        (
            Column("source TEXT"),
            Column("year INTEGER"),
            Column("evidence TEXT", "SHA-256 of the file"),
            Column("pollutant TEXT"),
            Column("part TEXT", "part of the works"),
            Column("method TEXT", "manual, balance, leaks or factor"),
            Column("first TEXT", "first day that it is about"),
            Column("last TEXT", "last day that it is about"),
            Column("mass_mg INTEGER", "mass of these days"),
            Column(
                "below_basis_points INTEGER",
                "how far the true mass may lie below (95 %); NULL where no range is stated",
            ),
            Column("above_basis_points INTEGER", "the same above"),
            Column("calculation TEXT", "the calculation in words and figures"),
            Column("actor TEXT", "who handed it in"),
        ),
        key=3,
        keys=_estimate_keys,
        row=_estimate_row,
    ),
    Table(
        "monitor_tests",
        "Tests of monitors, and how each came out.",
        (
            Column("stack TEXT"),
            Column("number INTEGER", "number of the test"),
            Column("of TEXT", "the pollutant, or velocity"),
            Column("test TEXT", "zero_drift, span_drift or accuracy"),
            Column("hour TEXT", "hour of the test, as 2027-12-31T07"),
            Column("result_basis_points INTEGER", "drift, or deviation from the reference"),
            Column("outcome TEXT", "passed, failed, or between what passes and what fails"),
            Column("actor TEXT", "who entered it"),
            Column("evidence TEXT", "SHA-256 of its protocol"),
        ),
        key=2,
        keys=lambda state: ((stack, test.id) for stack, tests in state.tests.items() for test in tests),
        row=_test_row,
    ),
)


def _note_plan(tables: Tables, state: State, record: Record, event: e.PlanApproved) -> None:
    for line in event.lines:
        said = (line.part, line.pollutant, line.method, event.evidence, event.actor, event.confirmed_by)
        tables.add("monitoring_plans", (record.seq, event.source, event.begins, *said))


def _note_estimate(tables: Tables, state: State, record: Record, event: e.EstimateFiled) -> None:
    for evidence in filter(None, (event.replaces, event.evidence)):
        tables.touch("estimates", (event.source, event.year, evidence))


def _note_test(tables: Tables, state: State, record: Record, event: e.MonitorTested) -> None:
    tables.touch("monitor_tests", (event.stack, event.number))


#: What each event touches.
NOTES: dict[type, Note] = {
    e.PlanApproved: _note_plan,
    e.EstimateFiled: _note_estimate,
    e.MonitorTested: _note_test,
}
