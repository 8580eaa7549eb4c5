"""The market screen: choose a series, see what waits and what was traded, write the order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.measures import Unit
from airshed.pages.portal.assets import charts_there
from airshed.pages.portal.fields import form_of
from airshed.pages.portal.frame import acting, page, reads_as_office
from airshed.pages.portal.happening import amount
from airshed.pages.portal.live import Part, parts
from airshed.pages.portal.trading.candles import price_figure
from airshed.pages.portal.trading.ladder import depth_of, waits
from airshed.pages.portal.trading.own import orders, purse_of
from airshed.pages.portal.trading.quotes import listed, open_series, open_strips, strip
from airshed.pages.portal.trading.traded import last_traded, tape
from airshed.pages.portal.trading.watched import watched
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.position import positions
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

PARTS: Mapping[str, Part] = {
    "list": Part("parts/list.html.j2", listed, words=("series",)),
    "strip": Part("parts/strip.html.j2", strip, words=("series",)),
    "depth": Part("parts/depth.html.j2", depth_of, words=("series",)),
    "tape": Part("parts/tape.html.j2", tape, words=("series",)),
    "figure": Part("parts/price.html.j2", price_figure, words=("series",)),
    "orders": Part("parts/orders.html.j2", orders, whose="account"),
    "purse": Part("parts/purse.html.j2", purse_of, whose="account", words=("series",)),
}


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
            "watched": watched(market, rules, series, may, at) if watching else None,
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
    alive = [name for name in (needed or there) if last_traded(market, name) or waits(market, name)]
    return max(alive, key=partial(last_traded, market), default=next(iter(needed or there), None))
