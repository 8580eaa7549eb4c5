"""A price collar: the government sells more at a ceiling and buys back, or does not sell, at a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from airshed.lab.equilibrium.banking import Equilibrium, equilibrium
from airshed.lab.equilibrium.certificate import certificate
from airshed.lab.equilibrium.curves import LARGEST, Floats, Steps
from airshed.lab.equilibrium.joined_curves import AnyCurve, Joined
from airshed.lab.equilibrium.zones import ZoneEquilibrium
from airshed.model.refusal import Malformed


@dataclass(frozen=True, slots=True)
class Collared:
    """An equilibrium under a collar; `withheld` and `extra` allowances by year, in t.

    `market` is that of firms and of the `office` that releases at the floor and sells at the ceiling: two curves that
    cover `need`, each what it gives in `abated` (2, years). So it is proven like any market.
    """

    market: Equilibrium
    withheld: Floats
    extra: Floats
    office: Steps
    need: Floats
    abated: Floats

    def proof(self, curve: AnyCurve, years: Sequence[int]) -> dict[str, Any]:
        """The certificate, by the curve that was collared: firms and office as two places under one cap."""
        found = self.market
        both = ZoneEquilibrium(
            lambdas=found.discounted[None, :],
            discounted=np.tile(found.discounted, (2, 1)),
            price=np.tile(found.price, (2, 1)),
            abated=self.abated,
            bank=found.bank[None, :],
            cost=found.cost,
            bound=found.bound,
            traded=np.zeros((0, len(self.need))),
            rounds=0,
            columns=0,
        )
        need = self.need[None, :]
        return certificate(("firms", "office"), ("cap",), years, (curve, self.office), np.ones((1, 2)), need, both)


def collared(
    curve: AnyCurve,
    need: Sequence[float] | Floats,
    discount: Sequence[float] | Floats,
    *,
    floor: float = 0.0,
    ceiling: float | None = None,
    most_withheld: Sequence[float] | Floats | float = 0.0,
    most_extra: Sequence[float] | Floats | float | None = None,
) -> Collared:
    """The equilibrium when up to `most_withheld` tonnes a year are withheld at the floor, and any sold at the ceiling.

    With `most_extra` the reserve that is sold at the ceiling holds no more than so many tonnes a year (a soft ceiling).
    Floor and ceiling are undiscounted yuan/t (Roberts and Spence 1976). Both are steps of the curve: all that may be
    withheld is, and comes back at the cost of the floor; above the ceiling nobody abates. Malformed if the floor is
    above the ceiling or either is below zero.

    >>> from airshed.lab.equilibrium.curves import Slopes
    >>> unit = Slopes([1.0], [1e6], [1.0])
    >>> terms = {"floor": 20.0, "ceiling": 60.0, "most_withheld": 50.0}
    >>> [collared(unit, [need], [1.0], **terms).market.price.item() for need in (10.0, 40.0, 80.0)]
    [20.0, 40.0, 60.0]
    """
    needs, factors = np.asarray(need, dtype=np.float64), np.asarray(discount, dtype=np.float64)
    if not 0 <= floor <= (LARGEST if ceiling is None else min(ceiling, LARGEST)) or (ceiling or 0.0) > LARGEST:
        raise Malformed("collar", f"a floor of {floor:g} and a ceiling of {ceiling}", "give 0 <= floor <= ceiling")
    most = np.broadcast_to(np.asarray(most_withheld, dtype=np.float64), needs.shape)
    if not ((most >= 0) & (most <= LARGEST)).all():
        raise Malformed("collar", "less than nothing is withheld", "give tonnes from zero up")
    whole = needs + most
    rows = [(floor, most)]
    if ceiling is not None:
        endless = max(float(np.maximum(whole, 0.0).sum()), 1.0)
        reserve = np.full(needs.shape, endless if most_extra is None else most_extra, dtype=np.float64)
        if not ((reserve >= 0) & (reserve <= max(LARGEST, endless))).all():
            raise Malformed("collar", "less than nothing is in the reserve", "give tonnes from zero up")
        rows.append((ceiling, reserve))
    office = Steps([cost for cost, _ in rows], np.array([tonnes for _, tonnes in rows]), factors)
    found = equilibrium(Joined(curve, office), whole, factors)
    taken = np.zeros((len(rows), len(needs)))
    for year, pi in enumerate(found.discounted.tolist()):
        left = float(found.abated[year]) - curve.below(year, pi)
        for row, (cost, tonnes) in enumerate(rows):
            due = cost * float(factors[year])
            if due <= pi:
                taken[row, year] = tonnes[year] if due < pi else min(max(0.0, left), float(tonnes[year]))
                left -= taken[row, year]
    extra = taken[1] if ceiling is not None else np.zeros(needs.shape)
    given = taken.sum(axis=0)
    return Collared(found, most - taken[0], extra, office, whole, np.stack([found.abated - given, given]))
