"""What a rule of allocation leaves of the price signal when it looks at what firms do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from airshed.market.allocation import Allocation
from airshed.market.claims import EMISSION, Activity, place_of, verified
from airshed.model.refusal import Malformed


def surviving_signal(weights: Mapping[int, float], rate: float) -> float:
    """The part of the price that abating still earns where later allocations follow today's emission (updating).

    1 - sum over k of weight(k) (1 + r)^-k: a kilogram emitted today brings weight(k) allowances in k years. Malformed
    for a weight below zero, a lag of no years, or a rate of -1 or less.

    >>> round(surviving_signal({1: 0.9}, 0.05), 6), round(surviving_signal({3: 0.3, 4: 0.3, 5: 0.3}, 0.05), 6)
    (0.142857, 0.25898)
    """
    if not -1 < rate < 10:
        raise Malformed("rate", f"is {rate:g}", "give a rate above -1")
    for lag, weight in weights.items():
        if lag < 1 or not 0 <= weight < 10:
            raise Malformed(f"weight of year {lag}", f"is {weight:g}", "give zero or more, for one year or later")
    return _left(weights, rate)


def updated_signal(
    share_out: Callable[[Sequence[Activity]], Allocation],
    activities: Sequence[Activity],
    source: str,
    abated_kg: int,
    rate: float,
    size_kg: int = 1,
) -> float:
    """The part of the price that abating earns a source if its baseline moved on every year, through any method.

    weight(k) is what `abated_kg` off the baseline year k years before the first that is shared out takes from the
    source, by finite difference; the signal is 1 - sum of weight(k) (1 + r)^-k as in `surviving_signal`, above 1 where
    the method pays for early abatement. Malformed as the method, or if it cannot have abated so much.
    """
    own = next((each for each in activities if each.source == source), None)
    if own is None:
        raise Malformed(f"source {source}", "it is not there", "name one that shares")
    emitted = verified(own, EMISSION, own.emitted_kg)
    if not 0 < abated_kg <= min(emitted):
        raise Malformed(place_of(own), f"cannot have abated {abated_kg} kg", "abate 1 kg up to a year's emission")

    def given(figures: Sequence[int]) -> int:
        rows = [replace(each, emitted_kg=tuple(figures)) if each is own else each for each in activities]
        return next(each.count for each in share_out(rows).shares if each.source == source)

    before = given(emitted)
    weights = {
        own.years[-1] + 1 - year: (before - given([*emitted[:at], emitted[at] - abated_kg, *emitted[at + 1 :]]))
        * size_kg
        / abated_kg
        for at, year in enumerate(own.years)
    }
    return _left(weights, rate)


def freed(claim: Callable[[Activity], Fraction], works: Activity, part: int = 100) -> Fraction:
    """Allowances that a kilogram abated frees where the claim of a year follows from the year itself.

    1 less what it takes from the claim, by finite difference: a `part`th of the emission of every year. 1 where nothing
    is emitted. Malformed as the claim.
    """
    emitted = verified(works, EMISSION, works.emitted_kg)
    less = tuple(kg // part for kg in emitted)
    if not any(less):
        return Fraction(1)
    after = replace(works, emitted_kg=tuple(kg - cut for kg, cut in zip(emitted, less, strict=True)))
    return 1 - (claim(works) - claim(after)) / Fraction(sum(less), len(less))


def _left(weights: Mapping[int, float], rate: float) -> float:
    return 1 - sum(weight * (1 + rate) ** -lag for lag, weight in weights.items())


def product_cost(price: float, intensity: float, benchmark: float) -> float:
    """What one product more costs its maker in allowances where each brings a benchmark of them: p (e - B).

    Without an output-based rule it would cost p e: the rule pays p B for each product, and makes it cheaper.

    >>> round(product_cost(4_000.0, 0.001, 0.0008), 6)
    0.8
    """
    if not price >= 0 or not intensity >= 0 or not benchmark >= 0:
        raise Malformed(
            "product", f"{price:g} yuan/t, {intensity:g} t emitted, {benchmark:g} t given", "give figures from zero up"
        )
    return price * (intensity - benchmark)
