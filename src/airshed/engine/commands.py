"""Commands: what somebody wishes to happen. Counts are allowances, prices fen per tonne, money fen."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["authority", "operator", "verifier", "exchange", "bank", "monitor"]
Side = Literal["buy", "sell"]
Opinion = Literal["satisfactory", "with comments", "adverse"]


class Wish(msgspec.Struct, frozen=True, tag=True, tag_field="do", forbid_unknown_fields=True, gc=False):
    """What all bodies of commands share: the name of the class is the name of the command."""


# --- administering


class AdoptRulebook(Wish, frozen=True, gc=False):
    """Put a rulebook in force from now on; its digest must be that of the rules at hand."""

    programme: str
    version: str
    digest: str


class RegisterActor(Wish, frozen=True, gc=False):
    """Let a person or machine act in a role; an operator acts for one account."""

    actor: str
    role: Role
    account: str = ""


class OpenAccount(Wish, frozen=True, gc=False):
    """Open an account for an operator or a trader."""

    account: str
    kind: Literal["operator", "trader"]
    name: str
    jurisdiction: str
    group: str = ""


class FreezeAccount(Wish, frozen=True, gc=False):
    """Stop every act of an account, with the reason."""

    account: str
    reason: str


class ThawAccount(Wish, frozen=True, gc=False):
    """Let a frozen account act again."""

    account: str


class StackEntry(msgspec.Struct, frozen=True, gc=False):
    """A monitored outlet and the pollutants it measures."""

    stack: str
    pollutants: tuple[str, ...]


class RegisterSource(Wish, frozen=True):
    """Enter a source with its operator's account and its monitored stacks."""

    source: str
    name: str
    account: str
    jurisdiction: str
    sector: str
    synthetic: bool
    stacks: tuple[StackEntry, ...] = ()


class Deposit(Wish, frozen=True, gc=False):
    """The settlement bank has received money for an account."""

    account: str
    fen: int


class Withdraw(Wish, frozen=True, gc=False):
    """The settlement bank pays an account's free money out."""

    account: str
    fen: int


# --- issuing


class SetCap(Wish, frozen=True, gc=False):
    """Bring the allowances of a series into being, as many as the rulebook's cap says."""

    pollutant: str
    jurisdiction: str
    vintage: int


class ActivityLine(msgspec.Struct, frozen=True):
    """What one source did in the baseline years: the facts that allocation rests on."""

    source: str
    years: tuple[int, ...]
    emitted_kg: tuple[int, ...]
    output: tuple[int, ...]
    entrant: bool = False


class Allocate(Wish, frozen=True):
    """Share out a series: new-entrant reserve, part for auction, the rest by the rulebook's method."""

    pollutant: str
    jurisdiction: str
    vintage: int
    activities: tuple[ActivityLine, ...]


class Transfer(Wish, frozen=True, gc=False):
    """Move allowances from an account to another without money."""

    origin: str
    target: str
    series: str
    count: int


# --- trading


class OpenAuction(Wish, frozen=True, gc=False):
    """Offer what a jurisdiction has for auction in a series."""

    auction: str
    series: str
    count: int


class PlaceBid(Wish, frozen=True, gc=False):
    """A sealed bid; its whole value is set aside."""

    auction: str
    account: str
    count: int
    limit: int


class CloseAuction(Wish, frozen=True, gc=False):
    """Clear an auction; `seed` orders equal prices and was published beforehand."""

    auction: str
    seed: int


class OpenSession(Wish, frozen=True, gc=False):
    """Open a trading session of the listed market."""

    day: str


class CloseSession(Wish, frozen=True, gc=False):
    """Close the session: orders that rest are cancelled, closing prices are set."""

    day: str


class PlaceOrder(Wish, frozen=True, gc=False):
    """Buy or sell a series at a limit or better."""

    account: str
    series: str
    side: Side
    count: int
    limit: int


class CancelOrder(Wish, frozen=True, gc=False):
    """Take a resting order back."""

    order: int


class OfferRepurchase(Wish, frozen=True, gc=False):
    """Sell leftovers to the government at the rulebook's price."""

    account: str
    series: str
    count: int


# --- monitoring


class SealDay(Wish, frozen=True):
    """Close a day of a stack: hours by state, mass in milligrams per pollutant, digest of the evidence."""

    stack: str
    day: str
    hours: dict[str, tuple[int, int, int]]
    mass_mg: dict[str, int]
    evidence: str
    replaces: str = ""


class ReportYear(Wish, frozen=True):
    """The operator reports a year: sealed days are summed, pollutants without a monitor are declared in grams."""

    source: str
    year: int
    declared_g: dict[str, int]


class VerifyYear(Wish, frozen=True, gc=False):
    """A verifier's opinion on a reported year."""

    source: str
    year: int
    opinion: Opinion


class DetermineYear(Wish, frozen=True):
    """The authority sets the emission of a year itself, with the reason."""

    source: str
    year: int
    mass_g: dict[str, int]
    reason: str


# --- complying


class Surrender(Wish, frozen=True, gc=False):
    """Give allowances up for a source's verified emission."""

    source: str
    year: int
    pollutant: str
    count: int


class CloseYear(Wish, frozen=True, gc=False):
    """Settle an account's year after the deadline: shortfall, penalty, make-up, banking."""

    account: str
    year: int


class PayPenalty(Wish, frozen=True, gc=False):
    """Pay what is due of a penalty."""

    source: str
    year: int
    pollutant: str


Body = (
    AdoptRulebook
    | RegisterActor
    | OpenAccount
    | FreezeAccount
    | ThawAccount
    | RegisterSource
    | Deposit
    | Withdraw
    | SetCap
    | Allocate
    | Transfer
    | OpenAuction
    | PlaceBid
    | CloseAuction
    | OpenSession
    | CloseSession
    | PlaceOrder
    | CancelOrder
    | OfferRepurchase
    | SealDay
    | ReportYear
    | VerifyYear
    | DetermineYear
    | Surrender
    | CloseYear
    | PayPenalty
)


class Command(msgspec.Struct, frozen=True):
    """A body with who sends it and the key under which it counts once."""

    actor: str
    key: str
    body: Body
