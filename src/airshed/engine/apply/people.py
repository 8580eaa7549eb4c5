"""Laws, actors, accounts, money, and acts that wait for a second pair of eyes."""

from __future__ import annotations

from dataclasses import replace

from airshed.engine import events as e
from airshed.engine.apply import transfer
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Act, Actor, OptedIn, Source
from airshed.engine.state import FOR_GOOD, State
from airshed.registry.account_types import letters_of


def adopted(state: State, event: e.RulebookAdopted) -> None:
    """A law is in force."""
    if state.rulebook is None:
        state.ledger.registry = letters_of(event.programme)
    for account in event.opened:
        state.ledger.open(account)
    state.rulebook, state.time_zone = event, event.time_zone
    if event.provenance is not None:
        state.provenance = event.provenance


def registered(state: State, event: e.ActorRegistered) -> None:
    """Somebody may act."""
    state.actors[event.actor] = Actor(event.actor, event.role, event.account, event.jurisdiction, event.may)
    if event.account:
        state.people[event.account] = (*state.people.get(event.account, ()), event.actor)


def suspended(state: State, event: e.ActorSuspended) -> None:
    """Somebody may do nothing for now."""
    state.actors[event.actor] = replace(state.actors[event.actor], state="suspended", reason=event.reason)


def resumed(state: State, event: e.ActorResumed) -> None:
    """Somebody may act again."""
    state.actors[event.actor] = replace(state.actors[event.actor], state="active", reason="")


def revoked(state: State, event: e.ActorRevoked) -> None:
    """Somebody may do nothing any more."""
    state.actors[event.actor] = replace(state.actors[event.actor], state="revoked", reason=event.reason)


def opened(state: State, event: e.AccountOpened) -> None:
    """An account is open."""
    state.ledger.open(event.account)
    if event.account.group:
        mates = state.groups.get(event.account.group, ())
        state.groups[event.account.group] = (*mates, event.account.id)
    else:
        mates = state.holders.get(event.account.name, ())
        state.holders[event.account.name] = (*mates, event.account.id)


def frozen(state: State, event: e.AccountFrozen) -> None:
    """An account stands still."""
    state.ledger.frozen[event.account] = event.reason


def closed(state: State, event: e.AccountClosed) -> None:
    """An account is over."""
    state.ledger.post(event.entry)
    state.closing.pop(event.account, None)
    state.ledger.close(event.account, event.reason)


def source(state: State, event: e.SourceRegistered) -> None:
    """A source and its stacks are known."""
    stacks = tuple((entry.stack, entry.pollutants) for entry in event.stacks)
    state.sources[event.source] = Source(
        event.source, event.name, event.account, event.jurisdiction, event.sector, event.simulated, stacks, state.at
    )
    state.sectors.setdefault(event.account, {})[event.sector] = None
    state.places.setdefault(event.account, {})[event.jurisdiction] = None
    for stack, _ in stacks:
        state.stack_source[stack] = event.source
        state.days[stack] = {}
        state.stack_marks[stack] = []


def opted_in(state: State, event: e.SourceOptedIn) -> None:
    """A source owes from a year on."""
    known = state.opted.get(event.source, ())
    state.opted[event.source] = (*known, OptedIn(event.year, None, event.baseline))


def opted_out(state: State, event: e.SourceOptedOut) -> None:
    """It owes for no later year."""
    *before, last = state.opted[event.source]
    state.opted[event.source] = (*before, OptedIn(last.first, event.year, last.baseline))


def posted(state: State, event: e.MoneyMoved) -> None:
    """An entry is posted."""
    state.ledger.post(event.entry)


def proposed(state: State, event: e.ActProposed) -> None:
    """An act waits."""
    assert state.rulebook is not None, "an act is proposed under a law"
    state.acts[event.act] = Act(event.act, event.actor, event.body, event.until, state.rulebook.digest)
    state.next_act = event.act + 1
    state.acts_until = min(state.acts_until, FOR_GOOD if event.until is None else event.until)
    transfer.proposed(state, event)


def decided(state: State, event: e.ActConfirmed | e.ActRejected) -> None:
    """An act waits no longer."""
    _off(state, event)


def lapsed(state: State, event: e.ActLapsed) -> None:
    """An act waits no longer, and it is known that it did."""
    state.lapsed[event.act] = _off(state, event)


def _off(state: State, event: e.ActConfirmed | e.ActRejected | e.ActLapsed) -> Act:
    act = state.acts.pop(event.act)
    # whoever proposes later waits longer, under one law; and a law takes off what waits under the one before
    first = next(iter(state.acts.values()), None)
    state.acts_until = FOR_GOOD if first is None or first.until is None else first.until
    transfer.decided(state, event)
    return act


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.RulebookAdopted: adopted,
    e.ActorRegistered: registered,
    e.ActorSuspended: suspended,
    e.ActorResumed: resumed,
    e.ActorRevoked: revoked,
    e.AccountOpened: opened,
    e.AccountFrozen: frozen,
    e.AccountClosed: closed,
    e.SourceRegistered: source,
    e.SourceOptedIn: opted_in,
    e.SourceOptedOut: opted_out,
    e.MoneyMoved: posted,
    e.ActProposed: proposed,
    e.ActConfirmed: decided,
    e.ActRejected: decided,
    e.ActLapsed: lapsed,
}
