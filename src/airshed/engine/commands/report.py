"""Reports of a year, improvement lists, opinions."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.wish import Maybe, Name, Opinion, Text, Whole, Wish, Year


class ReportYear(Wish, frozen=True, omit_defaults=True):
    """The operator reports a year: sealed days and estimates are summed; what has neither is declared.

    A later report of the same year takes the place of the one before and says why. 提交年度报告。
    """

    source: Name
    year: Year
    #: By pollutant that no stack of the source measures and of which no estimate was handed in: mass of the year.
    declared_g: dict[Name, Whole] = msgspec.field(default_factory=dict)
    #: By check of `checks.csv` that is to be explained: the explanation.
    explained: dict[Name, Text] = msgspec.field(default_factory=dict)
    #: Why this report takes the place of an earlier one; empty for the first.
    reason: Text = ""


class RequestImprovement(Wish, frozen=True):
    """The verifier asks the operator to mend something or to say why it is so. 要求整改。"""

    source: Name
    year: Year
    #: What is to be mended or explained.
    item: Text


class AnswerImprovement(Wish, frozen=True):
    """The operator says what it has done about an item of the improvement list. 答复整改。"""

    source: Name
    year: Year
    #: Number of the item on the list of that year.
    number: Whole
    #: What was done, or why it is so.
    answer: Text
    #: SHA-256 of the proof, if there is one.
    evidence: Maybe = ""


class CloseImprovement(Wish, frozen=True):
    """The verifier is content with an answer, or sends it back. 整改审结。"""

    source: Name
    year: Year
    #: Number of the item on the list of that year.
    number: Whole
    #: No sends the item back to the operator.
    accepted: bool
    #: Why, when it is sent back.
    reason: Text = ""


class VerifyYear(Wish, frozen=True, omit_defaults=True):
    """A verifier's opinion on a reported year. 出具核查意见。"""

    source: Name
    year: Year
    #: "satisfactory" with every improvement closed; "with comments" with every one answered, and those not closed are
    #: carried into the next year; an "adverse" opinion sets no obligation, and the authority determines the year.
    opinion: Opinion
    #: What the opinion rests on, sentence by sentence; needed unless it is "satisfactory".
    comments: tuple[Text, ...] = ()


class DetermineYear(Wish, frozen=True):
    """The authority sets the emission of a year itself, with the reason. 核定年排放量。"""

    source: Name
    year: Year
    #: By pollutant, every one that is capped: mass of the year.
    mass_g: dict[Name, Whole]
    #: Why the authority sets the emission itself.
    reason: Text


class ReopenYear(Wish, frozen=True):
    """Let a verified year that is not settled be corrected, reported and verified again. 重开年度。"""

    source: Name
    year: Year
    #: What came to light.
    reason: Text


ReportBody = (
    ReportYear | RequestImprovement | AnswerImprovement | CloseImprovement | VerifyYear | DetermineYear | ReopenYear
)
