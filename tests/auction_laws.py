"""Rules of auctions for the tests, and strategies for auctions of all kinds."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from hypothesis import strategies as st

from airshed.market.auction import AuctionLaw, Bidder, Consigned, SealedBid

CITED = {"cite": "a test", "status": "confirmed"}
SERIES = ("SO2-KM-2028", "SO2-KM-2030")


def law(
    *offers: dict[str, Any],
    consignment: str = "",
    limits: dict[str, Any] | None = None,
    guarantee: dict[str, Any] | None = None,
    order: tuple[str, ...] = ("purchase", "holding", "guarantee"),
    **terms: Any,
) -> AuctionLaw:
    """Rules with the terms given; without any it is a plain uniform auction of single allowances."""
    made: dict[str, Any] = {
        "auction": {
            "id": "a-1",
            "price_rule": "uniform",
            "price_per": "allowance",
            "lot": 1,
            "tick_fen": 1,
            "undersubscribed": "lowest-bid",
            "tie": "random",
            "seed": 7,
            **CITED,
            **terms,
        },
        "offer": [{"series": SERIES[0], "delivery": "spot", **CITED, **each} for each in offers],
    }
    if consignment:
        made["consignment"] = {"sold": consignment, **CITED}
    if limits is not None:
        made["limits"] = {"over": "trim", **CITED, **limits}
    if guarantee is not None:
        made["guarantee"] = {"basis_points": 10_000, "short": "trim", **CITED, **guarantee}
    steps = [each for each in order if (guarantee is not None if each == "guarantee" else limits is not None)]
    if steps:
        made["trimming"] = {"order": steps, **CITED}
    return msgspec.convert(made, AuctionLaw)


def bid(bidder: str, price: int, count: int, **more: Any) -> SealedBid:
    """A bid on the first series."""
    return SealedBid(bidder=bidder, series=more.pop("series", SERIES[0]), price=price, count=count, **more)


class Case(NamedTuple):
    """An auction with everything that goes in."""

    law: AuctionLaw
    bids: list[SealedBid]
    bidders: list[Bidder]
    consigned: list[Consigned]


NAMES = "abcde"
LOT, TICK = 3, 2


@st.composite
def reserves(draw: st.DrawFn, low: int) -> dict[str, Any]:
    """A reserve with a trigger above `low` ticks."""
    return {"count": LOT * draw(st.integers(1, 8)), "trigger_fen": TICK * (low + draw(st.integers(1, 4))), **CITED}


@st.composite
def offers(draw: st.DrawFn, series: str, named: bool) -> dict[str, Any]:
    """An offer of one series, with or without reserves; with a reserve price where it is `named`."""
    low = draw(st.integers(0, 3))
    made: dict[str, Any] = {"series": series, "delivery": "spot", "count": LOT * draw(st.integers(0, 25))}
    if named or draw(st.booleans()):
        made["reserve_fen"] = TICK * low
    if draw(st.booleans()) and made["count"]:
        emissions = draw(reserves(low))
        made["emissions_containment"] = emissions | {"count": min(emissions["count"], made["count"])}
        low = emissions["trigger_fen"] // TICK
    if draw(st.booleans()):
        made["cost_containment"] = draw(reserves(low))
    return made


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Auctions of one or two series by any rules, with bids that are valid; limits and guarantees often bind."""
    rule = draw(st.sampled_from(("uniform", "pay-as-bid")))
    under = draw(st.sampled_from(("lowest-bid", "reserve", "cancel")))
    kinds = ("", "first", "last") if rule == "pay-as-bid" else ("", "first")
    consignment = draw(st.sampled_from(kinds))
    limits = draw(st.none() | st.fixed_dictionaries({"purchase_basis_points": st.none() | st.integers(0, 6_000)}))
    guarantee = draw(st.none() | st.fixed_dictionaries({"basis_points": st.sampled_from((10_000, 2_500, 333))}))
    sold = SERIES[: draw(st.integers(1, 2))]
    made = law(
        *(draw(offers(series, under == "reserve")) for series in sold),
        consignment=consignment,
        limits=limits,
        guarantee=guarantee,
        order=tuple(draw(st.permutations(("purchase", "holding", "guarantee")))),
        price_rule=rule,
        price_per=draw(st.sampled_from(("allowance", "tonne"))),
        lot=LOT,
        tick_fen=TICK,
        undersubscribed=under,
        tie=draw(st.sampled_from(("random", "pro-rata", "time"))),
        seed=draw(st.integers(0, 50)),
        opens="2028-03-15T09:00",
        closes="2028-03-15T15:00",
    )
    start = 1_836_694_800_000
    floor = {offer.series: (offer.reserve_fen or 0) // TICK for offer in made.offer}
    bids = []
    for place in range(draw(st.integers(0, 14))):
        series = draw(st.sampled_from(sold))
        price = TICK * (floor[series] + draw(st.integers(0, 9)))
        count = LOT * draw(st.integers(1, 7))
        at = start + draw(st.integers(0, 3))
        bids.append(bid(draw(st.sampled_from(NAMES)), price, count, series=series, at=at, key=f"k{place}"))
    grouped = {name: draw(st.sampled_from(("", "g", "h"))) for name in NAMES}
    most = {
        group: (draw(st.none() | st.integers(0, 60)), draw(st.none() | st.integers(0, 60)))
        for group in ("g", "h", *NAMES)
    }
    bidders = [
        Bidder(
            bidder=name,
            group=grouped[name],
            guarantee_fen=draw(st.integers(1, 400)) if made.per == 1 else draw(st.integers(1, 2)),
            held=draw(st.integers(0, 9)),
            purchase_limit=most[grouped[name] or name][0],
            holding_limit=most[grouped[name] or name][1],
        )
        for name in NAMES
    ]
    consigned = []
    for _ in range(draw(st.integers(0, 4)) if consignment else 0):
        consigned.append(
            Consigned(
                holder=draw(st.sampled_from(("x", "y", "z"))),
                series=draw(st.sampled_from(sold)),
                count=LOT * draw(st.integers(1, 6)),
                minimum_fen=draw(st.none() | st.integers(0, 8).map(lambda n: n * TICK))
                if consignment == "last"
                else None,
            )
        )
    return Case(made, bids, bidders, consigned)
