"""What a design is judged by: every measure, its criterion, its direction, and how it is worked out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Criterion = Literal["cost", "fairness", "incentives", "prices", "liquidity", "air", "revenue", "gaming"]


class Measure(NamedTuple):
    """A measure of a design: what it belongs to, whether more of it is better, and what is worth the whole scale.

    A range of designs narrower than `whole` does not fill the scale, so that a difference of no weight decides nothing;
    `part` gives the same as a part of the largest figure there is.
    """

    criterion: Criterion
    more_is_better: bool
    whole: float = 0.0
    part: float = 0.0


#: Measures by name; `judge.py` and `sessions.py` say what each is.
MEASURES: Mapping[str, Measure] = {
    "cost": Measure("cost", False, part=0.1),
    "share_gap": Measure("fairness", False, whole=50),
    "entrant_gap": Measure("fairness", False, part=0.5),
    "whip": Measure("incentives", False, whole=0.5),
    "spread": Measure("prices", False, whole=20),
    "risk": Measure("prices", False, part=0.5),
    "scatter": Measure("prices", False, whole=20),
    "turnover": Measure("liquidity", True, whole=5),
    "parties": Measure("liquidity", True, whole=3),
    "gains": Measure("liquidity", True, whole=20),
    "hot_spot": Measure("air", False, whole=5),
    "over_cap": Measure("air", False, whole=5),
    "revenue": Measure("revenue", True, part=0.5),
    "power": Measure("gaming", False, whole=20),
    "push": Measure("gaming", False, whole=10),
}
CRITERIA: tuple[Criterion, ...] = (
    "cost",
    "fairness",
    "incentives",
    "prices",
    "liquidity",
    "air",
    "revenue",
    "gaming",
)
#: The weights of the brief, in percent: a judgement, not a finding.
STATED: Mapping[Criterion, float] = {
    "cost": 20,
    "fairness": 15,
    "incentives": 15,
    "prices": 10,
    "liquidity": 10,
    "air": 15,
    "revenue": 5,
    "gaming": 10,
}
#: With other eyes: who puts one criterion first gives it half of all weight.
FIRST = 0.5
