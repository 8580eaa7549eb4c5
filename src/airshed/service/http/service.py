"""What every route has at hand: the writer, the readers, the door, and how an answer is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.model.civil import CivilTime
from airshed.model.provenance import Programme, Provenance, said
from airshed.service.http.feed import Feed
from airshed.service.http.large import LargeBodies
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.market_fold import MarketFold
from airshed.service.http.messages import Messages
from airshed.service.http.problems import Stopped
from airshed.service.http.protocol import ALL_THERE
from airshed.service.http.readers import Readers
from airshed.service.http.who import Door
from airshed.service.http.writer import Writer
from airshed.service.run.studies import Studies

if TYPE_CHECKING:
    from airshed.service.sign_in.provider import Provider

if TYPE_CHECKING:
    from airshed.service.mail.post import Post

JSON = "application/json"
#: The instant that somebody asks for, in a simulation.
AT = "airshed-at"


@dataclass(slots=True)
class Service:
    """One book that is served."""

    writer: Writer
    readers: Readers
    #: One reader for what takes seconds, so that nobody else waits for it.
    long_readers: Readers
    #: Those of what the tables do not say and a walk through the book does.
    walkers: Readers
    #: One for tables as files, of up to a million rows.
    files: Readers
    door: Door
    feed: Feed
    market: MarketFold
    limits: ServiceLimits
    provenance: Provenance
    #: The clock of the book, in milliseconds.
    clock: Callable[[], int]
    #: The time that the book keeps.
    civil: CivilTime
    #: Hash of the first record, by which a book is told from others.
    first: str
    #: Host names by which it is called; empty for any.
    hosts: frozenset[str] = frozenset()
    #: Anybody may sign in as anybody: for simulated books, to show them.
    demo: bool = False
    #: The provider of single sign-on, where there is one.
    provider: Provider | None = None
    #: Notes an event of the service with its fields; nothing secret is given to it.
    note: Callable[..., None] = lambda event, **fields: None
    #: The record up to which it answers from a snapshot that is being checked; 0 where there is none any more.
    unchecked: Callable[[], int] = lambda: 0
    #: The folder in which its signed head is published, where there is one.
    published: Path | None = None
    #: Runs of the laboratory in the background, where there is a folder for them.
    studies: Studies | None = None
    #: By which server notices go as mail, where there is one.
    post: Post | None = None
    #: Where it is found, as a letter names it; empty until it listens.
    url: str = ""
    #: Requests by status, for the metrics.
    counts: dict[int, int] = field(default_factory=dict)
    #: Messages of the feed that were made already.
    messages: Messages = field(default_factory=Messages)
    #: Large bodies that come now.
    bodies: LargeBodies = field(default_factory=LargeBodies)
    #: A semaphore over the comparing of passwords, made in the loop.
    passwords: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))
    #: Folder of the hours of which days were sealed, a file a stack, where it lies beside the book.
    hours: Path | None = None
    #: Sets the clock of a book that is shown to its next morning; None where time goes as it does.
    next_day: Callable[[], None] | None = None
    #: What those above keep by a service, by name.
    beside: dict[str, Any] = field(default_factory=dict)


#: What answers a route.
Handler = Callable[[Service, Request], Awaitable[Response]]


def provenance_header(provenance: Provenance) -> str:
    """What a book is, in a header: the line in English, written so that a header can hold it.

    >>> from airshed.model.provenance import Simulation
    >>> provenance_header(Simulation("demo year", 7))
    'simulation; said="Simulated: demo year, seed 7. No real firm did this."'
    """
    kind = "programme" if isinstance(provenance, Programme) else "simulation"
    return f'{kind}; said="{quote(said(provenance)[0], safe=" :,.()-")}"'


def given(
    service: Service, value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer in JSON, which says what the book is."""
    raw = msgspec.json.encode({**value, "provenance": service.provenance})
    return Response(raw, status, dict(headers or {}), JSON)


async def large_body_of(service: Service, request: Request, most: int, kind: str = JSON) -> bytes:
    """The same of a body that may be large: of a stranger it may not, and few come at once."""
    with service.bodies.coming(await service.door.before(request)):
        return await body_of(request, most, service.limits.body_s, kind)


async def body_of(request: Request, most: int, seconds: float, kind: str = JSON) -> bytes:
    """The body of a request, which is of one type, not too large, and comes in time."""
    said_kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said_kind != kind:
        raise Stopped("wrong_type", f"send it as {kind}, not {said_kind[:60] or 'without Content-Type'}")
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > most:
        raise Stopped("too_large", f"{int(length):,} bytes; at most {most:,}", {"Connection": "close"})
    try:
        if request.scope.get("state", {}).get(ALL_THERE):  # most come with their head, and a clock for each costs
            return await _read(request, most)
        async with asyncio.timeout(seconds):
            return await _read(request, most)
    except TimeoutError:
        raise Stopped("too_slow", f"send it within {seconds:g} s", {"Connection": "close"}) from None


async def _read(request: Request, most: int) -> bytes:
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Stopped("too_slow", "the sender has gone")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise Stopped("too_large", f"more than {most} bytes", {"Connection": "close"})
        more = message.get("more_body", False)
    return b"".join(parts)


def instant_asked(service: Service, request: Request) -> int | None:
    """The instant that the header asks for, of the book's time where it names none; the book says whether it may be."""
    text = request.headers.get(AT)
    return None if text is None else service.civil.instant_in(text, AT)
