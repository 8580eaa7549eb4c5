"""A source's year: the mass of its sealed days, factors where nothing is monitored, and what a verifier
checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from airshed.model.period import days_of
from airshed.mrv.days import HOURS_PER_DAY, SealedDay, name_in_law
from airshed.mrv.rules import MonitoringRules, StackRegistration
from airshed.mrv.year import StackYear, potential_mg


def annual_mass(days: Iterable[SealedDay]) -> dict[str, int]:
    """Milligrams per pollutant over sealed days of one or of many stacks; whole numbers, so nothing is
    rounded."""
    total: dict[str, int] = {}
    for day in days:
        for mass in day.masses:
            total[mass.pollutant] = total.get(mass.pollutant, 0) + mass.mass_mg
    return total


class Severity(StrEnum):
    """What a failed check means."""

    #: The year cannot be verified.
    BLOCKING = "blocking"
    #: The operator must explain, and the verifier may accept it.
    EXPLAIN = "explain"


class Check(msgspec.Struct, frozen=True):
    """One question of the verifier, its answer, and the sentence behind it."""

    number: int
    code: str
    severity: Severity
    passed: bool
    detail: str


class Opinion(StrEnum):
    """A verifier's graded opinion, from best to worst."""

    SATISFACTORY = "satisfactory"
    WITH_COMMENTS = "satisfactory with comments"
    NOT_SATISFACTORY = "not satisfactory"


class Verification(msgspec.Struct, frozen=True):
    """All checks of one stack's year and the opinion that follows from them."""

    stack: str
    year: int
    checks: tuple[Check, ...]

    @property
    def opinion(self) -> Opinion:
        """One blocking failure spoils the year; failures that can be explained become comments."""
        failed = {check.severity for check in self.checks if not check.passed}
        if Severity.BLOCKING in failed:
            return Opinion.NOT_SATISFACTORY
        return Opinion.WITH_COMMENTS if failed else Opinion.SATISFACTORY


#: From this share of substituted mass on, in hundredths of a percent, the operator explains its monitor.
SUBSTITUTED_SHARE_BASIS_POINTS = 1_000
#: A year's mean above this multiple of the limit at full load is a question before it is an emission.
PLAUSIBLE_MULTIPLE = 3
#: Findings that a stack must not have without an explanation.
SUSPICIOUS = (
    "pressure_of_another_altitude",
    "flat_line",
    "contradicted_stop",
    "duplicate_hour",
    "conflicting_frames",
    "clock_off",
    "negative_flow",
    "air_leak",
    "unit_slip",
    "identity_cou",
    "identity_converted",
    "marked_exceedance",
    "marked_less",
)


def verify(
    stack: StackRegistration,
    closed: StackYear,
    reported_mg: Mapping[str, int],
    rules: MonitoringRules,
    evidence: Sequence[str] | None = None,
) -> Verification:
    """Check a reported year against its sealed days, and with `evidence` against digests of the raw frames
    at hand."""
    checks: list[Check] = []

    def check(code: str, severity: Severity, wrong: Sequence[str], fine: str) -> None:
        detail = "; ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
        checks.append(Check(len(checks) + 1, code, severity, not wrong, detail or fine))

    blocking, explain = Severity.BLOCKING, Severity.EXPLAIN
    check("days_present", blocking, _absent(closed), "every day of the year is sealed once, in order")
    check("hours_whole", blocking, _not_whole(stack, closed, rules), "24 hours of every pollutant a day (I10)")
    check("mass_adds_up", blocking, _other_mass(closed, reported_mg), "the sealed days sum to the report")
    if evidence is not None:
        check("evidence_holds", blocking, _other_evidence(closed, evidence), "digests are those of the frames")
    check("evidence_given", explain, _no_evidence(closed), "the days rest on raw frames")
    check("capture", explain, _low_capture(closed, rules), "every quarter reaches the capture rate")
    check("months_valid", explain, _short_months(closed), "every month has enough valid days")
    check("substituted_share", explain, _much_substituted(closed), "little of the mass is substituted")
    check("plausible_mass", explain, _implausible(stack, closed, rules), "no mass beyond full load at the limit")
    check("running_emits", explain, _running_without(closed), "running hours have mass")
    check("findings", explain, _suspicious(closed), "nothing suspicious was found")
    return Verification(closed.stack, closed.year, tuple(checks))


