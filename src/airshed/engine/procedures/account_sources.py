"""A works is sold: one side offers its source, the other claims it, the authority lets it pass to the new account."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import SourceTransfer
from airshed.engine.procedures import lapsing
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    known_account,
    no,
    own_account,
    own_source,
    private_account,
    thawed,
)
from airshed.engine.procedures.penalty import breach_of
from airshed.engine.procedures.taken_off import all_off
from airshed.engine.procedures.trade_rules import wall_of
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import AccountKind
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "transactions"


def offer(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferSource) -> Decision:
    """One's own source, to another operator; nothing of it may hang on the account that gives it."""
    refusal = own_source(state, rules, actor, body.source, though_frozen=True)
    refusal = refusal or private_account(state, rules, body.target)
    if refusal:
        return refusal
    origin = state.sources[body.source].account
    known = state.passing.get(body.source)
    if known is not None:
        what = f"{body.source} is on its way to {known.target} already; DropSource takes that back"
        return no(rules, LAW, Why.ALREADY_EXISTS, what)
    kind = state.ledger.accounts[body.target].kind
    if kind != AccountKind.OPERATOR or body.target == origin:
        what = f"{body.target} is a {kind} account" if body.target != origin else f"{origin} has {body.source} already"
        return no(rules, LAW, Why.WRONG_KIND, f"{what}; a source passes to the account of another operator")
    refusal = (
        thawed(state, rules, origin)
        or thawed(state, rules, body.target, takes="transfer")
        or _ready(state, rules, at, body.source, origin, body.target)
    )
    if refusal:
        return refusal
    number = len(state.source_transfers) + 1
    return (e.SourceOffered(number, body.source, origin, body.target),)


def claim(state: State, rules: Rulebook, at: int, actor: str, body: c.ClaimSource) -> Decision:
    """By the account to which it is offered, once."""
    known = _passing(state, rules, body.source)
    if isinstance(known, Refusal):
        return known
    refusal = own_account(state, rules, actor, known.target)
    if refusal:
        return refusal
    if known.state == "claimed":
        what = f"{known.target} has claimed {known.source} already; the authority transfers it"
        return no(rules, LAW, Why.ALREADY_EXISTS, what)
    refusal = thawed(state, rules, known.target, takes="transfer")
    return refusal or (e.SourceClaimed(known.id, known.source, known.target),)


def drop(state: State, rules: Rulebook, at: int, actor: str, body: c.DropSource) -> Decision:
    """By either side, though frozen, or by the authority; with a reason."""
    known = _passing(state, rules, body.source)
    if isinstance(known, Refusal):
        return known
    mine = state.actors[actor]
    holds = lookup.rights(rules)[mine.role, "DropSource"] == "account"
    if holds and mine.account not in (known.origin, known.target):
        what = f"{known.source} passes from {known.origin} to {known.target}"
        return no(rules, "roles", Why.NOT_YOUR_OWN, f"{what}; {actor} acts for {mine.account or 'no account'}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why {known.source} stays with {known.origin}")
    dropped = e.SourceDropped(known.id, known.source, known.origin, known.target, actor, body.reason)
    what = f"{known.source} no longer passes from {known.origin} to {known.target}"

    def about(other: c.Body) -> bool:
        return isinstance(other, c.TransferSource) and other.source == known.source

    return (*lapsing.overtaken(state, actor, what, about), dropped)


def transfer(state: State, rules: Rulebook, at: int, actor: str, body: c.TransferSource) -> Decision:
    """The authority has the last word, for who answers for emissions is not for two firms alone to say.

    What hangs on the source goes with it: years that are not settled, what was given for them, make-up. What hangs on
    the account stays: allowances, money, whom it trusts.
    """
    known = _passing(state, rules, body.source)
    if isinstance(known, Refusal):
        return known
    refusal = known_account(state, rules, known.origin) or known_account(state, rules, known.target)
    if refusal:
        return refusal
    refusal = thawed(state, rules, known.origin) or thawed(state, rules, known.target, takes="transfer")
    if refusal:
        return refusal
    if known.state != "claimed":
        what = f"{known.target} has not claimed {known.source} yet: ClaimSource"
        return no(rules, LAW, Why.CONDITION_OPEN, what)
    refusal = _ready(state, rules, at, known.source, known.origin, known.target)
    if refusal:
        return refusal
    settled = tuple(year for year in _settled(state, known.origin) if (known.target, year) not in state.closed)
    owed = _owed(state, known.source, known.origin)
    # orders that wait were placed on the side of the wall on which the account stood until now
    gone = [
        event
        for account in (known.origin, known.target)
        if _wall_then(state, rules, account, known) != wall_of(state, rules, account)
        for event in all_off(state, account, actor)
    ]
    return (*gone, e.SourceTransferred(known.id, known.source, known.origin, known.target, owed, settled))


