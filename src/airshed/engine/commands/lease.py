"""Allowances let for a time."""

from __future__ import annotations

from typing import Literal

from airshed.engine.commands.wish import Name, Rent, Whole, Wish


class OfferLease(Wish, frozen=True):
    """Offer allowances to one lessee for use against rent; they are set aside until it accepts or declines.

    发出租赁要约。
    """

    #: The account that gives for use.
    lessor: Name
    #: The account that may accept.
    lessee: Name
    #: A series, or a strip, as SO2-KM-2027..2031.
    series: Name
    #: Allowances, of each vintage of a strip.
    count: Whole
    #: The rent of a tonne and year.
    rent: Rent
    #: "once": all rent at acceptance, against all vintages; "yearly": each vintage against its own year's rent.
    pay: Literal["once", "yearly"]
    #: The lease under which the lessor holds them itself; 0 when they are its own.
    part_of: Whole = 0


class AcceptLease(Wish, frozen=True):
    """Accept a lease: allowances against rent, in one entry. 接受租赁。"""

    #: Number of the lease, from the answer to `OfferLease`.
    lease: Whole


class DropLease(Wish, frozen=True):
    """Take an offered lease back, or decline it. 撤回或拒绝租赁。"""

    #: Number of the lease.
    lease: Whole


class PayRent(Wish, frozen=True):
    """Pay the next year of a lease that is paid yearly, and get its vintage in the same entry. 支付年租。"""

    #: Number of the lease.
    lease: Whole


class EndLease(Wish, frozen=True):
    """End a lease: the lessee at any time, the lessor after its last day, or when rent is overdue. 终止租赁。"""

    #: Number of the lease.
    lease: Whole


LeaseBody = OfferLease | AcceptLease | DropLease | PayRent | EndLease
