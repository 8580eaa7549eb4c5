"""Every design of a zone as a frame: what each choice does to each measure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from airshed.lab.brief.designs import AXES
from airshed.lab.brief.measures import CRITERIA
from airshed.lab.brief.run import Judgement, designs_of
from airshed.lab.brief.score import stated_weights, weights_of
from airshed.lab.brief.states import GROWTH_STEP
from airshed.lab.brief.tasks import BriefTask, judged
from airshed.lab.brief.world import Assumed, examine
from airshed.lab.equilibrium.case import measured_of
from airshed.rulebook.load import find, load
from airshed.zone.load import of_law


def judge_designs(
    rulebook: str = "dianzhong",
    pollutant: str = "SO2",
    *,
    zone: str = "",
    years: int = 10,
    growth: float = 0.01,
    decline: float = 0.03,
    rate: float = 0.05,
    tax: float = 0.0,
    weights: Mapping[str, float] | None = None,
) -> pl.DataFrame:
    """Every combination of design choices of a rulebook's zone, or of another `zone`, a row a design, the best first.

    Columns: border, wall, method, sale, term, collar, trading (the choices); the measures of
    docs/explanation/designing-annex.md, null where the zone has none (no sessions are played, so daily trade and calls
    differ in nothing); then a value from 0 to 1 for each criterion, as value_cost, and score, of 100 under the brief's
    weights, or under `weights`: percent by criterion, of which those that are left out share the rest. Rates are
    fractions, `tax` is yuan per tonne on what is emitted. In Dianzhong 540 rows; about a second. Malformed for what
    cannot be.
    """
    assumed = Assumed(years=years, growth=growth, decline=decline, rate=rate, tax=tax)
    examine(assumed, room=GROWTH_STEP)
    stated = weights_of(stated_weights(weights or {}))
    rules = load(find(rulebook))
    measured_of(rules, pollutant, "pollutant")
    region = of_law(rules, zone)
    _, designs = designs_of(region, rules, (pollutant,))
    run = judged(BriefTask("move", region, rules, pollutant, assumed, tuple(designs)))
    judgement = Judgement(run, designs, {})
    values = judgement.scored.values
    scores = 100 * judgement.scored.scores(stated)
    rows = [
        {
            **{axis: getattr(design, axis) for axis in AXES},
            **measures,
            **{f"value_{name}": None if np.isnan(value) else value for name, value in zip(CRITERIA, own, strict=True)},
            "score": score,
        }
        for design, measures, own, score in zip(
            designs, judgement.judged, values.tolist(), scores.tolist(), strict=True
        )
    ]
    text = dict.fromkeys(AXES, pl.String)
    figures = dict.fromkeys((name for name in rows[0] if name not in AXES), pl.Float64)
    return pl.DataFrame(rows, schema={**text, **figures}).sort("score", descending=True, maintain_order=True)
