"""Where allocation follows verified output, a product more brings allowances: what that pays for output (A2b)."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from airshed.model.measures import half_up
from airshed.rulebook import lookup
from airshed.rulebook.allocation_sections import AllocationRule
from airshed.rulebook.schema import Rulebook

G_PER_T = 1_000_000
#: Claims that are output times a figure of the law.
BY_OUTPUT = ("benchmark", "output_based")


class OutputWorth(NamedTuple):
    """What a product more of a sector brings of a pollutant, and what that is worth at the law's reference price."""

    sector: str
    pollutant: str
    product: str
    grams: int
    fen: int


def follows_output(law: AllocationRule) -> bool:
    """Whether the last word on a share is the output of the year itself, by a claim that output makes."""
    by_source = [tier.split(" ")[1] for tier in law.tiers or () if tier.startswith("source ")]
    claims = by_source if law.method == "plan" else [law.method]
    return law.advance_basis_points is not None and any(claim in BY_OUTPUT for claim in claims)


def paid_for_output(rules: Rulebook) -> tuple[OutputWorth, ...]:
    """What allocation pays for output, by sector and pollutant; nothing where shares do not follow it.

    It is so much while the pool has what is claimed; where it has less, what one makes more another gets less for.
    """
    if not follows_output(rules.allocation):
        return ()
    return tuple(
        OutputWorth(
            row.sector, rule.code, row.product, row.benchmark_g, _worth(row.benchmark_g, rule.reference_fen_per_t)
        )
        for sector in rules.sectors
        for rule in lookup.owed(rules, sector.code)
        for row in (lookup.benchmark(rules, sector.code, rule.code),)
        if row.benchmark_g
    )


def _worth(grams: int, fen_per_t: int) -> int:
    return half_up(Fraction(grams * fen_per_t, G_PER_T))
