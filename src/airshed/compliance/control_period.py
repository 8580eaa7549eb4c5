"""Control periods of several years: what of a year falls due with it, and what with the last year of its period.

RGGI has periods of three years; with each of the first two, allowances for half of the year's emission are due.
"""

from __future__ import annotations

from typing import NamedTuple

from airshed.compliance.obligation import Rounding, obligation

ALL_BASIS_POINTS = 10_000


class Parts(NamedTuple):
    """What of a year's emission falls due with it, and what is deferred; together they are the obligation (I11)."""

    due: int
    deferred: int


def interim(mass_mg: int, share_basis_points: int, size_kg: int, rounding: Rounding) -> Parts:
    """The share is rounded as every obligation is, and the rest is what is missing to the obligation of the whole.

    So the parts of all years of a period add up to what the years oblige to, whatever is rounded.

    >>> interim(2_500_000, 5_000, 1, "up"), interim(2_500_000, 5_000, 1, "down")
    (Parts(due=2, deferred=1), Parts(due=1, deferred=1))
    """
    assert 0 <= share_basis_points <= ALL_BASIS_POINTS, share_basis_points
    due = obligation(mass_mg * share_basis_points, size_kg * ALL_BASIS_POINTS, rounding)
    return Parts(due, obligation(mass_mg, size_kg, rounding) - due)
