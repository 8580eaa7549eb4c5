"""The market screen of a firm: what waits, what was traded, and its own orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby, islice
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.procedures.deadlines import ends
from airshed.engine.procedures.trade_rules import reference_price
from airshed.engine.state import State
from airshed.market.depth import Depth
from airshed.market.fees import band
from airshed.market.orderbook import Level
from airshed.market.tape import EXCHANGE_KINDS, Trade
from airshed.model.allowance import Series, instrument, members
from airshed.model.measures import Unit
from airshed.model.period import DAY_MS
from airshed.pages.kit.colours import ALARM, faded, pollutant_colour
from airshed.pages.kit.figures import Figure, bars, floors, line, mark, moment, nothing, on_floor, values
from airshed.pages.kit.figures import days as days_axis
from airshed.pages.kit.html import script_json
from airshed.pages.kit.words import Phrase, same
from airshed.pages.market.words import KINDS
from airshed.pages.portal.assets import charts_there
from airshed.pages.portal.choices import strips
from airshed.pages.portal.fields import form_of, name_of
from airshed.pages.portal.frame import acting, page, place_name, reads_as_office
from airshed.pages.portal.happening import amount, lots_of
from airshed.pages.portal.live import Part, Sight, parts
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.position import positions
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: Levels of a side that the ladder shows, and trades of the tape.
LEVELS, LAST = 8, 18
#: Part of the chart that the volume takes.
VOLUME = 0.32
RISING, FALLING = ALARM, "var(--teal)"  # red rises and green falls, as on every Chinese exchange


# --- figures as a market screen writes them: the unit stands in the head


def plain_price(fen: int) -> str:
    """A price per tonne without its unit.

    >>> plain_price(410_000), plain_price(3_050)
    ('4,100.00', '30.50')
    """
    return f"{fen / 100:,.2f}"


def plain_tonnes(count: int, size_kg: int) -> str:
    """Allowances as tonnes without their unit.

    >>> plain_tonnes(2_500, 1), plain_tonnes(40, 1000)
    ('2.5', '40')
    """
    return f"{count * size_kg / 1000:,.3f}".rstrip("0").rstrip(".")


class Moved(NamedTuple):
    """How a price stands to the last close."""

    text: str
    #: "up", "down" or empty.
    way: str


def change_of(price: int, before: int) -> Moved:
    """A price beside the last close, in percent.

    >>> change_of(410_000, 400_000), change_of(400_000, 400_000)
    (Moved(text='+2.50 %', way='up'), Moved(text='0.00 %', way=''))
    """
    part = (price - before) / before * 100
    way = "up" if price > before else "down" if price < before else ""
    return Moved(f"{part:+.2f} %" if way else "0.00 %", way)


#: Of what was never traded there is no change.
NO_CHANGE = Moved("–", "")


def was_traded(state: State, name: str) -> bool:
    """Whether a price of a series, or of a member of a strip, comes from the market and not from the law."""
    return any(each in state.references for each in (name, *members(name)))


# --- parts


class Quote(NamedTuple):
    """A series in the list of the market."""

    series: str
    place: Phrase
    price: str
    change: Moved
    volume: str
    here: bool


class Strip(NamedTuple):
    """What stands above the chart of a series."""

    series: str
    pollutant: str
    place: Phrase
    #: The year, or the first and the last one.
    vintage: str
    price: str
    change: Moved
    reference: str
    high: str
    low: str
    volume: str
    turnover: str
    floor: str
    ceiling: str
    spread: str
    session: str
    halted: str


def today_of(market: Market, series: str) -> list[Trade]:
    """The trades of a series in the session that is open, or in the last one there was; the latest first."""
    session = market.state.session or (market.days[-1] if market.days else "")
    found = []
    for trade in reversed(market.tape_of.get(series, ())):
        if trade.day < session:
            break
        if trade.kind in EXCHANGE_KINDS:
            found.append(trade)
    return found


def open_series(state: State, rules: Rulebook, at: int) -> list[str]:
    """Every series that may be traded, the last vintage first."""
    there = [name for name in state.ledger.caps if at <= ends(rules, name)]
    return sorted(there, key=lambda name: (-int(name.rpartition("-")[2]), name))


def open_strips(state: State, rules: Rulebook, at: int) -> list[str]:
    """Every strip that may be traded."""
    return [name for name in strips(state, rules) if at <= ends(rules, name)]


def _list(sight: Sight) -> Mapping[str, Any]:
    state, rules, market = sight.market.state, sight.rules, sight.market
    here = sight.asked.get("series", "")
    if here:
        market.known(here)
    quotes = []
    alive = [
        name
        for name in open_strips(state, rules, sight.at)
        if name == here or _last(market, name) or _waits(market, name)
    ]
    for name in (*open_series(state, rules, sight.at), *alive):
        today = today_of(market, name)
        before = reference_price(state, rules, name)
        price = today[0].price if today else before
        volume = sum(trade.count for trade in today)
        quotes.append(
            Quote(
                name,
                place_name(rules, instrument(name).jurisdiction),
                plain_price(price),
                change_of(price, before) if today or was_traded(state, name) else NO_CHANGE,
                plain_tonnes(volume, rules.allowance.size_kg) if volume else "–",
                name == here,
            )
        )
    return {"quotes": quotes, "unit": price_unit(rules)}


def price_unit(rules: Rulebook) -> Phrase:
    """The unit in which prices stand."""
    return Phrase(f"{rules.currency.name_en}/t", f"{rules.currency.name_zh}/吨")


def _strip(sight: Sight) -> Mapping[str, Any]:
    market, rules, state = sight.market, sight.rules, sight.market.state
    name = market.known(sight.asked.get("series", ""))
    size = rules.allowance.size_kg
    before = reference_price(state, rules, name)
    today = today_of(market, name)
    floor, ceiling = band(before, rules.trading.band_basis_points, rules.trading.tick_fen_per_t)
    depth = market.depth(name, 1)
    parsed = instrument(name)
    price = today[0].price if today else before
    traded = was_traded(state, name)
    return {
        "of_law": not traded,
        "strip": Strip(
            name,
            parsed.pollutant,
            place_name(rules, parsed.jurisdiction),
            name.rpartition("-")[2],
            plain_price(price),
            change_of(price, before) if today or traded else NO_CHANGE,
            plain_price(before),
            plain_price(max(trade.price for trade in today)) if today else "–",
            plain_price(min(trade.price for trade in today)) if today else "–",
            plain_tonnes(sum(trade.count for trade in today), size) if today else "–",
            f"{sum(trade.fen for trade in today) / 100:,.0f}" if today else "–",
            plain_price(floor),
            plain_price(ceiling),
            "–" if depth.spread is None else plain_price(depth.spread),
            state.session or "",
            state.halted.get(name, state.halted.get("", "")),
        ),
        "unit": price_unit(rules),
        "money": Phrase(rules.currency.name_en, rules.currency.name_zh),
    }


class Rung(NamedTuple):
    """A price of the ladder."""

    price: str
    #: As a form takes it.
    limit: str
    tonnes: str
    orders: int
    #: Of the largest in the ladder, in percent.
    share: int
    #: What waits at this price and at better ones.
    within: str
    #: As a form takes it.
    volume: str


class Ladder(NamedTuple):
    """What waits in an order book."""

    name: Phrase
    asks: Sequence[Rung]
    bids: Sequence[Rung]
    spread: str


def ladder(depth: Depth, rules: Rulebook) -> Ladder:
    """An order book as a ladder: the dearest ask on top, the best two prices in the middle."""
    size_kg = rules.allowance.size_kg
    most = max((level.count for level in (*depth.asks, *depth.bids)), default=1)

    def side(levels: Sequence[Level]) -> list[Rung]:
        within, found = 0, []
        for level in levels:
            within += level.count
            found.append(
                Rung(
                    plain_price(level.price),
                    f"{level.price / 100:.2f}",
                    plain_tonnes(level.count, size_kg),
                    level.orders,
                    max(1, round(100 * level.count / most)),
                    plain_tonnes(within, size_kg),
                    plain_tonnes(within, size_kg).replace(",", ""),
                )
            )
        return found

    spread = "" if depth.spread is None else plain_price(depth.spread)
    walls = {row.code: Phrase(row.name_en, row.name_zh) for row in rules.sectors}
    wall = walls.get(depth.wall, same(depth.wall))
    name = Phrase(f"{depth.series} {wall.en}".strip(), f"{depth.series} {wall.zh}".strip())
    return Ladder(name, side(depth.asks)[::-1], side(depth.bids), spread)


def _depth(sight: Sight) -> Mapping[str, Any]:
    name = sight.market.known(sight.asked.get("series", ""))
    return {
        "series": name,
        "ladders": [ladder(depth, sight.rules) for depth in sight.market.depths(name, LEVELS)],
        "unit": price_unit(sight.rules),
    }


class Printed(NamedTuple):
    """A trade on the tape."""

    at: int
    price: str
    #: Against the trade before: "up", "down" or empty.
    way: str
    tonnes: str
    kind: Phrase


def _tape(sight: Sight) -> Mapping[str, Any]:
    name = sight.market.known(sight.asked.get("series", ""))
    size = sight.rules.allowance.size_kg
    last = list(islice(reversed(sight.market.tape_of.get(name, ())), LAST + 1))
    shown = []
    for trade, before in zip(last, [*last[1:], None], strict=False):
        way = "" if before is None or before.price == trade.price else "up" if trade.price > before.price else "down"
        shown.append(
            Printed(trade.at, plain_price(trade.price), way, plain_tonnes(trade.count, size), KINDS[trade.kind])
        )
    return {"trades": shown[:LAST], "unit": price_unit(sight.rules)}


class Resting(NamedTuple):
    """An order of one's own that stands."""

    number: int
    series: str
    side: str
    price: str
    left: str
    tonnes: str
    #: Filled of the whole, in percent.
    filled: int


