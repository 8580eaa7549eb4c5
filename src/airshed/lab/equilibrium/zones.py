"""Competitive equilibrium of several zones under receptors' limits with banking, by adaptive aggregation.

The programme (Montgomery 1972; Krupnick, Oates and Van de Verg 1983): the least discounted cost of abatement A[z, t]
such that at each receptor k and year t the load sum_z H[k, z] (E[z, t] - A[z, t]) keeps S[k, t] plus what was banked.
The price at the source is p[z, t] = sum_k H[k, z] lambda[k, t].

A curve of ten thousand sources is cut into some dozen bins of their mean cost, the small programme is solved, and the
bins around the solution are cut finer, until the cost of its abatement on the whole curves and the Lagrangian bound
at its duals meet. The last bound is exact: it uses the whole curves, and needs no solver to be believed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium.bins import Edges, measures
from airshed.lab.equilibrium.clearing import ROUNDING
from airshed.lab.equilibrium.curves import LARGEST, Cuttable, Floats, examine_discount
from airshed.lab.equilibrium.rounds import DONE, Bounded, better, in_rounds
from airshed.market.linear import ProgrammeColumns, solve
from airshed.model.refusal import Malformed

#: By how much a limit may be missed in the programme before it is made good, and how exact the solver is, of one.
SLACK, TIGHT = 1e-11, 1e-9


class CrossTrade(NamedTuple):
    """A way in which an allowance of one receptor becomes `ratio` of another; rows are numbered from 0."""

    origin: int
    target: int
    ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneEquilibrium(Bounded):
    """Discounted duals `lambdas` (receptors, years), and the current `price` at the source (zones, years).

    `bank` (receptors, years) is in the measure of a load.
    """

    lambdas: Floats
    price: Floats
    bank: Floats
    #: What each trade takes of its origin (trades, years).
    traded: Floats


def zone_equilibrium(
    curves: Sequence[Cuttable],
    transfer: Sequence[Sequence[float]] | Floats,
    need: Sequence[Sequence[float]] | Floats,
    discount: Sequence[float] | Floats,
    *,
    banking: bool = True,
    trades: Sequence[CrossTrade] = (),
    done: float | None = None,
) -> ZoneEquilibrium:
    """The equilibrium of zones with the given curves.

    `transfer[k][z]` is the load at receptor k of a tonne emitted in zone z, zero or more; `need[k][t]` the load that
    must be taken away there in year t without a bank, below zero where the limit does not bind. One zone, one receptor
    and a coefficient of 1 is `banking.equilibrium`. `trades` are ways in which an allowance of one receptor becomes
    `ratio` of another in the same year: with a receptor for each zone these are trading ratios (Hung and Shaw 2005),
    for transport one way only. It ends at a gap under `done`, as a part of the cost. Malformed, with its place, if
    shapes do not fit, the limits cannot be kept, or a round of trades makes more than it took.

    >>> from airshed.lab.equilibrium.curves import Steps
    >>> one = Steps([10.0, 40.0], [5.0, 5.0], [1.0])
    >>> found = zone_equilibrium([one, one], [[1.0, 0.5]], [[6.0]], [1.0])
    >>> found.abated.tolist(), found.price.tolist(), found.cost
    ([[5.0], [2.0]], [[20.0], [10.0]], 70.0)
    """
    matrix, needs = np.asarray(transfer, dtype=np.float64), np.asarray(need, dtype=np.float64)
    factors = np.asarray(discount, dtype=np.float64)
    examine_discount(factors)
    _examine(curves, matrix, needs, len(factors))
    _examine_trades(trades, len(needs))
    most = np.array([[curve.most(t) for t in range(len(factors))] for curve in curves])
    lack = None if trades else lacking(matrix @ most, needs, banking)
    if lack is not None:
        raise Malformed(
            f"need row {lack.receptor + 1} column {lack.year + 1}",
            f"{lack.load:,.6g} more must be taken away {'by then' if banking else 'there'} than all steps can",
            "raise the limits, or add steps",
        )

    def solved(edges: Edges, number: int) -> ZoneEquilibrium:
        return _round(curves, matrix, needs, factors, edges, banking, trades, number)

    def kept(one: ZoneEquilibrium, other: ZoneEquilibrium) -> ZoneEquilibrium:
        return better(one, other, plan=("bank", "traded"), duals=("lambdas", "price"))

    return in_rounds(curves, len(factors), solved, kept, done)


class UnmetLoad(NamedTuple):
    """The first receptor and year, from 0, whose load cannot be taken away, and how much is left."""

    receptor: int
    year: int
    load: float


def lacking(loads: Floats, needs: Floats, banking: bool) -> UnmetLoad | None:
    """What cannot be kept if `loads` is all that can be taken away at each receptor in each year; None if all can.

    Who abates all that can be abated keeps every receptor that can be kept, so each is looked at by itself.
    """
    for k in range(len(needs)):
        held = size = 0.0
        for t in range(needs.shape[1]):
            before = held if banking else 0.0
            size = (size if banking else 0.0) + float(loads[k, t] + abs(needs[k, t]))
            held = before + float(loads[k, t] - needs[k, t])
            if held < -ROUNDING * size:
                return UnmetLoad(k, t, -held)
            held = max(held, 0.0)
    return None


def zone_bound(curves: Sequence[Cuttable], matrix: Floats, needs: Floats, lambdas: Floats) -> float:
    """What no allocation costs less than, at duals that are not below zero and, with banking, do not rise."""
    discounted = matrix.T @ lambdas
    rent = sum(curve.rent(t, float(discounted[z, t])) for z, curve in enumerate(curves) for t in range(needs.shape[1]))
    return float((lambdas * needs).sum()) - rent


def _round(
    curves: Sequence[Cuttable],
    matrix: Floats,
    needs: Floats,
    factors: Floats,
    edges: Edges,
    banking: bool,
    trades: Sequence[CrossTrade],
    number: int,
) -> ZoneEquilibrium:
    receptors, years = needs.shape
    scale = np.maximum(matrix.max(axis=1), np.finfo(np.float64).tiny)
    columns = ProgrammeColumns()
    bins: list[tuple[int, int]] = []
    tonne, yuan, spends = measures(curves, edges)
    for (z, t), cuts in edges.items():
        spent = spends[z, t]
        cells = [(k * years + t, float(matrix[k, z] / scale[k])) for k in range(receptors)]
        for (first, paid), (last, more) in pairwise(zip(cuts, spent, strict=True)):
            if last > first:
                columns.add((more - paid) / (last - first) / yuan, 0.0, (last - first) / tonne, cells)
                bins.append((z, t))
    if banking:
        for k in range(receptors):
            for row in range(k * years, k * years + years - 1):
                columns.add(0.0, 0.0, np.inf, [(row, -1.0), (row + 1, 1.0)])
    traded = len(columns.cost)
    for trade in trades:
        for t in range(years):
            ends = [(trade.origin * years + t, -1.0 / scale[trade.origin])]
            ends.append((trade.target * years + t, trade.ratio / scale[trade.target]))
            columns.add(0.0, 0.0, np.inf, ends)
    low = (needs / scale[:, None] / tonne).ravel()
    programme = columns.programme(np.where(low <= SLACK, np.minimum(low, 0.0), low), np.full(needs.size, np.inf))
    try:
        solved = solve(programme, tolerance=TIGHT)
    except Malformed:
        # what rounding alone asks for beyond what can be done is made good below
        reach = matrix @ np.array([[edges[z, t][-1] for t in range(years)] for z in range(len(curves))])
        looser = programme.low - SLACK * (np.abs(programme.low) + (reach / scale[:, None] / tonne).ravel())
        solved = solve(programme._replace(low=looser), tolerance=TIGHT)
    abated = np.zeros((len(curves), years))
    for (z, t), part in zip(bins, solved.columns.tolist(), strict=False):
        abated[z, t] += max(part, 0.0) * tonne
    moved = np.maximum(solved.columns[traded:], 0.0).reshape(len(trades), years) * tonne
    left = needs.copy()
    for trade, amounts in zip(trades, moved, strict=True):
        left[trade.origin] += amounts
        left[trade.target] -= trade.ratio * amounts
    abated, bank = _kept(curves, matrix, left, abated, banking)
    found = np.maximum(solved.duals, 0.0).reshape(receptors, years) / scale[:, None] * yuan
    lambdas = _valid(found, banking, trades)
    discounted = matrix.T @ lambdas
    total = sum(curve.cost(t, float(abated[z, t])) for z, curve in enumerate(curves) for t in range(years))
    return ZoneEquilibrium(
        lambdas=lambdas,
        discounted=discounted,
        price=discounted / factors,
        abated=abated,
        bank=bank,
        cost=total,
        bound=zone_bound(curves, matrix, needs, lambdas),
        traded=moved,
        rounds=number,
        columns=len(bins),
    )


def _valid(lambdas: Floats, banking: bool, trades: Sequence[CrossTrade]) -> Floats:
    """Duals raised until none rises over years that may be banked, and none is below what its allowance may become.

    No round of trades makes more than it took, so that this ends; raised duals are as good a bound.
    """
    found = lambdas.copy()
    for _ in range(len(found) + 1):
        for trade in trades:
            np.maximum(found[trade.origin], trade.ratio * found[trade.target], out=found[trade.origin])
        if banking:
            found = np.maximum.accumulate(found[:, ::-1], axis=1)[:, ::-1].copy()
    return found


def _kept(
    curves: Sequence[Cuttable], matrix: Floats, needs: Floats, abated: Floats, banking: bool
) -> tuple[Floats, Floats]:
    """The abatement with what the solver's tolerance left open made good, and the bank that follows from it."""
    receptors, years = needs.shape
    bank = np.zeros((receptors, years))
    for t in range(years):
        before = bank[:, t - 1] if banking and t else np.zeros(receptors)
        for _ in range(receptors + 1):
            after = before + matrix @ abated[:, t] - needs[:, t]
            worst = int(after.argmin())
            if after[worst] >= 0:
                break
            helpful = sorted(range(len(curves)), key=lambda z: -matrix[worst, z])
            for z in helpful:
                if matrix[worst, z] > 0 and after[worst] < 0:
                    room = curves[z].most(t) - float(abated[z, t])
                    more = min(room, np.nextafter(-after[worst] / matrix[worst, z], np.inf))
                    abated[z, t] += more
                    after = before + matrix @ abated[:, t] - needs[:, t]
        size = float((np.abs(needs[:, t]) + before + matrix @ abated[:, t]).max())
        assert (after >= -1e-9 * size).all(), f"year {t + 1} does not keep its limits: {after.min()}"
        bank[:, t] = np.maximum(after, 0.0) if banking else 0.0
    return abated, bank


