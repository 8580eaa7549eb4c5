"""Random commands about transfers: given, waited for, called off, carried out; and whom holders trust."""

from __future__ import annotations

import random
from typing import Literal

from airshed.engine import commands as c
from airshed.engine.procedures.deadlines import ends
from airshed.engine.state import State
from airshed.lab.simulator.mischief.terms import instrument
from airshed.lab.simulator.small_market import ACCOUNTS, EXCHANGE, Wish
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

Limit = Literal["two_above", "trusted_above"]


def transfers(rng: random.Random, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """One more transfer, or what may become of one that waits."""
    waiting = list(state.waiting_transfers.values())
    if waiting and rng.random() < 0.4:
        each = rng.choice(waiting)
        if rng.random() < 0.3:
            actor = each.origin if rng.random() < 0.9 else each.target
            return [(actor, c.CancelTransfer(each.id))] * rng.choice((1, 1, 2))
        return [(EXCHANGE, c.ExecuteTransfers())]
    proposed = [act for act in state.acts.values() if isinstance(act.body, c.Transfer)]
    if proposed and rng.random() < 0.7:
        act = rng.choice(proposed)
        assert isinstance(act.body, c.Transfer), act
        confirmer = rng.choice([act.body.origin, second(act.body.origin)])
        rejected: Wish = (confirmer, c.RejectAct(act.id, "not ours"))
        return [rejected if rng.random() < 0.2 else (confirmer, c.ConfirmAct(act.id))]
    account, target = rng.choice(ACCOUNTS)[0], rng.choice(ACCOUNTS)[0]
    if rng.random() < 0.2:
        return _bound(rng, state, rules, account)
    if rng.random() < 0.3:
        return trust(rng, state, account, target)
    series, free = instrument(rng, state, account)
    if rng.random() < 0.1:
        said = rng.choice(("", "for clean air 为了蓝天"))
        return [(account, c.CancelAllowances(account, series, rng.randint(1, max(1, min(free, 500))), said))]
    if rng.random() < 0.1:
        target = f"reserve-{series.split('-')[1]}"
    return [(account, c.Transfer(account, target, series, rng.randint(1, max(1, min(free, 5_000)))))]


def given(origin: str, target: str, series: str, count: int) -> Wish:
    """The origin transfers so many."""
    return origin, c.Transfer(origin, target, series, count)


def trust(rng: random.Random, state: State, account: str, other: str) -> list[Wish]:
    """An account is named as trusted, or trusted no longer."""
    known = list(state.trusted.get(account, ()))
    if known and rng.random() < 0.3:
        return [(account, c.DistrustAccount(account, rng.choice(known)))]
    return [(account, c.TrustAccount(account, other))]


def second(account: str) -> str:
    """The second person of an account, who comes when it binds itself to two."""
    return f"{account}-too"


def _bound(rng: random.Random, state: State, rules: Rulebook, account: str) -> list[Wish]:
    """An account binds itself, or frees itself again."""
    wishes: list[Wish] = []
    if second(account) not in state.actors:
        role = lookup.role_for(rules, "Transfer", state.ledger.accounts[account].kind)
        registrar = lookup.founders(rules, "RegisterActor")[0]
        wishes.append((registrar, c.RegisterActor(second(account), role, account)))
    two, trusted = rng.choice((None, 100, 2_000)), rng.choice((None, 500, 3_000))
    drawn: dict[Limit, int | None] = {"two_above": two, "trusted_above": trusted}
    lift = tuple(name for name, most in drawn.items() if most is None)
    return [*wishes, (account, c.SetTransferLimits(account, two, trusted, lift))]


def undone(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """A transfer or a surrender is taken back, or an operator returns what it was granted too much."""
    reason = rng.choice(("a wrong account", "账户有误", ""))
    done = [each for each in state.transfers.values() if each.state == "done" or rng.random() < 0.2][-3:]
    given = [
        (year, pollutant)
        for year in state.years.values()
        for pollutant, count in year.surrendered.items()
        if count and (state.sources[year.source].account, year.year) not in state.closed
    ]
    if given and rng.random() < 0.6:
        year, pollutant = rng.choice(given)
        count = rng.randint(1, year.surrendered[pollutant])
        return [(authority, c.ReverseSurrender(year.source, year.year, pollutant, count, reason))]
    if done and rng.random() < 0.6:
        return [(authority, c.ReverseTransfer(rng.choice(done).id, reason))]
    if state.grants:
        source, series = rng.choice(list(state.grants))
        if source in state.sources:
            account = state.sources[source].account
            return [(account, c.ReturnExcess(source, series, rng.choice((1, 50, 10**9)), reason))]
    return []


def over(rng: random.Random, authority: str, state: State, rules: Rulebook, at: int) -> list[Wish]:
    """What nobody surrendered of a vintage that has ended is written off, or of one that has not."""
    caps = [series for series in state.ledger.caps if at > ends(rules, series) or rng.random() < 0.01]
    return [(authority, c.WriteOff(rng.choice(caps)))] if caps and rng.random() < 0.5 else []
