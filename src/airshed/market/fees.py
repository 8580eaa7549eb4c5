"""Fees of a trade, and the band within which a limit may lie."""

from __future__ import annotations

from airshed.model.measures import part_fen

WHOLE_BASIS_POINTS = 10_000


def fees_fen(value: int, buyer_basis_points: int, seller_basis_points: int) -> tuple[int, int]:
    """What buyer and seller pay on a trade worth `value` fen, each rounded once, half a fen upwards.

    Shanxi 2017 charges 1.5 percent in equal halves:

    >>> fees_fen(2_700_000, 75, 75)
    (20250, 20250)
    """
    return part_fen(value, buyer_basis_points), part_fen(value, seller_basis_points)


def before_fee(cash: int, basis_points: int) -> int:
    """The largest value that `cash` fen pay together with a buyer's fee on it.

    >>> before_fee(1_007_500, 75), before_fee(1_007_499, 75), before_fee(100, 0)
    (1000000, 999999, 100)
    """
    value = cash * WHOLE_BASIS_POINTS // (WHOLE_BASIS_POINTS + basis_points)
    while value + part_fen(value, basis_points) > cash:
        value -= 1
    while value + 1 + part_fen(value + 1, basis_points) <= cash:
        value += 1
    return value


def band(reference: int, basis_points: int, tick: int) -> tuple[int, int]:
    """The lowest and the highest price allowed around `reference`, both inside the band and on a tick.

    All in fen per tonne. The floor is rounded up and the ceiling down, so that rounding never widens the band,
    and the floor is never under one tick. A band in which no tick lies comes back with its floor above its
    ceiling: no price is allowed.

    >>> band(1_800_000, 1_000, 1_000)
    (1620000, 1980000)
    >>> band(9_800, 1_000, 1)  # the national market's ten percent: 98.00 yuan, ticks of one fen
    (8820, 10780)
    """
    assert reference > 0, f"reference {reference}"
    assert tick > 0, f"tick {tick}"
    assert 0 <= basis_points <= WHOLE_BASIS_POINTS, f"band of {basis_points} basis points"
    step = WHOLE_BASIS_POINTS * tick
    floor = -(-reference * (WHOLE_BASIS_POINTS - basis_points) // step) * tick
    ceiling = reference * (WHOLE_BASIS_POINTS + basis_points) // step * tick
    return max(floor, tick), ceiling
