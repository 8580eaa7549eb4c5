"""Transfers: those that wait, and those that are over."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.registry.moves import Entry
from airshed.rulebook.transactions import TransactionType


@dataclass(slots=True)
class AllowanceTransfer:
    """A transfer: asked for at one instant, to be carried out from another; while it waits, `count` are set aside."""

    id: int
    type: TransactionType
    origin: str
    target: str
    series: str
    count: int
    asked: int
    due: int
    #: Whether the target was trusted when it was asked for.
    trusted: bool = False
    #: "waiting", "done", "cancelled" or "reversed".
    state: str = "waiting"
    #: The instant at which it was carried out or called off; None while it waits.
    ended: int | None = None
    #: What it moved; empty while it waits, and when it was called off.
    entry: Entry = ()
    #: What the rules had against it when its hour had come.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TransferLimits:
    """To what a holder has bound its transfers; until `since` the stricter of these and of `before` hold."""

    two_above: int | None = None
    trusted_above: int | None = None
    since: int = 0
    before: tuple[int | None, int | None] = (None, None)

    def at(self, at: int) -> tuple[int | None, int | None]:
        """The limits that hold at an instant: above which two confirm, above which only trusted accounts receive.

        >>> TransferLimits(500, None, 90, (100, 700)).at(89), TransferLimits(500, None, 90, (100, 700)).at(90)
        ((100, 700), (500, None))
        """
        now = (self.two_above, self.trusted_above)
        if at >= self.since:
            return now
        return stricter(now[0], self.before[0]), stricter(now[1], self.before[1])


def stricter(one: int | None, other: int | None) -> int | None:
    """The lower of two limits; None is no limit."""
    known = [limit for limit in (one, other) if limit is not None]
    return min(known, default=None)
