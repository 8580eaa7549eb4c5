"""Surrender, closing of a year, penalties."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class FlowControlStated(Fact, frozen=True, omit_defaults=True):
    """A year is over: how much of what was banked counts one for one when it is given for that year.

    已公布年度结转流量控制。
    """

    year: int
    pollutant: str
    #: Allowances of the vintage of the year, in all jurisdictions.
    budget: int
    #: Allowances of earlier vintages that count for the year, in all accounts of holders.
    bank: int
    #: By account: how many of its banked ones count one for one; left out where the bank is small, and all do.
    one_for_one: dict[str, int] | None = None


class Surrendered(Fact, frozen=True, omit_defaults=True):
    """Allowances were given up for an obligation. 配额已清缴。"""

    source: str
    year: int
    pollutant: str
    count: int
    entry: Entry
    #: "" for first in, first out; "named" where the operator named the serials; "deducted" where the law took them.
    how: str = ""
    #: For how many of the count, the last of them, more allowances went under flow control; those are cancelled.
    pairs: int = 0


class Settlement(msgspec.Struct, frozen=True, gc=False):
    """How a source's year ended for one pollutant."""

    source: str
    pollutant: str
    #: Allowances owed.
    obligation: int
    #: Allowances given up.
    surrendered: int
    #: Allowances missing.
    shortfall: int
    #: Penalty in fen.
    penalty_fen: int
    #: Price on which the penalty rests, in fen per tonne.
    price: int
    #: Allowances that the next allocation will withhold.
    makeup: int


class LateSettlement(msgspec.Struct, frozen=True, gc=False):
    """What a correction added to an earlier year and nobody surrendered until its day."""

    source: str
    year: int
    pollutant: str
    #: Allowances missing.
    shortfall: int
    #: Penalty in fen.
    penalty_fen: int
    #: Price on which the penalty rests, in fen per tonne.
    price: int
    #: Allowances that the next allocation will withhold.
    makeup: int
    #: Last day to pay the penalty.
    pay_by: str


class YearClosed(Fact, frozen=True, omit_defaults=True):
    """An account's year is settled; `banked` goes on by series, the rest went to the reserve. 年度已结算。"""

    account: str
    year: int
    #: Every source of the account and every pollutant.
    settlements: tuple[Settlement, ...]
    #: By series: allowances that go on.
    banked: dict[str, int]
    entry: Entry
    #: What corrections added to earlier years and is missing too.
    late: tuple[LateSettlement, ...] = ()
    #: Last day to pay the penalties of the settlements.
    pay_by: str = ""
    #: Whether what is missing is fined by cases, so that nothing of the penalties is due yet.
    by_case: bool = False


class GroupLine(msgspec.Struct, frozen=True, gc=False):
    """A source of a group: what it emitted, its own part of the level, and what it owes besides, in allowances."""

    source: str
    #: What its emission of the year obliges to.
    emitted: int
    #: Its own part of the level.
    own: int
    #: What it owes beside its emission.
    more: int


class GroupSettled(Fact, frozen=True):
    """A group was held to its level: above it, those above their own part owe besides. 共同履约已结算。"""

    #: Name of the group, from the rulebook.
    group: str
    year: int
    pollutant: str
    #: What it may emit together, in allowances.
    level: int
    #: Every source of the group that has a figure for the year.
    lines: tuple[GroupLine, ...]
    #: Last day to surrender what is owed besides.
    until: str
    #: Who settled it.
    actor: str


class PenaltyPaid(Fact, frozen=True, omit_defaults=True):
    """A penalty was paid, or a part of it. 罚款已缴。"""

    source: str
    year: int
    pollutant: str
    entry: Entry
    #: What of the payment is interest.
    interest_fen: int = 0
    #: Interest for all late days, fixed with the payment by which the penalty itself is paid in full.
    accrued_fen: int = 0
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: int = 0


class Part(msgspec.Struct, frozen=True, gc=False):
    """What is to be paid by a day."""

    #: Last day to pay it.
    pay_by: str
    #: How much it is.
    fen: int


class InstalmentsAsked(Fact, frozen=True, omit_defaults=True):
    """An application to pay what is owed of a penalty in parts waits for its answer. 已申请分期缴纳罚款。"""

    source: str
    year: int
    pollutant: str
    actor: str
    #: How many parts.
    parts: int
    #: Last day to pay the first part.
    first_due: str
    #: Months from one part to the next.
    every_months: int
    #: The hardship that it rests on.
    reason: str
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: int = 0
    #: SHA-256 of a document that shows the hardship; empty where there is none.
    evidence: str = ""


class InstalmentsRefused(Fact, frozen=True, omit_defaults=True):
    """An application to pay a penalty in parts is refused; what is owed is due as before. 不予分期缴纳罚款。"""

    source: str
    year: int
    pollutant: str
    actor: str
    #: Why.
    reason: str
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: int = 0


class InstalmentsGranted(Fact, frozen=True, omit_defaults=True):
    """What is owed of a penalty is paid in parts; what was late is late no more, and its interest so far stays.

    已准予分期缴纳罚款。
    """

    source: str
    year: int
    pollutant: str
    actor: str
    #: In which parts, the oldest first.
    parts: tuple[Part, ...]
    #: On what it rests.
    reason: str
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: int = 0


SettlingEvent = (
    FlowControlStated
    | Surrendered
    | YearClosed
    | GroupSettled
    | PenaltyPaid
    | InstalmentsAsked
    | InstalmentsGranted
    | InstalmentsRefused
)
