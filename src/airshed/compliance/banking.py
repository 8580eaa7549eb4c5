"""What becomes of allowances that are left after a year: how many go on, which ones, and which have expired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from airshed.model.allowance import Series

ALL_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class YearEnd:
    """An account's year in one pollutant, in allowances: left after surrender, surrendered, owed.

    `net_sold` is what it sold since it was settled last, less what it bought; below zero where it bought more.
    """

    holdings: int
    surrendered: int
    verified: int
    net_sold: int = 0


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes on, what is over the limit, what no coming year admits; by series, youngest vintage first."""

    kept: Mapping[Series, int]
    over: Mapping[Series, int]
    expired: Mapping[Series, int]


#: What a banking limit may be a share of.
Base = Literal["holdings", "surrendered", "verified", "net_sold"]


def base(of: Base, end: YearEnd) -> int:
    """The count that the limit is a share of.

    >>> base("surrendered", YearEnd(holdings=10, surrendered=90, verified=100))
    90
    """
    counts = {"holdings": end.holdings, "surrendered": end.surrendered, "verified": end.verified}
    return max(0, end.net_sold) if of == "net_sold" else counts[of]


def bank(is_open: bool, of: int, limit_basis_points: int, basic: int = 0) -> int:
    """How many allowances may go on: a share of `of` in hundredths of a percent, rounded down, and so many beside it.

    None when closed.

    >>> bank(True, 1_234, 2_000), bank(True, 1_234, 15_000, 100), bank(False, 1_234, 2_000, 100)
    (246, 1951, 0)
    """
    assert min(of, limit_basis_points, basic) >= 0, (of, limit_basis_points, basic)
    return of * limit_basis_points // ALL_BASIS_POINTS + basic if is_open else 0


def last_year(vintage: int, vintages_back: int) -> int:
    """The last emission year for which a vintage counts.

    >>> last_year(2027, 1)
    2028
    """
    return vintage + vintages_back


def carry(left: Iterable[tuple[Series, int]], room: int, year: int, vintages_back: int) -> Carried:
    """Sort what is left of one pollutant after `year`: youngest vintage first, because it lasts longest.

    Vintages after `year` are not banked: they are not due yet and stay outside the limit.
    """
    assert room >= 0, room
    kept: dict[Series, int] = {}
    over: dict[Series, int] = {}
    expired: dict[Series, int] = {}
    for series, count in sorted(left, key=lambda holding: (-holding[0].vintage, str(holding[0]))):
        if series.vintage > year:
            kept[series] = count
        elif last_year(series.vintage, vintages_back) <= year:
            expired[series] = count
        else:
            part = min(count, room)
            room -= part
            if part:
                kept[series] = part
            if count > part:
                over[series] = count - part
    return Carried(kept, over, expired)
