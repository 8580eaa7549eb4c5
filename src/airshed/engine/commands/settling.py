"""Surrender, closing of a year, penalties."""

from __future__ import annotations

import msgspec

from airshed.engine.commands.issue import OutputLine
from airshed.engine.commands.wish import Day, Known, Maybe, Money, Name, Seal, Serial, Text, Whole, Wish, Year


class NamedSerials(msgspec.Struct, frozen=True):
    """Allowances of a series by their numbers."""

    series: Name
    #: Number of the first of them.
    first: Serial
    #: Number of the last of them.
    last: Serial


class Surrender(Wish, frozen=True, omit_defaults=True):
    """Give allowances up for a source's verified emission. 清缴配额。"""

    source: Name
    year: Year
    #: Pollutant of the obligation.
    pollutant: Name
    count: Whole
    #: Which allowances go, as many as the count; first in, first out where none is named.
    serials: tuple[NamedSerials, ...] = ()


class CloseYear(Wish, frozen=True, omit_defaults=True):
    """Settle an account's year after the deadline: shortfall, penalty, make-up, banking. 年度结算。"""

    account: Name
    year: Year
    #: What the preview warns of, and how many allowances: all of it, as "lost SO2-KM-2027"; nothing where it warns of
    #: nothing.
    knowing: Known = msgspec.field(default_factory=dict)


class SettleGroup(Wish, frozen=True, omit_defaults=True):
    """Settle a group that answers together: who is above its own part of the level owes besides. 共同履约结算。"""

    #: Name of the group, from the rulebook.
    group: Name
    year: Year
    #: What each source of it made in the year, where its level is a rate; nothing else.
    outputs: tuple[OutputLine, ...] = ()


class PayPenalty(Wish, frozen=True, omit_defaults=True):
    """Pay what is owed of a penalty: the penalty first, its oldest instalment first, then the interest. 缴纳罚款。"""

    source: Name
    year: Year
    #: What it is for; empty where the breach of a case concerned none.
    pollutant: Maybe
    #: How much; 0 for all that is owed, with the interest until today.
    fen: Money = 0
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: Whole = 0


class AskInstalments(Wish, frozen=True, omit_defaults=True):
    """Ask to pay what is owed of a penalty in parts; until that is answered it is due as before. 申请分期缴纳。"""

    source: Name
    year: Year
    #: What it is for; empty where the breach of a case concerned none.
    pollutant: Maybe
    #: How many parts.
    parts: Whole
    #: Last day to pay the first part.
    first_due: Day
    #: Months from one part to the next.
    every_months: Whole
    #: The hardship that it rests on.
    reason: Text
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: Whole = 0
    #: SHA-256 of a document that shows the hardship; empty where there is none.
    evidence: Seal = ""


class GrantInstalments(Wish, frozen=True, omit_defaults=True):
    """Let what is owed of a penalty be paid in parts, each on the same day of a month. 准予分期缴纳。"""

    source: Name
    year: Year
    #: What it is for; empty where the breach of a case concerned none.
    pollutant: Maybe
    #: How many parts; the larger ones come first.
    parts: Whole
    #: Last day to pay the first part.
    first_due: Day
    #: Months from one part to the next.
    every_months: Whole
    #: On what application and hardship that rests.
    reason: Text
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: Whole = 0


class RefuseInstalments(Wish, frozen=True, omit_defaults=True):
    """Refuse an application to pay a penalty in parts. 不予分期缴纳。"""

    source: Name
    year: Year
    #: What it is for; empty where the breach of a case concerned none.
    pollutant: Maybe
    #: Why, as the account holder will read it.
    reason: Text
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: Whole = 0


SettlingBody = Surrender | CloseYear | SettleGroup | PayPenalty | AskInstalments | GrantInstalments | RefuseInstalments
