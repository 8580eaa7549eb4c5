"""The first page: what is public for a stranger, and today for who has signed in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.pages.portal import authority, firm
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.overview import by_pollutant, caps, telling
from airshed.pages.portal.public import Price, prices_of
from airshed.rulebook.schema import Rulebook
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market


async def home(service: Service, request: Request) -> Response:
    """The first page."""
    visitor = await visitor_of(service, request)
    if visitor.actor is not None and visitor.actor.state == "active":
        return await (firm.today(visitor) if visitor.actor.account else authority.today(visitor))
    return page(visitor, "home.html.j2", **await visitor.look(lambda market, rules: _shown(market, rules, visitor.now)))


def _shown(market: Market, rules: Rulebook, now: int) -> dict[str, Any]:
    year = telling(caps(market.state, rules, max(now, market.state.at), public=True))
    return {
        "year": None if year is None else year.year,
        "caps": [] if year is None else by_pollutant(year.rows, rules),
        "prices": _leading(prices_of(market, rules)),
    }


def _leading(prices: Sequence[Price]) -> list[Price]:
    """Of each pollutant the series that closed last; of several the one that is traded most."""
    first: dict[str, Price] = {}
    for price in sorted(prices, key=lambda each: (each.day, each.trades), reverse=True):
        first.setdefault(price.series.partition("-")[0], price)
    return [first[pollutant] for pollutant in sorted(first)]
