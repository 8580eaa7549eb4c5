"""How complete the readings of a zone are: valid hours of every stack and day, and the stacks that lost most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from airshed.model.period import days_of
from airshed.model.provenance import Told
from airshed.mrv import states
from airshed.mrv.columns import runs
from airshed.mrv.days import HOURS_PER_DAY
from airshed.mrv.hours import close_hours
from airshed.mrv.rules import MonitoringRules
from airshed.pages.kit.words import Phrase
from airshed.pages.stack.facts import inventoried
from airshed.service.run.pool import each
from airshed.service.stacks.stack_folder import HeldStack, YearMarks, held_year
from airshed.zone.zone import Zone


class CountJob(msgspec.Struct, frozen=True):
    """All that a worker needs to count one stack's valid hours."""

    held: HeldStack
    rules: MonitoringRules


class PollutantCount(msgspec.Struct, frozen=True):
    """The raw hours of one pollutant of a stack."""

    pollutant: str
    #: Valid hours of each day, and hours in which the source ran.
    valid: tuple[int, ...]
    running: tuple[int, ...]
    #: First hour and length of the longest run of lost hours (stopped ones end it); length 0 without one.
    longest: tuple[int, int]

    @property
    def basis_points(self) -> int | None:
        """Valid hours of the year's running hours, in hundredths of a percent, rounded down; None when it never ran."""
        return sum(self.valid) * 10_000 // sum(self.running) if sum(self.running) else None


class StackCount(msgspec.Struct, frozen=True):
    """A stack's year of raw hours."""

    stack: str
    name: Phrase
    jurisdiction: str
    pollutants: tuple[PollutantCount, ...]

    @property
    def worst(self) -> PollutantCount:
        """The pollutant that was caught least."""
        return min(self.pollutants, key=lambda count: 10_000 if count.basis_points is None else count.basis_points)


class PlaceCount(msgspec.Struct, frozen=True):
    """The hours of a jurisdiction, all stacks and pollutants together."""

    name: Phrase
    stacks: int
    running: int
    valid: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """A zone's year of raw hours, stacks ordered by jurisdiction."""

    zone: Phrase
    year: int
    #: What the evidence is.
    provenance: Told
    days: tuple[str, ...]
    jurisdictions: tuple[tuple[str, Phrase], ...]
    stacks: tuple[StackCount, ...]
    #: Hours that a valid day needs.
    hours_per_day: int
    capture_target_basis_points: int

    def ranking(self) -> list[StackCount]:
        """Stacks that lost an hour, worst first."""
        lost = [each for each in self.stacks if sum(each.worst.valid) < sum(each.worst.running)]
        return sorted(lost, key=lambda each: (each.worst.basis_points, each.stack))

    def places(self) -> list[PlaceCount]:
        """The hours by jurisdiction, in the order of the zone."""
        found = []
        for code, name in self.jurisdictions:
            mine = [stack for stack in self.stacks if stack.jurisdiction == code]
            counts = [count for stack in mine for count in stack.pollutants]
            running, valid = sum(sum(count.running) for count in counts), sum(sum(count.valid) for count in counts)
            found.append(PlaceCount(name, len(mine), running, valid))
        return [place for place in found if place.stacks]

    def days_short(self, stack: StackCount) -> int:
        """Days of the pollutant caught least that lack too many of their hours to be valid."""
        most = HOURS_PER_DAY - self.hours_per_day
        return sum(
            running - valid > most for valid, running in zip(stack.worst.valid, stack.worst.running, strict=True)
        )


def count_stack(job: CountJob) -> tuple[tuple[PollutantCount, ...], int]:
    """Close one stack's raw hours and count them by day; and how many hours of its year have passed."""
    readings = job.held.read()
    through = readings.hours if readings.through is None else readings.through
    closed, _ = close_hours(job.held.registration, readings, job.rules, job.held.own_marks)
    passed = (np.arange(readings.hours) < through).reshape(-1, HOURS_PER_DAY)
    found = []
    for pollutant, raw in closed.items():
        by_day = raw.status.reshape(-1, HOURS_PER_DAY)
        lost = runs(raw.status[:through] == states.MISSING)
        lengths = lost[:, 1] - lost[:, 0]
        place = int(np.argmax(lengths)) if lengths.size else -1
        found.append(
            PollutantCount(
                pollutant,
                tuple((by_day == states.MEASURED).sum(axis=1).tolist()),
                tuple(((by_day != states.STOPPED) & passed).sum(axis=1).tolist()),
                (int(lost[place, 0]), int(lengths[place])) if lengths.size else (0, 0),
            )
        )
    return tuple(found), through


def completeness(
    folder: Path,
    zone: Zone,
    rules: MonitoringRules,
    *,
    year: int | None = None,
    marks: YearMarks | None = None,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Completeness:
    """Count the raw hours of every stack in a folder of evidence or of hourly readings; of a year that runs, its days
    up to now.

    `Malformed` names what is missing or changed.
    """
    there = held_year(folder, zone, year, marks)
    rows = {held.stack: inventoried(zone, held.stack) for held in there.stacks}
    jobs = [CountJob(held, rules) for held in there.stacks]
    counts = each(count_stack, jobs, workers, progress and (lambda job: progress(job.held.stack)))
    sources = {source.source: source for source in zone.sources}
    stacks = []
    last = 0
    for job, (pollutants, through) in zip(jobs, counts, strict=True):
        last = max(last, through)
        row = rows[job.held.stack]
        source = sources[row.source]
        name = Phrase(f"{source.name_en}, {row.outlet_en}", f"{source.name_zh} {row.outlet_zh}")
        stacks.append(StackCount(row.stack, name, source.jurisdiction, pollutants))
    order = {place.code: number for number, place in enumerate(zone.jurisdictions)}
    return Completeness(
        zone=Phrase(zone.name_en, zone.name_zh),
        year=there.year,
        provenance=there.provenance,
        days=tuple(days_of(there.year))[: -(-last // HOURS_PER_DAY)],
        jurisdictions=tuple((place.code, Phrase(place.name_en, place.name_zh)) for place in zone.jurisdictions),
        stacks=tuple(sorted(stacks, key=lambda stack: (order[stack.jurisdiction], stack.stack))),
        hours_per_day=rules.hours_per_day,
        capture_target_basis_points=rules.capture_target_basis_points,
    )
