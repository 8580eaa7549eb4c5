"""A zone-wide call as its calculator wants it: offers, bids, air and rules, from the state and the rulebook.

Whoever runs the solver and whoever settles its answer both start here, so that they speak of the same call.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from fractions import Fraction
from functools import lru_cache

from airshed.engine import commands as c
from airshed.engine.nouns import ZoneCall, ZoneOrder
from airshed.engine.procedures.deadlines import covered, expired
from airshed.engine.procedures.guards import no, thawed
from airshed.engine.procedures.trade_rules import over_position, own_accounts, wall_of
from airshed.engine.state import State
from airshed.market.zonecall import Area, CallAir, CallOffer, CallRules, CoverBid, Receptor, Round, RoundedAnswer
from airshed.market.zonecall.groups import admitted, could_fill, cover_key, lot_key
from airshed.market.zonecall.nouns import OPEN, CoverKey, LotKey, Trade
from airshed.model.allowance import Series
from airshed.model.refusal import Refusal, Why
from airshed.registry.accounts import AccountKind
from airshed.rulebook.schema import Rulebook

#: How a call trades by what `[trade_rules]` says of crossing. With `approval` the office that opens the call gives
#: the leave for all of it.
TRADE: dict[str, Trade] = {"free": "zone", "approval": "zone", "first": "city_first", "never": "city"}
LAWS_KEPT = 32


@lru_cache(maxsize=LAWS_KEPT)
def air_of(rules: Rulebook, pollutant: str) -> CallAir:
    """What the air allows, by the tables of the rulebook. Without ratios: one for one, or home only."""
    receptors = tuple(
        Receptor(row.receptor, Fraction(row.limit), row.standard)
        for row in rules.receptors.rows
        if row.pollutant == pollutant
    )
    loads = {
        (row.receptor, row.jurisdiction): Fraction(row.coefficient)
        for row in rules.transfer.rows
        if row.pollutant == pollutant
    }
    ratios = {
        (row.origin, row.target): None if row.ratio is None else Fraction(row.ratio)
        for row in rules.ratios.rows
        if row.pollutant == pollutant
    }
    places = [each.code for each in rules.jurisdictions]
    kept = rules.trade_rules.no_export
    if kept:
        pairs = [(z, y) for z in places for y in places if z != y]
        ratios = {(z, y): None if z in kept else ratios.get((z, y), Fraction(1)) for z, y in pairs}
    if rules.allowance.admitted == "jurisdiction":
        # allowance.admitted: what another city has issued covers nothing here
        ratios = {(z, y): None for z in places for y in places if z != y}
    return CallAir(receptors, loads, ratios or None)


@lru_cache(maxsize=LAWS_KEPT)
def rules_of(rules: Rulebook, pollutant: str, seed: int = 0) -> CallRules:
    """How a call of the pollutant is held."""
    law = rules.trade_rules
    return CallRules(
        trade=TRADE[law.crossing],
        walls=law.walled_sectors,
        sectors=(*law.walled_sectors, OPEN),
        vintages_back=rules.allowance.vintages_back,
        seed=seed,
        fund_fen=rules.zone_call.fund_fen,
        cite=rules.zone_call.cite,
        areas=tuple(
            Area(each.code, "failed") for each in rules.jurisdictions if f"{each.code} {pollutant}" in law.failing
        ),
    )


def offer_of(state: State, rules: Rulebook, order: ZoneOrder) -> CallOffer:
    """An offer as the calculator knows it; its name is its number."""
    sector = wall_of(state, rules, order.account) or OPEN
    series = Series.parse(order.series)
    return CallOffer(str(order.number), order.account, sector, series, order.place, order.count, order.limit)


def bid_of(state: State, rules: Rulebook, call: ZoneCall, order: ZoneOrder) -> CoverBid:
    """A bid as the calculator knows it."""
    sector = wall_of(state, rules, order.account) or OPEN
    return CoverBid(
        str(order.number), order.account, sector, call.pollutant, order.place, order.year, order.count, order.limit
    )


def stands(state: State, rules: Rulebook, account: str, place: str) -> Refusal | None:
    """The place is one where the account has a source; of an account without any its own jurisdiction."""
    known = state.ledger.accounts[account]
    places = state.places.get(account) or {known.jurisdiction: None}
    if place in places:
        return None
    whose = "stands" if known.kind == AccountKind.OPERATOR else "is registered"
    return no(rules, "zone_call", Why.WRONG_KIND, f"{account} {whose} in {', '.join(places)}, not in {place}")


def left_out(state: State, rules: Rulebook, at: int, call: ZoneCall) -> dict[int, Refusal]:
    """The orders, by number, that the law of today would refuse: they do not take part when the call closes.

    A source that moved, a vintage or a year that is over, a bid that one's own offer could fill since the law has
    changed, and the position limit of a group, in a series that was issued after its bid as in any other. Of several
    bids of a group the earlier ones go first.
    """
    found: dict[int, Refusal] = {}
    limited = bool(rules.trade_rules.group_limit_basis_points)
    asked: dict[tuple[str, str], int] = {}
    sales: dict[tuple[str, ...], list[ZoneOrder]] = {}
    wants: list[ZoneOrder] = []
    for order in sorted(call.orders.values(), key=lambda order: order.side == "buy"):
        over = expired(rules, at, order.series) if order.series else covered(rules, at, order.year)
        refusal = thawed(state, rules, order.account) or stands(state, rules, order.account, order.place) or over
        oneself = own_accounts(state, rules, order.account)
        if order.side == "buy" and refusal is None and oneself in sales:
            refusal = _itself(state, rules, call, order, sales[oneself])
        if refusal:
            found[order.number] = refusal
        elif order.side == "sell":
            sales.setdefault(oneself, []).append(order)
        elif limited:
            wants.append(order)
        for name in order.fills:
            _add(asked, (_whose(state, order), name), order.count)
    for order in wants:
        names = may_fill(state, rules, bid_of(state, rules, call, order))
        keys = [(_whose(state, order), name) for name in names]
        for key in keys:
            refusal = over_position(state, rules, order.account, key[1], order.count, asked=asked.get(key, 0))
            if refusal:
                found[order.number] = refusal
                break
        else:
            for key in keys:
                _add(asked, key, -order.count)
    return dict(sorted(found.items()))


def _itself(
    state: State, rules: Rulebook, call: ZoneCall, want: ZoneOrder, sales: Iterable[ZoneOrder]
) -> Refusal | None:
    """Whoever sells does not buy from itself, whatever the law was when its orders came."""
    met = met_by(state, rules, call, want, sales)
    if not met:
        return None
    detail = f"{met[0].account} sells by order {met[0].number}, so the bid of {want.account} does not count"
    return no(rules, "trade_rules", Why.SELF_TRADE, detail)


def _whose(state: State, order: ZoneOrder) -> str:
    """The group of an order, or the account that has none; no account is called as a group is here."""
    group = state.ledger.accounts[order.account].group
    return f"group {group}" if group else order.account


def _add(sums: dict[tuple[str, str], int], key: tuple[str, str], count: int) -> None:
    sums[key] = sums.get(key, 0) + count


def problem(
    state: State, rules: Rulebook, call: ZoneCall, seed: int, struck: Container[int]
) -> tuple[tuple[CallOffer, ...], tuple[CoverBid, ...], CallAir, CallRules]:
    """Everything that a call is cleared from, without the orders that are struck (`left_out`)."""
    live = [order for order in call.orders.values() if order.number not in struck]
    sales = [order for order in live if order.side == "sell"]
    wants = [order for order in live if order.side == "buy"]
    return (
        tuple(offer_of(state, rules, order) for order in sales),
        tuple(bid_of(state, rules, call, order) for order in wants),
        air_of(rules, call.pollutant),
        rules_of(rules, call.pollutant, seed),
    )


def meets(offer: CallOffer, bid: CoverBid, rules: Rulebook) -> bool:
    """Whether an offer could fill a bid, whatever else is in the call."""
    law, air = rules_of(rules, bid.pollutant), air_of(rules, bid.pollutant)
    return could_fill(lot_key(offer, law), offer.limit, cover_key(bid, law), bid.limit, air, law)


def met_by(
    state: State, rules: Rulebook, call: ZoneCall, order: ZoneOrder, others: Iterable[ZoneOrder]
) -> list[ZoneOrder]:
    """Those of the others that stand on the other side and could trade with this one."""
    found: list[ZoneOrder] = []
    for other in others:
        if other.side != order.side:
            sale, want = (order, other) if order.side == "sell" else (other, order)
            if meets(offer_of(state, rules, sale), bid_of(state, rules, call, want), rules):
                found.append(other)
    return found


def may_fill(state: State, rules: Rulebook, bid: CoverBid) -> tuple[str, ...]:
    """The issued series of which some could fill a bid."""
    law, air = rules_of(rules, bid.pollutant), air_of(rules, bid.pollutant)
    cover = cover_key(bid, law)
    found = []
    for name in state.ledger.caps:
        series = Series.parse(name)
        origin = bid.place if law.trade == "city" else series.jurisdiction
        lot = LotKey(series.jurisdiction, series.vintage, origin, cover.wall)
        if series.pollutant == bid.pollutant and admitted(lot, cover, air, law) is not None:
            found.append(name)
    return tuple(found)


def round_of(line: c.ZoneRound) -> Round:
    """A round of a command as the calculator knows it."""
    return Round(_answer_of(line.answer), None if line.alone is None else _answer_of(line.alone))


def line_of(given: Round) -> c.ZoneRound:
    """A round of the calculator as a command says it, in a fixed order."""
    return c.ZoneRound(_line_of(given.answer), None if given.alone is None else _line_of(given.alone))


def _answer_of(line: c.ZoneAnswer) -> RoundedAnswer:
    return RoundedAnswer(
        {CoverKey(each.place, each.year, each.wall): Fraction(each.dual) for each in line.books},
        {each.name: Fraction(each.dual) for each in line.limits},
        {
            (
                LotKey(each.issued, each.vintage, each.origin, each.wall),
                CoverKey(each.place, each.year, each.wall),
            ): each.count
            for each in line.flows
        },
    )


def _line_of(given: RoundedAnswer) -> c.ZoneAnswer:
    return c.ZoneAnswer(
        tuple(c.BookPrice(*key, str(dual)) for key, dual in sorted(given.covers.items())),
        tuple(c.LimitPrice(name, str(dual)) for name, dual in given.bounds.items()),
        tuple(
            c.FlowLine(lot.issued, lot.vintage, lot.place, cover.place, cover.year, cover.wall, count)
            for (lot, cover), count in sorted(given.flows.items())
        ),
    )
