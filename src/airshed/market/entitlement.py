"""How much a source may be granted against payment, or from the reserve for new entrants."""

from __future__ import annotations


def entitlement(base: int, basis_points: int) -> int:
    """Allowances that a source may buy in all: a share of `base` in hundredths of a percent, rounded down.

    `base` is what the rulebook names: the free allocation of the series, or the obligation of the last verified year.

    >>> entitlement(200_000, 1_000)
    20000
    """
    assert base >= 0 <= basis_points, (base, basis_points)
    return base * basis_points // 10_000
