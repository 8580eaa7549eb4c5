"""The reasons to refuse that several procedures share, each looked for in the order of `Why`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from airshed.engine.commands import LARGEST
from airshed.engine.events import Event
from airshed.engine.nouns import Grant, Source
from airshed.engine.state import State
from airshed.model.allowance import Series, Strip, best_fit, is_strip, members, pollutant_of
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry.accounts import EXCHANGE, PRIVATE, AccountKind
from airshed.registry.moves import Delivered, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import TransactionType

Decision = tuple[Event, ...] | Refusal
#: Decides the body of a command of an actor at an instant, by the rules in force.
Procedure = Callable[[State, Rulebook, int, str, Any], Decision]
#: Says whether the body of a command waits for a second person.
TakesTwo = Callable[[State, Rulebook, int, Any], bool]

#: The most fen, and the most milligrams, that an account or a year can hold: a database keeps whole numbers of 63 bits.
MOST = 2**62

#: What a representative sends who approves: all else initiates.
APPROVING = ("ConfirmAct", "RejectAct")

#: The word after an amount, as in "1,250.00 yuan/t"; not one within a name.
_AMOUNT = re.compile(r"(?<=\d\d )yuan\b|(?<=any )yuan(?=/t)")


def no(rules: Rulebook, section: str, why: Why, detail: str) -> Refusal:
    """A refusal that rests on a section of the rulebook."""
    return Refusal(why, in_money(rules, detail), lookup.article(rules, section))


def from_day(what: str, day: str) -> str:
    """What is too early now, with the day from which it can be done."""
    return f"{what}; it can be done from {day} on"


def who(rules: Rulebook, *commands: str) -> str:
    """The roles that may send a command, or all of several, in words; where nobody may, the first."""
    return " or ".join(lookup.senders(rules, *commands)) or f"nobody whom this law lets send {commands[0]}"


def in_money(rules: Rulebook, detail: str) -> str:
    """Amounts are written in yuan; where the law has another currency, its name stands in."""
    money = rules.currency.name_en
    return detail if money == "yuan" else _AMOUNT.sub(money, detail)


def actor_may(state: State, rules: Rulebook, actor: str, command: str, approving: bool = False) -> Refusal | None:
    """An actor acts in its role only, not while suspended; a representative as its right lets it."""
    known = state.actors.get(actor)
    if known is None:
        return no(rules, "roles", Why.UNKNOWN_ACTOR, f"{actor} is not registered; a registrar registers people")
    if known.state != "active":
        return no(rules, "roles", Why.ACTOR_SUSPENDED, f"{actor} is {known.state} ({known.reason})")
    if not lookup.may(rules, known.role, command):
        return no(rules, "roles", Why.ROLE_MAY_NOT, f"{actor} is {known.role}, which may not send {command}")
    if known.may and known.may != ("approve" if approving or command in APPROVING else "initiate"):
        if command == "RejectAct" and known.may == "initiate" and not approving:
            return None  # what it proposed itself
        what = f"{actor} may only {known.may} for {known.account}; {command} is for another representative"
        return no(rules, "roles", Why.ROLE_MAY_NOT, what)
    return None


def own_account(state: State, rules: Rulebook, actor: str, account: str) -> Refusal | None:
    """An operator acts for its own account, and the account exists."""
    known = state.actors[actor]
    if known.account != account:
        whose = known.account or "no account"
        return no(rules, "roles", Why.NOT_YOUR_OWN, f"{actor} acts for {whose}, not for {account}")
    return known_account(state, rules, account)


def known_account(state: State, rules: Rulebook, account: str) -> Refusal | None:
    """The account is one that takes part; every procedure that names an account or a source asks so."""
    absent = state.ledger.absent(account)
    return no(rules, "roles", Why.UNKNOWN_ACCOUNT, absent) if absent else None


def thawed(
    state: State,
    rules: Rulebook,
    account: str,
    *,
    gives: TransactionType | None = None,
    takes: TransactionType | None = None,
) -> Refusal | None:
    """The account is not frozen, and not kept from what it is to give or to take."""
    if account in state.ledger.frozen:
        reason = state.ledger.frozen[account]
        return no(
            rules,
            "roles",
            Why.ACCOUNT_FROZEN,
            f"{account} is frozen ({reason}); {who(rules, 'ThawAccount')} may thaw it",
        )
    if gives is not None and account in state.restricted and not lookup.though_restricted(rules, gives):
        what = f"{account} is restricted ({state.restricted[account]}) and gives nothing by {gives}"
        return no(rules, "transactions", Why.ACCOUNT_RESTRICTED, f"{what}; {who(rules, 'ThawAccount')} may lift that")
    if takes is not None and account in state.closing:
        what = f"{account} is to be closed ({state.closing[account].reason}) and takes nothing any more"
        return no(rules, "transactions", Why.ACCOUNT_RESTRICTED, f"{what}; ask the authority to take the notice back")
    way = gives or takes
    if way is not None and state.ledger.accounts[account].kind is AccountKind.PUBLIC:
        row = lookup.transaction(rules, way)
        if row is None or "public" not in (row.origins if gives else row.targets).split(" "):
            does = "gives" if gives else "takes"
            what = (
                f"{account} is an account of the public, which {does} nothing by {way}: it buys, is given to, cancels"
            )
            return no(rules, "transactions", Why.WRONG_KIND, what)
    return None


def private_account(state: State, rules: Rulebook, account: str) -> Refusal | None:
    """The account exists and is one that people trade from."""
    refusal = known_account(state, rules, account)
    if refusal:
        return refusal
    kind = state.ledger.accounts[account].kind
    if kind not in PRIVATE:
        return no(rules, "roles", Why.WRONG_KIND, f"{account} is the programme's own {kind} account")
    return None


def known_series(state: State, rules: Rulebook, series: str) -> Refusal | None:
    """The series is issued, and the rulebook in force still caps its pollutant."""
    if series not in state.ledger.caps and series_of(series) is not None:
        return no(rules, "caps", Why.UNKNOWN_SERIES, f"{series} is not issued: no cap is set for it")
    if series not in state.ledger.caps or pollutant_of(series) not in lookup.traded(rules):
        return no(rules, "caps", Why.UNKNOWN_SERIES, f"{series} is not issued; series look like SO2-KM-2027")
    return None


def capped_series(state: State, rules: Rulebook, series: str) -> Refusal | None:
    """The series is issued under a cap: what is shared out, sold, kept or taken back by the government is."""
    refusal = known_series(state, rules, series)
    if refusal:
        return refusal
    if pollutant_of(series) in state.credits:
        what = f"{series} is of credits, which are issued for a project and not shared out"
        return no(rules, "caps", Why.WRONG_KIND, what)
    return None


def known_instrument(state: State, rules: Rulebook, name: str) -> Refusal | None:
    """The series is issued; or the strip is written as one, and every vintage of it is issued."""
    if not is_strip(name):
        return known_series(state, rules, name)
    try:
        strip = Strip.parse(name)
    except Malformed as error:
        return no(rules, "terms", Why.UNKNOWN_SERIES, f"{error.what}; {error.cure}")
    for member in strip.members:
        refusal = known_series(state, rules, str(member))
        if refusal:
            return refusal
    return None


def term_allowed(rules: Rulebook, section: str, first: int, last: int, longest: int) -> Refusal | None:
    """The term has no more vintages than the section allows, and they end by the horizon."""
    years = last - first + 1
    if years > longest:
        what = f"{first} to {last} are {years} vintages; the longest term has {longest}"
        return no(rules, section, Why.TERM_TOO_LONG, what)
    if last > rules.terms.horizon:
        what = f"{last} lies beyond the horizon, {rules.terms.horizon}"
        return no(rules, "terms", Why.TERM_TOO_LONG, what)
    return None


def term_of(rules: Rulebook, name: str) -> Refusal | None:
    """A strip, which exists, has no more vintages than may trade as one. A series always may."""
    if not is_strip(name):
        return None
    strip = Strip.parse(name)
    return term_allowed(rules, "terms", strip.first, strip.last, rules.terms.longest_years)


def free_of(state: State, rules: Rulebook, section: str, account: str, instrument: str, count: int) -> Refusal | None:
    """The account has that much of every vintage free: neither on offer, nor pledged, nor leased."""
    for series in members(instrument):
        position = state.ledger.held_of(account, series)
        if position.free < count:
            aside = f"; {position.held} are set aside" if position.held else ""
            what = f"{account} has {position.free} of {series} free, not {count}{aside}"
            return no(rules, section, Why.INSUFFICIENT_HOLDING, what)
    return None


def moved(state: State, origin: str, target: str, instrument: str, count: int) -> tuple[Delivered, ...]:
    """The moves of `count` of every vintage, chosen so that fragments stay few."""
    held = state.ledger.positions
    return tuple(
        Delivered(origin, target, series, best_fit(held[origin, series].blocks, count))
        for series in members(instrument)
    )


def payments(buyer: str, seller: str, fen: int, buyer_fee: int, seller_fee: int) -> list[Paid]:
    """The price to the seller, and the fee of each side to the exchange; what is nothing is not paid."""
    paid = [Paid(buyer, seller, fen)]
    if buyer_fee:
        paid.append(Paid(buyer, EXCHANGE, buyer_fee))
    if seller_fee:
        paid.append(Paid(seller, EXCHANGE, seller_fee))
    return paid


def positive(rules: Rulebook, section: str, what: str, count: int) -> Refusal | None:
    """A quantity is above zero and within what a ledger can hold."""
    if count <= 0:
        return no(rules, section, Why.NOT_POSITIVE, f"{what} is {count}; it must be above zero")
    if count > LARGEST:
        return no(rules, section, Why.TOO_LARGE, f"{what} is {count}; the largest is {LARGEST}")
    return None


def own_source(
    state: State,
    rules: Rulebook,
    actor: str,
    source: str,
    *,
    though_frozen: bool = False,
    gives: TransactionType | None = None,
) -> Refusal | None:
    """The source exists, the operator acts for its account, and that is not frozen, where that matters."""
    known = state.sources.get(source)
    if known is None:
        return no(rules, "roles", Why.UNKNOWN_SOURCE, f"there is no source {source}")
    refusal = own_account(state, rules, actor, known.account)
    return refusal if refusal or though_frozen else thawed(state, rules, known.account, gives=gives)


def known_source(state: State, rules: Rulebook, source: str, section: str = "roles") -> Source | Refusal:
    """The source, or that there is none or its account takes no part."""
    known = state.sources.get(source)
    if known is None:
        return no(rules, section, Why.UNKNOWN_SOURCE, f"there is no source {source}")
    return known_account(state, rules, known.account) or known


def staying(state: State, rules: Rulebook, source: str) -> Refusal | None:
    """The source is not on its way to another account, so that what is begun for it stays with who began it."""
    known = state.passing.get(source)
    if known is None:
        return None
    what = f"{source} is on its way from {known.origin} to {known.target}; wait until it has passed, or DropSource"
    return no(rules, "transactions", Why.CONDITION_OPEN, what)


def known_stack(state: State, rules: Rulebook, stack: str) -> Source | Refusal:
    """The source of the stack, or that there is none or its account takes no part."""
    source = state.stack_source.get(stack)
    if source is None:
        return no(rules, "monitoring", Why.UNKNOWN_STACK, f"there is no stack {stack}")
    return known_source(state, rules, source)


def known_grant(
    state: State, rules: Rulebook, section: str, source: str, series: str
) -> tuple[Source, Grant] | Refusal:
    """A source and what it was granted of a series, or why there is none."""
    known = known_source(state, rules, source)
    if isinstance(known, Refusal):
        return known
    refusal = known_series(state, rules, series)
    if refusal:
        return refusal
    granted = state.grants.get((known.id, series))
    if granted is None:
        return no(rules, section, Why.NOT_ELIGIBLE, f"{known.id} was granted nothing of {series}")
    return known, granted


def series_of(text: str) -> Series | None:
    """The series that a text names, or None."""
    try:
        return Series.parse(text)
    except Malformed:
        return None
