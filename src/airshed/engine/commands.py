"""Commands: what somebody wishes to happen. Counts are allowances, prices fen per tonne, money fen."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

#: The largest whole number that a command may carry: every JSON reader and every database keeps it exact.
LARGEST = 2**53

#: The name of a thing: an account, a source, a series. `engine.edge` also wants it printable.
Name = Annotated[str, Meta(min_length=1, max_length=100)]
#: A name that may be left out.
Maybe = Annotated[str, Meta(max_length=100)]
#: A sentence.
Text = Annotated[str, Meta(max_length=2_000)]
#: A count, a price or a sum; whether it may be below zero is for the procedure to say.
Whole = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
Year = Annotated[int, Meta(ge=1970, le=9998)]
#: A day as 2027-12-31; whether the calendar has it is for the procedure to say.
Day = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")]

Role = Literal["authority", "operator", "verifier", "exchange", "bank", "monitor"]
Side = Literal["buy", "sell"]
Opinion = Literal["satisfactory", "with comments", "adverse"]


class Wish(msgspec.Struct, frozen=True, tag=True, tag_field="do", forbid_unknown_fields=True, gc=False):
    """What all bodies of commands share: the name of the class is the name of the command."""


# --- administering


class AdoptRulebook(Wish, frozen=True, gc=False):
    """Put a rulebook in force from now on; its digest must be that of the rules at hand."""

    #: `programme.id` of the text.
    programme: Name
    #: `programme.version` of the text.
    version: Name
    #: SHA-256 of the text, as `airshed rules check` prints it.
    digest: Name


class RegisterActor(Wish, frozen=True, gc=False):
    """Let a person or machine act in a role; an operator acts for one account."""

    #: The new name, under which the person or machine will send commands.
    actor: Name
    #: What it may do: `[roles]` of the rulebook says which commands that is.
    role: Role
    #: The account that an operator acts for; empty for every other role.
    account: Maybe = ""


class OpenAccount(Wish, frozen=True, gc=False):
    """Open an account for an operator or a trader."""

    #: The new name.
    account: Name
    #: An operator has sources to answer for, a trader has none.
    kind: Literal["operator", "trader"]
    #: Name of the firm.
    name: Text
    jurisdiction: Name
    #: Corporate group, empty when none is known.
    group: Maybe = ""


class FreezeAccount(Wish, frozen=True, gc=False):
    """Stop every act of an account, with the reason."""

    account: Name
    #: Why, as the account holder will read it.
    reason: Text


class ThawAccount(Wish, frozen=True, gc=False):
    """Let a frozen account act again."""

    account: Name


class StackEntry(msgspec.Struct, frozen=True, gc=False):
    """A monitored outlet and the pollutants it measures."""

    #: Name of the stack, the only one of that name in the programme.
    stack: Name
    #: Pollutants that its monitor measures.
    pollutants: tuple[Name, ...]


class RegisterSource(Wish, frozen=True):
    """Enter a source with its operator's account and its monitored stacks."""

    #: The new name.
    source: Name
    #: Name of the works.
    name: Text
    #: The operator's account, which answers for the source.
    account: Name
    jurisdiction: Name
    #: One of the sectors of the rulebook.
    sector: Name
    #: True when the source is generated, not a real place.
    synthetic: bool
    #: Monitored outlets; what none of them measures is declared in the report of the year.
    stacks: tuple[StackEntry, ...] = ()


class Deposit(Wish, frozen=True, gc=False):
    """The settlement bank has received money for an account."""

    account: Name
    #: Money in fen.
    fen: Whole


class Withdraw(Wish, frozen=True, gc=False):
    """The settlement bank pays an account's free money out."""

    account: Name
    #: Money in fen.
    fen: Whole


# --- issuing


class SetCap(Wish, frozen=True, gc=False):
    """Bring the allowances of a series into being, as many as the rulebook's cap says."""

    pollutant: Name
    jurisdiction: Name
    vintage: Year


class ActivityLine(msgspec.Struct, frozen=True):
    """What one source did in the baseline years: the facts that allocation rests on."""

    source: Name
    #: Baseline years, in the order of the figures.
    years: tuple[Year, ...]
    #: Verified emission of each year, in kilograms.
    emitted_kg: tuple[Whole, ...]
    #: Output of each year, in the measure of the benchmark.
    output: tuple[Whole, ...]
    #: True for a new entrant, who is served from the reserve.
    entrant: bool = False


