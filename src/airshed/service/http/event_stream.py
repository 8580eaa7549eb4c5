"""Server-sent events to somebody who was let in: how many one may have open, and that an end is an end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.http.who import Signed

#: In the state of a request: its answer is a stream that ends when the service does.
STREAM: Final = "airshed.stream"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_TYPE = "text/event-stream"


@contextmanager
def let_in(service: Service, request: Request, signed: Signed | None) -> Iterator[None]:
    """One feed more for somebody, counted from when they are let in; who asks for many at once has no more of them."""
    who = signed.name if signed is not None else f"address {service.door.origin(request)}"
    limits, watching = service.limits, service.feed.watching
    if watching[who] >= limits.feeds_of_one or watching.total() >= limits.feeds:
        raise Stopped("too_many", f"{who} has {watching[who]} feeds open", {"Retry-After": "30"})
    watching[who] += 1
    try:
        yield
    finally:
        watching[who] -= 1
        if not watching[who]:
            del watching[who]


class EventStream(StreamingResponse):
    """A stream, and what is held for it: given back however it ends, also where it never began to be read."""

    def __init__(self, events: AsyncIterator[bytes], held: ExitStack) -> None:
        super().__init__(events, 200, _HEADERS, _TYPE)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[STREAM] = True
        with self._held:
            await super().__call__(scope, receive, send)


def only_asked() -> Response:
    """What HEAD is told of a stream."""
    return Response(None, 200, _HEADERS, _TYPE)
