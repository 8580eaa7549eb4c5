"""Trading: sessions, listed orders that match and settle at once, repurchase."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Order
from airshed.engine.procedures.deadlines import ends, expired
from airshed.engine.procedures.deal_halts import broken
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    capped_series,
    known_instrument,
    moved,
    no,
    own_account,
    payments,
    positive,
    series_of,
    term_of,
    thawed,
)
from airshed.engine.procedures.taken_off import deals_off, expired_off
from airshed.engine.procedures.trade_rules import (
    bought_today,
    in_session,
    its_own,
    may_cross,
    not_halted,
    over_position,
    own_accounts,
    price_refused,
    set_aside,
    wall_of,
    whole_lots,
)
from airshed.engine.state import State, book_name
from airshed.market.orderbook import Fill, OwnOrder
from airshed.model.allowance import Blocks, best_fit, is_strip, joined, members, without
from airshed.model.measures import mean_price, part_fen, value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import TREASURY, reserve
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def open_session(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenSession) -> Decision:
    """One session at a time, on the day that it is; what waits with a vintage that has expired goes first."""
    if state.session is not None:
        return no(rules, "trading", Why.ALREADY_EXISTS, f"the session of {state.session} is open; close it first")
    today = rules.civil.day_of(at)
    if body.day != today:
        why = Why.TOO_EARLY if body.day > today else Why.TOO_LATE
        return no(rules, "trading", why, f"today is {today}, not {body.day}; a session is opened on its day")
    if not lookup.worked(rules, today):
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{today} is not worked; the market opens on working days")
    return (*expired_off(state, rules, at, actor), e.SessionOpened(today))


def close_session(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseSession) -> Decision:
    """Orders and blocks live for a session; the close is the volume-weighted mean of the day."""
    if state.session != body.day:
        return no(rules, "trading", Why.SESSION_CLOSED, f"the session of {body.day} is not open")
    traded = sorted(state.day_trades.items())
    opens = {series: first for series, (_, _, first) in traded}
    closes = {series: mean_price(fen, count) for series, (fen, count, _) in traded}
    cancelled = [e.OrderCancelled(order.id, order.account, order.series, order.left) for order in state.orders.values()]
    dropped = deals_off(state, actor, lambda deal: deal.kind == "block")
    return (*cancelled, *dropped, e.SessionClosed(body.day, opens, closes))


def place_order(state: State, rules: Rulebook, at: int, actor: str, body: c.PlaceOrder) -> Decision:
    """Check, then match at the resting orders' prices; each fill delivers against payment in one entry."""
    refusal = (
        own_account(state, rules, actor, body.account)
        or known_instrument(state, rules, body.series)
        or thawed(
            state,
            rules,
            body.account,
            gives="trade" if body.side == "sell" else None,
            takes="trade" if body.side == "buy" else None,
        )
    )
    if refusal:
        return refusal
    refusal = _order_refused(state, rules, at, body)
    if refusal:
        return refusal
    wall = wall_of(state, rules, body.account)
    book = state.books.get(book_name(body.series, wall))
    fills: list[Fill] = []
    own: list[int] = []
    if book is not None:
        mine = own_accounts(state, rules, body.account)
        met = book.fills_for(body.side, body.limit, body.count, mine)
        if type(met) is list:
            fills = met
        elif rules.trade_rules.self_trade == "refuse":
            assert type(met) is OwnOrder
            whose = its_own(state, body.account, state.orders[met.order].account, met.order)
            what = f"the order would meet {whose}; cancel that one first"
            return no(rules, "trade_rules", Why.SELF_TRADE, what)
        else:
            fills, own = book.fills_past(body.side, body.limit, body.count, mine)
    held = set_aside(state, rules, body.series, body)
    if isinstance(held, Refusal):
        return held
    number = state.next_order
    placed = e.OrderPlaced(number, body.account, body.series, body.side, body.count, body.limit, held, wall)
    if not fills and not own:
        return (placed,)
    taker = Order(number, body.account, body.series, body.side, body.count, body.limit, body.count, held)
    gone: dict[tuple[str, str], Blocks] = {}
    happened: list[e.Event] = [placed]
    if own:
        mates = [state.orders[each] for each in own]
        happened[:0] = [e.OrderCancelled(each.id, each.account, body.series, each.left) for each in mates]
    for fill in fills:
        happened.append(_trade(state, rules, state.orders[fill.order], taker, fill.price, fill.count, gone))
    if fills and rules.trading.breaker_basis_points:
        happened += broken(state, rules, actor, taker, fills, own)
    return tuple(happened)


def _order_refused(state: State, rules: Rulebook, at: int, body: c.PlaceOrder) -> Refusal | None:
    """Each rule is looked at here at a glance, and asked for its reason only when it does not hold."""
    law, trade = rules.trading, rules.trade_rules
    if state.session is None or at >= state.session_end:
        return in_session(state, rules, at)
    refusal = not_halted(state, rules, body.series) if state.halted else None
    if refusal is None and at > ends(rules, body.series):
        refusal = expired(rules, at, body.series)
    if refusal is None and body.side == "buy" and (trade.failing or trade.no_export or trade.crossing != "free"):
        refusal = may_cross(state, rules, at, body.account, body.series, body.limit)
    if refusal is None and not (0 < body.count <= law.largest_order and body.limit > 0 and body.count % law.lot == 0):
        refusal = whole_lots(rules, body.count, body.limit)
    if refusal is None and is_strip(body.series):
        refusal = term_of(rules, body.series)
    refusal = refusal or price_refused(state, rules, body.series, body.limit, law.band_basis_points)
    if refusal:
        return refusal
    if body.side == "buy":
        return over_position(state, rules, body.account, body.series, body.count)
    if law.resale_same_day or at >= state.bought_end:
        return None
    return bought_today(state, rules, at, body.account, body.series, body.count)