def _orders(sight: Sight) -> Mapping[str, Any]:
    assert sight.actor is not None
    size = sight.rules.allowance.size_kg
    by_account = sight.once("orders", lambda: _by_account(sight.market.state))
    mine = by_account.get(sight.actor.account, ())
    return {
        "orders": [
            Resting(
                order.id,
                order.series,
                order.side,
                plain_price(order.limit),
                plain_tonnes(order.left, size),
                plain_tonnes(order.count, size),
                round(100 * (order.count - order.left) / order.count),
            )
            for order in mine
        ],
        "unit": price_unit(sight.rules),
    }


def _by_account(state: State) -> Mapping[str, Sequence[Any]]:
    found: dict[str, list[Any]] = {}
    for order in state.orders.values():
        if order.state == "open" and order.left:
            found.setdefault(order.account, []).append(order)
    return found


def _purse(sight: Sight) -> Mapping[str, Any]:
    """What somebody may still spend and sell, beside the order."""
    assert sight.actor is not None
    state, rules = sight.market.state, sight.rules
    name = sight.market.known(sight.asked.get("series", ""))
    purse = state.ledger.purses.get(sight.actor.account)
    held = (state.ledger.positions.get((sight.actor.account, member)) for member in members(name))
    free = min(0 if position is None else position.free for position in held)
    short = next(
        (each for each in positions(state, rules, sight.actor.account, sight.at) if each.series == name and each.short),
        None,
    )
    return {
        "free": same("–") if purse is None else amount(purse.free, Unit.FEN, rules),
        "held": amount(free, Unit.ALLOWANCES, rules),
        "lacking": None if short is None else amount(short.short, Unit.ALLOWANCES, rules),
        "lacking_t": "" if short is None else lots_of(short.short, rules),
        "series": name,
    }


