"""Sealed bids of an auction or a call."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.engine.commands import Venue
from airshed.rulebook.kinds import SealingWay


@dataclass(frozen=True, slots=True)
class SealedBid:
    """A bid that nobody can read yet, with what it has set aside: money, or allowances of a series."""

    number: int
    actor: str
    account: str
    digest: str
    box: str
    guarantee_fen: int
    series: str
    count: int


@dataclass(slots=True)
class Sealing:
    """What an auction or a call takes sealed. `bids` are those that wait; `became` says what became of the others."""

    venue: Venue
    name: str
    way: SealingWay
    opening_minutes: int
    withdrawal: bool
    forfeit_basis_points: int
    key: str = ""
    #: The instant until which bids may be opened; None before the close.
    until: int | None = None
    over: bool = False
    bids: dict[int, SealedBid] = field(default_factory=dict)
    became: dict[int, tuple[SealedBid, str]] = field(default_factory=dict)
    #: Digests and boxes that were given, with the number that gave them first.
    seen: dict[str, int] = field(default_factory=dict)
    #: The number of the sealed one by the place of the open one.
    opened: dict[int, int] = field(default_factory=dict)

    @property
    def terms(self) -> tuple[SealingWay, int, bool, int]:
        """On what terms bids are sealed."""
        return self.way, self.opening_minutes, self.withdrawal, self.forfeit_basis_points
