"""Allowances let for a time."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class LeaseOffered(Fact, frozen=True):
    """Allowances are set aside for a lessee. 租赁要约已发出，配额已冻结。"""

    #: Number that the lease gets.
    lease: int
    #: Account that gives for use.
    lessor: str
    #: Account that may accept.
    lessee: str
    series: str
    #: Allowances, of each vintage of a strip.
    count: int
    #: Fen per tonne and year.
    rent: int
    #: "once" or "yearly".
    pay: str
    #: The lease under which the lessor holds them itself; 0 when they are its own.
    part_of: int
    #: Last day of the lease.
    ends: str


class LeaseDropped(Fact, frozen=True):
    """What was set aside for an offered lease is free again. 租赁要约已撤回或未被接受，配额已解冻。"""

    #: Number of the lease.
    lease: int
    #: Account that offered.
    lessor: str
    #: Account that might have accepted.
    lessee: str
    series: str
    #: The lease under which the lessor held them itself; 0 when they were its own.
    part_of: int
    #: Who took it back or declined.
    actor: str


class LeaseDelivered(Fact, frozen=True):
    """Vintages went to the lessee against their rent, in one entry; there they are set aside for use.

    租赁配额已交付，租金已付。
    """

    #: Number of the lease.
    lease: int
    #: The day, from which rent that is due later counts.
    day: str
    #: Account that gives for use.
    lessor: str
    #: Account that uses.
    lessee: str
    series: str
    #: The vintages that went, by series.
    delivered: tuple[str, ...]
    #: Rent paid.
    fen: int
    entry: Entry


class LeaseShortened(Fact, frozen=True):
    """Rent was not paid: vintages that were not delivered are the lessor's again, the lease ends sooner.

    未付租金，租期缩短。
    """

    #: Number of the lease.
    lease: int
    #: Account that gave for use.
    lessor: str
    #: Account that uses.
    lessee: str
    series: str
    #: The vintages that stay with it, by series.
    kept: tuple[str, ...]
    #: Last day of the lease from now on.
    ends: str


class LeaseEnded(Fact, frozen=True):
    """A lease is over: what is left of it goes back, or is free where it lies, as the rulebook says. 租赁已终止。"""

    #: Number of the lease.
    lease: int
    #: Account that gave for use.
    lessor: str
    #: Account that used.
    lessee: str
    series: str
    #: The lease under which the lessor held them itself; 0 when they were its own.
    part_of: int
    entry: Entry


LeaseEvent = LeaseOffered | LeaseDropped | LeaseDelivered | LeaseShortened | LeaseEnded
