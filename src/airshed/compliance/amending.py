"""An emission that is corrected after its year was settled: what changes is the difference to what was accepted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settled:
    """A settled year in one pollutant: what is owed is surrendered, missing, or added later and still open."""

    surrendered: int
    shortfall: int = 0
    extra: int = 0

    @property
    def obligation(self) -> int:
        """All that is owed."""
        return self.surrendered + self.shortfall + self.extra


def amend(settled: Settled, obligation: int) -> tuple[Settled, int]:
    """The year with another obligation, and how many allowances go back to who surrendered them.

    More is owed in addition, whatever was accepted before. Less walks back through what is not paid: first what an
    earlier correction added and is still open, then what was missing, and only then what was surrendered.

    >>> amend(Settled(surrendered=90, shortfall=10), 120)
    (Settled(surrendered=90, shortfall=10, extra=20), 0)
    >>> amend(Settled(surrendered=90, shortfall=10, extra=20), 95)
    (Settled(surrendered=90, shortfall=5, extra=0), 0)
    >>> amend(Settled(surrendered=90, shortfall=10), 80)
    (Settled(surrendered=80, shortfall=0, extra=0), 10)
    """
    assert obligation >= 0, obligation
    less = settled.obligation - obligation
    if less <= 0:
        return Settled(settled.surrendered, settled.shortfall, settled.extra - less), 0
    extra = max(0, settled.extra - less)
    less -= settled.extra - extra
    shortfall = max(0, settled.shortfall - less)
    less -= settled.shortfall - shortfall
    return Settled(settled.surrendered - less, shortfall, extra), less
