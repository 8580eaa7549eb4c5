"""Linear programmes in columns, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Malformed

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class Programme(NamedTuple):
    """min cost x, low <= A x <= high, lower <= x <= upper; A by columns: `starts` (columns + 1), `rows`, `values`."""

    cost: Floats
    lower: Floats
    upper: Floats
    starts: Ints
    rows: Ints
    values: Floats
    low: Floats
    high: Floats


class Columns:
    """Columns of a programme as they are written down."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.starts: list[int] = [0]
        self.rows: list[int] = []
        self.values: list[float] = []

    def add(self, cost: float, lower: float, upper: float, cells: Iterable[tuple[int, float]]) -> int:
        """Add a column with its bounds and its cells (row, coefficient); its number from 0."""
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        for row, value in cells:
            if value:
                self.rows.append(row)
                self.values.append(value)
        self.starts.append(len(self.rows))
        return len(self.cost) - 1

    def programme(self, low: Sequence[float] | Floats, high: Sequence[float] | Floats) -> Programme:
        """The programme of these columns with rows between `low` and `high`."""
        return Programme(
            np.array(self.cost, dtype=np.float64),
            np.array(self.lower, dtype=np.float64),
            np.array(self.upper, dtype=np.float64),
            np.array(self.starts, dtype=np.int32),
            np.array(self.rows, dtype=np.int32),
            np.array(self.values, dtype=np.float64),
            np.asarray(low, dtype=np.float64),
            np.asarray(high, dtype=np.float64),
        )


class Optimum(NamedTuple):
    """Columns and duals of the rows of the cheapest solution."""

    columns: Floats
    duals: Floats
    cost: float


def solve(programme: Programme, solver: str = "simplex", whole: bool = False) -> Optimum:
    """The cheapest solution. `whole` asks for whole columns; duals are then zero.

    Malformed if there is none, or none that is bounded; RuntimeError if HiGHS fails.
    """
    import highspy

    if not len(programme.cost) and not (programme.low > 0).any():
        return Optimum(programme.cost, np.zeros(len(programme.low)), 0.0)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(programme.cost), len(programme.low)
    model.col_cost_ = programme.cost
    model.col_lower_, model.col_upper_ = programme.lower, programme.upper
    model.row_lower_, model.row_upper_ = programme.low, programme.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = programme.starts, programme.rows
    model.a_matrix_.value_ = programme.values
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * len(programme.cost)
    maker: Any = highspy  # its class Highs prints a banner before it can be told not to
    highs = maker._Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("solver", solver)):
        highs.setOptionValue(name, value)
    if highs.passModel(model) == highspy.HighsStatus.kError:
        raise Malformed("programme", "HiGHS does not take it", "check the measures of costs and coefficients")
    highs.run()
    status = highs.getModelStatus()
    impossible = ("kInfeasible", "kUnboundedOrInfeasible", "kModelEmpty")
    if status in [getattr(highspy.HighsModelStatus, name) for name in impossible]:
        raise Malformed("programme", "no abatement keeps every cap", "raise the caps, or add steps")
    if status == highspy.HighsModelStatus.kUnbounded:
        raise Malformed("programme", "its cost has no lower bound", "give every column that pays a limit")
    if status != highspy.HighsModelStatus.kOptimal:
        raise RuntimeError(f"HiGHS ends with {highs.modelStatusToString(status)!r}")
    solution = highs.getSolution()
    duals = np.zeros(len(programme.low)) if whole else np.array(solution.row_dual)
    return Optimum(np.array(solution.col_value), duals, float(highs.getInfo().objective_function_value))
