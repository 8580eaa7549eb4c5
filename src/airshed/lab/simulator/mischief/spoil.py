"""Commands with something wrong: another sender, or one field that is not what it should be."""

from __future__ import annotations

import random
from typing import Any

import msgspec

from airshed.engine import commands as c
from airshed.engine.state import State
from airshed.lab.simulator.small_market import Wish

#: Values that a field is spoiled with: whole numbers and texts.
NUMBERS = (0, -1, 1, 7, -100, 2**31, c.LARGEST, c.LARGEST + 1, 2**63, -(2**63) - 1, 10**30)
TEXTS = (
    "",
    "nobody",
    "bank",
    "issuance-KM",
    "SO2-KM-2099",
    "2027-02-30",
    "10000-01-01",
    "昆明",
    "a\x00b",
    "\ud800",
    "x" * 101,
)


def spoiled(rng: random.Random, state: State, wish: Wish) -> Wish:
    """The same command with the wrong sender or with one field that is wrong in some way."""
    actor, body = wish
    if rng.random() < 0.2 or not body.__struct_fields__:
        actors = [*state.actors, "nobody", "", "\ud800"]
        return rng.choice(actors), body
    field = rng.choice(body.__struct_fields__)
    value = _wrong(rng, state, getattr(body, field))
    return actor, msgspec.structs.replace(body, **{field: value})


def _wrong(rng: random.Random, state: State, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        near = (value + 1, value - 1, -value, value * 1000)
        return rng.choice((*near, *NUMBERS))
    if isinstance(value, str):
        known = [*state.ledger.accounts, *state.sources, *state.ledger.caps, *state.stack_source, *state.auctions]
        known += [*state.calls, *state.zone_calls]
        return rng.choice((rng.choice(known), *TEXTS, value + " ", value.upper()))
    if isinstance(value, dict):
        if not value:
            return {"SO2": 0}
        key = rng.choice(list(value))
        rest = {name: held for name, held in value.items() if name != key}
        return rng.choice(({}, rest, {**value, "CO": value[key]}, {**rest, key: _wrong(rng, state, value[key])}))
    if value is None:
        return rng.choice((7, ""))
    if isinstance(value, msgspec.Struct):
        field = rng.choice(value.__struct_fields__)
        return msgspec.structs.replace(value, **{field: _wrong(rng, state, getattr(value, field))})
    assert isinstance(value, tuple), value
    if not value:
        return rng.choice(((c.StackEntry("new-stack", ("SO2", "SO2")),), (7,), ("",)))
    first = value[0]
    first = _wrong(rng, state, first)
    return rng.choice(((), (*value, value[0]), (first, *value[1:])))
