"""What may be published of an auction: prices, sums, names of bidders, dispersion, concentration; never positions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from airshed.market.auction.law import AuctionLaw
from airshed.market.auction.nouns import Outcome, SealedBid, SeriesOutcome

#: HHI of one buyer who takes all: the sum of squared shares in percent.
ALL_TO_ONE = 10_000


class Dispersion(msgspec.Struct, frozen=True):
    """How prices spread over the allowances bid for, in fen. The quarters are nearest ranks, the mean half upwards."""

    lowest: int
    lower_quarter: int
    median: int
    mean: int
    upper_quarter: int
    highest: int


class SaleNotice(msgspec.Struct, frozen=True, kw_only=True):
    """What is published of one series. All counts are allowances."""

    series: str
    delivery: str
    offered: int
    consigned: int
    released: int
    withheld: int
    cancelled: bool
    price: int | None
    sold: int
    unsold: int
    #: Of holders, given back.
    returned: int
    paid_fen: int
    #: Bidders whose bids were taken, and those who won.
    bidders: int
    winners: int
    #: Allowances bid for, by bids that were taken, to allowances on offer, in hundredths of a percent, rounded down.
    bid_ratio_basis_points: int | None
    #: Of the bids that were taken, before trimming.
    bids: Dispersion | None
    #: Concentration of what was sold among corporate groups.
    hhi: int | None


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What is published of an auction."""

    auction: str
    number: int
    #: Number of the outcome that this one replaces. Never its digest: few bidders could be tried until it fits.
    replaces: int | None
    reason: str | None
    seed: int
    #: Names of those whose bids were taken, in the order of the alphabet.
    bidders: tuple[str, ...]
    sales: tuple[SaleNotice, ...]


def notice(law: AuctionLaw, bids: Sequence[SealedBid], outcome: Outcome) -> Notice:
    """The published result of `hold(law, bids, ...)`."""
    out = {each.place for each in outcome.refused}
    taken = [bid for place, bid in enumerate(bids) if place not in out]
    return Notice(
        auction=outcome.auction,
        number=outcome.number,
        replaces=None if outcome.replaces is None else outcome.number - 1,
        reason=outcome.reason,
        seed=outcome.seed,
        bidders=tuple(sorted({bid.bidder for bid in taken})),
        sales=tuple(_sale_notice(sale, [bid for bid in taken if bid.series == sale.series]) for sale in outcome.sales),
    )


def _sale_notice(sale: SeriesOutcome, bids: Sequence[SealedBid]) -> SaleNotice:
    on_offer = sale.offered + sale.consigned + sale.released - sale.withheld
    groups: Counter[str] = Counter()
    for award in sale.awards:
        groups[award.group] += award.count
    return SaleNotice(
        series=sale.series,
        delivery=sale.delivery,
        offered=sale.offered,
        consigned=sale.consigned,
        released=sale.released,
        withheld=sale.withheld,
        cancelled=sale.cancelled,
        price=sale.price,
        sold=sale.sold,
        unsold=sale.unsold,
        returned=sum(each.returned for each in sale.proceeds),
        paid_fen=sum(award.payment_fen for award in sale.awards),
        bidders=len({bid.bidder for bid in bids}),
        winners=len(sale.awards),
        bid_ratio_basis_points=sum(bid.count for bid in bids) * 10_000 // on_offer if on_offer else None,
        bids=dispersion((bid.price, bid.count) for bid in bids),
        hhi=hhi(groups.values()),
    )


def dispersion(prices: Iterable[tuple[int, int]]) -> Dispersion | None:
    """The spread of (price, allowances); None when there are none.

    >>> dispersion([(30, 1), (10, 1), (20, 2)])
    Dispersion(lowest=10, lower_quarter=10, median=20, mean=20, upper_quarter=20, highest=30)
    """
    ranked = sorted(prices)
    total = sum(count for _, count in ranked)
    if not total:
        return None

    def at(quarters: int) -> int:
        """The price of the allowance of rank quarters/4 x total, rounded up."""
        left = -(-quarters * total // 4)
        for price, count in ranked:
            left -= count
            if left <= 0:
                return price
        raise AssertionError(f"{quarters} quarters of {total}")

    mean = (2 * sum(price * count for price, count in ranked) + total) // (2 * total)
    return Dispersion(ranked[0][0], at(1), at(2), mean, at(3), ranked[-1][0])


def hhi(counts: Iterable[int]) -> int | None:
    """Herfindahl-Hirschman index: squared shares in percent, summed, half upwards; None when nothing is shared.

    >>> hhi([50, 50]), hhi([1]), hhi([1, 1, 1])
    (5000, 10000, 3333)
    """
    shares = list(counts)
    total = sum(shares)
    if not total:
        return None
    return (2 * ALL_TO_ONE * sum(count * count for count in shares) + total * total) // (2 * total * total)
