"""A service on a real socket for tests: a small market, users with passwords and codes, a clock that is set by hand."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from argon2 import PasswordHasher

from airshed.engine.commands import Body, RegisterActor
from airshed.engine.events import ActProposed
from airshed.service.book.copying import carry
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.run import Running
from airshed.service.http.serving import Serving
from airshed.service.http.ways import NO_PAGES, Pages
from airshed.service.mail.settings import MailSettings
from airshed.service.sign_in import codes
from airshed.service.sign_in.provider_settings import ProviderSettings
from markets import AT, REGISTRAR, confirmed, done, market, send

PASSWORD = "correct horse battery"
#: What has hung by then on any machine.
LONGEST_S = 600
#: What stands in the store for it, made so that it is compared fast.
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
#: When the tests begin by the clock of the machine that serves.
BEGIN = AT + 3_600_000


class Clock:
    """The clock of the service, set by hand."""

    def __init__(self) -> None:
        self.ms = BEGIN

    def __call__(self) -> int:
        return self.ms

    def ticks(self) -> float:
        """The same for what counts seconds."""
        return self.ms / 1000


class RealClock(Clock):
    """The clock of this machine, which another process goes by as well; it may be set on."""

    def __init__(self) -> None:
        self.on = 0

    @property
    def ms(self) -> int:
        """Now."""
        return time.time_ns() // 1_000_000 + self.on

    @ms.setter
    def ms(self, now: int) -> None:
        self.on += now - self.ms


class Served:
    """A service that runs, and those who use it."""

    def __init__(self, running: Running, url: str, clock: Clock) -> None:
        self.running, self.url, self.clock = running, url, clock
        self.noted: list[tuple[str, dict[str, Any]]] = []
        self._clients: list[httpx.Client] = []
        self._secrets: dict[str, bytes] = {}

    def user(self, name: str, *, actor: str | None = None, admin: bool = False) -> None:
        """A user with the password of all tests."""
        users = self.running.users
        if users.get(name) is None:
            token = users.add(name, name if actor is None else actor, admin=admin)
            done = users.accept(token, HASHED)
            assert done is not None
            self._secrets[name] = done[1]

    def code(self, name: str) -> str:
        """The next code of a user; the clock goes on by a step so that it is not one that was used."""
        self.clock.ms += codes.STEP_S * 1000
        return codes.code_at(self._secrets[name], self.clock() // 1000 // codes.STEP_S)

    def stranger(self) -> httpx.Client:
        """Somebody who is not signed in."""
        client = httpx.Client(base_url=self.url, timeout=LONGEST_S)
        self._clients.append(client)
        return client

    def keep(self, client: httpx.Client) -> None:
        """Another who is let go at the end."""
        self._clients.append(client)

    def close(self) -> None:
        """Let all of them go."""
        for client in self._clients:
            client.close()

    def signed(self, name: str, *, actor: str | None = None, admin: bool = False) -> httpx.Client:
        """Somebody who is."""
        self.user(name, actor=actor, admin=admin)
        client = self.stranger()
        said = client.post("/v1/sign-in", json={"user": name, "password": PASSWORD, "code": self.code(name)})
        assert said.status_code == 200, said.text
        client.headers["X-CSRF-Token"] = said.json()["csrf"]
        return client

    def records(self) -> int:
        """How many records the book has."""
        return self.running.feed.last


def market_book(folder: Path, *more: tuple[str, Body]) -> Path:
    """The small market of the tests on disk, closed; `more` are commands that came last, done or refused."""
    path = folder / "service.book"
    runner = market(Book.create(path), tables=True)
    done(runner, REGISTRAR, RegisterActor("small-bureau", "city", jurisdiction="KM"))
    for actor, body in more:
        answer = send(runner, actor, body)
        if answer.events and isinstance(answer.events[0], ActProposed):
            confirmed(runner, answer.events[0])
    journal = runner.journal
    assert isinstance(journal, Book)
    journal.close()
    return path


#: Where a book may lie.
KEPT = ("file", "database")


def kept_book(request: pytest.FixtureRequest, kept: str = "") -> Path | str:
    """The same market in a `file` or a `database`, as is said here or by the parameter of a fixture."""
    path = market_book(request.getfixturevalue("tmp_path_factory").mktemp("kept"))
    return path if (kept or request.param) == "file" else moved(path, request.getfixturevalue("database"))


def moved(path: Path, database: str) -> str:
    """The address of a copy of a book in a database, under a name that no other has."""
    address = f"{database}#m{uuid4().hex[:12]}"
    carry(str(path), address)
    return address


@contextmanager
def served(
    path: Path | str,
    limits: ServiceLimits | None = None,
    *,
    clock: Clock | None = None,
    provider: ProviderSettings | None = None,
    pages: Pages = NO_PAGES,
    bring: Callable[[], Pages] | None = None,
    demo_users: bool = False,
    mail: MailSettings | None = None,
    at: int | None = BEGIN,
) -> Iterator[Served]:
    """The book of a path, served on a port of this machine until the end; `at` None begins as `airshed serve` does."""
    clock = clock or Clock()
    noted: list[tuple[str, dict[str, Any]]] = []
    limits = limits or ServiceLimits(stranger_burst=10_000)
    serving = Serving(path, port=0, at=at, limits=limits, provider=provider, demo_users=demo_users, mail=mail)
    running = Running(
        serving,
        lambda event, **fields: noted.append((event, fields)),
        pages=bring or (lambda: pages),
        machine=clock,
        ticks=clock.ticks,
    )
    begun, ports = threading.Event(), []

    def listening(port: int) -> None:
        ports.append(port)
        begun.set()

    thread = threading.Thread(target=lambda: asyncio.run(running.serve(listening)))
    thread.start()
    try:
        assert begun.wait(20)
        found = Served(running, f"http://127.0.0.1:{ports[0]}", clock)
        found.noted = noted
        try:
            yield found
        finally:
            found.close()
    finally:
        running.stop()
        thread.join(20)
        running.close()
    assert not thread.is_alive()
