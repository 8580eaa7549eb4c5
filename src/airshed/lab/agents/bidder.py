"""How an agent bids at an auction: what its next allowances are worth to it, but no more than it believes in."""

from __future__ import annotations

import numpy as np

from airshed.lab.agents.worth import Worth

#: Most bids of an account, and how far below its belief of the price an agent shades its bids at most.
MOST_BIDS, SHADE = 6, 0.1


def bids(
    worth: Worth, held: int, most: int, lot: int, tick: int, belief: int, rng: np.random.Generator
) -> list[tuple[int, int]]:
    """Counts and limits (fen/t), the dearest first: block by block, up to `most` allowances.

    Where all winners pay one price, bidding what one believes is nearly bidding what it is worth: a little is shaded.

    >>> worth = Worth(((300, 9_000), (500, 4_000)))
    >>> bids(worth, 100, 600, 100, 1_000, 50_000, np.random.default_rng(1))
    [(200, 9000), (400, 4000)]
    """
    found: list[tuple[int, int]] = []
    ceiling = belief * (1 - SHADE * float(rng.random()))
    left = most // lot * lot
    while left > 0 and len(found) < MOST_BIDS:
        offer = worth.more(held)
        if offer is None:
            break
        count = max(lot, min(offer.count // lot * lot, left))
        limit = int(min(offer.price, ceiling) // tick * tick)
        if limit <= 0:
            break
        found.append((count, limit))
        held, left = held + count, left - count
    return found
