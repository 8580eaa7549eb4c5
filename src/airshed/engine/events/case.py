"""Case files: a breach is noticed, replied to, decided, appealed, and decided on appeal."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class CaseNoticed(Fact, frozen=True, omit_defaults=True):
    """A case is open; the account has until an instant to reply. 已立案告知。"""

    #: Number that the case gets.
    case: int
    #: Who gave the notice.
    actor: str
    source: str
    account: str
    year: int
    #: "shortfall", or a ground of the law.
    ground: str
    #: Empty where it concerns none.
    pollutant: str
    #: Proposed penalty.
    fen: int
    #: The article by which it is fined.
    cite: str
    #: The facts and what they rest on.
    reason: str
    #: The last instant to reply.
    reply_until: int
    #: The stack and the day that it is about; empty where it is about neither.
    stack: str = ""
    day: str = ""
    #: SHA-256 of the document that it rests on; empty where there is none.
    evidence: str = ""


class CaseReplied(Fact, frozen=True, omit_defaults=True):
    """The account has replied. 已提交陈述申辩。"""

    #: Number of the case.
    case: int
    #: Who replied.
    actor: str
    #: What the account says.
    reply: str
    #: SHA-256 of a document that the account brings; empty where there is none.
    evidence: str = ""


class CaseDecided(Fact, frozen=True, omit_defaults=True):
    """A case is decided; with 0 it is dropped, else the penalty is to be paid. 已作出处罚决定。"""

    #: Number of the case.
    case: int
    #: Who decided.
    actor: str
    #: Penalty.
    fen: int
    #: Why.
    reason: str
    #: The last instant to appeal.
    appeal_until: int
    #: Last day to pay; empty where the case is dropped.
    pay_by: str
    #: Who confirmed the decision; empty where the law lets one decide.
    confirmed_by: str = ""
    #: SHA-256 of the written decision; empty where there is none.
    evidence: str = ""


class CaseAppealed(Fact, frozen=True, omit_defaults=True):
    """An appeal waits; nothing is to be paid meanwhile. 已申请行政复议。"""

    #: Number of the case.
    case: int
    #: Who appealed.
    actor: str
    #: Why.
    reason: str
    #: SHA-256 of a document that the account brings; empty where there is none.
    evidence: str = ""


class CaseAppealDecided(Fact, frozen=True, omit_defaults=True):
    """An appeal is decided, and the case is over; what was paid beyond it has gone back. 已作出复议决定。"""

    #: Number of the case.
    case: int
    #: Who decided.
    actor: str
    #: Penalty.
    fen: int
    #: Why.
    reason: str
    #: Last day to pay; empty where nothing is to be paid.
    pay_by: str
    entry: Entry
    #: SHA-256 of the written decision; empty where there is none.
    evidence: str = ""


CaseEvent = CaseNoticed | CaseReplied | CaseDecided | CaseAppealed | CaseAppealDecided
