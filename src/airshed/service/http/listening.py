"""Listening on an address of this machine: the socket, the open files, the signals that end it."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from airshed.model.refusal import Malformed
from airshed.service.http.event_stream import STREAM
from airshed.service.http.feed import Feed
from airshed.service.http.protocol import ALL_THERE

#: Seconds that a stop leaves to watchers to read what was sent, and to others for that and the rest of a request.
WATCHERS_S, OTHERS_S = 1.0, 8.0
#: Seconds after which what is still decided is given up.
LONGEST_S = 12


class Server(uvicorn.Server):
    """Says when it listens; when it stops it wakes those who watch, and lets go of those who do not read or end."""

    def __init__(
        self, config: uvicorn.Config, begun: Callable[[int], None], feed: Feed, note: Callable[..., None]
    ) -> None:
        super().__init__(config)
        self._begun, self._feed, self._note = begun, feed, note

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM stop it well, and are then over: what is open is closed after it, and the process ends."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(each, self.handle_exit, each, None)
        try:
            yield
        finally:
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(each)

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            self._begun(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        self._feed.end()
        letting_go = asyncio.create_task(self._let_go())
        await super().shutdown(sockets)  # type: ignore[arg-type]
        letting_go.cancel()

    async def _let_go(self) -> None:
        """Who does not read would hold the stop up, and be logged as a mistake of ours."""
        await asyncio.sleep(WATCHERS_S)
        self._cut([each for each in self.server_state.connections if _watches(each) and _unread(each)])
        await asyncio.sleep(OTHERS_S - WATCHERS_S)
        self._cut([each for each in self.server_state.connections if _unread(each) or not _whole(each)])

    def _cut(self, connections: list[Any]) -> None:
        for each in connections:
            each.transport.abort()
        if connections:
            self._note("cut_off", connections=len(connections))


def _watches(connection: Any) -> bool:
    return connection.cycle is not None and STREAM in connection.cycle.scope["state"]


def _unread(connection: Any) -> bool:
    return bool(connection.transport.get_write_buffer_size())


def _whole(connection: Any) -> bool:
    """Whether its request has come to the end, so that it is being answered."""
    return connection.cycle is not None and ALL_THERE in connection.cycle.scope["state"]


def more_files(wanted: int) -> None:
    """As many open files as there may be connections, where the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def listening_on(host: str, port: int) -> socket.socket:
    """A socket on an address and a port of this machine, or `Malformed`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
    except OSError as error:
        raise Malformed("--host", f"{host} is no address ({error.strerror})", "give one of this machine") from None
    try:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError as error:
        found.close()
        what = f"{host}:{port} cannot be listened on ({(error.strerror or '').lower()})"
        raise Malformed("--port", what, "choose another, or stop who listens there") from None
    return found
