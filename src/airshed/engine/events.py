"""Events: what has happened. They carry results, so applying one never asks a rule."""

from __future__ import annotations

import msgspec

from airshed.engine.commands import Role, Side, StackEntry
from airshed.registry.accounts import Account
from airshed.registry.moves import Entry


class Fact(msgspec.Struct, frozen=True, tag=True, tag_field="is", gc=False):
    """What all events share: the name of the class is the name of the event."""


class RulebookAdopted(Fact, frozen=True):
    """A rulebook is in force; the programme's own accounts that did not exist are opened."""

    programme: str
    version: str
    digest: str
    authority: str
    opened: tuple[Account, ...]


class ActorRegistered(Fact, frozen=True, gc=False):
    """An actor has a role."""

    actor: str
    role: Role
    account: str


class AccountOpened(Fact, frozen=True):
    """An account exists."""

    account: Account


class AccountFrozen(Fact, frozen=True, gc=False):
    """An account may not act."""

    account: str
    reason: str


class AccountThawed(Fact, frozen=True, gc=False):
    """An account may act again."""

    account: str


class SourceRegistered(Fact, frozen=True):
    """A source and its stacks are known."""

    source: str
    name: str
    account: str
    jurisdiction: str
    sector: str
    synthetic: bool
    stacks: tuple[StackEntry, ...]


class MoneyMoved(Fact, frozen=True):
    """Money came in or went out by the settlement bank."""

    entry: Entry


class CapSet(Fact, frozen=True, gc=False):
    """The serials 1..count of a series lie in the issuance account."""

    series: str
    account: str
    count: int


class Award(msgspec.Struct, frozen=True, gc=False):
    """What a source gets of a series, and why, in one sentence of each language."""

    source: str
    account: str
    count: int
    made_up: int
    en: str
    zh: str


class Allocated(Fact, frozen=True):
    """A series is shared out in one entry."""

    series: str
    method: str
    reserved: int
    for_auction: int
    awards: tuple[Award, ...]
    entry: Entry


class Transferred(Fact, frozen=True):
    """Allowances changed hands without money."""

    entry: Entry


class AuctionOpened(Fact, frozen=True, gc=False):
    """Allowances of a series are on offer."""

    auction: str
    series: str
    seller: str
    count: int
    reserve: int


class BidPlaced(Fact, frozen=True, gc=False):
    """A sealed bid stands; `held` fen are set aside."""

    auction: str
    account: str
    count: int
    limit: int
    held: int


class AuctionAward(msgspec.Struct, frozen=True, gc=False):
    """What a bidder won in all, and what it pays."""

    account: str
    count: int
    fen: int


class AuctionCleared(Fact, frozen=True):
    """The auction is over: what was set aside is free again, winners have paid and hold."""

    auction: str
    price: int | None
    sold: int
    unsold: int
    awards: tuple[AuctionAward, ...]
    entry: Entry


class SessionOpened(Fact, frozen=True, gc=False):
    """Orders may be placed."""

    day: str


class SessionClosed(Fact, frozen=True):
    """No orders may be placed; closing prices by series traded that day, in fen per tonne."""

    day: str
    closes: dict[str, int]


class OrderPlaced(Fact, frozen=True, gc=False):
    """An order stands with its whole count, `held` fen set aside for a purchase; fills follow in the same record."""

    order: int
    account: str
    series: str
    side: Side
    count: int
    limit: int
    held: int


class Traded(Fact, frozen=True):
    """Delivery against payment: `count` at `price`, fees of both sides, one entry.

    `buyer_held` is what stays set aside for the rest of the buyer's order.
    """

    maker: int
    taker: int
    series: str
    buyer: str
    seller: str
    count: int
    price: int
    fen: int
    buyer_fee: int
    seller_fee: int
    buyer_held: int
    entry: Entry


class OrderCancelled(Fact, frozen=True, gc=False):
    """What was left of an order is free again."""

    order: int
    account: str
    series: str
    left: int


class Repurchased(Fact, frozen=True):
    """The government bought leftovers back."""

    account: str
    series: str
    count: int
    price: int
    entry: Entry


class DaySealed(Fact, frozen=True):
    """A day of a stack is closed for good; a correction names what it replaces."""

    stack: str
    day: str
    hours: dict[str, tuple[int, int, int]]
    mass_mg: dict[str, int]
    evidence: str
    replaces: str


class YearReported(Fact, frozen=True):
    """A source's year in milligrams per pollutant: measured (sealed days) and declared."""

    source: str
    year: int
    actor: str
    measured_mg: dict[str, int]
    declared_mg: dict[str, int]


class YearVerified(Fact, frozen=True):
    """The emission that counts, and the obligation in allowances; an adverse opinion leaves both out."""

    source: str
    year: int
    opinion: str
    actor: str
    mass_mg: dict[str, int]
    obligation: dict[str, int]


class YearDetermined(Fact, frozen=True):
    """The authority set the emission that counts."""

    source: str
    year: int
    actor: str
    mass_mg: dict[str, int]
    obligation: dict[str, int]
    reason: str


class Surrendered(Fact, frozen=True):
    """Allowances were given up for an obligation."""

    source: str
    year: int
    pollutant: str
    count: int
    entry: Entry


class Settlement(msgspec.Struct, frozen=True, gc=False):
    """How a source's year ended for one pollutant."""

    source: str
    pollutant: str
    obligation: int
    surrendered: int
    shortfall: int
    penalty_fen: int
    price: int
    makeup: int


class YearClosed(Fact, frozen=True):
    """An account's year is settled; `banked` goes on by series, the rest went to the reserve."""

    account: str
    year: int
    settlements: tuple[Settlement, ...]
    banked: dict[str, int]
    entry: Entry


class PenaltyPaid(Fact, frozen=True):
    """A penalty was paid."""

    source: str
    year: int
    pollutant: str
    entry: Entry


Event = (
    RulebookAdopted
    | ActorRegistered
    | AccountOpened
    | AccountFrozen
    | AccountThawed
    | SourceRegistered
    | MoneyMoved
    | CapSet
    | Allocated
    | Transferred
    | AuctionOpened
    | BidPlaced
    | AuctionCleared
    | SessionOpened
    | SessionClosed
    | OrderPlaced
    | Traded
    | OrderCancelled
    | Repurchased
    | DaySealed
    | YearReported
    | YearVerified
    | YearDetermined
    | Surrendered
    | YearClosed
    | PenaltyPaid
)
