"""A bid that the rules do not allow is refused, with the article, and the others go on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from airshed.market.auction import AuctionLaw, Bidder, Consigned, SealedBid, hold
from airshed.market.auction.bid_window import minute_instant
from airshed.market.auction.law import examine_law
from airshed.model.refusal import Malformed, Why
from auction_laws import SERIES, bid, law

WINDOW = {"opens": "2028-03-15T09:00", "closes": "2028-03-15T15:00"}
NOON = minute_instant("2028-03-15T12:00")
STRICT = law(
    {"count": 1_000, "reserve_fen": 500},
    lot=100,
    tick_fen=10,
    limits={"over": "refuse", "purchase_basis_points": 4_000},
    guarantee={"short": "refuse"},
    order=(),
    **WINDOW,
)
BIDDERS = [
    Bidder(bidder="steel", group="iron", guarantee_fen=10**18),
    Bidder(bidder="steel-trade", group="iron", guarantee_fen=10**18),
    Bidder(bidder="poor", guarantee_fen=100_000),
    Bidder(bidder="bare"),
    Bidder(bidder="rich", guarantee_fen=10**18),
    Bidder(bidder="full", guarantee_fen=10**18, held=900, holding_limit=1_000),
]


def came(bidder: str, price: int, count: int, at: int = NOON, key: str = "", series: str = SERIES[0]) -> SealedBid:
    return bid(bidder, price, count, at=at, key=key, series=series)


@pytest.mark.parametrize(
    ("bids", "why", "words"),
    [
        ([came("nobody", 600, 100)], Why.UNKNOWN_ACCOUNT, "nobody is not on the list of bidders"),
        ([came("steel", 600, 100, series="NOx-KM-2028")], Why.UNKNOWN_SERIES, "there are SO2-KM-2028"),
        ([came("steel", 600, 100, key="k")] * 2, Why.ALREADY_EXISTS, "it counts once"),
        ([came("steel", 600, 100, key="k"), came("steel", 610, 100, NOON + 1, "k")], Why.KEY_REUSED, "use a new key"),
        ([came("steel", 600, 100, NOON + 3 * 3_600_000 + 1)], Why.AUCTION_CLOSED, "the window closed"),
        ([came("steel", 600, 100, NOON - 3 * 3_600_000 - 1)], Why.TOO_EARLY, "the window opens"),
        ([came("steel", 600, 0)], Why.NOT_POSITIVE, "bid for at least one"),
        ([came("steel", 600, -100)], Why.NOT_POSITIVE, "-100 allowances"),
        ([came("steel", -600, 100)], Why.NOT_POSITIVE, "at -6.00 yuan"),
        ([came("steel", 600, 10**13)], Why.TOO_LARGE, "beyond any account"),
        ([came("steel", 10**15, 10**11)], Why.TOO_LARGE, "beyond any account"),
        ([came("steel", 600, 500)], Why.TOO_LARGE, "the group iron may buy 400 more, not 500"),
        (
            [came("steel", 600, 300), came("steel-trade", 700, 200, NOON + 1)],
            Why.TOO_LARGE,
            "the group iron may buy 100 more, not 200",
        ),
        ([came("full", 600, 200)], Why.TOO_LARGE, "the group full may hold 100 more, not 200"),
        ([came("steel", 600, 150)], Why.OFF_LOT, "150 is not a multiple of the lot, 100"),
        ([came("steel", 605, 100)], Why.OFF_TICK, "6.05 yuan is not a multiple of the tick, 0.10"),
        ([came("steel", 490, 100)], Why.UNDER_RESERVE, "under the reserve price of 5.00"),
        ([came("bare", 600, 100)], Why.INSUFFICIENT_CASH, "bare has lodged no guarantee"),
        (
            [came("poor", 600, 100), came("poor", 500, 100, NOON + 1)],
            Why.INSUFFICIENT_CASH,
            "all bids of poor need a guarantee of 1,100.00 yuan, it has 1,000.00",
        ),
    ],
)
def test_a_bid_is_refused_for_the_first_reason_that_holds(bids: Sequence[SealedBid], why: Why, words: str) -> None:
    good = came("rich", 800, 100)

    outcome = hold(STRICT, [*bids, good], BIDDERS)

    (refused,) = outcome.refused
    assert (refused.refusal.why, refused.refusal.cite) == (why, "a test")
    assert words in refused.refusal.detail
    assert refused.place == len(bids) - 1
    assert any(award.bidder == "rich" for award in outcome.sales[0].awards)


def test_the_ends_of_the_window_belong_to_it() -> None:
    bids = [came("steel", 600, 100, minute_instant(minute)) for minute in WINDOW.values()]

    assert hold(STRICT, bids, BIDDERS).refused == ()


def test_bids_that_use_the_same_cash_are_counted_together() -> None:
    """Three bids, each covered alone; together they are not."""
    rules = law({"count": 300}, price_rule="pay-as-bid", guarantee={"short": "refuse"}, order=())
    bids = [bid("a", price, 100, at=place) for place, price in enumerate((10, 9, 8))]

    outcome = hold(rules, bids, [Bidder(bidder="a", guarantee_fen=1_950)])

    assert [each.place for each in outcome.refused] == [2]


LIMITED = law({"count": 100}, limits={}, order=("purchase", "holding"))


@pytest.mark.parametrize(
    ("rules", "bids", "bidders", "consigned", "words"),
    [
        (STRICT, [bid("steel", 600, 100)], BIDDERS, [], "a bid has no time"),
        (law({"count": 1}, tie="time"), [bid("steel", 600, 100)], None, [], "a bid has no time"),
        (STRICT, [], None, [], "the rules ask for a guarantee and nobody has one"),
        (LIMITED, [], [Bidder(bidder="a")] * 2, [], "a stands twice"),
        (LIMITED, [], [Bidder(bidder="a", held=-1)], [], "the held of a is -1"),
        (
            LIMITED,
            [],
            [Bidder(bidder="a", group="g", holding_limit=5), Bidder(bidder="b", group="g", holding_limit=6)],
            [],
            "b has other limits than the group g",
        ),
        (LIMITED, [], None, [Consigned(holder="x", series=SERIES[0], count=1)], "the rules know no consignment"),
        (
            law({"count": 100}, consignment="first"),
            [],
            None,
            [Consigned(holder="x", series=SERIES[0], count=1, minimum_fen=3)],
            "it has a minimum price and is sold first",
        ),
        (
            law({"count": 100}, consignment="first"),
            [],
            None,
            [Consigned(holder="x", series=SERIES[0], count=0)],
            "0 is not a multiple of the lot",
        ),
        (
            law({"count": 100}, consignment="first"),
            [],
            None,
            [Consigned(holder="x", series=SERIES[1], count=1)],
            "SO2-KM-2030 is not on offer",
        ),
        (
            law({"count": 10**12}),
            [bid(str(i), 10**10, 9 * 10**5) for i in range(520)],
            None,
            [],
            "are beyond any account",
        ),
    ],
)
def test_what_cannot_be_an_auction_is_malformed(
    rules: AuctionLaw,
    bids: list[SealedBid],
    bidders: list[Bidder] | None,
    consigned: list[Consigned],
    words: str,
) -> None:
    with pytest.raises(Malformed, match=words):
        hold(rules, bids, bidders, consigned)


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (law, "nothing is on offer"),
        (lambda: law({"count": 1}, opens="2028-03-15T09:00"), "one end only"),
        (lambda: law({"count": 1}, opens="2028-03-15T09:00", closes="2028-03-15T09:00"), "close it later"),
        (lambda: law({"count": 1}, limits={}, order=("purchase", "purchase", "holding")), "a step stands twice"),
        (lambda: law({"count": 1}, limits={}, order=("holding",)), "'purchase' is missing"),
        (lambda: law({"count": 1}, consignment="last"), "minimum prices of holders need bids that pay themselves"),
        (lambda: law({"count": 1}, {"count": 1}), "the series stands twice"),
        (lambda: law({"count": 7}, lot=2), "7 is not a multiple of the lot"),
        (lambda: law({"count": 1, "reserve_fen": 3}, tick_fen=2), "3 is not a multiple of the tick"),
        (lambda: law({"count": 1}, undersubscribed="reserve"), "there is none; add reserve_fen"),
        (
            lambda: law(
                {
                    "count": 9,
                    "reserve_fen": 5,
                    "cost_containment": {"count": 1, "trigger_fen": 5, "cite": "x", "status": "to confirm"},
                }
            ),
            "its trigger of 5 fen is not above 5",
        ),
        (
            lambda: law(
                {
                    "count": 9,
                    "emissions_containment": {"count": 10, "trigger_fen": 5, "cite": "x", "status": "to confirm"},
                }
            ),
            "10 is more than the 9 on offer",
        ),
        (
            lambda: law(
                {"count": 9, "unsold": {"method": "next-auctions", "first": (1,), "cite": "x", "status": "to confirm"}}
            ),
            "next-auctions needs 4",
        ),
    ],
)
def test_rules_that_contradict_themselves_are_malformed(made: object, words: str) -> None:
    assert callable(made)
    with pytest.raises(Malformed, match=words):
        examine_law(made())
