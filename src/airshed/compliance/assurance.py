"""Groups that answer together for a level: what is owed besides where they emitted more, shared by who is above.

The assurance provisions of the US Cross-State Air Pollution Rule are of this kind (40 CFR 97.425: two allowances for
each ton by which a state is above its budget and the variability of that), and so is a plan in which several works
average.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from airshed.model.measures import half_up

ALL_BASIS_POINTS = 10_000


class GroupAccount(NamedTuple):
    """What the sources of an account in the group emitted, and its own part of the level, in allowances."""

    emitted: int
    own: int

    @property
    def above(self) -> int:
        """By how many it is above its own part."""
        return max(0, self.emitted - self.own)


def owed_besides(level: int, accounts: Mapping[str, GroupAccount], factor_basis_points: int) -> dict[str, int]:
    """By account: allowances that it owes beside its own emission; nothing where the group keeps to its level.

    The excess is shared by how far each is above its own part, each share to the nearest allowance, and then counted
    as many times as the law says. Who is not above owes nothing.

    >>> group = {"coal": GroupAccount(700, 500), "gas": GroupAccount(350, 250), "wind": GroupAccount(0, 100)}
    >>> owed_besides(930, group, 20_000)
    {'coal': 160, 'gas': 80}
    >>> owed_besides(1_050, group, 20_000)
    {}
    """
    excess = sum(each.emitted for each in accounts.values()) - level
    above = sum(each.above for each in accounts.values())
    if excess <= 0:
        return {}
    assert above >= excess, f"{level} is less than the parts of {accounts}"
    shares = {name: half_up(Fraction(excess * each.above, above)) for name, each in accounts.items()}
    owed = {name: half_up(Fraction(share * factor_basis_points, ALL_BASIS_POINTS)) for name, share in shares.items()}
    return {name: count for name, count in owed.items() if count}
