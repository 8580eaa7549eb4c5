"""A page in a real browser: headless Chromium, what it asked for and what it complained of."""

from __future__ import annotations

import asyncio
import atexit
import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from airshed.pages.kit.chromium import browser

#: What has hung by then on any machine.
LONGEST_MS = 600_000
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# What a page shows in the end is waited for, however busy the machine is.
expect.set_options(timeout=LONGEST_MS)
#: Bytes, gzipped, of a page that is one file, with its charts in it.
LARGEST_FILE = 1_000_000


def sent(page: bytes) -> int:
    """Bytes of a page as it is sent."""
    return len(gzip.compress(page))


class Seen(NamedTuple):
    """A page in the browser, and what it asked for and complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]


class _Kept:
    """The Chromium of this process and what drives it, begun when a page is first looked at and kept to the end."""

    def __init__(self) -> None:
        self._driver = sync_playwright().start()
        atexit.register(self._driver.stop)
        self.loop = asyncio.get_running_loop()
        self.browser = self._launched()

    def again(self) -> Browser:
        """The browser, which another takes the place of where it has crashed."""
        if not self.browser.is_connected():
            self.browser = self._launched()
        return self.browser

    def _launched(self) -> Browser:
        return self._driver.chromium.launch(executable_path=browser("scripts/browser"), args=FLAGS, timeout=LONGEST_MS)


_kept: list[_Kept] = []


@contextmanager
def browsing() -> Iterator[Browser]:
    """The Chromium of this process, for whoever opens pages in it; at the end they are closed.

    What drives it has a loop of its own, which counts as running only in the block: other tests run loops of theirs.
    """
    outer = asyncio._get_running_loop()
    if not _kept:
        _kept.append(_Kept())
    asyncio._set_running_loop(_kept[0].loop)
    found = _kept[0].again()
    before = found.contexts
    try:
        yield found
    finally:
        for context in found.contexts:
            if context not in before:
                context.close()
        asyncio._set_running_loop(outer)


@contextmanager
def opened(path: Path) -> Iterator[Seen]:
    """The page of a file with all its charts drawn."""
    requests: list[str] = []
    complaints: list[str] = []

    def asked(request: Request) -> None:
        requests.append(request.url)

    with browsing() as found:
        page = found.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
        page.set_default_timeout(LONGEST_MS)
        page.on("request", asked)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None,
        )
        page.goto(path.as_uri())
        page.wait_for_function("document.querySelectorAll('.chart:not([data-drawn])').length === 0")
        yield Seen(page, requests, complaints)


@contextmanager
def visiting(address: str, locale: str = "en-GB") -> Iterator[Page]:
    """A page of a service that runs."""
    with browsing() as found:
        page = found.new_page(locale=locale)
        page.set_default_timeout(LONGEST_MS)
        page.goto(address)
        yield page


def sizes(page: Page) -> list[tuple[str, float, float]]:
    """Name, width and height in pixels of every chart that was drawn."""
    found: list[tuple[str, float, float]] = page.evaluate(
        "[...document.querySelectorAll('.chart')].map(div => {"
        " const box = div.querySelector('svg').getBoundingClientRect();"
        " return [div.dataset.chart, box.width, box.height] })"
    )
    return found


def cut_off(page: Page) -> list[str]:
    """Texts of charts that do not lie whole within their chart."""
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.chart')].flatMap(div => { const room = div.getBoundingClientRect();"
        " return [...div.querySelectorAll('svg text')].filter(text => { const box = text.getBoundingClientRect();"
        " return box.width && (box.left < room.left - 1 || box.right > room.right + 1"
        " || box.top < room.top - 1 || box.bottom > room.bottom + 1) })"
        ".map(text => div.dataset.chart + ': ' + text.textContent) })"
    )
    return found


def show_at(page: Page, width: int, language: str) -> None:
    """Show the page at a width and in a language, and wait until every chart has been drawn anew to fit its box."""
    page.set_viewport_size({"width": width, "height": 900})
    page.click(f'[data-say="{language}"]')
    page.wait_for_function(
        "language => [...document.querySelectorAll('.chart')].every(div => {"
        " const svg = div.querySelector('svg');"
        " return svg && div.dataset.drawn === language"
        " && Math.abs(svg.getBoundingClientRect().width - div.getBoundingClientRect().width) <= 1 })",
        arg=language,
    )
