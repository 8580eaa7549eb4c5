"""Auctions that were held come out as they were published.

Publishers give totals, the highest, lowest and clearing bid and the mean, never the bid list. So each list below is
ours: it has as many bids and bidders as were published, and adds up to what was published.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from airshed.market.auction import Consigned, SealedBid, SeriesOutcome, hold, notice
from airshed.market.auction.notice import SaleNotice
from auction_laws import SERIES, bid, law


class Group(NamedTuple):
    """Some bids of equal size at one price, each of another bidder of a range of bidders."""

    bids: int
    #: Allowances of all these bids together.
    quantity: int
    price: int
    bidders: range


def listed(groups: Sequence[Group], series: str = SERIES[0]) -> list[SealedBid]:
    """The bids of the groups, in tens of allowances; what does not divide goes to the first bid of a group."""
    bids: list[SealedBid] = []
    for group in groups:
        each = group.quantity // group.bids // 10 * 10
        for place in range(group.bids):
            name = f"b{group.bidders[place % len(group.bidders)]:02}"
            count = each if place else group.quantity - each * (group.bids - 1)
            bids.append(bid(name, group.price, count, series=series))
    return bids


def epa(groups: Sequence[Group], supply: int, consigned: Sequence[Consigned] = ()) -> tuple[SeriesOutcome, SaleNotice]:
    """A US EPA auction: each pays its own bid, no reserve price, holders sell after the EPA (42 USC 7651o)."""
    rules = law({"count": supply}, price_rule="pay-as-bid", consignment="last")
    bids = listed(groups)
    outcome = hold(rules, bids, consigned=consigned)
    assert outcome.refused == ()
    return outcome.sales[0], notice(rules, bids, outcome).sales[0]


def mean(sale: SeriesOutcome) -> str:
    """What was paid for an allowance on average, with two decimals."""
    return f"{sum(award.payment_fen for award in sale.awards) / sale.sold / 100:.2f}"


def test_the_epa_spot_auction_of_2005() -> None:
    """CBOT, 13th auction: 493,987 bid for in 115 bids of 31 bidders, 25 bids of 17 bidders won; mean 702.51."""
    sale, shown = epa(
        [
            Group(1, 5_000, 75_000, range(1)),
            Group(22, 110_000, 70_100, range(17)),
            Group(1, 5_000, 70_075, range(1)),
            Group(1, 5_000, 69_000, range(16, 17)),
            Group(89, 368_000, 65_000, range(31)),
            Group(1, 987, 30_000, range(17, 18)),
        ],
        125_000,
    )

    assert (sale.sold, sale.price, mean(sale)) == (125_000, 69_000, "702.51")
    assert shown.bids is not None
    assert (shown.bids.highest, shown.bids.lowest, sale.demand) == (75_000, 30_000, 493_987)
    assert (shown.bidders, shown.winners) == (31, 17)


def test_the_epa_spot_auction_of_2001_sells_what_holders_added() -> None:
    """CBOT, 9th auction: 125,000 and 2,788 of holders; 14 bids of 12 bidders won; 173.57, mean 174.97."""
    private = Consigned(holder="a holder", series=SERIES[0], count=2_788, minimum_fen=10_000)
    sale, shown = epa(
        [
            Group(1, 3_480, 22_500, range(1)),
            Group(12, 120_000, 17_357, range(12)),
            Group(1, 4_308, 17_357, range(11, 12)),
            Group(70, 350_000, 15_000, range(27)),
            Group(1, 3_207, 10_500, range(12, 13)),
        ],
        125_000,
        [private],
    )

    assert (sale.sold, sale.price, mean(sale)) == (127_788, 17_357, "174.97")
    assert shown.bids is not None
    assert (shown.bids.highest, shown.bids.lowest, sale.demand) == (22_500, 10_500, 480_995)
    assert (shown.bidders, shown.winners) == (27, 12)
    (holder,) = sale.proceeds
    assert (holder.sold, holder.returned, holder.proceeds_fen) == (2_788, 0, 2_788 * 17_357)


def test_the_epa_spot_auction_of_1999_sells_ten_of_the_allowances_that_holders_offered() -> None:
    """EPA, 26 March 1999: 150,000 of the EPA first; of 2,510 offered privately 10 sold, at 200.55; mean 207.03."""
    private = [
        Consigned(holder="one holder", series=SERIES[0], count=10, minimum_fen=20_000),
        Consigned(holder="another", series=SERIES[0], count=2_500, minimum_fen=25_000),
    ]
    sale, shown = epa(
        [
            Group(1, 5_000, 23_000, range(1)),
            Group(24, 120_000, 20_690, range(11)),
            Group(1, 25_000, 20_306, range(1)),
            Group(1, 10, 20_055, range(10, 11)),
            Group(50, 100_000, 15_000, range(11, 30)),
        ],
        150_000,
        private,
    )

    assert (sale.sold, sale.price, mean(sale)) == (150_010, 20_055, "207.03")
    assert (shown.bids is not None and shown.bids.highest, shown.winners, shown.returned) == (23_000, 11, 2_500)
    assert {each.holder: (each.sold, each.proceeds_fen) for each in sale.proceeds} == {
        "another": (0, 0),
        "one holder": (10, 200_550),
    }


RGGI: dict[str, Any] = {"undersubscribed": "reserve", "lot": 10}


def test_rggi_auction_27_leaves_the_cost_containment_reserve_alone() -> None:
    """11 March 2015: 15,272,670 at 5.41, bids from 2.05 to 12.50, 2.8 times as many; the trigger was 6.00."""
    reserve = {"count": 10_000_000, "trigger_fen": 600, "cite": "RGGI", "status": "confirmed"}
    rules = law({"count": 15_272_670, "reserve_fen": 205, "cost_containment": reserve}, **RGGI)
    bids = listed(
        [
            Group(1, 1_000_000, 1_250, range(1)),
            Group(44, 14_000_000, 575, range(45)),
            Group(5, 1_000_000, 541, range(40, 45)),
            Group(20, 26_700_000, 400, range(45)),
            Group(1, 70_000, 205, range(1)),
        ]
    )

    outcome = hold(rules, bids)
    (sale,) = outcome.sales
    (shown,) = notice(rules, bids, outcome).sales

    assert (sale.price, sale.sold, sale.released) == (541, 15_272_670, 0)
    assert sum(award.payment_fen for award in sale.awards) == 8_262_514_470
    assert shown.bid_ratio_basis_points is not None
    assert (shown.bidders, shown.bid_ratio_basis_points // 1_000) == (45, 28)


def test_rggi_auction_14_is_undersubscribed_and_sells_at_the_reserve_price() -> None:
    """7 December 2011: of 42,983,480 offered 27,293,000 sold to 38 bidders at 1.89, 0.63 bid for each."""
    rules = law({"count": 42_983_480, "reserve_fen": 189}, **RGGI)
    bids = listed([Group(38, 27_000_000, 250, range(38)), Group(1, 293_000, 200, range(1))])

    outcome = hold(rules, bids)
    (sale,) = outcome.sales
    (shown,) = notice(rules, bids, outcome).sales

    assert (sale.price, sale.sold, sale.unsold) == (189, 27_293_000, 15_690_480)
    assert (shown.bidders, shown.bid_ratio_basis_points) == (38, 6_349)


def test_california_sells_this_year_and_three_years_on_in_one_event() -> None:
    """19 February 2013: 12,924,822 of 2013 at 13.62; of 9,560,000 of 2016 4,440,000 at the floor of 10.71."""
    rules = law(
        {"count": 12_924_822, "reserve_fen": 1_071},
        {"series": SERIES[1], "delivery": "advance", "count": 9_560_000, "reserve_fen": 1_071},
        undersubscribed="reserve",
    )
    bids = listed([Group(20, 12_000_000, 1_500, range(20)), Group(9, 20_000_000, 1_362, range(20))])
    bids += listed([Group(4, 4_440_000, 1_100, range(4))], SERIES[1])

    spot, advance = hold(rules, bids).sales

    assert (spot.price, spot.sold, spot.unsold) == (1_362, 12_924_822, 0)
    assert (advance.price, advance.sold, advance.unsold) == (1_071, 4_440_000, 5_120_000)