def _figure(sight: Sight) -> Mapping[str, Any]:
    """The days of a series; of one that was never traded those of the vintage before, which say so."""
    name = sight.market.known(sight.asked.get("series", ""))
    drawn = name if _last(sight.market, name) else _vintage_before(sight.market, name)
    figure = candles(sight.market.tape_of.get(drawn, ()), sight.rules, drawn)
    return {"name": "price", "figure": script_json(figure), "series": name, "drawn": drawn}


def _vintage_before(market: Market, series: str) -> str:
    """Of the same pollutant and jurisdiction the last vintage before that was traded; itself where none was."""
    if ".." in series:
        return series
    one = Series.parse(series)
    others = (one._replace(vintage=vintage) for vintage in range(one.vintage - 1, one.vintage - 10, -1))
    return next((str(each) for each in others if _last(market, str(each))), series)


def candles(trades: Iterable[Trade], rules: Rulebook, series: str) -> Figure:
    """Days as candles of what was traded on the exchange, with the volume below."""
    size, money = rules.allowance.size_kg, price_unit(rules)
    data, volumes, lasts = [], [], []
    exchange = [trade for trade in trades if trade.kind in EXCHANGE_KINDS]
    for day, of_day in groupby(exchange, key=lambda trade: trade.day):
        prices, count = [], 0
        for trade in of_day:
            prices.append(trade.price / 100)
            count += trade.count
        shown = [prices[0], prices[-1], min(prices), max(prices)]
        tonnes = plain_tonnes(count, size)
        said = [
            same(day),
            Phrase(
                f"open {shown[0]:,.2f}, last {shown[1]:,.2f} {money.en}",
                f"开{shown[0]:,.2f} 收{shown[1]:,.2f} {money.zh}",
            ),
            Phrase(f"low {shown[2]:,.2f}, high {shown[3]:,.2f}", f"低{shown[2]:,.2f} 高{shown[3]:,.2f}"),
            Phrase(f"volume {tonnes} t", f"成交量{tonnes}吨"),
        ]
        data.append(mark([moment(day), *shown], said))
        lasts.append([moment(day), prices[-1]])
        volumes.append(mark([moment(day), count * size / 1000], [same(day), Phrase(f"{tonnes} t", f"{tonnes}吨")]))
    if not data:
        return nothing(Phrase("nothing was traded on the exchange yet", "场内尚无成交"))
    colour = pollutant_colour(instrument(series).pollutant, tuple(row.code for row in rules.pollutants))
    return floors(
        (1, VOLUME),
        [
            line(lasts, faded("var(--quiet)", 0.55), width=1.2, silent=True),
            {
                "type": "candlestick",
                "data": data,
                "itemStyle": {
                    "color": faded(RISING, 0.2),
                    "borderColor": RISING,
                    "color0": FALLING,
                    "borderColor0": FALLING,
                    "borderWidth": 1.4,
                },
                "barMaxWidth": 12,
                "barMinWidth": 3,
            },
            on_floor(1, bars(volumes, faded(colour, 0.75), barMaxWidth=12, barMinWidth=3)),
        ],
        x=days_axis(minInterval=DAY_MS),
        y=[values(money, scale=True), values(Phrase("volume (t)", "成交量（吨）"), splitNumber=2)],
        gap=16,
        foot=26,
        dataZoom=[{"type": "inside", "xAxisIndex": [0, 1]}, {"type": "slider", "xAxisIndex": [0, 1]}],
    )


