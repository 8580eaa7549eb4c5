"""Sessions of agents a second: through the engine, and on the bare order book beside it.

Run alone: `PYTHONPATH=src:. python -m bench.agents`. One process. Every session is played whole: market opened, agents
asked turn by turn, trades settled, measures taken. The bare book makes the same trades (a test compares them).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from airshed.lab.agents import (
    BareVenue,
    EngineVenue,
    Laboratory,
    Mechanism,
    ZoneYear,
    market_of,
    play,
    sessions,
    strategies_of,
)
from airshed.rulebook.load import find, load
from airshed.rulebook.shipped import shipped
from airshed.zone.load import load as load_zone

SESSIONS = 20
MECHANISMS = {"continuous": Mechanism(), "call": Mechanism("call")}


def rate(work: Callable[[], object], count: int) -> float:
    """Sessions a second of processor time, which others on the machine do not stretch."""
    began = time.process_time()
    work()
    return count / (time.process_time() - began)


def laboratory() -> None:
    """The permit market, by strategy and mechanism."""
    print("permit market: 6 traders, 200 turns each or 8 calls; sessions a second of processor time")
    print(f"{'strategy':12} {'mechanism':12} {'engine':>10} {'bare book':>10} {'ratio':>6}")
    for name in ("zi-c", "zip", "gd", "officer"):
        for how, mechanism in MECHANISMS.items():
            through, beside = (
                rate(
                    partial(sessions, Laboratory("permits"), (name,), mechanism, sessions=SESSIONS, bare=bare),
                    SESSIONS,
                )
                for bare in (False, True)
            )
            print(f"{name:12} {how:12} {through:10.1f} {beside:10.1f} {beside / through:6.1f}")


def commands() -> None:
    """What a session costs the engine."""
    market = market_of("permits")
    venue = EngineVenue(market)
    began = time.process_time()
    play(market, strategies_of(("zi-c",) * 6), np.random.default_rng(7), Mechanism(), venue)
    whole = time.process_time() - began
    began = time.process_time()
    play(market, strategies_of(("zi-c",) * 6), np.random.default_rng(7), Mechanism(), BareVenue(market))
    asked = time.process_time() - began
    print(
        f"one session: {venue.sent:,} commands in {whole * 1e3:.0f} ms, of which {asked * 1e3:.0f} ms go to the agents"
    )


def zone() -> None:
    """A year of the shipped zone under its law."""
    rules = load(find("dianzhong"))
    source = ZoneYear(load_zone(shipped("zones", rules.programme.zone)), rules, "SO2")
    for how, mechanism in {
        "20 days": Mechanism(turns=60, days=20, wipes=False),
        "12 calls": Mechanism("call", rounds=12),
        "12 zone-wide calls": Mechanism("zone-call", rounds=12),
    }.items():
        found = rate(partial(sessions, source, ("officer",), mechanism, sessions=5), 5)
        print(f"dianzhong SO2, {how}, officers, through the engine: {found:.1f} years a second")


def main() -> None:
    """Print the chapter."""
    laboratory()
    commands()
    zone()


if __name__ == "__main__":
    main()
