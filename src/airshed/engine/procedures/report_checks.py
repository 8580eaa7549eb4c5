"""Examining a report: the numbered checks of the rulebook, asked of the sealed days it rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from msgspec.structs import replace

from airshed.engine import events as e
from airshed.engine.nouns import Day, FiledEstimate, Mark, Source
from airshed.engine.procedures.guards import no
from airshed.engine.procedures.mark import standing_by_day
from airshed.engine.procedures.monitoring import MONITOR, estimates_of, plan_on, unmeasured
from airshed.engine.state import State
from airshed.model.refusal import Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import season_days
from airshed.rulebook.tables import CheckRow

#: Most examples that a detail names.
EXAMPLES = 3
WHOLE = 10_000


@dataclass(frozen=True)
class Draft:
    """A report as it would stand: what every check looks at."""

    state: State
    rules: Rulebook
    source: Source
    year: int
    declared_mg: Mapping[str, int]

    @cached_property
    def days(self) -> list[tuple[str, str, Day | None]]:
        """Stack, day and what is sealed of it, over every stack and all days of the year that count."""
        days = season_days(self.rules.calendar, self.year)
        return [(stack, day, self.state.days[stack].get(day)) for stack, _ in self.source.stacks for day in days]

    @cached_property
    def sealed(self) -> list[tuple[str, str, Day]]:
        """Those that are sealed."""
        return [(stack, day, sealed) for stack, day, sealed in self.days if sealed is not None]

    @cached_property
    def measured_mg(self) -> dict[str, int]:
        """Sum of the sealed days of each pollutant that a stack measures, in milligrams."""
        mass = {pollutant: 0 for pollutant in self.source.measured()}
        for _, _, day in self.sealed:
            for pollutant, mg in day.mass_mg.items():
                mass[pollutant] += mg
        return mass

    @cached_property
    def hours(self) -> tuple[int, int, int]:
        """Measured, substituted and stopped hours over every pollutant."""
        columns = [day_hours for _, _, day in self.sealed for day_hours in day.hours.values()]
        return sum(c[0] for c in columns), sum(c[1] for c in columns), sum(c[2] for c in columns)

    @cached_property
    def estimates(self) -> tuple[FiledEstimate, ...]:
        """What was handed in of the year that no monitor measured."""
        return estimates_of(self.state, self.source.id, self.year)

    def rests_on(self) -> str:
        """SHA-256 over stack, day and evidence digest of every sealed day, then over those of estimates."""
        digest = sha256()
        for stack, day, sealed in self.sealed:
            digest.update(f"{stack} {day} {sealed.evidence}\n".encode())
        for filed in self.estimates:
            digest.update(f"{filed.part} {filed.pollutant} {filed.evidence}\n".encode())
        return digest.hexdigest()


def answers(draft: Draft) -> tuple[e.CheckResult, ...]:
    """Every check with its answer, unexplained: what an operator looks at before it reports."""
    results: list[e.CheckResult] = []
    for row in lookup.checks(draft.rules):
        wrong = list(CHECKS[row.check](draft, row))
        more = f"; and {len(wrong) - EXAMPLES} more" if len(wrong) > EXAMPLES else ""
        detail = "; ".join(wrong[:EXAMPLES]) + more
        results.append(e.CheckResult(row.number, row.check, row.severity, not wrong, detail, ""))
    return tuple(results)


def examine(draft: Draft, explained: Mapping[str, str]) -> tuple[e.CheckResult, ...] | Refusal:
    """The answers with their explanations; a blocking failure refuses first, then failures without a word."""
    results = answers(draft)
    for each in results:
        if not each.passed and each.severity == "blocking":
            return no(draft.rules, "reporting", _why(each.check), f"check {each.number}: {each.detail}")
    said = tuple(
        each if each.passed else replace(each, explanation=explained.get(each.check, "").strip()) for each in results
    )
    asked = [
        f"check {each.number} {each.check}: {each.detail}" for each in said if not (each.passed or each.explanation)
    ]
    if asked:
        return no(draft.rules, "reporting", Why.UNEXPLAINED, f"explain under `explained`: {'; '.join(asked)}")
    return said


def _why(check: str) -> Why:
    """The reason under which a blocking check refuses."""
    match check:
        case "days_present":
            return Why.DAYS_MISSING
        case "marks_decided":
            return Why.MARKS_OPEN
        case "marks_applied":
            return Why.MARKS_DIFFER
        case "declared_complete":
            return Why.HOURS_MISSING
        case _:
            return Why.CHECK_FAILED


def _days_present(draft: Draft, row: CheckRow) -> Iterator[str]:
    for stack, _ in draft.source.stacks:
        missing = [day for place, day, sealed in draft.days if place == stack and sealed is None]
        if missing:
            yield f"{stack} lacks {len(missing)} sealed days of {draft.year}, the first {missing[0]}; seal them"


def _marks_decided(draft: Draft, row: CheckRow) -> Iterator[str]:
    for stack, _ in draft.source.stacks:
        for mark in draft.state.stack_marks[stack]:
            if mark.state == "entered" and mark.stack == stack and _of_year(mark, draft):
                yield f"mark {mark.id} ({mark.kind}) of {stack} waits for a decision"


def _marks_applied(draft: Draft, row: CheckRow) -> Iterator[str]:
    standing = {stack: standing_by_day(draft.state, stack) for stack, _ in draft.source.stacks}
    for stack, day, sealed in draft.sealed:
        stand = standing[stack].get(day, ())
        if tuple(sorted(sealed.marks)) != stand:
            yield f"{stack} {day} was sealed with marks {list(sealed.marks)}, and {list(stand)} stand; seal it again"


def _declared_complete(draft: Draft, row: CheckRow) -> Iterator[str]:
    wanted = unmeasured(draft.rules, draft.source)
    if tuple(sorted(draft.declared_mg)) != wanted:
        yield f"{draft.source.id} declares what no stack measures: {', '.join(wanted) or 'nothing'}"
    for (part, pollutant), days in _uncovered(draft).items():
        yield f"{len(days)} days of {part} {pollutant} are in no estimate, the first {days[0]}; hand one in"


def _uncovered(draft: Draft) -> dict[tuple[str, str], list[str]]:
    """Days of a part and pollutant that neither a monitor nor an estimate is about, where one is to be.

    The plan of a day says which parts there are; without one, what was estimated for a day is for all.
    """
    found: dict[tuple[str, str], list[str]] = {}
    if not draft.estimates:  # nothing says that there are parts, and every year is reported
        return found
    parts = {(each.part, each.pollutant) for each in draft.estimates}
    about = {each.pollutant for each in draft.estimates}
    for day in season_days(draft.rules.calendar, draft.year):
        plan = plan_on(draft.state, draft.source.id, day)
        lines = () if plan is None else plan.lines
        planned = {(line.part, line.pollutant) for line in lines if line.method != MONITOR and line.pollutant in about}
        for part, pollutant in sorted(parts if plan is None else planned):
            if not any(
                (each.part, each.pollutant) == (part, pollutant) and each.first <= day <= each.last
                for each in draft.estimates
            ):
                found.setdefault((part, pollutant), []).append(day)
    return found


def _substituted_share(draft: Draft, row: CheckRow) -> Iterator[str]:
    measured, substituted, _ = draft.hours
    yield from _share("substituted", substituted, measured + substituted, row)


def _stopped_share(draft: Draft, row: CheckRow) -> Iterator[str]:
    yield from _share("stopped", draft.hours[2], sum(draft.hours), row)


def _share(what: str, part: int, whole: int, row: CheckRow) -> Iterator[str]:
    most = row.threshold_basis_points or 0
    if part * WHOLE > most * whole:
        yield f"{part} of {whole} hours are {what}, more than {most / 100:g} %"


def _findings(draft: Draft, row: CheckRow) -> Iterator[str]:
    for stack, _ in draft.source.stacks:
        noted = draft.state.findings.get((stack, draft.year))
        if noted is None:
            yield f"{stack}: the monitoring host has not said what it found"
        for line in noted or ():
            yield f"{stack}: {line.finding} {line.subject}".rstrip() + f" over {line.hours} hours"


def _corrected_days(draft: Draft, row: CheckRow) -> Iterator[str]:
    for stack, day, sealed in draft.sealed:
        if sealed.corrections:
            yield f"{stack} {day} was corrected {sealed.corrections} times"


def _last_year(draft: Draft, row: CheckRow) -> Iterator[str]:
    before = draft.state.years.get((draft.source.id, draft.year - 1))
    most = row.threshold_basis_points or 0
    for pollutant, mass in {**draft.measured_mg, **draft.declared_mg}.items():
        earlier = before.verified_mg.get(pollutant) if before is not None and before.verified_mg is not None else None
        if earlier is not None and abs(mass - earlier) * WHOLE > most * earlier:
            yield f"{pollutant}: {mass} mg after {earlier} mg in {draft.year - 1}, more than {most / 100:g} % apart"


def _improvements_carried(draft: Draft, row: CheckRow) -> Iterator[str]:
    before = draft.state.years.get((draft.source.id, draft.year - 1))
    for item in before.improvements if before is not None else ():
        if item.state != "closed":
            yield f"item {item.number} of {draft.year - 1} is {item.state}: {item.item[:100]}"


def _of_year(mark: Mark, draft: Draft) -> bool:
    return draft.state.standard.day_of(mark.first)[:4] == str(draft.year)


#: The questions that a rulebook may ask, by name.
CHECKS: dict[str, Callable[[Draft, CheckRow], Iterator[str]]] = {
    "days_present": _days_present,
    "marks_decided": _marks_decided,
    "marks_applied": _marks_applied,
    "declared_complete": _declared_complete,
    "substituted_share": _substituted_share,
    "stopped_share": _stopped_share,
    "findings": _findings,
    "corrected_days": _corrected_days,
    "last_year": _last_year,
    "improvements_carried": _improvements_carried,
}
