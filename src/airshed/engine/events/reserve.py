"""The government reserve: what new entrants apply for, reverse auctions, what is fed in and drawn."""

from __future__ import annotations

import msgspec

from airshed.engine.events.fact import Fact
from airshed.registry.moves import Entry
from airshed.rulebook.primary_sections import ReverseAuctionRule


class ApplicationMade(Fact, frozen=True):
    """An application waits; the price of what it asks for is set aside. 申请已提交，价款已冻结。"""

    #: Number that the application gets.
    application: int
    source: str
    account: str
    series: str
    #: "new" or "extension".
    kind: str
    #: The new capacity.
    capacity: int
    #: What the rule gives for it: benchmark x capacity x utilisation, rounded down.
    wanted: int
    #: Fen per tonne; 0 when it costs nothing.
    price: int
    #: Fen set aside.
    held: int


class ApplicationDropped(Fact, frozen=True):
    """An application is gone; what was set aside is free. 申请已撤回，价款已解冻。"""

    #: Number of the application.
    application: int
    #: Who took it back or turned it down.
    actor: str
    #: Why.
    reason: str


class Granted(msgspec.Struct, frozen=True, gc=False):
    """What an application got."""

    #: Number of the application.
    application: int
    source: str
    account: str
    #: Allowances granted.
    count: int
    #: Allowances that stayed in the reserve, to make up for an earlier year.
    made_up: int
    #: What they cost.
    fen: int
    #: Why, in English.
    en: str
    #: Why, in Chinese.
    zh: str


class ReserveGranted(Fact, frozen=True):
    """Applications are served from the reserve, against payment, in one entry. 储备配额已发放。"""

    series: str
    #: What each got.
    grants: tuple[Granted, ...]
    entry: Entry


class UnusedShare(msgspec.Struct, frozen=True, gc=False):
    """What a source gets of what no new source was granted, and why, in one sentence of each language."""

    source: str
    account: str
    count: int
    #: Why, in English.
    en: str
    #: Why, in Chinese.
    zh: str


class UnusedReleased(Fact, frozen=True, omit_defaults=True):
    """What no new source was granted has gone to auction, or to those that share the cap. 未用储备已转出。"""

    series: str
    #: Allowances that moved.
    count: int
    entry: Entry
    #: What each source got of it; empty where it went to auction.
    shares: tuple[UnusedShare, ...] = ()


class RepurchaseOpened(Fact, frozen=True):
    """A reverse auction gathers asks; its budget is set aside in the treasury. 反向拍卖已开始。"""

    #: Name of the reverse auction.
    repurchase: str
    series: str
    #: Most that is bought.
    count: int
    #: Most that is spent, in fen.
    budget_fen: int
    #: Highest ask, in fen per tonne.
    ceiling: int
    #: The rule of the day of opening, which holds until it is cleared.
    terms: ReverseAuctionRule


class AskPlaced(Fact, frozen=True):
    """A sealed ask stands, its allowances set aside. 密封报价已提交，配额已冻结。"""

    #: Name of the reverse auction.
    repurchase: str
    account: str
    count: int
    #: The least the seller takes, in fen per tonne.
    price: int


class AskReturned(Fact, frozen=True):
    """What a seller asked a price for is free again: its account is frozen, or its year is closed.

    报价已退回，配额已解冻。
    """

    #: Name of the reverse auction.
    repurchase: str
    #: Place of the ask in the reverse auction.
    number: int
    account: str
    count: int


class RepurchaseAward(msgspec.Struct, frozen=True, gc=False):
    """What a seller sold over all its asks, and what it is paid."""

    account: str
    #: Allowances bought of it.
    count: int
    #: What it is paid.
    fen: int


class RepurchaseCleared(Fact, frozen=True):
    """A reverse auction is over: what was set aside is free, sellers are paid, the reserve holds what was bought.

    反向拍卖已结束。
    """

    #: Name of the reverse auction.
    repurchase: str
    #: The one price, or the highest ask that was served, in fen per tonne; null when nothing is bought.
    price: int | None
    #: Allowances bought.
    bought: int
    #: Fen paid.
    fen: int
    #: Who sold what.
    awards: tuple[RepurchaseAward, ...]
    entry: Entry


class ReserveFed(Fact, frozen=True):
    """Allowances are set aside in the reserve. 储备已补充。"""

    series: str
    #: Allowances that moved.
    count: int
    #: Why.
    reason: str
    entry: Entry


class ReserveDrawn(Fact, frozen=True):
    """Allowances have left the reserve for the jurisdiction's auction account. 储备已动用。"""

    series: str
    #: Allowances that moved.
    count: int
    #: "auction" or "containment".
    purpose: str
    #: Why.
    reason: str
    entry: Entry


class CirculationStated(Fact, frozen=True, omit_defaults=True):
    """How many allowances circulated after a year is stated, and what auctions do about it. 流通总量已公布。"""

    year: int
    pollutant: str
    #: Allowances that accounts hold and that count for the year or later, less what is owed for years up to it.
    circulation: int
    #: What the law holds back from auction for it.
    held: int = 0
    #: What the law releases for it.
    released: int = 0
    #: The vintage whose auctions are adjusted; null where nothing is, or no later vintage waits to be shared out.
    vintage: int | None = None
    #: By jurisdiction: how many of that vintage it holds back, or how many it releases with it.
    parts: dict[str, int] = msgspec.field(default_factory=dict)


class SupplyAdjusted(Fact, frozen=True):
    """What is for auction of a series is adjusted by the number that was in circulation. 拍卖量已按流通总量调节。"""

    series: str
    #: The year at whose end the number in circulation was counted.
    year: int
    #: "held" or "released".
    way: str
    #: Allowances that moved.
    count: int
    entry: Entry


class SupplyLapsed(Fact, frozen=True):
    """A year begins: what reserves keep of what auctions held back, above a size, is cancelled. 超额储备已失效。"""

    #: The year that begins.
    year: int
    pollutant: str
    #: What all reserves kept until then.
    kept: int
    #: What they may keep: what was auctioned in the year before, or a size of the law.
    most: int
    #: Allowances that lapsed.
    count: int
    entry: Entry


ReserveEvent = (
    CirculationStated
    | SupplyAdjusted
    | SupplyLapsed
    | ApplicationMade
    | ApplicationDropped
    | ReserveGranted
    | UnusedReleased
    | RepurchaseOpened
    | AskPlaced
    | AskReturned
    | RepurchaseCleared
    | ReserveFed
    | ReserveDrawn
)
