"""A price paid in instalments: what is due when, what is late, and how many allowances are not paid for yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from airshed.model.measures import value_fen

ALL_BASIS_POINTS = 10_000


class Instalment(NamedTuple):
    """A part of a price and its last day, as ISO date."""

    on: str
    fen: int


class DueDay(NamedTuple):
    """A rule of the schedule: month and day, how many years after the purchase, its share of what is left to pay."""

    on: str
    years_later: int
    basis_points: int


def price_of(count: int, years: int, fen_per_t_year: int) -> int:
    """What `count` allowances of one kilogram in each of `years` vintages cost, rounded once, half a fen upwards.

    >>> price_of(20_000, 3, 100_000)
    6000000
    """
    return value_fen(count * years, fen_per_t_year)


def first_fen(total: int, basis_points: int) -> int:
    """The part of a price that is paid at once: a share in hundredths of a percent, rounded up to the fen.

    >>> first_fen(6_000_001, 4_000)
    2400001
    """
    return -(-total * basis_points // ALL_BASIS_POINTS)


def schedule(left: int, year: int, rule: Sequence[DueDay]) -> tuple[Instalment, ...]:
    """What is left to pay after the first instalment, by the rule's shares and days.

    The sum up to each day is rounded down, so the last instalment has what rounding left over. An instalment of nothing
    is left out. Shares that do not make up the whole are an error of the rule (`check_primary`).

    >>> schedule(101, 2027, [DueDay("06-30", 1, 5_000), DueDay("06-30", 2, 5_000)])
    (Instalment(on='2028-06-30', fen=50), Instalment(on='2029-06-30', fen=51))
    """
    found: list[Instalment] = []
    share = before = 0
    for due in rule if left else ():
        share += due.basis_points
        upto = left * share // ALL_BASIS_POINTS
        if upto > before:
            found.append(Instalment(f"{min(year + due.years_later, 9999)}-{due.on}", upto - before))
        before = upto
    assert before == left, f"the schedule leaves {left - before} of {left} fen"
    return tuple(found)


def days_late(on: str, today: str) -> int:
    """Days from the last day of an instalment to `today`; 0 when it is not late.

    >>> days_late("2028-06-30", "2028-07-10"), days_late("2028-06-30", "2028-06-30")
    (10, 0)
    """
    return max(0, (date.fromisoformat(today) - date.fromisoformat(on)).days)


def late_fen(fen: int, days: int, grace_days: int, basis_points: int, cap_basis_points: int) -> int:
    """Interest on an instalment that is paid `days` late: none within the days of grace, then simple for every day.

    A daily rate in hundredths of a percent, half a fen upwards, never above the cap (a share of the instalment,
    rounded down).

    >>> late_fen(1_800_000, 10, 15, 5, 10_000), late_fen(1_800_000, 40, 15, 5, 10_000)
    (0, 36000)
    """
    if days <= grace_days:
        return 0
    grown = (fen * days * basis_points + ALL_BASIS_POINTS // 2) // ALL_BASIS_POINTS
    return min(grown, fen * cap_basis_points // ALL_BASIS_POINTS)


def unpaid(count: int, total: int, paid: int) -> int:
    """How many of `count` allowances are not paid for yet: the unpaid share of the price, rounded up.

    >>> unpaid(20_000, 6_000_000, 2_400_000), unpaid(3, 100, 99), unpaid(3, 100, 100)
    (12000, 1, 0)
    """
    assert 0 <= paid <= total, (paid, total)
    return -(-count * (total - paid) // total) if total else 0
