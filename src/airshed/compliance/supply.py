"""Supply that follows the number in circulation: where much was saved less is auctioned, where little was, more.

The market stability reserve of the EU (Decision (EU) 2015/1814) is of this kind, and so is any supply adjustment
mechanism with thresholds of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from airshed.model.measures import half_up

ALL_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class SupplyTerms:
    """Thresholds and shares; shares in hundredths of a percent of the number in circulation.

    Above `upper` a share of it is held back, or up to `share_from`, where there is one, no more than what is above
    `upper`. Below `lower` so many are released.
    """

    upper: int
    lower: int
    held_basis_points: int
    released: int
    share_from: int | None = None


def held_back(circulation: int, terms: SupplyTerms) -> int:
    """How many of the next allowances are not auctioned, half an allowance upwards.

    For 2022 the EU held 24 % of 1,134,794,738 back, and for 2025, up to 1,096 million, what was above 833 million.

    >>> held_back(1_134_794_738, SupplyTerms(833_000_000, 400_000_000, 2_400, 100_000_000))
    272350737
    >>> held_back(1_023_494_202, SupplyTerms(833_000_000, 400_000_000, 2_400, 100_000_000, 1_096_000_000))
    190494202
    """
    if circulation <= terms.upper:
        return 0
    if terms.share_from is not None and circulation <= terms.share_from:
        return circulation - terms.upper
    return half_up(Fraction(circulation * terms.held_basis_points, ALL_BASIS_POINTS))


def lapsing(kept: int, most: int) -> int:
    """How many of those that were held back lapse, of so many that the reserve keeps.

    At the beginning of 2023 what the reserve of the EU held above the auctions of 2022 became invalid: 2,515,135,787.

    >>> lapsing(950, 600), lapsing(500, 600)
    (350, 0)
    """
    return max(0, kept - most)


def released(circulation: int, terms: SupplyTerms, there: int) -> int:
    """How many of those that are `there` come back; all that there are where they are fewer.

    >>> released(399_999_999, SupplyTerms(833_000_000, 400_000_000, 2_400, 100_000_000), there=60_000_000)
    60000000
    """
    return min(terms.released, there) if circulation < terms.lower else 0