def _passing(state: State, rules: Rulebook, source: str) -> SourceTransfer | Refusal:
    if source not in state.sources:
        return no(rules, LAW, Why.UNKNOWN_SOURCE, f"there is no source {source}")
    known = state.passing.get(source)
    if known is None:
        return no(rules, LAW, Why.NOTHING_DUE, f"{source} is not on its way to another account: OfferSource")
    return known


def _ready(state: State, rules: Rulebook, at: int, source: str, origin: str, target: str) -> Refusal | None:
    """What is to be done first, all of it named."""
    left = [*_bound(state, source), *_out_of_step(state, rules, at, source, origin, target)]
    return no(rules, LAW, Why.CONDITION_OPEN, f"{source} cannot pass yet: {'; '.join(left)}") if left else None


def _bound(state: State, source: str) -> Iterator[str]:
    """What of the source hangs on the account that gives it: a fine is for who offended, a claim on what lies there."""
    if source in state.closures:
        yield f"it has closed on {state.closures[source]}, and what it owes stays with who ran it"
    for key, penalty in state.penalties.items():
        if key[0] == source and penalty.open:
            yield f"the penalty for {breach_of(state, key)} {key[1]} is paid first"
    for case in state.cases.values():
        if case.source == source and case.open:
            yield f"case {case.id} is decided first"
    for purchase in state.purchases.values():
        if purchase.source == source and purchase.state == "owing":
            yield f"purchase {purchase.id} is paid first"
    for application in state.applications.values():
        if application.source == source and application.state == "waiting":
            yield f"application {application.id} is dropped or decided first"
    for notice in state.withdrawals.values():
        if notice.source == source and (notice.state in ("noticed", "appealed", "confirmed") or notice.due_fen):
            yield f"withdrawal {notice.id} is settled first"
    for withholding in state.withholdings.values():
        if withholding.source == source and withholding.state == "withheld":
            yield f"withholding {withholding.id} is released or forfeited first"


def _out_of_step(state: State, rules: Rulebook, at: int, source: str, origin: str, target: str) -> Iterator[str]:
    """Years that one side has settled and the other not; where the law says so, all that are over and not settled.

    An account settles a year for all its sources at once, so a source that changed sides between two settlements would
    be settled twice or never. Who had no source in a year has nothing to settle.
    """
    first = _entered(state, source)
    theirs = [_entered(state, each.id) for each in state.sources.values() if each.account == target]
    yield from (
        f"{target} settles {year} first, as {origin} has"
        for year in _settled(state, origin)
        if (target, year) not in state.closed and any(entered <= year for entered in theirs)
    )
    yield from (
        f"{origin} settles {year} first, as {target} has"
        for year in _settled(state, target)
        if (origin, year) not in state.closed and first <= year
    )
    if rules.transactions.unsettled_years == "settle_first":
        issued = {Series.parse(series).vintage for series in state.ledger.caps}
        issued |= {year.year for year in state.years.values() if year.source == source}
        yield from (
            f"{origin} settles {year} first, as this law wants of years that are over"
            for year in sorted(issued)
            if first <= year < int(rules.civil.day_of(at)[:4]) and (origin, year) not in state.closed
        )


def _entered(state: State, source: str) -> int:
    return int(state.civil.day_of(state.sources[source].registered)[:4])


def _settled(state: State, account: str) -> list[int]:
    return sorted(year for name, year in state.closed if name == account)


def _owed(state: State, source: str, account: str) -> dict[str, int]:
    """What is verified and not surrendered for a source; of settled years only what corrections added."""
    owed: dict[str, int] = {}
    for year in state.years.values():
        if year.source != source or year.verified_mg is None:
            continue
        settled = (account, year.year) in state.closed
        for pollutant, count in year.obligation.items():
            left = year.extra.get(pollutant, 0) if settled else count - year.surrendered.get(pollutant, 0)
            owed[pollutant] = owed.get(pollutant, 0) + left
    return {pollutant: count for pollutant, count in sorted(owed.items()) if count}


def _wall_then(state: State, rules: Rulebook, account: str, known: SourceTransfer) -> str:
    """The wall behind which an account stands once the source has passed."""
    sectors = {
        each.sector
        for each in state.sources.values()
        if (known.target if each.id == known.source else each.account) == account
    }
    return next((sector for sector in rules.trade_rules.walled_sectors if sector in sectors), "")


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OfferSource: offer,
    c.ClaimSource: claim,
    c.TransferSource: transfer,
    c.DropSource: drop,
}
