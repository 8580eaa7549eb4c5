"""Rights: a claim on so many allowances of every vintage, served before a cap is shared out, sold as one."""

from __future__ import annotations

from collections.abc import Iterable

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Right
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    known_account,
    no,
    own_account,
    payments,
    positive,
    private_account,
    term_allowed,
    thawed,
)
from airshed.engine.procedures.trade_rules import may_give, over_position
from airshed.engine.state import State
from airshed.market.allocation import split
from airshed.market.fees import fees_fen
from airshed.model.allowance import Blocks, SerialBlock, Series, best_fit, lowest
from airshed.model.measures import yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def serve(state: State, rules: Rulebook, series: Series, cap: int) -> tuple[e.RightsServed, ...]:
    """What the rights to a series get when its cap is set: all in full, or all alike when the cap is too small.

    Lowest serials first, in the order in which the rights were granted.
    """
    mine = [right for right in state.rights.values() if right.covers(*series)]
    if not mine:
        return ()
    room = cap * rules.terms.rights_basis_points // lookup.WHOLE
    counts = {f"{right.id:020}": right.count for right in mine}
    if sum(counts.values()) > room:
        counts = split(room, counts)
    origin = accounts.issuance(series.jurisdiction)
    blocks: Blocks = (SerialBlock(1, cap),)
    servings: list[e.Serving] = []
    moves: list[Move] = []
    for right in mine:
        count = counts[f"{right.id:020}"]
        if count:
            taken, blocks = lowest(blocks, count)
            moves.append(Delivered(origin, right.holder, str(series), taken))
            servings.append(e.Serving(right.id, right.holder, count))
    return (e.RightsServed(str(series), tuple(servings), tuple(moves)),) if servings else ()


def grant_right(state: State, rules: Rulebook, at: int, actor: str, body: c.GrantRight) -> Decision:
    """Within the horizon, the longest term and the part of each cap that rights may claim."""
    law = rules.terms
    refusal = private_account(state, rules, body.account)
    if refusal:
        return refusal
    if body.pollutant not in lookup.pollutants(rules) or body.jurisdiction not in {j.code for j in rules.jurisdictions}:
        what = f"there is no {body.pollutant} of {body.jurisdiction} in this programme"
        return no(rules, "terms", Why.UNKNOWN_SERIES, what)
    if not body.last and not law.open_rights:
        return no(rules, "terms", Why.WRONG_KIND, "a right without an end is not granted; name its last vintage")
    refusal = thawed(state, rules, body.account, takes="right")
    if refusal:
        return refusal
    this_year = int(rules.civil.day_of(at)[:4])
    if body.first < this_year:
        return no(rules, "terms", Why.TOO_LATE, f"vintage {body.first} is of a year that is over; it is {this_year}")
    refusal = positive(rules, "terms", "the count", body.count)
    if refusal:
        return refusal
    if body.last and body.last < body.first:
        return no(rules, "terms", Why.NOT_POSITIVE, f"a right from {body.first} to {body.last} has no vintage")
    until = _until(rules, body.first + law.review_years - 1, body.last)
    refusal = _over_the_part(state, rules, body, until) or term_allowed(
        rules, "terms", body.first, body.last or body.first, law.longest_years
    )
    if refusal:
        return refusal
    terms = (body.account, body.pollutant, body.jurisdiction, body.count, body.first, body.last, until)
    right = Right(state.next_right, *terms, {})
    delivered = _deliver(state, rules, right, body.first, until)
    if isinstance(delivered, Refusal):
        return delivered
    served, entry = delivered
    return (e.RightGranted(right.id, *terms, served, entry),)


def _until(rules: Rulebook, until: int, last: int) -> int:
    """A review comes sooner than the horizon, or the right ends before it."""
    return min(until, rules.terms.horizon, last or until)


def _over_the_part(state: State, rules: Rulebook, body: c.GrantRight, until: int) -> Refusal | None:
    """Of every vintage whose cap is known, all rights together claim no more than their part."""
    for vintage in range(body.first, until + 1):
        cap = lookup.cap(rules, Series(body.pollutant, body.jurisdiction, vintage))
        if cap is None:
            continue
        claimed = sum(
            right.count for right in state.rights.values() if right.covers(body.pollutant, body.jurisdiction, vintage)
        )
        room = cap * rules.terms.rights_basis_points // lookup.WHOLE
        if claimed + body.count > room:
            series = Series(body.pollutant, body.jurisdiction, vintage)
            what = f"rights claim {claimed} of {series} and may claim {room}; {body.count} more are too many"
            return no(rules, "terms", Why.TOO_LARGE, what)
    return None


def _deliver(
    state: State, rules: Rulebook, right: Right, first: int, last: int
) -> tuple[dict[str, int], tuple[Move, ...]] | Refusal:
    """The vintages that are issued already: out of the issuance account, or, when shared out, out of the reserve."""
    served: dict[str, int] = {}
    moves: list[Move] = []
    for vintage in range(first, last + 1):
        series = right.named(vintage)
        if series not in state.ledger.caps:
            continue
        whose = accounts.reserve if series in state.shared_out else accounts.issuance
        origin = whose(right.jurisdiction)
        position = state.ledger.held_of(origin, series)
        if position.free < right.count:
            what = f"{origin} has {position.free} of {series} free, not {right.count}"
            return no(rules, "terms", Why.INSUFFICIENT_HOLDING, what)
        moves.append(Delivered(origin, right.holder, series, best_fit(position.blocks, right.count)))
        served[series] = right.count
    return served, tuple(moves)


