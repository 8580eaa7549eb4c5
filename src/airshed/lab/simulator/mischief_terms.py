"""Random commands about strips, pledges, leases and rights, for the simulator."""

from __future__ import annotations

import random
from typing import Literal

from airshed.engine import commands as c
from airshed.engine.nouns import Pledge
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.lab.seals import random_seal
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, Wish
from airshed.model.allowance import Series, members
from airshed.model.period import DAY_MS, day_of
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
        if pledge.state == "called" and rng.random() < 0.4:
            return _sale(rng, state, rules, pledge)
        kind = rng.choice(step)
        actor = pledge.pledgor if kind is c.RedeemPledge or rng.random() < 0.1 else pledge.pledgee
        return [(actor, kind(pledge.id))]
    account, other = rng.choice(ACCOUNTS)[0], rng.choice(ACCOUNTS)[0]
    name, free = instrument(rng, state, account)
    until = day_of(max(at, state.at) + DAY_MS * rng.choice((-1, 0, 1, 20)))
    count = rng.randint(1, max(1, min(free, 20_000)))
    return [(account, c.PledgeAllowances(account, other, name, count, rng.choice((1, 10**5, 10**8)), until))]


def _sale(rng: random.Random, state: State, rules: Rulebook, pledge: Pledge) -> list[Wish]:
    """The pledgee has a part sold, and somebody bids for it; or the sale that is on is closed."""
    if pledge.sale and rng.random() < 0.7:
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
    account, other = rng.choice(ACCOUNTS)[0], rng.choice(ACCOUNTS)[0]
    name, free = instrument(rng, state, account)
    count = rng.randint(1, max(1, min(free, 20_000)))
    either: tuple[Pay, ...] = ("once", "yearly", "yearly")
    lease_of = c.OfferLease(account, other, name, count, rng.choice((0, 1, 1_000, 1_000, 40_000)), rng.choice(either))
    return [(account, lease_of)]


def rights(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new right, or the next step of one that is there, mostly by whoever may."""
    if state.rights and rng.random() < 0.7:
        right = rng.choice(list(state.rights.values()))
        if right.offer is not None:
            actor = rng.choice((right.offer.buyer, right.offer.buyer, right.holder))
            return [(actor, rng.choice((c.AcceptRight, c.AcceptRight, c.DropRight))(right.id))]
        if rng.random() < 0.2:
            return [(authority, c.RenewRight(right.id))]
        start = right.first + rng.randint(0, 3)
        fen = rng.choice((0, 1, 10**5, 10**7))
        return [(right.holder, c.OfferRight(right.id, rng.choice(ACCOUNTS)[0], start, fen))]
    first = rng.choice((2026, 2027, 2027, 2028, 2028, 2029))
    last = rng.choice((0, first, first + 1, first + 4, first + 9))
    count = rng.choice((0, 1, 200, 5_000, 10**9))
    code, place = rng.choice(("SO2", "NOx", "CO")), rng.choice(("KM", "KM", "QJ"))
    return [(authority, c.GrantRight(rng.choice(ACCOUNTS)[0], code, place, count, first, last))]


def strips(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """An order, a deal or an order of a call for one of two strips, near its reference."""
    name = rng.choice(("SO2-KM-2027..2028", "SO2-KM-2027..2028", "NOx-QJ-2027..2028"))
    if any(series not in state.ledger.caps for series in members(name)):
        return [(ACCOUNTS[0][0], c.PlaceOrder(ACCOUNTS[0][0], name, "buy", 100, 800_000))]
    law = rules.trading
    lot, tick = law.lot, law.tick_fen_per_t
    price = reference_price(state, rules, name) // tick * tick + tick * rng.randint(-3, 3)
    account, other = rng.choice(ACCOUNTS)[0], rng.choice(ACCOUNTS)[0]
    free = min(state.ledger.held_of(account, series).free for series in members(name))
    side: c.Side = "sell" if free >= lot and rng.random() < 0.7 else "buy"
    count = lot * rng.choice((1, 1, 2, 5))
    draw = rng.random()
    if draw < 0.7:
        return [(account, c.PlaceOrder(account, name, side, count, price))]
    if draw < 0.85:
        block = rng.random() < 0.5
        size = law.block_from if block else count
        return [(account, c.OfferDeal("block" if block else "transfer", account, other, name, size, price))]
    waiting = [call.id for call in state.calls.values() if call.open and call.series == name]
    if not waiting:
        call = f"strip-call-{len(state.calls) + 1}"
        return [(EXCHANGE, c.OpenCall(call, name, "", random_seal(call)))]
    return [(account, c.PlaceCallOrder(waiting[0], account, side, count, price))]
