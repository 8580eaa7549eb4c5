"""The first page: what is public for a stranger, and today for who has signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from airshed.pages.portal import authority, firm
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.overview import caps, telling
from airshed.pages.portal.public import prices_of
from airshed.service.http.service import Service


async def home(service: Service, request: Request) -> Response:
    """The first page."""
    visitor = await visitor_of(service, request)
    if visitor.actor is not None and visitor.actor.state == "active":
        return await (firm.today(visitor) if visitor.actor.account else authority.today(visitor))
    years, prices = await visitor.look(
        lambda market, rules: (
            caps(market.state, rules, max(visitor.now, market.state.at), public=True),
            prices_of(market, rules),
        )
    )
    return page(visitor, "home.html.j2", caps=telling(years), prices=prices[:12])