def _absent(closed: StackYear) -> list[str]:
    there, due = tuple(day.day for day in closed.days), days_of(closed.year)
    absent = [f"{day} is not sealed" for day in sorted({*due} - {*there})]
    return absent or ([] if there == due else ["the days are not in order, each once"])


def _not_whole(stack: StackRegistration, closed: StackYear, rules: MonitoringRules) -> list[str]:
    wrong = []
    due = tuple(name_in_law(rules, stack.sector, measured) for measured in stack.pollutants)
    for day in closed.days:
        if tuple(mass.pollutant for mass in day.masses) != due:
            wrong.append(f"{day.day} has not the pollutants {', '.join(due)}")
        wrong += [
            f"{day.day} has {hours} hours of {mass.pollutant}"
            for mass in day.masses
            if (hours := mass.measured + mass.substituted + mass.stopped) != HOURS_PER_DAY
        ]
    return wrong


def _other_mass(closed: StackYear, reported_mg: Mapping[str, int]) -> list[str]:
    summed = annual_mass(closed.days)
    return [
        f"{pollutant}: the days sum to {summed.get(pollutant)} mg, not to {reported_mg.get(pollutant)}"
        for pollutant in sorted({*summed, *reported_mg})
        if summed.get(pollutant) != reported_mg.get(pollutant)
    ]


def _other_evidence(closed: StackYear, evidence: Sequence[str]) -> list[str]:
    digests = dict(zip(days_of(closed.year), evidence, strict=False))
    return [f"{day.day} rests on other frames" for day in closed.days if digests.get(day.day) != day.evidence]


def _no_evidence(closed: StackYear) -> list[str]:
    return [f"{day.day} names no evidence" for day in closed.days if day.evidence is None]


def _low_capture(closed: StackYear, rules: MonitoringRules) -> list[str]:
    target = rules.capture_target_basis_points
    return [
        f"{rate.pollutant} from hour {rate.first_hour}: {(rate.basis_points or 0) / 100:.2f} %"
        for rate in closed.quarters
        if not rate.at_least(target)
    ]


def _short_months(closed: StackYear) -> list[str]:
    return [
        f"{month.capture.pollutant} month {month.month}: {month.valid_days} valid days of {month.needed_days}"
        for month in closed.months
        if not month.valid
    ]


def _much_substituted(closed: StackYear) -> list[str]:
    return [
        f"{mass.pollutant}: {filled / mass.mass_mg:.1%} of the mass is substituted"
        for mass in closed.masses
        if (filled := mass.mass_mg - mass.measured_mg) * 10_000 > SUBSTITUTED_SHARE_BASIS_POINTS * mass.mass_mg
    ]


def _implausible(stack: StackRegistration, closed: StackYear, rules: MonitoringRules) -> list[str]:
    wrong = []
    for mass in closed.masses:
        most = potential_mg(stack, rules, mass.pollutant, closed.year)
        hours = mass.measured + mass.substituted
        if most is not None and mass.mass_mg > PLAUSIBLE_MULTIPLE * most * hours:
            wrong.append(f"{mass.pollutant}: {mass.mass_mg / (most * hours):.1f} times full load at the limit")
    return wrong


def _running_without(closed: StackYear) -> list[str]:
    return [
        f"{mass.pollutant}: {mass.measured} measured hours, no mass"
        for mass in closed.masses
        if mass.measured and not mass.measured_mg
    ]


def _suspicious(closed: StackYear) -> list[str]:
    return [
        f"{each.code} {each.subject}, {each.hours} hours from hour {each.first_hour}: {each.detail}"
        for each in closed.findings
        if each.code in SUSPICIOUS
    ]
