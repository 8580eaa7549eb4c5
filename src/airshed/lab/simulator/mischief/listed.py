"""Random commands of the listed market: bursts of orders that meet, cancellations, the session of the day."""

from __future__ import annotations

import random

from airshed.engine import commands as c
from airshed.engine.procedures.trade_rules import wall_of
from airshed.engine.state import State
from airshed.lab.simulator.mischief.able import NAMES, a_price, buyer, free_of, seller, some_series
from airshed.lab.simulator.small_market import EXCHANGE, Wish
from airshed.model.allowance import members
from airshed.rulebook.schema import Rulebook


def orders(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A few orders of one series around its price: a session ends with its day, so they come together or never meet."""
    law = rules.trading
    series = some_series(rng, state, rules, at)
    first = seller(rng, state, series, law.lot)
    wall = wall_of(state, rules, first) if first in state.ledger.accounts else ""
    mates = [name for name in NAMES if wall_of(state, rules, name) == wall] or list(NAMES)
    issued = all(each in state.ledger.caps for each in members(series))
    wishes: list[Wish] = []
    for number in range(rng.randint(1, 6)):
        side: c.Side = rng.choice(("sell", "buy")) if number else "sell"
        account = first
        if number and side == "sell":
            there = [name for name in mates if issued and free_of(state, name, series) >= law.lot]
            account = rng.choice(there or mates)
        elif side == "buy":
            account = buyer(rng, state, rules, at, series, first)
        most = free_of(state, account, series) // law.lot if issued and side == "sell" else 40
        count = law.lot * max(1, min(most, rng.choice((1, 1, 2, 3, 7, 40))))
        if rng.random() < 0.02:
            count = law.largest_order + law.lot
        limit = a_price(rng, state, rules, series, 2, law.band_basis_points)
        wishes.append((account, c.PlaceOrder(account, series, side, count, limit)))
    return wishes


def cancel(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """An order that rests, or none."""
    if not state.orders:
        return [("broker", c.CancelOrder(rng.randint(0, state.next_order)))]
    order = rng.choice(list(state.orders.values()))
    return [(order.account, c.CancelOrder(order.id))]


def today(rng: random.Random, state: State, at: int) -> list[Wish]:
    """The session of the day, after that of an earlier one."""
    day = state.civil.day_of(max(at, state.at))
    old: list[Wish] = []
    if state.session is not None and state.session != day:
        old.append((EXCHANGE, c.CloseSession(state.session)))
    return old if state.session == day else [*old, (EXCHANGE, c.OpenSession(day))]


def close(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """The end of the session, now and then before the day is over."""
    if state.session is None:
        return [(EXCHANGE, c.OpenSession(rules.civil.day_of(max(at, state.at))))] if rng.random() < 0.1 else []
    return [(EXCHANGE, c.CloseSession(state.session))] if rng.random() < 0.3 else []
