"""The service as an application: routes, and what every answer has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import lru_cache

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from airshed.model.refusal import Malformed
from airshed.service.book.kept import Lost
from airshed.service.http.catalogue import WAYS
from airshed.service.http.incoming import Incoming
from airshed.service.http.problems import Stopped, answer, of_code, of_malformed
from airshed.service.http.protocol import WHOLE, lines_of
from airshed.service.http.receipts import Busy, Ended, StandsBy
from airshed.service.http.service import Handler, Service, provenance_header
from airshed.service.http.shapes.problem import Problem
from airshed.service.http.ways import NO_PAGES, Pages, Way

#: Where commands are taken, in the answer of a service that stands by.
WRITER = "Airshed-Writer"
#: The port behind a host name.
_PORT = re.compile(r":[0-9]{1,5}\Z", re.ASCII)
#: What every answer carries; a page of ours loosens the policy for itself.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
#: What says how an answer ends, which is the server's.
OF_THE_CONNECTION = frozenset((b"connection", b"transfer-encoding"))
SECURE_HEADERS = {"Strict-Transport-Security": "max-age=63072000"}


#: What programs ask, and no page takes the place of.
FOR_PROGRAMS = ("/v1/", "/healthz", "/readyz", "/metrics", "/openapi.json")

#: A handler with its service, whose problems are answers.
Answering = Callable[[Request], Awaitable[Response]]

#: What a program is told of an address that is none.
ASK = "GET /openapi.json says what there is"


class _Saying:
    """Says what went wrong: to a browser with a page, where there is one, and to programs as a problem."""

    def __init__(self, service: Service) -> None:
        self._service, self.pages = service, NO_PAGES

    def __call__(self, request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
        page = self.pages.saying(self._service, request, problem) if self.pages.saying is not None else None
        if page is None:
            return answer(problem, headers)
        page.headers.update(headers or {})
        return page

    async def no_route(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        code = {404: "not_there", 405: "method_not_allowed"}.get(status, "broken")
        headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
        return self(request, of_code(code, ASK), headers)


def _answering(service: Service, handler: Handler, saying: _Saying) -> Answering:
    async def answering(request: Request) -> Response:
        try:
            _called_by_name(service, request)
            _said_once(request)
            _without_nul(request)
            return await handler(service, request)
        except Stopped as stop:
            return saying(request, of_code(stop.code, stop.detail), stop.headers)
        except Lost as error:
            return answer(of_code("away", error.what), {"Retry-After": "2"})  # a page would ask who is signed in
        except StandsBy:
            there = await service.readers.read(lambda book: book.asked_at())
            told = f"{there or 'another process'} writes it; this one takes over when that is gone"
            return saying(request, of_code("standby", told), {"Retry-After": "1", **({WRITER: there} if there else {})})
        except Malformed as error:
            code = "clock" if error.place == "clock" else "malformed"
            return saying(request, of_code(code, str(error)) if code == "clock" else of_malformed(error))
        except Busy as busy:
            told = f"send it again in {busy.seconds} s, with the same key"
            return saying(request, of_code("busy", told), {"Retry-After": str(busy.seconds)})
        except Ended:
            told = "whether it was done the book says, which is read anew: send it again with the same key"
            return saying(request, of_code("ended", told), {"Retry-After": "2"})

    return answering


def _called_by_name(service: Service, request: Request) -> None:
    """A page of another site cannot make its own name mean this service and read what is here."""
    if service.hosts and _named_in(request.headers.get("host", "")) not in service.hosts:
        raise Stopped("wrong_host", "ask by the name that it was started with (--name)")


@lru_cache(maxsize=100)
def _named_in(host: str) -> str:
    """The name that a `Host` says, without a port and the brackets of an address; each client says but one."""
    name = _PORT.sub("", host).lower()
    return name[1:-1] if name.startswith("[") and name.endswith("]") else name


#: Headers that count: of one that came twice nobody can say which was meant, or signed.
ONCE = frozenset(
    (
        *(b"host", b"content-type", b"content-digest", b"idempotency-key", b"signature", b"signature-input"),
        *(b"x-csrf-token", b"origin", b"cookie", b"airshed-at", b"airshed-once", b"airshed-code"),
    )
)


def _said_once(request: Request) -> None:
    if "content-length" in request.headers and "transfer-encoding" in request.headers:
        # A proxy may go by the one and the server by the other (RFC 9112, 6.1).
        raise Stopped("malformed", "it says twice how long it is", {"Connection": "close"})
    names = [name for name, _ in request.scope["headers"] if name in ONCE]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed(twice.decode(), "is sent twice", "send it once, with the value that is meant")


def _without_nul(request: Request) -> None:
    """No name, word or number has a character of the number 0, and no database keeps one."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise Malformed("address", "has a character of the number 0", "write it without")


