"""Live parts of pages: made anew as records come, by the templates of the page, once for all who see the same.

A page says which parts it has (`/live?part=depth&series=...`) and hears them as server-sent events by record number.
What was missed is not played again: a part is sent as it is now, and the event says of which record that is.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Literal, NamedTuple, TypeVar

import msgspec
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.nouns import Actor
from airshed.model.civil import CivilTime
from airshed.pages.kit.words import LANGUAGES, Language
from airshed.pages.portal.frame import LiveParts, Visitor, said_by, templates
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import Lost
from airshed.service.http.event_stream import EventStream, let_in, only_asked
from airshed.service.http.language import language_of
from airshed.service.http.problems import Stopped
from airshed.service.http.receipts import Busy
from airshed.service.http.rows import whole_number
from airshed.service.http.service import Service
from airshed.service.http.who import Signed
from airshed.service.marketdata.reading import Market

T = TypeVar("T")

#: Seconds between two rounds at least: a thousand records a second are four rounds.
PAUSE_S = 0.25
#: Seconds after which a watcher hears that all is well though nothing has happened; who misses two is told that what
#: stands there is stale (scripts/live.js).
BEAT_S = 4.0
#: Seconds after which it is asked whether a watcher is still signed in.
LOOK_S = 10.0
#: How long a replica that is behind is waited for.
BEHIND_S = 0.2
#: Most parts of a page, and letters of what it asks of them.
MOST_PARTS, MOST_LETTERS = 12, 100


class Sight(NamedTuple):
    """What a part is made from: the book as it stands, and who looks."""

    market: Market
    rules: Rulebook
    at: int
    actor: Actor | None
    #: What the page asks for, as a series.
    asked: Mapping[str, str]
    #: What all parts of one look share.
    shared: dict[str, Any]

    @property
    def today(self) -> str:
        """The day for which it is made."""
        return self.rules.civil.day_of(self.at)

    def once(self, name: str, work: Callable[[], T]) -> T:
        """What is found once for all who look at the same moment."""
        if name not in self.shared:
            self.shared[name] = work()
        found: T = self.shared[name]
        return found


class Part(NamedTuple):
    """A part of a page that is made anew as the book goes on."""

    template: str
    facts: Callable[[Sight], Mapping[str, Any]]
    #: Who sees the same: everybody, or all who are signed in as an actor; "account" for one who acts for an account.
    whose: Literal["everybody", "actor", "account"] = "everybody"
    #: Words of the query that it depends on.
    words: tuple[str, ...] = ()


class PartKey(NamedTuple):
    """What is the same for all who have the same key."""

    part: str
    language: Language
    #: Id of the actor whose it is; empty for what everybody sees.
    actor: str
    asked: tuple[tuple[str, str], ...]


class PartsRound(NamedTuple):
    """All parts that are watched, as they were after a record."""

    seq: int
    #: Its instant as people read it.
    shown: str
    #: Their events; empty for an actor who is no longer active, and why one could not be made.
    made: Mapping[PartKey, bytes | Exception]

    @property
    def told(self) -> bytes:
        """The event that ends what a watcher hears of the round."""
        said = {"seq": self.seq, "record": f"{self.seq:,}", "at": self.shown}
        return b"id: %d\nevent: record\ndata: %s\n\n" % (self.seq, msgspec.json.encode(said))


NOTHING = PartsRound(0, "", {})


def key_of(name: str, parts: Mapping[str, Part], language: Language, actor: str, asked: Mapping[str, str]) -> PartKey:
    """The key of a part for somebody; who is not signed in has no part of an actor's."""
    part = parts.get(name)
    if part is None:
        raise Stopped("not_there", f"there is no part called {name[:60]}")
    if part.whose != "everybody" and not actor:
        raise Stopped("not_signed_in", "this part is somebody's own")
    words = tuple((word, asked[word]) for word in part.words if asked.get(word))
    return PartKey(name, language, "" if part.whose == "everybody" else actor, words)


# --- making


def html_of(part: Part, language: Language, civil: CivilTime, facts: Mapping[str, Any]) -> str:
    """A part in one language."""
    return (
        templates()
        .get_template(part.template)
        .render(
            language=language,
            say=lambda english, chinese: english if language == "en" else chinese,
            said=said_by(language),
            civil=civil,
            **facts,
        )
    )


