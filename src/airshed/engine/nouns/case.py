"""Case files: what is held against a source, and how far it has come."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Source, year, ground, pollutant, stack and day; the last three are empty where the ground is not about one.
Matter = tuple[str, int, str, str, str, str]


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
    #: The stack and the day that it is about; empty where it is about neither.
    stack: str = ""
    day: str = ""
    #: Digests of the documents that were brought in it, by either side.
    evidence: list[str] = field(default_factory=list)

    @property
    def open(self) -> bool:
        """Whether a decision, of the case or of an appeal, is still to come."""
        return self.state in ("noticed", "appealed")

    @property
    def fined(self) -> bool:
        """Whether it ended, or may end, with a penalty."""
        return self.state in ("decided", "upheld", "lowered")

    @property
    def matter(self) -> Matter:
        """What it is about."""
        return self.source, self.year, self.ground, self.pollutant, self.stack, self.day
