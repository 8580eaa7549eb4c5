"""Stacks without monitors: a test by hand each quarter, its rate times the hours that the stack ran in it.

A quarter that ran and has too few tests that count is missing, never zero, and so is the year. The range of a figure
covers the scatter of the samples (Student's t, 95 %) and that of the standard; whether one test speaks for a quarter it
cannot say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

import msgspec

from airshed.model.measures import gbt8170
from airshed.mrv.factors import RANGE_STEP, FactorSpread, Status, combined

QUARTERS = (1, 2, 3, 4)
#: Student's t for two-sided 95 %, by degrees of freedom from 1 on; beyond the last one it is taken for all.
STUDENT_T = (
    *(Decimal(t) / 1_000 for t in (12_706, 4_303, 3_182, 2_776, 2_571, 2_447, 2_365, 2_306, 2_262, 2_228)),
    *(Decimal(t) / 1_000 for t in (2_201, 2_179, 2_160, 2_145, 2_131, 2_120, 2_110, 2_101, 2_093, 2_086)),
    *(Decimal(t) / 1_000 for t in (2_080, 2_074, 2_069, 2_064, 2_060, 2_056, 2_052, 2_048, 2_045, 2_042)),
)


class Standard(msgspec.Struct, frozen=True):
    """A standard that a pollutant may be tested by."""

    pollutant: str
    standard: str
    #: Lowest concentration that it can tell, mg/m3; None when none is stated.
    lowest_mg_m3: Decimal | None
    #: Half-width of its own 95 % range as a share; None when none is stated.
    spread: Decimal | None
    status: Status


class ManualRules(msgspec.Struct, frozen=True):
    """When a test by hand counts."""

    samples: int
    load_basis_points: int
    tests_per_quarter: int
    #: What a sample below the lowest concentration counts as, in hundredths of a percent of that.
    not_detected_basis_points: int
    standards: tuple[Standard, ...]
    cite: str


class ManualTest(msgspec.Struct, frozen=True):
    """One test of one pollutant at one stack."""

    #: ISO date.
    day: str
    stack: str
    pollutant: str
    standard: str
    #: Concentrations, mg/m3, dry, standard state; None where nothing was detected.
    samples_mg_m3: tuple[Decimal | None, ...]
    #: Dry, standard state, m3/h.
    flow_m3_h: Decimal
    #: Load of the plant during the test, in hundredths of a percent of full load.
    load_basis_points: int

    @property
    def quarter(self) -> int:
        """1 to 4.

        >>> ManualTest("2027-05-03", "A", "SO2", "HJ 57-2017", (), Decimal(1), 8_000).quarter
        2
        """
        return (int(self.day[5:7]) + 2) // 3


class JudgedTest(msgspec.Struct, frozen=True):
    """A test and whether it counts."""

    test: ManualTest
    #: Why it does not count; None when it does.
    why: str | None
    #: Mean of its samples, mg/m3, and what the stack emitted in an hour, mg; None when it does not count.
    mean_mg_m3: Decimal | None = None
    rate_mg_h: Decimal | None = None
    #: 95 % range of both; None where the standard states none.
    spread: Decimal | None = None


class Quarter(msgspec.Struct, frozen=True):
    """A quarter of one pollutant at one stack."""

    quarter: int
    #: Hours that the stack ran; None where nobody said.
    hours: int | None
    tests: int
    #: Mean of its tests that count, mg/h.
    rate_mg_h: Decimal | None
    #: None while the quarter is missing.
    mass_mg: int | None
    spread: FactorSpread | None
    #: Why it is missing.
    missing: str | None


class ManualYear(msgspec.Struct, frozen=True):
    """A year of one pollutant at one stack by tests."""

    stack: str
    pollutant: str
    year: int
    quarters: tuple[Quarter, ...]
    judged: tuple[JudgedTest, ...]

    @property
    def mass_mg(self) -> int | None:
        """The sum of the quarters; None while one of them is missing."""
        masses = [each.mass_mg for each in self.quarters if each.mass_mg is not None]
        return sum(masses) if len(masses) == len(self.quarters) else None

    @property
    def spread(self) -> FactorSpread | None:
        """Range of the sum: the root of the sum of squares of the quarters' (IPCC 2006, volume 1, equation 3.2)."""
        if not self.mass_mg:
            return None
        running = [each for each in self.quarters if each.mass_mg]
        halves = [each.mass_mg * each.spread.above for each in running if each.mass_mg and each.spread is not None]
        if len(halves) < len(running):
            return None
        return _both(_root(sum((each**2 for each in halves), Decimal(0))) / self.mass_mg)


