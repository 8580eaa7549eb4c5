"""Halting: a market stands still by order of the exchange, or because a trade went too far."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.nouns import Order
from airshed.engine.procedures.guards import Decision, Procedure, known_series, no
from airshed.engine.procedures.taken_off import halted_off
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.market.orderbook import Fill
from airshed.model.measures import yuan
from airshed.model.refusal import Why
from airshed.rulebook.schema import Rulebook

WHOLE = 10_000


def halt(state: State, rules: Rulebook, at: int, actor: str, body: c.HaltMarket) -> Decision:
    """A series, or all; what waits is taken off the market where the law says so."""
    if body.series:
        refusal = known_series(state, rules, body.series)
        if refusal:
            return refusal
    if body.series in state.halted:
        return no(rules, "trading", Why.ALREADY_EXISTS, f"{body.series or 'the whole market'} stands still already")
    if not body.reason.strip():
        return no(rules, "trading", Why.UNEXPLAINED, "say why the market is halted")
    gone = halted_off(state, body.series, actor) if rules.trading.cancel_on_halt else []
    return (*gone, e.MarketHalted(body.series, body.reason))


def resume(state: State, rules: Rulebook, at: int, actor: str, body: c.ResumeMarket) -> Decision:
    """Only a halt that stands is ended."""
    if body.series not in state.halted:
        return no(rules, "trading", Why.NOTHING_DUE, f"{body.series or 'the whole market'} is not halted")
    return (e.MarketResumed(body.series),)


def broken(
    state: State, rules: Rulebook, actor: str, taker: Order, fills: Sequence[Fill], gone: Collection[int]
) -> list[e.Event]:
    """The circuit breaker: what follows when a fill lies too far from the last close; `gone` are cancelled already."""
    series = taker.series
    reference = reference_price(state, rules, series)
    far = rules.trading.breaker_basis_points
    worst = max(fills, key=lambda fill: abs(fill.price - reference))
    if abs(worst.price - reference) * WHOLE < far * reference:
        return []
    reason = f"a trade at {yuan(worst.price)} yuan/t, {far / 100:g} % or more from {yuan(reference)}"
    halted = e.MarketHalted(series, reason)
    if not rules.trading.cancel_on_halt:
        return [halted]
    taken = {fill.order: fill.count for fill in fills}
    off = halted_off(state, series, actor, taken, gone)
    if taker.left:
        off.append(e.OrderCancelled(taker.id, taker.account, series, taker.left))
    return [*off, halted]


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.HaltMarket: halt,
    c.ResumeMarket: resume,
}