def _trade(
    state: State,
    rules: Rulebook,
    maker: Order,
    taker: Order,
    price: int,
    count: int,
    gone: dict[tuple[str, str], Blocks],
) -> e.Traded:
    """One fill. `taker` is a draft that this function carries on; makers are only read.

    Fees are rounded on an order's whole value so far, so that cutting an order in pieces saves nothing,
    and so that what is set aside always covers what is due. `gone` has the serials that each seller gave already by
    fills of the same command.
    """
    law = rules.trading
    buy, sell = (taker, maker) if taker.side == "buy" else (maker, taker)
    fen = value_fen(count, price)
    buyer_fee = part_fen(buy.done_fen + fen, law.buyer_fee_basis_points) - buy.fee_fen
    seller_fee = part_fen(sell.done_fen + fen, law.seller_fee_basis_points) - sell.fee_fen
    rest = value_fen(buy.left - count, buy.limit)
    held = rest + part_fen(buy.done_fen + fen + rest, law.buyer_fee_basis_points) - buy.fee_fen - buyer_fee
    entry: list[Move] = []
    for series in members(sell.series):
        key = (sell.account, series)
        available = state.ledger.positions[key].blocks
        given = gone.get(key)
        if given is not None:
            available = without(available, given)
        taken = best_fit(available, count)
        gone[key] = taken if given is None else joined(given, taken)
        entry.append(Delivered(sell.account, buy.account, series, taken))
    entry += payments(buy.account, sell.account, fen, buyer_fee, seller_fee)
    taker.left -= count
    taker.done_fen += fen
    taker.fee_fen += buyer_fee if taker is buy else seller_fee
    return e.Traded(
        maker=maker.id,
        taker=taker.id,
        series=sell.series,
        buyer=buy.account,
        seller=sell.account,
        count=count,
        price=price,
        fen=fen,
        buyer_fee=buyer_fee,
        seller_fee=seller_fee,
        buyer_held=held,
        entry=tuple(entry),
    )


def cancel_order(state: State, rules: Rulebook, at: int, actor: str, body: c.CancelOrder) -> Decision:
    """Only one's own order, while it rests."""
    order = state.orders.get(body.order)
    if order is None:
        return no(
            rules,
            "trading",
            Why.UNKNOWN_ORDER,
            f"order {body.order} does not rest: filled, cancelled or unknown",
        )
    refusal = own_account(state, rules, actor, order.account)
    return refusal or (e.OrderCancelled(order.id, order.account, order.series, order.left),)


def offer_repurchase(state: State, rules: Rulebook, at: int, actor: str, body: c.OfferRepurchase) -> Decision:
    """The government buys part of what it once allocated back, at the rulebook's price, while it has money."""
    refusal = (
        own_account(state, rules, actor, body.account)
        or capped_series(state, rules, body.series)
        or thawed(state, rules, body.account, gives="repurchase")
    )
    if refusal:
        return refusal
    if not rules.repurchase.open:
        return no(rules, "repurchase", Why.TOO_LATE, "the government buys nothing back under this rulebook")
    refusal = expired(rules, at, body.series) or positive(rules, "repurchase", "the count", body.count)
    if refusal:
        return refusal
    key = (body.account, body.series)
    most = state.allocated.get(key, 0) * rules.repurchase.limit_basis_points // 10_000
    room = most - state.repurchased.get(key, 0)
    if body.count > room:
        return no(
            rules,
            "repurchase",
            Why.TOO_LARGE,
            f"{body.account} may still sell {max(room, 0)} of {body.series} back, not {body.count}",
        )
    position = state.ledger.held_of(body.account, body.series)
    if position.free < body.count:
        return no(
            rules,
            "repurchase",
            Why.INSUFFICIENT_HOLDING,
            f"{body.account} has {position.free} of {body.series} free, not {body.count}",
        )
    series = series_of(body.series)
    assert series is not None, body
    price = lookup.pollutant(rules, series.pollutant).repurchase_fen_per_t
    fen = value_fen(body.count, price)
    treasury = state.ledger.purses[TREASURY].free
    if treasury < fen or fen == 0:
        return no(
            rules,
            "repurchase",
            Why.INSUFFICIENT_CASH,
            f"the treasury has {yuan(treasury)} yuan, the offer is worth {yuan(fen)}",
        )
    entry: tuple[Move, ...] = (
        *moved(state, body.account, reserve(series.jurisdiction), body.series, body.count),
        Paid(TREASURY, body.account, fen),
    )
    return (e.Repurchased(body.account, body.series, body.count, price, entry),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenSession: open_session,
    c.CloseSession: close_session,
    c.PlaceOrder: place_order,
    c.CancelOrder: cancel_order,
    c.OfferRepurchase: offer_repurchase,
}
