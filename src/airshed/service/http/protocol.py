"""How a connection is read and answered: a head that does not end, in seconds or bytes, is not waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

#: In the state of a request: what writes a whole answer at once, and that the body of the request has come to its end.
WHOLE: Final = "airshed.whole"
ALL_THERE: Final = "airshed.all_there"


class HeadTooLarge(Exception):
    """The head of a request has more bytes than are taken."""


class _OwnErrors(logging.LoggerAdapter[logging.Logger]):
    """What is ours to know. That somebody sent what is no HTTP is answered, and writes no line for each time."""

    @property
    def level(self) -> int:
        """That of the log itself, which the server looks at."""
        return self.logger.level

    def warning(self, *_: Any, **__: Any) -> None:
        """Nothing."""


class Protocol(HttpToolsProtocol):
    """Lets go of a connection whose request does not begin, or whose head does not end, within some seconds or bytes.

    What follows a body in chunks (its trailer) is not read into the head: it would say who asks after it was looked at.
    """

    head_s: float
    head_bytes: int
    _late: asyncio.TimerHandle | None = None
    #: Bytes that came while a head is read.
    _head = 0
    _within_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.logger = _OwnErrors(self.logger, {})  # type: ignore[assignment]
        self._watch()

    def data_received(self, data: bytes) -> None:
        if self._within_head:
            self._head += len(data)
        super().data_received(data)
        if self._within_head and self._head > self.head_bytes and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        self._watch()

    def _unsupported_upgrade_warning(self) -> None:
        """Another protocol is not spoken here."""

    def on_message_begin(self) -> None:
        self._head = 0
        self._within_head = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._within_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        # Of a head that came at once with what follows it; the parser answers 400.
        if len(self.url) + sum([len(name) + len(value) for name, value in self.headers]) > self.head_bytes:
            raise HeadTooLarge
        self._head, self._within_head = 0, False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._within_head = True
        self.scope["state"][ALL_THERE] = True
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        cycle.scope["state"][WHOLE] = partial(write_whole, cycle)
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        self._heard()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            self._heard()
        elif self._late is None:
            self._late = self.loop.call_later(self.head_s, self.transport.close)

    def _heard(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


def lines_of(headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """Headers as they are written; none of them can say more than one."""
    for name, value in headers:
        if HEADER_RE.search(name) or HEADER_VALUE_RE.search(value):
            raise ValueError(f"no header can be {name!r}: {value!r}")
    return b"".join([b"%b: %b\r\n" % header for header in headers])


def write_whole(cycle: RequestResponseCycle, status: int, head: bytes, body: bytes) -> bool:
    """Write an answer in one piece, where nothing is special about the connection; else it goes the usual way.

    `head` has the length of the body, and nothing about the connection.
    """
    if not cycle.keep_alive or cycle.flow.write_paused or cycle.disconnected or cycle.response_started:
        return False
    cycle.transport.write(b"%b%b%b\r\n%b" % (STATUS_LINE[status], lines_of(cycle.default_headers), head, body))
    cycle.waiting_for_100_continue = False
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True
