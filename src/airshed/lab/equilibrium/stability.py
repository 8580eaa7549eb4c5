"""A market stability reserve: allowances are taken out of next year's supply while too many are held, and put back.

The EU's rule (decision 2015/1814 as amended; figures as a consultant's page has them): a total number of allowances in
circulation above the upper line takes 24 % of it out, between the two upper lines what is above the lower of them;
below the lowest line a fixed lot comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np

from airshed.lab.equilibrium.banking import Equilibrium, equilibrium
from airshed.lab.equilibrium.certificate import certificate
from airshed.lab.equilibrium.curves import LARGEST, Curve, Floats
from airshed.lab.equilibrium.joined_curves import AnyCurve
from airshed.model.refusal import Malformed

#: Rounds in which banks and supply are brought into line, how far they may differ in t, and the step between rounds.
ROUNDS, SETTLED, STEP = 400, 1e-7, 0.5


class StabilityRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Lines and lots in tonnes in circulation (EU: million allowances); a rule of a region scales them by its cap."""

    #: Above this, `rate` of what is in circulation is taken out.
    upper: float = 1_096.0
    #: Between this and `upper`, what is above this.
    middle: float = 833.0
    #: Below this, `release` comes back.
    lower: float = 400.0
    rate: float = 0.24
    release: float = 100.0

    def scaled(self, cap: float, of: float) -> StabilityRule:
        """The same rule for another cap; `of` is the cap that its lines were written for."""
        part = cap / of
        return StabilityRule(self.upper * part, self.middle * part, self.lower * part, self.rate, self.release * part)


@dataclass(frozen=True, slots=True)
class Stabilised:
    """An equilibrium under a reserve: what it changed of each year's supply, and what it holds at each year's end, t.

    `settled` says whether the banks that firms hold are those that the rule answered.
    """

    market: Equilibrium
    change: Floats
    held: Floats
    rounds: int
    settled: bool
    #: The rule, what the reserve began with, and the need before it, t.
    rule: StabilityRule
    began: float
    need: Floats

    def proof(self, curve: AnyCurve, years: Sequence[int]) -> dict[str, Any]:
        """The certificate: the firms' market with the supply as it was changed, and the rule that changed it.

        Malformed where banks and rule did not settle: then there is no equilibrium to prove.
        """
        if not self.settled:
            raise Malformed(
                "stability reserve",
                "its rule jumps, and banks that answer it were not found",
                "draw its lines apart, or lower its rate; without a certificate the last round is shown",
            )
        rule = {
            **msgspec.structs.asdict(self.rule),
            "held": self.began,
            "need": self.need.tolist(),
            "change": self.change.tolist(),
        }
        left = (self.need - self.change)[None, :]
        return certificate(("firms",), ("cap",), years, (curve,), np.ones((1, 1)), left, self.market, stability=rule)


def adjustment(circulating: float, rule: StabilityRule) -> float:
    """What a rule does to next year's supply, t; below zero it takes out.

    >>> [adjustment(each, StabilityRule()) for each in (1200, 950, 833, 600, 400, 350)]
    [-288.0, -117.0, 0.0, 0.0, 0.0, 100.0]
    """
    if not 0 <= rule.lower <= rule.middle <= rule.upper or not 0 <= rule.rate <= 1 or not rule.release >= 0:
        raise Malformed("stability reserve", f"{rule}", "give lower <= middle <= upper, a rate of 0 to 1")
    if circulating > rule.upper:
        return -rule.rate * circulating
    if circulating >= rule.middle:
        return rule.middle - circulating
    return rule.release if circulating < rule.lower else 0.0


def stabilised(
    curve: Curve,
    need: Sequence[float] | Floats,
    discount: Sequence[float] | Floats,
    rule: StabilityRule,
    held: float = 0.0,
) -> Stabilised:
    """The equilibrium when the bank at the end of each year changes the supply of the next by the rule.

    The reserve begins with `held` t and gives back no more than it has. Firms foresee it: banks and supply are brought
    into line round by round, half of the difference each; where the rule jumps there may be no such point, and
    `settled` is false. Malformed as `equilibrium`.
    """
    needs = np.asarray(need, dtype=np.float64)
    if not 0 <= held <= LARGEST:
        raise Malformed("stability reserve", f"begins with {held:g} t", "give tonnes from zero up")
    change = np.zeros(len(needs))
    for number in range(1, ROUNDS + 1):
        market = equilibrium(curve, needs - change, discount)
        wanted = _answered(market.bank, rule, held, change)
        off = float(np.abs(wanted - change).max())
        if off <= SETTLED * max(1.0, float(np.abs(needs).max())):
            return Stabilised(market, change, held - np.cumsum(change), number, True, rule, held, needs)
        change = change + STEP * (wanted - change)
    return Stabilised(market, change, held - np.cumsum(change), ROUNDS, False, rule, held, needs)


def _answered(bank: Floats, rule: StabilityRule, held: float, change: Floats) -> Floats:
    """What the rule does to each year's supply with these banks, and with what `change` has left in the reserve."""
    answer = np.zeros(len(bank))
    stock = held
    for year in range(1, len(bank)):
        answer[year] = min(adjustment(float(bank[year - 1]), rule), stock)
        stock -= change[year]
    return answer
