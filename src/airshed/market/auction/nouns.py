"""What comes into an auction and what comes out of it."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from airshed.model.refusal import Refusal
from airshed.rulebook.kinds import TrimStep


class SealedBid(msgspec.Struct, frozen=True, kw_only=True):
    """A wish to buy `count` allowances of a series at `price` fen or less. A bidder may make several."""

    bidder: str
    series: str
    #: Fen per tonne or per allowance, as the rules say.
    price: int
    count: int
    #: Millisecond at which it came; None where the rules have no window.
    at: int | None = None
    #: A bidder's own mark of the bid: the same key again is not a second bid.
    key: str = ""


class Bidder(msgspec.Struct, frozen=True, kw_only=True):
    """Who may bid, for whom, and what backs it."""

    bidder: str
    #: The corporate group; without one, the group that has the bidder's own name.
    group: str = ""
    #: Cash that backs all bids together, in fen; None when there is none.
    guarantee_fen: int | None = None
    #: Allowances that this bidder holds already and that count against the holding limit.
    held: int = 0
    #: Most that the group may hold, what it holds already included; None for no limit.
    holding_limit: int | None = None
    #: Most that the group may buy of one series, instead of the share in the rules; None for that share.
    purchase_limit: int | None = None


class Consigned(msgspec.Struct, frozen=True, kw_only=True):
    """Allowances that a holder sells through the auction."""

    holder: str
    series: str
    count: int
    #: Sold at this price or more only, in fen; None for any price.
    minimum_fen: int | None = None


class Lots(NamedTuple):
    """A line of the bid book: whole lots of one bidder at one price. Sorted, the first line is served first."""

    #: The price below zero, so that the dearest sorts first.
    rank: int
    #: 1 for lots that came down from a higher price: they are new bids, behind those that were made at this price.
    moved: int
    at: int
    bidder: str
    key: str
    #: Allowances.
    wanted: int

    @property
    def price(self) -> int:
        """Fen."""
        return -self.rank


class RefusedBid(msgspec.Struct, frozen=True):
    """A bid that does not enter the book."""

    #: Its place among the bids as they were given, from 0.
    place: int
    bidder: str
    refusal: Refusal


class Trim(msgspec.Struct, frozen=True):
    """What a step of the trimming changed for a bidder at a price."""

    step: TrimStep
    bidder: str
    price: int
    #: Allowances taken out.
    removed: int
    #: Allowances that came down to this price as new bids.
    added: int


class Won(msgspec.Struct, frozen=True):
    """What a bidder gets of a series over all its bids, and what it pays for that."""

    bidder: str
    group: str
    count: int
    payment_fen: int


class Proceeds(msgspec.Struct, frozen=True):
    """What a holder sold through the auction, what it gets back, and its part of the payments."""

    holder: str
    sold: int
    returned: int
    proceeds_fen: int


class SeriesOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome for one series. All counts are allowances."""

    series: str
    delivery: str
    #: The seller's own, before reserves.
    offered: int
    consigned: int
    #: Added by the cost containment reserve.
    released: int
    #: Kept back by the emissions containment reserve.
    withheld: int
    #: Bid for at or above the reserve price, after trimming.
    demand: int
    #: The price of a uniform sale, else the lowest bid that won; None when nothing is sold.
    price: int | None
    #: Demand did not reach what was on offer.
    undersubscribed: bool
    #: The sale was cancelled for that.
    cancelled: bool
    sold: int
    #: Of the seller's own; what holders get back stands in `proceeds`.
    unsold: int
    #: Payments that the seller keeps, in fen.
    seller_fen: int
    awards: tuple[Won, ...]
    proceeds: tuple[Proceeds, ...]
    trims: tuple[Trim, ...]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of an auction: for the operator, until it is published as a `notice`."""

    auction: str
    seed: int
    #: 1, and one more with every correction.
    number: int = 1
    #: Digest of the outcome that this one replaces.
    replaces: str | None = None
    #: Why it was corrected.
    reason: str | None = None
    refused: tuple[RefusedBid, ...]
    sales: tuple[SeriesOutcome, ...]
