"""Supply that follows the number in circulation: banks and auctions of an equilibrium, each the answer to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from airshed.lab.equilibrium.curves import Floats
from airshed.model.measures import KG_PER_T
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: The number of a year is stated in the next one, whose vintage is shared out by then: it moves the one after that.
LATER = 2
#: Rounds in which banks and auctions are brought into line, how far they may differ, of the caps, and the step between.
ROUNDS, SETTLED, STEP = 60, 1e-7, 0.5


class SupplyLine(NamedTuple):
    """A row of `supply.csv` in tonnes; `held` is the part of what is in circulation that is kept back."""

    since: int
    upper: float
    lower: float
    held: float
    released: float
    share_from: float | None

    def kept_back(self, circulating: float) -> float:
        """How much is not auctioned, t, as `compliance.supply.held_back` in whole allowances.

        >>> SupplyLine(2027, 833.0, 400.0, 0.24, 100.0, 1_096.0).kept_back(1_023.0)
        190.0
        """
        if circulating <= self.upper:
            return 0.0
        if self.share_from is not None and circulating <= self.share_from:
            return circulating - self.upper
        return self.held * circulating


def lines_of(rules: Rulebook, pollutant: str) -> tuple[SupplyLine, ...]:
    """What a law says of a pollutant's supply, the oldest row first."""
    size = rules.allowance.size_kg / KG_PER_T
    rows = [row for row in rules.reserve.supply if row.pollutant == lookup.pollutant(rules, pollutant).code]
    return tuple(
        SupplyLine(
            row.period,
            row.upper * size,
            row.lower * size,
            row.held_basis_points / lookup.WHOLE,
            row.released * size,
            None if row.share_from is None else row.share_from * size,
        )
        for row in sorted(rows, key=lambda row: row.period)
    )


def answered(
    lines: Sequence[SupplyLine], years: Sequence[int], circulating: Floats, auctioned: Floats, back: int | None
) -> Floats:
    """What the law does to each city's auctions when so much circulates at each year's end; below zero it keeps back.

    What is kept back lies with its city and its vintage, and comes back, the oldest first, while that one still counts.

    >>> line = SupplyLine(2027, 50.0, 20.0, 0.5, 8.0, None)
    >>> circulating, auctioned = np.array([60.0, 30.0, 10.0, 0.0, 0.0]), np.full((1, 5), 20.0)
    >>> answered([line], range(2027, 2032), circulating, auctioned, None).tolist()
    [[0.0, 0.0, -20.0, 0.0, 8.0]]
    """
    change = np.zeros(auctioned.shape)
    kept = np.zeros(auctioned.shape)
    for t in range(len(years) - LATER):
        line = next((each for each in reversed(lines) if each.since <= years[t]), None)
        to = t + LATER
        if line is None:
            continue
        room = float(auctioned[:, to].sum())
        held = min(line.kept_back(float(circulating[t])), room)
        if held > 0:
            kept[:, to] = auctioned[:, to] * held / room
            change[:, to] -= kept[:, to]
        elif circulating[t] < line.lower:
            since = 0 if back is None else max(0, to - back)
            _release(kept[:, since:to], change[:, to], line.released)
    return change


def _release(kept: Floats, into: Floats, most: float) -> None:
    """Give back up to `most` of what is kept, by city and vintage, each city by its part of all."""
    there = float(kept.sum())
    left = kept.sum(axis=1) * min(1.0, most / there) if there > 0 else np.zeros(len(kept))
    into += left
    for vintage in range(kept.shape[1]):
        taken = np.minimum(left, kept[:, vintage])
        kept[:, vintage] -= taken
        left = left - taken
