"""Zone-wide calling: orders of the whole zone are gathered, and settle by a solver's answer that is judged first.

No solver runs here. Whoever closes a call brings prices and flows; they are held against the orders that wait, in
fractions, and what passes is settled in one entry (docs/explanation/zone-call.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import floor
from typing import Literal

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import ZoneCall, ZoneOrder
from airshed.engine.procedures.deadlines import covered, expired
from airshed.engine.procedures.guards import Decision, Procedure, known_series, no, own_account, positive, thawed
from airshed.engine.procedures.sealing import before_close, began, in_the_open, never_opened, still_sealed
from airshed.engine.procedures.seeds import not_of_seal, unsealed
from airshed.engine.procedures.trade_rules import (
    bought_today,
    enough,
    its_own,
    not_halted,
    outside_collar,
    over_position,
    own_accounts,
    payable,
)
from airshed.engine.procedures.zone_call_law import TRADE, bid_of, left_out, may_fill, met_by, problem, round_of, stands
from airshed.engine.state import State
from airshed.market.zonecall import NotCleared, ZoneCleared, certificate, settle_in_rounds
from airshed.market.zonecall.checks import MOST_COUNT, MOST_LIMIT
from airshed.model.allowance import Blocks, Series, lowest
from airshed.model.measures import part_fen, value_fen, yuan
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry.accounts import EXCHANGE, TREASURY, surrendered
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

#: What an answer that does not settle is refused for.
WHY: dict[str, Why] = {
    "unproven": Why.UNPROVEN,
    "infeasible": Why.INFEASIBLE,
    "unfunded": Why.INSUFFICIENT_CASH,
}


def open_call(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenZoneCall) -> Decision:
    """On a working day; one call at a time for a pollutant."""
    if body.pollutant not in lookup.pollutants(rules):
        return no(rules, "zone_call", Why.UNKNOWN_SERIES, f"the programme caps no {body.pollutant!r}")
    if body.call in state.zone_calls:
        return no(rules, "zone_call", Why.ALREADY_EXISTS, f"the call {body.call} exists; choose another name")
    for call in state.zone_calls.values():
        if call.open and call.pollutant == body.pollutant:
            what = f"the call {call.id} gathers orders of {body.pollutant}; close it first"
            return no(rules, "zone_call", Why.ALREADY_EXISTS, what)
    today = rules.civil.day_of(at)
    if not lookup.worked(rules, today):
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{today} is not worked; a call opens on a working day")
    refusal = not_halted(state, rules, "") or unsealed(rules, "zone_call", f"the call {body.call}", body.seal)
    return refusal or (e.ZoneCallOpened(body.call, body.pollutant, body.seal), *began(rules, "zone_call", body.call))


def place_offer(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceZoneOffer) -> Decision:
    """In the open, where the law has it so."""
    refusal = own_account(state, rules, actor, body.account) or in_the_open(state, rules, "zone_call", body.call)
    return refusal or offer(state, rules, at, actor, body)


def offer(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceZoneOffer) -> Decision:
    """What is offered is set aside; nobody may be filled from an offer of its own."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    call = state.zone_calls.get(body.call)
    if call is None:
        return no(rules, "zone_call", Why.UNKNOWN_CALL, f"there is no zone-wide call {body.call!r}")
    refusal = known_series(state, rules, body.series)
    if refusal:
        return refusal
    series = Series.parse(body.series)
    if series.pollutant != call.pollutant:
        return no(rules, "zone_call", Why.WRONG_KIND, f"the call {call.id} is of {call.pollutant}, not {body.series}")
    refusal = (
        stands(state, rules, body.account, body.place)
        or thawed(state, rules, body.account, gives="trade")
        or _over(rules, call)
        or not_halted(state, rules, body.series)
        or expired(rules, at, body.series)
        or _measures(rules, call, body.count, body.limit)
    )
    if refusal:
        return refusal
    number = call.placed + 1
    order = ZoneOrder(
        number, body.account, "sell", body.place, series.vintage, body.count, body.limit, series=body.series
    )
    own = _own(state, rules, call, order)
    refusal = (
        bought_today(state, rules, at, body.account, body.series, body.count)
        or _meets_itself(state, rules, call, order, own)
        or enough(state, rules, body.account, body.series, body.count)
    )
    return refusal or (
        *_dropped(call, own),
        e.ZoneOfferPlaced(call.id, number, body.account, body.series, body.place, body.count, body.limit),
    )


