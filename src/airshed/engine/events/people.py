"""Who may act, accounts, sources, the law in force, and acts that wait for a second pair of eyes."""

from __future__ import annotations

from airshed.engine.commands import Body, May, OptInBaseline, StackEntry
from airshed.engine.events.fact import Fact
from airshed.model.civil import DEFAULT
from airshed.model.measures import RENMINBI
from airshed.model.provenance import Provenance
from airshed.registry.accounts import Account, AccountState
from airshed.registry.moves import Entry


class RulebookAdopted(Fact, frozen=True, omit_defaults=True):
    """A rulebook is in force; the programme's own accounts that did not exist are opened. 规则已生效。"""

    #: `programme.id` of the text.
    programme: str
    #: `programme.version` of the text.
    version: str
    #: SHA-256 of the text.
    digest: str
    #: The programme's own accounts that are opened with it.
    opened: tuple[Account, ...]
    #: What the book is; said with the first rulebook, null with every later one.
    provenance: Provenance | None
    #: The time zone of its days; left out where it is Asia/Shanghai.
    time_zone: str = DEFAULT
    #: The money that it counts in, by ISO 4217; left out where it is CNY.
    currency: str = RENMINBI


class ActorRegistered(Fact, frozen=True):
    """An actor has a role; the founders get theirs in the first record. 行为人已登记。"""

    actor: str
    role: str
    #: The account that it acts for; empty for none.
    account: str
    #: The jurisdiction that it is bound to; empty for the whole zone.
    jurisdiction: str
    #: What a representative of the account may; empty for initiate and approve.
    may: May


class ActorSuspended(Fact, frozen=True):
    """An actor may do nothing until further notice. 行为人已暂停。"""

    actor: str
    #: Why.
    reason: str


class ActorResumed(Fact, frozen=True):
    """A suspended actor may act again. 行为人已恢复。"""

    actor: str


class ActorRevoked(Fact, frozen=True):
    """An actor may do nothing any more, and nobody gets its name. 行为人权限已撤销。"""

    actor: str
    #: Why.
    reason: str


class AccountOpened(Fact, frozen=True):
    """An account exists. 账户已开立。"""

    #: Name, kind, firm, jurisdiction and group.
    account: Account


class AccountFrozen(Fact, frozen=True):
    """An account may not act. 账户已冻结。"""

    account: str
    #: Why.
    reason: str


class AccountThawed(Fact, frozen=True):
    """What held an account back most is lifted. 账户已解除限制。"""

    account: str
    #: The state that has ended.
    ended: AccountState


class AccountClosed(Fact, frozen=True):
    """An account takes part in nothing any more. 账户已注销。"""

    account: str
    #: Why.
    reason: str
    #: What still lay in it when its notice was over: allowances to the reserves, money to the settlement bank.
    entry: Entry = ()


class SourceRegistered(Fact, frozen=True):
    """A source and its stacks are known. 排放源已登记。"""

    source: str
    #: Name of the works.
    name: str
    account: str
    jurisdiction: str
    sector: str
    #: True when the source is generated, not a real place.
    simulated: bool
    #: Monitored outlets and what each measures.
    stacks: tuple[StackEntry, ...]


class SourceOptedIn(Fact, frozen=True):
    """A source that the law does not oblige owes from a year on. 已自愿纳入。"""

    source: str
    #: The first year for which it owes.
    year: int
    #: By pollutant: its baseline.
    baseline: tuple[OptInBaseline, ...]
    #: Who let it in.
    actor: str
    #: The application that it rests on.
    reason: str


class SourceOptedOut(Fact, frozen=True):
    """A source that had opted in leaves. 已退出自愿纳入。"""

    source: str
    #: The last year for which it owes.
    year: int
    #: Who let it go.
    actor: str
    #: The application that it rests on.
    reason: str


class MoneyMoved(Fact, frozen=True):
    """Money came in or went out by the settlement bank. 资金已划转。"""

    entry: Entry


class ActProposed(Fact, frozen=True):
    """An act that needs a second pair of eyes waits for it. 已提交，待第二人复核。"""

    #: Number that the act gets.
    act: int
    #: Who proposed it.
    actor: str
    #: The command as it was sent.
    body: Body
    #: The last instant at which it can be confirmed; null when the law lets an act wait for good.
    until: int | None


class ActConfirmed(Fact, frozen=True):
    """Another has confirmed the act; what it does follows in the same record. 已由第二人复核确认。"""

    #: Number of the act.
    act: int
    #: Who proposed it.
    proposer: str
    #: Who confirmed it.
    actor: str


class ActLapsed(Fact, frozen=True):
    """An act waited beyond its time, or under a law that is no longer in force; the next that happens takes it off.

    逾期未复核，事项失效。
    """

    #: Number of the act.
    act: int


class ActRejected(Fact, frozen=True):
    """An act that waited has fallen. 复核未通过，事项已退回。"""

    #: Number of the act.
    act: int
    #: Who let it fall.
    actor: str
    #: Why.
    reason: str


PeopleEvent = (
    RulebookAdopted
    | ActorRegistered
    | ActorSuspended
    | ActorResumed
    | ActorRevoked
    | AccountOpened
    | AccountFrozen
    | AccountThawed
    | AccountClosed
    | SourceRegistered
    | SourceOptedIn
    | SourceOptedOut
    | MoneyMoved
    | ActProposed
    | ActConfirmed
    | ActLapsed
    | ActRejected
)
