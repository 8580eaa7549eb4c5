"""The cost of a zone's abatement, step by step and slope by slope: one plain sum each, nothing kept in between."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from airshed.lab.proofs.reading import Floats


class Ladder(NamedTuple):
    """Steps (yuan/t and t, a row of widths a year or one for all) and slopes (start, yuan/t for each t, most t).

    All undiscounted.
    """

    costs: Floats
    widths: Floats
    starts: Floats
    slopes: Floats
    most_t: Floats

    def of(self, year: int) -> Floats:
        """What each step can abate in a year."""
        found: Floats = self.widths[year if len(self.widths) > 1 else 0]
        return found

    def most(self, year: int) -> float:
        """All that can be abated in a year."""
        return float(self.of(year).sum() + self.most_t.sum())

    def rent(self, year: int, price: float) -> float:
        """What is left of a price above the cost of every tonne that costs less."""
        left = float((np.maximum(price - self.costs, 0.0) * self.of(year)).sum())
        tonnes = self._sloped(price)
        return left + float((tonnes * (price - self.starts - 0.5 * self.slopes * tonnes)).sum())

    def cost(self, year: int, tonnes: float) -> tuple[float, float]:
        """The least that so many tonnes cost, cheapest first, and the scale of that: all at the last price."""
        under, at = self._around(year, tonnes)
        widths = np.where(self.costs <= under, self.of(year), 0.0)
        steps, low, high = float(widths.sum()), float(self._sloped(under).sum()), float(self._sloped(at).sum())
        price = at
        if high > low and steps + high > tonnes:
            price = min(at, under + (tonnes - steps - low) * (at - under) / (high - low))
        sloped = self._sloped(price)
        spent, curved = self.costs * widths, sloped * (self.starts + 0.5 * self.slopes * sloped)
        last = (tonnes - steps - float(sloped.sum())) * price
        return (
            float(spent.sum() + curved.sum()) + last,
            float(np.abs(spent).sum() + np.abs(curved).sum()) + abs(tonnes * price),
        )

    def _around(self, year: int, tonnes: float) -> tuple[float, float]:
        """Neighbouring prices at which a step or slope begins or ends: at the second as much is abated, or all."""
        knots = np.unique(np.concatenate((self.costs, self.starts, self.starts + self.slopes * self.most_t)))
        if not len(knots):
            return 0.0, 0.0
        low, high = -1, len(knots) - 1
        while high - low > 1:
            middle = (low + high) // 2
            if float(self.of(year)[self.costs <= knots[middle]].sum() + self._sloped(knots[middle]).sum()) < tonnes:
                low = middle
            else:
                high = middle
        return float(knots[low]) if low >= 0 else float(np.nextafter(knots[0], -np.inf)), float(knots[high])

    def _sloped(self, price: float) -> Floats:
        """What each slope abates at a price."""
        return np.clip((price - self.starts) / self.slopes, 0.0, self.most_t)
