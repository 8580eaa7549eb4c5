"""What only a rehearsal has: its clock goes on to the next morning when somebody says so."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from airshed.pages.portal.frame import fields_of, local, on, visitor_of
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service


async def next_day(service: Service, request: Request) -> Response:
    """Ten o'clock of the next business day, for everybody; and back to the page."""
    service.door.own_page(request)
    fields = await fields_of(service, request)
    await visitor_of(service, request)
    if service.next_day is None:
        raise Stopped("not_there", "the clock of this book is that of the machine")
    service.next_day()
    return on(local(fields.get("next", "/")))
