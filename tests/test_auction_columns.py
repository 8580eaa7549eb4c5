"""A million bids with a limit and a guarantee for every bidder are cleared as a few in an event."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airshed.market.auction import Bidder, clear_bidders, hold
from airshed.market.auction.columns import EXACT
from airshed.model.refusal import Malformed
from auction_laws import bid, law

LOT = 2
ROWS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12), st.integers(1, 6)), max_size=20)
CAPS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 300)), min_size=5, max_size=5)


@settings(max_examples=200)
@given(
    ROWS, CAPS, st.integers(0, 40), st.none() | st.integers(0, 6), st.integers(0, 99), st.sampled_from((1, 97, 40_001))
)
def test_columns_are_cleared_as_an_event_is(
    rows: list[tuple[int, int, int]],
    caps: list[tuple[int, int]],
    lots: int,
    reserve: int | None,
    seed: int,
    step: int,
) -> None:
    """The step spreads prices over more than one look of the histogram."""
    bids = [bid("abcde"[who], price * step, count * LOT) for who, price, count in rows]
    rules = law(
        {"count": lots * LOT, "reserve_fen": None if reserve is None else reserve * step},
        limits={},
        guarantee={},
        lot=LOT,
        tie="pro-rata",
        seed=seed,
    )
    bidders = [
        Bidder(bidder=name, purchase_limit=limit, guarantee_fen=cash * step)
        for name, (limit, cash) in zip("abcde", caps, strict=True)
    ]

    cleared = clear_bidders(
        np.array([each.price for each in bids], dtype=np.int64),
        np.array([each.count for each in bids], dtype=np.int64),
        np.array([who for who, _, _ in rows], dtype=np.int64),
        lots * LOT,
        limits=np.array([limit for limit, _ in caps]),
        guarantees=np.array([cash * step for _, cash in caps]),
        lot=LOT,
        reserve=None if reserve is None else reserve * step,
        seed=seed,
    )

    (sale,) = hold(rules, bids, bidders).sales
    assert (cleared.price, cleared.sold, cleared.unsold) == (sale.price, sale.sold, sale.unsold)
    won = {award.bidder: award.count for award in sale.awards}
    assert cleared.won.tolist() == [won.get(name, 0) for name in "abcde"]


def test_columns_that_cannot_be_bids_are_named() -> None:
    one, two = np.array([1]), np.array([1, 1])
    zero = np.array([0])
    for words, args in {
        "1 prices, 2 quantities, 1 bidders": (one, two, zero, 1, one, one, 1),
        "1 limits, 2 guarantees": (one, one, zero, 1, one, two, 1),
        "supply: -1 allowances in lots of 1": (one, one, zero, -1, one, one, 1),
        "supply: 3 allowances in lots of 2": (one, one, zero, 3, one, one, 2),
        "a guarantee is below zero": (one, one, zero, 1, one, -one, 1),
        f"a limit is below zero, or {EXACT} or more": (one, one, zero, 1, one * EXACT, one, 1),
        "a bidder is not among the 1": (one, one, one, 1, one, one, 1),
        "bid 1: quantity 1 at price 1; bid for at least one lot of 2": (one, one, zero, 2, one, one, 2),
        "bid 1: quantity 1 at price -1": (-one, one, zero, 1, one, one, 1),
        "allowances or more are bid for": (two, two * EXACT, np.array([0, 0]), 1, one, one, 1),
    }.items():
        prices, quantities, bidders, supply, limits, guarantees, lot = args
        with pytest.raises(Malformed, match=words):
            clear_bidders(prices, quantities, bidders, supply, limits=limits, guarantees=guarantees, lot=lot)
