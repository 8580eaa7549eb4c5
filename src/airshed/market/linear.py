"""Linear programmes in columns, solved by HiGHS."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.model.refusal import Malformed

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


class LinearProgramme(NamedTuple):
    """min cost x, low <= A x <= high, lower <= x <= upper; A by columns: `starts` (columns + 1), `rows`, `values`."""

    cost: Floats
    lower: Floats
    upper: Floats
    starts: Ints
    rows: Ints
    values: Floats
    low: Floats
    high: Floats


class ProgrammeColumns:
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

    def programme(self, low: Sequence[float] | Floats, high: Sequence[float] | Floats) -> LinearProgramme:
        """The programme of these columns with rows between `low` and `high`."""
        return LinearProgramme(
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


class WholeOptimum(NamedTuple):
    """Columns of a solution with whole columns, its cost, and what none costs less than."""

    columns: Floats
    cost: float
    bound: float


def solve(programme: LinearProgramme, solver: str = "simplex", tolerance: float = 1e-7) -> Optimum:
    """The cheapest solution; `tolerance` is how far a row or a reduced cost may be off.

    Malformed if there is none, or none that is bounded; RuntimeError if HiGHS fails.
    """
    if not len(programme.cost) and not (programme.low > 0).any():
        return Optimum(programme.cost, np.zeros(len(programme.low)), 0.0)
    options = [("solver", solver), *((f"{side}_feasibility_tolerance", tolerance) for side in ("primal", "dual"))]
    highs = _run(programme, np.zeros(len(programme.cost), np.bool_), options)
    solution = highs.getSolution()
    cost = float(highs.getInfo().objective_function_value)
    return Optimum(np.array(solution.col_value), np.array(solution.row_dual), cost)


def solve_whole(programme: LinearProgramme, whole: Sequence[bool], gap: float, nodes: int) -> WholeOptimum:
    """The cheapest solution found whose columns marked in `whole` are whole, and its proven bound.

    HiGHS branches until cost and bound differ by `gap` as a part of the cost, or for so many nodes. Errors as `solve`.
    """
    if not any(whole):
        plain = solve(programme)
        return WholeOptimum(plain.columns, plain.cost, plain.cost)
    options = (("mip_rel_gap", gap), ("mip_max_nodes", nodes))
    highs = _run(programme, np.array(whole, dtype=np.bool_), options)
    found = highs.getInfo()
    columns = np.array(highs.getSolution().col_value)
    return WholeOptimum(columns, float(found.objective_function_value), float(found.mip_dual_bound))


def _run(programme: LinearProgramme, whole: NDArray[np.bool_], options: Iterable[tuple[str, Any]]) -> Any:
    """HiGHS with its answer."""
    import highspy

    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(programme.cost), len(programme.low)
    model.col_cost_ = programme.cost
    model.col_lower_, model.col_upper_ = programme.lower, programme.upper
    model.row_lower_, model.row_upper_ = programme.low, programme.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_, model.a_matrix_.index_ = programme.starts, programme.rows
    model.a_matrix_.value_ = programme.values
    if whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[int(each)] for each in whole.tolist()]
    maker: Any = highspy  # its class Highs prints a banner before it can be told not to
    highs = maker._Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), *options):
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
    stopped = status == highspy.HighsModelStatus.kSolutionLimit and len(highs.getSolution().col_value)
    if status != highspy.HighsModelStatus.kOptimal and not stopped:
        raise RuntimeError(f"HiGHS ends with {highs.modelStatusToString(status)!r}")
    return highs
