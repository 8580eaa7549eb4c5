"""Where allowances go that nobody bought: the next volumes, as each rule has them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import msgspec

from airshed.market.auction.law import NEXT_AUCTIONS, Offer
from airshed.market.auction.trimming import ALL_BASIS_POINTS
from airshed.model.refusal import Malformed

#: Auctions in a row above the reserve price after which unsold allowances come back (17 CCR 95911).
AUCTIONS_ABOVE = 2


class CarriedVolume(msgspec.Struct, frozen=True):
    """Volumes of the next auctions, the nearest first, and what went elsewhere."""

    volumes: tuple[int, ...]
    #: Waiting to be offered again.
    waiting: int
    #: To the government reserve.
    reserve: int


def to_next_auctions(
    unsold: int,
    first: Sequence[int],
    volumes: Sequence[int] | None = None,
    ceiling_basis_points: int = 12_500,
    lot: int = 1,
) -> CarriedVolume:
    """A quarter to each of the next four auctions, none above 125 % of the volume first proposed for it.

    What one of them cannot take goes evenly to the others that can; what none can, to the reserve (UK SI 2021/484
    reg. 6(8); the reserve is the market stability mechanism account there). All goes in whole lots; what does
    not divide goes one lot an auction to the nearest.

    >>> to_next_auctions(1_002, [1_000, 1_000, 1_000, 1_000]).volumes
    (1250, 1250, 1250, 1250)
    >>> to_next_auctions(400, [1_000, 1_000, 1_000, 1_000], [1_000, 1_240, 1_000, 1_000]).volumes
    (1130, 1250, 1130, 1130)
    """
    now = list(first if volumes is None else volumes)
    if len(first) != NEXT_AUCTIONS or len(now) != NEXT_AUCTIONS:
        raise Malformed("unsold", f"{len(first)} volumes", f"give those of the next {NEXT_AUCTIONS} auctions")
    if unsold < 0 or min(first) < 0 or min(now) < 0:
        raise Malformed("unsold", "a volume is below zero", "give counts from zero up")
    room = [
        max(0, each * ceiling_basis_points // ALL_BASIS_POINTS - volume) // lot
        for each, volume in zip(first, now, strict=True)
    ]
    lots = unsold // lot
    # the level to which all are filled that have room for it; what is left of the lots goes one each to the nearest
    level = bisect_right(range(max(room) + 1), lots, key=lambda level: sum(min(each, level) for each in room)) - 1
    added = [min(each, level) for each in room]
    for place in [place for place in range(NEXT_AUCTIONS) if room[place] > level][: lots - sum(added)]:
        added[place] += 1
    now = [volume + more * lot for volume, more in zip(now, added, strict=True)]
    rest = unsold - sum(added) * lot
    assert sum(now) + rest == sum(first if volumes is None else volumes) + unsold, f"{unsold} became {now} and {rest}"
    return CarriedVolume(tuple(now), 0, rest)


def after_two_above(
    unsold: int, waiting: int, above_in_a_row: int, first: int, ceiling_basis_points: int, lot: int = 1
) -> CarriedVolume:
    """Unsold allowances wait until two auctions in a row ended above the reserve price, then come back in parts.

    `above_in_a_row` counts the auctions before and with this one; a part is at most a share of the next volume, in
    whole lots (17 CCR 95911(f): 25 % of what is offered; "to confirm").

    >>> after_two_above(0, 500, 2, 1_000, 2_500)
    CarriedVolume(volumes=(1250,), waiting=250, reserve=0)
    >>> after_two_above(300, 500, 0, 1_000, 2_500)
    CarriedVolume(volumes=(1000,), waiting=800, reserve=0)
    """
    waiting += unsold
    most = min(waiting, first * ceiling_basis_points // ALL_BASIS_POINTS) // lot * lot
    back = most if above_in_a_row >= AUCTIONS_ABOVE else 0
    return CarriedVolume((first + back,), waiting - back, 0)


def carry(offer: Offer, unsold: int, price: int | None, lot: int = 1) -> CarriedVolume | None:
    """What the rules of an offer do with its unsold allowances; None where they say nothing.

    >>> from airshed.market.auction.law import Unsold
    >>> rule = Unsold(method="reserve", cite="x", status="to confirm")
    >>> carry(Offer(series="SO2-KM-2028", delivery="spot", count=9, unsold=rule, cite="x", status="to confirm"), 4, 1)
    CarriedVolume(volumes=(), waiting=0, reserve=4)
    """
    law = offer.unsold
    if law is None:
        return None
    first = law.first or ()
    match law.method:
        case "next-auctions":
            return to_next_auctions(unsold, first, law.volumes, law.ceiling_basis_points, lot)
        case "after-two-above":
            above = price is not None and not unsold and (offer.reserve_fen is None or price > offer.reserve_fen)
            in_a_row = law.above_in_a_row + 1 if above else 0
            return after_two_above(unsold, law.waiting, in_a_row, first[0], law.ceiling_basis_points, lot)
        case "reserve":
            return CarriedVolume((), 0, unsold)
