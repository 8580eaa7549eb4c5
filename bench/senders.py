"""Clients of a service that each send their next request as soon as the last was answered.

All are one process that waits for whichever is answered first: a client costs some 15 us a request, so that on two
cores it is the service that is measured, and not who asks it.
"""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Callable
from typing import NamedTuple

END = b"\r\n\r\n"
LENGTH = b"\r\ncontent-length: "


class Load(NamedTuple):
    """What came of it."""

    requests: int
    seconds: float
    #: In milliseconds: half of the answers came within, and 99 of 100.
    p50: float
    p99: float
    #: The share of a core that the clients took.
    core: float


class _Sender:
    """A connection with the request that waits for its answer."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port))
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self._came = b""

    def send(self, request: bytes) -> None:
        self.begun = time.perf_counter()
        self.line.sendall(request)

    def answered(self) -> bytes | None:
        """The status line and head of an answer that has come to its end; None while some of it is to come."""
        came = self._came + self.line.recv(1 << 18)
        end = came.find(END)
        at = came.find(LENGTH, 0, end) + len(LENGTH)
        if end < 0 or len(came) < end + len(END) + int(came[at : came.index(b"\r", at)]):
            self._came = came
            return None
        self._came = b""
        return came[:end]


def together(port: int, clients: int, request: Callable[[str], bytes], seconds: float) -> Load:
    """As many clients at once; `request` makes one with a key that nobody used."""
    senders = {}
    waiting = select.epoll()
    for _ in range(clients):
        sender = _Sender(port)
        senders[sender.line.fileno()] = sender
        waiting.register(sender.line, select.EPOLLIN)
    took: list[float] = []
    begun, spent = time.perf_counter(), time.process_time()
    for number, sender in enumerate(senders.values()):
        sender.send(request(f"{os.getpid()} {begun} {number}"))
    while senders:
        for file, _ in waiting.poll():
            sender = senders[file]
            head = sender.answered()
            if head is None:
                continue
            assert head[9:12] in (b"200", b"422"), head
            now = time.perf_counter()
            took.append(now - sender.begun)
            if now < begun + seconds:
                sender.send(request(f"{os.getpid()} {begun} {clients + len(took)}"))
            else:
                waiting.unregister(file)
                senders.pop(file).line.close()
    waiting.close()
    whole = time.perf_counter() - begun
    took.sort()
    p50, p99 = (took[len(took) * part // 100] * 1000 for part in (50, 99))
    return Load(len(took), whole, p50, p99, (time.process_time() - spent) / whole)
