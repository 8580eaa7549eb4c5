"""What the page of a zone-wide call rests on: prices taken apart, flows between places, limits with their loads."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import msgspec

from airshed.market.zonecall import ZoneCleared
from airshed.market.zonecall.nouns import OPEN
from airshed.model.provenance import Told
from airshed.pages.kit.words import YUAN, Phrase, same

#: A part of a price below it is left out of the chart: half a fen per tonne.
LEAST = Fraction(1, 2)


class CoverPrice(msgspec.Struct, frozen=True):
    """What a tonne of cover costs in a book in which something was bought, and what makes it up."""

    place: str
    year: int
    wall: str
    #: Fen per tonne, as buyers pay it.
    fen: int
    #: Fen per tonne of cover itself, then of the load at each limit that has a price, by its name.
    parts: tuple[tuple[str, float], ...]
    #: Kilograms of cover bought.
    cover: float
    #: Fen per tonne that sellers of the place's own series get there; None where none was sold.
    sellers_fen: int | None


class CallFlow(msgspec.Struct, frozen=True):
    """Allowances that go from sellers in one place to buyers in another."""

    origin: str
    target: str
    count: int


class AirLimit(msgspec.Struct, frozen=True):
    """A limit of the air: what was added, the most that may be, and what one more of it is worth in fen."""

    name: str
    load: float
    most: float
    fen: float

    @property
    def rent_fen(self) -> float:
        """What the load that there is costs, in fen: the limit at its price."""
        return self.most * self.fen


class RoundFacts(msgspec.Struct, frozen=True):
    """A round of a call."""

    trade: str
    prices: tuple[CoverPrice, ...]
    flows: tuple[CallFlow, ...]
    limits: tuple[AirLimit, ...]
    orders: int
    count: int
    gain_fen: float
    bound_fen: float
    gap_fen: float
    zone_fen: int
    note: str
    digest: str

    @property
    def crossing(self) -> int:
        """Allowances that cross a border between places."""
        return sum(flow.count for flow in self.flows if flow.origin != flow.target)


class CallFacts(msgspec.Struct, frozen=True):
    """A call that cleared, in one round or two."""

    pollutant: str
    rounds: tuple[RoundFacts, ...]
    #: Who says so of the matrix; empty where there is none.
    matrix: str
    #: The command that makes the page again.
    command: str
    provenance: Told | None
    names: Mapping[str, Phrase] = {}
    money: Phrase = YUAN

    def name(self, place: str) -> Phrase:
        """What a place is called; its code where nobody says."""
        return self.names.get(place, same(place))

    @property
    def count(self) -> int:
        """Allowances that change hands in all."""
        return sum(each.count for each in self.rounds)

    @property
    def gain_fen(self) -> float:
        """What all rounds gain, in fen."""
        return sum(each.gain_fen for each in self.rounds)

    @property
    def gap_fen(self) -> float:
        """The most that better allocations of the rounds could gain more, in fen."""
        return sum(each.gap_fen for each in self.rounds)

    @property
    def zone_fen(self) -> int:
        """What the zone's account receives, in fen."""
        return sum(each.zone_fen for each in self.rounds)


def round_facts(done: ZoneCleared, digest: str) -> RoundFacts:
    """What the page says of a round."""
    places = {offer.order: offer.place for offer in done.offers}
    places |= {bid.order: bid.place for bid in done.bids}
    flows: dict[tuple[str, str], int] = {}
    for each in done.deliveries:
        way = (places[each.offer], places[each.bid])
        flows[way] = flows.get(way, 0) + each.count
    return RoundFacts(
        trade=done.rules.trade,
        prices=_prices(done),
        flows=tuple(CallFlow(*way, count) for way, count in sorted(flows.items())),
        limits=tuple(
            AirLimit(bound.name, float(load), float(bound.most), float(dual))
            for bound, load, dual in zip(done.bounds, done.loads, done.bound_duals, strict=True)
        ),
        orders=len(done.offers) + len(done.bids),
        count=sum(each.count for each in done.sold),
        gain_fen=float(done.gain),
        bound_fen=float(done.bound),
        gap_fen=float(done.gap),
        zone_fen=done.zone_fen,
        note=done.note,
        digest=digest,
    )


def _prices(done: ZoneCleared) -> tuple[CoverPrice, ...]:
    bought: dict[tuple[str, int, str], tuple[int, Fraction]] = {}
    for fill in done.bought:
        key = (fill.bid.place, fill.bid.year, done.rules.wall(fill.bid.sector))
        bought[key] = (fill.price, bought.get(key, (0, Fraction(0)))[1] + fill.cover)
    sold = {
        (each.offer.series.jurisdiction, each.offer.series.vintage, done.rules.wall(each.offer.sector)): each.price
        for each in done.sold
        if each.offer.place == each.offer.series.jurisdiction
    }
    duals = {(key.place, key.year, key.wall): dual for key, dual in done.cover_duals.items()}
    found: list[CoverPrice] = []
    for key, (fen, cover) in sorted(bought.items(), key=lambda each: (each[0][2] != OPEN, *each[0])):
        parts = [("", float(duals[key]))]
        for bound, dual in zip(done.bounds, done.bound_duals, strict=True):
            part = bound.per_t.get(key[0], Fraction(0)) * dual
            if part >= LEAST:
                parts.append((bound.name, float(part)))
        found.append(CoverPrice(*key, fen, tuple(parts), float(cover), sold.get(key)))
    return tuple(found)
