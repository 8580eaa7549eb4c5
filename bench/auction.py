"""An auction of a million bids beside `numpy.argsort` of the same prices, in one run.

Run alone: `PYTHONPATH=src:. python -m bench.auction`.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import numpy as np

from airshed.market.auction import Bid, clear, clear_columns

SEED = 7
BIDS = 1_000_000
ROUNDS = 7
TICK = 1_000  # fen per tonne
RESERVE = 1_200_000


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> None:
    """Clear the same bids in each way, in turns, and print the best round of each."""
    chance = np.random.default_rng(SEED)
    prices = np.maximum(chance.normal(1800, 300, BIDS), 0).astype(np.int64) * TICK
    quantities = chance.integers(1, 50, BIDS) * 100
    supply = int(quantities.sum()) * 3 // 10
    fine = prices + chance.integers(0, TICK, BIDS)  # a price for nearly everybody
    ways: dict[str, Callable[[], object]] = {
        "airshed, ticks of 10 yuan": lambda: clear_columns(prices, quantities, supply, reserve=RESERVE),
        "airshed, ticks of 1 fen": lambda: clear_columns(fine, quantities, supply, reserve=RESERVE),
        "numpy.argsort, ticks of 10 yuan": lambda: np.argsort(prices),
        "numpy.argsort, ticks of 1 fen": lambda: np.argsort(fine),
    }
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
        ratio = f"{sort / taken:.1f} times as fast as that sort" if name.startswith("airshed") else ""
        print(f"  {name:<32}{1000 * taken:>8.1f} ms  {ratio}".rstrip())
    print(f"  allocation of the first {len(some):,} bids {'identical to' if same else 'DIFFERS from'} the plain one")


if __name__ == "__main__":
    main()
