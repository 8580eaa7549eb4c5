"""What a command touches: the jurisdictions and accounts of all it names, held against what binds the sender."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from airshed.engine import commands as c
from airshed.engine.apply.auction import of_event
from airshed.engine.nouns import Actor
from airshed.engine.procedures.guards import no
from airshed.engine.state import State
from airshed.model.allowance import instrument
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: A jurisdiction, and the account in it, or none.
Place = tuple[str, str]


def touched(state: State, body: c.Body) -> set[Place]:
    """Where everything lies that a command names; what does not exist lies nowhere."""
    if type(body) is c.RegisterActor and body.account:
        return set(_account(state, body.account))
    named = [(field, getattr(body, field)) for field in body.__struct_fields__ if field in PLACES]
    return {place for field, value in named for place in PLACES[field](state, value)}


def out_of_scope(state: State, rules: Rulebook, known: Actor, body: c.Body) -> Refusal | None:
    """Why an actor that is bound to a jurisdiction, or a machine that serves one account, may not send a command."""
    command = type(body).__name__
    if known.jurisdiction:
        if lookup.rights(rules)[known.role, command] == "zone":
            what = f"{known.id} is bound to {known.jurisdiction}; {command} is for who acts in the whole zone"
            return no(rules, "roles", Why.OUT_OF_SCOPE, what)
        found = {jurisdiction for jurisdiction, _ in touched(state, body)}
        if found != {known.jurisdiction}:
            elsewhere = ", ".join(sorted(place or "the whole zone" for place in found - {known.jurisdiction}))
            what = f"{known.id} is bound to {known.jurisdiction}, and this concerns {elsewhere or 'nothing there'}"
            return no(rules, "roles", Why.OUT_OF_SCOPE, what)
    elif known.account and type(body) in FOR_ACCOUNT:
        accounts = {account for _, account in touched(state, body)}
        if accounts != {known.account}:
            other = ", ".join(sorted(accounts - {known.account})) or "nobody"
            what = f"{known.id} serves {known.account}, and this is of {other}"
            return no(rules, "roles", Why.OUT_OF_SCOPE, what)
    return None


def _jurisdiction(state: State, code: str) -> Iterator[Place]:
    yield code, ""


def _account(state: State, name: str) -> Iterator[Place]:
    account = state.ledger.accounts.get(name)
    if account is not None:
        yield account.jurisdiction, name


def _source(state: State, name: str) -> Iterator[Place]:
    source = state.sources.get(name)
    if source is not None:
        yield source.jurisdiction, source.account


def _stack(state: State, name: str) -> Iterator[Place]:
    if name in state.stack_source:
        yield from _source(state, state.stack_source[name])


def _series(state: State, name: str) -> Iterator[Place]:
    try:
        yield instrument(name).jurisdiction, ""
    except Malformed:
        return


def _of_source(found: Callable[[State], Mapping[int, Any]]) -> Callable[[State, int], Iterator[Place]]:
    """What is kept under a number and names its source."""

    def places(state: State, number: int) -> Iterator[Place]:
        thing = found(state).get(number)
        if thing is not None:
            yield from _source(state, thing.source)

    return places


def _of_series(found: Callable[[State], Mapping[str, Any]]) -> Callable[[State, str], Iterator[Place]]:
    """What is kept under a name and is about one series, or several vintages of one."""

    def places(state: State, name: str) -> Iterator[Place]:
        thing = found(state).get(name)
        if thing is not None:
            for series in (thing.series,) if isinstance(thing.series, str) else thing.series:
                yield from _series(state, series)

    return places


def _auction(state: State, name: str) -> Iterator[Place]:
    """All auctions of an event are cleared together, so one of them lies wherever one of the others does."""
    if name in state.auctions:
        yield from _event(state, state.auctions[name].event)


def _event(state: State, name: str) -> Iterator[Place]:
    """Where the auctions lie that an event has already; nowhere where it has none yet."""
    for each in of_event(state, name):
        yield from _series(state, each.series)


def _mark(state: State, number: int) -> Iterator[Place]:
    if number in state.marks:
        yield from _stack(state, state.marks[number].stack)


def _right(state: State, number: int) -> Iterator[Place]:
    if number in state.rights:
        right = state.rights[number]
        yield right.jurisdiction, ""
        yield from _account(state, right.holder)


def _act(state: State, number: int) -> Iterator[Place]:
    """An act that waits touches what its command touches."""
    act = state.acts.get(number) or state.lapsed.get(number)
    if act is not None:
        yield from touched(state, act.body)


def _actor(state: State, name: str) -> Iterator[Place]:
    """Somebody lies where they are bound to."""
    known = state.actors.get(name)
    if known is not None:
        yield known.jurisdiction, ""
        if known.account:
            yield from _account(state, known.account)


#: Where what a field names lies. A command that somebody bound to a place may send names something of this (a test).
PLACES: Mapping[str, Callable[[State, Any], Iterator[Place]]] = {
    "jurisdiction": _jurisdiction,
    "account": _account,
    "source": _source,
    "stack": _stack,
    "series": _series,
    "sale": _of_series(lambda state: state.sales),
    "auction": _auction,
    "event": _event,
    "call": _of_series(lambda state: state.calls),
    "repurchase": _of_series(lambda state: state.repurchases),
    "purchase": _of_source(lambda state: state.purchases),
    "application": _of_source(lambda state: state.applications),
    "withdrawal": _of_source(lambda state: state.withdrawals),
    "case": _of_source(lambda state: state.cases),
    "withholding": _of_source(lambda state: state.withholdings),
    "mark": _mark,
    "right": _right,
    "act": _act,
    "actor": _actor,
}
#: What a machine sends that may serve one account; of everything else the procedure asks whose it is (`own_account`).
FOR_ACCOUNT = (c.SealDay, c.NoteFindings)
