"""One question, two laws: what stands in for the missing hours of a year, as the rules say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from airshed.mrv import part75, states, substitution
from airshed.mrv.hours import ClosedHours
from airshed.mrv.rules import Law, MonitoringRules
from airshed.mrv.substitution import FinalHours


def substitute(
    law: Law,
    pollutant: str,
    raw: ClosedHours,
    year: int,
    rules: MonitoringRules,
    *,
    before: ClosedHours | None = None,
    history_mg: NDArray[np.int64] | None = None,
    potential_mg_m3: float | None = None,
    potential_m3_h: float | None = None,
    through: int | None = None,
) -> FinalHours:
    """A year of one pollutant after substitution, under HJ 75-2017 or under US 40 CFR part 75.

    `before` holds the closed hours right before the year and serves both laws; `history_mg`, valid masses alone, serves
    HJ 75 where nothing else is left. The potentials (mg/m3 and m3/h, dry, standard state) serve part 75.
    """
    match law:
        case "hj75":
            if history_mg is None and before is not None:
                history_mg = before.mass_mg[before.status == states.MEASURED]
            return substitution.substitute(pollutant, raw, year, rules, history_mg=history_mg, through=through)
        case "part75":
            return part75.substitute(
                pollutant,
                raw,
                year,
                rules,
                before=before,
                potential_mg_m3=potential_mg_m3,
                potential_m3_h=potential_m3_h,
                through=through,
            )
