"""Hours that operators mark, and what becomes of them."""

from __future__ import annotations

from airshed.engine.events.fact import Fact


class HoursMarked(Fact, frozen=True):
    """Hours of a stack are marked, until the mark is refused or lapses. 时段已标记。"""

    #: Number that the mark gets.
    mark: int
    stack: str
    #: Name of the mark, from the rulebook.
    kind: str
    #: First and last hour, both included.
    first: str
    #: Last hour.
    last: str
    #: How many hours.
    hours: int
    #: Who marked.
    actor: str
    #: What was said.
    reason: str
    #: SHA-256 of the proof, or empty.
    evidence: str
    #: Last millisecond for the proof.
    prove_by: int


class MarkProven(Fact, frozen=True):
    """The proof of a mark is in. 标记证明已提交。"""

    #: Number of the mark.
    mark: int
    #: SHA-256 of the proof.
    evidence: str


class MarkApproved(Fact, frozen=True):
    """A mark stands. 标记已批准。"""

    #: Number of the mark.
    mark: int
    #: Who approved.
    actor: str
    #: What was said.
    reason: str


class MarkReverted(Fact, frozen=True):
    """A mark counts no longer: it was refused, or its proof did not come in time. 标记已撤销。"""

    #: Number of the mark.
    mark: int
    #: Who refused, or noted the lapse.
    actor: str
    #: "refused" or "lapsed".
    how: str
    #: What was said.
    reason: str


MarkEvent = HoursMarked | MarkProven | MarkApproved | MarkReverted
