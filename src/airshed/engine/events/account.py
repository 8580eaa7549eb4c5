"""What becomes of accounts and of what lies in them."""

from __future__ import annotations

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry


class AccountRestricted(Fact, frozen=True):
    """An account gives only by the transactions that the law leaves to a restricted one. 账户交易已受限。"""

    account: str
    #: Why.
    reason: str


class AccountSuspended(Fact, frozen=True):
    """Nobody may act for an account, and it is frozen. 账户已暂停。"""

    account: str
    #: Why.
    reason: str


class ClosureNoticed(Fact, frozen=True):
    """An account is to be closed; it takes nothing any more. 已预告注销账户。"""

    account: str
    #: Why.
    reason: str
    #: From this instant on what still lies in it goes to the government reserve with the closure.
    until: int


class SourceOffered(Fact, frozen=True):
    """A source is offered to another account. 已提出排放源转移。"""

    #: Number that the transfer of the source gets.
    transfer: int
    source: str
    #: The account that answered for it.
    origin: str
    #: The account to which it is offered.
    target: str


class SourceClaimed(Fact, frozen=True):
    """The account to which a source is offered takes it; the authority has the last word.

    受让方已认领排放源，待主管部门准予。
    """

    #: Number of the transfer of the source.
    transfer: int
    source: str
    #: The account that claims it.
    target: str


class SourceDropped(Fact, frozen=True):
    """A source stays with the account that offered it. 排放源转移已撤回。"""

    #: Number of the transfer of the source.
    transfer: int
    source: str
    #: The account that answered for it.
    origin: str
    #: The account to which it is offered.
    target: str
    #: Who said so.
    actor: str
    #: Why.
    reason: str


class SourceTransferred(Fact, frozen=True):
    """Another account answers for a source from now on, and for what is not settled yet. 排放源已转移。"""

    #: Number of the transfer of the source.
    transfer: int
    source: str
    #: The account that answered for it.
    origin: str
    #: The account that answers for it from now on.
    target: str
    #: Allowances by pollutant that were verified, are not surrendered, and pass with it.
    owed: dict[str, int]
    #: Years that count as settled for the new account: the old one has settled them, and the new one had nothing then.
    settled: tuple[int, ...]


class AllowancesCancelled(Fact, frozen=True):
    """A holder has given allowances up for good, for no emission. 配额已自愿注销。"""

    #: Number of the cancellation.
    cancellation: int
    #: The account that gave.
    account: str
    series: str
    count: int
    #: What the holder says in public; may be empty.
    statement: str
    entry: Entry


AccountEvent = (
    AccountRestricted
    | AccountSuspended
    | ClosureNoticed
    | SourceOffered
    | SourceClaimed
    | SourceDropped
    | SourceTransferred
    | AllowancesCancelled
)
