"""Rights to allowances over many years."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.model.allowance import Series


@dataclass(frozen=True, slots=True)
class RightOffer:
    """A right on offer: `aside` has what of its delivered vintages goes along."""

    buyer: str
    start: int
    fen: int
    aside: dict[str, int]


@dataclass(slots=True)
class Right:
    """So many allowances of every vintage from `first` on. `served` has what its holder got under it, by series."""

    id: int
    holder: str
    pollutant: str
    jurisdiction: str
    count: int
    first: int
    #: Its last vintage; 0 without an end.
    last: int
    #: Last vintage for which it is served without a renewal.
    until: int
    served: dict[str, int]
    offer: RightOffer | None = None

    def named(self, vintage: int) -> str:
        """The series of one of its vintages."""
        return str(Series(self.pollutant, self.jurisdiction, vintage))

    def covers(self, pollutant: str, jurisdiction: str, vintage: int) -> bool:
        """Whether it is served of this series."""
        return (self.pollutant, self.jurisdiction) == (pollutant, jurisdiction) and self.first <= vintage <= self.until
