"""What became of what lay in accounts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Allowances that a holder has given up for no emission, and what it says in public."""

    id: int
    account: str
    series: str
    count: int
    at: int
    statement: str
