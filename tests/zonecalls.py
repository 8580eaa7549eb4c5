"""Small zone-wide calls drawn at random, and naive references: every allocation tried, every book by itself."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hypothesis import strategies as st

from airshed.market.zonecall import Area, CallAir, CallOffer, CallRules, CoverBid, Receptor
from airshed.model.allowance import Series

PLACES = ("KM", "QJ", "YX")
YEARS = (2027, 2028)
Call = tuple[tuple[CallOffer, ...], tuple[CoverBid, ...], CallAir, CallRules]

_sectors = st.sampled_from(("steel", "steel", "power"))
_places = st.sampled_from(PLACES)
_years = st.sampled_from(YEARS)
_ratios = st.sampled_from((None, Fraction(1), Fraction(9, 10), Fraction(4, 5), Fraction(1, 2)))


@st.composite
def calls(
    draw: st.DrawFn,
    most_orders: int = 8,
    most_count: int = 300,
    ratios: bool = True,
    limits: tuple[int, ...] = (0, 1, 2, 5, 20, 100),
    receptors: int = 3,
) -> Call:
    """Orders, air and rules of a call of three places, two years and a wall."""
    counts = st.integers(1, most_count)
    offers = tuple(
        CallOffer(
            f"o{number}", f"seller-{number}", draw(_sectors), Series("SO2", issued, draw(_years)), place, count, limit
        )
        for number, (issued, moved, count, limit) in enumerate(
            draw(st.lists(st.tuples(_places, st.none() | _places, counts, st.integers(0, 90)), max_size=most_orders))
        )
        for place in [moved or issued]
    )
    bids = tuple(
        CoverBid(f"b{number}", f"buyer-{number}", draw(_sectors), "SO2", place, draw(_years), count, limit)
        for number, (place, count, limit) in enumerate(
            draw(st.lists(st.tuples(_places, counts, st.integers(0, 120)), max_size=most_orders))
        )
    )
    names = [f"r{number}" for number in range(draw(st.integers(0, receptors)))]
    found = tuple(
        Receptor(name, Fraction(draw(st.sampled_from(limits)), 1000), draw(st.sampled_from(("met", "failed"))))
        for name in names
    )
    loads = {(name, place): Fraction(draw(st.integers(0, 9)), 10) for name in names for place in PLACES}
    table = None
    if ratios and draw(st.booleans()):
        table = {(z, y): draw(_ratios) for z in PLACES for y in PLACES if z != y}
    areas = draw(
        st.sampled_from(((), (Area("KM", "failed"),), (Area("QJ", most_in=3), Area("YX", most_in=0)), (Area("KM"),)))
    )
    rules = CallRules(
        vintages_back=draw(st.integers(0, 1)), areas=areas, seed=draw(st.integers(0, 9)), walls=("power",)
    )
    return offers, bids, CallAir(found, loads, table), rules


def ratio(air: CallAir, issued: str, place: str) -> Fraction | None:
    """What an allowance issued there covers here."""
    return Fraction(1) if issued == place or air.ratios is None else air.ratios[issued, place]


def worth(offer: CallOffer, bid: CoverBid, air: CallAir, rules: CallRules) -> Fraction | None:
    """Kilograms of cover that one allowance of the offer gives the bid, None if it may not."""
    if (offer.sector == "power") != (bid.sector == "power"):
        return None
    if offer.series.vintage > bid.year or offer.series.vintage < bid.year - rules.vintages_back:
        return None
    return ratio(air, offer.series.jurisdiction, bid.place)


def loads_of(
    moves: Sequence[tuple[CallOffer, CoverBid, int]], air: CallAir, rules: CallRules
) -> list[tuple[Fraction, Fraction]]:
    """The load that these moves add at each receptor and area, and the most they may add, in kilograms."""
    found = []
    for receptor in air.receptors:
        total = Fraction(0)
        for offer, bid, count in moves:
            each = worth(offer, bid, air, rules)
            assert each is not None
            relief = ratio(air, offer.series.jurisdiction, offer.place) or 0
            total += count * each * air.loads[receptor.receptor, bid.place]
            total -= count * relief * air.loads[receptor.receptor, offer.place]
        most = min(Fraction(0), receptor.limit) if receptor.standard == "failed" else receptor.limit
        found.append((total, most * 1000))
    for area in rules.areas:
        most_in = 0 if area.standard == "failed" else area.most_in
        if most_in is not None:
            total = Fraction(0)
            for offer, bid, count in moves:
                if bid.place == area.jurisdiction:
                    total += count * (worth(offer, bid, air, rules) or 0)
                if offer.place == area.jurisdiction:
                    total -= count * (ratio(air, offer.series.jurisdiction, offer.place) or 0)
            found.append((total, Fraction(most_in)))
    return found


def best_of_all(call: Call) -> Fraction | None:
    """The greatest gain of any whole allocation, in thousandths of a fen; None if none keeps the limits."""
    offers, bids, air, rules = call
    pairs = [
        (offer, bid, each) for offer in offers for bid in bids if (each := worth(offer, bid, air, rules)) is not None
    ]
    best: Fraction | None = None
    moves: list[tuple[CallOffer, CoverBid, int]] = []
    left = {offer.order: offer.count for offer in offers}
    room = {bid.order: Fraction(bid.count) for bid in bids}

    def walk(at: int, gain: Fraction) -> None:
        nonlocal best
        if at == len(pairs):
            if (best is None or gain > best) and all(load <= most for load, most in loads_of(moves, air, rules)):
                best = gain
            return
        offer, bid, each = pairs[at]
        for count in range(min(left[offer.order], int(room[bid.order] / each)) + 1):
            left[offer.order] -= count
            room[bid.order] -= count * each
            moves.append((offer, bid, count))
            walk(at + 1, gain + count * (each * bid.limit - offer.limit))
            moves.pop()
            left[offer.order] += count
            room[bid.order] += count * each

    walk(0, Fraction(0))
    return best


def separate_books(call: Call) -> int:
    """What the books gain by themselves, one for each place, year and side of the wall, in thousandths of a fen."""
    offers, bids, _, _ = call
    total = 0
    for place in PLACES:
        for year in YEARS:
            for power in (False, True):
                asks = [
                    offer.limit
                    for offer in offers
                    for _ in range(offer.count)
                    if offer.series == ("SO2", place, year) and offer.place == place
                    if (offer.sector == "power") == power
                ]
                wanted = [
                    bid.limit
                    for bid in bids
                    for _ in range(bid.count)
                    if (bid.place, bid.year, bid.sector == "power") == (place, year, power)
                ]
                ranked = zip(sorted(wanted, reverse=True), sorted(asks), strict=False)
                total += sum(max(0, high - low) for high, low in ranked)
    return total
