"""Competitive equilibrium of one zone whose allowances may be banked, by pooling adjacent violators.

Firms that may bank arbitrage between years, so the discounted price never rises while a bank is held (Rubin 1996;
Cronshaw and Kruse 1996). Years whose prices would rise are pooled into blocks, each cleared as one year. That is the
isotonic regression of pool adjacent violators, here over cost curves instead of means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from airshed.lab.equilibrium.clearing import ROUNDING, clear
from airshed.lab.equilibrium.curves import LARGEST, Curve, Floats, examine_discount
from airshed.model.refusal import Malformed


@dataclass(frozen=True, slots=True)
class Equilibrium:
    """Prices and quantities by year; shapes (years,), money in yuan, mass in t.

    `price` is current yuan/t, `discounted` the same in yuan of the first year. `cost` is the discounted cost of
    `abated`; `bound` is what no allocation can cost less than. Their difference is the proof.
    """

    price: Floats
    discounted: Floats
    abated: Floats
    bank: Floats
    cost: float
    bound: float
    blocks: tuple[tuple[int, int], ...]

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least one, as a part of it."""
        return abs(self.cost - self.bound) / max(abs(self.cost), 1.0)


def equilibrium(curve: Curve, need: Sequence[float] | Floats, discount: Sequence[float] | Floats) -> Equilibrium:
    """The competitive equilibrium with banking and without borrowing.

        `need[t]` is what must be abated in year t without a bank: emission without abatement less the cap; below zero
        where the cap does not bind. Malformed, naming the year, if no price brings about what is needed until then.

        >>> from airshed.lab.equilibrium.curves import Steps
    >>> found = equilibrium(Steps([10.0, 40.0], [5.0, 5.0], [1.0, 0.5]), [2.0, 7.0], [1.0, 0.5])
        >>> found.price.tolist(), found.abated.tolist(), found.bank.tolist()
        ([10.0, 20.0], [4.0, 5.0], [2.0, 0.0])
    """
    needs, factors = np.asarray(need, dtype=np.float64), np.asarray(discount, dtype=np.float64)
    examine_discount(factors)
    if needs.shape != factors.shape or curve.years != len(factors):
        raise Malformed(
            "need",
            f"{needs.size} years of need, {factors.size} of discount, {curve.years} of curves",
            "give the same years to each",
        )
    for year, each in enumerate(needs.tolist()):
        if not abs(each) <= LARGEST:
            raise Malformed(f"need of year {year + 1}", f"is {each:g}", "give tonnes")
    blocks: list[tuple[int, int, float]] = []
    for year in range(len(needs)):
        blocks.append((year, year + 1, clear(curve, float(needs[year]), range(year, year + 1))))
        while len(blocks) > 1 and blocks[-2][2] < blocks[-1][2]:
            _, end, _ = blocks.pop()
            start, _, _ = blocks.pop()
            blocks.append((start, end, clear(curve, float(needs[start:end].sum()), range(start, end))))
    for start, end, pi in blocks:
        if pi == float("inf"):
            short = float(needs[start:end].sum()) - sum(curve.until(year, pi) for year in range(start, end))
            raise Malformed(
                f"need of year {end}",
                f"{short:,.3f} t more must be abated by then than all steps together can",
                "raise the caps, or add steps",
            )
    return _filled(curve, needs, factors, blocks)


def _filled(curve: Curve, needs: Floats, factors: Floats, blocks: list[tuple[int, int, float]]) -> Equilibrium:
    """Abatement, bank and the two sides of the proof. Ties at the marginal cost are filled from the earliest year."""
    years = len(needs)
    discounted, abated, bank = np.zeros(years), np.zeros(years), np.zeros(years)
    for start, end, pi in blocks:
        discounted[start:end] = pi
        under = [curve.below(year, pi) for year in range(start, end)]
        left = max(0.0, float(needs[start:end].sum()) - sum(under))
        for year, sure in zip(range(start, end), under, strict=True):
            part = min(left, curve.until(year, pi) - sure)
            abated[year] = sure + part
            left -= part
    held = 0.0
    for year in range(years):
        held += float(abated[year] - needs[year])
        size = float(np.abs(needs[: year + 1]).sum() + abated[: year + 1].sum())
        assert held >= -2 * ROUNDING * size, f"the bank of year {year + 1} is {held}"
        held = max(0.0, held)
        bank[year] = held
    cost = sum(curve.cost(year, float(abated[year])) for year in range(years))
    return Equilibrium(
        price=discounted / factors,
        discounted=discounted,
        abated=abated,
        bank=bank,
        cost=cost,
        bound=lagrangian(curve, needs, discounted),
        blocks=tuple((start, end) for start, end, _ in blocks),
    )


def lagrangian(curve: Curve, need: Floats, discounted: Floats) -> float:
    """What no allocation costs less than, at discounted prices that do not rise and are not below zero.

    sum over t of pi_t need_t, less what is left of pi_t above the cost of each tonne. Any such prices give a bound, so
    a reader needs no solver to believe it.
    """
    assert (discounted >= 0).all(), "a price is below zero"
    assert (np.diff(discounted) <= 0).all(), "discounted prices rise"
    return float(
        sum(
            pi * n - curve.rent(year, pi)
            for year, (pi, n) in enumerate(zip(discounted.tolist(), need.tolist(), strict=True))
        )
    )
