"""Nature: what a path draws, every kind of thing from a stream of its own.

So a scenario that adds a shock, works, years or a spread leaves all else as it was, and two scenarios differ on the
same path by what they say, and not by luck (common random numbers).
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

What = Literal["growth", "all costs", "technology", "shock", "firm", "year", "belief", "entry"]
#: The stream before these is what agents draw from.
STREAMS: tuple[What, ...] = get_args(What)
FIRST = 2


class Nature:
    """Draws of path `number` under a seed; without a number nothing deviates from what is expected."""

    def __init__(self, seed: int, number: int | None) -> None:
        self.seed, self.number = seed, number

    @property
    def still(self) -> bool:
        """Whether nothing deviates."""
        return self.number is None

    def stream(self, what: What, part: int = 0) -> np.random.Generator:
        """The generator of one kind of thing, and of one part of it, as a year."""
        assert self.number is not None, "nothing is drawn"
        return np.random.default_rng([self.seed, self.number, FIRST + STREAMS.index(what), part])

    def normal(self, what: What, percent: float, size: int, part: int = 0) -> NDArray[np.float64]:
        """Deviations with a standard deviation of so many percent; the first ones do not hang on how many there are."""
        return np.zeros(size) if self.still else self.stream(what, part).normal(0.0, percent / 100, size)
