"""Why a stack's hour, day or year has the mass that it has: read from evidence, closed again, and told in steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from airshed.compliance.obligation import obligation
from airshed.model.refusal import Malformed
from airshed.mrv import states, steps
from airshed.mrv.applicability import limits_of
from airshed.mrv.hours import ClosedHours, close_hours
from airshed.mrv.readings import StackReadings
from airshed.mrv.rules import Law, MonitoringRules, StackRegistration
from airshed.mrv.spans import hour_of_day, hour_text, hours_in, month_bounds
from airshed.mrv.steps import Step
from airshed.mrv.substitution import FinalHours
from airshed.mrv.year import close_year_with_hours
from airshed.rulebook.schema import Rulebook
from airshed.service.stacks.reading_files import is_readings
from airshed.service.stacks.stack_folder import YearMarks, held_year
from airshed.zone.monitoring import monitoring_rules
from airshed.zone.zone import Zone

WHEN = re.compile(r"(20\d\d)(?:-(\d\d)-(\d\d)(?:[T ](\d\d)(?::00)?)?)?")
STATE_WORDS = {
    states.MEASURED: ("measured", "实测"),
    states.SUBSTITUTED: ("substituted", "替代"),
    states.STOPPED: ("stopped", "停运"),
    states.MISSING: ("missing", "缺失"),
}


class ExplainedPart(msgspec.Struct, frozen=True):
    """An hour of a day, or a month of a year."""

    #: As `2027-03-27 18:00`, or `2027-03`.
    when: str
    #: What the hour is, as `measured`; empty for a month.
    state: str
    #: None while an hour is missing.
    mass_mg: int | None


class Explained(msgspec.Struct, frozen=True):
    """An hour, a day or a year of one pollutant and how its mass came about."""

    stack: str
    pollutant: str
    #: As `2027-03-27 18:00`, `2027-03-27` or `2027`.
    when: str
    law: Law
    #: What the hour is, in English and in Chinese; both empty for a day and a year.
    state_en: str
    state_zh: str
    #: Why it is not measured; empty where it is, and for a day and a year.
    why: str
    #: None while an hour is missing.
    mass_mg: int | None
    steps: tuple[Step, ...]
    #: Allowances owed for a year; None for an hour and a day, and while an hour is missing.
    obligation: int | None = None
    #: The hours of a day, or the months of a year.
    parts: tuple[ExplainedPart, ...] = ()


def explain(
    folder: Path,
    stack: str,
    when: str,
    zone: Zone,
    rulebook: Rulebook,
    *,
    pollutant: str = "",
    law: Law | None = None,
    before: Path | None = None,
    marks: YearMarks | None = None,
) -> Explained:
    """Explain an hour (`2027-03-27T18`), a day or a year of a stack; `Malformed` for what the folder does not hold.

    The folder is one of evidence or of hourly readings. `law` takes the place of that of the rulebook; `before` is the
    evidence of the year before, which January looks back on; readings of several years have it beside them. `marks` are
    those of operators that stand: an hour under one is what its operator says.
    """
    asked = WHEN.fullmatch(when)
    year = int(asked[1]) if asked and is_readings(folder) else None
    return read_year(folder, stack, zone, rulebook, year=year, law=law, before=before, marks=marks).explain(
        when, pollutant
    )


def read_year(
    folder: Path,
    stack: str,
    zone: Zone,
    rulebook: Rulebook,
    *,
    year: int | None = None,
    law: Law | None = None,
    before: Path | None = None,
    marks: YearMarks | None = None,
) -> ClosedYear:
    """A stack's year as `explain` reads it, for whoever asks more than once; readings of several years need `year`."""
    rules = monitoring_rules(rulebook)
    if law is not None:
        rules = msgspec.structs.replace(rules, law=law)
    held = held_year(folder, zone, year, marks).of(stack)
    readings = held.read()
    earlier = held.earlier(rules) if before is None else _earlier(before, stack, zone, rules, readings.year, marks)
    _, closed = close_year_with_hours(held.registration, readings, rules, earlier, held.own_marks)
    return ClosedYear(held.registration, readings, rulebook, rules, closed, earlier or {})


