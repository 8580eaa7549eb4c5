"""What becomes of accounts and of what lies in them."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


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


AccountEvent = AllowancesCancelled
