"""A city bureau that acts in its city and elsewhere, and clerks of firms who come, are suspended, and go for good."""

from __future__ import annotations

import random

from airshed.engine import commands as c
from airshed.engine.state import State
from airshed.lab.simulator.small_market import ACCOUNTS, BUREAU, Wish
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

MAY: tuple[c.May, ...] = ("", "read", "initiate", "approve")


def rights(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """Somebody is registered, suspended, resumed or revoked, or sends what may not be theirs to send."""
    registrar = lookup.founders(rules, "RegisterActor")[0]
    if BUREAU not in state.actors:
        return [(registrar, c.RegisterActor(BUREAU, "city", "", "KM"))]
    account, kind, place = rng.choice(ACCOUNTS)
    if rng.random() < 0.4:
        body: c.Body = rng.choice(
            (
                c.SetCap("PM", place, rng.choice((2027, 2028))),
                c.CloseYear(account, 2027),
                c.ThawAccount(account),
                c.DetermineYear(f"s-{account}", 2027, {}, "nothing was reported"),
                c.OpenSession("2027-03-01"),
            )
        )
        return [(BUREAU, body)]
    clerks = [name for name in state.actors if name.startswith("clerk")]
    if not clerks or (len(clerks) < 6 and rng.random() < 0.4):
        return [(registrar, c.RegisterActor(f"clerk-{len(clerks) + 1}", kind, account, "", rng.choice(MAY)))]
    clerk = rng.choice(clerks)
    known = state.actors[clerk]
    if rng.random() < 0.4:
        held = [name for name, position in state.ledger.of_account(known.account) if position.free]
        return [(clerk, c.OfferRepurchase(rng.choice((known.account, account)), rng.choice(held or ["PM-KM-2027"]), 1))]
    suspended = [name for name, known in state.actors.items() if known.state == "suspended"]
    if suspended and rng.random() < 0.4:
        return [(registrar, c.ResumeActor(rng.choice(suspended)))]
    who = rng.choice((clerk, clerk, BUREAU, registrar))
    ending: tuple[c.Body, ...] = (
        c.SuspendActor(who, rng.choice(("on leave 休假", ""))),
        c.ResumeActor(who),
        c.ResumeActor(who),
        c.RevokeActor(clerk, "left the firm"),
    )
    return [(rng.choice((registrar, registrar, clerk)), rng.choice(ending))]
