"""Every way into the service, as the sum of what its rooms let in; a new command needs no line."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.service.http import (
    commands,
    hand_over,
    market,
    operations,
    passkeys,
    reading,
    set_up,
    sign_in,
    single_sign_on,
    tables,
    users,
    watching,
)
from airshed.service.http.openapi import document, told
from airshed.service.http.service import JSON, Service
from airshed.service.http.ways import Way


async def openapi(service: Service, request: Request) -> Response:
    """What there is, as OpenAPI 3.1."""
    await service.door.look(request)
    return Response(_document(), 200, {"Cache-Control": "no-cache"}, JSON)


@cache
def _document() -> bytes:
    return told(document(WAYS))


#: The first that fits answers: what may be linked comes before what else may be changed of a user.
WAYS: Sequence[Way] = (
    *commands.WAYS,
    *reading.WAYS,
    *tables.WAYS,
    *market.WAYS,
    *watching.WAYS,
    *sign_in.WAYS,
    *hand_over.WAYS,
    *set_up.WAYS,
    *single_sign_on.WAYS,
    *passkeys.WAYS,
    *users.WAYS,
    Way("/openapi.json", "GET", openapi, "openapi", "operations", "anybody", answer=dict[str, Any]),
    *operations.WAYS,
)
