"""Rights given and taken: people and machines are registered, suspended, resumed and revoked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Actor
from airshed.engine.procedures.guards import (
    APPROVING,
    Decision,
    Procedure,
    TakesTwo,
    actor_may,
    known_account,
    no,
    who,
)
from airshed.engine.procedures.scope import FOR_ACCOUNT, out_of_scope
from airshed.engine.state import State
from airshed.model.near import near
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import PRIVATE
from airshed.rulebook import lookup
from airshed.rulebook.check_people import FOUNDING
from airshed.rulebook.schema import Rulebook

#: Rights of a representative who confirms what another of the account has initiated.
CONFIRMING = ("", "approve")


def may_send(state: State, rules: Rulebook, actor: str, body: c.Body, approving: bool = False) -> Refusal | None:
    """An actor acts in its role, and within what it is bound to; `approving` what another has initiated."""
    refusal = actor_may(state, rules, actor, type(body).__name__, approving)
    if refusal is not None:
        return refusal
    known = state.actors[actor]
    if known.account in state.suspended:
        what = f"{actor} acts for {known.account}, which is suspended ({state.suspended[known.account]})"
        return no(
            rules,
            "roles",
            Why.ACCOUNT_SUSPENDED,
            f"{what}; {who(rules, 'ThawAccount', 'SuspendAccount')} may lift that",
        )
    if known.account and known.role in lookup.of_several(rules) and type(body).__name__ not in APPROVING:
        refusal = _too_few(state, rules, known)
        if refusal is not None:
            return refusal
    return out_of_scope(state, rules, known, body) if known.jurisdiction or type(body) in FOR_ACCOUNT else None


def _too_few(state: State, rules: Rulebook, known: Actor) -> Refusal | None:
    """Nobody acts for an account alone of which the law wants several; they confirm and reject, to let another in."""
    least = lookup.of_several(rules)[known.role]
    there = sum(each.role == known.role for each in representatives(state, known.account))
    if there >= least:
        return None
    what = f"{known.account} has {there} in the role {known.role} who may act, and acts through {least} or more"
    return no(rules, "roles", Why.ROLE_MAY_NOT, f"{what}; register another")


def may_confirm(state: State, rules: Rulebook, actor: str, proposer: str, body: c.Body) -> Refusal | None:
    """Who confirms or rejects an act: another who may send it; of a registration, whoever the new right is taken from.

    What somebody proposes for an account is that account's business: nobody of another sees, confirms or rejects it.

    A representative of an account that has one who approves is confirmed by one of those; a role of which the law says
    who confirms it, by those people, once there are any. An account that joins a group or another of its holder, by one
    who approves for an account of theirs, once somebody does.
    """
    named = _named(state, rules, body)
    if named is None:
        return may_send(state, rules, actor, body, approving=True) or _of_another(state, rules, actor, proposer)
    if actor in named:
        return None
    if type(body) is c.OpenAccount:
        what = f"{', '.join(named[:6])} confirm that {body.account} joins {mates(state, body)[0]}, not {actor}"
        return no(rules, "roles", Why.NOT_YOURS_TO_GIVE, what)
    assert type(body) is c.RegisterActor
    what = f"{', '.join(named[:6])} confirm that {body.actor} becomes {body.role}, not {actor}"
    if not named:
        what = f"who acts for {body.account} is suspended; resume one of them, or freeze the account and revoke them"
    return no(rules, "roles", Why.NOT_YOURS_TO_GIVE, what)


def _of_another(state: State, rules: Rulebook, actor: str, proposer: str) -> Refusal | None:
    theirs, mine = state.actors[proposer].account, state.actors[actor].account
    if not theirs or mine == theirs:
        return None
    return no(rules, "roles", Why.NOT_YOUR_OWN, f"{actor} acts for {mine or 'no account'}, not for {theirs}")


def confirmers(state: State, rules: Rulebook, proposer: str, body: c.Body) -> Iterator[str]:
    """Everybody who confirms an act, in the order in which they were registered; who is named is looked up once."""
    named = _named(state, rules, body)
    if named is None:
        account = state.actors[proposer].account
        known = state.people.get(account, ()) if account else state.actors
        yield from (actor for actor in known if may_send(state, rules, actor, body, approving=True) is None)
    else:
        alone = frozenset(named)
        yield from (actor for actor in state.actors if actor in alone)


def _named(state: State, rules: Rulebook, body: c.Body) -> Sequence[str] | None:
    """Who alone confirms an act: nobody for an account of which all are suspended; None for whoever may send it."""
    if type(body) is c.OpenAccount and rules.roles.joining_takes_two:
        return [name for mate in mates(state, body) for name in _approve(state, rules, mate)] or None
    if type(body) is c.RegisterActor:
        if body.account and _all_suspended(state, rules, body.account):
            return ()
        return _owners(state, rules, body) or None
    return None


def _owners(state: State, rules: Rulebook, body: c.RegisterActor) -> list[str]:
    """Those who have the right that a registration gives, where the law leaves its confirmation to them."""
    if body.account:
        return _approve(state, rules, body.account)
    role = lookup.people(rules).get(body.role)
    by = role.confirmed_by if role else None
    return [known.id for known in state.actors.values() if known.role == by and known.state == "active"]


def _approve(state: State, rules: Rulebook, account: str) -> list[str]:
    """Those who approve for an account."""
    mine = representatives(state, account)
    return [known.id for known in mine if known.may in CONFIRMING and lookup.may(rules, known.role, "ConfirmAct")]


def mates(state: State, body: c.OpenAccount) -> tuple[str, ...]:
    """The accounts, not closed, whose own an account would be: of its group, or where it has none of its holder."""
    found = state.groups.get(body.group, ()) if body.group else state.holders.get(body.name, ())
    return tuple(name for name in found if name not in state.ledger.closed)


def joins(state: State, rules: Rulebook, at: int, body: c.OpenAccount) -> bool:
    """Whether an account waits for a second person: it would be trusted by others, and of the limits of their group."""
    return rules.roles.joining_takes_two and bool(mates(state, body))


def _all_suspended(state: State, rules: Rulebook, account: str) -> bool:
    """Whether people act for an account, and none of them may: nobody is put in their place behind their back."""
    known = {
        each.state
        for each in people_of(state, account)
        if each.may in CONFIRMING and lookup.may(rules, each.role, "ConfirmAct")
    }
    return "suspended" in known and "active" not in known


def representatives(state: State, account: str) -> Iterator[Actor]:
    """Who may act for an account: not those who are suspended, nor those who only read."""
    return (known for known in people_of(state, account) if known.state == "active" and known.may != "read")


def people_of(state: State, account: str) -> Iterator[Actor]:
    """Everybody who was registered for an account, in that order."""
    return (state.actors[actor] for actor in state.people.get(account, ()))


def register_actor(state: State, rules: Rulebook, at: int, actor: str, body: c.RegisterActor) -> Decision:
    """The role is one of the law and bound as the law says; nobody gets a second role, or the name of another."""
    refusal = _given_by(state, rules, actor, body)
    if not refusal and body.account:
        refusal = known_account(state, rules, body.account)
    if refusal:
        return refusal
    if body.actor in state.actors:
        known = state.actors[body.actor]
        what = f"{body.actor} is registered as {known.role}"
        if known.state == "revoked":
            what = f"{body.actor} was {known.role} and is revoked; a name is given once"
        return no(rules, "roles", Why.ALREADY_EXISTS, what)
    wrong = _misbound(state, rules, body)
    if wrong:
        return no(rules, "roles", Why.WRONG_KIND, wrong)
    most = lookup.people(rules)[body.role].most
    there = (known for known in people_of(state, body.account) if known.state != "revoked")
    if body.account and sum(known.role == body.role for known in there) >= most:
        what = f"{body.account} has {most} people or machines in the role {body.role}, the most there may be"
        return no(rules, "roles", Why.TOO_LARGE, what)
    return (e.ActorRegistered(body.actor, body.role, body.account, body.jurisdiction, body.may),)


def _given_by(state: State, rules: Rulebook, actor: str, body: c.RegisterActor) -> Refusal | None:
    """Nobody gives a right that the law does not let their role give."""
    role = lookup.people(rules).get(body.role)
    mine = state.actors[actor].role
    if role is not None and mine not in role.registered_by:
        what = f"{actor} is {mine}; who is {role.code} is registered by {' or '.join(role.registered_by)}"
        return no(rules, "roles", Why.NOT_YOURS_TO_GIVE, what)
    return None


def _misbound(state: State, rules: Rulebook, body: c.RegisterActor) -> str:
    """Why nobody can be registered in that role for that account and jurisdiction; empty when somebody can."""
    role = lookup.people(rules).get(body.role)
    if role is None:
        return f"there is no role {body.role!r}; {near(body.role, lookup.people(rules))}"
    if body.may and not body.account:
        return f"who acts for no account has no right to {body.may}; leave `may` out"
    if body.account:
        if not role.accounts:
            return f"who is {role.code} acts for no account; leave {body.account} out"
        kind = state.ledger.accounts[body.account].kind
        if kind not in PRIVATE:
            return f"{body.account} is the programme's own {kind} account"
        if kind not in role.accounts:
            return (
                f"{body.account} is of kind {kind}; who is {role.code} acts for {' or '.join(role.accounts)} accounts"
            )
    elif role.bound == "account":
        return f"who is {role.code} acts for one account; name it"
    if body.jurisdiction:
        if role.bound in ("zone", "account") or body.account:
            return f"who is {role.code} is bound to no jurisdiction; leave {body.jurisdiction} out"
        if body.jurisdiction not in {jurisdiction.code for jurisdiction in rules.jurisdictions}:
            return f"{body.jurisdiction!r} is no jurisdiction of the zone"
    elif role.bound == "jurisdiction":
        return f"who is {role.code} acts in one jurisdiction; name it"
    return ""


def suspend(state: State, rules: Rulebook, at: int, actor: str, body: c.SuspendActor) -> Decision:
    """At once and by one, for it gives nothing; what they proposed falls."""
    known = _somebody(state, rules, actor, body.actor, "suspends")
    if isinstance(known, Refusal):
        return known
    if known.state != "active":
        return no(rules, "roles", Why.ALREADY_EXISTS, f"{known.id} is {known.state} already")
    own = state.actors[actor].role
    refusal = _left(state, rules, known, by=own) or _said(rules, body.reason, f"{known.id} is suspended")
    return refusal or (e.ActorSuspended(known.id, body.reason), *_fallen(state, actor, known, body.reason))


def resume(state: State, rules: Rulebook, at: int, actor: str, body: c.ResumeActor) -> Decision:
    """Somebody suspended has their rights again, the same as before."""
    known = _somebody(state, rules, actor, body.actor, "resumes")
    if isinstance(known, Refusal):
        return known
    if known.state != "suspended":
        return no(rules, "roles", Why.NOTHING_DUE, f"{known.id} is {known.state}, not suspended")
    return (e.ActorResumed(known.id),)


def revoke(state: State, rules: Rulebook, at: int, actor: str, body: c.RevokeActor) -> Decision:
    """For good; an account keeps the least of its representatives, unless it is closed or frozen."""
    known = _somebody(state, rules, actor, body.actor, "revokes")
    if isinstance(known, Refusal):
        return known
    if known.state == "revoked":
        return no(rules, "roles", Why.ALREADY_EXISTS, f"{known.id} is revoked already")
    refusal = _left(state, rules, known) or _least(state, rules, known)
    refusal = refusal or _said(rules, body.reason, f"{known.id} is revoked")
    return refusal or (e.ActorRevoked(known.id, body.reason), *_fallen(state, actor, known, body.reason))


def _somebody(state: State, rules: Rulebook, actor: str, name: str, does: str) -> Actor | Refusal:
    known = state.actors.get(name)
    if name == actor:
        return no(rules, "roles", Why.OWN_ACT, f"{name} is who sends this; another {does} them")
    if known is None:
        return no(rules, "roles", Why.UNKNOWN_ACTOR, f"{name} is not registered")
    role = lookup.people(rules).get(known.role)
    mine = state.actors[actor].role
    registers = lookup.may(rules, mine, "RegisterActor")  # whoever registers nobody watches over all who are registered
    if role is not None and registers and mine not in role.registered_by:
        what = f"{actor} is {mine}; who is {role.code} is suspended and revoked by {' or '.join(role.registered_by)}"
        return no(rules, "roles", Why.NOT_YOURS_TO_GIVE, what)
    return known


def _left(state: State, rules: Rulebook, known: Actor, by: str = "") -> Refusal | None:
    """Two are left who may adopt a law, register people and open accounts: nobody locks a programme.

    Another office `by` may leave one. So of two offices that suspend and resume, whatever one person suspends, one of
    either is left beside that person; together they suspend that person, and resume the others.
    """
    for command in FOUNDING:
        if known.state == "active" and lookup.may(rules, known.role, command):
            others = [
                each.id
                for each in state.actors.values()
                if each.id != known.id and each.state == "active" and lookup.may(rules, each.role, command)
            ]
            least = 2 if not by or lookup.may(rules, by, command) else 1
            if len(others) < least:
                if least == 2:
                    what = f"without {known.id} fewer than two could send {command}; register another first"
                else:
                    what = f"without {known.id} nobody could send {command}; register another first"
                return no(rules, "roles", Why.CONDITION_OPEN, what)
    return None


def _least(state: State, rules: Rulebook, known: Actor) -> Refusal | None:
    role = lookup.people(rules).get(known.role)
    account = known.account
    if role is None or not account or known.may == "read" or state.ledger.absent(account):
        return None
    others = sum(
        each.role == known.role and each.id != known.id
        for each in people_of(state, account)
        if each.state != "revoked" and each.may != "read"
    )
    if others < role.least and account not in state.ledger.frozen:
        what = f"{account} keeps {role.least} in the role {role.code}; register another, or freeze the account, first"
        return no(rules, "roles", Why.CONDITION_OPEN, what)
    return None


def _said(rules: Rulebook, reason: str, what: str) -> Refusal | None:
    return None if reason.strip() else no(rules, "roles", Why.UNEXPLAINED, f"say why {what}")


def _fallen(state: State, actor: str, known: Actor, reason: str) -> tuple[e.ActRejected, ...]:
    """What somebody proposed and waits falls with their rights."""
    return tuple(e.ActRejected(act.id, actor, reason) for act in state.acts.values() if act.actor == known.id)


#: What says whether an act waits for a second person, of those of which not only `second` of `[roles]` does.
TAKES_TWO: dict[type, TakesTwo] = {c.OpenAccount: joins}
#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.RegisterActor: register_actor,
    c.SuspendActor: suspend,
    c.ResumeActor: resume,
    c.RevokeActor: revoke,
}
