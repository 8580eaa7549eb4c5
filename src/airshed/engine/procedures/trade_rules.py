"""The rules of trade: looked at before anything changes hands, each with its article.

In the order of `Why`: halts, walls between industries, air that fails its standard, series of another jurisdiction,
tick, band and collar of the price, what a group may hold, what was bought today, what is there to give.
"""

from __future__ import annotations

from functools import lru_cache

from airshed.engine import commands as c
from airshed.engine.procedures.guards import free_of, in_money, no, positive, who
from airshed.engine.state import State, book_name
from airshed.market.fees import band
from airshed.market.position_limit import HoldingLimit
from airshed.model.allowance import instrument, is_strip, members, pollutant_of
from airshed.model.measures import part_fen, value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import AccountKind
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

WHOLE = 10_000


def reference_price(state: State, rules: Rulebook, series: str) -> int:
    """The last close, or price of a call or an auction; else the rulebook's for the pollutant.

    A strip that never traded has the sum of its vintages' references: a tonne of it is a tonne of each.
    """
    known = state.references.get(series)
    if known is not None:
        return known
    if is_strip(series):
        return sum(reference_price(state, rules, member) for member in members(series))
    return lookup.pollutant(rules, pollutant_of(series)).reference_fen_per_t


def not_halted(state: State, rules: Rulebook, series: str) -> Refusal | None:
    """Neither the series, nor a vintage of the strip, nor the whole market stands still."""
    vintages = members(series) if is_strip(series) else ()
    for halted in (series, *vintages, ""):
        reason = state.halted.get(halted)
        if reason is not None:
            what = f"{halted or 'the whole market'} stands still: {reason}"
            return no(rules, "trading", Why.MARKET_HALTED, what)
    return None


def in_session(state: State, rules: Rulebook, at: int) -> Refusal | None:
    """A session is open, and its day is not over."""
    if state.session is None:
        return no(rules, "trading", Why.SESSION_CLOSED, "no session is open; the exchange opens sessions")
    if at >= state.session_end:
        what = f"the session of {state.session} ended with its day; the exchange closes it and opens the next"
        return no(rules, "trading", Why.SESSION_CLOSED, what)
    return None


# --- who with whom


def wall_of(state: State, rules: Rulebook, account: str) -> str:
    """The walled sector that an account stands behind; empty for all others, traders included.

    State Council General Office 2014 no. 38: power plants, captive ones included, do not trade with other industries.
    """
    sectors = state.sectors.get(account)
    if sectors:
        for sector in rules.trade_rules.walled_sectors:
            if sector in sectors:
                return sector
    return ""


def walled_off(state: State, rules: Rulebook, seller: str, buyer: str) -> Refusal | None:
    """Both stand on the same side of every wall."""
    one, other = wall_of(state, rules, seller), wall_of(state, rules, buyer)
    if one == other:
        return None
    walled, free = (seller, buyer) if one else (buyer, seller)
    what = f"{walled} is {one or other}, {free} is not; {one or other} trades with {one or other} only"
    return no(rules, "trade_rules", Why.WALLED_OFF, what)


def may_cross(state: State, rules: Rulebook, at: int, account: str, series: str, price: int) -> Refusal | None:
    """The air of the places where the buyer's sources stand, and whether it may buy what another place has issued.

    A trader has no sources and adds no load anywhere.
    """
    law = rules.trade_rules
    if law.crossing == "free" and not law.failing and not law.no_export:
        return None
    known = state.ledger.accounts[account]
    if known.kind != AccountKind.OPERATOR:
        return None
    wanted = instrument(series)
    places = state.places.get(account) or {known.jurisdiction: None}
    for place in places:
        if place != wanted.jurisdiction and f"{place} {wanted.pollutant}" in law.failing:
            what = f"{wanted.pollutant} fails its standard in {place}: {account} may buy series of {place} only"
            return no(rules, "trade_rules", Why.ADDS_LOAD, what)
    if wanted.jurisdiction in places:
        return None
    homes = ", ".join(places)
    if wanted.jurisdiction in law.no_export:
        what = f"{wanted.jurisdiction} lets nothing out: {account} is of {homes} and may not buy {series}"
        return no(rules, "trade_rules", Why.CROSSING, what)
    if law.crossing == "never":
        what = f"{account} is of {homes} and may not buy {series}"
        return no(rules, "trade_rules", Why.CROSSING, what)
    if law.crossing == "approval" and state.crossings.get((account, wanted.jurisdiction), "") < rules.civil.day_of(at):
        what = f"{account} is of {homes} and has no leave to buy series of {wanted.jurisdiction}"
        what = f"{what}; {who(rules, 'AllowCrossing')} gives it"
        return no(rules, "trade_rules", Why.CROSSING, what)
    if law.crossing == "first":
        for place in places:
            home = str(wanted._replace(jurisdiction=place))
            book = state.books.get(book_name(home, wall_of(state, rules, account)))
            ask = book.best("sell") if book is not None else None
            if ask is not None and ask <= price:
                what = f"{home} is on offer at {yuan(ask)} yuan/t; {account} buys what {place} offers first"
                return no(rules, "trade_rules", Why.CROSSING, what)
    return None


