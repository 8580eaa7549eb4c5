"""Case files: a breach is noticed, replied to, decided, appealed, and decided on appeal."""

from __future__ import annotations

from airshed.engine.commands.wish import Maybe, MaybeDay, Money, Name, Seal, Text, Whole, Wish, Year


class NoticeCase(Wish, frozen=True, omit_defaults=True):
    """Open a case about a breach: what is held against a source, by which article, and what it may cost. 立案告知。"""

    source: Name
    year: Year
    #: "shortfall", or a ground of the law.
    ground: Name
    #: What was missing or exceeded; of a breach that concerns no pollutant, empty.
    pollutant: Maybe
    #: Proposed penalty; of a shortfall exactly what the law gives for it.
    fen: Money
    #: The facts and what they rest on, as the account holder will read it.
    reason: Text
    #: Where the ground is about a stack: which; empty for a source that has none.
    stack: Maybe = ""
    #: Where the ground is about a day: which, of a longer breach the first.
    day: MaybeDay = ""
    #: SHA-256 of the document that it rests on; for a shortfall the book itself does.
    evidence: Seal = ""


class ReplyCase(Wish, frozen=True, omit_defaults=True):
    """Reply to a notice. 陈述申辩。"""

    #: Number of the case.
    case: Whole
    #: What the account says to it.
    reply: Text
    #: SHA-256 of a document that the account brings; empty where there is none.
    evidence: Seal = ""


class DecideCase(Wish, frozen=True, omit_defaults=True):
    """Decide a case after the reply or its term: as proposed, less, or nothing, which drops it. 作出处罚决定。"""

    #: Number of the case.
    case: Whole
    #: Penalty; 0 drops the case.
    fen: Money
    #: Why, with what was made of the reply.
    reason: Text
    #: SHA-256 of the written decision; empty where there is none.
    evidence: Seal = ""


class AppealCase(Wish, frozen=True, omit_defaults=True):
    """Appeal a decision; nothing is to be paid until the appeal is decided. 申请行政复议。"""

    #: Number of the case.
    case: Whole
    #: Why.
    reason: Text
    #: SHA-256 of a document that the account brings; empty where there is none.
    evidence: Seal = ""


class DecideCaseAppeal(Wish, frozen=True, omit_defaults=True):
    """Decide an appeal, by somebody who did not take the decision; never more than was decided. 作出复议决定。"""

    #: Number of the case.
    case: Whole
    #: Penalty; 0 drops the case.
    fen: Money
    #: Why.
    reason: Text
    #: SHA-256 of the written decision; empty where there is none.
    evidence: Seal = ""


CaseBody = NoticeCase | ReplyCase | DecideCase | AppealCase | DecideCaseAppeal
