"""Auctions by sealed bids, the government's and holders'."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from airshed.engine.events import Containment
from airshed.model.allowance import Series
from airshed.registry import accounts
from airshed.rulebook.trading_sections import AuctionRule


@dataclass(frozen=True, slots=True)
class AuctionBid:
    """A sealed bid; `number` is its place in the auction."""

    number: int
    account: str
    count: int
    limit: int
    held: int


@dataclass(frozen=True, slots=True)
class Lot:
    """What a holder sells through an auction; `minimum` is the least it takes, 0 for any price."""

    account: str
    count: int
    minimum: int


@dataclass(slots=True)
class Auction:
    """An auction of one series: its terms, its sealed bids, the lots of holders, and how it ended.

    `count` is the government's own on offer, `to_holders` the fen of the payments that holders got.
    """

    id: str
    event: str
    series: str
    delivery: Literal["spot", "advance"]
    seller: str
    count: int
    reserve: int
    cost_containment: Containment | None
    emissions_containment: Containment | None
    terms: AuctionRule
    open: bool = True
    bids: list[AuctionBid] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    price: int | None = None
    sold: int = 0
    released: int = 0
    withheld: int = 0
    to_holders: int = 0
    #: The pledge that is sold, or 0.
    pledge: int = 0
    buyer_fee_basis_points: int = 0
    seller_fee_basis_points: int = 0
    #: Of the seed that orders equal bids.
    seal: str = ""

    @property
    def of_holder(self) -> bool:
        """Whether a holder sells, and not a jurisdiction."""
        return self.seller != accounts.auction(Series.parse(self.series).jurisdiction)

    @property
    def consigned(self) -> int:
        """Allowances that holders sell."""
        return sum(lot.count for lot in self.lots)

    @property
    def most(self) -> int:
        """Allowances that can be sold at most."""
        return self.count + self.consigned + (self.cost_containment.count if self.cost_containment else 0)
