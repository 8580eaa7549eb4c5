"""What became of what lay in accounts; notices of closure; sources on their way to another account."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Allowances that a holder has given up for no emission, and what it says in public."""

    id: int
    account: str
    series: str
    count: int
    at: int
    statement: str


@dataclass(frozen=True, slots=True)
class ClosureNotice:
    """An account is to be closed, from an instant on whatever lies in it."""

    reason: str
    until: int


@dataclass(slots=True)
class SourceTransfer:
    """A source that passes from one account to another."""

    id: int
    source: str
    origin: str
    target: str
    offered: int
    #: "offered", "claimed", "done" or "dropped".
    state: str = "offered"
    claimed: int | None = None
    ended: int | None = None
    #: What was owed for it when it passed, by pollutant.
    owed: dict[str, int] = field(default_factory=dict)
    #: Why it was dropped.
    reason: str = ""
