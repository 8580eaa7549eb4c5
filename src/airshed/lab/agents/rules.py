"""Agents with rules of thumb: a compliance officer, one who hoards, one who tries to move the price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from airshed.lab.agents.nouns import AgentQuote, AgentView, Deaf, Own

#: What a compliance officer hopes to gain at first, as a part of what allowances are worth, and how often it looks at
#: the market then; at the end of a session it hopes for nothing and always looks.
HOPE, LOOKS = 0.3, 0.3
#: Prices that a hoarder asks, as a part of the last one, and at which it buys.
HOARD_ASKS, HOARD_BUYS = 2.0, 1.0
#: How far a manipulator bids above the last price, and the part of a session in which it does.
PUSH, PUSHES_UNTIL = 0.10, 0.5


@dataclass(slots=True)
class Officer(Deaf):
    """Covers its need first and sells what is spare, with less and less patience as the deadline comes near.

    It takes the best price standing when that is good enough, and quotes its own otherwise.
    """

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """Buy what is worth more than the last price, sell what is worth less; before there is one, try either."""
        if rng.random() > LOOKS + (1 - LOOKS) * view.progress:
            return None
        hope = HOPE * (1 - view.progress)
        if own.buy is not None:
            top = view.on_tick(own.buy.price * (1 - hope), "buy")
            if view.best_ask is not None and view.best_ask <= top:
                return AgentQuote("buy", view.best_ask, own.buy.count)
        if own.sell is not None:
            least = view.on_tick(own.sell.price * (1 + hope), "sell")
            if view.best_bid is not None and view.best_bid >= least >= own.sell.price:
                return AgentQuote("sell", view.best_bid, own.sell.count)
        hopeful = own.buy is not None and (own.buy.price >= view.last if view.last is not None else rng.random() < 0.5)
        if own.buy is not None and (own.sell is None or hopeful):
            limit = view.on_tick(own.buy.price * (1 - hope), "buy")
            return AgentQuote("buy", limit, own.buy.count) if limit <= own.buy.price else None
        if own.sell is not None:
            limit = view.on_tick(own.sell.price * (1 + hope), "sell")
            return AgentQuote("sell", limit, own.sell.count) if limit >= own.sell.price else None
        return None


@dataclass(slots=True)
class Hoarder(Deaf):
    """Keeps what it has: buys what its own use is worth, and sells only far above the market."""

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """Buy at the market; ask twice the last price, and nothing where no order may name so much."""
        if own.buy is not None and (own.sell is None or rng.random() < 0.5):
            limit = view.on_tick(own.buy.price * HOARD_BUYS, "buy")
            return AgentQuote("buy", limit, own.buy.count) if limit <= own.buy.price else None
        if own.sell is None:
            return None
        around = max(own.sell.price, view.last if view.last is not None else (view.low + view.high) // 2)
        asked = around * HOARD_ASKS
        return AgentQuote("sell", view.on_tick(asked, "sell"), own.sell.count) if asked <= view.high else None


class Manipulator(Deaf):
    """Bids what it does not want, above the last price, to be heard; then sells into the belief it made.

    Each such bid stands for one turn: whoever sells into it is its loss, for it may have to pay more than its own use
    is worth. That is what the rules on cancelling, and surveillance, are for.
    """

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """Push the price early in a session, take profit late."""
        last = view.last if view.last is not None else view.best_bid
        if view.progress < PUSHES_UNTIL and own.buy is not None and last is not None:
            pushed = view.on_tick(last * (1 + PUSH), "buy")
            if view.best_ask is None or pushed < view.best_ask:
                return AgentQuote("buy", pushed, view.lot)
        if own.sell is not None and view.best_bid is not None and view.best_bid >= own.sell.price:
            return AgentQuote("sell", view.best_bid, own.sell.count)
        if own.sell is None or view.progress < PUSHES_UNTIL:
            return None
        around = max(own.sell.price, last or 0)
        return AgentQuote("sell", view.on_tick(around, "sell"), own.sell.count)
