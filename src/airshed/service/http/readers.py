"""Connections that read the book, each in a thread of its own, beside the writer's."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import TypeVar

from airshed.service.book.addressed import to_read
from airshed.service.book.kept import KeptBook, Lost
from airshed.service.http.receipts import Busy

T = TypeVar("T")

#: Who asks, in the task of a request: by whom the reads that wait are counted.
ASKING: ContextVar[str] = ContextVar("asking", default="")
#: How whoever has not signed in is named there, by their address.
ADDRESS = "address "


class Readers:
    """Several readers of one book; what is read within one call is of one moment.

    `each` of one asker may wait, so that nobody's questions shut the others out.
    """

    def __init__(self, address: Path | str, count: int, most_waiting: int, *, each: int, again_s: int = 1) -> None:
        self._pools = [ThreadPoolExecutor(1, thread_name_prefix=f"reader-{number}") for number in range(count)]
        self._books: list[KeptBook] = []
        self._most, self._each, self._again_s = most_waiting, each, again_s
        self._waiting = [0] * count
        self._asking: Counter[str] = Counter()
        with ExitStack() as undo:
            undo.callback(self.close)
            for pool in self._pools:  # one after the other: they share the hold on the file
                self._books.append(pool.submit(to_read, address).result())
            #: Hash of the first record, by which a book is told from others.
            self.first = self._pools[0].submit(lambda: self._books[0].line(1).hash).result()
            undo.pop_all()

    async def read(self, look: Callable[[KeptBook], T]) -> T:
        """What a look at the book gives, from whichever reader has least to do; `Busy` where too many wait."""
        who = ASKING.get()
        if sum(self._waiting) >= self._most or (who and self._asking[who] >= self._each):
            raise Busy(self._again_s)
        place = min(range(len(self._pools)), key=self._waiting.__getitem__)
        self._asking[who] += 1
        self._waiting[place] += 1
        reading = partial(
            asyncio.get_running_loop().run_in_executor, self._pools[place], _in_one_moment, self._books[place], look
        )
        try:
            try:
                return await reading()
            except Lost:  # over a connection that broke since it was used last; the next is new
                return await reading()
        finally:
            self._waiting[place] -= 1
            self._asking[who] -= 1
            if not self._asking[who]:
                del self._asking[who]

    @property
    def waiting(self) -> int:
        """Reads that wait or run."""
        return sum(self._waiting)

    def close(self) -> None:
        """Let go of the book."""
        for pool, book in zip(self._pools, self._books, strict=False):
            pool.submit(book.close).result()
        for pool in self._pools:
            pool.shutdown()


def _in_one_moment(book: KeptBook, look: Callable[[KeptBook], T]) -> T:
    with book.snapshot(), book.named():
        return look(book)
