"""Every part of a page that is live, by name, and the way by which pages hear of them."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from airshed.pages.portal import between, firm, public, waiting
from airshed.pages.portal.live import Part, live
from airshed.pages.portal.trading import screen
from airshed.service.http.service import Service

PARTS: Mapping[str, Part] = {**waiting.PARTS, **firm.PARTS, **public.PARTS, **screen.PARTS, **between.PARTS}


async def watch(service: Service, request: Request) -> Response:
    """Parts of a page as they change, as server-sent events by record number."""
    return await live(service, request, PARTS)
