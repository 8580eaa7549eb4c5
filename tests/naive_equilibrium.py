"""Equilibria the plain way: one linear programme with a column for every step and year, solved whole by HiGHS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium import Steps
from airshed.lab.equilibrium.curves import Floats
from airshed.market.linear import ProgrammeColumns, solve


class Plain(NamedTuple):
    """The least cost and the discounted duals (receptors, years)."""

    cost: float
    duals: Floats


def plain_zones(curves: list[Steps], transfer: Floats, need: Floats, banking: bool = True) -> Plain:
    """Every step of every zone and year is a column; every receptor and year a row; a bank is a column too."""
    receptors, years = need.shape
    columns = ProgrammeColumns()
    for z, curve in enumerate(curves):
        for t in range(years):
            ends = curve.running(t)[0]
            cells = [(k * years + t, float(transfer[k, z])) for k in range(receptors)]
            for step, price in enumerate(curve.costs.tolist()):
                columns.add(price * float(curve.discount[t]), 0.0, float(ends[step + 1] - ends[step]), cells)
    for k in range(receptors if banking else 0):
        for t in range(years):
            kept = [(k * years + t + 1, 1.0)] if t + 1 < years else []
            columns.add(0.0, 0.0, np.inf, [(k * years + t, -1.0), *kept])
    solved = solve(columns.programme(need.ravel(), np.full(need.size, np.inf)))
    return Plain(solved.cost, solved.duals.reshape(need.shape))
