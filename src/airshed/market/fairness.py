"""Who is better off: measures of inequality, the whip index, the gap between old and new firms, windfalls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import exp, inf, log

from airshed.model.refusal import Malformed


def gini(amounts: Sequence[float], sizes: Sequence[float] | None = None) -> float:
    """Gini coefficient of amounts per size, weighted by size: 0 if all have the same per size, near 1 if one has all.

    Sorted by amount / size, with cumulative shares X of sizes and Y of amounts, G = 1 - sum (X - X') (Y + Y').

    >>> round(gini([1.0, 1.0, 1.0]), 9), round(gini([0.0, 0.0, 1.0]), 6), gini([2.0, 4.0], [1.0, 2.0])
    (0.0, 0.666667, 0.0)
    """
    weights = _sizes(amounts, sizes)
    rows = sorted(zip(amounts, weights, strict=True), key=lambda row: row[0] / row[1])
    total, size = sum(amounts), sum(weights)
    below, found = 0.0, 1.0
    for amount, weight in rows:
        found -= weight / size * (2 * below + amount) / total
        below += amount
    return max(0.0, found)


def theil(amounts: Sequence[float], sizes: Sequence[float] | None = None) -> float:
    """Theil's T of amounts per size, weighted by size: sum of share of amounts x ln(share of amounts / share of sizes).

    >>> theil([1.0, 1.0]), round(theil([0.0, 1.0]), 6)
    (0.0, 0.693147)
    """
    weights = _sizes(amounts, sizes)
    total, size = sum(amounts), sum(weights)
    return sum(a / total * log(a / total / (w / size)) for a, w in zip(amounts, weights, strict=True) if a)


def atkinson(amounts: Sequence[float], aversion: float, sizes: Sequence[float] | None = None) -> float:
    """Atkinson's index: the part of the whole that could go if the rest were shared equally and all felt as well.

    1 - (mean of (x / mean)^(1 - e))^(1 / (1 - e)); with e = 1 the geometric mean. Malformed for an aversion below zero.

    >>> atkinson([1.0, 1.0], 0.5), round(atkinson([1.0, 4.0], 1.0), 6)
    (0.0, 0.2)
    """
    if not aversion >= 0:
        raise Malformed("aversion", f"is {aversion:g}", "give a figure from zero up")
    weights = _sizes(amounts, sizes)
    total, size = sum(amounts), sum(weights)
    relative = [(a / w * size / total, w / size) for a, w in zip(amounts, weights, strict=True)]
    if aversion == 1:
        if min(each for each, _ in relative) == 0:
            return 1.0
        return 1 - exp(sum(part * log(each) for each, part in relative))
    if aversion > 1 and min(each for each, _ in relative) == 0:
        return 1.0
    mean = float(sum(part * each ** (1 - aversion) for each, part in relative))
    return 1 - float(mean ** (1 / (1 - aversion)))


def jain(amounts: Sequence[float]) -> float:
    """Jain's index (sum x)^2 / (n sum x^2): 1 if all have the same, 1/n if one has all.

    >>> jain([3.0, 3.0]), jain([0.0, 5.0])
    (1.0, 0.5)
    """
    _sizes(amounts, None)
    return sum(amounts) ** 2 / (len(amounts) * sum(each * each for each in amounts))


def entrant_gap(entrant_yuan: float, incumbent_yuan: float, output: float) -> float:
    """What a new firm pays for its allowances a year more than an old one, in yuan per product.

    Both figures are annualised (`airshed.market.tenor`), for the same yearly output.
    """
    if not output > 0:
        raise Malformed("output", f"is {output:g}", "give products a year above zero")
    return (entrant_yuan - incumbent_yuan) / output


def windfall(
    price: float,
    allocated: float,
    emitted: float,
    abatement_cost: float,
    output: float = 0.0,
    pass_through: float = 0.0,
) -> float:
    """What a firm gains by the programme, yuan: p A + dP q - C - p e; dP is what it can add to its product's price."""
    return price * allocated + pass_through * output - abatement_cost - price * emitted


def changes(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Who gains and who loses between two allocations, by source; the sum is zero if both share the same cap."""
    return {name: after.get(name, 0) - before.get(name, 0) for name in sorted({*before, *after})}


def whip_index(given: Callable[[float], float], step: float) -> float:
    """Allowances lost per tonne abated early: (A(0) - A(step)) / step of what a source is given after abating `step`.

    1 is the fast ox fully whipped, 0 neutral, below zero rewarded. Malformed for a step of nothing.
    """
    if not step > 0:
        raise Malformed("step", f"is {step:g}", "abate more than nothing")
    return (given(0.0) - given(step)) / step


def _sizes(amounts: Sequence[float], sizes: Sequence[float] | None) -> Sequence[float]:
    weights = [1.0] * len(amounts) if sizes is None else sizes
    if not amounts or len(weights) != len(amounts):
        raise Malformed("amounts", f"{len(amounts)} amounts, {len(weights)} sizes", "give one of each, and one or more")
    for number, (amount, weight) in enumerate(zip(amounts, weights, strict=True), 1):
        if not 0 <= amount < inf or not 0 < weight < inf:
            raise Malformed(
                f"amount {number}", f"{amount:g} of size {weight:g}", "give amounts from zero up, sizes above"
            )
    if not sum(amounts) > 0:
        raise Malformed("amounts", "all are zero", "give one above zero")
    return weights
