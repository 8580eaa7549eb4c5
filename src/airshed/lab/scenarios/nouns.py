"""The works of a path and what is drawn of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from airshed.lab.season.firms import CostStep, Firm


@dataclass(frozen=True, slots=True)
class Work:
    """A works of a path: like `firm`, there from year number `since` on (entrants later than 0)."""

    firm: Firm
    account: str
    source: str
    since: int
    size: float


@dataclass(frozen=True, slots=True)
class DrawnPath:
    """A path. `emission` (works, years and tail) is kg without abatement as it comes, `planned` as it is expected.

    `step_factors` multiply the costs of the steps of each works, `cost_level` those of all in each year. `beliefs` are
    the factors by which each works misjudges prices. `happened` says which shocks came.
    """

    works: tuple[Work, ...]
    planned: NDArray[np.float64]
    emission: NDArray[np.float64]
    step_factors: tuple[tuple[float, ...], ...]
    cost_level: NDArray[np.float64]
    beliefs: NDArray[np.float64]
    happened: tuple[bool, ...]

    def steps(self, place: int, t: int, pollutant: str) -> tuple[CostStep, ...]:
        """The steps of a works in a year, as large as its plan and as dear as they turn out."""
        work = self.works[place]
        part = float(self.planned[place, t]) / max(work.firm.before_kg[pollutant], 1)
        level = float(self.cost_level[t])
        return tuple(
            CostStep(
                step.technology, round(step.potential_kg * part), max(1, round(step.cost_fen_per_t * factor * level))
            )
            for step, factor in zip(work.firm.steps[pollutant], self.step_factors[place], strict=True)
        )
