"""The nouns of the zone-wide call: orders, what the air allows, the rules, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple

import msgspec

from airshed.model.allowance import Series

Trade = Literal["zone", "city", "city_first"]
Standard = Literal["met", "failed"]
Why = Literal["infeasible", "timeout", "solver", "unfunded", "unproven"]

#: What the zone's account puts in at most to even out the rounding to whole allowances: 10,000 yuan. Prices are
#: per tonne, allowances kilograms: a few kilograms that do not fit under a limit cost the price of a few kilograms.
FUND_FEN = 1_000_000
#: Seconds a call may take. A call of 30,000 orders takes one or two.
SECONDS = 60.0

Whole = Annotated[int, msgspec.Meta(ge=0)]


class CallOffer(msgspec.Struct, frozen=True):
    """Allowances of `series` for sale at `limit` fen per tonne or more.

    `place` is where the seller's source stands: there the load falls when the allowances go away.
    """

    order: str
    account: str
    sector: str
    series: Series
    place: str
    count: int
    limit: int


class CoverBid(msgspec.Struct, frozen=True):
    """Cover wanted at `place` for the emission of `year`: `count` kilograms at `limit` fen per tonne or less."""

    order: str
    account: str
    sector: str
    pollutant: str
    place: str
    year: int
    count: int
    limit: int


class Receptor(msgspec.Struct, frozen=True):
    """A place where the air is measured. The call may add `limit` to its load, below zero: must take away.

    Where the standard is failed the limit is never above zero: nothing may add load there.
    """

    receptor: str
    limit: Fraction
    standard: Standard = "met"

    @property
    def allowed(self) -> Fraction:
        """The load that may be added at most, in the measure of the matrix times tonnes."""
        return min(self.limit, Fraction(0)) if self.standard == "failed" else self.limit


class Area(msgspec.Struct, frozen=True):
    """What the rules say of a jurisdiction as a whole: whether its air meets the standard, and the most it imports."""

    jurisdiction: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{2,4}$", examples=["KM"])]
    #: Where it is failed, no more cover is bought than allowances leave.
    standard: Standard = "met"
    #: Kilograms of cover that may come in, net of what leaves; no key, no limit.
    most_in: Whole | None = None

    @property
    def allowed(self) -> int | None:
        """Kilograms of net import, or None where there is no limit."""
        return 0 if self.standard == "failed" else self.most_in


class CallAir(msgspec.Struct, frozen=True):
    """What the air allows: receptors, the load at each of a tonne from each place, and ratios.

    `loads[receptor, place]` is the load that one tonne emitted at the place adds at the receptor. `ratios[z, y]`
    is the cover that an allowance issued in z gives in y, None where it gives none; no ratios at all: one for one.
    An allowance is worth one at home, whatever `ratios` says.
    """

    receptors: tuple[Receptor, ...] = ()
    loads: Mapping[tuple[str, str], Fraction] = {}
    ratios: Mapping[tuple[str, str], Fraction | None] | None = None

    def ratio(self, issued: str, place: str) -> Fraction | None:
        """Kilograms of cover at `place` that an allowance issued in `issued` gives; None: it may not go there."""
        if issued == place or self.ratios is None:
            return Fraction(1)
        return self.ratios.get((issued, place))


class CallRules(msgspec.Struct, frozen=True):
    """What the rulebook says of a call. Each key has its article in `cite`."""

    #: zone: everybody with everybody; city: inside a jurisdiction only; city_first: the city, then the zone.
    trade: Trade = "zone"
    #: Sectors that trade among themselves only (State Council General Office 2014 no. 38: power plants).
    walls: tuple[str, ...] = ("power",)
    #: Sectors that there are; an order of any other is malformed, so that a slip of the pen does not pass the wall.
    sectors: tuple[str, ...] = ("cement", "steel", "power")
    #: Vintages before the year that cover its emission.
    vintages_back: Annotated[int, msgspec.Meta(ge=0, le=20)] = 1
    #: Orders are multiples of it; what is settled is whole allowances.
    lot: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    #: Orders equal bids; to be drawn or published before the orders are opened.
    seed: Whole = 0
    #: The most that the zone's account puts in, in fen.
    fund_fen: Whole = FUND_FEN
    cite: str = "General Office of the State Council 2014 no. 38; demonstration measures (assumed)"
    #: In a file they are tables of their own, `[[areas]]`.
    areas: tuple[Area, ...] = ()

    def wall(self, sector: str) -> str:
        """The side of the wall on which a sector trades: its own name, or `open`."""
        return sector if sector in self.walls else OPEN


#: The side of the wall where all sectors are that have none to themselves.
OPEN = "open"


class CoverKey(NamedTuple):
    """Bids that are alike but for price: cover at a place, for a year, on a side of the wall."""

    place: str
    year: int
    wall: str


class LotKey(NamedTuple):
    """Offers that are alike but for price: a series, where its holders stand, on a side of the wall."""

    issued: str
    vintage: int
    place: str
    wall: str


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """`count` whole allowances go from an offer to a bid."""

    offer: str
    bid: str
    count: int


class OfferFill(msgspec.Struct, frozen=True):
    """What an offer sells: allowances, fen per tonne, fen."""

    offer: CallOffer
    count: int
    price: int
    received_fen: int


class BidFill(msgspec.Struct, frozen=True):
    """What a bid gets: allowances, the exact cover they give in kilograms, fen per tonne of cover, fen."""

    bid: CoverBid
    count: int
    cover: Fraction
    price: int
    paid_fen: int


class Bound(msgspec.Struct, frozen=True):
    """A limit of the air or of an area: the load of a tonne at each place, and what may be added at most."""

    name: str
    per_t: Mapping[str, Fraction]
    most: Fraction


class ZoneCleared(msgspec.Struct, frozen=True):
    """A call that cleared. Money: what the buyers pay is what the sellers and the zone's account receive."""

    pollutant: str
    rules: CallRules
    air: CallAir
    offers: tuple[CallOffer, ...]
    bids: tuple[CoverBid, ...]
    bounds: tuple[Bound, ...]
    #: Duals: of cover in its own book, in fen per tonne, and of each bound, in fen per load.
    cover_duals: Mapping[CoverKey, Fraction]
    bound_duals: tuple[Fraction, ...]
    sold: tuple[OfferFill, ...]
    bought: tuple[BidFill, ...]
    deliveries: tuple[Delivery, ...]
    #: What the call adds at each bound.
    loads: tuple[Fraction, ...]
    #: What the zone's account receives; below zero: what it puts in.
    zone_fen: int
    #: Worth to the buyers less worth to the sellers, in fen, by their limits; and what no allocation can exceed.
    gain: Fraction
    bound: Fraction
    #: "" or the reason why the books of the cities cleared by themselves.
    note: str = ""

    @property
    def gap(self) -> Fraction:
        """How much more any allocation could gain at most, in fen."""
        return self.bound - self.gain


class NotCleared(msgspec.Struct, frozen=True):
    """A call in which nothing happens: the reason, and the thing with its cure."""

    why: Why
    detail: str
