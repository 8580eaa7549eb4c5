"""Pledges, leases and rights."""

from __future__ import annotations

from dataclasses import dataclass, field

from airshed.model.allowance import Series


@dataclass(slots=True)
class Pledge:
    """Allowances that secure a debt. `left` has what it still binds of each series, set aside in the pledgor's."""

    id: int
    pledgor: str
    pledgee: str
    series: str
    count: int
    secured: int
    until: str
    left: dict[str, int]
    #: "offered", "standing" or "called".
    state: str = "offered"
    #: First day on which a called pledge may be enforced.
    enforce_from: str = ""
    #: The auction in which a part of it is on sale, or empty.
    sale: str = ""


@dataclass(slots=True)
class Lease:
    """Allowances for use: `waiting` is set aside at the lessor's for rent to come, `leased` at the lessee's for use."""

    id: int
    lessor: str
    lessee: str
    series: str
    count: int
    rent: int
    #: "once" or "yearly".
    pay: str
    #: The lease under which the lessor holds them itself; 0 when they are its own.
    part_of: int
    ends: str
    waiting: dict[str, int]
    leased: dict[str, int] = field(default_factory=dict)
    #: Day of acceptance.
    since: str = ""
    #: "offered" or "standing".
    state: str = "offered"


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