class Allocate(Wish, frozen=True):
    """Share out a series: new-entrant reserve, part for auction, the rest by the rulebook's method."""

    pollutant: Name
    jurisdiction: Name
    vintage: Year
    #: Every source that shares the series.
    activities: tuple[ActivityLine, ...]


class Transfer(Wish, frozen=True, gc=False):
    """Move allowances from an account to another without money."""

    #: The account that gives.
    origin: Name
    #: The account that receives.
    target: Name
    series: Name
    count: Whole


# --- trading


class OpenAuction(Wish, frozen=True, gc=False):
    """Offer what a jurisdiction has for auction in a series."""

    #: The new name.
    auction: Name
    series: Name
    #: Allowances on offer.
    count: Whole


class PlaceBid(Wish, frozen=True, gc=False):
    """A sealed bid; its whole value is set aside."""

    auction: Name
    account: Name
    count: Whole
    #: The most the bidder pays, in fen per tonne.
    limit: Whole


class CloseAuction(Wish, frozen=True, gc=False):
    """Clear an auction; `seed` orders equal prices and was published beforehand."""

    auction: Name
    #: Orders bids of the same price; publish it before the bids are opened.
    seed: Whole


class OpenSession(Wish, frozen=True, gc=False):
    """Open a trading session of the listed market."""

    #: The day of the session.
    day: Day


class CloseSession(Wish, frozen=True, gc=False):
    """Close the session: orders that rest are cancelled, closing prices are set."""

    #: The day of the session that is open.
    day: Day


class PlaceOrder(Wish, frozen=True, gc=False):
    """Buy or sell a series at a limit or better."""

    account: Name
    series: Name
    #: Which way.
    side: Side
    count: Whole
    #: The worst price accepted, in fen per tonne.
    limit: Whole


class CancelOrder(Wish, frozen=True, gc=False):
    """Take a resting order back."""

    #: Number of the order, from the answer to `PlaceOrder`.
    order: Whole


class OfferRepurchase(Wish, frozen=True, gc=False):
    """Sell leftovers to the government at the rulebook's price."""

    account: Name
    series: Name
    count: Whole


# --- monitoring


class SealDay(Wish, frozen=True):
    """Close a day of a stack: hours by state, mass in milligrams per pollutant, digest of the evidence."""

    stack: Name
    day: Day
    #: By pollutant: measured, substituted and stopped hours, 24 in all.
    hours: dict[Name, tuple[Whole, Whole, Whole]]
    #: By pollutant: mass of the day in milligrams.
    mass_mg: dict[Name, Whole]
    #: SHA-256 of the raw frames of the day.
    evidence: Name
    #: Evidence digest of the sealed day that this one corrects; empty for a first sealing.
    replaces: Maybe = ""


class ReportYear(Wish, frozen=True):
    """The operator reports a year: sealed days are summed, pollutants without a monitor are declared in grams."""

    source: Name
    year: Year
    #: By pollutant that no stack of the source measures: mass of the year in grams.
    declared_g: dict[Name, Whole]


class VerifyYear(Wish, frozen=True, gc=False):
    """A verifier's opinion on a reported year."""

    source: Name
    year: Year
    #: An adverse opinion sets no obligation; the authority then determines the year.
    opinion: Opinion


class DetermineYear(Wish, frozen=True):
    """The authority sets the emission of a year itself, with the reason."""

    source: Name
    year: Year
    #: By pollutant, every one that is capped: mass of the year in grams.
    mass_g: dict[Name, Whole]
    #: Why the authority sets the emission itself.
    reason: Text


# --- complying


class Surrender(Wish, frozen=True, gc=False):
    """Give allowances up for a source's verified emission."""

    source: Name
    year: Year
    #: Pollutant of the obligation.
    pollutant: Name
    count: Whole


class CloseYear(Wish, frozen=True, gc=False):
    """Settle an account's year after the deadline: shortfall, penalty, make-up, banking."""

    account: Name
    year: Year


class PayPenalty(Wish, frozen=True, gc=False):
    """Pay what is due of a penalty."""

    source: Name
    year: Year
    pollutant: Name


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

    #: Who sends it.
    actor: Name
    #: Chosen by the sender; the same key with the same body gets the same answer and counts once.
    key: Name
    #: What is wished: one of the commands, named by `do`.
    body: Body
