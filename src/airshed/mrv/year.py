"""The unit of work of monitoring: a stack's readings of a year in, its sealed days and everything known of
them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Refusal
from airshed.mrv import states
from airshed.mrv.applicability import limits_of
from airshed.mrv.days import MonthCapture, SealedDay, months, named_as_owed, seal_year
from airshed.mrv.exceedance import Exceedance, exceedance
from airshed.mrv.findings import Finding
from airshed.mrv.flue_gas import Floats, hours_at_reference_oxygen
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.identities import gas_findings
from airshed.mrv.laws import substitute
from airshed.mrv.marks import HoursMark, mark_findings
from airshed.mrv.readings import StackReadings
from airshed.mrv.rules import LimitValue, MonitoringRules, StackRegistration
from airshed.mrv.substitution import Capture, Determination, FinalHours, Gap, determine


class YearMass(msgspec.Struct, frozen=True):
    """A year of one pollutant: its mass and how it came about."""

    pollutant: str
    #: Of every hour that has one; the sum of the sealed days when none is missing.
    mass_mg: int
    #: The part of it that was measured; the rest was substituted or determined.
    measured_mg: int
    measured: int
    substituted: int
    stopped: int
    #: Hours still missing: their days are not sealed and the mass is not whole.
    missing: int


class StackYear(msgspec.Struct, frozen=True):
    """All that a stack's year of readings says."""

    stack: str
    source: str
    year: int
    days: tuple[SealedDay, ...]
    refused: tuple[Refusal, ...]
    #: Per pollutant, in the order of registration.
    masses: tuple[YearMass, ...]
    #: Per pollutant and quarter, from raw hours.
    quarters: tuple[Capture, ...]
    #: Per pollutant and month.
    months: tuple[MonthCapture, ...]
    gaps: tuple[Gap, ...]
    exceedances: tuple[Exceedance, ...]
    findings: tuple[Finding, ...]
    #: Numbers of the operator's marks that were taken into account.
    marks: tuple[int, ...] = ()


def close_year(
    stack: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    before: Mapping[str, ClosedHours] | None = None,
    marks: Sequence[HoursMark] = (),
) -> StackYear:
    """Close, substitute under the law of the rules, determine where they say so, compare with the limits and seal.

    `before` holds the raw hours of the year before per pollutant, where they are known; `marks` are those of the
    operator that are in force. Pure; arguments pickle.
    """
    return close_year_with_hours(stack, readings, rules, before, marks)[0]


def close_year_with_hours(
    stack: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    before: Mapping[str, ClosedHours] | None = None,
    marks: Sequence[HoursMark] = (),
) -> tuple[StackYear, dict[str, FinalHours]]:
    """`close_year` and the final hours of each pollutant (which hold the raw ones), for tables and
    pictures."""
    year = readings.year
    closed, about_stack = close_hours(stack, readings, rules, marks)
    findings = [*about_stack]
    hours: dict[str, FinalHours] = {}
    exceedances: list[Exceedance] = []
    by_month: list[MonthCapture] = []
    for pollutant, raw in closed.items():
        final = fill(
            stack,
            pollutant,
            raw,
            year,
            rules,
            before=(before or {}).get(pollutant),
            history_mg=readings.history_mg.get(pollutant),
            through=readings.through,
        )
        findings += raw.findings
        findings += _undetermined(final)
        hours[pollutant] = determined(stack, rules, final, year)
        by_month += months(pollutant, raw.status, year, rules, readings.through)
        limits = limits_of(rules, stack, pollutant, year)
        findings += gas_findings(pollutant, readings, raw.measured_mg_m3, raw.oxygen, limits, rules)
        findings += _long_holes(final, rules)
        if raw.marked is not None:
            findings += mark_findings(pollutant, raw.marked, marks, hours[pollutant].mass_mg, limits, rules)
        for limit, first, after in limits:
            column, read = converted_hours(raw, limit, rules), read_hours(raw, limit, rules)
            for each in (column, read):
                each[:first] = np.nan
                each[after:] = np.nan
            numbers = None if raw.marked is None else raw.marked.number
            exceedances.append(exceedance(stack.stack, limit, column, rules, year, read=read, marks=numbers))

    days, refused = seal_year(stack.stack, year, hours, readings.evidence, rules, readings.through)
    closed_year = StackYear(
        stack=stack.stack,
        source=stack.source,
        year=year,
        days=named_as_owed(days, rules, stack.sector),
        refused=refused,
        masses=tuple(_year_mass(pollutant, final, readings.through) for pollutant, final in hours.items()),
        quarters=tuple(rate for final in hours.values() for rate in final.captures),
        months=tuple(by_month),
        gaps=tuple(gap for final in hours.values() for gap in final.gaps),
        exceedances=tuple(exceedances),
        findings=tuple(findings),
        marks=tuple(sorted(mark.mark for mark in marks)),
    )
    return closed_year, hours