def place_bid(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceZoneBid) -> Decision:
    """In the open, where the law has it so."""
    refusal = own_account(state, rules, actor, body.account) or in_the_open(state, rules, "zone_call", body.call)
    return refusal or bid(state, rules, at, actor, body)


def bid(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceZoneBid) -> Decision:
    """The whole value is set aside with its fee; in each series that may fill it the group's limit counts all of it."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    call = state.zone_calls.get(body.call)
    if call is None:
        return no(rules, "zone_call", Why.UNKNOWN_CALL, f"there is no zone-wide call {body.call!r}")
    refusal = (
        stands(state, rules, body.account, body.place)
        or thawed(state, rules, body.account, takes="trade")
        or _over(rules, call)
        or not_halted(state, rules, "")
        or covered(rules, at, body.year)
        or _measures(rules, call, body.count, body.limit)
    )
    if refusal:
        return refusal
    number = call.placed + 1
    order = ZoneOrder(number, body.account, "buy", body.place, body.year, body.count, body.limit)
    series = may_fill(state, rules, bid_of(state, rules, call, order))
    for name in series:
        refusal = over_position(state, rules, body.account, name, body.count)
        if refusal:
            return refusal
    own = _own(state, rules, call, order)
    refusal = _meets_itself(state, rules, call, order, own)
    if refusal:
        return refusal
    # Each round of a call rounds its values once: a fen for each round beyond the first.
    worth = value_fen(body.count, body.limit) + (TRADE[rules.trade_rules.crossing] == "city_first")
    fee = rules.zone_call.buyer_fee_basis_points
    held = payable(state, rules, "zone_call", body.account, worth, fee, "the bid")
    if isinstance(held, Refusal):
        return held
    return (
        *_dropped(call, own),
        e.ZoneBidPlaced(call.id, number, body.account, body.place, body.year, body.count, body.limit, held, series),
    )


def _over(rules: Rulebook, call: ZoneCall) -> Refusal | None:
    return None if call.open else no(rules, "zone_call", Why.CALL_CLOSED, f"the call {call.id} is over")


def _measures(rules: Rulebook, call: ZoneCall, count: int, limit: int) -> Refusal | None:
    """Above zero, at most the largest order, in lots, on the tick, inside the collar; room in the call.

    And within what the calculator takes: one order beyond it would keep the whole call from closing.
    """
    law = rules.zone_call
    refusal = positive(rules, "zone_call", "the count", count) or positive(rules, "zone_call", "the limit", limit)
    if refusal:
        return refusal
    if count > law.largest_order:
        return no(rules, "zone_call", Why.TOO_LARGE, f"{count} is more than the largest order, {law.largest_order}")
    if count > MOST_COUNT or limit > MOST_LIMIT:
        what = f"{count} at {yuan(limit)} yuan/t are beyond any call, {MOST_COUNT} at {yuan(MOST_LIMIT)}"
        return no(rules, "zone_call", Why.TOO_LARGE, f"{what}; check their measure")
    if len(call.orders) >= law.most_orders:
        return no(rules, "zone_call", Why.TOO_LARGE, f"the call {call.id} is full with {law.most_orders} orders")
    if count % law.lot:
        return no(rules, "zone_call", Why.OFF_LOT, f"{count} is not a multiple of the lot, {law.lot}")
    if limit % law.tick_fen_per_t:
        tick = yuan(law.tick_fen_per_t)
        return no(rules, "zone_call", Why.OFF_TICK, f"{yuan(limit)} is not a multiple of the tick, {tick} yuan/t")
    return outside_collar(rules, call.pollutant, limit)


def _own(state: State, rules: Rulebook, call: ZoneCall, order: ZoneOrder) -> list[ZoneOrder]:
    """One's own orders on the other side that could meet this one."""
    mine = own_accounts(state, rules, order.account)
    return [each for account in mine for each in met_by(state, rules, call, order, call.of.get(account, {}).values())]


