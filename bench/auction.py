"""An auction of a million bids beside `numpy.argsort` of the same prices, in one run.

Run alone: `PYTHONPATH=src:. python -m bench.auction`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np
from numpy.typing import NDArray

from airshed.market.auction import (
    AuctionLaw,
    Bid,
    Bidder,
    ClearedBidders,
    SealedBid,
    clear,
    clear_bidders,
    clear_columns,
    hold,
)
from airshed.model.measures import KG_PER_T

SEED = 7
BIDS = 1_000_000
ROUNDS = 7
TICK = 1_000  # fen per tonne
RESERVE = 1_200_000
#: Bids and bidders of the event that columns are held against.
EVENT_BIDS, EVENT_BIDDERS = 5_000, 200
#: Bidders with a limit and a guarantee each: more than any auction has had, and far more.
BIDDERS, MANY_BIDDERS = 2_000, 20_000


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _bounded(
    chance: np.random.Generator, quantities: NDArray[np.int64], many: int, supply: int
) -> Callable[[NDArray[np.int64]], ClearedBidders]:
    """A sale in which limits and guarantees bind for about half of the bidders."""
    bidders = chance.integers(0, many, BIDS)
    fair = supply // many
    limits = chance.integers(fair // 2, 3 * fair, many)
    guarantees = chance.integers(fair // 2, 3 * fair, many) * 1_800 * TICK // KG_PER_T

    def sell(prices: NDArray[np.int64]) -> ClearedBidders:
        return clear_bidders(
            prices, quantities, bidders, supply, limits=limits, guarantees=guarantees, lot=100, per=KG_PER_T
        )

    return sell


def _event() -> bool:
    """Whether columns and a whole event by rules agree on some thousand bids."""
    chance = np.random.default_rng(SEED)
    prices, who = chance.integers(1, 400, EVENT_BIDS), chance.integers(0, EVENT_BIDDERS, EVENT_BIDS)
    counts = chance.integers(1, 50, EVENT_BIDS) * 100
    supply = int(counts.sum()) * 3 // 1_000 * 100
    limits = chance.integers(supply // 200, supply // 20, EVENT_BIDDERS)
    guarantees = chance.integers(supply // 200, supply // 20, EVENT_BIDDERS) * 200
    names = [f"{number:04}" for number in range(EVENT_BIDDERS)]
    rests = {"cite": "this benchmark", "status": "confirmed"}
    law = msgspec.convert(
        {
            "auction": {
                "id": "bench",
                "price_rule": "uniform",
                "price_per": "allowance",
                "lot": 100,
                "tick_fen": 1,
                "undersubscribed": "lowest-bid",
                "tie": "pro-rata",
                "seed": SEED,
                **rests,
            },
            "offer": [{"series": "SO2-KM-2028", "delivery": "spot", "count": supply, **rests}],
            "limits": {"over": "trim", **rests},
            "guarantee": {"basis_points": 10_000, "short": "trim", **rests},
            "trimming": {"order": ["purchase", "holding", "guarantee"], **rests},
        },
        AuctionLaw,
    )
    bids = [
        SealedBid(bidder=names[bidder], series="SO2-KM-2028", price=int(price), count=int(count))
        for bidder, price, count in zip(who, prices, counts, strict=True)
    ]
    backed = [
        Bidder(bidder=name, purchase_limit=int(limit), guarantee_fen=int(cash))
        for name, limit, cash in zip(names, limits, guarantees, strict=True)
    ]
    (sale,) = hold(law, bids, backed).sales
    fast = clear_bidders(prices, counts, who, supply, limits=limits, guarantees=guarantees, lot=100, seed=SEED)
    won = {award.bidder: award.count for award in sale.awards}
    return sale.price == fast.price and won == {names[i]: int(got) for i, got in enumerate(fast.won) if got}


def main() -> None:
    """Clear the same bids in each way, in turns, and print the best round of each."""
    chance = np.random.default_rng(SEED)
    prices = np.maximum(chance.normal(1800, 300, BIDS), 0).astype(np.int64) * TICK
    quantities = chance.integers(1, 50, BIDS) * 100
    supply = int(quantities.sum()) * 3 // 1_000 * 100
    fine = prices + chance.integers(0, TICK, BIDS)  # a price for nearly everybody
    bounded = {many: _bounded(chance, quantities, many, supply) for many in (BIDDERS, MANY_BIDDERS)}
    ways: dict[str, Callable[[], object]] = {
        "airshed, ticks of 10 yuan": lambda: clear_columns(prices, quantities, supply, reserve=RESERVE),
        "airshed, ticks of 1 fen": lambda: clear_columns(fine, quantities, supply, reserve=RESERVE),
        "numpy.argsort, ticks of 10 yuan": lambda: np.argsort(prices),
        "numpy.argsort, ticks of 1 fen": lambda: np.argsort(fine),
    }
    for many, sell in bounded.items():
        ways[f"airshed, {many:,} bidders with limits, ticks of 10 yuan"] = partial(sell, prices)
        ways[f"airshed, {many:,} bidders with limits, ticks of 1 fen"] = partial(sell, fine)
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    gc.collect()
    for _ in range(ROUNDS):
        for name, work in ways.items():
            seconds[name].append(_seconds(work))

    part = slice(0, BIDS // 20)
    some = [
        Bid(str(place), int(price), int(quantity))
        for place, (price, quantity) in enumerate(zip(prices[part], quantities[part], strict=True))
    ]
    plain = clear(some, supply // 20, reserve=RESERVE)
    fast = clear_columns(prices[part], quantities[part], supply // 20, reserve=RESERVE)
    awards = {award.bidder: award.quantity for award in plain.awards}
    same = plain.price == fast.price and awards == {str(place): int(won) for place, won in enumerate(fast.won) if won}

    best = {name: min(taken) for name, taken in seconds.items()}
    print(f"auction: {BIDS:,} bids of seed {SEED}, best of {ROUNDS} rounds in turns")
    for name, taken in best.items():
        sort = best["numpy.argsort, ticks" + name.partition("ticks")[2]]
        ratio = f"{taken / sort:.2f} times the time of that sort" if name.startswith("airshed") else ""
        print(f"  {name:<58}{1000 * taken:>8.1f} ms  {ratio}".rstrip())
    print(f"  allocation of the first {len(some):,} bids {'identical to' if same else 'DIFFERS from'} the plain one")
    print(
        f"  {EVENT_BIDS:,} bids with limits: columns {'identical to' if _event() else 'DIFFER from'} an event by rules"
    )


if __name__ == "__main__":
    main()
