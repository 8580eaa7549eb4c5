"""Flow control of a year, as it was stated when the year was over."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class FlowControl:
    """What was stated, and how many banked allowances of each account count one for one yet."""

    budget: int
    bank: int
    #: By account, as it was stated; None where all count one for one.
    one_for_one: dict[str, int] | None
    #: What of it is left.
    left: dict[str, int]
