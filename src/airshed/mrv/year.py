"""The unit of work of monitoring: a stack's readings of a year in, its sealed days and everything known of
them out."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Refusal
from airshed.mrv import states
from airshed.mrv.days import MonthCapture, SealedDay, months, seal_year
from airshed.mrv.exceedance import Exceedance, exceedance, limits_of
from airshed.mrv.flue_gas import Floats, hours_at_reference_oxygen
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.laws import substitute
from airshed.mrv.readings import StackReadings
from airshed.mrv.rules import LimitValue, MonitoringRules, StackRegistration
from airshed.mrv.states import Finding
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


def close_year(
    stack: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    before: Mapping[str, ClosedHours] | None = None,
) -> StackYear:
    """Close, substitute under the law of the rules, determine where they say so, compare with the limits and seal.

    `before` holds the raw hours of the year before per pollutant, where they are known. Pure; arguments pickle.
    """
    return close_year_with_hours(stack, readings, rules, before)[0]


def close_year_with_hours(
    stack: StackRegistration,
    readings: StackReadings,
    rules: MonitoringRules,
    before: Mapping[str, ClosedHours] | None = None,
) -> tuple[StackYear, dict[str, FinalHours]]:
    """`close_year` and the final hours of each pollutant (which hold the raw ones), for tables and
    pictures."""
    year = readings.year
    closed, about_stack = close_hours(stack, readings, rules)
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
        by_month += months(pollutant, raw.status, year, rules)
        for limit, first, after in limits_of(rules, stack.limit_set, pollutant, year):
            column = converted_hours(raw, limit, rules)
            column[:first] = np.nan
            column[after:] = np.nan
            exceedances.append(exceedance(stack.stack, limit, column, rules, year))

    days, refused = seal_year(stack.stack, year, hours, readings.evidence, rules)
    closed_year = StackYear(
        stack=stack.stack,
        source=stack.source,
        year=year,
        days=days,
        refused=refused,
        masses=tuple(_year_mass(pollutant, final) for pollutant, final in hours.items()),
        quarters=tuple(rate for final in hours.values() for rate in final.captures),
        months=tuple(by_month),
        gaps=tuple(gap for final in hours.values() for gap in final.gaps),
        exceedances=tuple(exceedances),
        findings=tuple(findings),
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
    limits = [limit.limit_mg_m3 for limit, _, _ in limits_of(rules, stack.limit_set, pollutant, year)]
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
    """The measured hours at the limit's reference oxygen, mg/m3; NaN where there is none to compare."""
    return hours_at_reference_oxygen(
        raw.measured_mg_m3, raw.oxygen, limit.reference_o2_percent, rules.idle_oxygen_percent
    )


def potential_mg(stack: StackRegistration, rules: MonitoringRules, pollutant: str, year: int) -> int | None:
    """What an hour at full load and at the highest limit of the year emits, mg; None without a limit.

    The limit is taken as if oxygen stood at its reference, at which flow and concentration belong together.
    """
    limits = [limit.limit_mg_m3 for limit, _, _ in limits_of(rules, stack.limit_set, pollutant, year)]
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


def _year_mass(pollutant: str, final: FinalHours) -> YearMass:
    counts = np.bincount(final.status, minlength=4)
    return YearMass(
        pollutant,
        int(final.mass_mg.sum()),
        int(final.raw.mass_mg.sum()),
        int(counts[states.MEASURED]),
        int(counts[states.SUBSTITUTED]),
        int(counts[states.STOPPED]),
        int(counts[states.MISSING]),
    )
