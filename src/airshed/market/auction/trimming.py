"""Trims a bid book before it is cleared: purchase limit and holding limit of the group, guarantee of the bidder."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence

from airshed.market.auction.nouns import Lots, Trim
from airshed.market.auction.sealed import Rule
from airshed.rulebook.kinds import TrimStep

#: A bid book: lines in the order in which they are served.
BidBook = Sequence[Lots]

ALL_BASIS_POINTS = 10_000


def over_limit(book: BidBook, group_of: Mapping[str, str], room: Mapping[str, int], lot: int) -> list[Lots]:
    """The book without the lots by which a group exceeds its room: its lowest-priced go first, of equals the last.

    A group that is not in `room` has no limit. Quebec Q-2, r. 46.1 s. 52, first paragraph.

    >>> lines = [Lots(-20, 0, 0, "steel", "", 300), Lots(-10, 0, 0, "steel-trade", "", 300)]
    >>> [(line.bidder, line.wanted) for line in over_limit(lines, {"steel-trade": "steel"}, {"steel": 450}, 100)]
    [('steel', 300), ('steel-trade', 100)]
    """
    left = {group: max(0, most) // lot * lot for group, most in room.items()}
    kept: list[Lots] = []
    for line in book:
        group = group_of.get(line.bidder, line.bidder)
        if group not in left:
            kept.append(line)
            continue
        count = min(line.wanted, left[group])
        left[group] -= count
        if count:
            kept.append(line._replace(wanted=count))
    return kept


def over_guarantee(
    book: BidBook,
    guarantees: Mapping[str, int],
    rule: Rule,
    basis_points: int,
    lot: int,
    per: int,
    prices: Sequence[int] | None = None,
) -> list[Lots]:
    """The book in which no bidder's bids are worth more than its guarantee, over all its bids.

    The worth of bids is the most that they can cost. Where all pay one price it is the highest of price x allowances
    bid for at that price or above; where each pays its own bid it is the sum. Lots beyond the guarantee are taken
    out and tried again as new bids at every lower price in the book, whoever made it (Quebec Q-2, r. 46.1 s. 50
    and 52). A bidder that is not in `guarantees` has no limit. `prices` are those of the book as it was submitted,
    ascending; if left out, those of `book`.

    >>> lines = [Lots(-20, 0, 0, "steel", "", 3), Lots(-15, 0, 0, "power", "", 1), Lots(-10, 0, 0, "power", "", 1)]
    >>> covered = over_guarantee(lines, {"steel": 30}, "uniform", 10_000, 1, 1)
    >>> [(line.bidder, line.price, line.wanted) for line in covered]
    [('steel', 20, 1), ('power', 15, 1), ('steel', 15, 1), ('power', 10, 1), ('steel', 10, 1)]
    """
    if prices is None:
        prices = sorted({line.price for line in book})
    own: dict[str, list[Lots]] = {}
    kept: list[Lots] = []
    for line in book:
        if line.bidder in guarantees:
            own.setdefault(line.bidder, []).append(line)
        else:
            kept.append(line)
    for bidder, lines in own.items():
        means = guarantees[bidder] * per * ALL_BASIS_POINTS // (lot * basis_points)
        kept += _covered(lines, means, rule, prices, lot)
    return sorted(kept)


def _covered(lines: list[Lots], means: int, rule: Rule, prices: Sequence[int], lot: int) -> list[Lots]:
    """The lines of one bidder that `means` cover, which are lots x price."""
    kept: list[Lots] = []
    excess: list[Lots] = []
    bought = spent = place = 0
    price: int | None = lines[0].price if lines else None
    while price is not None:
        again = [line._replace(rank=-price, moved=1) for line in excess]
        excess = []
        fresh: list[Lots] = []
        while place < len(lines) and lines[place].price == price:
            fresh.append(lines[place])
            place += 1
        for line in fresh + again:
            count = line.wanted
            if price:
                room = means // price - bought if rule == "uniform" else (means - spent) // price
                count = min(count, max(0, room) * lot)
            bought += count // lot
            spent += count // lot * price
            if count:
                kept.append(line._replace(wanted=count))
            if count < line.wanted:
                excess.append(line._replace(wanted=line.wanted - count))
        price = _next_price(price, lines[place].price if place < len(lines) else None, excess, prices)
        if excess and price is not None:
            # the dearest price of the book at which one lot more is covered, unless an own bid comes before
            affordable = means // (bought + 1) if rule == "uniform" else means - spent
            there = bisect_right(prices, min(affordable, price)) - 1
            reached = prices[there] if there >= 0 else None
            ahead = lines[place].price if place < len(lines) else None
            price = max((each for each in (reached, ahead) if each is not None), default=None)
    return kept


def _next_price(price: int, ahead: int | None, excess: list[Lots], prices: Sequence[int]) -> int | None:
    """The price below `price` that comes next: of the book while lots are out, else of the bidder's own bids."""
    if not excess:
        return ahead
    below = bisect_right(prices, price - 1) - 1
    return prices[below] if below >= 0 else None


def worth(lines: BidBook, rule: Rule, basis_points: int, per: int) -> int:
    """The part of the guarantee that one bidder's lines of a series take, in fen, rounded up."""
    bought = most = 0
    for line in sorted(lines):
        bought += line.wanted
        most = max(most, line.price * bought) if rule == "uniform" else most + line.price * line.wanted
    return -(-most * basis_points // (per * ALL_BASIS_POINTS))


def changes(step: TrimStep, before: BidBook, after: BidBook) -> list[Trim]:
    """What a step changed, for each bidder and price, the dearest first."""
    counts: Counter[tuple[int, str]] = Counter()
    for line in after:
        counts[line.rank, line.bidder] += line.wanted
    for line in before:
        counts[line.rank, line.bidder] -= line.wanted
    return [
        Trim(step, bidder, -rank, max(0, -count), max(0, count))
        for (rank, bidder), count in sorted(counts.items())
        if count
    ]
