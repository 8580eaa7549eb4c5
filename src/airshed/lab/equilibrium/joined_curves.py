"""Several cost curves that trade as one."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

import numpy as np

from airshed.lab.equilibrium.clearing import clear
from airshed.lab.equilibrium.curves import Floats, Slopes, Steps
from airshed.model.refusal import Malformed


class Joined:
    """Several curves as one, steps and slopes: what is abated at a price is the sum of them.

    Its cost is found from its rent: cost(a) = max over pi of pi a - rent(pi), at the price that clears `a`.
    """

    def __init__(self, *curves: Steps | Slopes | Joined) -> None:
        years = {curve.years for curve in curves}
        if len(years) != 1:
            raise Malformed("curves", f"they have {sorted(years)} years", "give all of them the same")
        self.curves: tuple[Steps | Slopes, ...] = tuple(
            part for curve in curves for part in (curve.curves if isinstance(curve, Joined) else (curve,))
        )
        self.discount: Floats = self.curves[0].discount

    @property
    def count(self) -> int:
        """Steps and slopes."""
        return sum(curve.count for curve in self.curves)

    def lowered(self, tax: float) -> Joined:
        """The curve of firms that save a tax (yuan/t, undiscounted) on what they abate."""
        return Joined(*(curve.lowered(tax) for curve in self.curves))

    def most(self, year: int) -> float:
        """All that can be abated in a year."""
        return sum(curve.most(year) for curve in self.curves)

    def cuts(self, year: int, low: float, high: float, many: int) -> Floats:
        """Quantities spread evenly from `low` to `high`."""
        return np.linspace(low, high, many + 1)

    def near(self, year: int, tonnes: float) -> tuple[float, ...]:
        """The quantity itself, and what is abated on either side of the price at which it is."""
        price = clear(self, min(tonnes, self.most(year)), range(year, year + 1), -inf) if tonnes > 0 else 0.0
        return (min(tonnes, self.most(year)), self.below(year, price), self.until(year, price))

    @property
    def years(self) -> int:
        """Years that the curve knows."""
        return self.curves[0].years

    def below(self, year: int, price: float) -> float:
        """Tonnes that cost less than a discounted price."""
        return sum(curve.below(year, price) for curve in self.curves)

    def until(self, year: int, price: float) -> float:
        """Tonnes that cost at most a discounted price."""
        return sum(curve.until(year, price) for curve in self.curves)

    def cost(self, year: int, tonnes: float) -> float:
        """The least discounted cost of abating that many tonnes."""
        if tonnes <= 0:
            return 0.0
        price = clear(self, min(tonnes, self.until(year, inf)), range(year, year + 1), -inf)
        return price * tonnes - self.rent(year, price)

    def rent(self, year: int, price: float) -> float:
        """What is left of a discounted price above the cost of each tonne that costs less."""
        return sum(curve.rent(year, price) for curve in self.curves)

    def prices(self, year: int, low: float, high: float) -> Floats:
        """Discounted costs at which abatement jumps."""
        return np.unique(np.concatenate([curve.prices(year, low, high) for curve in self.curves]))


AnyCurve = Steps | Slopes | Joined


def merged(curves: Sequence[AnyCurve]) -> AnyCurve:
    """Several curves as one: those of one kind as one of that kind, which is faster than `Joined`."""
    discount = curves[0].discount
    parts = Joined(*curves).curves
    steps = [curve for curve in parts if isinstance(curve, Steps)]
    slopes = [curve for curve in parts if isinstance(curve, Slopes)]
    if steps and slopes:
        # a curve without a row is of any kind
        kinds = [merged(kind) for kind in (steps, slopes) if any(curve.count for curve in kind)]
        one = [kind for kind in kinds if not isinstance(kind, Joined)]
        return Joined(*one) if len(one) > 1 else (one or steps)[0]
    if steps and not any(curve.count for curve in steps):
        return steps[0]
    if steps:
        rows = [np.array(curve.potentials()).reshape(-1, curve.count) for curve in steps if curve.count]
        if any(len(each) > 1 for each in rows):
            rows = [np.broadcast_to(each, (len(discount), each.shape[1])) for each in rows]
        widths = np.concatenate(rows, axis=1)
        return Steps(
            np.concatenate([curve.costs for curve in steps]), widths[0] if len(widths) == 1 else widths.T, discount
        )
    return Slopes(
        np.concatenate([curve.slopes for curve in slopes]),
        np.concatenate([curve.most_each for curve in slopes]),
        discount,
        np.concatenate([curve.starts for curve in slopes]),
    )
