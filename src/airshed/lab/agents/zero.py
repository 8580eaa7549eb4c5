"""Zero-intelligence agents: random prices, with or without the constraint not to lose (Gode, Sunder 1993)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airshed.lab.agents.nouns import AgentOffer, AgentQuote, AgentView, Deaf, Own, Side


def either(own: Own, rng: np.random.Generator) -> tuple[Side, AgentOffer] | None:
    """A side on which the agent can trade, by the toss of a coin where there are two."""
    sides: list[tuple[Side, AgentOffer]] = []
    if own.buy is not None:
        sides.append(("buy", own.buy))
    if own.sell is not None:
        sides.append(("sell", own.sell))
    if not sides:
        return None
    return sides[0] if len(sides) == 1 else sides[int(rng.integers(2))]


@dataclass(slots=True)
class ZeroIntelligence(Deaf):
    """Draws its price evenly: over all prices, or (constrained, ZI-C) over those at which it does not lose.

    Gode and Sunder, Journal of Political Economy 101 (1993): the constraint alone brings efficiency near 100 %.
    """

    constrained: bool = True

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """One price at random, for the next block."""
        chosen = either(own, rng)
        if chosen is None:
            return None
        side, offer = chosen
        low, high = view.low, view.high
        if self.constrained and side == "buy":
            high = min(high, offer.price // view.tick * view.tick)
        elif self.constrained:
            low = max(low, -(-offer.price // view.tick) * view.tick)
        if low > high:
            return None
        limit = low + int(rng.integers((high - low) // view.tick + 1)) * view.tick
        return AgentQuote(side, limit, offer.count)
