"""Allowances let for a time."""

from __future__ import annotations

from dataclasses import dataclass, field


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
