"""Allowances that follow from the year itself, where a law gives a part in advance and settles it by verified output.

What a firm gives off decides what it gets, so a tonne that it abates may free less than an allowance.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from airshed.engine.state import State
from airshed.lab.season.firms import CostStep, Firm
from airshed.market.allocation import Activity
from airshed.market.claims import ALL_BASIS_POINTS
from airshed.market.incentives import freed
from airshed.market.sharing.lawful import claims_by_law
from airshed.model.allowance import Series
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def by_output(rules: Rulebook, place: str) -> bool:
    """Whether what a place gives out is what output brings, and the cap but a bound."""
    return lookup.local(rules, place).allocation.unclaimed == "cancelled"


def activity_of(rules: Rulebook, firm: Firm, pollutant: str, year: int) -> Activity:
    """A year of a firm as it plans it, with the standards of the law."""
    standard = lookup.benchmark(rules, firm.source.sector, pollutant)
    return Activity(
        source=firm.source.source,
        sector=firm.source.sector,
        years=(year,),
        emitted_kg=(firm.before_kg[pollutant],),
        output=(firm.output,),
        benchmark_g=standard.benchmark_g,
        quota_g=standard.quota_g,
    )


def claim_by(rules: Rulebook, place: str) -> Callable[[Activity], Fraction]:
    """What a works of a place claims by the law, in kilograms."""
    law = lookup.local(rules, place).allocation
    return lambda works: claims_by_law(law, [works])[works.source]


def claim_kg(rules: Rulebook, firm: Firm, pollutant: str, year: int) -> Fraction:
    """What a firm claims of a year by the law, if it gives off and makes what it plans."""
    return claim_by(rules, firm.source.jurisdiction)(activity_of(rules, firm, pollutant, year))


def freed_by(rules: Rulebook, place: str, works: Activity) -> Fraction:
    """Allowances that a kilogram abated frees: less than 1 where what a works gets follows from what it gives off.

    By China's rule for steel, cement and aluminium near the balance value it is 0.15.
    """
    return freed(claim_by(rules, place), works) if by_output(rules, place) else Fraction(1)


def priced_by_claim(rules: Rulebook, firm: Firm, year: int) -> None:
    """Let the steps of a firm cost what they cost for each allowance that they free; what frees none is no step."""
    for pollutant in firm.owes:
        part = freed_by(rules, firm.source.jurisdiction, activity_of(rules, firm, pollutant, year))
        if part != 1:
            firm.steps[pollutant] = tuple(
                CostStep(step.technology, step.potential_kg, round(step.cost_fen_per_t / part))
                for step in firm.steps[pollutant]
                if part > 0
            )


def awaited(state: State, rules: Rulebook, firm: Firm, pollutant: str, year: int) -> int:
    """What a firm may expect of a year beside what it was given in advance: the rest of that, until it is settled."""
    series = str(Series(pollutant, firm.source.jurisdiction, year))
    advance = state.advances.get(series)
    part = lookup.local(rules, firm.source.jurisdiction).allocation.advance_basis_points
    if advance is None or not part:
        return 0
    return advance.given.get(firm.source.source, 0) * (ALL_BASIS_POINTS - part) // part
