"""The first page: what is public for a stranger, and today for who has signed in."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from airshed.pages.portal import firm
from airshed.pages.portal.frame import page, visitor_of
from airshed.service.http.service import Service


async def home(service: Service, request: Request) -> Response:
    """The first page."""
    visitor = await visitor_of(service, request)
    if visitor.actor is not None and visitor.actor.account:
        return await firm.today(visitor)
    return page(visitor, "home.html.j2")