PARTS: Mapping[str, Part] = {
    "list": Part("parts/list.html.j2", _list, words=("series",)),
    "strip": Part("parts/strip.html.j2", _strip, words=("series",)),
    "depth": Part("parts/depth.html.j2", _depth, words=("series",)),
    "tape": Part("parts/tape.html.j2", _tape, words=("series",)),
    "figure": Part("parts/price.html.j2", _figure, words=("series",)),
    "orders": Part("parts/orders.html.j2", _orders, whose="account"),
    "purse": Part("parts/purse.html.j2", _purse, whose="account", words=("series",)),
}


# --- what an exchange sees beside it


class Standing(NamedTuple):
    """An order that stands, whoever placed it."""

    number: int
    account: str
    side: str
    price: str
    left: str
    tonnes: str


class Watched(NamedTuple):
    """The market as its exchange sees it: the session, what stands still, and the orders by number."""

    session: str
    trades: int
    tonnes: str
    #: Series that are halted, or all, and why.
    halted: Sequence[tuple[Phrase, str]]
    orders: Sequence[Standing]
    #: What may be done about it: its name, and its form.
    deeds: Sequence[tuple[Phrase, str]]


#: Acts upon a market, with whether they are upon the series that is looked at.
UPON = {"OpenSession": False, "CloseSession": False, "HaltMarket": True, "ResumeMarket": True}


