"""Several cost curves that trade as one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from airshed.lab.equilibrium.clearing import clear
from airshed.lab.equilibrium.curves import Curve, Floats, Slopes, Steps
from airshed.model.refusal import Malformed


class Joined:
    """Several curves as one: what is abated at a price is the sum of them.

    Its cost is found from its rent: cost(a) = max over pi of pi a - rent(pi), at the price that clears `a`.
    """

    def __init__(self, *curves: Curve) -> None:
        years = {curve.years for curve in curves}
        if len(years) != 1:
            raise Malformed("curves", f"they have {sorted(years)} years", "give all of them the same")
        self.curves = curves

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
        price = clear(self, tonnes, range(year, year + 1))
        return price * tonnes - self.rent(year, price)

    def rent(self, year: int, price: float) -> float:
        """What is left of a discounted price above the cost of each tonne that costs less."""
        return sum(curve.rent(year, price) for curve in self.curves)

    def prices(self, year: int, low: float, high: float) -> Floats:
        """Discounted costs at which abatement jumps."""
        return np.unique(np.concatenate([curve.prices(year, low, high) for curve in self.curves]))


def merged(curves: Sequence[Steps | Slopes]) -> Steps | Slopes:
    """Several curves of one kind as one of that kind: faster than `Joined`. Malformed for kinds that do not mix.

    Steps must be the same in every year.
    """
    discount = curves[0].discount
    steps = [curve for curve in curves if isinstance(curve, Steps)]
    slopes = [curve for curve in curves if isinstance(curve, Slopes)]
    if steps and slopes:
        raise Malformed("curves", "some are steps, some are slopes", "give all of them in one kind")
    if steps:
        widths = np.concatenate([np.array(curve.potentials()[0]) for curve in steps])
        return Steps(np.concatenate([curve.costs for curve in steps]), widths, discount)
    return Slopes(
        np.concatenate([curve.slopes for curve in slopes]),
        np.concatenate([curve.most_each for curve in slopes]),
        discount,
        np.concatenate([curve.starts for curve in slopes]),
    )
