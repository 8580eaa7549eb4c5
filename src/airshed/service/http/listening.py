"""Listening on an address of this machine: the socket, the open files, the signals that end it."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from airshed.model.refusal import Malformed
from airshed.service.http.feed import Feed


class Server(uvicorn.Server):
    """Says when it listens, and wakes those who watch when it stops."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[int], None], feed: Feed) -> None:
        super().__init__(config)
        self._begun, self._feed = begun, feed

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
        await super().shutdown(sockets)  # type: ignore[arg-type]


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