def make(
    market: Market, rules: Rulebook, parts: Mapping[str, Part], keys: Iterable[PartKey], asked_at: int
) -> dict[PartKey, str | Exception | None]:
    """These parts as the book stands; None for an actor who is no longer active.

    One that cannot be made is what went wrong with it, for whoever asked for it: the others are made all the same.
    """
    state = market.state
    at = max(asked_at, state.at)
    found: dict[PartKey, str | Exception | None] = {}
    facts: dict[Any, Mapping[str, Any]] = {}
    shared: dict[str, Any] = {}
    for key in keys:
        part = parts[key.part]
        actor = state.actors.get(key.actor)
        if part.whose != "everybody" and (actor is None or actor.state != "active"):
            found[key] = None
            continue
        if part.whose == "account" and not (actor and actor.account):
            found[key] = Stopped("not_yours_to_read", f"{key.actor} acts for no account")
            continue
        same = (key.part, key.actor, key.asked)
        try:
            if same not in facts:  # in whichever language
                facts[same] = part.facts(Sight(market, rules, at, actor, dict(key.asked), shared))
            found[key] = html_of(part, key.language, rules.civil, facts[same])
        except Exception as error:  # raised to whoever asked for this part, by `begin` and `parts`
            found[key] = error
    return found


def event_of(key: PartKey, html: str) -> bytes:
    """A part as an event of the stream."""
    return b"event: part\ndata: %s\n\n" % msgspec.json.encode({"part": key.part, "html": html})


class Live:
    """The parts that are watched, made once a round whoever watches them."""

    def __init__(self, service: Service, parts: Mapping[str, Part]) -> None:
        self._service, self._parts = service, parts
        self._watched: Counter[PartKey] = Counter()
        #: What was made last of each, with its event: the same object for as long as nothing of it changes.
        self._events: dict[PartKey, tuple[str | Exception | None, bytes | Exception]] = {}
        self.round = NOTHING
        self._next = asyncio.Event()
        self._making = asyncio.Lock()
        self._pump: asyncio.Task[None] | None = None

    def join(self, keys: Sequence[PartKey]) -> None:
        """Somebody watches these."""
        self._watched.update(keys)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._turning())

    def leave(self, keys: Sequence[PartKey]) -> None:
        """Somebody does no longer."""
        self._watched.subtract(keys)
        for key in keys:
            if self._watched[key] <= 0:
                del self._watched[key]
                self._events.pop(key, None)

    @property
    def kept(self) -> int:
        """Parts that are kept made: no more than are watched."""
        return len(self._events)

    @property
    def turns(self) -> bool:
        """Whether there will be a next round."""
        return self._pump is not None and not self._pump.done()

    async def begin(self, keys: Sequence[PartKey]) -> PartsRound:
        """These parts as they are now: however many begin at once, the book is looked at once for all of them."""
        async with self._making:
            now = self.round
            still = now.made if now.seq == self._service.feed.last else {}
            if any(key not in still for key in keys):
                now = await self._turned(still)
        for key in keys:
            made = now.made[key]
            if isinstance(made, Exception):
                raise made.with_traceback(None)  # as often as it is asked for
        return now

    async def after(self, seq: int, seconds: float) -> PartsRound | None:
        """The first round after a record; None where there is none within so many seconds."""
        if self.round.seq <= seq and self.turns:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._next.wait(), seconds)
        return self.round if self.round.seq > seq else None

    async def _turning(self) -> None:
        service = self._service
        try:
            while self._watched and service.writer.live and not service.feed.over:
                if not await service.feed.more(self.round.seq, BEAT_S):
                    continue
                before = self.round.seq
                with suppress(Busy, Lost):
                    async with self._making:
                        if self.round.seq < service.feed.last:
                            await self._turned({})
                # A replica may not have heard of it yet.
                await asyncio.sleep(PAUSE_S if self.round.seq > before else BEHIND_S)
        finally:
            self._turn()

    async def _turned(self, still: Mapping[PartKey, bytes | Exception]) -> PartsRound:
        """All that is watched, made anew but for what still holds; whoever waits for a later record hears of it."""
        made = await self._made([key for key in self._watched if key not in still])
        if still and made.seq != self.round.seq:  # it holds no longer
            made = await self._made(tuple(self._watched))
        elif still:
            made = made._replace(made={key: still[key] for key in self._watched if key in still} | dict(made.made))
        later = made.seq > self.round.seq
        self.round = made
        if later:
            self._turn()
        return made

    def _turn(self) -> None:
        done, self._next = self._next, asyncio.Event()
        done.set()

    async def _made(self, keys: Sequence[PartKey]) -> PartsRound:
        asked_at = self._service.clock()

        def look(market: Market, rules: Rulebook) -> tuple[int, int, dict[PartKey, str | Exception | None]]:
            return market.state.seq, market.state.at, make(market, rules, self._parts, keys, asked_at)

        seq, at, made = await self._service.market.look(look)
        # Whoever left while it was made has taken theirs away already.
        watched = {key: html for key, html in made.items() if key in self._watched}
        for key, html in watched.items():
            if key not in self._events or self._events[key][0] != html:
                self._events[key] = html, event_of(key, html) if isinstance(html, str) else html or b""
        shown = self._service.civil.clock(at)[:16].replace("T", " ")
        return PartsRound(seq, shown, {key: self._events[key][1] for key in watched})


