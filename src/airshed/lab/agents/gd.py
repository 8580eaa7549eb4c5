"""Agents that work out how likely each price is to be taken (Gjerstad, Dickhaut 1998, Games and Economic Behavior 22).

Belief of a seller that an ask at `a` is taken, from what has been shouted lately:

    p(a) = (taken asks from a up + bids from a up) / (the same + asks up to a that nobody took)

and of a buyer the mirror of it. Between prices that were shouted it is the cubic that is flat at both ends. A quote
that does not better the best one standing is believed to have no chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from airshed.lab.agents.nouns import AgentOffer, AgentQuote, AgentView, Deaf, Own, Shout, Side
from airshed.lab.agents.zero import ZeroIntelligence

Floats = NDArray[np.float64]

#: Prices at which the expected gain is looked at, between the bounds, beside those that were shouted and a tick around
#: them, where a belief may have its corners.
LOOKS = 128


class GjerstadDickhaut(Deaf):
    """Quotes the price with the greatest expected gain; before anything is shouted, at random without loss.

    Its memory is the tape: all that led to the last eight trades. In the authors' market whoever expects most speaks
    first; here turns are drawn.
    """

    def __init__(self) -> None:
        self._before = ZeroIntelligence()

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """The better of what it expects from buying and from selling."""
        if not view.tape:
            return self._before.quote(view, own, rng)
        heard = HeardTape.of(view.tape)
        best: tuple[float, AgentQuote] | None = None
        for side, offer in (("buy", own.buy), ("sell", own.sell)):
            if offer is None:
                continue
            found = _best("buy" if side == "buy" else "sell", offer, view, heard)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
        return best[1] if best is not None else None


class HeardTape(NamedTuple):
    """A tape as arrays of one length: prices that everybody saw, whether it was a bid, whether somebody took it.

    `knots` are the prices, each once.
    """

    knots: Floats
    said: Floats
    bids: NDArray[np.bool_]
    taken: NDArray[np.bool_]

    @classmethod
    def of(cls, tape: Sequence[Shout]) -> HeardTape:
        """The price of a shout is what it traded at, else its limit."""
        said = np.array([shout.limit if shout.price is None else shout.price for shout in tape], dtype=np.float64)
        return cls(
            np.unique(said),
            said,
            np.array([shout.side == "buy" for shout in tape], dtype=np.bool_),
            np.array([shout.price is not None for shout in tape], dtype=np.bool_),
        )


def _best(side: Side, offer: AgentOffer, view: AgentView, heard: HeardTape) -> tuple[float, AgentQuote] | None:
    """The expected gain a tonne and the quote that has it; None if no price has one."""
    low, high = view.low, view.high
    if side == "buy":
        high = min(high, offer.price // view.tick * view.tick)
    else:
        low = max(low, -(-offer.price // view.tick) * view.tick)
    if low > high:
        return None
    around = [price for price in (view.best_bid, view.best_ask) if price is not None]
    corners = np.concatenate((heard.knots, np.array(around, dtype=np.float64)))
    near = np.concatenate((corners - view.tick, corners, corners + view.tick))
    looked = np.concatenate((np.linspace(low, high, LOOKS), near[(near >= low) & (near <= high)]))
    prices = np.unique(looked // view.tick * view.tick)
    gain = np.abs(offer.price - prices) * chances(side, prices, view, heard)
    place = int(gain.argmax())
    if gain[place] <= 0:
        return None
    return float(gain[place]), AgentQuote(side, int(prices[place]), offer.count)


def chances(side: Side, prices: Floats, view: AgentView, heard: HeardTape) -> Floats:
    """The believed chance that a quote at each price is taken; shape of `prices`, fen per tonne."""
    knots = heard.knots
    believed = beliefs(side, knots, heard)
    ends = (1.0, 0.0) if side == "sell" else (0.0, 1.0)
    xs = np.concatenate(([min(view.low - view.tick, knots[0] - 1)], knots, [max(view.high + view.tick, knots[-1] + 1)]))
    ys = np.concatenate(([ends[0]], believed, [ends[1]]))
    if side == "sell" and view.best_bid is not None:
        ys = np.where(xs <= view.best_bid, 1.0, ys)
    if side == "buy" and view.best_ask is not None:
        ys = np.where(xs >= view.best_ask, 1.0, ys)
    place = np.clip(np.searchsorted(xs, prices, side="right") - 1, 0, len(xs) - 2)
    part = (prices - xs[place]) / (xs[place + 1] - xs[place])
    smooth = part * part * (3 - 2 * part)
    chance: Floats = ys[place] + (ys[place + 1] - ys[place]) * smooth
    if side == "sell":
        if view.best_ask is not None:
            chance = np.where(prices >= view.best_ask, 0.0, chance)
        return np.where(prices <= view.best_bid, 1.0, chance) if view.best_bid is not None else chance
    if view.best_bid is not None:
        chance = np.where(prices <= view.best_bid, 0.0, chance)
    return np.where(prices >= view.best_ask, 1.0, chance) if view.best_ask is not None else chance


def beliefs(side: Side, prices: Floats, heard: HeardTape) -> Floats:
    """The fractions themselves at each price.

    >>> heard = HeardTape.of([Shout("sell", 60), Shout("sell", 50, 50), Shout("buy", 40)])
    >>> beliefs("sell", np.array([40.0, 50.0, 60.0]), heard).tolist()
    [1.0, 1.0, 0.0]
    """
    same = heard.bids if side == "buy" else ~heard.bids
    taken = np.sort(heard.said[same & heard.taken])
    against = np.sort(heard.said[~same])
    refused = np.sort(heard.said[same & ~heard.taken])
    if side == "sell":
        good = (len(taken) - np.searchsorted(taken, prices)) + (len(against) - np.searchsorted(against, prices))
        bad = np.searchsorted(refused, prices, side="right")
    else:
        good = np.searchsorted(taken, prices, side="right") + np.searchsorted(against, prices, side="right")
        bad = len(refused) - np.searchsorted(refused, prices)
    fractions: Floats = good / np.maximum(good + bad, 1)
    return fractions