def _meets_itself(
    state: State, rules: Rulebook, call: ZoneCall, order: ZoneOrder, own: Sequence[ZoneOrder]
) -> Refusal | None:
    """Nobody trades with itself, where the law does not take one's own orders off."""
    if not own or rules.trade_rules.self_trade == "cancel_resting":
        return None
    whose = its_own(state, order.account, own[0].account, own[0].number)
    what = f"it could meet {whose} in {call.id}; drop that one first"
    sale, want = (order, own[0]) if order.side == "sell" else (own[0], order)
    if sale.limit > want.limit:
        what += f" (load would leave {sale.place} for {want.place}, and a scarce limit pays the difference)"
    return no(rules, "trade_rules", Why.SELF_TRADE, what)


def _dropped(call: ZoneCall, own: Iterable[ZoneOrder]) -> list[e.ZoneOrderDropped]:
    return [e.ZoneOrderDropped(call.id, order.number, order.account, order.series) for order in own]


def drop_order(state: State, rules: Rulebook, at: int, actor: str, body: c.DropZoneOrder) -> Decision:
    """Only one's own order, before the call closes."""
    call = state.zone_calls.get(body.call)
    order = call.orders.get(body.number) if call is not None else None
    if call is None or order is None:
        return no(rules, "zone_call", Why.UNKNOWN_CALL, f"no order {body.number} waits in {body.call!r}")
    refusal = (
        own_account(state, rules, actor, order.account)
        or _over(rules, call)
        or before_close(state, rules, "zone_call", call.id)
    )
    return refusal or (e.ZoneOrderDropped(call.id, order.number, order.account, order.series),)


def close_call(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseZoneCall) -> Decision:
    """Judge the answer, then settle everything in one entry (I1 to I5); or refuse, with the call as open as it was.

    An order that the law of today would refuse is left out, so that nobody's order keeps the others waiting.
    """
    call = state.zone_calls.get(body.call)
    if call is None:
        return no(rules, "zone_call", Why.UNKNOWN_CALL, f"there is no zone-wide call {body.call!r}")
    refusal = (
        _over(rules, call) or not_halted(state, rules, "") or still_sealed(state, rules, at, "zone_call", (call.id,))
    )
    if refusal:
        return refusal
    for order in call.orders.values():
        refusal = not_halted(state, rules, order.series) if order.series else None
        if refusal:
            return refusal
    refusal = not_of_seal(rules, "zone_call", f"the call {call.id}", call.seal, body.seed, body.salt)
    if refusal:
        return refusal
    struck = left_out(state, rules, at, call)
    offers, bids, air, law = problem(state, rules, call, body.seed, struck)
    try:
        rounds = [round_of(line) for line in body.rounds]
        done = settle_in_rounds(offers, bids, air, law, rounds)
    except Malformed as error:
        return no(rules, "zone_call", Why.UNPROVEN, str(error))
    if isinstance(done, NotCleared):
        return no(rules, "zone_call", WHY[done.why], f"{call.id} does not clear: {done.detail}")
    zone_fen = sum(each.zone_fen for each in done)
    treasury = state.ledger.purses[TREASURY].free
    if treasury + zone_fen < 0:
        what = f"the treasury has {yuan(treasury)} yuan, the call takes {yuan(-zone_fen)} from it"
        return no(rules, "zone_call", Why.INSUFFICIENT_CASH, what)
    refusal = _to_itself(state, rules, call, done)
    if refusal:
        return refusal
    delivered, retired = _delivered(state, call, done)
    fills = _fills(rules, call, done)
    entry = (*delivered, *_payments(fills))
    count = sum(fill.count for fill in fills if fill.side == "sell")
    proofs = certificate(done)["rounds"]
    heard = tuple(_heard(each, proof["digest"]) for each, proof in zip(done, proofs, strict=True))
    refused = tuple(e.ZoneOrderRefused(number, call.orders[number].account, why) for number, why in struck.items())
    void = never_opened(state, rules, "zone_call", (call.id,))
    return (
        *void,
        e.ZoneCallCleared(call.id, count, retired, zone_fen, heard, fills, refused, entry),
    )


def _to_itself(state: State, rules: Rulebook, call: ZoneCall, done: Sequence[ZoneCleared]) -> Refusal | None:
    """An answer may be an allowance of each link off the best one; that allowance goes to no one of one's own."""
    for each in done:
        for delivery in each.deliveries:
            sale, want = call.orders[int(delivery.offer)], call.orders[int(delivery.bid)]
            if want.account in own_accounts(state, rules, sale.account):
                what = f"the answer fills order {want.number} of {want.account} from {sale.number} of {sale.account}"
                return no(rules, "trade_rules", Why.SELF_TRADE, f"{what}; nobody trades with itself")
    return None


