"""Reserving: repurchase by reverse auction, what is set aside, what is drawn for auction or to contain prices."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.reserve import entrants_left, flowed
from airshed.engine.nouns import Repurchase
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import Decision, Procedure, capped_series, no, own_account, positive, thawed
from airshed.engine.procedures.sealing import began, in_the_open, never_opened, still_sealed
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.market.auction.reverse import Ask, RepurchaseLaw, buy_back
from airshed.market.auction.reverse import RepurchaseTerms as Terms
from airshed.model.allowance import Series, best_fit, lowest
from airshed.model.measures import yuan
from airshed.model.period import months_before
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

ASKS, LAW = "reverse_auction", "reserve"
#: What counts against the yearly part of each purpose: a price is contained by draws and by auctions.
PURPOSES = {"auction": ("auction",), "containment": ("containment", "price_over_trigger")}


def open_repurchase(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenRepurchase) -> Decision:
    """The budget is set aside in the treasury; the reserve has room for what is bought."""
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    law = rules.reverse_auction
    if body.repurchase in state.repurchases:
        return no(rules, ASKS, Why.ALREADY_EXISTS, f"the reverse auction {body.repurchase} exists; choose another name")
    refusal = (
        expired(rules, at, body.series)
        or positive(rules, ASKS, "the count", body.count)
        or positive(rules, ASKS, "the budget", body.budget_fen)
    )
    if refusal:
        return refusal
    full = _too_full(state, rules, body.series, body.count)
    if full:
        return full
    if body.count % law.smallest_ask:
        return no(rules, ASKS, Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {law.smallest_ask}")
    free = state.ledger.purses[accounts.TREASURY].free
    if free < body.budget_fen:
        what = f"the treasury has {yuan(free)} yuan free, not {yuan(body.budget_fen)}"
        return no(rules, ASKS, Why.INSUFFICIENT_CASH, what)
    most = reference_price(state, rules, body.series) * law.ceiling_basis_points // 10_000
    ceiling = most - most % law.step_fen_per_t
    opened = e.RepurchaseOpened(body.repurchase, body.series, body.count, body.budget_fen, ceiling, law)
    return (opened, *began(rules, "repurchase", body.repurchase))


def _too_full(state: State, rules: Rulebook, series: str, count: int) -> Refusal | None:
    """The reserve would hold more of a series by choice than the law lets it."""
    most = state.ledger.caps[series] * rules.reserve.fullest_basis_points // 10_000
    waiting = sum(each.count for each in state.repurchases.values() if each.open and each.series == series)
    brought = flowed(state, series, "in", "repurchase", "reverse_auction", "set_aside_later") + waiting
    if brought + count > most:
        what = f"set-asides and repurchases may bring {most} of {series} together, {max(0, most - brought)} more"
        return no(rules, LAW, Why.TOO_LARGE, f"{what}, not {count}")
    return None


def ask(state: State, rules: Rulebook, at: int, actor: str, body: c.AskRepurchase) -> Decision:
    """In the open, where asks are not sealed."""
    refusal = own_account(state, rules, actor, body.account) or in_the_open(state, rules, "repurchase", body.repurchase)
    return refusal or asked(state, rules, at, actor, body)


def asked(state: State, rules: Rulebook, at: int, actor: str, body: c.AskRepurchase) -> Decision:
    """Whole lots, on the step, at the ceiling or less; the allowances count with everything else set aside."""
    refusal = own_account(state, rules, actor, body.account)
    if refusal:
        return refusal
    found = state.repurchases.get(body.repurchase)
    if found is None:
        return no(rules, ASKS, Why.UNKNOWN_REPURCHASE, f"there is no reverse auction {body.repurchase!r}")
    refusal = thawed(state, rules, body.account, gives="repurchase")
    if refusal:
        return refusal
    if not found.open:
        return no(rules, ASKS, Why.AUCTION_CLOSED, f"the reverse auction {found.id} is over")
    law = found.terms
    refusal = (
        expired(rules, at, found.series)
        or positive(rules, ASKS, "the count", body.count)
        or positive(rules, ASKS, "the price", body.price)
    )
    if refusal:
        return refusal
    if body.count > found.count:
        return no(rules, ASKS, Why.TOO_LARGE, f"{body.count} is more than the {found.count} asked for")
    if body.count % law.smallest_ask:
        return no(rules, ASKS, Why.OFF_LOT, f"{body.count} is not a multiple of the lot, {law.smallest_ask}")
    if body.price % law.step_fen_per_t:
        what = f"{yuan(body.price)} is not a multiple of {yuan(law.step_fen_per_t)}"
        return no(rules, ASKS, Why.OFF_TICK, what)
    if body.price > found.ceiling:
        what = f"{yuan(body.price)} is above the ceiling of {yuan(found.ceiling)} yuan/t"
        return no(rules, ASKS, Why.OUTSIDE_BAND, what)
    free = state.ledger.held_of(body.account, found.series).free
    if free < body.count:
        what = f"{body.account} has {free} of {found.series} free, not {body.count}"
        return no(rules, ASKS, Why.INSUFFICIENT_HOLDING, what)
    return (e.AskPlaced(found.id, body.account, body.count, body.price),)


def close_repurchase(state: State, rules: Rulebook, at: int, actor: str, body: c.CloseRepurchase) -> Decision:
    """From the cheapest ask up, as far as count and budget reach (I8); nothing of a vintage that has expired since."""
    found = state.repurchases.get(body.repurchase)
    if found is None:
        return no(rules, ASKS, Why.UNKNOWN_REPURCHASE, f"there is no reverse auction {body.repurchase!r}")
    if not found.open:
        return no(rules, ASKS, Why.AUCTION_CLOSED, f"the reverse auction {found.id} is over")
    refusal = still_sealed(state, rules, at, "repurchase", (found.id,))
    if refusal:
        return refusal
    asks = [Ask(seller=each.account, price=each.price, count=each.count) for each in found.asks if each.count]
    if expired(rules, at, found.series):
        asks = []
    result = buy_back(RepurchaseLaw(repurchase=_terms(found, body.seed)), asks)
    assert not result.refused, f"I8: {result.refused} were taken"
    target = accounts.reserve(Series.parse(found.series).jurisdiction)
    moves: list[Move] = []
    awards: list[e.RepurchaseAward] = []
    for award in result.awards:
        taken = best_fit(state.ledger.positions[award.seller, found.series].blocks, award.count)
        moves.append(Delivered(award.seller, target, found.series, taken))
        if award.payment_fen:
            moves.append(Paid(accounts.TREASURY, award.seller, award.payment_fen))
        awards.append(e.RepurchaseAward(award.seller, award.count, award.payment_fen))
    cleared = e.RepurchaseCleared(found.id, result.price, result.bought, result.paid_fen, tuple(awards), tuple(moves))
    return (*never_opened(state, rules, "repurchase", (found.id,)), cleared)


def _terms(found: Repurchase, seed: int) -> Terms:
    law = found.terms
    return Terms(
        id=found.id,
        series=found.series,
        price_rule=law.price_rule,
        price_per="tonne",
        count=found.count,
        budget_fen=found.budget_fen,
        ceiling_fen=found.ceiling,
        lot=law.smallest_ask,
        tick_fen=law.step_fen_per_t,
        tie=law.tie,
        seed=seed,
        cite=law.cite,
        status=law.status,
    )


def feed(state: State, rules: Rulebook, at: int, actor: str, body: c.FeedReserve) -> Decision:
    """Out of what the auction account has free, while the reserve has room."""
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say why it is set aside")
    refusal = positive(rules, LAW, "the count", body.count) or _too_full(state, rules, body.series, body.count)
    if refusal:
        return refusal
    place = Series.parse(body.series).jurisdiction
    moves = _moved(state, rules, body.series, body.count, accounts.auction(place), accounts.reserve(place))
    return moves if isinstance(moves, Refusal) else (e.ReserveFed(body.series, body.count, body.reason, moves),)


def draw(state: State, rules: Rulebook, at: int, actor: str, body: c.DrawReserve) -> Decision:
    """Within the part of the cap that each purpose has; to contain prices only once the trigger is reached."""
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, "say why it is drawn")
    refusal = positive(rules, LAW, "the count", body.count)
    if refusal:
        return refusal
    law, series = rules.reserve, Series.parse(body.series)
    share = law.auction_basis_points if body.purpose == "auction" else law.containment_basis_points
    most = state.ledger.caps[body.series] * share // 10_000
    room = most - flowed(state, body.series, "out", *PURPOSES[body.purpose])
    if body.count > room:
        what = f"{most} of {body.series} may be drawn for {body.purpose}, {max(0, room)} more, not {body.count}"
        return no(rules, LAW, Why.TOO_LARGE, what)
    if body.purpose == "containment":
        refusal = _triggered(state, rules, at, body.series)
        if refusal:
            return refusal
    reserve, kept = accounts.reserve(series.jurisdiction), _kept(state, rules, at, body)
    free = state.ledger.held_of(reserve, body.series).free
    if free - kept < body.count <= free:
        what = f"of the {free} of {body.series} in {reserve} {kept} are kept for new entrants"
        return no(rules, LAW, Why.INSUFFICIENT_HOLDING, f"{what}; {body.count} are too many")
    moves = _moved(state, rules, body.series, body.count, reserve, accounts.auction(series.jurisdiction))
    if isinstance(moves, Refusal):
        return moves
    return (e.ReserveDrawn(body.series, body.count, body.purpose, body.reason, moves),)


def _triggered(state: State, rules: Rulebook, at: int, series: str) -> Refusal | None:
    """The last price reaches a multiple of the reference price; or the mean of each of some months is above one of the
    mean before them."""
    law, code = rules.reserve, Series.parse(series).pollutant
    usual = lookup.pollutant(rules, code).reference_fen_per_t
    if law.trigger_months is None:
        trigger = usual * law.trigger_basis_points // 10_000
        last = reference_price(state, rules, series)
        if last >= trigger:
            return None
        what = f"the last price, {yuan(last)}, is under the trigger of {yuan(trigger)} yuan/t"
        return no(rules, LAW, Why.UNDER_TRIGGER, what)
    months = months_before(rules.civil.day_of(at), law.trigger_months + (law.trigger_usual_months or 0))
    counted, before = months[-law.trigger_months :], months[: -law.trigger_months]
    known = state.mean_price(code, before[-1], before[0])
    trigger = (usual if known is None else known) * law.trigger_basis_points // 10_000
    for month in counted:
        mean = state.mean_price(code, month)
        if mean is None:
            return no(rules, LAW, Why.UNDER_TRIGGER, f"nothing of {code} was traded in {month}")
        if mean <= trigger:
            what = f"the mean price of {month}, {yuan(mean)}, is not above the trigger of {yuan(trigger)} yuan/t"
            return no(rules, LAW, Why.UNDER_TRIGGER, what)
    return None


def _kept(state: State, rules: Rulebook, at: int, body: c.DrawReserve) -> int:
    """What is set aside for new entrants is not auctioned while they may still ask for it; a price is contained."""
    until = f"{Series.parse(body.series).vintage}-{rules.new_entrants.unused_on}"
    if body.purpose == "containment" or rules.civil.day_of(at) >= until:
        return 0
    return entrants_left(state, body.series)


def _moved(
    state: State, rules: Rulebook, series: str, count: int, origin: str, target: str
) -> tuple[Move, ...] | Refusal:
    position = state.ledger.held_of(origin, series)
    if position.free < count:
        what = f"{origin} has {position.free} of {series} free, not {count}"
        return no(rules, LAW, Why.INSUFFICIENT_HOLDING, what)
    taken, _ = lowest(position.blocks, count)
    return (Delivered(origin, target, series, taken),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenRepurchase: open_repurchase,
    c.AskRepurchase: ask,
    c.CloseRepurchase: close_repurchase,
    c.FeedReserve: feed,
    c.DrawReserve: draw,
}