def judge(test: ManualTest, law: ManualRules) -> JudgedTest:
    """Whether a test counts, and what the stack emitted in an hour of it: mean concentration x flow.

    >>> hj57 = Standard("SO2", "HJ 57-2017", Decimal(3), Decimal("0.1"), "to confirm")
    >>> law = ManualRules(3, 7_500, 1, 5_000, (hj57,), "HJ/T 397-2007")
    >>> samples = Decimal(34), None, Decimal(36)
    >>> judged = judge(ManualTest("2027-05-03", "A", "SO2", "HJ 57-2017", samples, Decimal(1_000), 8_000), law)
    >>> judged.mean_mg_m3, judged.rate_mg_h
    (Decimal('23.83333333333333333333333333'), Decimal('23833.33333333333333333333333'))
    """
    standard = next(
        (each for each in law.standards if (each.pollutant, each.standard) == (test.pollutant, test.standard)), None
    )
    if standard is None:
        return JudgedTest(test, f"{test.standard} is no standard for {test.pollutant}")
    if len(test.samples_mg_m3) < law.samples:
        return JudgedTest(test, f"{len(test.samples_mg_m3)} samples, not {law.samples}")
    if test.load_basis_points < law.load_basis_points:
        return JudgedTest(test, f"load {test.load_basis_points / 100:g} %, under {law.load_basis_points / 100:g} %")
    lowest = standard.lowest_mg_m3
    if lowest is None and None in test.samples_mg_m3:
        return JudgedTest(test, f"{test.standard} states no lowest concentration to stand for ND")
    told = []
    for sample in test.samples_mg_m3:
        if lowest is not None and (sample is None or sample < lowest):
            told.append(lowest * law.not_detected_basis_points / 10_000)
        elif sample is not None:
            told.append(sample)
    mean = sum(told, Decimal(0)) / len(told)
    spread = None
    if standard.spread is not None and len(told) > 1 and mean:
        scatter, own = _scatter(told, mean), standard.spread
        spread = combined(FactorSpread(scatter, scatter), FactorSpread(own, own)).above
    return JudgedTest(test, None, mean, mean * test.flow_m3_h, spread)


def manual_year(
    stack: str, pollutant: str, year: int, tests: Sequence[ManualTest], hours: Mapping[int, int], law: ManualRules
) -> ManualYear:
    """Each quarter's mean rate x its running hours; rounded once a quarter, to a milligram, half to even.

    `hours` are the running hours by quarter. A quarter that stood still needs no test. Tests of other stacks and
    pollutants are not looked at.
    """
    own = [each for each in tests if (each.stack, each.pollutant) == (stack, pollutant)]
    judged = tuple(judge(each, law) for each in sorted(own, key=lambda each: each.day))
    assert all(each.day.startswith(f"{year:04}-") for each in own), year
    return ManualYear(
        stack,
        pollutant,
        year,
        tuple(_quarter(quarter, judged, hours.get(quarter), law) for quarter in QUARTERS),
        judged,
    )


def _quarter(quarter: int, judged: Sequence[JudgedTest], hours: int | None, law: ManualRules) -> Quarter:
    counting = [each for each in judged if each.test.quarter == quarter and each.rate_mg_h is not None]
    rates = [each.rate_mg_h for each in counting if each.rate_mg_h is not None]
    if hours == 0:
        return Quarter(quarter, 0, len(rates), None, 0, FactorSpread(Decimal(0), Decimal(0)), None)
    rate = sum(rates, Decimal(0)) / len(rates) if rates else None
    if hours is None:
        return Quarter(quarter, None, len(rates), rate, None, None, "nobody said how many hours it ran")
    if rate is None or len(rates) < law.tests_per_quarter:
        refused = sum(1 for each in judged if each.test.quarter == quarter and each.why)
        why = f"{len(rates)} tests count, not {law.tests_per_quarter}" + (f"; {refused} do not" if refused else "")
        return Quarter(quarter, hours, len(rates), rate, None, None, why)
    mass = int((rate * hours).to_integral_value(ROUND_HALF_EVEN))
    halves = [
        each.rate_mg_h * each.spread for each in counting if each.rate_mg_h is not None and each.spread is not None
    ]
    spread = None
    if len(halves) == len(rates) and rate:
        spread = _both(_root(sum((each**2 for each in halves), Decimal(0))) / len(rates) / rate)
    return Quarter(quarter, hours, len(rates), rate, mass, spread, None)


def _scatter(samples: Sequence[Decimal], mean: Decimal) -> Decimal:
    """Half-width of the 95 % range of a mean, as a share of it."""
    count = len(samples)
    variance = sum(((each - mean) ** 2 for each in samples), Decimal(0)) / (count - 1)
    t = STUDENT_T[min(count - 1, len(STUDENT_T)) - 1]
    return t * _root(variance / count) / mean


def _both(half: Decimal) -> FactorSpread:
    """A range of equal sides; a mass is never below zero."""
    rounded = half.quantize(RANGE_STEP, ROUND_HALF_EVEN)
    return FactorSpread(min(rounded, Decimal(1)), rounded)


def _root(square: Decimal) -> Decimal:
    return square.sqrt()


def shown(number: Decimal, decimals: int = 2) -> str:
    """A figure of a test as a report shows it, rounded as GB/T 8170 does.

    >>> shown(Decimal("23.835")), shown(Decimal("1234.5"), 0)
    ('23.84', '1,234')
    """
    return f"{gbt8170(number, decimals):,f}"
