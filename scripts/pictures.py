#!/usr/bin/env python3
"""Take pictures of the portal for the guides: PYTHONPATH=src:tests python scripts/pictures.py BOOK FOLDER [--readme]

`make pictures` puts them into pictures/, where `make site` finds them: a guide names each in a comment
(`<!-- picture NAME: what it shows -->`) and reads whole without. Serves BOOK, a simulation, as
`airshed serve --demo-users` does, signs in as an official, a firm and an exchange, and as nobody, and takes what each
guide shows, in both languages. With --readme it also takes the cockpit for the README.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser

from airshed.pages.portal.ways import PORTAL
from airshed.service.http.limits import ServiceLimits
from browsers import browsing
from services import RealClock, Served, served

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
COCKPIT = Path(__file__).parents[1] / "docs" / "pictures" / "cockpit.png"


class Shot(NamedTuple):
    """A picture: what it is called, who looks, at which page, on which screen."""

    name: str
    who: str
    path: str
    size: dict[str, int]


SHOTS = (
    Shot("official-today", "dianzhong-office", "/", DESK),
    Shot("official-queue", "dianzhong-office", "/queue", DESK),
    Shot("official-allocation", "dianzhong-office", "/allocation?series=SO2-KM-2027&second=history", DESK),
    Shot("official-closing", "dianzhong-office", "/closing/2027", DESK),
    Shot("official-lab", "dianzhong-office", "/lab", DESK),
    Shot("official-law", "dianzhong-office", "/law", DESK),
    Shot("exchange-desk", "zone-exchange", "/desk", DESK),
    Shot("exchange-prices", "zone-exchange", "/prices", DESK),
    Shot("auction-desk", "dianzhong-office", "/desk#offer", DESK),
    Shot("auction-result", "", "/auctions/SO2-KM-2027-4", DESK),
    Shot("firm-today", "km-cem-01", "/", PHONE),
    Shot("firm-trade", "km-cem-01", "/trade", DESK),
    Shot("firm-others", "km-cem-01", "/with-others", DESK),
    Shot("firm-monitoring", "km-cem-01", "/monitoring", DESK),
    Shot("citizen-map", "", "/map", DESK),
    Shot("citizen-works", "", "/works/KM-CEM-01", DESK),
    Shot("citizen-check", "", "/check?record=100", DESK),
    Shot("citizen-verifier", "", "/check/verifier", DESK),
)


def main() -> None:
    """Take them all."""
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(words) != 2:
        sys.exit(str(__doc__).splitlines()[0])
    book, folder = map(Path, words)
    folder.mkdir(parents=True, exist_ok=True)
    limits = ServiceLimits(stranger_burst=10_000)
    with (
        served(book, limits, clock=RealClock(), pages=PORTAL, demo_users=True) as there,
        browsing() as browser,
    ):
        for language in ("en", "zh"):
            for shot in SHOTS:
                take(browser, there, shot, language, folder / f"{shot.name}-{language}.png")
        if "--readme" in sys.argv:
            take(browser, there, SHOTS[0], "en", COCKPIT)


def take(browser: Browser, there: Served, shot: Shot, language: str, out: Path) -> None:
    """One picture of the first screen."""
    context = browser.new_context(viewport=shot.size, locale=language)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(120_000)
    if shot.who:
        page.goto(f"{there.url}/sign-in")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        page.locator(f'button[name="as"][value="{shot.who}"]').click()
        page.wait_for_url(f"{there.url}/")
    page.goto(there.url + shot.path)
    page.wait_for_timeout(500)
    page.screenshot(path=out)
    print(f"{out}: {out.stat().st_size:,} bytes")
    context.close()


if __name__ == "__main__":
    main()
