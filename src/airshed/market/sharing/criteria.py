"""Shares by several criteria at once: entropy weights (A6), the least environmental Gini (A7), zero-sum DEA (A8)."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, log

import numpy as np
from numpy.typing import NDArray

from airshed.market.linear import ProgrammeColumns, solve
from airshed.model.refusal import Malformed

Floats = NDArray[np.float64]
Table = Sequence[Sequence[float]] | Floats

#: Added to a rescaled criterion so that the worst row keeps a logarithm.
TINY = 1e-12
#: Rounds of zero-sum DEA, and how near 1 every efficiency must come.
DEA_ROUNDS, EFFICIENT = 10_000, 1e-12


def entropy_weights(table: Table, costs: Sequence[int] = ()) -> Floats:
    """Weights of criteria by how much they tell rows apart; `table` has a row each and a column a criterion.

    x' = min-max rescaled (turned round for columns in `costs`), P = x' / sum x', E = -sum P ln P / ln n,
    w = (1 - E) / sum (1 - E). A criterion in which all rows are alike has weight zero. Malformed if no criterion tells
    any apart.

    >>> entropy_weights([[1.0, 5.0], [3.0, 5.0]]).tolist()
    [1.0, 0.0]
    """
    rescaled, telling = _rescaled(_columns(table), costs)
    parts = rescaled / rescaled.sum(axis=0)
    entropy = -(parts * np.log(parts)).sum(axis=0) / log(len(rescaled))
    weights = np.where(telling, 1 - entropy, 0.0)
    if not weights.sum() > 0:
        raise Malformed("criteria", "no criterion tells any row apart", "add one that differs")
    return np.asarray(weights / weights.sum(), dtype=np.float64)


def entropy_shares(table: Table, costs: Sequence[int] = ()) -> Floats:
    """Shares in proportion to the weighted sum of rescaled criteria; the row worst in all gets about nothing."""
    rescaled, _ = _rescaled(_columns(table), costs)
    score = rescaled @ entropy_weights(table, costs)
    return np.asarray(score / score.sum(), dtype=np.float64)


def scarcity_shares(table: Table, weights: Sequence[float]) -> Floats:
    """Shares s = sum over criteria of w x / sum x (A13), capacity to take pollution among them; weights sum to one.

    >>> scarcity_shares([[1.0, 8.0], [3.0, 2.0]], [0.5, 0.5]).tolist()
    [0.525, 0.475]
    """
    columns = _columns(table)
    if len(weights) != columns.shape[1] or not min(weights) >= 0 or not abs(sum(weights) - 1) <= 1e-9:
        raise Malformed("weights", f"{list(weights)} for {columns.shape[1]} criteria", "give one each that sum to 1")
    totals = columns.sum(axis=0)
    for number, total in enumerate(totals.tolist(), 1):
        if not total > 0:
            raise Malformed(f"criterion {number}", "sums to zero", "leave it out")
    return np.asarray((columns / totals) @ np.asarray(weights), dtype=np.float64)


def capacities(transfer: Table, limits: Sequence[float], lowest: Sequence[float]) -> Floats:
    """The most that places may emit together without any receptor taking more than its limit (capacity for A13).

    max sum of Q, H Q <= limits, Q >= lowest; `transfer` has a row each receptor and a column each place. Floors keep
    the programme from emptying the place whose air reaches most people. Malformed if the floors break a limit, or a
    place reaches no receptor.

    >>> capacities([[1.0, 0.5], [0.25, 1.0]], [10.0, 10.0], [1.0, 1.0]).round(6).tolist()
    [5.714286, 8.571429]
    """
    columns = _columns(transfer)
    receptors, places = columns.shape
    if len(limits) != receptors or len(lowest) != places or min(lowest, default=0.0) < 0:
        raise Malformed("limits", f"{len(limits)} limits, {len(lowest)} floors", "give one a receptor, one a place")
    for row, (load, limit) in enumerate(zip((columns @ np.asarray(lowest)).tolist(), limits, strict=True), 1):
        if not load <= limit:
            raise Malformed(f"receptor {row}", f"floors bring {load:g} of {limit:g}", "lower the floors")
    if not (columns.sum(axis=0) > 0).all():
        raise Malformed(f"place {int(columns.sum(axis=0).argmin()) + 1}", "reaches no receptor", "give a coefficient")
    programme = ProgrammeColumns()
    for place in range(places):
        cells = [(row, float(columns[row, place])) for row in range(receptors)]
        programme.add(-1.0, lowest[place], inf, cells)
    return solve(programme.programme([-inf] * receptors, limits)).columns


def blended(shares: Sequence[float] | Floats, emissions: Sequence[float] | Floats, part: float) -> Floats:
    """`part` of the shares and the rest in proportion to emissions: criteria alone leave the worst row nothing."""
    if not 0 <= part <= 1:
        raise Malformed("blend", f"a part of {part:g}", "give 0 to 1")
    emitted = np.asarray(emissions, dtype=np.float64)
    if not emitted.sum() > 0 or emitted.min() < 0:
        raise Malformed("emissions", "one is below zero, or all are zero", "give figures from zero up")
    return np.asarray(part * np.asarray(shares) + (1 - part) * emitted / emitted.sum(), dtype=np.float64)


def environmental_gini(emissions: Sequence[float] | Floats, criterion: Sequence[float] | Floats) -> float:
    """The Gini coefficient of emissions per criterion: sum over i < j of |e_i q_j - e_j q_i| / (E Q).

    >>> environmental_gini([1.0, 1.0], [1.0, 1.0]), environmental_gini([1.0, 0.0], [1.0, 1.0])
    (0.0, 0.5)
    """
    e, q = np.asarray(emissions, dtype=np.float64), np.asarray(criterion, dtype=np.float64)
    total = float(e.sum() * q.sum())
    if e.shape != q.shape or not total > 0 or min(e.min(), q.min()) < 0:
        raise Malformed("criterion", "it does not fit the emissions, or a figure is below zero", "give one each")
    return float(np.abs(np.outer(e, q) - np.outer(q, e)).sum() / 2 / total)


def least_gini(
    table: Table, total: float, lowest: Sequence[float], highest: Sequence[float], weights: Sequence[float]
) -> Floats:
    """The division of `total` between bounds whose weighted environmental Gini is least: an exact linear programme.

    min sum over c of w_c G_c, G_c as in `environmental_gini`; each absolute value is a column of its own. Among equal
    divisions the solver's corner is taken. Malformed if the bounds leave no division.

    >>> least_gini([[1.0], [3.0]], 8.0, [0.0, 0.0], [8.0, 5.0], [1.0]).tolist()
    [3.0, 5.0]
    """
    columns = _columns(table)
    rows, criteria = columns.shape
    if not len(lowest) == len(highest) == rows:
        raise Malformed("bounds", f"{len(lowest)} and {len(highest)} for {rows} rows", "give both for each row")
    if len(weights) != criteria or not all(0 <= each < inf for each in weights):
        raise Malformed("weights", f"{list(weights)} for {criteria} criteria", "give one each from zero up")
    for number, all_of_it in enumerate(columns.sum(axis=0).tolist(), 1):
        if not all_of_it > 0:
            raise Malformed(f"criterion {number}", "sums to zero", "leave it out")
    for number, (low, high) in enumerate(zip(lowest, highest, strict=True), 1):
        if not 0 <= low <= high:
            raise Malformed(f"row {number}", f"bounds {low:g} and {high:g}", "give 0 <= lowest <= highest")
    if not sum(lowest) <= total <= sum(highest):
        raise Malformed("bounds", f"they allow {sum(lowest):g} to {sum(highest):g}, not {total:g}", "widen them")
    pairs = [(c, i, j) for c in range(criteria) for i in range(rows) for j in range(i + 1, rows)]
    cells: list[list[tuple[int, float]]] = [[(2 * len(pairs), 1.0)] for _ in range(rows)]
    for number, (c, i, j) in enumerate(pairs):
        cells[i] += [(2 * number, -float(columns[j, c])), (2 * number + 1, float(columns[j, c]))]
        cells[j] += [(2 * number, float(columns[i, c])), (2 * number + 1, -float(columns[i, c]))]
    programme = ProgrammeColumns()
    for row in range(rows):
        programme.add(0.0, lowest[row], highest[row], cells[row])
    sums = columns.sum(axis=0)
    for number, (c, _, _) in enumerate(pairs):
        price = weights[c] / (total * float(sums[c])) if total else 0.0
        programme.add(price, 0.0, inf, [(2 * number, 1.0), (2 * number + 1, 1.0)])
    signs = 2 * len(pairs)
    found = solve(programme.programme([0.0] * signs + [total], [inf] * signs + [total]))
    return found.columns[:rows]


def zero_sum_dea(emissions: Sequence[float] | Floats, outputs: Table) -> Floats:
    """Emissions shifted until every row is efficient: what one gives up the others gain by their size (A8).

    Input-oriented zero-sum gains DEA with constant returns (Lins et al. 2003; Gomes and Lins 2008), the proportional
    strategy, repeated until all efficiencies are 1. With one output emissions end in proportion to it. Malformed if a
    row has no output, or the rounds do not end.

    >>> zero_sum_dea([50.0, 30.0, 20.0], [[10.0], [30.0], [60.0]]).round(6).tolist()
    [10.0, 30.0, 60.0]
    """
    e, y = np.asarray(emissions, dtype=np.float64), _columns(outputs)
    if len(e) != len(y) or not e.min() > 0 or not np.isfinite(e).all():
        raise Malformed("emissions", "one is missing, or not above zero", "give one above zero for each row")
    if (y.sum(axis=1) <= 0).any():
        raise Malformed(f"row {int(np.argmin(y.sum(axis=1))) + 1}", "has no output", "give one above zero")
    total = float(e.sum())
    for _ in range(DEA_ROUNDS):
        theta = np.array([_efficiency(e, y, row) for row in range(len(e))])
        if (theta > 1 - EFFICIENT).all():
            return e
        given = e * (1 - theta)
        e = (
            e
            - given
            + np.array([sum(given[o] * e[i] / (total - e[o]) for o in range(len(e)) if o != i) for i in range(len(e))])
        )
        e *= total / float(e.sum())
    raise Malformed("zero-sum DEA", f"not efficient after {DEA_ROUNDS:,} rounds", "leave an output out")


def _efficiency(e: Floats, y: Floats, row: int) -> float:
    """The least part of its emission with which others' mix brings about a row's outputs."""
    if y.shape[1] == 1:
        per = y[:, 0] / e
        return float(per[row] / per.max())
    programme = ProgrammeColumns()
    programme.add(1.0, 0.0, inf, [(0, float(e[row]))])
    for other in range(len(e)):
        cells = [(0, -float(e[other]))] + [(1 + k, float(y[other, k])) for k in range(y.shape[1])]
        programme.add(0.0, 0.0, inf, cells)
    low = [0.0, *y[row].tolist()]
    return float(solve(programme.programme(low, [inf] * len(low))).cost)


def _columns(table: Table) -> Floats:
    columns = np.asarray(table, dtype=np.float64)
    if columns.ndim != 2 or not columns.size:
        raise Malformed("criteria", f"a table of shape {columns.shape}", "give a row each and a column a criterion")
    for row, column in np.argwhere(~(columns >= 0) | ~np.isfinite(columns)).tolist():
        said = "is missing" if np.isnan(columns[row, column]) else f"is {columns[row, column]:g}"
        raise Malformed(f"row {row + 1} criterion {column + 1}", said, "give a figure from zero up")
    return columns


def _rescaled(columns: Floats, costs: Sequence[int]) -> tuple[Floats, NDArray[np.bool_]]:
    if len(columns) < 2:
        raise Malformed("criteria", "one row cannot be told apart", "give two rows or more")
    low, high = columns.min(axis=0), columns.max(axis=0)
    telling = high > low
    spread = np.where(telling, high - low, 1.0)
    scaled = (columns - low) / spread
    for column in costs:
        scaled[:, column] = 1 - scaled[:, column]
    scaled[:, ~telling] = 1.0
    return scaled + TINY, telling