def still_may(state: State, rules: Rulebook, at: int, account: str, series: str) -> Refusal | None:
    """Whether a buyer whose order was placed some days ago may still buy when the call or the auction closes.

    What one's own place has on offer by then is not asked: who places a small offer there would throw others out.
    """
    return may_cross(state, rules, at, account, series, 0)


def own_accounts(state: State, rules: Rulebook, account: str) -> tuple[str, ...]:
    """The accounts whose orders count as those of this one: itself, or all of its corporate group."""
    if rules.trade_rules.self_trade_of == "group":
        group = state.ledger.accounts[account].group
        if group:
            return state.groups[group]
    return (account,)


def with_itself(state: State, rules: Rulebook, seller: str, buyer: str) -> Refusal | None:
    """A deal has two sides that are not one's own; within a group a transfer without a price moves allowances."""
    if seller == buyer:
        return no(rules, "trade_rules", Why.SELF_TRADE, f"{seller} cannot sell to itself")
    if buyer not in own_accounts(state, rules, seller):
        return None
    what = f"{seller} and {buyer} are both of {state.ledger.accounts[seller].group}; within a group, Transfer moves"
    return no(rules, "trade_rules", Why.SELF_TRADE, f"{what} without money")


def its_own(state: State, account: str, owner: str, order: int) -> str:
    """How a refusal calls an order of `owner` that `account` must not meet.

    >>> its_own(State(), "kunming-forge", "kunming-forge", 7)
    "kunming-forge's own order 7"
    """
    if owner == account:
        return f"{account}'s own order {order}"
    return f"order {order} of {owner} (of the same group {state.ledger.accounts[owner].group})"


def may_give(state: State, rules: Rulebook, at: int, giver: str, taker: str, series: str) -> Refusal | None:
    """What goes by pledge, lease or the sale of a right goes where a sale may go."""
    return walled_off(state, rules, giver, taker) or may_cross(state, rules, at, taker, series, 0)


# --- the price


def price_refused(state: State, rules: Rulebook, series: str, price: int, basis_points: int) -> Refusal | None:
    """On the tick, inside the band around the last close, inside the collar."""
    tick = rules.trading.tick_fen_per_t
    if price % tick:
        return no(rules, "trading", Why.OFF_TICK, f"{yuan(price)} is not a multiple of the tick, {yuan(tick)} yuan/t")
    reference = state.references.get(series)
    if reference is None:
        reference = reference_price(state, rules, series)
    # on the tick, this is the same as lying inside the band, whose ends are rounded inwards
    if abs(price - reference) * WHOLE > basis_points * reference:
        floor, ceiling = band(reference, basis_points, tick)
        around = f"the band around {yuan(reference)}"
        what = f"{yuan(price)} is outside {yuan(floor)} to {yuan(ceiling)} yuan/t, {around}"
        return no(rules, "trading", Why.OUTSIDE_BAND, what)
    return outside_collar(rules, series, price)


@lru_cache(maxsize=4096)
def collar(rules: Rulebook, series: str) -> tuple[int, int]:
    """The lowest and the highest price of a tonne, of each vintage of a strip, in fen; 0 where there is no highest."""
    rule, years = lookup.pollutant(rules, pollutant_of(series)), len(members(series))
    return rule.floor_fen_per_t * years, rule.ceiling_fen_per_t * years


