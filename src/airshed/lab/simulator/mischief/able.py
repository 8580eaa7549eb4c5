"""Who could do a thing, so that most of what is drawn is not refused."""

from __future__ import annotations

import random
from collections.abc import Sequence

from airshed.engine.procedures.deadlines import ends
from airshed.engine.procedures.trade_rules import may_cross, reference_price, wall_of
from airshed.engine.state import State
from airshed.lab.simulator.small_market import ACCOUNTS
from airshed.market.fees import band
from airshed.model.allowance import members
from airshed.rulebook.schema import Rulebook

NAMES = tuple(name for name, _, _ in ACCOUNTS)
#: Where most of the market is, so that it meets.
FAVOURITES = ("SO2-KM-2027", "SO2-KM-2028", "NOx-QJ-2027", "NOx-QJ-2028")
STRIPS = ("SO2-KM-2027..2028", "NOx-QJ-2027..2028")


def free_of(state: State, account: str, series: str) -> int:
    """What an account could give of a series, or of each vintage of a strip."""
    return min(state.ledger.held_of(account, each).free for each in members(series))


def alive(state: State, rules: Rulebook, at: int, names: Sequence[str]) -> list[str]:
    """Those that are issued and still count."""
    now = max(at, state.at)
    issued = [name for name in names if all(each in state.ledger.caps for each in members(name))]
    return [name for name in issued if now <= ends(rules, name)]


def some_series(rng: random.Random, state: State, rules: Rulebook, at: int) -> str:
    """A series or a strip that is traded, mostly one of a few."""
    few = alive(state, rules, at, (*FAVOURITES, *STRIPS))
    if few and rng.random() < 0.8:
        return rng.choice(few)
    return rng.choice(alive(state, rules, at, sorted(state.ledger.caps)) or ["SO2-KM-2027"])


def seller(rng: random.Random, state: State, series: str, least: int) -> str:
    """Somebody who has it, mostly."""
    if any(each not in state.ledger.caps for each in members(series)):
        return rng.choice(NAMES)
    there = [name for name in NAMES if free_of(state, name, series) >= least and name not in state.ledger.frozen]
    return rng.choice(there) if there and rng.random() < 0.95 else rng.choice(NAMES)


def buyer(rng: random.Random, state: State, rules: Rulebook, at: int, series: str, other: str) -> str:
    """Somebody who may buy it from another, mostly."""
    if any(each not in state.ledger.caps for each in members(series)):
        return rng.choice(NAMES)
    wall = wall_of(state, rules, other)
    there = [
        name
        for name in NAMES
        if name != other
        and name not in state.ledger.frozen
        and wall_of(state, rules, name) == wall
        and may_cross(state, rules, max(at, state.at), name, series, 0) is None
    ]
    return rng.choice(there) if there and rng.random() < 0.95 else rng.choice(NAMES)


def a_price(rng: random.Random, state: State, rules: Rulebook, series: str, ticks: int, basis_points: int = 0) -> int:
    """Some ticks around the last price; where there is a band, now and then at its edge or a tick beyond it."""
    tick = rules.trading.tick_fen_per_t
    if any(each not in state.ledger.caps for each in members(series)):
        return 100 * tick
    reference = reference_price(state, rules, series)
    if basis_points and rng.random() < 0.2:
        floor, ceiling = band(reference, basis_points, tick)
        return rng.choice((floor, ceiling, floor - tick, ceiling + tick, ceiling + 1))
    return reference // tick * tick + tick * rng.randint(-ticks, ticks)