@dataclass(frozen=True, slots=True)
class ClosedYear:
    """A stack's year, read and closed: any hour of it, any day and the whole can be explained."""

    stack: StackRegistration
    readings: StackReadings
    rulebook: Rulebook
    rules: MonitoringRules
    closed: Mapping[str, FinalHours]
    #: The hours of the year before, by pollutant, as far as they were at hand.
    earlier: Mapping[str, ClosedHours]

    def explain(self, when: str, pollutant: str = "") -> Explained:
        """As `explain` does; of the first pollutant that the stack measures if none is named."""
        if pollutant and pollutant not in self.stack.pollutants:
            there = ", ".join(self.stack.pollutants)
            raise Malformed("--pollutant", f"{self.stack.stack} does not measure {pollutant!r}", f"there are {there}")
        final = self.closed[pollutant or self.stack.pollutants[0]]
        year, day, hour = _when(when, self.readings.year)
        if hour is not None:
            before = self.earlier.get(final.pollutant)
            return _hour(self.stack, self.readings, final, hour, self.rules, before)
        if day is not None:
            told, shown, mass = steps.day_steps(final, day), hour_text(year, day)[:10], _mass(final, day, day + 24)
            parts = tuple(
                ExplainedPart(
                    hour_text(year, each), STATE_WORDS[int(final.status[each])][0], _mass(final, each, each + 1)
                )
                for each in range(day, day + 24)
            )
        else:
            told, shown, mass = steps.year_steps(final), str(year), _mass(final, 0, len(final.status))
            months = enumerate(pairwise(month_bounds(year)), 1)
            parts = tuple(
                ExplainedPart(f"{year}-{month:02}", "", _mass(final, first, after)) for month, (first, after) in months
            )
        owed = None
        if day is None and mass is not None:
            rule = self.rulebook.allowance
            owed = obligation(mass, rule.size_kg, rule.rounding)
            figures = f"{steps.kg(mass)} / {rule.size_kg} kg, rounded {rule.rounding}"
            formula = "mass / size of an allowance; of a source once, over all its stacks"
            told.append(Step("obligation", "应清缴配额", rule.cite, formula, figures, f"{owed:,} allowances"))
        law, name = self.rules.law, final.pollutant
        return Explained(self.stack.stack, name, shown, law, "", "", "", mass, tuple(told), owed, parts)


def _mass(final: FinalHours, first: int, after: int) -> int | None:
    """The sum of these hours; None while one of them is missing."""
    missing = bool((final.status[first:after] == states.MISSING).any())
    return None if missing else int(final.mass_mg[first:after].sum())


def _hour(
    stack: StackRegistration,
    readings: StackReadings,
    final: FinalHours,
    hour: int,
    rules: MonitoringRules,
    before: ClosedHours | None,
) -> Explained:
    year, state = readings.year, int(final.status[hour])
    told: list[Step] = []
    mass: int | None = int(final.mass_mg[hour])
    if state == states.MEASURED:
        held = [
            limit for limit, first, after in limits_of(rules, stack, final.pollutant, year) if first <= hour < after
        ]
        told = steps.measured_steps(stack, readings, final, hour, held[0] if held else None, rules)
    elif state == states.SUBSTITUTED:
        gap = next(each for each in final.gaps if each.first_hour <= hour <= each.last_hour)
        by_part75 = rules.law == "part75" and not gap.method.startswith("determined")
        told = (
            steps.part75_steps(stack, readings, final, hour, rules, before)
            if by_part75
            else steps.hj75_steps(final, gap, hour, year, rules)
        )
    elif state == states.MISSING:
        mass = None
    why = states.why_text(int(final.raw.why[hour])) if final.raw.why[hour] else ""
    english, chinese = STATE_WORDS[state]
    shown = hour_text(year, hour)
    return Explained(stack.stack, final.pollutant, shown, rules.law, english, chinese, why, mass, tuple(told))


def _earlier(
    folder: Path, stack: str, zone: Zone, rules: MonitoringRules, year: int, marks: YearMarks | None
) -> Mapping[str, ClosedHours]:
    held = held_year(folder, zone, year - 1 if is_readings(folder) else None, marks).of(stack)
    if held.year != year - 1:
        raise Malformed("--before", f"{folder} is of {held.year}", f"name the evidence of {year - 1}")
    return close_hours(held.registration, held.read(), rules, held.own_marks)[0]


def _when(text: str, year: int) -> tuple[int, int | None, int | None]:
    """The year, and the first hour of a day or an hour of it."""
    found = WHEN.fullmatch(text)
    cure = f"write {year}-03-27T18, {year}-03-27 or {year}"
    if found is None:
        raise Malformed("WHEN", f"{text[:40]!r} is no hour, day or year", cure)
    if int(found[1]) != year:
        raise Malformed("WHEN", f"{text} is not of {year}", cure)
    if found[2] is None:
        return year, None, None
    try:
        moment = datetime(year, int(found[2]), int(found[3]), int(found[4] or 0))
    except ValueError:
        raise Malformed("WHEN", f"there is no {text}", cure) from None
    first = hour_of_day(year, moment.date().isoformat())
    assert 0 <= first < hours_in(year)
    return (year, first, None) if found[4] is None else (year, None, first + moment.hour)