def _heard(done: ZoneCleared, digest: str) -> e.ZoneRoundCleared:
    """What everybody hears of a round."""
    limits = tuple(
        e.ZoneLimit(bound.name, str(load), str(bound.most), str(dual))
        for bound, load, dual in zip(done.bounds, done.loads, done.bound_duals, strict=True)
    )
    trade: Literal["zone", "city"] = "city" if done.rules.trade == "city" else "zone"
    return e.ZoneRoundCleared(trade, done.note, str(done.gain), str(done.gap), digest, done.zone_fen, limits)


def _delivered(state: State, call: ZoneCall, done: Sequence[ZoneCleared]) -> tuple[list[Move], int]:
    """Every delivery in the order of the rounds, lowest serials first. What a trading ratio takes is retired."""
    left: dict[tuple[str, str], Blocks] = {}
    moves: list[Move] = []
    retired = 0
    for each in done:
        for delivery in each.deliveries:
            sale, want = call.orders[int(delivery.offer)], call.orders[int(delivery.bid)]
            issued = Series.parse(sale.series).jurisdiction
            ratio = each.air.ratio(issued, want.place)
            assert ratio is not None, delivery
            kept = floor(delivery.count * ratio)
            key = (sale.account, sale.series)
            blocks = left.get(key)
            if blocks is None:
                blocks = state.ledger.positions[key].blocks
            for target, count in ((want.account, kept), (surrendered(issued), delivery.count - kept)):
                if count:
                    taken, blocks = lowest(blocks, count)
                    moves.append(Delivered(sale.account, target, sale.series, taken))
            left[key] = blocks
            retired += delivery.count - kept
    return moves, retired


def _fills(rules: Rulebook, call: ZoneCall, done: Sequence[ZoneCleared]) -> tuple[e.ZoneFill, ...]:
    """What each order got, with its fee, which is rounded on the order's value so far."""
    law = rules.zone_call
    so_far: dict[int, tuple[int, int]] = {}

    def fee_on(number: int, fen: int, basis_points: int) -> int:
        worth, fees = so_far.get(number, (0, 0))
        fee = part_fen(worth + fen, basis_points) - fees
        so_far[number] = (worth + fen, fees + fee)
        return fee

    found: list[e.ZoneFill] = []
    for number, each in enumerate(done, 1):
        for sold in each.sold:
            order = call.orders[int(sold.offer.order)]
            fee = fee_on(order.number, sold.received_fen, law.seller_fee_basis_points)
            what = (order.series, order.place, order.year, sold.count, str(sold.count), sold.price, sold.received_fen)
            found.append(e.ZoneFill(number, order.number, order.account, "sell", *what, fee))
        for bought in each.bought:
            order = call.orders[int(bought.bid.order)]
            fee = fee_on(order.number, bought.paid_fen, law.buyer_fee_basis_points)
            cover = str(Fraction(bought.cover))
            paid = ("", order.place, order.year, bought.count, cover, bought.price, bought.paid_fen)
            found.append(e.ZoneFill(number, order.number, order.account, "buy", *paid, fee))
    return tuple(found)


def _payments(fills: Sequence[e.ZoneFill]) -> list[Move]:
    """Buyers pay the treasury and the exchange; the treasury, which stands between, pays sellers and the exchange."""
    coming: list[Move] = []
    going: list[Move] = []
    for fill in fills:
        if fill.side == "buy":
            coming += [Paid(fill.account, TREASURY, fill.fen)] if fill.fen else []
            coming += [Paid(fill.account, EXCHANGE, fill.fee)] if fill.fee else []
        else:
            going += [Paid(TREASURY, fill.account, fill.fen - fill.fee)] if fill.fen > fill.fee else []
            going += [Paid(TREASURY, EXCHANGE, fill.fee)] if fill.fee else []
    return [*coming, *going]


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenZoneCall: open_call,
    c.PlaceZoneOffer: place_offer,
    c.PlaceZoneBid: place_bid,
    c.DropZoneOrder: drop_order,
    c.CloseZoneCall: close_call,
}