def renew_right(state: State, rules: Rulebook, at: int, actor: str, body: c.RenewRight) -> Decision:
    """As many vintages more as lie between two reviews, up to its end and the horizon."""
    right = _right(state, rules, body.right)
    if isinstance(right, Refusal):
        return right
    refusal = known_account(state, rules, right.holder)
    if refusal:
        return refusal
    until = _until(rules, right.until + rules.terms.review_years, right.last)
    if until <= right.until:
        what = f"right {right.id} is served to its end, {right.last}"
        if right.until != right.last:
            what = f"right {right.id} is served to the horizon, {rules.terms.horizon}; a later rulebook may move it"
        return no(rules, "terms", Why.NOTHING_DUE, what)
    delivered = _deliver(state, rules, right, right.until + 1, until)
    if isinstance(delivered, Refusal):
        return delivered
    served, entry = delivered
    return (e.RightRenewed(right.id, until, served, entry),)


def offer_right(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferRight) -> Decision:
    """Whole, with what its holder got under it from a vintage on, which has to be there and free."""
    right = _right(state, rules, body.right)
    if isinstance(right, Refusal):
        return right
    refusal = own_account(state, rules, actor, right.holder) or private_account(state, rules, body.buyer)
    if refusal:
        return refusal
    if right.offer is not None:
        what = f"right {right.id} is on offer to {right.offer.buyer}; drop that offer first"
        return no(rules, "terms", Why.ALREADY_EXISTS, what)
    if body.buyer == right.holder:
        return no(rules, "terms", Why.WRONG_KIND, f"{right.holder} cannot sell to itself")
    aside = {
        series: count for series, count in sorted(right.served.items()) if Series.parse(series).vintage >= body.start
    }
    refusal = (
        thawed(state, rules, right.holder, gives="right")
        or thawed(state, rules, body.buyer, takes="right")
        or _expired(rules, at, aside)
        or may_give(state, rules, at, right.holder, body.buyer, right.named(body.start))
        or positive(rules, "terms", "the price in fen", body.fen)
    )
    if refusal:
        return refusal
    for series, count in aside.items():
        free = state.ledger.held_of(right.holder, series).free
        if free < count:
            what = f"{right.holder} has {free} of {series} free, not the {count} of right {right.id}; start later"
            return no(rules, "terms", Why.INSUFFICIENT_HOLDING, what)
    return (e.RightOffered(right.id, right.holder, body.buyer, body.start, body.fen, aside),)


def _expired(rules: Rulebook, at: int, aside: Iterable[str]) -> Refusal | None:
    """Of what goes with the right every vintage still counts; the seller starts later otherwise."""
    return next((refusal for series in aside if (refusal := expired(rules, at, series))), None)


def accept_right(state: State, rules: Rulebook, at: int, actor: str, body: c.AcceptRight) -> Decision:
    """The right, its delivered vintages, the price and both fees in one entry."""
    right = _right(state, rules, body.right)
    if isinstance(right, Refusal):
        return right
    offer = right.offer
    if offer is None:
        return no(rules, "terms", Why.NOT_IN_FORCE, f"right {right.id} is not on offer")
    refusal = (
        own_account(state, rules, actor, offer.buyer)
        or thawed(state, rules, offer.buyer, takes="right")
        or thawed(state, rules, right.holder, gives="right")
        or _expired(rules, at, offer.aside)
        or may_give(state, rules, at, right.holder, offer.buyer, right.named(offer.start))
    )
    for series, count in offer.aside.items():
        refusal = refusal or over_position(state, rules, offer.buyer, series, count)
    if refusal:
        return refusal
    law = rules.trading
    buyer_fee, seller_fee = fees_fen(offer.fen, law.buyer_fee_basis_points, law.seller_fee_basis_points)
    cash = state.ledger.purses[offer.buyer].free
    if cash < offer.fen + buyer_fee:
        what = f"{offer.buyer} has {yuan(cash)} yuan free, the right with its fee costs {yuan(offer.fen + buyer_fee)}"
        return no(rules, "terms", Why.INSUFFICIENT_CASH, what)
    entry: list[Move] = [*payments(offer.buyer, right.holder, offer.fen, buyer_fee, seller_fee)]
    for series, count in offer.aside.items():
        blocks = best_fit(state.ledger.positions[right.holder, series].blocks, count)
        entry.append(Delivered(right.holder, offer.buyer, series, blocks))
    parties = (right.holder, offer.buyer, offer.fen, buyer_fee, seller_fee)
    return (e.RightSold(right.id, *parties, offer.aside, tuple(entry)),)


def drop_right(state: State, rules: Rulebook, at: int, actor: str, body: c.DropRight) -> Decision:
    """By either side."""
    right = _right(state, rules, body.right)
    if isinstance(right, Refusal):
        return right
    if right.offer is None:
        return no(rules, "terms", Why.NOT_IN_FORCE, f"right {right.id} is not on offer")
    if state.actors[actor].account != right.holder:
        refusal = own_account(state, rules, actor, right.offer.buyer)
        if refusal:
            return refusal
    return (e.RightDropped(right.id, right.holder, right.offer.buyer, right.offer.aside, actor),)


def _right(state: State, rules: Rulebook, number: int) -> Right | Refusal:
    right = state.rights.get(number)
    if right is None:
        return no(rules, "terms", Why.UNKNOWN_RIGHT, f"there is no right {number}")
    return right


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.GrantRight: grant_right,
    c.RenewRight: renew_right,
    c.OfferRight: offer_right,
    c.AcceptRight: accept_right,
    c.DropRight: drop_right,
}
