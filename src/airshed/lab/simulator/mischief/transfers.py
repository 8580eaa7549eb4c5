"""Random commands about transfers: given, waited for, called off, carried out; and whom holders trust."""

from __future__ import annotations

import random

from airshed.engine import commands as c
from airshed.engine.state import State
from airshed.lab.simulator.mischief.terms import instrument
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, Wish
from airshed.rulebook.schema import Rulebook


def transfers(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """One more transfer, or what may become of one that waits."""
    waiting = list(state.waiting_transfers.values())
    if waiting and rng.random() < 0.4:
        each = rng.choice(waiting)
        if rng.random() < 0.3:
            actor = each.origin if rng.random() < 0.9 else each.target
            return [(actor, c.CancelTransfer(each.id))] * rng.choice((1, 1, 2))
        return [(EXCHANGE, c.ExecuteTransfers())]
    account, target = rng.choice(ACCOUNTS)[0], rng.choice(ACCOUNTS)[0]
    if rng.random() < 0.3:
        return trust(rng, state, account, target)
    series, free = instrument(rng, state, account)
    if rng.random() < 0.1:
        target = f"reserve-{series.split('-')[1]}"
    return [(account, c.Transfer(account, target, series, rng.randint(1, max(1, min(free, 5_000)))))]


def trust(rng: random.Random, state: State, account: str, other: str) -> list[Wish]:
    """An account is named as trusted, or trusted no longer."""
    known = list(state.trusted.get(account, ()))
    if known and rng.random() < 0.3:
        return [(account, c.DistrustAccount(account, rng.choice(known)))]
    return [(account, c.TrustAccount(account, other))]