def live_of(service: Service, parts: Mapping[str, Part]) -> Live:
    """What a service has of it, made when somebody watches first."""
    found = service.beside.get("live")
    if not isinstance(found, Live):
        found = service.beside["live"] = Live(service, parts)
    return found


# --- in a page


async def parts(visitor: Visitor, there: Mapping[str, Part], asked: Mapping[str, str] | None = None) -> LiveParts:
    """Parts as they stand in a page that is made now."""
    actor = "" if visitor.actor is None else visitor.actor.id
    keys = [key_of(name, there, visitor.language, actor, asked or {}) for name in there]
    made = await visitor.look(lambda market, rules: make(market, rules, there, keys, visitor.now))
    html: dict[str, Markup] = {}
    for key, text in made.items():
        if isinstance(text, Exception):
            raise text
        html[key.part] = Markup(text or "")
    return LiveParts(html, tuple((asked or {}).items()))


def fragment(visitor: Visitor, template: str, **facts: Any) -> Response:
    """A part that was asked for by itself."""
    html = html_of(Part(template, lambda sight: facts), visitor.language, visitor.service.civil, facts)
    return Response(html, 200, {}, "text/html; charset=utf-8")


# --- over HTTP


async def live(service: Service, request: Request, there: Mapping[str, Part]) -> Response:
    """Parts of a page as they change."""
    signed = await service.door.visitor(request)
    names, asked = asked_of(request.query_params.multi_items())
    language = next((known for known in LANGUAGES if asked.get("language") == known), language_of(request))
    actor = "" if signed is None else signed.user.actor
    keys = [key_of(name, there, language, actor, asked) for name in names]
    text = request.headers.get("last-event-id") or request.query_params.get("after") or "0"
    after = min(max(whole_number(text, "last-event-id"), 0), service.feed.last)
    return await _stream(service, request, signed, live_of(service, there), keys, after)


def asked_of(said: Iterable[tuple[str, str]]) -> tuple[list[str], dict[str, str]]:
    """The parts that a page asks for, and what it asks of them.

    >>> asked_of([("part", "depth"), ("series", "SO2-KM-2027"), ("part", "tape")])
    (['depth', 'tape'], {'series': 'SO2-KM-2027'})
    """
    names: list[str] = []
    asked: dict[str, str] = {}
    for word, text in said:
        if word == "part":
            names.append(text)
        elif word != "after":
            asked[word] = text
    if not names or len(names) > MOST_PARTS or any(len(text) > MOST_LETTERS for text in asked.values()):
        raise Stopped("not_there", f"ask for one to {MOST_PARTS} parts")
    return names, asked


async def _stream(
    service: Service,
    request: Request,
    signed: Signed | None,
    live: Live,
    keys: Sequence[PartKey],
    after: int,
) -> Response:
    """Parts as they change, from the record after which somebody has them; ends where the session does."""
    with ExitStack() as held:
        held.enter_context(let_in(service, request, signed))
        if request.method == "HEAD":
            return only_asked()
        live.join(keys)
        held.callback(live.leave, keys)
        first = await live.begin(keys)
        return EventStream(_heard(service, request, signed, live, keys, after, first), held.pop_all())


def _beat(seq: int, service: Service) -> bytes:
    """That all is well, at an instant of the service: the clock of the machine that looks may be another."""
    return b'event: beat\ndata: {"seq":%d,"now":"%s"}\n\n' % (seq, service.civil.clock(service.clock())[11:16].encode())


async def _heard(
    service: Service,
    request: Request,
    signed: Signed | None,
    live: Live,
    keys: Sequence[PartKey],
    after: int,
    now: PartsRound | None,
) -> AsyncIterator[bytes]:
    had: dict[PartKey, bytes] = {}
    seq = after
    begun = True
    looked = service.door.ticks()
    yield b"retry: 2000\n\n"
    while service.writer.live and not service.feed.over:
        if now is not None:
            made: dict[PartKey, bytes] = {}
            for key in keys:
                event = now.made.get(key)
                if isinstance(event, Exception) or event == b"":
                    return  # whose part it was is no longer active; why another is not made, who asks again is told
                if event is not None:
                    made[key] = event
            changed = [key for key, event in made.items() if event is not had.get(key)]
            if begun and now.seq <= after:
                changed = []  # the page was made from this record, or from a later one
            yield b"".join(made[key] for key in changed) + now.told + _beat(now.seq, service)
            had |= made
            seq, begun = max(seq, now.seq), False
        else:
            yield _beat(seq, service)
        if not live.turns:
            return
        now = await live.after(seq, BEAT_S)
        if service.door.ticks() - looked >= LOOK_S:
            looked = service.door.ticks()
            if signed is not None and not await service.door.lasts(request, signed):
                return
