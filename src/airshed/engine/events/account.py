"""What becomes of accounts and of what lies in them."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class AccountRestricted(Fact, frozen=True):
    """An account gives only by the transactions that the law leaves to a restricted one."""

    account: str
    #: Why.
    reason: str


class AccountSuspended(Fact, frozen=True):
    """Nobody may act for an account, and it is frozen."""

    account: str
    #: Why.
    reason: str


class AllowancesCancelled(Fact, frozen=True):
    """A holder has given allowances up for good, for no emission."""

    #: Number of the cancellation.
    cancellation: int
    #: The account that gave.
    account: str
    series: str
    count: int
    #: What the holder says in public; may be empty.
    statement: str
    entry: Entry


AccountEvent = AccountRestricted | AccountSuspended | AllowancesCancelled
