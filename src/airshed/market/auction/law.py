"""The rules of one auction as data: what is offered, who may take how much, how ties break, where the rest goes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from airshed.market.auction.sealed import Rule
from airshed.model.refusal import Malformed
from airshed.rulebook.kinds import Count, ExcessRule, Share, TieRule, TrimStep, UndersubscribedRule
from airshed.rulebook.section import Section

#: What a price is for, and how many allowances of one kilogram that is.
PER: dict[Literal["tonne", "allowance"], int] = {"tonne": 1_000, "allowance": 1}

#: UK SI 2021/484 reg. 6(8): a quarter to each of the next four.
NEXT_AUCTIONS = 4
#: Fen, as an account can hold them.
Fen = Annotated[int, Meta(ge=0, le=10_000_000_000)]
#: A step of price, more than nothing.
Tick = Annotated[int, Meta(ge=1, le=10_000_000_000)]
#: Allowances, possibly none.
Some = Annotated[int, Meta(ge=0, le=1_000_000_000_000)]
#: A time of day to the minute, of Beijing where it names no other distance from UTC.
Minute = Annotated[
    str,
    Meta(pattern=r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d([+-]([01]\d):[0-5]\d)?\Z", examples=["2028-03-15T15:00"]),
]
#: More than any seed that people write.
Seed = Annotated[int, Meta(ge=0, le=10**18)]
SeriesName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.]{1,8}-[A-Z]{2,4}-\d{4}\Z", examples=["SO2-KM-2028"])]


class Terms(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How this auction is held."""

    #: Its name.
    id: str
    #: All winners pay one price, or each its own bid.
    price_rule: Rule
    #: Prices are fen per tonne of 1,000 allowances, or per allowance.
    price_per: Literal["tonne", "allowance"]
    #: Allowances are bid for, offered and sold in whole lots of so many.
    lot: Count
    #: Step of a price, in fen.
    tick_fen: Tick
    #: The price when demand at the reserve price is below the volume: the lowest accepted bid, the reserve price
    #: itself, or the sale of that series is cancelled.
    undersubscribed: UndersubscribedRule
    #: How equal bids at the clearing price share what is left.
    tie: TieRule
    #: Orders equal bids; published before the bids are opened.
    seed: Seed
    #: When bids are taken; both minutes belong to the window.
    opens: Minute | None = None
    #: When the window is over.
    closes: Minute | None = None


