"""The linear programme of a call, and HiGHS that solves it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from airshed.market.zonecall.groups import Shape
from airshed.market.zonecall.nouns import Bound, NotCleared
from airshed.model.measures import KG_PER_T

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]

#: Kilograms below which a float counts as nothing. HiGHS keeps rows to 1e-7; a step is a kilogram or more.
NOTHING_KG = 1e-4


class OrderStep(NamedTuple):
    """The orders of a group that have the same limit: fen per tonne, kilograms."""

    limit: int
    kg: int


class Solved(NamedTuple):
    """What the programme says, in kilograms: of each step, of each link, and the room left under each bound."""

    lot_steps: tuple[tuple[OrderStep, ...], ...]
    cover_steps: tuple[tuple[OrderStep, ...], ...]
    lot_taken: tuple[tuple[float, ...], ...]
    cover_taken: tuple[tuple[float, ...], ...]
    flows: tuple[float, ...]
    room: tuple[float, ...]
    #: In fen.
    gain: float


class Sparse:
    """Rows and columns of a linear programme as they are written down, column by column."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.starts: list[int] = []
        self.rows: list[int] = []
        self.values: list[float] = []

    def column(self, cost: float, lower: float, upper: float, cells: Sequence[tuple[int, float]]) -> None:
        """Add a column with its bounds and its cells (row, coefficient)."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        self.starts.append(len(self.rows))
        for row, value in cells:
            if value:
                self.rows.append(row)
                self.values.append(value)


def weight(bound: Bound) -> Fraction:
    """The largest load of a tonne at a bound, by which its row is divided, so that all rows are kilograms."""
    return max(map(abs, bound.per_t.values()), default=Fraction(0)) or Fraction(1)


def solve(shape: Shape, seconds: float) -> Solved | NotCleared:
    """The allocation of the greatest gain, in kilograms that need not be whole.

    Maximise the limits of the bids served less those of the offers taken, subject to: what a lot sells goes along
    its links; what a cover buys comes along its links, times their ratios; no bound is broken.
    """
    lot_steps = tuple(_steps(lot.offers) for lot in shape.lots)
    cover_steps = tuple(_steps(cover.bids) for cover in shape.covers)
    lots, covers = len(shape.lots), len(shape.covers)
    programme = Sparse()
    weights = [weight(bound) for bound in shape.bounds]

    def loads(place: str, part: Fraction) -> list[tuple[int, float]]:
        return [
            (lots + covers + row, float(bound.per_t.get(place, 0) * part / weights[row]))
            for row, bound in enumerate(shape.bounds)
        ]

    for number, lot in enumerate(shape.lots):
        cells = [(number, 1.0), *loads(lot.key.place, -lot.relief)]
        for step in lot_steps[number]:
            programme.column(step.limit, 0.0, step.kg, cells)
    for number, cover in enumerate(shape.covers):
        cells = [(lots + number, 1.0), *loads(cover.key.place, Fraction(1))]
        for step in cover_steps[number]:
            programme.column(-step.limit, 0.0, step.kg, cells)
    for link in shape.links:
        programme.column(0.0, 0.0, math.inf, [(link.lot, -1.0), (lots + link.cover, -float(link.ratio))])
    most = [float(bound.most * KG_PER_T / each) for bound, each in zip(shape.bounds, weights, strict=True)]
    low = [0.0] * (lots + covers) + [-math.inf] * len(most)
    high = [0.0] * (lots + covers) + most

    values = optimum(programme, low, high, seconds)
    if isinstance(values, NotCleared):
        return _explained(values, shape)
    columns, rows, _ = values
    at = 0
    taken: list[tuple[float, ...]] = []
    for steps in (*lot_steps, *cover_steps):
        taken.append(tuple(columns[at : at + len(steps)]))
        at += len(steps)
    return Solved(
        lot_steps,
        cover_steps,
        tuple(taken[:lots]),
        tuple(taken[lots:]),
        tuple(columns[at:]),
        tuple(limit - value for limit, value in zip(most, rows[lots + covers :], strict=True)),
        -sum(cost * kilograms for cost, kilograms in zip(programme.cost, columns, strict=True)) / KG_PER_T,
    )


def optimum(
    programme: Sparse, low: Sequence[float], high: Sequence[float], seconds: float, *, whole: bool = False
) -> tuple[list[float], list[float], tuple[list[int], list[int]]] | NotCleared:
    """The cheapest columns of a programme, whole ones if asked, the values of its rows, and the states of both.

    States are those of HiGHS: 0 at the lower bound, 1 in the basis, 2 at the upper bound, 3 free at zero.
    """
    import highspy
    import numpy as np

    if not programme.cost or not low:
        if any(least > 0 or most < 0 for least, most in zip(low, high, strict=True)):
            return NotCleared("infeasible", "no allocation keeps every limit")
        return [0.0] * len(programme.cost), [0.0] * len(low), ([0] * len(programme.cost), [1] * len(low))
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(programme.cost), len(low)
    model.col_cost_ = np.array(programme.cost, dtype=np.float64)
    model.col_lower_ = np.array(programme.lower, dtype=np.float64)
    model.col_upper_ = np.array(programme.upper, dtype=np.float64)
    model.row_lower_ = np.array(low, dtype=np.float64)
    model.row_upper_ = np.array(high, dtype=np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(programme.cost)
    matrix: Any = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_ = np.array([*programme.starts, len(programme.rows)], dtype=np.int32)
    matrix.index_ = np.array(programme.rows, dtype=np.int32)
    matrix.value_ = np.array(programme.values, dtype=np.float64)
    maker: Any = highspy  # its class Highs prints a banner before it can be told not to
    solver = maker._Highs()
    options: list[tuple[str, Any]] = [
        ("output_flag", False),
        ("time_limit", float(seconds)),
        ("threads", 1),
        ("random_seed", 0),
        ("solver", "simplex"),  # it ends at a corner: few links carry fractions
    ]
    for name, value in options:
        solver.setOptionValue(name, value)
    if solver.passModel(model) == highspy.HighsStatus.kError:
        return NotCleared("solver", "HiGHS does not take the programme; check the measures of limits and coefficients")
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kTimeLimit:
        return NotCleared("timeout", f"HiGHS is not done after {seconds:g} s; allow more, or call fewer orders")
    if status == highspy.HighsModelStatus.kInfeasible:
        return NotCleared("infeasible", "no allocation keeps every limit")
    if status != highspy.HighsModelStatus.kOptimal:
        said = solver.modelStatusToString(status)
        return NotCleared("solver", f"HiGHS ends with {said!r}; check the measures of limits and coefficients")
    solution, basis = solver.getSolution(), solver.getBasis()
    states = ([int(each) for each in basis.col_status], [int(each) for each in basis.row_status])
    return list(solution.col_value), list(solution.row_value), states


def _steps(orders: Sequence[Any]) -> tuple[OrderStep, ...]:
    return tuple(
        OrderStep(limit, sum(order.count for order in own))
        for limit, own in groupby(orders, key=lambda order: order.limit)
    )


def _explained(failed: NotCleared, shape: Shape) -> NotCleared:
    """An infeasible call: only a limit below zero can make it so, because to trade nothing keeps all others."""
    if failed.why != "infeasible":
        return failed
    asked = ", ".join(bound.name for bound in shape.bounds if bound.most < 0)
    return NotCleared("infeasible", f"the orders cannot take away the load that {asked} must lose; raise the limit")
