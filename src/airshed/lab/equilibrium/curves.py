"""Marginal abatement cost curves: what is abated in a year at a price, and what that costs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Malformed

Floats = NDArray[np.float64]

#: Tonnes and yuan per tonne above which a figure is taken for a slip of its measure.
LARGEST = 1e12
#: A slope over all of which the cost rises by less than this part is no slope: a price could not tell its tonnes apart.
FLAT = 1e-5


class Curve(Protocol):
    """Abatement of a year as a function of the discounted price; all figures are t and yuan of the first year."""

    @property
    def years(self) -> int:
        """Years that the curve knows."""
        ...

    def below(self, year: int, price: float) -> float:
        """Tonnes that cost less than a discounted price, in yuan/t."""
        ...

    def until(self, year: int, price: float) -> float:
        """Tonnes that cost at most a discounted price; at least `below`."""
        ...

    def cost(self, year: int, tonnes: float) -> float:
        """The least discounted cost of abating that many tonnes, in yuan."""
        ...

    def rent(self, year: int, price: float) -> float:
        """What is left of a discounted price above the cost of each tonne that costs less, in yuan."""
        ...

    def prices(self, year: int, low: float, high: float) -> Floats:
        """Discounted costs at which abatement jumps, above `low` and up to `high`, ascending; few of many will do."""
        ...


class Cuttable(Curve, Protocol):
    """A curve that an aggregation may cut into bins; quantities in t."""

    def most(self, year: int) -> float:
        """All that can be abated in a year."""
        ...

    def cuts(self, year: int, low: float, high: float, many: int) -> Floats:
        """About `many` quantities from `low` to `high` at which to cut."""
        ...

    def near(self, year: int, tonnes: float) -> tuple[float, ...]:
        """Quantities around one at which the marginal cost jumps, or that one."""
        ...


class Steps:
    """Steps of constant cost: row n abates up to `widths[n, t]` tonnes in year t at `costs[n]` yuan per tonne.

    `costs` has shape (n,), `widths` (n,) for steps that are the same every year or (n, years), `discount` (years,)
    with 1 for the first year. Costs below zero pay for themselves: they are abated at any price. Malformed, naming
    the row from 1, if a figure is missing, not finite, or a width is below zero.

    >>> curve = Steps([30.0, 10.0], [5.0, 5.0], [1.0, 0.5])
    >>> curve.until(0, 10.0), curve.until(1, 10.0), curve.cost(0, 7.0)
    (5.0, 5.0, 110.0)
    """

    def __init__(
        self, costs: Sequence[float] | Floats, widths: Sequence[float] | Floats, discount: Sequence[float] | Floats
    ) -> None:
        given, wide = np.asarray(costs, dtype=np.float64), np.asarray(widths, dtype=np.float64)
        self.discount = np.asarray(discount, dtype=np.float64)
        examine_discount(self.discount)
        years = len(self.discount)
        if given.ndim != 1 or wide.shape not in ((len(given),), (len(given), years)):
            raise Malformed(
                "curves",
                f"costs of shape {given.shape}, widths of shape {wide.shape}",
                f"give n costs and n widths, or n rows of {years} years",
            )
        examine_rows("cost", given, lowest=-LARGEST)
        examine_rows("potential", wide if wide.ndim == 1 else wide.min(axis=1, initial=LARGEST), lowest=0.0)
        examine_rows("potential", wide if wide.ndim == 1 else wide.max(axis=1, initial=0.0), lowest=0.0)
        #: Rows of the input in the order of their cost, equal ones as they stood.
        self.order = np.argsort(given, kind="stable")
        self.costs = given[self.order]
        self._widths = wide[self.order]
        columns = [self._widths] if wide.ndim == 1 else [self._widths[:, year] for year in range(years)]
        self._tonnes = [_running(column) for column in columns]
        self._yuan = [_running(column * self.costs) for column in columns]
        self._keys: list[Floats] = [self.costs * each for each in self.discount]
        #: The same as lists: what is asked one figure at a time is found there in a tenth of the time.
        self._listed_keys: list[list[float]] = [each.tolist() for each in self._keys]
        self._listed = [(ends.tolist(), yuan.tolist()) for ends, yuan in zip(self._tonnes, self._yuan, strict=True)]

    @property
    def count(self) -> int:
        """Steps."""
        return len(self.costs)

    @property
    def years(self) -> int:
        """Years that the curve knows."""
        return len(self.discount)

    def running(self, year: int) -> tuple[Floats, Floats]:
        """Tonnes and undiscounted yuan of the cheapest 0, 1, 2, ... steps of a year."""
        place = year if len(self._tonnes) > 1 else 0
        return self._tonnes[place], self._yuan[place]

    def _running(self, year: int) -> tuple[list[float], list[float]]:
        return self._listed[year if len(self._listed) > 1 else 0]

    def most(self, year: int) -> float:
        """All that can be abated in a year."""
        return self._running(year)[0][-1]

    def cuts(self, year: int, low: float, high: float, many: int) -> Floats:
        """Ends of steps from `low` to `high`, spread over what they abate."""
        ends = self.running(year)[0]
        places = ends.searchsorted(np.linspace(low, high, many + 1))
        cut: Floats = ends[np.unique(np.minimum(places, len(ends) - 1))]
        return cut[(cut >= low) & (cut <= high)]

    def near(self, year: int, tonnes: float) -> tuple[float, ...]:
        """The ends of the steps around a quantity, two on either side."""
        ends = self._running(year)[0]
        place = bisect_left(ends, tonnes)
        return tuple(ends[max(0, place - 2) : place + 3])

    def lowered(self, tax: float) -> Steps:
        """The curve of firms that save a tax (yuan/t, undiscounted) on what they abate."""
        return Steps(self.costs - tax, self._widths, self.discount)

    def potentials(self) -> list[list[float]]:
        """What each step can abate, cheapest first: a row for each year, or one for all years alike."""
        return self._widths.T.tolist() if self._widths.ndim == 2 else [self._widths.tolist()]

    def below(self, year: int, price: float) -> float:
        """Tonnes that cost less than a discounted price."""
        return self._running(year)[0][bisect_left(self._listed_keys[year], price)]

    def until(self, year: int, price: float) -> float:
        """Tonnes that cost at most a discounted price."""
        return self._running(year)[0][bisect_right(self._listed_keys[year], price)]

    def cost(self, year: int, tonnes: float) -> float:
        """The least discounted cost of abating that many tonnes: the cheapest steps, the last one in part."""
        many, yuan = self._running(year)
        last = min(bisect_right(many, tonnes) - 1, len(self.costs))
        whole = yuan[last]
        if last < len(self.costs):
            whole += (tonnes - many[last]) * float(self.costs[last])
        return whole * float(self.discount[year])

    def rent(self, year: int, price: float) -> float:
        """What is left of a discounted price above the cost of each tonne that costs less."""
        many, yuan = self._running(year)
        end = bisect_left(self._listed_keys[year], price)
        return price * many[end] - yuan[end] * float(self.discount[year])

    def prices(self, year: int, low: float, high: float) -> Floats:
        """Discounted costs at which abatement jumps, above `low` and up to `high`, ascending."""
        keys: Floats = self._keys[year]
        listed = self._listed_keys[year]
        return keys[bisect_right(listed, low) : bisect_right(listed, high)]


class Slopes:
    """Quadratic costs: source n abates `a` tonnes at `starts[n] a + slopes[n] a^2 / 2` yuan, up to `most[n]` tonnes.

    Its marginal cost is start + slope a, so at a discounted price pi it abates min(most, (pi / d_t - start) / slope).
    `slopes`, `most` and `starts` (none: from zero) have shape (n,), `most` may be infinite. A start below zero pays for
    itself. Malformed, naming the row from 1, if a slope is not above zero, or so flat that it is a step.

    >>> curve = Slopes([100.0, 50.0], [15.0, 15.0], [1.0])
    >>> curve.until(0, 700.0), curve.cost(0, 21.0)
    (21.0, 7350.0)
    """

    def __init__(
        self,
        slopes: Sequence[float] | Floats,
        most: Sequence[float] | Floats,
        discount: Sequence[float] | Floats,
        starts: Sequence[float] | Floats | None = None,
    ) -> None:
        self.slopes, self.most_each = np.asarray(slopes, dtype=np.float64), np.asarray(most, dtype=np.float64)
        self.starts = np.zeros(self.slopes.shape) if starts is None else np.asarray(starts, dtype=np.float64)
        self.discount = np.asarray(discount, dtype=np.float64)
        examine_discount(self.discount)
        if self.slopes.ndim != 1 or not self.slopes.shape == self.most_each.shape == self.starts.shape:
            raise Malformed(
                "curves",
                f"slopes of shape {self.slopes.shape}, most of shape {self.most_each.shape}, starts of shape"
                f" {self.starts.shape}",
                "give one of each a source",
            )
        examine_rows("slope", self.slopes, lowest=np.nextafter(0.0, 1.0))
        examine_rows("most", np.where(np.isinf(self.most_each), 0.0, self.most_each), lowest=0.0)
        examine_rows("start", self.starts, lowest=-LARGEST)
        full = self.starts + self.slopes * self.most_each
        for row in np.flatnonzero((full - self.starts < FLAT * np.abs(self.starts)) & (self.most_each > 0)).tolist():
            said = f"its cost rises from {self.starts[row]:,.9g} to {full[row]:,.9g} yuan/t only"
            raise Malformed(f"row {row + 1}", said, "give it as a step")
        #: Marginal costs at which sources begin, and at which they can do no more; between two of them abatement is
        #: linear in the price. What has begun by each, and what is done by each.
        self._begun = _Events(self.starts, self.slopes)
        self._full = _Events(full[np.isfinite(full)], self.slopes[np.isfinite(full)])
        self._knots = np.unique(np.concatenate((self._begun.at, self._full.at)))

    @property
    def count(self) -> int:
        """Sources."""
        return len(self.slopes)

    @property
    def years(self) -> int:
        """Years that the curve knows."""
        return len(self.discount)

    def lowered(self, tax: float) -> Slopes:
        """The curve of firms that save a tax (yuan/t, undiscounted) on what they abate."""
        return Slopes(self.slopes, self.most_each, self.discount, self.starts - tax)

    def most(self, year: int) -> float:
        """All that can be abated in a year. Malformed if that is without end."""
        most = float(self.most_each.sum())
        if not most < LARGEST:
            raise Malformed("curves", "a source abates without end", "give it the most that it can abate")
        return most

    def cuts(self, year: int, low: float, high: float, many: int) -> Floats:
        """Quantities spread evenly from `low` to `high`."""
        return np.linspace(low, high, many + 1)

    def near(self, year: int, tonnes: float) -> tuple[float, ...]:
        """The quantity itself."""
        return (min(tonnes, self.most(year)),)

    def _each(self, marginal: float) -> Floats:
        """Tonnes that each source abates at an undiscounted price."""
        found: Floats = np.clip((marginal - self.starts) / self.slopes, 0.0, self.most_each)
        return found

    def _at(self, marginal: float) -> float:
        """About what all abate at an undiscounted price, found fast: sums begun, less what goes beyond the most."""
        return max(0.0, self._begun.beyond(marginal) - self._full.beyond(marginal))

    def below(self, year: int, price: float) -> float:
        """Tonnes that cost less than a discounted price."""
        return self.until(year, price)

    def until(self, year: int, price: float) -> float:
        """Tonnes that cost at most a discounted price."""
        return float(self._each(price / float(self.discount[year])).sum())

    def marginal(self, tonnes: float) -> float:
        """The undiscounted marginal cost of the last of so many tonnes; infinite beyond what can be abated."""
        if not len(self._knots):
            return 0.0 if tonnes <= 0 else float("inf")
        low, high = 0, len(self._knots)
        while low < high:
            middle = (low + high) // 2
            if self._at(float(self._knots[middle])) < tonnes:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            return float(self._knots[0])
        begin = float(self._knots[low - 1])
        growing = self._begun.growing(begin) - self._full.growing(begin)
        if not growing > 0 or (low == len(self._knots) and not np.isinf(self.most_each).any()):
            return float("inf") if low == len(self._knots) else float(self._knots[low])
        found = begin + (tonnes - self._at(begin)) / growing
        return found if low == len(self._knots) else min(found, float(self._knots[low]))

    def cost(self, year: int, tonnes: float) -> float:
        """The least discounted cost of abating that many tonnes."""
        if tonnes <= 0:
            return 0.0
        marginal = self.marginal(tonnes)
        if not np.isfinite(marginal):
            marginal = float(self._knots[-1]) if len(self._knots) else 0.0
        each = self._each(marginal)
        spent = float((each * (self.starts + 0.5 * self.slopes * each)).sum())
        # what the price cannot say more finely costs the marginal cost
        return (spent + (tonnes - float(each.sum())) * marginal) * float(self.discount[year])

    def rent(self, year: int, price: float) -> float:
        """What is left of a discounted price above the cost of each tonne that costs less."""
        factor = float(self.discount[year])
        each = self._each(price / factor)
        return float((each * (price / factor - self.starts - 0.5 * self.slopes * each)).sum()) * factor

    def prices(self, year: int, low: float, high: float) -> Floats:
        """Prices at which a source begins or can do no more."""
        keys = self._knots * float(self.discount[year])
        return keys[keys.searchsorted(low, side="right") : keys.searchsorted(high, side="right")]


class _Events:
    """Ramps that begin at marginal costs `at` and rise by 1 / slope for each yuan beyond."""

    def __init__(self, at: Floats, slopes: Floats) -> None:
        order = np.argsort(at, kind="stable")
        self.at = at[order]
        rate = 1.0 / slopes[order]
        self._at: list[float] = self.at.tolist()
        self._rate: list[float] = _running(rate).tolist()
        self._first: list[float] = _running(rate * self.at).tolist()

    def growing(self, marginal: float) -> float:
        """By how much all that have begun rise for a yuan more."""
        return self._rate[bisect_right(self._at, marginal)]

    def beyond(self, marginal: float) -> float:
        """sum of (p - at) / slope over those that have begun."""
        end = bisect_right(self._at, marginal)
        return marginal * self._rate[end] - self._first[end]


def discounting(rate: float, years: int) -> Floats:
    """Discount factors d_t = (1 + r)^-t of years 0, 1, ...

    >>> discounting(0.25, 3).tolist()
    [1.0, 0.8, 0.64]
    """
    if not -1 < rate < LARGEST or years < 1:
        raise Malformed(
            "discount", f"a rate of {rate:g} over {years} years", "give a rate above -1, and a year or more"
        )
    return np.power(1.0 + rate, -np.arange(years, dtype=np.float64))


def examine_discount(discount: Floats) -> None:
    """Factors above zero, one a year. Malformed otherwise."""
    if discount.ndim != 1 or not len(discount):
        raise Malformed("discount", f"factors of shape {discount.shape}", "give one a year")
    for year, factor in enumerate(discount.tolist()):
        if not 0 < factor < LARGEST:
            raise Malformed(f"discount of year {year + 1}", f"is {factor:g}", "give a factor above zero")


def examine_rows(what: str, column: Floats, lowest: float) -> None:
    """A figure in every row, within what can be meant. Malformed, with the first row that has none."""
    for row in _misfits(column, lowest):
        value = float(column[row])
        said = "is missing" if np.isnan(value) else f"is {value:g}"
        raise Malformed(f"row {row + 1}", f"its {what} {said}", f"give a figure from {max(lowest, -LARGEST):g} up")


def _misfits(column: Floats, lowest: float) -> Iterator[int]:
    yield from np.flatnonzero(~((column >= lowest) & (column <= LARGEST))).tolist()


def _running(column: Floats) -> Floats:
    return np.concatenate(([0.0], np.cumsum(column)))
