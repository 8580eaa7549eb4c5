"""What may stand in a field: the things of the book that somebody may name in it, with their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from airshed.engine.nouns import Actor
from airshed.engine.procedures.trade_rules import wall_of
from airshed.engine.state import State
from airshed.model.allowance import Series, Strip, instrument, is_strip, members
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.grounds import NOTICE, first_of, grounds
from airshed.pages.portal.happening import in_column, in_language
from airshed.pages.portal.meant import choice_of
from airshed.pages.portal.names import account_name, called_in, works_name
from airshed.pages.portal.numbered import NUMBERED
from airshed.registry.accounts import PRIVATE, auction
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.happened import WORDS
from airshed.service.forms.measures import Terms, write


class Choice(NamedTuple):
    """A thing that a field may name."""

    value: str
    label: Phrase


#: Fields that give a name to something new, by command.
NEW = {
    ("RegisterActor", "actor"),
    ("OpenAccount", "account"),
    ("RegisterSource", "source"),
    ("OpenSale", "sale"),
    ("OpenRepurchase", "repurchase"),
    ("OpenAuction", "auction"),
    ("OfferAuction", "auction"),
    ("SellPledge", "auction"),
    ("OpenCall", "call"),
    ("OpenZoneCall", "call"),
}
#: Fields of an account that whoever acts for one acts for.
OWN = ("account", "origin", "seller", "lessor", "pledgor")
#: Fields of an account on the other side.
OTHERS = ("target", "buyer", "lessee", "pledgee", "trusted")
#: Commands in which an own series is given away, so that what is held of it is told beside.
GIVING = (
    "Transfer",
    "CancelAllowances",
    "OfferRepurchase",
    "OfferDeal",
    "PledgeAllowances",
    "OfferLease",
    "OfferAuction",
)
#: Commands that take several vintages as one, and the section of the law that says how many at most.
STRIPPED: Mapping[str, Literal["terms", "lease"]] = {
    **dict.fromkeys(("Transfer", "PledgeAllowances", "OfferDeal", "PlaceOrder", "OpenCall"), "terms"),
    "OfferLease": "lease",
}
#: What is chosen by its number; commands of the other side of a lease, a deal or a pledge name any that concerns them.
CHOSEN: Mapping[str, Callable[[State], Mapping[int, Any]]] = {
    **{
        field: NUMBERED[field].things
        for field in (
            *("order", "deal", "lease", "pledge", "purchase"),
            *("application", "withdrawal", "withholding", "right"),
        )
    },
    "transfer": lambda state: state.waiting_transfers,
    "act": lambda state: state.acts,
}
NAMED: Mapping[str, Callable[[State], Mapping[str, Any]]] = {
    "auction": lambda state: state.auctions,
    "sale": lambda state: state.sales,
    "repurchase": lambda state: state.repurchases,
}
SIDES = {side: Phrase(*WORDS[side]) for side in ("buy", "sell")}
#: States in which nothing more comes of a thing.
OVER = (
    "done",
    "dropped",
    "cancelled",
    "closed",
    "released",
    "redeemed",
    "ended",
    "enforced",
    "granted",
    "fallen",
    "paid",
)
#: Which things an act takes that is one side's alone, or of one state: of others it would be refused.
FITS: Mapping[str, Callable[[Any, str], bool]] = {
    "AcceptDeal": lambda deal, account: deal.buyer == account,
    "CancelTransfer": lambda transfer, account: transfer.origin == account,
    "AcceptLease": lambda lease, account: lease.lessee == account and lease.state == "offered",
    "DropLease": lambda lease, account: lease.state == "offered",
    "PayRent": lambda lease, account: lease.lessee == account and lease.state != "offered" and bool(lease.waiting),
    "EndLease": lambda lease, account: lease.state != "offered",
    "AcceptPledge": lambda pledge, account: pledge.pledgee == account and pledge.state == "offered",
    "ReleasePledge": lambda pledge, account: account == pledge.pledgee or pledge.state == "offered",
    "RedeemPledge": lambda pledge, account: pledge.pledgor == account and pledge.state != "offered",
    "CallPledge": lambda pledge, account: pledge.pledgee == account and pledge.state == "standing",
    "EnforcePledge": lambda pledge, account: pledge.pledgee == account and pledge.state == "called",
    "SellPledge": lambda pledge, account: pledge.pledgee == account and pledge.state == "called",
    "OfferRight": lambda right, account: right.holder == account and right.offer is None,
    "AcceptRight": lambda right, account: right.offer is not None and right.offer.buyer == account,
    "DropRight": lambda right, account: right.offer is not None,
}
#: Attributes of a thing that say whose it is.
WHOSE = ("account", "origin", "target", "seller", "buyer", "lessor", "lessee", "pledgor", "pledgee", "holder")


def choices(
    state: State, rules: Rulebook, actor: Actor, command: str, field: str, source: str = ""
) -> tuple[Choice, ...] | None:
    """What a field may name, what is of the source that is named beside it first; None where it names nothing there."""
    if (command, field) in NEW:
        return None
    if field in OWN:
        return tuple(_accounts(state, rules, _mine(state, actor)))
    if field in OTHERS:
        mine = actor.account
        return tuple(_accounts(state, rules, lambda name: name != mine and state.ledger.accounts[name].kind in PRIVATE))
    if field == "series":
        return tuple(_series(state, rules, actor, command))
    if field == "pollutant":
        return tuple(
            Choice(row.code, Phrase(f"{row.code} {row.name_en}", f"{row.code} {row.name_zh}"))
            for row in rules.pollutants
        )
    if field in ("jurisdiction", "place"):
        return tuple(_places(rules, actor))
    if field == "sector":
        return tuple(Choice(row.code, Phrase(row.name_en, row.name_zh)) for row in rules.sectors)
    if field == "role":
        return tuple(Choice(row.code, Phrase(row.name_en, row.name_zh)) for row in rules.people)
    if field == "actor":
        known = state.actors.values()
        return tuple(
            Choice(each.id, same(each.id)) for each in known if _within(state, actor, each.jurisdiction, each.account)
        )
    if field == "source":
        return tuple(_sources(state, rules, actor))
    if field == "stack":
        mine_too = {choice.value for choice in _sources(state, rules, actor)}
        owners = {stack: owner for stack, owner in state.stack_source.items() if owner in mine_too}
        return tuple(Choice(stack, same(stack)) for stack in first_of(source, owners))
    if (command, field) == (NOTICE, "ground"):
        return tuple(Choice(*ground) for ground in grounds(rules))
    if field == "mark":
        if command == "MarkHours":
            return tuple(Choice(row.mark, Phrase(row.name_en, row.name_zh)) for row in rules.marks.rows)
        waiting = [mark for mark in state.marks.values() if mark.state in ("entered", "proven")]
        stacks = {choice.value for choice in choices(state, rules, actor, command, "stack") or ()}
        return tuple(Choice(str(mark.id), choice_of(mark, rules)) for mark in waiting if mark.stack in stacks)
    if field == "call":
        kept: Mapping[str, Any] = state.zone_calls if "Zone" in command else state.calls
        theirs = "Order" in command and "Zone" not in command
        wall = wall_of(state, rules, actor.account) if theirs else ""
        return tuple(
            Choice(name, same(name)) for name, call in kept.items() if call.open and (not theirs or call.wall == wall)
        )
    if field in NAMED:
        return tuple(
            Choice(name, same(f"{name} · {_short(thing.series)}"))
            for name, thing in NAMED[field](state).items()
            if thing.open
        )
    if field in CHOSEN:
        return tuple(_numbered(state, rules, actor, command, field))
    return None


def _mine(state: State, actor: Actor) -> Callable[[str], bool]:
    if actor.account:
        return lambda name: name == actor.account
    if actor.jurisdiction:
        return lambda name: state.ledger.accounts[name].jurisdiction == actor.jurisdiction
    return lambda name: True


def _accounts(state: State, rules: Rulebook, fits: Callable[[str], bool]) -> Iterator[Choice]:
    for name, account in state.ledger.accounts.items():
        if name not in state.ledger.closed and fits(name):
            yield Choice(name, account_name(rules, name, account.name))


def strips(state: State, rules: Rulebook, section: Literal["terms", "lease"] = "terms") -> list[str]:
    """Every strip of issued vintages in a row that the law lets trade, or be leased, as one; the last ones first."""
    longest = rules.lease.longest_years if section == "lease" else rules.terms.longest_years
    issued: dict[tuple[str, str], set[int]] = {}
    for name in state.ledger.caps:
        one = Series.parse(name)
        issued.setdefault((one.pollutant, one.jurisdiction), set()).add(one.vintage)
    found: list[Strip] = []
    for (pollutant, place), years in issued.items():
        for first in years:
            last = first + 1
            while last in years and last - first < longest and last <= rules.terms.horizon:
                found.append(Strip(pollutant, place, first, last))
                last += 1
    return [str(strip) for strip in sorted(found, key=lambda each: (-each.last, -each.first, each))]


#: Offers what lies in the auction account of a jurisdiction.
AUCTIONING = "OpenAuction"


def _series(state: State, rules: Rulebook, actor: Actor, command: str) -> Iterator[Choice]:
    names = sorted(state.ledger.caps, key=lambda name: (-int(name.rpartition("-")[2]), name))
    if command in STRIPPED:
        names += strips(state, rules, STRIPPED[command])
    terms = Terms.of(rules)
    for name in names:
        if actor.jurisdiction and instrument(name).jurisdiction != actor.jurisdiction:
            continue
        # Who auctions offers what lies in the account for that, anybody else what is their own.
        owner = auction(instrument(name).jurisdiction) if command == AUCTIONING else actor.account
        if owner:
            held = (state.ledger.positions.get((owner, member)) for member in members(name))
            free = min(0 if position is None else position.free for position in held)
            if (command in GIVING or command == AUCTIONING) and not free:
                continue
            if free:
                shown = write(free, Unit.ALLOWANCES, terms)
                of_each = Phrase(" of each", "（每年份）") if is_strip(name) else same("")
                chinese = f"{name}（可用：{in_language(shown, 'zh')}{of_each.zh}）"
                yield Choice(name, Phrase(f"{name} (free: {shown}{of_each.en})", chinese))
                continue
        yield Choice(name, same(name))


def _places(rules: Rulebook, actor: Actor) -> Iterator[Choice]:
    for row in rules.jurisdictions:
        if actor.jurisdiction in ("", row.code) or actor.account:
            yield Choice(row.code, Phrase(f"{row.name_en} ({row.code})", f"{row.name_zh}（{row.code}）"))


def _sources(state: State, rules: Rulebook, actor: Actor) -> Iterator[Choice]:
    for source in state.sources.values():
        if _within(state, actor, source.jurisdiction, source.account):
            said = works_name(rules, source.id, source.name)
            yield Choice(source.id, Phrase(f"{said.en} ({source.id})", f"{said.zh}（{source.id}）"))


def _within(state: State, actor: Actor, jurisdiction: str, account: str) -> bool:
    """Whether something lies in what somebody is bound to."""
    if actor.account:
        return account == actor.account
    there = jurisdiction or (state.ledger.accounts[account].jurisdiction if account in state.ledger.accounts else "")
    return actor.jurisdiction in ("", there)


def _numbered(state: State, rules: Rulebook, actor: Actor, command: str, field: str) -> Iterator[Choice]:
    called, fits = called_in(state, rules), FITS.get(command)
    for number, thing in CHOSEN[field](state).items():
        if getattr(thing, "state", "") in OVER:
            continue
        parties = [getattr(thing, name) for name in WHOSE if getattr(thing, name, "")]
        if field == "right" and thing.offer is not None:
            parties.append(thing.offer.buyer)
        if actor.account and parties and actor.account not in parties:
            continue
        if actor.account and fits is not None and not fits(thing, actor.account):
            continue
        said = [same(str(number)), *(called(party) for party in dict.fromkeys(parties))]
        if field == "order":
            said.append(SIDES[thing.side])
        if getattr(thing, "series", ""):
            said.append(same(_short(thing.series)))
        count = getattr(thing, "left", None) if field == "order" else getattr(thing, "count", None)
        if isinstance(count, int):
            said.append(in_column(count, Unit.ALLOWANCES, rules))
        if field == "order":
            said.append(in_column(thing.limit, Unit.FEN_PER_T, rules))
        yield Choice(str(number), Phrase(" · ".join(each.en for each in said), " · ".join(each.zh for each in said)))


def _short(series: str | tuple[str, ...]) -> str:
    return series if isinstance(series, str) else ", ".join(series)
