"""Random commands about pledges, leases and rights, of one vintage or of strips."""

from __future__ import annotations

import random
from typing import Literal

from airshed.engine import commands as c
from airshed.engine.nouns import Pledge
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.lab.simulator.mischief.able import buyer
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, Wish
from airshed.model.allowance import Series
from airshed.model.period import DAY_MS
from airshed.rulebook.schema import Rulebook

Pay = Literal["once", "yearly"]


def instrument(rng: random.Random, state: State, account: str) -> tuple[str, int]:
    """A series of which an account holds some, or a strip of it and the vintages after it; and what is free of it."""
    held = {name: position.free for name, position in state.ledger.of_account(account) if position.free}
    if not held:
        return rng.choice(("SO2-KM-2027", "SO2-KM-2027..2028", "SO2-KM-2028..2027", "NOx-QJ-2027..2060")), 1
    pairs = {name: after for name in held if (after := _following(name)) in held}
    if pairs and rng.random() < 0.7:
        name = rng.choice(list(pairs))
        return f"{name}..{pairs[name][-4:]}", min(held[name], held[pairs[name]])
    name = rng.choice(list(held))
    return (f"{name}..{_following(name)[-4:]}", 1) if rng.random() < 0.1 else (name, held[name])


def _following(name: str) -> str:
    series = Series.parse(name)
    return str(series._replace(vintage=series.vintage + 1))


def pledges(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new pledge, or the next step of one that is there, by whoever may and by whoever may not."""
    if state.pledges and rng.random() < 0.7:
        pledge = rng.choice(list(state.pledges.values()))
        step = {
            "offered": (c.AcceptPledge, c.AcceptPledge, c.ReleasePledge),
            "standing": (c.CallPledge, c.CallPledge, c.RedeemPledge, c.ReleasePledge),
            "called": (c.EnforcePledge, c.EnforcePledge, c.RedeemPledge, c.ReleasePledge),
        }[pledge.state]
        if pledge.state == "called" and (pledge.sale or rng.random() < 0.4):
            return _sale(rng, state, rules, pledge)
        kind = rng.choice(step)
        actor = pledge.pledgor if kind is c.RedeemPledge or rng.random() < 0.1 else pledge.pledgee
        return [(actor, kind(pledge.id))]
    account = rng.choice(ACCOUNTS)[0]
    name, free = instrument(rng, state, account)
    other = buyer(rng, state, rules, at, name, account)
    until = rules.civil.day_of(max(at, state.at) + DAY_MS * rng.choice((0, 0, 1, 20, 20, -1)))
    count = rng.randint(1, max(1, min(free, 20_000)))
    return [(account, c.PledgeAllowances(account, other, name, count, rng.choice((1, 10**5, 10**7)), until))]


def _sale(rng: random.Random, state: State, rules: Rulebook, pledge: Pledge) -> list[Wish]:
    """The pledgee has a part sold, and somebody bids for it; or the sale that is on is closed."""
    if pledge.sale:
        return [(EXCHANGE, c.CloseAuction(pledge.sale, 1))]
    series, left = rng.choice(list(pledge.left.items()))
    law = rules.auction
    reserve = reference_price(state, rules, series) // law.tick_fen_per_t * law.tick_fen_per_t
    name, count = f"pledge-{len(state.auctions) + 1}", max(left // law.lot, 1) * law.lot
    bids = [
        (account, c.PlaceBid(name, account, law.lot * rng.randint(1, count // law.lot), reserve))
        for account in (rng.choice(ACCOUNTS)[0], rng.choice(ACCOUNTS)[0])
    ]
    return [(pledge.pledgee, c.SellPledge(pledge.id, name, series, count, reserve)), *bids]


def leases(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new lease, a part of one, or the next step of one that is there, mostly by whoever may."""
    for lease in state.leases.values():
        if lease.waiting and lease.state != "offered" and rng.random() < 0.3:
            first = min(lease.waiting)[-4:]
            if rules.civil.day_of(max(at, state.at)) > f"{first}-02-20":
                return [(lease.lessor, c.EndLease(lease.id))]
    if state.leases and rng.random() < 0.7:
        lease = rng.choice(list(state.leases.values()))
        if lease.state == "offered":
            kind = rng.choice((c.AcceptLease, c.AcceptLease, c.DropLease))
            answer: list[Wish] = [(rng.choice((lease.lessee, lease.lessee, lease.lessor)), kind(lease.id))]
            if lease.pay == "yearly" and rng.random() < 0.5:
                answer.append((lease.lessee, c.PayRent(lease.id)))
            return answer
        if lease.waiting and rng.random() < 0.5:
            return [(lease.lessee, c.PayRent(lease.id))]
        if rng.random() < 0.4:
            other = rng.choice(ACCOUNTS)[0]
            series = rng.choice(list(lease.leased) or [lease.series])
            count = rng.randint(1, max(1, lease.leased.get(series, 1)))
            pay: tuple[Pay, ...] = ("once", "once", "yearly")
            rent = rng.choice((1_000, 40_000))
            part = c.OfferLease(lease.lessee, other, series, count, rent, rng.choice(pay), lease.id)
            return [(lease.lessee, part)]
        if rng.random() < 0.1:
            return [(lease.lessee, c.PayRent(lease.id))]
        return [(rng.choice((lease.lessor, lease.lessor, lease.lessee)), c.EndLease(lease.id))]
    account = rng.choice(ACCOUNTS)[0]
    name, free = instrument(rng, state, account)
    if rules.civil.day_of(max(at, state.at))[5:7] in (
        "12",
        "01",
    ):  # what a strip owes later is owed from the end of January on
        name, free = max(
            ((name, free), *(instrument(rng, state, account) for _ in range(3))), key=lambda each: len(each[0])
        )
    other = buyer(rng, state, rules, at, name, account)
    count = rng.randint(1, max(1, min(free, 20_000)))
    either: tuple[Pay, ...] = ("once", "yearly", "yearly")
    rent = rng.choice((0, 1, 7, 333, 1_000, 40_000))
    offered = c.OfferLease(account, other, name, count, rent, rng.choice(either))
    taken: list[Wish] = [(other, c.AcceptLease(state.next_lease))] if rng.random() < 0.5 else []
    return [(account, offered), *taken]


def rights(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new right, or the next step of one that is there, mostly by whoever may."""
    if state.rights and rng.random() < 0.7:
        right = rng.choice(list(state.rights.values()))
        if right.offer is not None:
            actor = rng.choice((right.offer.buyer, right.offer.buyer, right.holder))
            return [(actor, rng.choice((c.AcceptRight, c.AcceptRight, c.DropRight))(right.id))]
        if rng.random() < 0.4:
            return [(authority, c.RenewRight(right.id))]
        start = right.first + rng.randint(0, 3)
        fen = rng.choice((0, 1, 10**5, 10**7))
        return [(right.holder, c.OfferRight(right.id, rng.choice(ACCOUNTS)[0], start, fen))]
    first = rng.choice((2026, 2027, 2027, 2028, 2028, 2029))
    last = rng.choice((0, first, first + 1, first + 4, first + 9))
    count = rng.choice((0, 1, 200, 200, 5_000, 10**9))
    code, place = rng.choice(("SO2", "SO2", "NOx", "NOx", "CO")), rng.choice(("KM", "KM", "QJ"))
    return [(authority, c.GrantRight(rng.choice(ACCOUNTS)[0], code, place, count, first, last))]
