"""What everybody sees without a sign-in: caps and progress, prices, auctions, works, the register, and how to check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from airshed.compliance.publication import embargoed, public_from
from airshed.engine.procedures.deadlines import ends
from airshed.engine.state import State
from airshed.model.counted import counted
from airshed.model.measures import Unit
from airshed.pages.kit.words import OPINIONS, Phrase, same
from airshed.pages.portal.frame import Visitor, page, visitor_of
from airshed.pages.portal.happening import amount, in_column
from airshed.pages.portal.live import Part, Sight, parts
from airshed.pages.portal.overview import CapYear
from airshed.pages.portal.overview import caps as caps_of
from airshed.pages.portal.overview import works as works_of
from airshed.pages.register import sheet
from airshed.rulebook.lookup import reads_early
from airshed.rulebook.schema import Rulebook
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market


async def caps(service: Service, request: Request) -> Response:
    """Caps and progress."""
    visitor = await visitor_of(service, request)
    scope = visitor.actor.jurisdiction if visitor.actor is not None else ""

    def look(market: Market, rules: Rulebook) -> list[CapYear]:
        public = reads_as_public(visitor, rules, scope)
        at = max(visitor.now, market.state.at)
        return caps_of(market.state, rules, at, public=public, jurisdiction="" if public else scope)

    years = await visitor.look(look)
    return page(visitor, "caps.html.j2", years=years)


def reads_as_public(visitor: Visitor, rules: Rulebook, place: str) -> bool:
    """Whether somebody reads figures of a city, or of the whole zone, only once they are public."""
    actor = visitor.actor
    if actor is None or actor.state != "active" or actor.account or not reads_early(rules, actor.role):
        return True
    return actor.jurisdiction not in ("", place)


# --- prices and auctions


class Price(NamedTuple):
    """A series in the market."""

    series: str
    reference: Phrase
    day: str
    trades: int
    volume: Phrase
    line: Markup
    said: Phrase


def prices_of(market: Market, rules: Rulebook, also: Sequence[str] = ()) -> list[Price]:
    """Every series that has a price, and those that are named besides, the last vintage first."""
    counts = {name: (len(trades), sum(trade.count for trade in trades)) for name, trades in market.tape_of.items()}
    names = {*market.closes, *market.state.references, *counts, *also}
    found = []
    for name in sorted(names, key=lambda each: (-int(each.rpartition("-")[2]), each) if "-" in each else (0, each)):
        closes = market.closes.get(name, {})
        price = market.state.references.get(name) or (closes[max(closes)] if closes else None)
        number, volume = counts.get(name, (0, 0))
        said = same("")
        if len(closes) > 1:
            low, high = (amount(end(closes.values()), Unit.FEN_PER_T, rules) for end in (min, max))
            said = Phrase(
                f"closing prices of {counted(len(closes), 'day')}, from {low.en} to {high.en}",
                f"{len(closes)}个交易日收盘价，{low.zh}至{high.zh}",
            )
        found.append(
            Price(
                name,
                same("–") if price is None else in_column(price, Unit.FEN_PER_T, rules),
                max(closes, default=""),
                number,
                in_column(volume, Unit.ALLOWANCES, rules),
                sparkline([closes[day] for day in sorted(closes)]),
                said,
            )
        )
    return found


def sparkline(values: Sequence[int]) -> Markup:
    """A line of values, drawn small; nothing where there are fewer than two.

    >>> str(sparkline([1]))
    ''
    >>> str(sparkline([1, 3, 2]))
    '<svg class="spark" viewBox="0 0 120 28" aria-hidden="true"><polyline points="2,26 60,2 118,14"/></svg>'
    """
    if len(values) < 2:
        return Markup("")
    low, span = min(values), (max(values) - min(values)) or 1
    step = 116 / (len(values) - 1)
    points = " ".join(
        f"{round(2 + step * place)},{round(26 - 24 * (value - low) / span)}" for place, value in enumerate(values)
    )
    return Markup('<svg class="spark" viewBox="0 0 120 28" aria-hidden="true"><polyline points="%s"/></svg>') % points


class Sold(NamedTuple):
    """An auction or a call, open or over."""

    name: str
    #: Its own page; empty where it has none.
    href: str
    kind: Phrase
    series: str
    offered: Phrase
    state: Phrase
    open: bool
    price: Phrase
    sold: Phrase


#: Of those that are over, so many stand in the living part; all of them in the table below it.
LATEST = 5


async def auctions(service: Service, request: Request) -> Response:
    """Auctions and calls: those that are open or come next, then all that are over, the latest first."""
    visitor = await visitor_of(service, request)
    over = await visitor.look(lambda market, rules: [each for each in sold_of(market.state, rules) if not each.open])
    return page(visitor, "auctions.html.j2", parts=await parts(visitor, AUCTIONS), over=over)


def sold_of(state: State, rules: Rulebook) -> list[Sold]:
    """All of them, those that began last first."""
    dash, found = same("–"), list[Sold]()
    now, done = Phrase("open", "进行中"), Phrase("over", "已结束")

    def price(fen: int | None) -> Phrase:
        return dash if fen is None else in_column(fen, Unit.FEN_PER_T, rules)

    def sold(open_yet: bool, count: int) -> Phrase:
        return dash if open_yet else in_column(count, Unit.ALLOWANCES, rules)

    for name, auction in reversed(state.auctions.items()):
        found.append(
            Sold(
                *(name, f"/auctions/{quote(name, safe='')}", Phrase("auction", "拍卖"), auction.series),
                in_column(auction.count + auction.consigned, Unit.ALLOWANCES, rules),
                *(now if auction.open else done, auction.open, price(auction.price), sold(auction.open, auction.sold)),
            )
        )
    for name, call in reversed(state.calls.items()):
        kind = Phrase("call", "集合竞价")
        stands = now if call.open else done
        found.append(
            Sold(name, "", kind, call.series, dash, stands, call.open, price(call.price), sold(call.open, call.count))
        )
    return found


def _now(state: State, rules: Rulebook, today: str) -> dict[str, Any]:
    """What is open, what ended last, and when the law has the next auctions."""
    every = sold_of(state, rules)
    coming = sorted(f"{year}-{day}" for day in rules.auction.days for year in (today[:4], str(int(today[:4]) + 1)))
    latest = [each for each in every if not each.open][:LATEST]
    return {
        "auctions": [*(each for each in every if each.open), *latest],
        "coming": [day for day in coming if day >= today][:LATEST],
    }


def _open_series(sight: Sight) -> list[str]:
    """Every series that may be traded."""
    return [name for name in sight.market.state.ledger.caps if sight.at <= ends(sight.rules, name)]


PRICES: Mapping[str, Part] = {
    "prices": Part(
        "parts/prices.html.j2",
        lambda sight: {
            "prices": prices_of(sight.market, sight.rules, _open_series(sight)),
            "halted": sight.market.state.halted,
        },
    )
}
AUCTIONS: Mapping[str, Part] = {
    "auctions": Part("parts/auctions.html.j2", lambda sight: _now(sight.market.state, sight.rules, sight.today))
}
PARTS: Mapping[str, Part] = {**PRICES, **AUCTIONS}


# --- works


async def works(service: Service, request: Request) -> Response:
    """Every works of the zone, or of a city."""
    visitor = await visitor_of(service, request)
    place = request.query_params.get("city", "")
    wanted = request.query_params.get("q", "").strip()[:100]

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        at = max(visitor.now, market.state.at)
        found = works_of(market.state, rules, at, place, public=reads_as_public(visitor, rules, place))
        if wanted:
            folded = wanted.casefold()
            found = [
                each for each in found if folded in f"{each.id} {each.name.en} {each.name.zh} {each.holder}".casefold()
            ]
        cities = [(row.code, Phrase(row.name_en, row.name_zh)) for row in rules.jurisdictions]
        return {"works": found, "cities": cities, "year": found[0].year if found else 0}

    return page(visitor, "works.html.j2", **await visitor.look(look), place=place, wanted=wanted)


class WorksYear(NamedTuple):
    """A pollutant of a year of a works, as far as it is public."""

    year: int
    pollutant: str
    emitted: Phrase
    owed: Phrase
    given: Phrase
    short: Phrase
    #: The penalty that was set, and what of it is still due.
    penalty: Phrase
    #: Of the verifier, or that the authority determined it.
    opinion: Phrase
    note: Phrase


def years_of(state: State, rules: Rulebook, source: str, today: str, *, whole: bool) -> list[WorksYear]:
    """The years of a works, as far as they are for who looks."""
    found = []
    law = rules.compliance
    for (name, year), known in state.years.items():
        if name != source:
            continue
        for code in sorted({*(known.verified_mg or {}), *known.obligation, *known.settled}):
            mass = (known.verified_mg or {}).get(code)
            settled = known.settled.get(code)
            hidden = not whole and embargoed(year, law.emissions_public_on, today)
            later = not whole and embargoed(year, law.standing_public_on, today)
            day = public_from(year, law.emissions_public_on if hidden else law.standing_public_on)
            note = Phrase(f"public from {day}", f"{day}起公开") if hidden or later else same("")
            nothing = same("–")
            found.append(
                WorksYear(
                    year,
                    code,
                    nothing if hidden or mass is None else in_column(round(mass / 1_000_000), Unit.KG, rules),
                    nothing
                    if hidden or mass is None
                    else in_column(known.obligation.get(code, 0), Unit.ALLOWANCES, rules),
                    nothing if hidden or later else in_column(known.surrendered.get(code, 0), Unit.ALLOWANCES, rules),
                    nothing
                    if hidden or later or settled is None
                    else in_column(settled.shortfall, Unit.ALLOWANCES, rules),
                    nothing
                    if hidden or later or settled is None
                    else _penalty(rules, settled.penalty_fen, known.due_fen.get(code, 0)),
                    nothing if hidden or known.opinion is None else OPINIONS[known.opinion],
                    note,
                )
            )
    return sorted(found, key=lambda each: (-each.year, each.pollutant))


def _penalty(rules: Rulebook, set_fen: int, due_fen: int) -> Phrase:
    if not set_fen:
        return Phrase("none", "无")
    money = in_column(set_fen, Unit.FEN, rules)
    if not due_fen:
        return Phrase(f"{money.en}, paid or remitted", f"{money.zh}，已缴清或已免除")
    due = in_column(due_fen, Unit.FEN, rules)
    return Phrase(f"{money.en}, {due.en} still due", f"{money.zh}，尚欠{due.zh}")


# --- the register


#: By its title: under which name a part of the register is had as a file.
FILES = {
    "Compliance": "years",
    "Accounts": "register_accounts",
    "Decisions in cases": "fines",
    "Given up for good": "cancellations",
}


async def register(service: Service, request: Request) -> Response:
    """The public register."""
    visitor = await visitor_of(service, request)
    found = await service.readers.read(sheet)
    return page(visitor, "tables.html.j2", sheet=found, files=FILES)