class _Routes(Starlette):
    """Routes whose own mistakes come out to `Application`, which answers them all alike."""

    def build_middleware_stack(self) -> ASGIApp:
        return ExceptionMiddleware(self.router, handlers=self.exception_handlers)


class ServerApplication:
    """What a server runs: routes; around all of it headers, counts, and an answer where something of ours is broken.

    Until the pages are there, which a start does not wait for, it answers what programs ask; a browser waits.
    """

    def __init__(self, service: Service, ways: Sequence[Way] = WAYS) -> None:
        self._service, self._ways = service, ways
        self._saying = _Saying(service)
        told = {**HEADERS, **(SECURE_HEADERS if service.door.secure else {})}
        told["Airshed-Provenance"] = provenance_header(service.provenance)
        self._headers = [(name.lower().encode(), value.encode()) for name, value in told.items()]
        self._special = OF_THE_CONNECTION.union(name for name, _ in self._headers)
        self._lines = lines_of(self._headers)
        self._shown = asyncio.Event()
        self._route(ways)

    def show(self, pages: Pages) -> None:
        """From now on with pages; a page takes the place of a way with its path."""
        self._saying.pages = pages
        self._route((*self._ways, *pages.ways))
        self._shown.set()

    def _route(self, ways: Sequence[Way]) -> None:
        answering: dict[tuple[str, str], Answering] = {
            (way.method, way.path): _answering(self._service, way.handler, self._saying) for way in ways
        }
        routes = [Route(path, answers, methods=[method]) for (method, path), answers in answering.items()]
        app = _Routes(routes=routes, exception_handlers={HTTPException: self._saying.no_route})
        app.router.redirect_slashes = False
        self._app: ASGIApp = app
        #: Ways without a part that varies, which are found at once and not looked for among a hundred.
        self._plain = {(method, path): answers for (method, path), answers in answering.items() if "{" not in path}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def sending(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                own = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self._headers if header[0] not in own),
                ]
                self._count(message["status"])
            await send(message)

        try:
            if not (self._shown.is_set() or scope["path"].startswith(FOR_PROGRAMS)):
                await self._shown.wait()
            found = self._plain.get((scope["method"], scope["path"]))
            if found is not None:
                response = await found(Incoming(scope, receive, sending))
                if not self._written(scope, response):
                    await response(scope, receive, sending)
            else:
                await self._app(scope, receive, sending)
        except Exception as error:
            self._service.note("broken", path=scope["path"][:200], error=type(error).__name__)
            if begun:
                raise
            told = of_code("broken", "nothing of it was written unless a record says so")
            await self._saying(Request(scope, receive), told)(scope, receive, sending)

    def _count(self, status: int) -> None:
        counts = self._service.counts
        counts[status] = counts.get(status, 0) + 1

    def _written(self, scope: Scope, response: Response) -> bool:
        """Whether the server took the answer as a whole: one that is here already, with no header that is special."""
        whole = scope.get("state", {}).get(WHOLE)
        if whole is None or type(response) is not Response or response.background is not None:
            return False
        own = response.raw_headers
        if not self._special.isdisjoint([name for name, _ in own]):
            return False
        done: bool = whole(response.status_code, lines_of(own) + self._lines, response.body)
        if done:
            self._count(response.status_code)
        return done
