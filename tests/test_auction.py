"""A sealed auction sells to the highest bids, by a rule that was fixed before."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from airshed.market.auction import EXACT, Bid, BidderAward, Result, clear, clear_columns
from airshed.model.measures import value_fen
from airshed.model.refusal import Malformed
from naive import naive_auction

BIDS = st.lists(st.tuples(st.integers(0, 8), st.integers(1, 12)), max_size=25)
RESERVES = st.none() | st.integers(0, 9)


@given(BIDS, st.integers(0, 120), RESERVES, st.integers(0, 99))
def test_the_auction_awards_what_selling_one_by_one_awards(
    bids: list[tuple[int, int]], supply: int, reserve: int | None, seed: int
) -> None:
    named = [Bid(f"bidder {place}", price, quantity) for place, (price, quantity) in enumerate(bids)]
    price, won = naive_auction(bids, supply, reserve, seed)

    result = clear(named, supply, reserve=reserve, seed=seed)

    assert (result.price, result.sold, result.unsold) == (price, sum(won), supply - sum(won))
    assert {award.bidder: award.quantity for award in result.awards} == {
        f"bidder {place}": quantity for place, quantity in enumerate(won) if quantity
    }


@given(BIDS, st.integers(0, 120), RESERVES, st.integers(0, 99), st.sampled_from((1, 7, 40_000)))
def test_a_million_bids_in_columns_are_cleared_as_a_few_by_hand(
    bids: list[tuple[int, int]], supply: int, reserve: int | None, seed: int, step: int
) -> None:
    """The step spreads prices over more than one look of the histogram."""
    dear = [(price * step, quantity) for price, quantity in bids]
    least = None if reserve is None else reserve * step
    prices = np.array([price for price, _ in dear], dtype=np.int64)
    quantities = np.array([quantity for _, quantity in dear], dtype=np.int64)

    cleared = clear_columns(prices, quantities, supply, reserve=least, seed=seed)

    assert (cleared.price, cleared.won.tolist()) == naive_auction(dear, supply, least, seed)
    assert (cleared.sold, cleared.unsold) == (cleared.won.sum(), supply - cleared.won.sum())


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9_000), st.integers(1, 500)), max_size=30),
    st.integers(1, 5_000),
    st.none() | st.integers(0, 9_000),
)
def test_winners_of_a_uniform_auction_pay_one_price_and_nobody_above_his_bid(
    rows: list[tuple[str, int, int]], supply: int, reserve: int | None
) -> None:
    """I8."""
    bids = [Bid(*row) for row in rows]
    uniform = clear(bids, supply, reserve=reserve)
    own = clear(bids, supply, "pay-as-bid", reserve=reserve)

    assert uniform.sold + uniform.unsold == supply
    assert uniform.sold == sum(award.quantity for award in uniform.awards) <= supply
    assert uniform.sold == min(supply, sum(b.quantity for b in bids if reserve is None or b.price >= reserve))
    assert [(a.bidder, a.quantity) for a in uniform.awards] == [(a.bidder, a.quantity) for a in own.awards]
    assert (uniform.price is None) == (uniform.sold == 0)
    if uniform.price is None:
        return
    assert reserve is None or uniform.price >= reserve
    for award, dearer in zip(uniform.awards, own.awards, strict=True):
        assert award.payment == value_fen(award.quantity, uniform.price)
        assert award.payment <= dearer.payment
        wished = sum(b.quantity for b in bids if b.bidder == award.bidder and b.price >= uniform.price)
        assert award.quantity <= wished
    for bid in bids:  # whoever bid more than the price got all of it
        if bid.price > uniform.price:
            above = sum(b.quantity for b in bids if b.bidder == bid.bidder and b.price > uniform.price)
            assert next(a.quantity for a in uniform.awards if a.bidder == bid.bidder) >= above


def test_the_last_bid_gets_the_remainder_and_sets_the_price() -> None:
    bids = [Bid("power", 20, 120), Bid("steel", 30, 100), Bid("cement", 25, 100), Bid("late", 19, 10)]

    assert clear(bids, 250, per=1) == Result(
        20, 250, 0, (BidderAward("steel", 100, 2000), BidderAward("cement", 100, 2000), BidderAward("power", 50, 1000))
    )
    assert clear(bids, 250, "pay-as-bid", per=1).awards == (
        BidderAward("steel", 100, 3000),
        BidderAward("cement", 100, 2500),
        BidderAward("power", 50, 1000),
    )


def test_too_few_bids_sell_at_the_lowest_accepted_one_and_leave_a_rest() -> None:
    bids = [Bid("steel", 30, 100), Bid("cement", 25, 100), Bid("cheap", 9, 100)]

    assert clear(bids, 500, reserve=10, per=1) == Result(
        25, 200, 300, (BidderAward("steel", 100, 2500), BidderAward("cement", 100, 2500))
    )


def test_no_bid_at_the_reserve_sells_nothing_and_makes_no_price() -> None:
    assert clear([Bid("cheap", 9, 100)], 500, reserve=10) == Result(None, 0, 500, ())
    assert clear([], 500) == Result(None, 0, 500, ())


def test_the_seed_orders_equal_bids_and_nothing_else_does() -> None:
    bids = [Bid(name, 10, 60) for name in "abcdef"]
    winners = {seed: clear(bids, 150, seed=seed).awards for seed in range(30)}

    assert winners[0] == clear(bids, 150).awards
    assert all([award.quantity for award in awards] == [60, 60, 30] for awards in winners.values())
    assert {awards[0].bidder for awards in winners.values()} == set("abcdef")


def test_a_bidder_with_several_bids_gets_one_award_rounded_once() -> None:
    bids = [Bid("steel", 1_000, 1), Bid("steel", 400, 1), Bid("steel", 300, 1)]

    assert clear(bids, 3, "pay-as-bid").awards == (BidderAward("steel", 3, 2),)  # 1.7 fen, not 1 + 0 + 0


@pytest.mark.parametrize(
    ("bid", "words"), [(Bid("a", 5, 0), "quantity 0"), (Bid("a", -1, 5), "price -1"), (Bid("a", 5, -3), "quantity -3")]
)
def test_a_bid_that_is_not_positive_is_named(bid: Bid, words: str) -> None:
    with pytest.raises(Malformed, match=f"bid 2: {words}"):
        clear([Bid("b", 1, 1), bid], 10)
    with pytest.raises(Malformed, match="bid 2: quantity"):
        clear_columns(np.array([1, bid.price]), np.array([1, bid.quantity]), 10)


def test_columns_that_cannot_be_bids_are_named() -> None:
    with pytest.raises(Malformed, match="2 prices, 1 quantities"):
        clear_columns(np.array([1, 2]), np.array([1]), 10)
    with pytest.raises(Malformed, match="supply: -1 allowances"):
        clear_columns(np.array([1]), np.array([1]), -1)
    with pytest.raises(Malformed, match="supply: -1 allowances"):
        clear([], -1)
    with pytest.raises(Malformed, match="allowances or more"):
        clear_columns(np.array([1, 1]), np.array([EXACT, 1]), 10)


# US EPA, 2011 SO2 allowance auction, spot, https://19january2021snapshot.epa.gov/airmarkets/2011-so2-allowance-auction
# (US government work). EPA publishes each winner's quantity and payment, the highest, lowest and clearing bid and the
# totals; how a winner's sum divides into its bids is not published, so the split below is ours and adds up to them.
EPA_2011_SUPPLY = 125_000
EPA_2011_WON = {  # allowances, cents
    "Ohio Valley Electric Corporation": (84_869, 20_723_800),
    "Indianapolis Power & Light": (40_000, 14_200_000),
    "Acid Rain Retirement Fund": (68, 44_880),
    "Bates College Environmental Econ A": (25, 11_250),
    "Bates College Environmental Econ B": (23, 9_589),
    "University of Tampa Environmental Protection Coalition": (15, 100_005),
}
EPA_2011_BIDS = [
    Bid("Ohio Valley Electric Corporation", 250, 75_000),
    Bid("Ohio Valley Electric Corporation", 200, 25_000),
    Bid("Indianapolis Power & Light", 360, 20_000),
    Bid("Indianapolis Power & Light", 350, 20_000),
    Bid("Acid Rain Retirement Fund", 660, 68),
    Bid("Bates College Environmental Econ A", 450, 25),
    Bid("Bates College Environmental Econ B", 417, 22),
    Bid("Bates College Environmental Econ B", 415, 1),
    Bid("University of Tampa Environmental Protection Coalition", 6_667, 15),
    Bid("a bidder without success", 199, 100_000),
    Bid("a bidder without success", 6, 310_000),
]


def test_the_epa_spot_auction_of_2011_comes_out_as_published() -> None:
    result = clear(EPA_2011_BIDS, EPA_2011_SUPPLY, "pay-as-bid", per=1)

    assert (result.price, result.sold, result.unsold) == (200, EPA_2011_SUPPLY, 0)
    assert {award.bidder: (award.quantity, award.payment) for award in result.awards} == EPA_2011_WON
    paid = sum(award.payment for award in result.awards)
    assert paid == 35_089_524
    assert round(paid / EPA_2011_SUPPLY) == 281
