"""What stands between a firm and others: transfers and whom it trusts, offers, leases, pledges, bids with guarantee."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import Body, CallPledge, EndLease
from airshed.engine.nouns import Actor
from airshed.engine.procedures.lease import PROCEDURES as OF_LEASES
from airshed.engine.procedures.pledge import PROCEDURES as OF_PLEDGES
from airshed.engine.procedures.pledge import enforceable
from airshed.engine.procedures.trade_rules import wall_of
from airshed.engine.state import State
from airshed.model.counted import counted
from airshed.model.measures import Unit
from airshed.model.refusal import Refusal
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.frame import acting, page
from airshed.pages.portal.happening import amount, mass_of
from airshed.pages.portal.live import Part, Sight, parts
from airshed.pages.portal.names import called_in
from airshed.pages.portal.sealed_bids import IN_THE_OPEN, SealedHere, sealed_own, sealing_page
from airshed.pages.portal.stands_for import PAID
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service

STATES = {
    "waiting": Phrase("waits", "待执行"),
    "offered": Phrase("offered", "待接受"),
    "standing": Phrase("stands", "生效中"),
    "called": Phrase("notice given", "已通知处置"),
}
HOW = {"block": Phrase("block trade", "大宗交易"), "transfer": Phrase("two-sided transfer", "协议转让")}


#: What decides the acts that are offered only when they would be done.
PROCEDURE_OF = {**OF_LEASES, **OF_PLEDGES}


class Deed(NamedTuple):
    """An act that may be done with a thing: what it is called, its form, and the question where one is enough."""

    name: Phrase
    href: str
    ask: Phrase | None = None


class Thing(NamedTuple):
    """Something between an account and another."""

    number: str
    what: Phrase
    other: Phrase
    series: str
    amount: Phrase
    terms: Phrase
    state: Phrase
    deeds: tuple[Deed | None, ...]


class Trusted(NamedTuple):
    """An account that is trusted, or will be."""

    account: str
    name: Phrase
    since: str
    counts: bool


class Open(NamedTuple):
    """An auction, a reverse auction or a call that takes bids or orders, with what that asks for."""

    name: str
    series: str
    kind: Phrase
    offered: Phrase
    #: The least or the most that is paid.
    bound: Phrase
    guarantee: Phrase
    mine: Phrase
    deeds: tuple[Deed, ...]
    #: Until when bids may be opened, where that is what is to be done.
    until: str = ""
    #: For whom a call is, where the law has a wall.
    whom: Phrase = same("")


def _deed(
    names: frozenset[str], command: str, english: str, chinese: str, query: str, *, ask: bool = False
) -> Deed | None:
    if command not in names:
        return None
    question = Phrase(f"{english}?", f"{chinese}？") if ask else None
    return Deed(Phrase(english, chinese), f"/act/{command}?{query}", question)


def _between(sight: Sight) -> Mapping[str, Any]:
    assert sight.actor is not None
    state, rules, account = sight.market.state, sight.rules, sight.actor.account
    mine, called = lookup.roles(rules).get(sight.actor.role, frozenset()), called_in(state, rules)
    trusted = [
        Trusted(name, called(name), rules.civil.clock(since)[:16].replace("T", " "), since <= sight.at)
        for name, since in state.trusted.get(account, {}).items()
    ]
    return {
        "account": account,
        "things": [
            thing._replace(deeds=tuple(filter(None, thing.deeds)))
            for thing in _things(state, rules, sight.actor, mine, sight.at)
        ],
        "trusted": trusted,
        "limits": _limits(state, rules, account, sight.at),
        "auctions": opens(state, rules, account, mine),
        "may": mine,
    }


def _limits(state: State, rules: Rulebook, account: str, at: int) -> tuple[Phrase | None, Phrase | None]:
    known = state.transfer_limits.get(account)
    if known is None:
        return None, None
    two, trusted = known.at(at)
    return (
        None if two is None else amount(two, Unit.ALLOWANCES, rules),
        None if trusted is None else amount(trusted, Unit.ALLOWANCES, rules),
    )


def _things(state: State, rules: Rulebook, actor: Actor, mine: frozenset[str], at: int) -> Iterator[Thing]:
    yield from _transfers(state, rules, actor.account, mine, at)
    yield from _deals(state, rules, actor.account, mine)
    yield from _leases(state, rules, actor, mine, at)
    yield from _pledges(state, rules, actor, mine, at)
    yield from _rights(state, rules, actor.account, mine)


def _taken(state: State, rules: Rulebook, at: int, actor: str, body: Body) -> bool:
    """Whether an act would be done as things stand: one that waits for its day is not offered before."""
    return not isinstance(PROCEDURE_OF[type(body)](state, rules, at, actor, body), Refusal)


def _transfers(state: State, rules: Rulebook, account: str, mine: frozenset[str], at: int) -> Iterator[Thing]:
    called = called_in(state, rules)
    for transfer in state.waiting_transfers.values():
        if account in (transfer.origin, transfer.target):
            gives = transfer.origin == account
            due = rules.civil.clock(transfer.due)[:16].replace("T", " ")
            cancel = _deed(mine, "CancelTransfer", "Call off", "撤销划转", f"transfer={transfer.id}", ask=True)
            yield Thing(
                f"T{transfer.id}",
                Phrase("transfer out", "划出") if gives else Phrase("transfer in", "划入"),
                called(transfer.target if gives else transfer.origin),
                transfer.series,
                mass_of(transfer.count, rules, transfer.series),
                Phrase(f"carried out {due}", f"{due}执行")
                if at < transfer.due
                else Phrase(f"due since {due}, still to be carried out", f"{due}已到期，尚待执行"),
                STATES["waiting"],
                (cancel,) if gives else (),
            )


def _deals(state: State, rules: Rulebook, account: str, mine: frozenset[str]) -> Iterator[Thing]:
    called = called_in(state, rules)
    for deal in state.deals.values():
        if account in (deal.seller, deal.buyer):
            sells = deal.seller == account
            price = amount(deal.price, Unit.FEN_PER_T, rules)
            no = ("Take back", "撤回") if sells else ("Decline", "不接受")
            drop = _deed(mine, "DropDeal", *no, f"deal={deal.id}", ask=True)
            accept = None if sells else _deed(mine, "AcceptDeal", "Accept", "接受", f"deal={deal.id}")
            kind = HOW.get(deal.kind, same(deal.kind))
            yield Thing(
                f"D{deal.id}",
                kind,
                called(deal.buyer if sells else deal.seller),
                deal.series,
                mass_of(deal.count, rules, deal.series),
                Phrase(f"at {price.en}", f"价格{price.zh}"),
                STATES["offered"],
                (accept, drop),
            )


def _leases(state: State, rules: Rulebook, actor: Actor, mine: frozenset[str], now: int) -> Iterator[Thing]:
    called, account = called_in(state, rules), actor.account
    for lease in state.leases.values():
        if account in (lease.lessor, lease.lessee):
            lets = lease.lessor == account
            rent = amount(lease.rent, Unit.FEN_PER_T_YEAR, rules)
            at = f"lease={lease.id}"
            no = ("Take back", "撤回") if lets else ("Decline", "不接受")
            offered, owes = lease.state == "offered", bool(lease.waiting) and not lets
            ends = not offered and _taken(state, rules, now, actor.id, EndLease(lease.id))
            deeds: tuple[Deed | None, ...] = (
                _deed(mine, "AcceptLease", "Accept", "接受", at) if offered and not lets else None,
                _deed(mine, "DropLease", *no, at, ask=True) if offered else None,
                _deed(mine, "PayRent", "Pay the rent", "支付租金", at) if owes and not offered else None,
                _deed(mine, "EndLease", "End", "终止", at) if ends else None,
            )
            yield Thing(
                f"L{lease.id}",
                Phrase("lease out", "出租") if lets else Phrase("lease in", "承租"),
                called(lease.lessee if lets else lease.lessor),
                lease.series,
                mass_of(lease.count, rules, lease.series),
                Phrase(
                    f"rent {rent.en} ({PAID[lease.pay].en}), until {lease.ends}",
                    f"租金{rent.zh}（{PAID[lease.pay].zh}），至{lease.ends}",
                ),
                STATES.get(lease.state, same(lease.state)),
                deeds,
            )


def _pledges(state: State, rules: Rulebook, actor: Actor, mine: frozenset[str], now: int) -> Iterator[Thing]:
    called, account = called_in(state, rules), actor.account
    for pledge in state.pledges.values():
        if account in (pledge.pledgor, pledge.pledgee):
            gives = pledge.pledgor == account
            secured = amount(pledge.secured, Unit.FEN, rules)
            at = f"pledge={pledge.id}"
            no = ("Take back", "撤回") if gives else ("Decline", "不接受")
            deeds: tuple[Deed | None, ...] = (
                None if gives else _deed(mine, "AcceptPledge", "Accept", "接受", at),
                _deed(mine, "ReleasePledge", *no, at, ask=True),
            )
            if pledge.state != "offered":
                calls = not gives and _taken(state, rules, now, actor.id, CallPledge(pledge.id))
                takes = not gives and enforceable(rules, now, pledge) is None
                sells = rules.pledge.yields == "sale"
                how = ("SellPledge", "Sell", "拍卖") if sells else ("EnforcePledge", "Enforce", "抵债")
                deeds = (
                    _deed(mine, "RedeemPledge", "Redeem", "赎回", at) if gives else None,
                    None if gives else _deed(mine, "ReleasePledge", "Release", "解除", at),
                    _deed(mine, "CallPledge", "Give notice", "处置通知", at) if calls else None,
                    _deed(mine, *how, at) if takes else None,
                )
            yield Thing(
                f"P{pledge.id}",
                Phrase("pledge given", "出质") if gives else Phrase("pledge taken", "质权"),
                called(pledge.pledgee if gives else pledge.pledgor),
                pledge.series,
                mass_of(pledge.left, rules),
                Phrase(
                    f"secures {secured.en}, to be paid by {pledge.until}",
                    f"担保{secured.zh}，清偿期限{pledge.until}",
                ),
                STATES.get(pledge.state, same(pledge.state)),
                deeds,
            )


def _rights(state: State, rules: Rulebook, account: str, mine: frozenset[str]) -> Iterator[Thing]:
    """Rights on offer: one that is held alone is between nobody."""
    called = called_in(state, rules)
    for right in state.rights.values():
        offer = right.offer
        if offer is None or account not in (right.holder, offer.buyer):
            continue
        sells, at = right.holder == account, f"right={right.id}"
        price = amount(offer.fen, Unit.FEN, rules)
        each = amount(right.count, Unit.ALLOWANCES, rules)
        no = ("Take back", "撤回") if sells else ("Decline", "不接受")
        yield Thing(
            f"R{right.id}",
            Phrase("right", "排污权"),
            called(offer.buyer if sells else right.holder),
            f"{right.pollutant}-{right.jurisdiction}",
            Phrase(f"{each.en} a year", f"每年{each.zh}"),
            Phrase(f"for {price.en}, from vintage {offer.start}", f"价款{price.zh}，自{offer.start}年份起"),
            STATES["offered"],
            (
                None if sells else _deed(mine, "AcceptRight", "Accept", "接受", at),
                _deed(mine, "DropRight", *no, at, ask=True),
            ),
        )


AUCTION, REVERSE, CALL, ZONE_CALL = (
    Phrase("auction", "拍卖"),
    Phrase("reverse auction", "反向拍卖"),
    Phrase("call", "集合竞价"),
    Phrase("zone-wide call", "全区集合竞价"),
)


def opens(state: State, rules: Rulebook, account: str, mine: frozenset[str]) -> list[Open]:
    """What takes bids or orders now, or has them opened, for an account."""
    found = [*_auctions(state, rules, account, mine), *_reverse(state, rules, account, mine)]
    return [*found, *_calls(state, rules, account, mine)]


def _sealed(
    state: State, rules: Rulebook, account: str, mine: frozenset[str], venue: SealedHere, name: str
) -> tuple[tuple[Deed, ...], Phrase | None, str]:
    """How one bids there: the deeds, what of the account waits sealed, and until when it is opened."""
    sealing = state.sealings.get((venue, name))
    if sealing is None:
        deed = _deed(mine, IN_THE_OPEN[venue].__name__, "Bid", "投标", f"{venue}={quote(name, safe='')}")
        return (() if deed is None else (deed,)), None, ""
    own = list(sealed_own(state, rules, sealing, account))
    said = None
    if own:
        aside = [", ".join(each.aside.en for each in own), "、".join(each.aside.zh for each in own)]
        said = Phrase(f"{len(own)} sealed, {aside[0]} set aside", f"{len(own)}份密封申报，冻结{aside[1]}")
    command = "OpenBid" if sealing.until is not None else "CommitBid"
    if command not in mine or (sealing.until is not None and not own):
        return (), said, ""
    until = "" if sealing.until is None else rules.civil.clock(sealing.until)[:16].replace("T", " ")
    name_of = Phrase("Open my bid", "揭示申报") if until else Phrase("Sealed bid", "密封申报")
    return (Deed(name_of, sealing_page(venue, name)),), said, until


def _auctions(state: State, rules: Rulebook, account: str, mine: frozenset[str]) -> Iterator[Open]:
    for name, auction in state.auctions.items():
        if not auction.open:
            continue
        bids = [bid for bid in auction.bids if bid.account == account]
        held = amount(sum(bid.held for bid in bids), Unit.FEN, rules)
        count = amount(sum(bid.count for bid in bids), Unit.ALLOWANCES, rules)
        deeds, said, until = _sealed(state, rules, account, mine, "auction", name)
        if bids:
            said = Phrase(
                f"{counted(len(bids), 'bid')} for {count.en}, {held.en} set aside",
                f"{len(bids)}份标书共{count.zh}，冻结{held.zh}",
            )
        part = auction.terms.guarantee_basis_points / 100
        yield Open(
            name,
            auction.series,
            AUCTION,
            amount(auction.count + sum(lot.count for lot in auction.lots), Unit.ALLOWANCES, rules),
            amount(auction.reserve, Unit.FEN_PER_T, rules),
            Phrase(f"{part:g} % of the bid's value", f"标书金额的{part:g}%"),
            said or same("–"),
            deeds,
            until,
        )


def _reverse(state: State, rules: Rulebook, account: str, mine: frozenset[str]) -> Iterator[Open]:
    for name, found in state.repurchases.items():
        if not found.open:
            continue
        asks = [ask for ask in found.asks if ask.account == account]
        deeds, said, until = _sealed(state, rules, account, mine, "repurchase", name)
        if asks:
            count = amount(sum(ask.count for ask in asks), Unit.ALLOWANCES, rules)
            said = Phrase(f"{counted(len(asks), 'ask')} for {count.en}", f"{len(asks)}份报价共{count.zh}")
        yield Open(
            name,
            found.series,
            REVERSE,
            amount(found.count, Unit.ALLOWANCES, rules),
            amount(found.ceiling, Unit.FEN_PER_T, rules),
            Phrase("the allowances themselves", "所售配额"),
            said or same("–"),
            deeds,
            until,
        )


def _calls(state: State, rules: Rulebook, account: str, mine: frozenset[str]) -> Iterator[Open]:
    """Calls of one's side of the wall have no reserve price; what is offered is what their orders are."""
    wall = wall_of(state, rules, account)
    for name, call in state.calls.items():
        if not call.open or call.wall != wall:
            continue
        own = [order for order in call.orders.values() if order.account == account]
        said = Phrase(counted(len(own), "order"), f"{len(own)}笔申报") if own else same("–")
        act = _deed(mine, "PlaceCallOrder", "Place an order", "参与申报", f"call={quote(name, safe='')}")
        yield Open(
            name,
            call.series,
            CALL,
            *(same("–"),) * 3,
            said,
            () if act is None else (act,),
            whom=_whom(rules, call.wall),
        )
    for name, zone_call in state.zone_calls.items():
        if not zone_call.open:
            continue
        at = f"call={quote(name, safe='')}"
        deeds = (
            _deed(mine, "PlaceZoneBid", "Bid", "买入申报", at),
            _deed(mine, "PlaceZoneOffer", "Offer", "卖出申报", at),
        )
        own_count = len(zone_call.of.get(account, ()))
        said = Phrase(counted(own_count, "order"), f"{own_count}笔申报") if own_count else same("–")
        yield Open(
            name, zone_call.pollutant, ZONE_CALL, same("–"), same("–"), same("–"), said, tuple(filter(None, deeds))
        )


def _whom(rules: Rulebook, wall: str) -> Phrase:
    """For whom a call is; nothing where all trade with all."""
    walled = rules.trade_rules.walled_sectors
    names = {row.code: Phrase(row.name_en, row.name_zh) for row in rules.sectors}
    found = [names.get(code, same(code)) for code in ([wall] if wall else walled)]
    english, chinese = ", ".join(each.en for each in found), "、".join(each.zh for each in found)
    if wall:
        return Phrase(f"{english} only", f"仅限{chinese}")
    return Phrase(f"all but {english}", f"除{chinese}以外") if found else same("")


PARTS: Mapping[str, Part] = {"between": Part("parts/between.html.j2", _between, whose="account")}


async def between(service: Service, request: Request) -> Response:
    """Transfers, offers, leases, pledges and bids of an account."""
    visitor = await acting(service, request)
    assert visitor.actor is not None
    if not visitor.actor.account:
        raise Stopped("not_there", "whoever acts for no account has none of these")
    return page(visitor, "between.html.j2", parts=await parts(visitor, PARTS))
