"""Rounds of a programme whose bins are cut finer, until what its plan costs meets what no plan costs less than."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from airshed.lab.equilibrium.bins import Edges, finer, first_bins
from airshed.lab.equilibrium.curves import Cuttable, Floats, Steps
from airshed.model.refusal import Malformed

#: Rounds at most.
ROUNDS = 12
#: The gap at which it is done; of curves that rise smoothly one at which prices are as exact, for there the gap is as
#: small as the square of what a price is off.
DONE, SMOOTH_DONE = 1e-9, 1e-13


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounded:
    """`discounted` prices at the source and `abated` t (curves, years); `cost` of the plan and `bound` in yuan."""

    discounted: Floats
    abated: Floats
    cost: float
    bound: float
    rounds: int
    columns: int

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least one, as a part of it."""
        return gap_of(self.cost, self.bound)


def gap_of(cost: float, bound: float) -> float:
    """By how much a cost may lie above a bound, as a part of it."""
    return max(0.0, cost - bound) / max(abs(cost), 1.0)


Found = TypeVar("Found", bound=Bounded)


def in_rounds(
    curves: Sequence[Cuttable],
    years: int,
    solved: Callable[[Edges, int], Found],
    better: Callable[[Found, Found], Found],
    done: float | None = None,
) -> Found:
    """The best of the rounds: `solved` takes bins and the number of the round, and they are cut finer around it."""
    edges = first_bins(curves, years)
    if done is None:
        done = DONE if all(isinstance(curve, Steps) for curve in curves) else SMOOTH_DONE
    best: Found | None = None
    for number in range(1, ROUNDS + 1):
        try:
            found = solved(edges, number)
        except (Malformed, RuntimeError):
            if best is None:
                raise
            break  # bins too narrow for the solver: the answer before them stands, with its gap
        best = found if best is None else better(best, found)
        # of the cost itself, be it less than a yuan
        if best.cost - best.bound <= done * max(abs(best.cost), abs(best.bound)):
            break
        for (z, t), cuts in edges.items():
            edges[z, t] = finer(curves[z], t, cuts, float(found.discounted[z, t]), float(found.abated[z, t]))
    assert best is not None
    return best


def better(one: Found, other: Found, plan: Sequence[str], duals: Sequence[str]) -> Found:
    """The cheaper plan of two rounds and the duals of the higher bound: either holds whatever the other is.

    `plan` and `duals` are the fields that go with the abatement and with the discounted prices.
    """
    cheaper = one if one.cost <= other.cost else other
    higher = one if one.bound >= other.bound else other
    return replace(
        other,
        **{name: getattr(cheaper, name) for name in ("abated", "cost", *plan)},
        **{name: getattr(higher, name) for name in ("discounted", "bound", *duals)},
    )