def fill(
    stack: StackRegistration,
    pollutant: str,
    raw: ClosedHours,
    year: int,
    rules: MonitoringRules,
    *,
    before: ClosedHours | None = None,
    history_mg: NDArray[np.int64] | None = None,
    through: int | None = None,
) -> FinalHours:
    """Substitution under the law of the rules, with the potentials that follow from the stack and its limits."""
    limits = [limit.limit_mg_m3 for limit, _, _ in limits_of(rules, stack, pollutant, year)]
    return substitute(
        rules.law,
        pollutant,
        raw,
        year,
        rules,
        before=before,
        history_mg=history_mg,
        potential_mg_m3=max(limits) * rules.part75.potential_basis_points / 10_000 if limits else None,
        potential_m3_h=stack.capacity_m3_h,
        through=through,
    )


def converted_hours(raw: ClosedHours, limit: LimitValue, rules: MonitoringRules) -> Floats:
    """The measured hours at the limit's reference oxygen, mg/m3; NaN where there is none to compare.

    Hours that a mark exempts (start-up, shut-down) are measured and weighed, but not compared.
    """
    column = hours_at_reference_oxygen(
        raw.measured_mg_m3, raw.oxygen, limit.reference_o2_percent, rules.idle_oxygen_percent
    )
    if raw.marked is not None:
        column[raw.marked.exempt] = np.nan
    return column


def read_hours(raw: ClosedHours, limit: LimitValue, rules: MonitoringRules) -> Floats:
    """What the monitor read at the limit's reference oxygen, mg/m3, in marked hours too; NaN where it read nothing."""
    column = hours_at_reference_oxygen(
        raw.measured_mg_m3, raw.oxygen, limit.reference_o2_percent, rules.idle_oxygen_percent
    )
    if raw.marked is None:
        return column
    marked = hours_at_reference_oxygen(
        raw.marked.read_mg_m3, raw.marked.read_oxygen, limit.reference_o2_percent, rules.idle_oxygen_percent
    )
    return np.where(np.isnan(raw.marked.read_mg_m3), column, marked)


def potential_mg(stack: StackRegistration, rules: MonitoringRules, pollutant: str, year: int) -> int | None:
    """What an hour at full load and at the highest limit of the year emits, mg; None without a limit.

    The limit is taken as if oxygen stood at its reference, at which flow and concentration belong together.
    """
    limits = [limit.limit_mg_m3 for limit, _, _ in limits_of(rules, stack, pollutant, year)]
    return round(stack.capacity_m3_h * max(limits)) if limits else None


def determined(stack: StackRegistration, rules: MonitoringRules, final: FinalHours, year: int) -> FinalHours:
    """The rulebook's standing order: a share of the year's highest valid hour; without one, full load at
    the limit."""
    share = rules.determination_basis_points
    if share is None:
        return final
    final = determine(final, Determination("maximum_of_year", share, rules.cite))
    potential = potential_mg(stack, rules, final.pollutant, year)
    return determine(final, Determination("potential", share, rules.cite, potential))


def _undetermined(final: FinalHours) -> list[Finding]:
    detail = "no tier covers it: the capture rate is too low, or no valid hour lies before it"
    return [
        Finding("undetermined", gap.pollutant, gap.first_hour, gap.last_hour, gap.hours, detail)
        for gap in final.gaps
        if gap.method == "undetermined"
    ]


def _long_holes(final: FinalHours, rules: MonitoringRules) -> list[Finding]:
    """Runs of missing hours as long as a month. They are filled or determined like others; the span is what is seen."""
    pollutant, found = final.pollutant, []
    whole: list[Gap] = []
    for gap in final.gaps:  # one run may lie in several gaps, cut by quarters and rules
        if gap.run_hours < rules.long_hole_hours:
            continue
        if whole and sum(each.hours for each in whole) < whole[0].run_hours:
            whole.append(gap)
        else:
            whole = [gap]
        if sum(each.hours for each in whole) == gap.run_hours:
            first, last = whole[0].first_hour, whole[-1].last_hour
            detail = f"a hole of {gap.run_hours} running hours, {gap.run_hours / 24:.0f} days"
            found.append(Finding("long_hole", pollutant, first, last, gap.run_hours, detail))
    return found


def _year_mass(pollutant: str, final: FinalHours, through: int | None) -> YearMass:
    counts = np.bincount(final.status[:through], minlength=4)
    return YearMass(
        pollutant,
        int(final.mass_mg.sum()),
        int(final.raw.mass_mg.sum()),
        int(counts[states.MEASURED]),
        int(counts[states.SUBSTITUTED]),
        int(counts[states.STOPPED]),
        int(counts[states.MISSING]),
    )
