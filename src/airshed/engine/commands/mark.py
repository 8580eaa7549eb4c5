"""Hours that operators mark, and what becomes of them."""

from __future__ import annotations

from airshed.engine.commands.wish import Hour, Maybe, Name, Text, Whole, Wish


class MarkHours(Wish, frozen=True):
    """The operator says what a stack's hours were: stopped, starting up, under maintenance, and so on. 标记时段。"""

    stack: Name
    #: One of the marks of the rulebook's `marks.csv`.
    mark: Name
    #: First hour marked.
    first: Hour
    #: Last hour marked, itself included.
    last: Hour
    #: What happened.
    reason: Text
    #: SHA-256 of the proof (a log, a photograph, a work order); empty when it follows with `ProveMark`.
    evidence: Maybe = ""


class ProveMark(Wish, frozen=True):
    """Hand in the proof of a mark. 提交标记证明。"""

    #: Number of the mark, from the answer to `MarkHours`.
    mark: Whole
    #: SHA-256 of the proof.
    evidence: Name


class DecideMark(Wish, frozen=True):
    """Approve a mark that is proven, or refuse it; a refused mark is reverted. 审批标记。"""

    #: Number of the mark.
    mark: Whole
    #: Yes approves, no refuses.
    approved: bool
    #: Why, as the operator will read it.
    reason: Text


class LapseMark(Wish, frozen=True):
    """Revert a mark whose proof did not come in time. 标记逾期失效。"""

    #: Number of the mark.
    mark: Whole


MarkBody = MarkHours | ProveMark | DecideMark | LapseMark
