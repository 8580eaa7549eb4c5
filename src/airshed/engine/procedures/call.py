"""Calling: orders of a series are gathered and clear together at one price."""

from __future__ import annotations

from collections.abc import Sequence

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Call, CallOrder
from airshed.engine.procedures.deadlines import ends, expired
from airshed.engine.procedures.guards import Decision, Procedure, known_instrument, no, own_account, term_of, thawed
from airshed.engine.procedures.sealing import before_close, began, in_the_open, never_opened, still_sealed
from airshed.engine.procedures.seeds import not_of_seal, unsealed
from airshed.engine.procedures.trade_rules import (
    bought_today,
    its_own,
    may_cross,
    not_halted,
    over_position,
    own_accounts,
    price_refused,
    reference_price,
    set_aside,
    still_may,
    wall_of,
    whole_lots,
)
from airshed.engine.state import State
from airshed.market.call import CallResult, LimitOrder, clear, settle
from airshed.model.allowance import Blocks, best_fit, members, without
from airshed.model.measures import part_fen, value_fen
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import EXCHANGE
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def open_call(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenCall) -> Decision:
    """On a working day; one call at a time for a series and a side of a wall."""
    refusal = known_instrument(state, rules, body.series)
    if refusal:
        return refusal
    if body.call in state.calls:
        return no(rules, "trading", Why.ALREADY_EXISTS, f"the call {body.call} exists; choose another name")
    for call in state.calls.values():
        if call.open and (call.series, call.wall) == (body.series, body.wall):
            return no(rules, "trading", Why.ALREADY_EXISTS, f"the call {call.id} gathers orders of {body.series}")
    if body.wall and body.wall not in rules.trade_rules.walled_sectors:
        return no(rules, "trade_rules", Why.WRONG_KIND, f"{body.wall} stands behind no wall; leave it empty")
    today = rules.civil.day_of(at)
    if not lookup.worked(rules, today):
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{today} is not worked; a call opens on a working day")
    refusal = (
        not_halted(state, rules, body.series)
        or expired(rules, at, body.series)
        or unsealed(rules, "trading", f"the call {body.call}", body.seal)
        or term_of(rules, body.series)
    )
    return refusal or (
        e.CallOpened(body.call, body.series, body.wall, body.seal),
        *began(rules, "call", body.call),
    )


def place_order(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceCallOrder) -> Decision:
    """In the open, where the law has it so."""
    refusal = own_account(state, rules, actor, body.account) or in_the_open(state, rules, "call", body.call)
    return refusal or order(state, rules, at, actor, body)


def order(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceCallOrder) -> Decision:
    """Within the band of calls; nobody stands on both sides of a call."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    call = state.calls.get(body.call)
    if call is None:
        return no(rules, "trading", Why.UNKNOWN_CALL, f"there is no call {body.call!r}")
    refusal = (
        known_instrument(state, rules, call.series)
        or thawed(
            state,
            rules,
            body.account,
            gives="trade" if body.side == "sell" else None,
            takes="trade" if body.side == "buy" else None,
        )
        or _over(rules, call)
        or not_halted(state, rules, call.series)
        or expired(rules, at, call.series)
        or _walled(state, rules, call, body.account)
    )
    if refusal is None and body.side == "buy":
        refusal = may_cross(state, rules, at, body.account, call.series, body.limit)
    refusal = (
        refusal
        or whole_lots(rules, body.count, body.limit)
        or price_refused(state, rules, call.series, body.limit, rules.trading.call_band_basis_points)
    )
    if refusal:
        return refusal
    if body.side == "buy":
        refusal = over_position(state, rules, body.account, call.series, body.count)
    else:
        refusal = bought_today(state, rules, at, body.account, call.series, body.count)
    own = _own(state, rules, call, body)
    if refusal is None and own and rules.trade_rules.self_trade == "refuse":
        whose = its_own(state, body.account, own[0].account, own[0].number)
        what = f"{whose} is on the other side of {call.id}; drop that one first"
        refusal = no(rules, "trade_rules", Why.SELF_TRADE, what)
    if refusal:
        return refusal
    held = set_aside(state, rules, call.series, body)
    if isinstance(held, Refusal):
        return held
    number = call.placed + 1
    dropped = [e.CallOrderDropped(call.id, each.number, each.account) for each in own]
    return (*dropped, e.CallOrderPlaced(call.id, number, body.account, body.side, body.count, body.limit, held))


def _over(rules: Rulebook, call: Call) -> Refusal | None:
    return None if call.open else no(rules, "trading", Why.CALL_CLOSED, f"the call {call.id} is over")


def _walled(state: State, rules: Rulebook, call: Call, account: str) -> Refusal | None:
    wall = wall_of(state, rules, account)
    if wall == call.wall:
        return None
    whom = f"{call.wall} only" if call.wall else f"all but {wall}"
    own = any(each.open and (each.series, each.wall) == (call.series, wall) for each in state.calls.values())
    what = f"the call {call.id} is for {whom}; {account} takes part in none of its series now"
    if own:
        what = f"the call {call.id} is for {whom}; {account} has one of its own"
    return no(rules, "trade_rules", Why.WALLED_OFF, what)


def _own(state: State, rules: Rulebook, call: Call, body: c.PlaceCallOrder) -> list[CallOrder]:
    """One's own orders on the other side."""
    mine = own_accounts(state, rules, body.account)
    return [order for order in call.orders.values() if order.account in mine and order.side != body.side]