def _examine(curves: Sequence[Cuttable], matrix: Floats, needs: Floats, years: int) -> None:
    if matrix.ndim != 2 or matrix.shape[1] != len(curves) or not len(curves):
        raise Malformed(
            "transfer", f"shape {matrix.shape} for {len(curves)} zones", "give a row a receptor, a column a zone"
        )
    if needs.shape != (matrix.shape[0], years):
        raise Malformed("need", f"shape {needs.shape}", f"give {matrix.shape[0]} receptors of {years} years")
    for z, curve in enumerate(curves):
        if curve.years != years:
            raise Malformed(f"curves of zone {z + 1}", f"{curve.years} years of {years}", "give every year")
    for k, z in np.argwhere(~((matrix >= 0) & (matrix < LARGEST))).tolist():
        raise Malformed(f"transfer row {k + 1} column {z + 1}", f"is {matrix[k, z]:g}", "a load is zero or more")
    for k, t in np.argwhere(~(np.abs(needs) <= LARGEST)).tolist():
        raise Malformed(f"need row {k + 1} column {t + 1}", f"is {needs[k, t]:g}", "give a load")


def _examine_trades(trades: Sequence[CrossTrade], receptors: int) -> None:
    """Ways between two receptors, and no money machine: the best product of ratios round a circle is one at most."""
    best = np.eye(receptors)
    for number, trade in enumerate(trades, 1):
        if not (0 <= trade.origin < receptors and 0 <= trade.target < receptors) or trade.origin == trade.target:
            raise Malformed(f"trade {number}", f"from {trade.origin} to {trade.target}", "name two receptors from 0")
        if not 0 < trade.ratio < LARGEST:
            raise Malformed(f"trade {number}", f"a ratio of {trade.ratio:g}", "give one above zero")
        best[trade.origin, trade.target] = max(best[trade.origin, trade.target], trade.ratio)
    for _ in range(receptors):
        best = (best[:, :, None] * best[None, :, :]).max(axis=1)
        for k in range(receptors):
            if best[k, k] > 1 + DONE:
                raise Malformed(
                    "trades", f"a round of them makes {best[k, k]:g} of one", "lower a ratio, or use receptors"
                )
