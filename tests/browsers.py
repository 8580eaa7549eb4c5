"""A page in a real browser: headless Chromium, what it asked for and what it complained of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Page, Playwright, Request, expect, sync_playwright

#: What has hung by then on any machine.
LONGEST_MS = 600_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
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


class Seen(NamedTuple):
    """A page in the browser, and what it asked for and complained of."""

    page: Page
    requests: list[str]
    complaints: list[str]


def chromium() -> str:
    """Where the browser is."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    assert found is not None, "no Chromium on the path: run scripts/browser"
    return found


def launch(playwright: Playwright) -> Browser:
    """The Chromium of this machine."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS, timeout=LONGEST_MS)


@contextmanager
def browsing() -> Iterator[Browser]:
    """The Chromium of this machine, for whoever opens several pages in it."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@contextmanager
def opened(path: Path) -> Iterator[Seen]:
    """The page of a file with all its charts drawn."""
    requests: list[str] = []
    complaints: list[str] = []

    def asked(request: Request) -> None:
        requests.append(request.url)

    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, locale="en-GB")
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
        browser.close()


@contextmanager
def visiting(address: str) -> Iterator[Page]:
    """A page of a service that runs."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, timeout=LONGEST_MS)
        page = browser.new_page(locale="en-GB")
        page.set_default_timeout(LONGEST_MS)
        page.goto(address)
        yield page
        browser.close()


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
