"""A firm's pages: where it stands today, its account with its moves, and buying and selling with the depth beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.procedures.deadlines import ends
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.market.depth import Depth
from airshed.market.fees import band
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.dues import Due, dues
from airshed.pages.portal.fields import form_of
from airshed.pages.portal.frame import Visitor, acting, page
from airshed.pages.portal.happening import amount
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.position import Position, positions
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: What an expectation rests on, as a page says it.
BASES = {
    "verified": Phrase("verified", "已核查"),
    "pace": Phrase("assumed: the rest of the year as the sealed days so far", "假设：余下日期按已封存日均值推算"),
    "year before": Phrase("assumed: as verified for the year before", "假设：与上年核查结果相同"),
    "none": Phrase("unknown: no day of the year is sealed yet", "未知：本年尚无封存日数据"),
}


class Stands(NamedTuple):
    """A pollutant of a year on a page."""

    position: Position
    held: Phrase
    owed: Phrase
    emitted: Phrase
    expected: Phrase
    range: Phrase
    basis: Phrase
    balance: Phrase
    state: Literal["short", "long", "even", "unknown"]
    price: Phrase
    cost: Phrase
    surrendered: Phrase
    #: What is still to be surrendered for a year that is verified.
    left: int
    left_text: Phrase
    sources: Sequence[str]


class Held(NamedTuple):
    """A series in an account."""

    series: str
    whole: Phrase
    free: Phrase
    aside: Phrase
    price: Phrase
    #: Whether it counts for a year yet.
    over: bool


def stands(state: State, rules: Rulebook, account: str, at: int) -> list[Stands]:
    """Where a firm stands, as its page shows it."""
    return [_stands(state, rules, each) for each in positions(state, rules, account, at)]


def _stands(state: State, rules: Rulebook, each: Position) -> Stands:
    def tonnes(count: int) -> Phrase:
        return amount(count, Unit.ALLOWANCES, rules)

    unknown = Phrase("unknown", "未知")
    balance = each.balance
    if balance is None:
        how: Literal["short", "long", "even", "unknown"] = "unknown"
        over = unknown
    else:
        how = "short" if balance < 0 else "long" if balance else "even"
        over = tonnes(abs(balance))
    low, high = each.low, each.high
    between = same("")
    if low is not None and high is not None and low != high:
        between = Phrase(f"{tonnes(low).en} to {tonnes(high).en}", f"{tonnes(low).zh}至{tonnes(high).zh}")
    price = amount(each.price, Unit.FEN_PER_T, rules)
    cost = same("–")
    if each.short:
        fen = -(-each.short * each.price * rules.allowance.size_kg // 1000)
        cost = amount(fen, Unit.FEN, rules)
    verified = each.basis == "verified"
    left = max(0, each.owed - each.surrendered) if verified and each.owed is not None else 0
    mine = [
        source.id
        for source in state.sources.values()
        if source.account == each.account and lookup.owes(rules, source.sector, each.pollutant)
    ]
    return Stands(
        each,
        tonnes(each.held),
        unknown if each.owed is None else tonnes(each.owed),
        amount(round(each.emitted_mg / 1_000_000), Unit.KG, rules),
        unknown if each.expected is None else tonnes(each.expected),
        between,
        BASES[each.basis],
        over,
        how,
        price,
        cost,
        tonnes(each.surrendered),
        left,
        tonnes(left),
        mine,
    )


def holdings(state: State, rules: Rulebook, account: str, at: int) -> list[Held]:
    """What lies in an account, the newest vintage first."""
    found = []
    for name, position in state.ledger.of_account(account):
        if not position.count:
            continue
        price = state.references.get(name)
        found.append(
            Held(
                name,
                amount(position.count, Unit.ALLOWANCES, rules),
                amount(position.free, Unit.ALLOWANCES, rules),
                amount(position.count - position.free, Unit.ALLOWANCES, rules),
                same("–") if price is None else amount(price, Unit.FEN_PER_T, rules),
                at > ends(rules, name),
            )
        )
    return sorted(found, key=lambda held: (-int(held.series.rpartition("-")[2]), held.series))


class Money(NamedTuple):
    """The money of an account."""

    free: Phrase
    aside: Phrase


def money_of(state: State, rules: Rulebook, account: str) -> Money:
    """What is free and what is set aside."""
    purse = state.ledger.purses[account]
    return Money(amount(purse.free, Unit.FEN, rules), amount(purse.held, Unit.FEN, rules))


class Shown(NamedTuple):
    """The first page of a firm."""

    stands: Sequence[Stands]
    dues: Sequence[Due]
    money: Money
    session: str | None
    frozen: str
    places: Sequence[str]


async def today(visitor: Visitor) -> Response:
    """The first page of somebody who acts for an account."""
    assert visitor.actor is not None
    account, waiting, now = visitor.actor.account, visitor.standing.waiting, visitor.now

    def look(market: Market, rules: Rulebook) -> Shown:
        state = market.state
        at = max(now, state.at)
        places = [account_source.id for account_source in state.sources.values() if account_source.account == account]
        return Shown(
            stands(state, rules, account, at),
            dues(state, rules, account, at, waiting),
            money_of(state, rules, account),
            state.session,
            state.ledger.frozen.get(account, ""),
            places,
        )

    return page(visitor, "firm.html.j2", shown=await visitor.look(look))


# --- buying and selling


class Book(NamedTuple):
    """A series with its depth on a page."""

    series: str
    bids: Sequence[tuple[Phrase, Phrase]]
    asks: Sequence[tuple[Phrase, Phrase]]
    price: Phrase
    #: Between which limits an order is taken today.
    floor: Phrase
    ceiling: Phrase


class Resting(NamedTuple):
    """An order of one's own that stands."""

    number: int
    series: str
    side: Phrase
    price: Phrase
    left: Phrase