def drop_order(state: State, rules: Rulebook, at: int, actor: str, body: c.DropCallOrder) -> Decision:
    """Only one's own order, before the call closes."""
    call = state.calls.get(body.call)
    waits = call.orders.get(body.number) if call is not None else None
    if call is None or waits is None:
        return no(rules, "trading", Why.UNKNOWN_CALL, f"no order {body.number} waits in a call {body.call!r}")
    refusal = (
        own_account(state, rules, actor, waits.account)
        or _over(rules, call)
        or before_close(state, rules, "call", call.id)
    )
    return refusal or (e.CallOrderDropped(call.id, waits.number, waits.account),)


def close_call(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseCall) -> Decision:
    """Clear and settle in one entry (I5, I7); the exchange stands between buyers and sellers.

    Nothing is traded in the call of a vintage that has expired since, nobody buys what it may not buy any more, nor
    where it sells, if a law that came since says that it is oneself: what is set aside is free again.
    """
    call = state.calls.get(body.call)
    if call is None:
        return no(rules, "trading", Why.UNKNOWN_CALL, f"there is no call {body.call!r}")
    refusal = (
        known_instrument(state, rules, call.series)
        or _over(rules, call)
        or not_halted(state, rules, call.series)
        or still_sealed(state, rules, at, "call", (call.id,))
        or not_of_seal(rules, "trading", f"the call {call.id}", call.seal, body.seed, body.salt)
    )
    if refusal:
        return refusal
    law = rules.trading
    void = never_opened(state, rules, "call", (call.id,))
    live = call.orders.values() if at <= ends(rules, call.series) else ()
    sellers = {own_accounts(state, rules, each.account) for each in live if each.side == "sell"}
    orders = [
        LimitOrder(each.number, each.side, each.limit, each.count)
        for each in live
        if each.side == "sell"
        or (
            own_accounts(state, rules, each.account) not in sellers
            and still_may(state, rules, at, each.account, call.series) is None
        )
    ]
    result = clear(orders, reference_price(state, rules, call.series), law.tick_fen_per_t, body.seed)
    fills, entry = _settled(state, rules, call, result)
    return (
        *void,
        e.CallCleared(call.id, result.price, result.count, result.surplus, fills, entry),
    )


def _settled(
    state: State, rules: Rulebook, call: Call, result: CallResult
) -> tuple[tuple[e.CallFill, ...], tuple[Move, ...]]:
    """Buyers pay the exchange, sellers deliver to them and are paid by it, to the fen what the buyers paid."""
    law, price = rules.trading, result.price
    if price is None:
        return (), ()
    filled = [(call.orders[number], count) for number, count in result.fills.items()]
    buyers = [each for each in filled if each[0].side == "buy"]
    sellers = [each for each in filled if each[0].side == "sell"]
    worth = [value_fen(count, price) for _, count in buyers]
    shares = settle(worth, [count for _, count in sellers])
    fills: list[e.CallFill] = []
    coming: list[Move] = []
    going: list[Move] = []
    for (order, count), fen in zip(buyers, worth, strict=True):
        fee = part_fen(fen, law.buyer_fee_basis_points)
        fills.append(e.CallFill(order.number, order.account, "buy", count, fen, fee))
        if fen + fee:
            coming.append(Paid(order.account, EXCHANGE, fen + fee))
    for (order, count), fen in zip(sellers, shares, strict=True):
        fee = part_fen(fen, law.seller_fee_basis_points)
        fills.append(e.CallFill(order.number, order.account, "sell", count, fen, fee))
        if fen > fee:
            going.append(Paid(EXCHANGE, order.account, fen - fee))
    return tuple(fills), (*_delivered(state, call, buyers, sellers), *coming, *going)


def _delivered(
    state: State, call: Call, buyers: Sequence[tuple[CallOrder, int]], sellers: Sequence[tuple[CallOrder, int]]
) -> list[Move]:
    """Both sides walked through once, in the order of their numbers; each step is one delivery."""
    blocks: dict[tuple[str, str], Blocks] = {}
    moves: list[Move] = []
    wants = iter(buyers)
    buyer, wanted = next(wants)
    for seller, count in sellers:
        left = count
        while left:
            if not wanted:
                buyer, wanted = next(wants)
            part = min(left, wanted)
            for series in members(call.series):
                key = (seller.account, series)
                there = blocks.get(key)
                if there is None:
                    there = state.ledger.positions[key].blocks
                moved = best_fit(there, part)
                blocks[key] = without(there, moved)
                moves.append(Delivered(seller.account, buyer.account, series, moved))
            left -= part
            wanted -= part
    return moves


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenCall: open_call,
    c.PlaceCallOrder: place_order,
    c.DropCallOrder: drop_order,
    c.CloseCall: close_call,
}
