"""Leasing: vintages for use against rent. Each goes against its rent in one entry, so nobody waits for the other."""

from __future__ import annotations

from datetime import date, timedelta

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Lease
from airshed.engine.procedures.deadlines import expired, surrender_day
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    free_of,
    known_instrument,
    moved,
    no,
    own_account,
    positive,
    private_account,
    term_allowed,
    thawed,
)
from airshed.engine.procedures.trade_rules import may_give, over_position
from airshed.engine.state import State
from airshed.model.allowance import Series, best_fit, members
from airshed.model.measures import value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook.schema import Rulebook


def offer_lease(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferLease) -> Decision:
    """Out of one's own account what is free, or, where the law lets it, what one leased oneself."""
    law = rules.lease
    refusal = (
        own_account(state, rules, actor, body.lessor)
        or private_account(state, rules, body.lessee)
        or known_instrument(state, rules, body.series)
    )
    if refusal:
        return refusal
    refusal = _parent_refused(state, rules, body) if body.part_of else None
    if refusal:
        return refusal
    if body.lessor == body.lessee:
        return no(rules, "lease", Why.WRONG_KIND, f"{body.lessor} cannot lease to itself")
    refusal = thawed(state, rules, body.lessor, gives="lease") or thawed(state, rules, body.lessee, takes="lease")
    if refusal:
        return refusal
    vintages = [Series.parse(series).vintage for series in members(body.series)]
    ends = surrender_day(rules, vintages[-1])
    if not law.open or ends < rules.civil.day_of(at):
        what = "no new leases are made under this rulebook" if not law.open else f"{body.series} counted until {ends}"
        return no(rules, "lease", Why.TOO_LATE, what)
    refusal = (
        expired(rules, at, body.series)
        or may_give(state, rules, at, body.lessor, body.lessee, body.series)
        or positive(rules, "lease", "the count", body.count)
        or positive(rules, "lease", "the rent", body.rent)
        or term_allowed(rules, "lease", vintages[0], vintages[-1], law.longest_years)
    )
    if refusal:
        return refusal
    if body.part_of:
        for series in members(body.series):
            left = state.leases[body.part_of].leased.get(series, 0)
            if left < body.count:
                what = f"lease {body.part_of} has {left} of {series} left, not {body.count}"
                return no(rules, "lease", Why.INSUFFICIENT_HOLDING, what)
    else:
        refusal = free_of(state, rules, "lease", body.lessor, body.series, body.count)
        if refusal:
            return refusal
    terms = (body.lessor, body.lessee, body.series, body.count, body.rent, body.pay, body.part_of)
    return (e.LeaseOffered(state.next_lease, *terms, ends),)


def _parent_refused(state: State, rules: Rulebook, body: c.OfferLease) -> Refusal | None:
    parent = state.leases.get(body.part_of)
    if parent is None or parent.lessee != body.lessor or parent.state != "standing":
        what = f"{body.lessor} holds nothing under a lease {body.part_of}"
        return no(rules, "lease", Why.UNKNOWN_LEASE, what)
    if not rules.lease.sublease:
        return no(rules, "lease", Why.WRONG_KIND, "what is leased may not be leased on; surrender it or hand it back")
    if body.pay != "once":
        return no(rules, "lease", Why.WRONG_KIND, "what is leased is leased on for rent paid once")
    return None


def accept_lease(state: State, rules: Rulebook, at: int, actor: str, body: c.AcceptLease) -> Decision:
    """All vintages against all rent, or the first against the first."""
    lease = _lease(state, rules, body.lease)
    if isinstance(lease, Refusal):
        return lease
    refusal = own_account(state, rules, actor, lease.lessee)
    if refusal:
        return refusal
    if lease.state != "offered":
        return no(rules, "lease", Why.ALREADY_EXISTS, f"lease {lease.id} is accepted already")
    due = sorted(lease.waiting)
    return _deliver(state, rules, at, lease, due if lease.pay == "once" else due[:1])


def pay_rent(state: State, rules: Rulebook, at: int, actor: str, body: c.PayRent) -> Decision:
    """The next vintage against its rent; before its day or after it, as long as the lessor has not ended the lease."""
    lease = _lease(state, rules, body.lease)
    if isinstance(lease, Refusal):
        return lease
    refusal = own_account(state, rules, actor, lease.lessee)
    if refusal:
        return refusal
    if lease.state == "offered":
        return no(rules, "lease", Why.NOT_IN_FORCE, f"lease {lease.id} is not accepted yet")
    if not lease.waiting:
        return no(rules, "lease", Why.NOTHING_DUE, f"all rent of lease {lease.id} is paid")
    return _deliver(state, rules, at, lease, sorted(lease.waiting)[:1])