def watched(market: Market, rules: Rulebook, series: str | None, may: frozenset[str]) -> Watched:
    """What an exchange, or an office over it, watches."""
    state, size = market.state, rules.allowance.size_kg
    today = [] if series is None else today_of(market, series)
    halted = series in state.halted or "" in state.halted
    senseless = {"CloseSession" if not state.session else "OpenSession", "HaltMarket" if halted else "ResumeMarket"}
    of_series = urlencode({"series": series or ""})
    return Watched(
        state.session or "",
        len(today),
        plain_tonnes(sum(trade.count for trade in today), size),
        [(Phrase(name or "all series", name or "全部系列"), why) for name, why in sorted(state.halted.items())],
        [
            Standing(
                *(order.id, order.account, order.side, plain_price(order.limit)),
                *(plain_tonnes(order.left, size), plain_tonnes(order.count, size)),
            )
            for order in state.orders.values()
            if order.series == series and order.state == "open" and order.left
        ],
        [
            (name_of(BODIES[name]), f"/act/{name}?{of_series}" if one else f"/act/{name}")
            for name, one in UPON.items()
            if name in may and name not in senseless
        ],
    )


# --- the page


async def trade(service: Service, request: Request) -> Response:
    """Buying and selling: choose a series, see what waits, write the order."""
    visitor = await acting(service, request)
    actor = visitor.actor
    assert actor is not None
    asked = dict(request.query_params)

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        state = market.state
        may = lookup.roles(rules).get(actor.role, frozenset())
        watching = "PlaceOrder" not in may
        if watching and (actor.account or not reads_as_office(visitor, "orders")):
            raise Stopped("not_yours_to_read", "this role places no orders")
        at = max(visitor.now, state.at)
        one_by_one = open_series(state, rules, at)
        there = [*one_by_one, *open_strips(state, rules, at)]
        wanted = asked.get("series", "")
        series = wanted if wanted in there else _usual(market, rules, actor.account, one_by_one, at)
        written = {**asked, "series": series or ""}
        fields = [] if watching else form_of(BODIES["PlaceOrder"], state, rules, actor, written)
        law = rules.trading
        return {
            "series": series,
            "watched": watched(market, rules, series, may) if watching else None,
            "unknown": wanted if wanted and wanted != series else "",
            "there": there,
            "fields": fields,
            "tick": law.tick_fen_per_t / 100,
            "lot": amount(law.lot, Unit.ALLOWANCES, rules),
            "step": amount(law.tick_fen_per_t, Unit.FEN_PER_T, rules),
            "largest": amount(law.largest_order, Unit.ALLOWANCES, rules),
        }

    found = await visitor.look(look)
    if found["series"] is None:
        return page(visitor, "trade.html.j2", **found, charts=False)
    there = (
        PARTS if found["watched"] is None else {name: part for name, part in PARTS.items() if part.whose != "account"}
    )
    shown = await parts(visitor, there, {"series": found["series"]})
    return page(visitor, "trade.html.j2", parts=shown, **found, charts=charts_there())


def _usual(market: Market, rules: Rulebook, account: str, there: Sequence[str], at: int) -> str | None:
    """Of the series that a firm needs the one that was traded last or has orders; else that which it lacks most of.

    A first look at a market where nothing ever happened shows nothing.
    """
    short = sorted(positions(market.state, rules, account, at), key=lambda each: -each.short)
    needed = [each.series for each in short if each.series in there]
    alive = [name for name in (needed or there) if _last(market, name) or _waits(market, name)]
    return max(alive, key=partial(_last, market), default=next(iter(needed or there), None))


def _last(market: Market, series: str) -> int:
    """The record of the last trade of a series on the exchange; 0 where there is none."""
    return next((trade.seq for trade in reversed(market.tape_of.get(series, ())) if trade.kind in EXCHANGE_KINDS), 0)


def _waits(market: Market, series: str) -> bool:
    return any(depth.bids or depth.asks for depth in market.depths(series, 1))
