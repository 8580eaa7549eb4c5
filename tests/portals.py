"""The portal in process for tests: a small market, visitors with and without a sign-in, no socket and no browser."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from airshed.engine.state import State
from airshed.pages.portal.ways import PORTAL
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.run import Running
from airshed.service.http.serving import Serving
from airshed.service.sign_in import codes
from services import BEGIN, HASHED, PASSWORD, Clock

#: What a browser says that it takes.
HEADERS = {"accept": "text/html,application/xhtml+xml", "accept-language": "en"}


class Browser:
    """Somebody at a browser, with its cookies."""

    def __init__(self, portal: Portal, language: str) -> None:
        self._loop = portal.loop
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(portal.running.app),
            base_url="http://127.0.0.1",
            headers={**HEADERS, "accept-language": language},
            follow_redirects=True,
        )

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Ask for a page, and go where it leads."""
        return self._loop.run_until_complete(self.client.get(path, **more))

    def send(self, path: str, fields: Mapping[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form as a browser does, and go where it leads."""
        said = {name: str(value) for name, value in {**(fields or {}), **more}.items()}
        return self._loop.run_until_complete(self.client.post(path, data=said))

    def send_parts(self, path: str, fields: Mapping[str, str], file: tuple[str, bytes] = ("", b"")) -> httpx.Response:
        """Send a form that may bring a file."""
        files = {"file": (*file, "application/octet-stream")}
        return self._loop.run_until_complete(self.client.post(path, data=dict(fields), files=files))


class Portal:
    """A service that answers without a socket."""

    def __init__(self, running: Running, clock: Clock) -> None:
        self.running, self.clock = running, clock
        self.loop = asyncio.new_event_loop()
        self._secrets: dict[str, bytes] = {}

    def stranger(self, language: str = "en") -> Browser:
        """Somebody who has not signed in."""
        return Browser(self, language)

    def records(self) -> int:
        """How many records the book has."""
        return int(self.look(lambda state: state.seq))

    def look(self, asked: Callable[[State], Any]) -> Any:
        """What the state of the market says."""
        return self.loop.run_until_complete(self.running.service.market.look(lambda market, rules: asked(market.state)))

    def user(self, name: str) -> None:
        """A user with the password of all tests, who acts as the actor of that name."""
        if self.running.users.get(name) is None:
            done = self.running.users.accept(self.running.users.add(name, name), HASHED)
            assert done is not None
            self._secrets[name] = done[1]

    def code(self, name: str) -> str:
        """The next code of a user."""
        self.clock.ms += codes.STEP_S * 1000
        return codes.code_at(self._secrets[name], self.clock() // 1000 // codes.STEP_S)

    def rehearsing(self, name: str, language: str = "en") -> Browser:
        """Somebody who has chosen whom to be, where anybody may."""
        found = self.stranger(language)
        said = found.send("/sign-in", {"as": name, "next": "/"})
        assert said.status_code == 200, text_of(said)
        return found

    def signed(self, name: str, language: str = "en") -> Browser:
        """Somebody who has signed in on the page."""
        self.user(name)
        found = self.stranger(language)
        said = found.send("/sign-in", user=name, password=PASSWORD, code=self.code(name))
        assert said.status_code == 200, text_of(said)
        return found


def hidden(said: httpx.Response) -> dict[str, str]:
    """The fields of a page that nobody sees."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', said.text)
    return {name: unescape(value) for name, value in found}


def text_of(said: httpx.Response) -> str:
    """What a page says, without its signs."""
    body = re.sub(r"(?s)<head>.*?</head>|<script.*?</script>", "", said.text)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", body)).split())


@contextmanager
def portal(
    book: Path, *, demo_users: bool = False, at: int | None = BEGIN, published: Path | None = None
) -> Iterator[Portal]:
    """The portal of a book, from an instant on; with None it goes on where the book ends."""
    clock = Clock()
    limits = ServiceLimits(stranger_burst=10_000)
    serving = Serving(book, at=at, limits=limits, demo_users=demo_users, published=published)
    running = Running(serving, lambda event, **fields: None, machine=clock, ticks=clock.ticks)
    running.app.show(PORTAL)
    found = Portal(running, clock)
    try:
        yield found
    finally:
        running.close()
        found.loop.close()
