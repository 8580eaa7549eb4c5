"""Competitive equilibrium of allowances that flow between places and years as far as a law lets them.

The programme: the least discounted cost of abatement A[z, t] and of flows x[f] between nothing and `most` such that
every row holds, sum of abated and moved, each by its coefficient, at least `least`. A balance of a place and year is
such a row, and so is a limit on what is banked. Duals of rows are discounted prices; the price at which a place abates
is the sum of the duals of its rows, by their coefficients.

It is solved as `zones` is, by bins of mean cost that are cut finer around the solution, until the cost of the plan on
the whole curves meets the Lagrangian bound at its duals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium.bins import Edges, measures
from airshed.lab.equilibrium.curves import Cuttable, Floats, examine_discount
from airshed.lab.equilibrium.rounds import Bounded, better, in_rounds
from airshed.market.linear import ProgrammeColumns, solve
from airshed.model.refusal import Malformed

#: How exact the solver is, of one.
TIGHT = 1e-9
#: How many times the dearest tonne costs what is missing: so it is missing only where nothing can be had.
MISSING = 1e4


class FlowLimit(NamedTuple):
    """A balance or a limit: what is abated (curve, year, coefficient) and what flows come to, at least `least` t."""

    name: str
    year: int
    least: float
    abated: tuple[tuple[int, int, float], ...]


class TonneFlow(NamedTuple):
    """Up to `most` t that move at `cost` discounted yuan/t (below zero: they bring it); what one adds to rows."""

    name: str
    cost: float
    most: float
    cells: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEquilibrium(Bounded):
    """Discounted `duals` of rows, and `moved` t by flow."""

    duals: Floats
    moved: Floats


def flow_equilibrium(
    curves: Sequence[Cuttable],
    rows: Sequence[FlowLimit],
    flows: Sequence[TonneFlow],
    discount: Sequence[float] | Floats,
) -> FlowEquilibrium:
    """The equilibrium of curves that share rows with flows. Malformed, naming the row, if one cannot be kept.

    >>> from airshed.lab.equilibrium.curves import Steps
    >>> one = Steps([10.0, 40.0], [5.0, 5.0], [1.0, 0.5])
    >>> rows = [FlowLimit("2027", 0, 2.0, ((0, 0, 1.0),)), FlowLimit("2028", 1, 7.0, ((0, 1, 1.0),))]
    >>> keep = TonneFlow("bank", 0.0, 1.0, ((0, -1.0), (1, 1.0)))
    >>> found = flow_equilibrium([one], rows, [keep], [1.0, 0.5])
    >>> found.abated.tolist(), found.moved.tolist(), found.duals.tolist()
    ([[3.0, 6.0]], [1.0], [10.0, 20.0])
    """
    factors = np.asarray(discount, dtype=np.float64)
    examine_discount(factors)

    def solved(edges: Edges, number: int) -> FlowEquilibrium:
        return _round(curves, rows, flows, factors, edges, number)

    def kept(one: FlowEquilibrium, other: FlowEquilibrium) -> FlowEquilibrium:
        return better(one, other, plan=("moved",), duals=("duals",))

    return in_rounds(curves, len(factors), solved, kept)


def flow_bound(
    curves: Sequence[Cuttable], rows: Sequence[FlowLimit], flows: Sequence[TonneFlow], duals: Floats
) -> float:
    """What no plan costs less than, at any duals that are not below zero."""
    prices = _prices(rows, duals, len(curves), curves[0].years)
    rent = sum(curve.rent(t, float(prices[z, t])) for z, curve in enumerate(curves) for t in range(curve.years))
    gain = sum(flow.most * max(0.0, worth_of(flow, duals) - flow.cost) for flow in flows)
    return sum(float(duals[r]) * row.least for r, row in enumerate(rows)) - rent - gain


def worth_of(flow: TonneFlow, duals: Floats) -> float:
    """What a tonne that moves is worth at the duals of the rows."""
    return sum(part * float(duals[row]) for row, part in flow.cells)


def _prices(rows: Sequence[FlowLimit], duals: Floats, curves: int, years: int) -> Floats:
    prices = np.zeros((curves, years))
    for row, dual in zip(rows, duals.tolist(), strict=True):
        for z, t, part in row.abated:
            prices[z, t] += part * dual
    return prices


def _round(
    curves: Sequence[Cuttable],
    rows: Sequence[FlowLimit],
    flows: Sequence[TonneFlow],
    factors: Floats,
    edges: Edges,
    number: int,
) -> FlowEquilibrium:
    columns, bins = ProgrammeColumns(), []
    tonne, yuan, spends = measures(curves, edges)
    in_rows: dict[tuple[int, int], list[tuple[int, float]]] = {place: [] for place in edges}
    for r, row in enumerate(rows):
        for z, t, part in row.abated:
            in_rows[z, t].append((r, part))
    dearest = max((abs(flow.cost) for flow in flows), default=0.0)
    for (z, t), cuts in edges.items():
        for (first, paid), (last, more) in pairwise(zip(cuts, spends[z, t], strict=True)):
            if last > first:
                each = (more - paid) / (last - first)
                dearest = max(dearest, abs(each))
                columns.add(each / yuan, 0.0, (last - first) / tonne, in_rows[z, t])
                bins.append((z, t))
    for flow in flows:
        columns.add(flow.cost / yuan, 0.0, flow.most / tonne, flow.cells)
    for r in range(len(rows)):
        columns.add(MISSING * max(dearest, yuan) / yuan, 0.0, np.inf, [(r, 1.0)])
    least = np.array([row.least for row in rows])
    solved = solve(columns.programme(least / tonne, np.full(len(rows), np.inf)), tolerance=TIGHT)
    moved = solved.columns[len(bins) : len(bins) + len(flows)]
    _examine(rows, solved.columns[len(bins) + len(flows) :] * tonne, tonne)
    abated = np.zeros((len(curves), len(factors)))
    for (z, t), amount in zip(bins, solved.columns.tolist(), strict=False):
        abated[z, t] += max(amount, 0.0) * tonne
    taken = np.minimum(np.maximum(moved, 0.0) * tonne, [flow.most for flow in flows]) if flows else moved
    duals = np.maximum(solved.duals, 0.0) * yuan
    total = sum(curve.cost(t, float(abated[z, t])) for z, curve in enumerate(curves) for t in range(curve.years))
    return FlowEquilibrium(
        duals=duals,
        moved=taken,
        discounted=_prices(rows, duals, len(curves), len(factors)),
        abated=abated,
        cost=total + sum(flow.cost * each for flow, each in zip(flows, taken.tolist(), strict=True)),
        bound=flow_bound(curves, rows, flows, duals),
        rounds=number,
        columns=len(bins),
    )


def _examine(rows: Sequence[FlowLimit], missing: Floats, tonne: float) -> None:
    """Malformed, naming the first row for which nothing could be had."""
    for r in np.flatnonzero(missing > TIGHT * tonne * 10).tolist():
        raise Malformed(
            rows[r].name,
            f"{float(missing[r]):,.3f} t more must be abated there than all steps within the law's limits can",
            "raise caps up to then by as much, add steps, or leave a limit out",
        )