def outside_collar(rules: Rulebook, series: str, price: int) -> Refusal | None:
    """The price lies within the floor and the ceiling of the pollutant, for each vintage of a strip."""
    floor, ceiling = collar(rules, series)
    if floor <= price and (price <= ceiling or not ceiling):
        return None
    rule = lookup.pollutant(rules, pollutant_of(series))
    what = f"{yuan(price)} is outside {yuan(floor)} to {yuan(ceiling) if ceiling else 'any'} yuan/t"
    return Refusal(
        Why.OUTSIDE_COLLAR, in_money(rules, f"{what}, the collar of {rule.code}"), lookup.first_cited(rule.cite)
    )


def whole_lots(rules: Rulebook, count: int, price: int) -> Refusal | None:
    """Above zero, at most the largest order, in lots."""
    law = rules.trading
    if count <= 0 or price <= 0:
        return positive(rules, "trading", "count" if count <= 0 else "limit", min(count, price))
    if count > law.largest_order:
        return no(rules, "trading", Why.TOO_LARGE, f"{count} is more than the largest order, {law.largest_order}")
    if count % law.lot:
        return no(rules, "trading", Why.OFF_LOT, f"{count} is not a multiple of the lot, {law.lot}")
    return None


# --- how much


def over_position(
    state: State, rules: Rulebook, account: str, series: str, count: int, *, asked: int = 0
) -> Refusal | None:
    """With what it holds and what its orders ask for, the buyer's corporate group stays within its limit.

    Of a strip, in every vintage. `asked` of what its orders ask for is looked at by itself, so does not count.
    """
    law = rules.trade_rules
    if not law.group_limit_basis_points or pollutant_of(series) in lookup.credits(rules):
        return None  # a limit is a part of a cap, and credits have none
    if is_strip(series):
        for member in members(series):
            refusal = over_position(state, rules, account, member, count, asked=asked)
            if refusal:
                return refusal
        return None
    group = state.ledger.accounts[account].group
    held = count - asked
    owed = 0
    for each in state.groups[group] if group else (account,):
        key = (each, series)
        if law.group_limit_exempts_owed:
            owed += state.owed.get((each, pollutant_of(series)), 0)
        position = state.ledger.positions.get(key)
        if position is not None:
            held += position.count
        held += state.wanted.get(key, 0)
    limit = HoldingLimit(law.group_limit_basis_points, law.group_limit_base, law.group_limit_beyond_basis_points)
    most = limit.of(state.ledger.caps[series]) + owed
    if held > most:
        whose = f"the group {group}" if group else account
        known = f"{whose} holds and bids for {held - count} of {series}"
        exempt = f", {owed} of them for what is owed" if owed else ""
        what = f"{known}, at most {most} by buying{exempt}; {count} more are too many"
        return no(rules, "trade_rules", Why.OVER_POSITION, what)
    return None


def bought_today(state: State, rules: Rulebook, at: int, account: str, series: str, count: int) -> Refusal | None:
    """Where the law says so, what was bought today is not sold today; neither alone nor in a strip."""
    if rules.trading.resale_same_day or at >= state.bought_end:
        return None
    for member in members(series):
        bought = state.bought.get((account, member), 0)
        free = state.ledger.held_of(account, member).free if bought else 0
        if bought and free - bought < count:
            what = f"{account} bought {bought} of {member} today; {max(free - bought, 0)} may be sold, not {count}"
            return no(rules, "trading", Why.BOUGHT_TODAY, what)
    return None


def payable(
    state: State, rules: Rulebook, section: str, account: str, worth: int, basis_points: int, what: str
) -> int | Refusal:
    """What a purchase worth so many fen sets aside with the buyer's fee, which the account has free."""
    held = worth + part_fen(worth, basis_points)
    cash = state.ledger.purses[account].free
    if cash < held:
        detail = f"{account} has {yuan(cash)} yuan free, {what} with its fee needs {yuan(held)}"
        return no(rules, section, Why.INSUFFICIENT_CASH, detail)
    return held


def set_aside(state: State, rules: Rulebook, series: str, body: c.PlaceOrder | c.PlaceCallOrder) -> int | Refusal:
    """What an order of a series sets aside in fen: nothing of a seller, who has the allowances free."""
    if body.side == "sell":
        return enough(state, rules, body.account, series, body.count) or 0
    worth = value_fen(body.count, body.limit)
    return payable(state, rules, "trading", body.account, worth, rules.trading.buyer_fee_basis_points, "the order")


def enough(state: State, rules: Rulebook, account: str, series: str, count: int) -> Refusal | None:
    """What is sold is held, and nothing has set it aside."""
    return free_of(state, rules, "trading", account, series, count)
