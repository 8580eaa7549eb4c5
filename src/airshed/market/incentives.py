"""What a rule of allocation leaves of the price signal when it looks at what firms do next."""

from __future__ import annotations

from collections.abc import Mapping

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
