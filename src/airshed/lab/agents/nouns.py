"""What an agent sees, what it knows of itself, and what it says: the one interface of all strategies.

Prices are whole fen per tonne, counts are allowances (1 allowance covers 1 kg).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

Side = Literal["buy", "sell"]


@dataclass(frozen=True, slots=True)
class AgentQuote:
    """A wish to trade: `count` allowances at `limit` or better."""

    side: Side
    limit: int
    count: int


@dataclass(slots=True)
class Shout:
    """A quote as everybody heard it. `price` is what it traded at; None while, or because, nobody took it."""

    side: Side
    limit: int
    price: int | None = None

    @property
    def taken(self) -> bool:
        """Whether somebody traded on it."""
        return self.price is not None


@dataclass(frozen=True, slots=True)
class AgentOffer:
    """The next allowances that an agent could buy or sell: `count` of them, each worth `price` to it."""

    price: int
    count: int


@dataclass(frozen=True, slots=True)
class Own:
    """What an agent knows of itself: allowances held, and what the next ones are worth.

    `buy` is None when it has no use, or no money, for more; `sell` when it has none to give.
    """

    held: int
    buy: AgentOffer | None
    sell: AgentOffer | None


@dataclass(frozen=True, slots=True)
class AgentView:
    """What everybody sees: the best prices of the books open to the agent, the tape, the law's bounds.

    `low` and `high` are the prices between which an order may lie, `progress` how much of the session is over.
    """

    best_bid: int | None
    best_ask: int | None
    last: int | None
    low: int
    high: int
    tick: int
    lot: int
    progress: float
    tape: Sequence[Shout]

    def on_tick(self, price: float, side: Side) -> int:
        """A price on the tick within the bounds, rounded so that the agent gives nothing away."""
        steps = int(price // self.tick) if side == "buy" else -int(-price // self.tick)
        return min(max(steps * self.tick, self.low), self.high)


class Strategy(Protocol):
    """How an agent trades. A strategy may keep memory, so each agent has one of its own."""

    def quote(self, view: AgentView, own: Own, rng: np.random.Generator) -> AgentQuote | None:
        """What it says when it is its turn; None for nothing. It may ask for no more than `own` offers."""
        ...

    def hear(self, shout: Shout, own: Own, rng: np.random.Generator) -> None:
        """What anybody, itself included, has said, and whether that was taken at once."""
        ...


class Deaf:
    """A strategy that learns nothing from others."""

    def hear(self, shout: Shout, own: Own, rng: np.random.Generator) -> None:
        """Nothing is learned."""
