"""Whose a session or a key is, asked beside the loop: all that wait are answered in one go, each anew for each request.

Nothing is remembered from one request to the next, so that who is locked out is out with the next one. A database is a
way off, and to keep a nonce waits for a disk: neither holds up who else is served.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

from airshed.service.sign_in.nouns import Key, Nonce, Session
from airshed.service.sign_in.users import Users

A = TypeVar("A")
T = TypeVar("T")


class _Together(Generic[A, T]):
    """Questions of one kind: those that come while others are answered are answered together after them."""

    def __init__(self, pool: ThreadPoolExecutor, answer: Callable[[Sequence[A]], Sequence[T]]) -> None:
        self._pool, self._answer = pool, answer
        self._waiting: list[tuple[A, asyncio.Future[T]]] = []
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, asked: A) -> T:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await future

    async def _ask(self) -> None:
        try:
            while self._waiting:
                taken, self._waiting = self._waiting, []
                answering = partial(self._answer, [asked for asked, _ in taken])
                try:
                    answers = await asyncio.get_running_loop().run_in_executor(self._pool, answering)
                except Exception as error:  # each who asked hears it
                    for _, future in taken:
                        if not future.done():
                            future.set_exception(error)
                    continue
                for (_, future), answer in zip(taken, answers, strict=True):
                    if not future.done():  # else whoever asked has gone
                        future.set_result(answer)
        finally:
            self._asking = None


class Lookups:
    """Over a connection of its own to the users, in a thread of its own."""

    def __init__(self, users: Users) -> None:
        self._users = users
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="users")
        #: The session of a token, a key by its name, and whether a nonce is new: each is awaited.
        self.session = _Together[str, Session | None](self._pool, users.sessions)
        self.key = _Together[str, Key | None](self._pool, users.keys_named)
        self.first_use = _Together[Nonce, bool](self._pool, users.first_uses)

    def close(self) -> None:
        """Let go of the users."""
        self._pool.shutdown()
        self._users.close()
