"""Zero intelligence plus: a margin that follows what others shout (Cliff, Bruten 1997, HP Laboratories HPL-97-91).

Constants as in the authors' report and the open Bristol Stock Exchange: learning rate 0.1 to 0.5, momentum 0 to 0.1,
margin 5 % to 35 % at first, target prices up to 5 % beyond the last shout (recalled, to confirm).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor

import numpy as np

from airshed.lab.agents.nouns import AgentQuote, AgentView, Own, Shout, Side
from airshed.lab.agents.zero import either

LEARNING, MOMENTUM, MARGIN = (0.1, 0.5), (0.0, 0.1), (0.05, 0.35)
#: How far a target may lie beyond the last shout: a part of it, and fen on top.
BEYOND, BEYOND_FEN = 0.05, 5.0


@dataclass(slots=True)
class _Half:
    """The margin of one side. `price` is what it asks or bids now; `worth` what its last block was worth."""

    side: Side
    learning: float
    momentum: float
    margin: float
    moved: float = 0.0
    worth: int = 0
    tick: int = 1

    def price(self, worth: int) -> float:
        return worth * (1 + self.margin)

    def said(self) -> int:
        """The price on the tick, as it would be shouted."""
        steps = self.price(self.worth) / self.tick
        return (floor(steps) if self.side == "buy" else ceil(steps)) * self.tick

    def towards(self, target: float, worth: int) -> None:
        """A step of the Widrow-Hoff rule with momentum; the margin never makes a loss."""
        now = self.price(worth)
        self.moved = self.momentum * self.moved + (1 - self.momentum) * self.learning * (target - now)
        margin = (now + self.moved) / worth - 1 if worth else 0.0
        self.margin = max(0.0, margin) if self.side == "sell" else min(0.0, max(-1.0, margin))


@dataclass(slots=True)
class Zip:
    """A margin for buying and one for selling, each moved by every shout that concerns it."""

    halves: dict[Side, _Half] = field(default_factory=dict)

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """The worth of the next block and its margin."""
        self._draw(rng)
        chosen = either(own, rng)
        if chosen is None:
            return None
        side, offer = chosen
        self.halves[side].tick = view.tick
        limit = view.on_tick(self.halves[side].price(offer.price), side)
        if (limit > offer.price) if side == "buy" else (limit < offer.price):
            return None
        return AgentQuote(side, limit, offer.count)

    def hear(self, shout: Shout, own: Own, rng: np.random.Generator) -> None:
        """Raise the margin after a deal that would have been better still; lower it where one is being outdone.

        Who has traded all it can learns only to raise it, as in the report.
        """
        self._draw(rng)
        said = shout.limit if shout.price is None else shout.price
        for side, offer in (("buy", own.buy), ("sell", own.sell)):
            half = self.halves["buy" if side == "buy" else "sell"]
            if offer is not None:
                half.worth = offer.price
            if not half.worth:
                continue
            mine = half.said()
            outdone = said <= mine if half.side == "sell" else said >= mine
            if shout.taken and (said == mine or not outdone):
                half.towards(self._target(said, half.side == "sell", rng), half.worth)
            elif offer is not None and outdone and shout.taken == (shout.side != half.side):
                half.towards(self._target(said, half.side == "buy", rng), half.worth)

    def _draw(self, rng: np.random.Generator) -> None:
        """Every agent has its own constants, drawn once."""
        if self.halves:
            return
        for side in ("buy", "sell"):
            learning, momentum, margin = (float(rng.uniform(*each)) for each in (LEARNING, MOMENTUM, MARGIN))
            known: Side = "buy" if side == "buy" else "sell"
            self.halves[known] = _Half(known, learning, momentum, margin if known == "sell" else -margin)

    @staticmethod
    def _target(said: int, upwards: bool, rng: np.random.Generator) -> float:
        part, more = float(rng.uniform(0, BEYOND)), float(rng.uniform(0, BEYOND_FEN))
        return said * (1 + part) + more if upwards else said * (1 - part) - more
