"""Random commands of the market beside the listed book, for the simulator: deals, calls, halts, leaves."""

from __future__ import annotations

import random
from datetime import date, timedelta

from airshed.engine import commands as c
from airshed.engine.procedures.trade_rules import reference_price, wall_of
from airshed.engine.state import State
from airshed.lab.seals import random_seal, shown
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, Wish
from airshed.model.period import day_of
from airshed.rulebook.schema import Rulebook

NAMES = tuple(name for name, _, _ in ACCOUNTS)


def _near(rng: random.Random, state: State, rules: Rulebook, series: str, ticks: int) -> int:
    """A price on the tick, so many ticks around the last close at most."""
    tick = rules.trading.tick_fen_per_t
    reference = reference_price(state, rules, series) if series in state.ledger.caps else 100 * tick
    return reference // tick * tick + tick * rng.randint(-ticks, ticks)


def _held(rng: random.Random, state: State, account: str, least: int) -> str:
    """A series that an account could sell."""
    held = [name for name, position in state.ledger.of_account(account) if position.free >= least]
    return rng.choice(held or ["SO2-KM-2027"])


def deals(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A new deal, or an answer to one that waits."""
    if state.deals and rng.random() < 0.6:
        deal = rng.choice(list(state.deals.values()))
        if rng.random() < 0.8:
            return [(deal.buyer, c.AcceptDeal(deal.id))]
        return [(rng.choice((deal.buyer, deal.seller)), c.DropDeal(deal.id))]
    seller, buyer = rng.choice(NAMES), rng.choice(NAMES)
    series = _held(rng, state, seller, rules.trading.block_from)
    price = _near(rng, state, rules, series, 6)
    if rng.random() < 0.5:
        return [(seller, c.OfferDeal("transfer", seller, buyer, series, rng.randint(1, 900), price))]
    count = rules.trading.block_from * rng.randint(1, 4) - rng.choice((0, 0, 0, 50, 100))
    return [(seller, c.OfferDeal("block", seller, buyer, series, count, price))]


def calls(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A call that opens, several orders for it, one taken back, or its close."""
    open_ones = [call for call in state.calls.values() if call.open]
    if not open_ones or (len(open_ones) < 3 and rng.random() < 0.2):
        series = rng.choice([name for name in state.ledger.caps if name[:3] in ("SO2", "NOx")] or ["SO2-KM-2027"])
        wall = rng.choice(("", "", *rules.trade_rules.walled_sectors))
        name = f"call-{len(state.calls) + 1}"
        return [(EXCHANGE, c.OpenCall(name, series, wall, random_seal(name)))]
    call = rng.choice(open_ones)
    if len(call.orders) > 4 and rng.random() < 0.3:
        return [(EXCHANGE, c.CloseCall(call.id, *shown(call.id, call.seal, rng.randint(0, 9))))]
    if call.orders and rng.random() < 0.1:
        order = rng.choice(list(call.orders.values()))
        return [(order.account, c.DropCallOrder(call.id, order.number))]
    wishes: list[Wish] = []
    for _ in range(rng.randint(1, 4)):
        account = rng.choice([name for name in NAMES if wall_of(state, rules, name) == call.wall] or NAMES)
        free = state.ledger.held_of(account, call.series).free
        side: c.Side = "sell" if free >= rules.trading.lot and rng.random() < 0.6 else "buy"
        count = rules.trading.lot * rng.choice((1, 1, 2, 5))
        limit = _near(rng, state, rules, call.series, 4)
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
    until = date.fromisoformat(day_of(max(at, state.at))) + timedelta(days=rng.randint(-1, 60))
    place = rng.choice([each.code for each in rules.jurisdictions])
    return [(authority, c.AllowCrossing(rng.choice(NAMES), place, until.isoformat(), "no offer at home 本地无挂单"))]


def holders(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A holder's own auction."""
    account, lot = rng.choice(NAMES), rules.auction.lot
    series = _held(rng, state, account, lot)
    tick = rules.auction.tick_fen_per_t
    reserve = _near(rng, state, rules, series, 4) // tick * tick
    return [
        (
            account,
            c.OfferAuction(f"auction-{len(state.auctions) + 1}", account, series, lot * rng.randint(1, 9), reserve),
        )
    ]
