"""How much the authority may withdraw: of an excess, of idle years, of a paid reduction; never what is owed."""

from __future__ import annotations

from collections.abc import Sequence

ALL_BASIS_POINTS = 10_000


def excess(granted: int, baseline: int, actual: int, tolerance_basis_points: int) -> int:
    """What was allocated beyond the actual level of activity: nothing within the tolerance, else all of the difference.

    The allocation that the actual level deserves is rounded up to a whole allowance.

    >>> excess(100_000, 1_000_000, 900_000, 1_500), excess(100_000, 1_000_000, 700_000, 1_500)
    (0, 30000)
    """
    assert baseline > 0 <= actual, (baseline, actual)
    if actual * ALL_BASIS_POINTS >= baseline * (ALL_BASIS_POINTS - tolerance_basis_points):
        return 0
    return granted + -granted * actual // baseline


def idle(years: Sequence[tuple[int, int] | None], basis_points: int) -> bool:
    """Whether a source stood still: every year has a verified obligation within a share of what it was granted.

    A year is (obligation, granted), None when it has no verified figure: what is not known is not idle.

    >>> idle([(0, 100), (5, 100)], 500), idle([(0, 100), None], 500), idle([], 500)
    (True, False, False)
    """
    return bool(years) and all(
        year is not None and year[0] * ALL_BASIS_POINTS <= year[1] * basis_points for year in years
    )


def paid_reduction(reduced_kg: int, public_basis_points: int) -> int:
    """Allowances of a reduction that public money has paid for, rounded down.

    >>> paid_reduction(12_345, 6_000)
    7407
    """
    return reduced_kg * public_basis_points // ALL_BASIS_POINTS


def gone(wanted: int, there: int, owed: int) -> int:
    """How many of `wanted` are sold on or used: neither there to be taken nor there to be surrendered.

    >>> gone(100, 80, 30), gone(100, 20, 0), gone(100, 200, 0)
    (20, 80, 0)
    """
    return max(0, wanted - max(0, there))


def takeable(wanted: int, free: int, owed: int) -> int:
    """How many of `wanted` may go when `free` are there and `owed` are due for emissions: never what is owed.

    >>> takeable(100, 80, 30), takeable(100, 80, 90)
    (50, 0)
    """
    return max(0, min(wanted, free - owed))
