"""What a way into the service is: a path, how it is asked for, what goes in and comes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.service.http.service import JSON, Handler, Service
from airshed.service.http.shapes.problem import Problem

#: What may always happen to a request.
COMMON = ("malformed", "bad_signature", "wrong_host", "too_many", "broken", "busy", "away")


class Parameter(NamedTuple):
    """A word of the query, or a header."""

    name: str
    about: str
    kind: Literal["string", "integer", "boolean"] = "string"
    where: Literal["query", "header"] = "query"


HTML = "text/html"
LIMIT = Parameter("limit", "Most rows of a page.", "integer")
CURSOR = Parameter("cursor", "What the page before gave.")
LAST = Parameter("last", "The last rows, not the first.", "boolean")
#: What only administrators ask for may be answered with.
ADMIN = ("not_yours_to_read", "second_factor", "csrf")


class Way(NamedTuple):
    """A path, how it is asked for, and what answers."""

    path: str
    method: Literal["GET", "POST"]
    handler: Handler
    #: Its name in the client and in the document.
    name: str
    room: str = "reading"
    #: Who may ask: somebody signed in, anybody (who reads more when signed in), or it is not looked at.
    access: Literal["signed", "anybody", "open"] = "signed"
    #: The shape of its body and of its answer.
    body: Any = None
    answer: Any = None
    status: int = 200
    asked: Sequence[Parameter] = ()
    takes: str = JSON
    gives: Sequence[str] = (JSON,)
    #: Problems of the service beside those that all have.
    more: Sequence[str] = ()
    #: The command of the catalogue, and whether it is signed with a code.
    command: str = ""
    signing: bool = False
    #: Whether an answer has an ETag.
    tagged: bool = False
    #: Whether rows are chosen by the query: a column with what it is compared with.
    filtered: bool = False
    #: Headers of an answer that is no problem, beside what all have.
    tells: Sequence[str] = ()
    #: What a part of the path may be, where that is a list.
    choices: Mapping[str, Sequence[str]] = MappingProxyType({})

    @property
    def problems(self) -> tuple[str, ...]:
        """Every problem of the service that may be the answer."""
        own = ("not_signed_in",) if self.access == "signed" else ()
        body = ("too_slow", "too_large", "wrong_type") if self.body is not None else ()
        return (*COMMON, *own, *body, *self.more)


class Pages(NamedTuple):
    """Pages for people beside the ways for programs: theirs, and how a problem is said to a browser."""

    ways: Sequence[Way] = ()
    #: None where a program asks.
    saying: Callable[[Service, Request, Problem], Response | None] | None = None
    #: What they do beside answering, for as long as the service listens.
    beside: Callable[[Service], Awaitable[None]] | None = None


NO_PAGES = Pages()
