"""Two vintages shared out in the small market, for tests of pledges, leases, rights and strips."""

from __future__ import annotations

from typing import Any

import msgspec

from airshed.engine import commands as c
from airshed.engine.runner import Runner
from beijing import instant
from laws import RULES
from markets import AUTHORITY, done, market

NEXT = "SO2-KM-2028"
STRIP = "SO2-KM-2027..2028"


def two_vintages(**sections: dict[str, Any]) -> Runner:
    """The small market with the next vintage shared out too; sections of the law get the keys that are given."""
    replace = msgspec.structs.replace
    changed = {name: replace(getattr(RULES, name), **keys) for name, keys in sections.items()}
    runner = market(rules=replace(RULES, **changed))
    done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
    lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
    done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines))
    return runner


def held(runner: Runner, account: str) -> dict[str, tuple[int, int]]:
    """What an account has of each series, and what of it is set aside."""
    return {name: (position.count, position.held) for name, position in runner.state.ledger.of_account(account)}


def verified(runner: Runner, account: str, grams: int) -> None:
    """The year 2027 of an operator determined, with this much SO2."""
    mass = dict.fromkeys(("SO2", "NOx", "PM", "VOC"), 0) | {"SO2": grams}
    body = c.DetermineYear(f"s-{account}", 2027, mass, "no report")
    done(runner, AUTHORITY, body, instant("2028-05-01"))
