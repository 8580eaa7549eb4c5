"""Case files: what is held against a source, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Case:
    """A breach from notice to the last decision."""

    id: int
    actor: str
    source: str
    account: str
    year: int
    ground: str
    pollutant: str
    proposed_fen: int
    cite: str
    reply_until: int
    #: "noticed", "decided", "dropped", "appealed", "upheld", "lowered" or "quashed"; the last three by an appeal.
    state: str = "noticed"
    #: How often the account has replied.
    replies: int = 0
    #: Penalty by the last decision; None before there is one.
    fen: int | None = None
    #: Who took the first decision, by themselves or as the second person.
    decided_by: tuple[str, ...] = ()
    appeal_until: int = 0

    @property
    def open(self) -> bool:
        """Whether a decision, of the case or of an appeal, is still to come."""
        return self.state in ("noticed", "appealed")