def _deliver(state: State, rules: Rulebook, at: int, lease: Lease, due: list[str]) -> Decision:
    refusal = (
        thawed(state, rules, lease.lessee, takes="lease")
        or thawed(state, rules, lease.lessor)
        or expired(rules, at, due[0])
        or may_give(state, rules, at, lease.lessor, lease.lessee, lease.series)
    )
    for series in due:
        refusal = refusal or over_position(state, rules, lease.lessee, series, lease.waiting[series])
    if refusal:
        return refusal
    fen = value_fen(sum(lease.waiting[series] for series in due), lease.rent)
    cash = state.ledger.purses[lease.lessee].free
    if cash < fen:
        what = f"{lease.lessee} has {yuan(cash)} yuan free, the rent is {yuan(fen)}"
        return no(rules, "lease", Why.INSUFFICIENT_CASH, what)
    entry: list[Move] = [Paid(lease.lessee, lease.lessor, fen)] if fen else []
    for series in due:
        entry += moved(state, lease.lessor, lease.lessee, series, lease.waiting[series])
    parties = (lease.lessor, lease.lessee, lease.series)
    return (e.LeaseDelivered(lease.id, rules.civil.day_of(at), *parties, tuple(due), fen, tuple(entry)),)


def drop_lease(state: State, rules: Rulebook, at: int, actor: str, body: c.DropLease) -> Decision:
    """By either side, while it is only offered."""
    lease = _lease(state, rules, body.lease)
    if isinstance(lease, Refusal):
        return lease
    if state.actors[actor].account != lease.lessor:
        refusal = own_account(state, rules, actor, lease.lessee)
        if refusal:
            return refusal
    if lease.state != "offered":
        return no(rules, "lease", Why.ALREADY_EXISTS, f"lease {lease.id} is accepted; end it instead")
    return (e.LeaseDropped(lease.id, lease.lessor, lease.lessee, lease.series, lease.part_of, actor),)


def end_lease(state: State, rules: Rulebook, at: int, actor: str, body: c.EndLease) -> Decision:
    """The lessee ends it whole; so does the lessor after its last day. For overdue rent only what was not paid ends."""
    lease = _lease(state, rules, body.lease)
    if isinstance(lease, Refusal):
        return lease
    account = state.actors[actor].account
    if account not in _above(state, lease):
        refusal = own_account(state, rules, actor, lease.lessee) or thawed(state, rules, lease.lessee)
        if refusal:
            return refusal
    if lease.state == "offered":
        return no(rules, "lease", Why.NOT_IN_FORCE, f"lease {lease.id} is not accepted; drop it instead")
    on = [each.id for each in state.leases.values() if each.part_of == lease.id]
    if on:
        return no(rules, "lease", Why.TOO_EARLY, f"lease {lease.id} is leased on as lease {on[0]}; end that first")
    today = rules.civil.day_of(at)
    if account != lease.lessee and today <= lease.ends:
        return _overdue(rules, lease, today)
    entry: tuple[Move, ...] = ()
    if rules.lease.leftovers == "hand_back":
        held = state.ledger.positions
        entry = tuple(
            Delivered(lease.lessee, lease.lessor, series, best_fit(held[lease.lessee, series].blocks, count))
            for series, count in sorted(lease.leased.items())
            if count
        )
    return (e.LeaseEnded(lease.id, lease.lessor, lease.lessee, lease.series, lease.part_of, entry),)


def _above(state: State, lease: Lease) -> tuple[str, ...]:
    """The lessor, and those from whom it leased itself: what is left has to find its way back to them."""
    found = [lease.lessor]
    while lease.part_of:
        lease = state.leases[lease.part_of]
        found.append(lease.lessor)
    return tuple(found)


def _overdue(rules: Rulebook, lease: Lease, today: str) -> Decision:
    """Before its last day the lessor gets back only what it has not been paid for."""
    if lease.waiting:
        vintage = Series.parse(min(lease.waiting)).vintage
        due = max(f"{vintage}-{rules.lease.rent_by}", lease.since)
        patient = (date.fromisoformat(due) + timedelta(days=rules.lease.notice_days)).isoformat()
        if today > patient:
            ends = surrender_day(rules, vintage - 1)
            return (
                e.LeaseShortened(
                    lease.id, lease.lessor, lease.lessee, lease.series, tuple(sorted(lease.waiting)), ends
                ),
            )
        what = f"rent for {vintage} was due on {due}, and is waited for until {patient}; today is {today}"
        return no(rules, "lease", Why.TOO_EARLY, what)
    return no(rules, "lease", Why.TOO_EARLY, f"all rent is paid and the lease runs until {lease.ends}")


def _lease(state: State, rules: Rulebook, number: int) -> Lease | Refusal:
    lease = state.leases.get(number)
    if lease is None:
        return no(rules, "lease", Why.UNKNOWN_LEASE, f"there is no lease {number}, or it is over")
    return lease


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OfferLease: offer_lease,
    c.AcceptLease: accept_lease,
    c.DropLease: drop_lease,
    c.PayRent: pay_rent,
    c.EndLease: end_lease,
}
