"""Orders that are alike but for price, and what may go where: the shape of a call before any number is sought."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from hashlib import sha256
from typing import NamedTuple, TypeVar

from airshed.market.zonecall.nouns import Bound, CallAir, CallOffer, CallRules, CoverBid, CoverKey, LotKey
from airshed.model.measures import KG_PER_T

Order = TypeVar("Order", CallOffer, CoverBid)
Key = TypeVar("Key", CoverKey, LotKey)


class OfferGroup(NamedTuple):
    """The offers of one key, cheapest first, and the cover at their own place that one allowance leaves."""

    key: LotKey
    relief: Fraction
    offers: tuple[CallOffer, ...]


class Cover(NamedTuple):
    """The bids of one key, dearest first."""

    key: CoverKey
    bids: tuple[CoverBid, ...]


class Link(NamedTuple):
    """Allowances of `lot` (its place in the list) may go to `cover`; each gives `ratio` kilograms of cover there."""

    lot: int
    cover: int
    ratio: Fraction


class Shape(NamedTuple):
    """A call: its groups in the order of their keys, its links, its bounds."""

    lots: tuple[OfferGroup, ...]
    covers: tuple[Cover, ...]
    links: tuple[Link, ...]
    bounds: tuple[Bound, ...]

    def load(self, link: Link, bound: Bound) -> Fraction:
        """What a tonne of allowances that go along a link adds at a bound."""
        lot, cover = self.lots[link.lot], self.covers[link.cover]
        there, here = bound.per_t.get(cover.key.place), bound.per_t.get(lot.key.place)
        return (there or Fraction(0)) * link.ratio - (here or Fraction(0)) * lot.relief


def shape(offers: Iterable[CallOffer], bids: Iterable[CoverBid], air: CallAir, rules: CallRules) -> Shape:
    """Group the orders. Neither their order in the call nor their count has an influence on the shape."""
    lots = tuple(
        OfferGroup(key, air.ratio(key.issued, key.place) or Fraction(0), own)
        for key, own in _grouped(offers, rules.seed, lambda offer: lot_key(offer, rules), 1)
    )
    covers = tuple(Cover(key, own) for key, own in _grouped(bids, rules.seed, lambda bid: cover_key(bid, rules), -1))
    return relinked(Shape(lots, covers, (), bounds(air, rules)), air, rules)


def relinked(call: Shape, air: CallAir, rules: CallRules) -> Shape:
    """The same groups with the links that these rules admit: walls and seed are those that the groups were made by."""
    links = tuple(
        Link(number, there, ratio)
        for number, lot in enumerate(call.lots)
        for there, cover in enumerate(call.covers)
        if (ratio := admitted(lot.key, cover.key, air, rules)) is not None
    )
    return call._replace(links=links)


def lot_key(offer: CallOffer, rules: CallRules) -> LotKey:
    """The group of an offer."""
    return LotKey(offer.series.jurisdiction, offer.series.vintage, offer.place, rules.wall(offer.sector))


def cover_key(bid: CoverBid, rules: CallRules) -> CoverKey:
    """The group of a bid."""
    return CoverKey(bid.place, bid.year, rules.wall(bid.sector))


def admitted(lot: LotKey, cover: CoverKey, air: CallAir, rules: CallRules) -> Fraction | None:
    """Kilograms of cover that an allowance of `lot` gives to `cover`, or None where it may not go.

    It may not go over the wall (General Office 2014 no. 38), out of the city where the call is a city's, into a
    year that its vintage does not cover, nor where the ratios have no entry.
    """
    if lot.wall != cover.wall or (rules.trade == "city" and lot.place != cover.place):
        return None
    if not cover.year - rules.vintages_back <= lot.vintage <= cover.year:
        return None
    return air.ratio(lot.issued, cover.place)


def could_fill(lot: LotKey, least: int, cover: CoverKey, most: int, air: CallAir, rules: CallRules) -> bool:
    """Whether an answer could fill a bid of `cover`, up to `most`, from an offer of `lot`, at `least` or more.

    Where the limits leave a gain, and also where they do not, if what goes that way takes load from a bound: a scarce
    bound pays the difference, for somebody else's load takes the room.
    """
    ratio = admitted(lot, cover, air, rules)
    if ratio is None:
        return False
    return least <= most * ratio or relieves(lot, cover, ratio, air, rules)


def relieves(lot: LotKey, cover: CoverKey, ratio: Fraction, air: CallAir, rules: CallRules) -> bool:
    """Whether allowances of `lot` that go to `cover` take load from any bound."""
    if lot.place == cover.place:
        return False
    relief = air.ratio(lot.issued, lot.place) or Fraction(0)
    return any(
        bound.per_t.get(cover.place, Fraction(0)) * ratio < bound.per_t.get(lot.place, Fraction(0)) * relief
        for bound in bounds(air, rules)
    )


def bounds(air: CallAir, rules: CallRules) -> tuple[Bound, ...]:
    """The limits of the receptors, then those of the areas, whose load is their own kilograms."""
    of_receptors = [
        Bound(
            f"receptor {each.receptor}",
            {place: load for (receptor, place), load in air.loads.items() if receptor == each.receptor},
            each.allowed,
        )
        for each in air.receptors
    ]
    of_areas = [
        Bound(f"area {each.jurisdiction}", {each.jurisdiction: Fraction(KG_PER_T)}, Fraction(each.allowed))
        for each in rules.areas
        if each.allowed is not None
    ]
    return (*of_receptors, *of_areas)


def rank(order: CallOffer | CoverBid, seed: int) -> bytes:
    """The place of an order among equal ones: SHA-256 of the seed and its name, so that no line number decides."""
    return sha256(f"{seed}:{order.order}".encode()).digest()


def _grouped(
    orders: Iterable[Order], seed: int, key: Callable[[Order], Key], sign: int
) -> Sequence[tuple[Key, tuple[Order, ...]]]:
    groups: dict[Key, list[Order]] = {}
    for order in orders:
        groups.setdefault(key(order), []).append(order)
    return [
        (name, tuple(sorted(groups[name], key=lambda order: (sign * order.limit, rank(order, seed)))))
        for name in sorted(groups)
    ]