class Reserve(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Allowances that come in above a trigger price, or stay out under one."""

    #: Allowances at most.
    count: Count
    #: The price that triggers it, in fen.
    trigger_fen: Fen


class Unsold(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What happens to what nobody bought."""

    #: A quarter to each of the next four auctions; back on sale after two auctions above the reserve price; or to
    #: the government reserve.
    method: Literal["next-auctions", "after-two-above", "reserve"]
    #: Volumes first proposed for the next auctions, the nearest first.
    first: tuple[Count, ...] | None = None
    #: Their volumes now; as first proposed if left out.
    volumes: tuple[Some, ...] | None = None
    #: `next-auctions`: no auction above this share of its first volume. `after-two-above`: what comes back at once.
    ceiling_basis_points: Annotated[int, Meta(ge=0, le=100_000)] = 12_500
    #: `after-two-above`: what waited before this auction.
    waiting: Some = 0
    #: `after-two-above`: auctions in a row, before this one, that ended above the reserve price.
    above_in_a_row: Annotated[int, Meta(ge=0, le=1_000)] = 0


class Offer(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One series on offer."""

    #: What is sold.
    series: SeriesName
    #: Of the current year or earlier, or of a year to come.
    delivery: Literal["spot", "advance"]
    #: Allowances that the seller offers, consigned ones and reserves not counted.
    count: Some
    #: No bid under this price is accepted, in fen.
    reserve_fen: Fen | None = None
    #: Released when demand above the trigger price exceeds what is on offer.
    cost_containment: Reserve | None = None
    #: Withheld when the price would fall under the trigger price.
    emissions_containment: Reserve | None = None
    #: What happens to the rest.
    unsold: Unsold | None = None


class Consignment(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Holders who sell through the auction."""

    #: Before the seller's own, proceeds pro rata; or after them, the lowest minimum price to the highest bid left.
    sold: Literal["first", "last"]


class Limits(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How much one corporate group may take."""

    #: Share of a series on offer that one group may buy; no such limit if left out.
    purchase_basis_points: Share | None = None
    #: Whether a bid over a limit is trimmed or refused.
    over: ExcessRule


class Guarantee(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Cash that bids must be covered by, over all bids of a bidder in all series."""

    #: Share of the highest value of the bids that must be there.
    basis_points: Annotated[int, Meta(ge=1, le=10_000)]
    #: Whether lots beyond the guarantee are taken out and tried again at lower prices, or the bid is refused.
    short: ExcessRule


class Trimming(Section, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """In which order the bid book is trimmed before it is cleared."""

    #: Each at most once.
    order: tuple[TrimStep, ...]


class AuctionLaw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that is fixed before anybody bids."""

    auction: Terms
    #: Cleared in this order; a guarantee and a holding limit serve the first one first.
    offer: tuple[Offer, ...]
    consignment: Consignment | None = None
    limits: Limits | None = None
    guarantee: Guarantee | None = None
    trimming: Trimming | None = None

    @property
    def timed(self) -> bool:
        """Whether it matters when a bid came."""
        return self.auction.opens is not None or self.auction.tie == "time"

    @property
    def per(self) -> int:
        """Allowances that a price is for."""
        return PER[self.auction.price_per]


def examine_law(law: AuctionLaw) -> None:
    """Malformed, with the table, where the rules contradict themselves."""
    terms = law.auction
    if not law.offer:
        raise Malformed("[[offer]]", "nothing is on offer", "write at least one [[offer]]")
    if (terms.opens is None) != (terms.closes is None):
        raise Malformed("[auction]", "the window has one end only", "write both opens and closes")
    if terms.opens is not None and terms.closes is not None and terms.opens >= terms.closes:
        raise Malformed("[auction]", f"it closes at {terms.closes}, not after {terms.opens}", "close it later")
    order = law.trimming.order if law.trimming else ()
    if len(set(order)) < len(order):
        raise Malformed("[trimming] order", "a step stands twice", "name each step at most once")
    for step, section, there in (
        ("purchase", "limits", law.limits),
        ("holding", "limits", law.limits),
        ("guarantee", "guarantee", law.guarantee),
    ):
        if step in order and there is None:
            raise Malformed("[trimming] order", f"{step!r} has no rule", f"write [{section}] or leave the step out")
    for wanted, steps, section in (
        (law.limits is not None and law.limits.over == "trim", ("purchase", "holding"), "limits"),
        (law.guarantee is not None and law.guarantee.short == "trim", ("guarantee",), "guarantee"),
    ):
        for each in steps:
            if wanted and each not in order:
                raise Malformed("[trimming] order", f"{each!r} is missing", f"add it, for [{section}] trims")
    if law.consignment is not None and law.consignment.sold == "last" and terms.price_rule == "uniform":
        raise Malformed(
            "[consignment] sold", "minimum prices of holders need bids that pay themselves", "use pay-as-bid, or first"
        )
    names: set[str] = set()
    for offer in law.offer:
        place = f"[[offer]] {offer.series}"
        if offer.series in names:
            raise Malformed(place, "the series stands twice", "offer it once")
        names.add(offer.series)
        _examine_offer(law, offer, place)


def _examine_offer(law: AuctionLaw, offer: Offer, place: str) -> None:
    terms = law.auction
    counts = {"count": offer.count}
    prices = {"reserve_fen": offer.reserve_fen}
    low = 0 if offer.reserve_fen is None else offer.reserve_fen
    for name in ("emissions_containment", "cost_containment"):
        reserve: Reserve | None = getattr(offer, name)
        if reserve is None:
            continue
        counts[f"{name} count"] = reserve.count
        prices[f"{name} trigger_fen"] = reserve.trigger_fen
        if reserve.trigger_fen <= low:
            raise Malformed(
                f"{place} {name}",
                f"its trigger of {reserve.trigger_fen} fen is not above {low}",
                "the order is reserve price, emissions containment, cost containment",
            )
        low = reserve.trigger_fen
    for what, count in counts.items():
        if count % terms.lot:
            raise Malformed(f"{place} {what}", f"{count} is not a multiple of the lot, {terms.lot}", "use whole lots")
    for what, price in prices.items():
        if price is not None and price % terms.tick_fen:
            raise Malformed(
                f"{place} {what}", f"{price} is not a multiple of the tick, {terms.tick_fen}", "use whole ticks"
            )
    if terms.undersubscribed == "reserve" and offer.reserve_fen is None:
        raise Malformed(place, "an undersubscribed sale is at the reserve price and there is none", "add reserve_fen")
    containment = offer.emissions_containment
    if containment is not None and containment.count > offer.count:
        raise Malformed(
            f"{place} emissions_containment", f"{containment.count} is more than the {offer.count} on offer", "lower it"
        )
    if offer.unsold is not None:
        _examine_unsold(offer.unsold, place)


def _examine_unsold(unsold: Unsold, place: str) -> None:
    wanted = {"next-auctions": NEXT_AUCTIONS, "after-two-above": 1, "reserve": 0}[unsold.method]
    for name, volumes in (("first", unsold.first or ()), ("volumes", unsold.volumes)):
        if volumes is not None and len(volumes) != wanted:
            raise Malformed(f"{place} unsold {name}", f"{len(volumes)} volumes", f"{unsold.method} needs {wanted}")
