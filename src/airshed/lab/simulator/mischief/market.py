"""Random commands of the market beside the listed book, for the simulator: deals, calls, halts, leaves."""

from __future__ import annotations

import random
from datetime import date, timedelta

from airshed.engine import commands as c
from airshed.engine.nouns import Call
from airshed.engine.procedures.trade_rules import wall_of
from airshed.engine.state import State
from airshed.lab.seals import random_seal, shown
from airshed.lab.simulator.mischief.able import NAMES, a_price, alive, buyer, seller, some_series
from airshed.lab.simulator.small_market import EXCHANGE, Wish
from airshed.rulebook.schema import Rulebook


def deals(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new deal, or an answer to one that waits."""
    if state.deals and rng.random() < 0.6:
        deal = rng.choice(list(state.deals.values()))
        if rng.random() < 0.8:
            return [(deal.buyer, c.AcceptDeal(deal.id))]
        return [(rng.choice((deal.buyer, deal.seller)), c.DropDeal(deal.id))]
    series = some_series(rng, state, rules, at)
    giver = seller(rng, state, series, rules.trading.block_from)
    taker = buyer(rng, state, rules, at, series, giver)
    taken: list[Wish] = [(taker, c.AcceptDeal(state.next_deal))] if rng.random() < 0.5 else []
    if rng.random() < 0.4:
        price = a_price(rng, state, rules, series, 6) + rng.choice((0, 1, 333))  # by agreement: no tick
        return [(giver, c.OfferDeal("transfer", giver, taker, series, rng.randint(1, 900), price)), *taken]
    price = a_price(rng, state, rules, series, 6, rules.trading.block_band_basis_points)
    count = rules.trading.block_from * rng.randint(1, 4) - rng.choice((0, 0, 0, 50, 100))
    return [(giver, c.OfferDeal("block", giver, taker, series, count, price)), *taken]


def calls(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A call that opens, several orders for it, one taken back, or its close."""
    open_ones = [call for call in state.calls.values() if call.open]
    if not open_ones or (len(open_ones) < 3 and rng.random() < 0.2):
        series = some_series(rng, state, rules, at)
        wall = rng.choice(("", "", *rules.trade_rules.walled_sectors))
        new = Call(f"call-{len(state.calls) + 1}", series, wall)
        opening: Wish = (EXCHANGE, c.OpenCall(new.id, series, wall, random_seal(new.id)))
        return [opening, *_orders(rng, state, rules, at, new)]
    call = rng.choice(open_ones)
    if rng.random() < (0.5 if len(call.orders) > 3 else 0.05) or not alive(state, rules, at, (call.series,)):
        return [(EXCHANGE, c.CloseCall(call.id, *shown(call.id, call.seal, rng.randint(0, 9))))]
    if call.orders and rng.random() < 0.1:
        order = rng.choice(list(call.orders.values()))
        return [(order.account, c.DropCallOrder(call.id, order.number))]
    return _orders(rng, state, rules, at, call)


def _orders(rng: random.Random, state: State, rules: Rulebook, at: int, call: Call) -> list[Wish]:
    """Orders to sell and to buy, mostly of accounts that stand on this side of the wall."""
    wishes: list[Wish] = []
    inside = [name for name in NAMES if wall_of(state, rules, name) == call.wall] or NAMES
    first = rng.choice(inside)
    for _ in range(rng.randint(2, 6)):
        lot, width = rules.trading.lot, rules.trading.call_band_basis_points
        side: c.Side = rng.choice(("sell", "buy"))
        account = first
        if side == "buy":
            account = buyer(rng, state, rules, at, call.series, first)
        elif rng.random() < 0.8:
            account = seller(rng, state, call.series, lot)
        if account not in inside and rng.random() < 0.8:
            account = rng.choice(inside)
        count = lot * rng.choice((1, 1, 2, 5))
        limit = a_price(rng, state, rules, call.series, 1, width)
        wishes.append((account, c.PlaceCallOrder(call.id, account, side, count, limit)))
    return wishes


def halts(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A halt that soon ends."""
    if state.halted:
        return [(EXCHANGE, c.ResumeMarket(rng.choice(list(state.halted))))]
    if rng.random() < 0.15:
        series = rng.choice([*state.ledger.caps, "", "SO2-KM-2027"])
        return [(EXCHANGE, c.HaltMarket(series, rng.choice(("news is awaited", "等待公告", ""))))]
    return []


def leaves(rng: random.Random, state: State, rules: Rulebook, authority: str, at: int) -> list[Wish]:
    """Leave to buy from another jurisdiction."""
    until = date.fromisoformat(rules.civil.day_of(max(at, state.at))) + timedelta(days=rng.randint(-1, 60))
    place = rng.choice([each.code for each in rules.jurisdictions])
    return [(authority, c.AllowCrossing(rng.choice(NAMES), place, until.isoformat(), "no offer at home 本地无挂单"))]


def holders(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A holder's own auction."""
    lot, tick = rules.auction.lot, rules.auction.tick_fen_per_t
    series = some_series(rng, state, rules, at)
    account = seller(rng, state, series, lot)
    reserve = a_price(rng, state, rules, series, 4) // tick * tick
    name = f"auction-{len(state.auctions) + 1}"
    return [(account, c.OfferAuction(name, account, series, lot * rng.randint(1, 9), reserve))]
