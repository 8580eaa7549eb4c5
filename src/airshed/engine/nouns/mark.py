"""Hours that operators mark, and what becomes of them."""

from __future__ import annotations

from dataclasses import dataclass

from airshed.model.period import HOUR_MS


@dataclass(slots=True)
class Mark:
    """What an operator says of hours: instants of the first and after the last, and how far it has come."""

    id: int
    stack: str
    kind: str
    first: int
    after: int
    prove_by: int
    actor: str
    reason: str
    evidence: str
    #: "entered", "approved", "refused" or "lapsed".
    state: str = "entered"

    @property
    def stands(self) -> bool:
        """Whether its hours count as marked: from its entry until it is refused or lapses."""
        return self.state in ("entered", "approved")

    @property
    def hours(self) -> int:
        """How many hours it covers."""
        return (self.after - self.first) // HOUR_MS
