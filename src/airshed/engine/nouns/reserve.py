"""The government reserve: what new entrants apply for, reverse auctions, what is fed in and drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.rulebook.primary_sections import ReverseAuctionRule


@dataclass(slots=True)
class Circulation:
    """The number in circulation after a year, and by jurisdiction what its next auctions are to hold back or release.

    `adjusted` is what they did.
    """

    circulation: int
    held: int
    released: int
    vintage: int | None
    parts: dict[str, int]
    adjusted: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Application:
    """An application for the new-entrant reserve; `held` fen are set aside while it waits."""

    id: int
    source: str
    account: str
    series: str
    kind: str
    capacity: int
    wanted: int
    price: int
    held: int
    #: "waiting", "dropped" or "granted".
    state: str = "waiting"
    granted: int = 0
    fen: int = 0


@dataclass(frozen=True, slots=True)
class ReverseAsk:
    """A sealed ask; `number` is its place in the reverse auction."""

    number: int
    account: str
    count: int
    price: int


@dataclass(slots=True)
class Repurchase:
    """A reverse auction, its sealed asks, and its budget, which is set aside while it is open."""

    id: str
    series: str
    count: int
    budget_fen: int
    ceiling: int
    terms: ReverseAuctionRule
    open: bool = True
    asks: list[ReverseAsk] = field(default_factory=list)
    price: int | None = None
    bought: int = 0
    paid_fen: int = 0
