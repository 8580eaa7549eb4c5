"""Frames in, equilibria out: what allowances would be worth, who abates, and what linking cities saves."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from airshed.lab.equilibrium import check
from airshed.lab.equilibrium.case import CapLine, Case, CurveLine, LoadLine, closed, linked, solved
from airshed.lab.equilibrium.tables import aired, tabled
from airshed.lab.frames.reading import figure, rows_of
from airshed.lab.linking import saving
from airshed.model.refusal import Malformed

#: Between which a discount rate may lie, as a fraction.
RATES = (-0.5, 1.0)


@dataclass(frozen=True, slots=True)
class SolvedMarket:
    """An equilibrium as frames, with its proof.

    * `prices`: zone, year, price_yuan_per_t (current money), discounted_yuan_per_t (money of the first year); a row a
      zone and year.
    * `years`: zone, year, baseline_t, cap_t, abated_t, emitted_t; a row a zone and year.
    * `bank`: receptor, year, bank: what is kept at the end of the year. In one market, or with closed cities, in t;
      under a matrix in its measure of a load.
    * `steps`: zone, source, technology, cost_yuan_per_t, year, abated_t: who abates with what; only steps that do.
    * `certificate`: the whole case and its answer, ready for JSON; `prove` works it out again without a solver.
    """

    prices: pl.DataFrame
    years: pl.DataFrame
    bank: pl.DataFrame
    steps: pl.DataFrame
    #: Discounted yuan: what the abatement costs, and what none can cost less than.
    cost_yuan: float
    bound_yuan: float
    certificate: dict[str, Any] = field(repr=False)

    @property
    def gap(self) -> float:
        """How far the cost may lie above the least one, as a part of it."""
        return max(0.0, self.cost_yuan - self.bound_yuan) / max(abs(self.cost_yuan), 1.0)

    def prove(self) -> str:
        """Check the certificate without a solver; its digest if it holds, Malformed, naming the fault, if not."""
        return check(json.dumps(self.certificate)).digest


def solve_market(
    curves: pl.DataFrame,
    caps: pl.DataFrame,
    *,
    rate: float = 0.05,
    border: str = "open",
    matrix: pl.DataFrame | None = None,
    banking: bool = True,
) -> SolvedMarket:
    """The competitive equilibrium of a zone (Rubin 1996; Montgomery 1972), proven; see docs/explanation/equilibrium.md.

    `curves` has a row a step: zone, source, technology, cost_yuan_per_t, potential_t (t a year). `caps` has a row a
    zone and year without holes: zone, year, baseline_t (emission without abatement), cap_t. `rate` is the discount
    rate as a fraction. `border` is "open" for one market, "closed" for a market in each zone; with `matrix` (receptor,
    zone, coefficient, origin) each receptor may get no more load than the caps would bring there, and `border` is let
    be.
    Malformed, naming row and column or zone and year, for a bad figure or caps that cannot be kept.

    >>> curves = pl.DataFrame({"zone": ["A", "B"], "source": ["a", "b"], "technology": ["x", "x"],
    ...                        "cost_yuan_per_t": [40.0, 10.0], "potential_t": [10.0, 10.0]})
    >>> caps = pl.DataFrame({"zone": ["A", "B"], "year": [2027, 2027], "baseline_t": [110.0, 100.0],
    ...                      "cap_t": [100.0, 100.0]})
    >>> found = solve_market(curves, caps)
    >>> found.cost_yuan, found.prices["price_yuan_per_t"].to_list(), found.prove() == found.certificate["digest"]
    (100.0, [10.0, 10.0], True)
    >>> solve_market(curves, caps, border="closed").cost_yuan
    400.0
    """
    case, steps = _case(curves, caps, figure(rate, "rate", *RATES, float))
    if border not in ("open", "closed"):
        raise Malformed("border", f"is {border!r}", "say open or closed")
    air = linked(case.zones) if border == "open" else closed(case.zones)
    if matrix is not None:
        air = aired(rows_of(matrix, LoadLine, "matrix"), case.zones)
    solution = solved(case, air, banking)
    found = solution.found
    cells = [(z, t) for z in range(len(case.zones)) for t in range(len(case.years))]
    places = {"zone": [case.zones[z] for z, _ in cells], "year": [case.years[t] for _, t in cells]}
    baseline, abated = case.baseline.ravel(), found.abated.ravel()
    return SolvedMarket(
        prices=pl.DataFrame(
            {
                **places,
                "price_yuan_per_t": found.price.ravel(),
                "discounted_yuan_per_t": found.discounted.ravel(),
            }
        ),
        years=pl.DataFrame(
            {
                **places,
                "baseline_t": baseline,
                "cap_t": case.caps.ravel(),
                "abated_t": abated,
                "emitted_t": baseline - abated,
            }
        ),
        bank=pl.DataFrame(
            {
                "receptor": [name for name in air.receptors for _ in case.years],
                "year": list(case.years) * len(air.receptors),
                "bank": found.bank.ravel(),
            }
        ),
        steps=_taken(case, steps, found.abated),
        cost_yuan=found.cost,
        bound_yuan=found.bound,
        certificate=solution.proof,
    )


def link_cities(curves: pl.DataFrame, caps: pl.DataFrame, *, rate: float = 0.05) -> pl.DataFrame:
    """What cities save by one market, a row a zone: zone, alone_yuan, shapley_yuan, nucleolus_yuan; discounted yuan.

    The frames are those of `solve_market`; at most 12 zones, for every coalition is cleared exactly. The Shapley value
    (1953) and the nucleolus (Schmeidler 1969) share the same saving. Malformed if a zone cannot keep its caps alone.
    """
    case, _ = _case(curves, caps, figure(rate, "rate", *RATES, float))
    found = saving(case)
    return pl.DataFrame(
        {
            "zone": found.zones,
            "alone_yuan": found.alone,
            "shapley_yuan": found.shapley,
            "nucleolus_yuan": found.nucleolus,
        }
    )


def _case(curves: pl.DataFrame, caps: pl.DataFrame, rate: float) -> tuple[Case, list[list[CurveLine]]]:
    """The case, and the steps of each zone in the order of their rows."""
    steps, lines = rows_of(curves, CurveLine, "curves"), rows_of(caps, CapLine, "caps")
    case = tabled(steps, lines, rate)
    own: dict[str, list[CurveLine]] = {zone: [] for zone in case.zones}
    for step in steps:
        own[step.zone].append(step)
    return case, list(own.values())


def _taken(case: Case, steps: list[list[CurveLine]], abated: np.ndarray[Any, np.dtype[np.float64]]) -> pl.DataFrame:
    """Which steps are taken in each year, the cheapest of a zone first, the last one in part."""
    rows = []
    for z, own in enumerate(steps):
        for t, year in enumerate(case.years):
            left = float(abated[z, t])
            for step in sorted(own, key=lambda each: each.cost_yuan_per_t):
                if left <= 0:
                    break
                part = min(left, step.potential_t)
                if part > 0:
                    rows.append((step.zone, step.source, step.technology, step.cost_yuan_per_t, year, part))
                left -= part
    schema = {
        "zone": pl.String,
        "source": pl.String,
        "technology": pl.String,
        "cost_yuan_per_t": pl.Float64,
        "year": pl.Int64,
        "abated_t": pl.Float64,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")
