"""What the page of a stack says, read from its evidence: hours, days, gaps, exceedances, findings, digests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.model.measures import times_over
from airshed.model.period import days_of
from airshed.model.provenance import Told
from airshed.model.refusal import Malformed
from airshed.mrv import states
from airshed.mrv.applicability import absences, limits_of
from airshed.mrv.columns import runs
from airshed.mrv.days import HOURS_PER_DAY
from airshed.mrv.exceedance import Exceedance, Exceedances, exceedances_of, over_limit
from airshed.mrv.flue_gas import Floats
from airshed.mrv.rules import LimitValue, MonitoringRules, StackRegistration
from airshed.mrv.spans import quarter_bounds
from airshed.mrv.substitution import FinalHours, Gap, tier_for
from airshed.mrv.year import StackYear, close_year_with_hours, read_hours
from airshed.pages.kit.words import Phrase
from airshed.pages.stack.words import why_said
from airshed.service.stacks import evidence as files
from airshed.service.stacks.stack_folder import YearMarks, held_year
from airshed.zone.zone import Stack, Zone, ZoneSource


class LimitSpan(msgspec.Struct, frozen=True):
    """A limit and the hours of the year in which it holds: the first, and the one after the last."""

    limit: LimitValue
    first_hour: int
    after_hour: int


class HoursSpan(msgspec.Struct, frozen=True):
    """Neighbouring hours of one kind: the first, and the one after the last."""

    first_hour: int
    after_hour: int
    #: State of `airshed.mrv.states`, or the code of a reason.
    code: int


@dataclass(frozen=True, slots=True, eq=False)
class PollutantFacts:
    """A year of one pollutant, hour by hour."""

    pollutant: str
    #: Hourly means at the reference oxygen of the limit of that hour, mg/m3; NaN where there is none.
    mg_m3: Floats
    limits: tuple[LimitSpan, ...]
    #: Hours read above the limit of that hour, marked ones included, and by how many times.
    over: tuple[tuple[int, float], ...]
    #: Why hours did not count, as the monitor flagged them or the checks found.
    raw_spans: tuple[HoursSpan, ...]
    #: How each hour counts in the end.
    final_spans: tuple[HoursSpan, ...]
    #: Milligrams per day.
    measured_mg: NDArray[np.int64]
    substituted_mg: NDArray[np.int64]
    #: Missing hours per day that nothing stands in for.
    missing: NDArray[np.int64]


class GapRow(msgspec.Struct, frozen=True):
    """A gap with its quarter's capture rate, the row of the tiers that covers it, and what its hours said."""

    gap: Gap
    quarter: int
    basis_points: int | None
    #: Lowest capture rate and longest run of the row, None where no row covers it.
    tier: tuple[int, int | None] | None
    whys: tuple[tuple[Phrase, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class StackFacts:
    """Everything the page of a stack says."""

    stack: Stack
    source: ZoneSource
    place: Phrase
    year: int
    #: What the evidence is.
    provenance: Told
    #: How many hours of the year have passed.
    through: int
    #: Raw frames and their files; None, and none, where it was read from hourly readings.
    holding: files.EvidenceHolding | None
    months: tuple[files.Month, ...]
    #: SHA-256 of the file of readings; empty where it was read from frames.
    sha256: str
    #: Evidence digest of each day; none where the readings never had frames.
    digests: tuple[str, ...]
    days: tuple[str, ...]
    closed: StackYear
    pollutants: tuple[PollutantFacts, ...]
    gaps: tuple[GapRow, ...]
    #: Every limit of the year, the worst times over first.
    exceedances: tuple[Exceedance, ...]
    #: Those of them that were exceeded, as every list counts them; and whether a book said which marks stand.
    found: Exceedances
    marks_known: bool
    #: What the law says of days on which a standard held whose figures are in no table.
    absences: tuple[str, ...]
    rules: MonitoringRules


def read_stack(
    folder: Path,
    stack: str,
    zone: Zone,
    rules: MonitoringRules,
    year: int | None = None,
    marks: YearMarks | None = None,
) -> StackFacts:
    """Read and close one stack's year of evidence or of hourly readings (its only one, if none is named).

    `Malformed` when the folder does not hold it or is not what its chain says.
    """
    there = held_year(folder, zone, year, marks)
    held = there.of(stack)
    registered, readings = held.registration, held.read()
    closed, hours = close_year_with_hours(registered, readings, rules, held.earlier(rules), held.own_marks)
    row = inventoried(zone, stack)
    source = next(each for each in zone.sources if each.source == row.source)
    place = next(each for each in zone.jurisdictions if each.code == source.jurisdiction)
    through = readings.hours if readings.through is None else readings.through
    return StackFacts(
        stack=row,
        source=source,
        place=Phrase(place.name_en, place.name_zh),
        year=held.year,
        provenance=there.provenance,
        through=through,
        holding=held.frames,
        months=held.months(),
        sha256=held.sha256(),
        digests=tuple(readings.evidence),
        days=tuple(days_of(held.year)),
        closed=closed,
        pollutants=tuple(pollutant_facts(final, registered, held.year, rules, through) for final in hours.values()),
        gaps=tuple(gap_row(gap, hours[gap.pollutant], held.year, rules) for gap in closed.gaps),
        exceedances=tuple(
            sorted(
                closed.exceedances,
                key=lambda each: (-each.as_read.times_over, -each.as_read.breaches, each.limit.pollutant),
            )
        ),
        found=exceedances_of(closed.exceedances),
        marks_known=marks is not None,
        absences=absences(rules, registered, held.year),
        rules=rules,
    )


def inventoried(zone: Zone, stack: str) -> Stack:
    """The row of a stack in the inventory, which says what it is; `Malformed` for one that only readings know."""
    for row in zone.stacks:
        if row.stack == stack:
            return row
    raise Malformed(
        stack, f"is not in the inventory of {zone.name_en}, so nobody knows what it is", "name its own zone"
    )


def pollutant_facts(
    final: FinalHours, stack: StackRegistration, year: int, rules: MonitoringRules, through: int
) -> PollutantFacts:
    """The hours of one pollutant as the charts need them; of hours from `through` on there is nothing to say."""
    raw = final.raw
    limits = tuple(LimitSpan(*each) for each in limits_of(rules, stack, final.pollutant, year))
    column = raw.measured_mg_m3.copy()
    over: list[tuple[int, float]] = []
    for span in limits:
        hours = slice(span.first_hour, span.after_hour)
        column[hours] = read_hours(raw, span.limit, rules)[hours]
        above = span.first_hour + np.flatnonzero(over_limit(column[hours], span.limit, rules))
        over += [(hour, float(times_over(float(column[hour]), span.limit.limit_mg_m3))) for hour in above.tolist()]
    lost = final.status == states.MISSING
    measured = raw.mass_mg.reshape(-1, HOURS_PER_DAY).sum(axis=1)
    return PollutantFacts(
        pollutant=final.pollutant,
        mg_m3=column,
        limits=limits,
        over=tuple(over),
        raw_spans=spans_of(np.where(raw.status == states.MISSING, raw.why, 0)[:through]),
        final_spans=spans_of(final.status[:through]),
        measured_mg=measured,
        substituted_mg=final.mass_mg.reshape(-1, HOURS_PER_DAY).sum(axis=1) - measured,
        missing=(lost & (np.arange(len(lost)) < through)).reshape(-1, HOURS_PER_DAY).sum(axis=1),
    )


def spans_of(codes: NDArray[np.uint8]) -> tuple[HoursSpan, ...]:
    """Runs of equal codes; those of code 0 (measured, nothing to say) are left out.

    >>> spans_of(np.array([0, 1, 1, 3, 0], np.uint8))
    (HoursSpan(first_hour=1, after_hour=3, code=1), HoursSpan(first_hour=3, after_hour=4, code=3))
    """
    found = [
        HoursSpan(first, after, code)
        for code in np.unique(codes[codes != 0]).tolist()
        for first, after in runs(codes == code).tolist()
    ]
    return tuple(sorted(found, key=lambda span: span.first_hour))


def gap_row(gap: Gap, final: FinalHours, year: int, rules: MonitoringRules) -> GapRow:
    """A gap with what decided on it."""
    quarter = int(np.searchsorted(quarter_bounds(year), gap.first_hour, side="right"))
    rate = final.captures[quarter - 1]
    row = tier_for(rate, gap.run_hours, rules.tiers) if rules.law == "hj75" else None
    hours = slice(gap.first_hour, gap.last_hour + 1)
    lost = final.raw.why[hours][final.raw.status[hours] == states.MISSING]
    codes, counts = np.unique(lost, return_counts=True)
    order = np.argsort(-counts, kind="stable").tolist()
    return GapRow(
        gap=gap,
        quarter=quarter,
        basis_points=rate.basis_points,
        tier=(row.capture_from_basis_points, row.longest_hours) if row else None,
        whys=tuple((why_said(int(codes[place])), int(counts[place])) for place in order),
    )
