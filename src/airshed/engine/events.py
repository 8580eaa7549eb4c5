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

    #: `programme.id` of the text.
    programme: str
    #: `programme.version` of the text.
    version: str
    #: SHA-256 of the text.
    digest: str
    #: Who adopts the next one.
    authority: str
    #: The programme's own accounts that are opened with it.
    opened: tuple[Account, ...]


class ActorRegistered(Fact, frozen=True, gc=False):
    """An actor has a role."""

    actor: str
    role: Role
    #: The account that an operator acts for; empty for every other role.
    account: str


class AccountOpened(Fact, frozen=True):
    """An account exists."""

    #: Name, kind, firm, jurisdiction and group.
    account: Account


class AccountFrozen(Fact, frozen=True, gc=False):
    """An account may not act."""

    account: str
    #: Why.
    reason: str


class AccountThawed(Fact, frozen=True, gc=False):
    """An account may act again."""

    account: str


class SourceRegistered(Fact, frozen=True):
    """A source and its stacks are known."""

    source: str
    #: Name of the works.
    name: str
    account: str
    jurisdiction: str
    sector: str
    #: True when the source is generated, not a real place.
    synthetic: bool
    #: Monitored outlets and what each measures.
    stacks: tuple[StackEntry, ...]


class MoneyMoved(Fact, frozen=True):
    """Money came in or went out by the settlement bank."""

    entry: Entry


class CapSet(Fact, frozen=True, gc=False):
    """The serials 1..count of a series lie in the issuance account."""

    series: str
    #: The issuance account of the jurisdiction.
    account: str
    #: The cap.
    count: int


class Award(msgspec.Struct, frozen=True, gc=False):
    """What a source gets of a series, and why, in one sentence of each language."""

    source: str
    account: str
    #: Its share.
    count: int
    #: What of the share is withheld for an earlier shortfall and goes to the reserve.
    made_up: int
    #: Why, in English.
    en: str
    #: Why, in Chinese.
    zh: str


class Allocated(Fact, frozen=True):
    """A series is shared out in one entry."""

    series: str
    #: Name of the method, from the rulebook.
    method: str
    #: Allowances that go to the government reserve, make-up included.
    reserved: int
    #: Allowances that go to the auction account.
    for_auction: int
    #: Share of every source.
    awards: tuple[Award, ...]
    entry: Entry


class Transferred(Fact, frozen=True):
    """Allowances changed hands without money."""

    entry: Entry


class AuctionOpened(Fact, frozen=True, gc=False):
    """Allowances of a series are on offer."""

    auction: str
    series: str
    #: The jurisdiction's auction account.
    seller: str
    #: Allowances on offer.
    count: int
    #: Lowest price accepted, in fen per tonne.
    reserve: int


class BidPlaced(Fact, frozen=True, gc=False):
    """A sealed bid stands; `held` fen are set aside."""

    auction: str
    account: str
    count: int
    #: The most the bidder pays, in fen per tonne.
    limit: int
    #: Fen set aside until the auction is closed.
    held: int


class AuctionAward(msgspec.Struct, frozen=True, gc=False):
    """What a bidder won in all, and what it pays."""

    account: str
    #: Allowances won over all its bids.
    count: int
    #: What it pays.
    fen: int


class AuctionCleared(Fact, frozen=True):
    """The auction is over: what was set aside is free again, winners have paid and hold."""

    auction: str
    #: Clearing price in fen per tonne; null when nothing is sold.
    price: int | None
    #: Allowances sold.
    sold: int
    #: Allowances that stay with the jurisdiction.
    unsold: int
    #: Who won what.
    awards: tuple[AuctionAward, ...]
    entry: Entry


class SessionOpened(Fact, frozen=True, gc=False):
    """Orders may be placed."""

    day: str


class SessionClosed(Fact, frozen=True):
    """No orders may be placed; closing prices by series traded that day, in fen per tonne."""

    day: str
    #: By series: volume-weighted mean price of the day in fen per tonne.
    closes: dict[str, int]


class OrderPlaced(Fact, frozen=True, gc=False):
    """An order stands with its whole count, `held` fen set aside for a purchase; fills follow in the same record."""

    #: Number that the order gets.
    order: int
    account: str
    series: str
    side: Side
    count: int
    #: The worst price accepted, in fen per tonne.
    limit: int
    #: Fen set aside for a purchase with its fee; 0 for a sale, which sets allowances aside.
    held: int


class Traded(Fact, frozen=True):
    """Delivery against payment: `count` at `price`, fees of both sides, one entry.

    `buyer_held` is what stays set aside for the rest of the buyer's order.
    """

    #: Number of the order that rested; its price is the price.
    maker: int
    #: Number of the order that came.
    taker: int
    series: str
    #: Account that buys.
    buyer: str
    #: Account that sells.
    seller: str
    count: int
    #: Fen per tonne.
    price: int
    #: Value of the fill: leaves the buyer, reaches the seller.
    fen: int
    #: Fen to the exchange.
    buyer_fee: int
    #: Fen to the exchange.
    seller_fee: int
    #: Fen that stay set aside for the rest of the buyer's order.
    buyer_held: int
    entry: Entry


class OrderCancelled(Fact, frozen=True, gc=False):
    """What was left of an order is free again."""

    order: int
    account: str
    series: str
    #: Allowances that were not filled.
    left: int


class Repurchased(Fact, frozen=True):
    """The government bought leftovers back."""

    account: str
    series: str
    count: int
    #: Fen per tonne, from the rulebook.
    price: int
    entry: Entry


class DaySealed(Fact, frozen=True):
    """A day of a stack is closed for good; a correction names what it replaces."""

    stack: str
    day: str
    #: By pollutant: measured, substituted and stopped hours, 24 in all.
    hours: dict[str, tuple[int, int, int]]
    #: By pollutant: mass of the day in milligrams.
    mass_mg: dict[str, int]
    #: SHA-256 of the raw frames of the day.
    evidence: str
    #: Evidence digest of the sealed day that this one corrects, or empty.
    replaces: str


class YearReported(Fact, frozen=True):
    """A source's year in milligrams per pollutant: measured (sealed days) and declared."""

    source: str
    year: int
    #: Who reported.
    actor: str
    #: By pollutant: sum of the sealed days, in milligrams.
    measured_mg: dict[str, int]
    #: By pollutant: what was declared, in milligrams.
    declared_mg: dict[str, int]


class YearVerified(Fact, frozen=True):
    """The emission that counts, and the obligation in allowances; an adverse opinion leaves both out."""

    source: str
    year: int
    #: The verifier's opinion.
    opinion: str
    #: Who verified.
    actor: str
    #: By pollutant: the emission that counts, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: allowances to surrender.
    obligation: dict[str, int]


class YearDetermined(Fact, frozen=True):
    """The authority set the emission that counts."""

    source: str
    year: int
    #: Who determined.
    actor: str
    #: By pollutant: the emission that counts, in milligrams.
    mass_mg: dict[str, int]
    #: By pollutant: allowances to surrender.
    obligation: dict[str, int]
    #: Why the authority set it.
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


class YearClosed(Fact, frozen=True):
    """An account's year is settled; `banked` goes on by series, the rest went to the reserve."""

    account: str
    year: int
    #: Every source of the account and every pollutant.
    settlements: tuple[Settlement, ...]
    #: By series: allowances that go on.
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
