"""How much of a series a corporate group may hold: a share of its cap, and a smaller one of what lies beyond a base."""

from __future__ import annotations

from dataclasses import dataclass

ALL_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class HoldingLimit:
    """A share of a cap up to `base` and another one of the rest, in hundredths of a percent; of all without one."""

    basis_points: int
    base: int | None = None
    beyond_basis_points: int = 0

    def of(self, cap: int) -> int:
        """The limit for a cap, rounded down.

        California 2013: a tenth of 25,000,000 and a fortieth of what the budget of 162,800,000 has beyond them
        (17 CCR 95920).

        >>> HoldingLimit(1_000, 25_000_000, 250).of(162_800_000)
        5945000
        >>> HoldingLimit(6_000).of(1_000)
        600
        """
        first = cap if self.base is None else min(cap, self.base)
        return (first * self.basis_points + (cap - first) * self.beyond_basis_points) // ALL_BASIS_POINTS
