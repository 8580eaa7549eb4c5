"""The mass of a source's year, factors where nothing is monitored, and the verifier's checks."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from airshed.mrv.annual import Opinion, Severity, Verification, annual_mass, verify
from airshed.mrv.days import GENESIS, evidence_of_days
from airshed.mrv.factors import mass_by_factor
from airshed.mrv.readings import AIR_PRESSURE, OXYGEN, StackReadings
from airshed.mrv.rules import MonitoringRules
from airshed.mrv.year import close_year
from stack_years import RULES, SO2, STACK, TYPICAL, changed, steady_year

EVIDENCE = evidence_of_days(GENESIS, [[b"frame"]] * 365)


def verified(
    readings: StackReadings, rules: MonitoringRules = RULES, evidence: tuple[str, ...] = EVIDENCE
) -> Verification:
    closed = close_year(STACK, replace(readings, evidence=EVIDENCE), rules)
    return verify(STACK, closed, annual_mass(closed.days), rules, evidence)


def failed(verification: Verification) -> list[str]:
    return [check.code for check in verification.checks if not check.passed]


def test_a_year_in_order_is_satisfactory() -> None:
    verification = verified(steady_year())

    assert failed(verification) == []
    assert verification.opinion is Opinion.SATISFACTORY
    assert [check.number for check in verification.checks] == list(range(1, 12))


def test_a_report_that_differs_from_its_days_cannot_be_verified() -> None:
    closed = close_year(STACK, replace(steady_year(), evidence=EVIDENCE), RULES)
    reported = {**annual_mass(closed.days), "SO2": annual_mass(closed.days)["SO2"] - 1}
    verification = verify(STACK, closed, reported, RULES)

    assert failed(verification) == ["mass_adds_up"]
    assert verification.opinion is Opinion.NOT_SATISFACTORY


def test_a_missing_day_blocks_and_frames_that_changed_block() -> None:
    closed = close_year(STACK, replace(steady_year(), evidence=EVIDENCE), RULES)
    without = msgspec.structs.replace(closed, days=closed.days[:99] + closed.days[100:])
    altered = evidence_of_days(GENESIS, [[b"frame"]] * 200 + [[b"fraud"]] + [[b"frame"]] * 164)
    missing = verify(STACK, without, annual_mass(without.days), RULES)

    assert failed(missing) == ["days_present"]
    assert missing.checks[0].detail == "2027-04-10 is not sealed"
    forged = verified(steady_year(), evidence=altered)
    assert failed(forged) == ["evidence_holds"]
    assert forged.opinion is Opinion.NOT_SATISFACTORY
    assert "2027-07-20" in next(check.detail for check in forged.checks if not check.passed)


def test_a_failing_monitor_must_be_explained() -> None:
    rules = msgspec.structs.replace(RULES, determination_basis_points=10_000)
    broken = changed(steady_year(), slice(100, 1_100), flags=dict.fromkeys(TYPICAL, "D"))
    verification = verified(broken, rules)

    assert failed(verification) == ["capture", "months_valid", "substituted_share"]
    assert verification.opinion is Opinion.WITH_COMMENTS
    assert {check.severity for check in verification.checks if not check.passed} == {Severity.EXPLAIN}


def test_tampering_is_put_to_the_operator() -> None:
    flat = changed(steady_year(), slice(500, 560), values={SO2: 35.0})
    sea = changed(steady_year(), slice(None), values={AIR_PRESSURE: 101.325})
    marked = changed(steady_year(), slice(500, 560), flags=dict.fromkeys(TYPICAL, "F"))

    for readings in (flat, sea, marked):
        assert failed(verified(readings)) == ["findings"]


def test_an_implausible_mass_is_a_question_before_it_is_an_emission() -> None:
    dirty = changed(steady_year(), slice(None), values={SO2: steady_year().values[SO2] * 10})

    assert failed(verified(dirty)) == ["plausible_mass"]
    assert failed(verified(changed(steady_year(), slice(None), values={SO2: 0.0}))) == ["running_emits"]


def test_a_year_without_frames_at_hand_is_said_to_rest_on_none() -> None:
    closed = close_year(STACK, steady_year(), RULES)

    assert failed(verify(STACK, closed, annual_mass(closed.days), RULES)) == ["evidence_given"]


def test_idle_hours_are_no_offence() -> None:
    assert failed(verified(changed(steady_year(), slice(10, 40), values={OXYGEN: 20.8}))) == []


def test_mass_by_factor_is_activity_times_factor_less_removal() -> None:
    """Clinker at 1,241 g/t NOx (EMEP/EEA tier 1), 60 percent removed: 496.4 t for a million tonnes."""
    assert mass_by_factor(Decimal(1_000_000), Decimal(1_241), 6_000) == 496_400_000_000
    assert mass_by_factor(Decimal(0), Decimal(1_241)) == 0
    assert mass_by_factor(Decimal("0.0005"), Decimal(1), 0) == 0
    assert mass_by_factor(Decimal("0.0015"), Decimal(1), 0) == 2


@given(st.integers(0, 10**8), st.integers(0, 10**5), st.integers(0, 10_000))
def test_mass_by_factor_splits_into_emitted_and_removed(activity: int, factor: int, removal: int) -> None:
    emitted = mass_by_factor(Decimal(activity), Decimal(factor), removal)
    removed = mass_by_factor(Decimal(activity), Decimal(factor), 10_000 - removal)

    assert abs(emitted + removed - activity * factor * 1_000) <= 1
