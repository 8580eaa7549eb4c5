"""The feed over HTTP: server-sent events, one a record, from the record after the one that was heard last."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.journal import Line
from airshed.service.book.kept import KeptBook, line_of
from airshed.service.http.event_stream import EventStream, let_in, only_asked
from airshed.service.http.rows import only, whole_number
from airshed.service.http.service import Service
from airshed.service.http.viewer import Viewer, viewer_of
from airshed.service.http.ways import Parameter, Way
from airshed.service.http.who import Signed

#: Records that go to a watcher at once.
AT_ONCE = 500
#: How long a replica that is behind is waited for.
BEHIND_S = 0.2


async def feed(service: Service, request: Request) -> Response:
    """Records as they are written. `Last-Event-ID`, or `?after=`, resumes; without either it begins at the end."""
    signed = await service.door.look(request)
    after = _after(service, request)
    viewer = await _viewer(service, signed)
    with ExitStack() as held:
        held.enter_context(let_in(service, request, signed))
        if request.method == "HEAD":
            return only_asked()
        return EventStream(_stream(service, request, signed, viewer, after), held.pop_all())


def _after(service: Service, request: Request) -> int:
    only(request.query_params.multi_items(), "after")
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if text is None:
        return service.feed.last
    return min(max(whole_number(text, "last-event-id"), 0), service.feed.last)


async def _viewer(service: Service, signed: Signed | None) -> Viewer:
    actor = "" if signed is None else signed.user.actor
    return await service.readers.read(lambda book: viewer_of(book, actor, service.clock()))


async def _stream(
    service: Service, request: Request, signed: Signed | None, viewer: Viewer, after: int
) -> AsyncIterator[bytes]:
    """Ends where the session does, or where what may be read has changed: who comes again is looked at anew."""
    beat, feed = service.limits.feed_beat_s, service.feed
    looked = service.door.ticks()
    yield b"retry: 2000\n: from record %d\n\n" % (after + 1)
    while service.writer.live and not feed.over:
        there = await feed.more(after, beat)
        if feed.over or not service.writer.live:
            return
        if not there or service.door.ticks() - looked >= beat:
            looked = service.door.ticks()
            if signed is not None and (
                not await service.door.lasts(request, signed) or await _viewer(service, signed) != viewer
            ):
                return
        if not there:
            yield b": %d\n\n" % feed.last
            continue
        lines = feed.since(after, AT_ONCE) or await _read(service, after)
        if not lines:  # a replica has not heard of it yet
            await asyncio.sleep(BEHIND_S)
            continue
        yield await service.messages.of(service.readers, lines, viewer)
        after = lines[-1].seq


async def _read(service: Service, after: int) -> list[Line]:
    def look(book: KeptBook) -> list[Line]:
        rows = book.sql.execute(
            "SELECT seq, hash, record FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", (after, AT_ONCE)
        )
        return [line_of(*row) for row in rows]

    return await service.readers.read(look)


WAYS: Sequence[Way] = (
    Way(
        "/v1/feed",
        "GET",
        feed,
        "feed",
        "feed",
        "anybody",
        asked=(
            Parameter("after", "Begin after this record.", "integer"),
            Parameter("Last-Event-ID", "The same, as browsers send it.", "integer", "header"),
        ),
        gives=("text/event-stream",),
        more=("not_there",),
    ),
)
