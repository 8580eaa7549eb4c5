"""One stage of the nucleolus: the smallest largest excess, and the coalitions that must have it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from airshed.market.linear import ProgrammeColumns, solve

Team = frozenset[int]

#: A dual above this says that a coalition has the largest excess in every solution; those of a stage sum to one.
BINDING = 1e-9


def least_excess(
    players: int, free: Sequence[Team], fixed: Mapping[Team, float], values: Mapping[Team, float]
) -> tuple[list[float], float, list[Team]]:
    """Shares, the smallest largest excess over `free`, and the coalitions whose excess is that in every solution.

    min e, x(S) + e >= v(S) for the free ones, x(S) as it is for the fixed ones. At least one free coalition has a dual
    above zero, so that the stages end.
    """
    teams = [*free, *fixed]
    columns = ProgrammeColumns()
    for player in range(players):
        columns.add(0.0, -inf, inf, [(row, 1.0) for row, team in enumerate(teams) if player in team])
    columns.add(1.0, -inf, inf, [(row, 1.0) for row in range(len(free))])
    low = [values[team] for team in free] + list(fixed.values())
    found = solve(columns.programme(low, [inf] * len(free) + list(fixed.values())))
    duals = found.duals.tolist()
    binding = [team for row, team in enumerate(free) if duals[row] > BINDING]
    assert binding, "the duals of a stage sum to one"
    return found.columns[:players].tolist(), float(found.columns[players]), binding
