"""What the portal does while the service listens: gets ready for the first who comes, and sends letters."""

from __future__ import annotations

import asyncio

from airshed.pages.portal.frame import templates
from airshed.pages.portal.hours import monitors_of
from airshed.pages.portal.mailing import mailing
from airshed.pages.portal.zone_map import drawn_before_anybody_comes
from airshed.service.http.service import Service


async def beside(service: Service) -> None:
    """What first views need is read and drawn now, so that none waits for it; letters go as long as it listens."""
    await asyncio.gather(_ready(service), mailing(service))


async def _ready(service: Service) -> None:
    await service.market.look(lambda _, rules: monitors_of(rules))
    found = templates()
    for name in found.list_templates(extensions=["j2"]):
        await asyncio.to_thread(found.get_template, name)
    await drawn_before_anybody_comes(service)
