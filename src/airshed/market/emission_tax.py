"""A tax on what is emitted: yuan per pollution equivalent, reliefs for clean outlets, a guide price net of it.

China's Environmental Protection Tax: so many yuan an equivalent, an equivalent so many kilograms of a pollutant; only
the three largest pollutants of an outlet are taxed (article 9); who stays far enough under the standard pays less (13).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf
from typing import Literal, NamedTuple

from airshed.market.tenor import after_tax
from airshed.model.measures import KG_PER_T
from airshed.model.refusal import Malformed

#: Pollutants of an outlet that are taxed: those with most equivalents.
MOST_TAXED = 3


class Relief(NamedTuple):
    """Who stays at least `below` under the standard pays `part` of the tax; both as a part of one."""

    below: float
    part: float


def per_tonne(yuan_per_equivalent: float, kg_per_equivalent: float) -> float:
    """Yuan a tonne. Malformed for an equivalent of no kilograms.

    >>> round(per_tonne(2.8, 0.95), 2), round(per_tonne(2.8, 4), 2), round(per_tonne(2.8, 2.18), 2)
    (2947.37, 700.0, 1284.4)
    """
    if not kg_per_equivalent > 0 or not yuan_per_equivalent >= 0:
        raise Malformed(
            "tax", f"{yuan_per_equivalent:g} yuan for {kg_per_equivalent:g} kg", "give yuan from zero up, kg above zero"
        )
    return yuan_per_equivalent * KG_PER_T / kg_per_equivalent


def part_paid(below: float, reliefs: Sequence[Relief]) -> float:
    """The part of the tax that is paid at a concentration so far below the standard, the most favourable relief.

    >>> law = [Relief(0.3, 0.75), Relief(0.5, 0.5)]
    >>> [part_paid(below, law) for below in (0.0, 0.3, 0.49, 0.5)]
    [1.0, 0.75, 0.75, 0.5]
    """
    if not below <= 1:
        raise Malformed("below the standard", f"is {below:g}", "give a part of the standard, 1 at most")
    return min((relief.part for relief in reliefs if below >= relief.below), default=1.0)


def taxed(kg: Mapping[str, float], kg_per_equivalent: Mapping[str, float]) -> tuple[str, ...]:
    """The pollutants of an outlet that are taxed: the three with most equivalents, the largest first.

    >>> taxed({"SO2": 950, "NOx": 1900, "dust": 400, "CO": 16_700}, {"SO2": 0.95, "NOx": 0.95, "dust": 4, "CO": 16.7})
    ('NOx', 'CO', 'SO2')
    """
    for name in kg:
        if not kg_per_equivalent.get(name, 0.0) > 0:
            raise Malformed("equivalents", f"none for {name}", "give kilograms above zero for each pollutant")
    return tuple(sorted(kg, key=lambda name: (-kg[name] / kg_per_equivalent[name], name))[:MOST_TAXED])


@dataclass(frozen=True, slots=True)
class TaxDue:
    """What an outlet owes for a pollutant: its equivalents, whether it is among those taxed, and at what part.

    `yuan` is owed; `yuan_per_t` is what a tonne more or less of it is worth in tax, nothing where it is not taxed.
    """

    pollutant: str
    kg: float
    equivalents: float
    taxed: bool
    part: float
    yuan: float
    yuan_per_t: float


def due(
    kg: Mapping[str, float],
    yuan_per_equivalent: Mapping[str, float],
    kg_per_equivalent: Mapping[str, float],
    below: Mapping[str, float],
    reliefs: Sequence[Relief],
) -> list[TaxDue]:
    """The tax on what one outlet emits, the pollutant with most equivalents first.

    `below` is how far each stays under its standard, as a part of one. Malformed for masses below zero.

    >>> found = due({"SO2": 950.0}, {"SO2": 2.8}, {"SO2": 0.95}, {"SO2": 0.5}, [Relief(0.5, 0.5)])
    >>> round(found[0].equivalents, 6), round(found[0].yuan, 2)
    (1000.0, 1400.0)
    """
    for name, mass in kg.items():
        if not 0 <= mass < inf:
            raise Malformed("emissions", f"{mass:g} kg of {name}", "give kilograms from zero up")
    first = taxed(kg, kg_per_equivalent)
    found = []
    for name in sorted(kg, key=lambda each: (-kg[each] / kg_per_equivalent[each], each)):
        part = part_paid(below.get(name, 0.0), reliefs) if name in first else 0.0
        each_t = per_tonne(yuan_per_equivalent[name], kg_per_equivalent[name]) * part
        many, owed = kg[name] / kg_per_equivalent[name], each_t * kg[name] / KG_PER_T
        found.append(TaxDue(name, kg[name], many, name in first, part, owed, each_t))
    return found


@dataclass(frozen=True, slots=True)
class Guided:
    """A guide price, yuan per t and year: the marginal cost at the cap less the tax, between floor and ceiling."""

    marginal: float
    tax: float
    price: float
    bound: Literal["", "floor", "ceiling"]


def guided(marginal: float, tax: float, floor: float = 0.0, ceiling: float = inf) -> Guided:
    """The guide price where a tonne emitted is taxed too; an infinite marginal cost is a cap nobody can keep.

    >>> guided(4_020, 2_947.37, 1_500, 10_000).bound, guided(9_000, 0, 1_500, 10_000).price
    ('floor', 9000)
    """
    if not 0 <= floor <= ceiling or isinf(floor):
        raise Malformed(
            "guide price", f"a floor of {floor:g} and a ceiling of {ceiling:g}", "give 0 <= floor <= ceiling"
        )
    if not marginal >= 0 or not tax >= 0:
        raise Malformed("guide price", f"a cost of {marginal:g}, a tax of {tax:g}", "give yuan from zero up")
    scarce = after_tax(marginal, tax)
    bound: Literal["", "floor", "ceiling"] = "floor" if scarce < floor else "ceiling" if scarce > ceiling else ""
    return Guided(marginal, tax, min(max(scarce, floor), ceiling), bound)