async def trade(service: Service, request: Request) -> Response:
    """Buying and selling: choose a series, see what waits, write the order."""
    visitor = await acting(service, request)
    actor = visitor.actor
    assert actor is not None
    asked = dict(request.query_params)

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        state = market.state
        if "PlaceOrder" not in lookup.roles(rules).get(actor.role, frozenset()):
            raise Stopped("not_yours_to_read", "this role places no orders")
        at = max(visitor.now, state.at)
        there = [name for name in state.ledger.caps if at <= ends(rules, name)]
        wanted = asked.get("series", "")
        series = wanted if wanted in there else _usual(state, rules, actor.account, there, at)
        fields = form_of(BODIES["PlaceOrder"], state, rules, actor, {**asked, "series": series or ""})
        depths = market.depths(series) if series else []
        return {
            "series": series,
            "there": sorted(there, key=lambda name: (-int(name.rpartition("-")[2]), name)),
            "fields": fields,
            "books": [_book(depth, state, rules) for depth in depths],
            "orders": orders(state, rules, actor.account),
            "session": state.session,
            "money": money_of(state, rules, actor.account),
        }

    shown = await visitor.look(look)
    return page(visitor, "trade.html.j2", **shown)


def _usual(state: State, rules: Rulebook, account: str, there: Sequence[str], at: int) -> str | None:
    """The series that a firm lacks most of, or the first of its own city."""
    short = sorted(positions(state, rules, account, at), key=lambda each: -each.short)
    return next((each.series for each in short if each.series in there), there[0] if there else None)


def _book(depth: Depth, state: State, rules: Rulebook) -> Book:
    def side(levels: Sequence[Any]) -> list[tuple[Phrase, Phrase]]:
        return [
            (amount(level.price, Unit.FEN_PER_T, rules), amount(level.count, Unit.ALLOWANCES, rules))
            for level in levels
        ]

    price = reference_price(state, rules, depth.series)
    floor, ceiling = band(price, rules.trading.band_basis_points, rules.trading.tick_fen_per_t)
    return Book(
        f"{depth.series} {depth.wall}".strip(),
        side(depth.bids),
        side(depth.asks),
        amount(price, Unit.FEN_PER_T, rules),
        amount(floor, Unit.FEN_PER_T, rules),
        amount(ceiling, Unit.FEN_PER_T, rules),
    )


def orders(state: State, rules: Rulebook, account: str) -> list[Resting]:
    """The orders of an account that stand."""
    sides = {"buy": Phrase("Buy", "买入"), "sell": Phrase("Sell", "卖出")}
    return [
        Resting(
            order.id,
            order.series,
            sides[order.side],
            amount(order.limit, Unit.FEN_PER_T, rules),
            amount(order.left, Unit.ALLOWANCES, rules),
        )
        for order in state.orders.values()
        if order.account == account and order.state == "open" and order.left
    ]
