#!/usr/bin/env python3
"""Take pictures of the portal for the guides: PYTHONPATH=src:tests python scripts/pictures.py DEMO FOLDER [--readme]

`make pictures` puts them into pictures/, where `make site` finds them: a guide names each in a comment
(`<!-- picture NAME: what it shows -->`) and reads whole without. Serves the demo year in the folder DEMO, and those in
DEMO-DAY that were left on a day, as `airshed serve --demo-users` does, signs in as an official, a firm and an exchange,
and as nobody, and takes what each guide shows, in both languages. With --readme it also takes the cockpit for the
README.
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

OFFICE = "dianzhong-office"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
COCKPIT = Path(__file__).parents[1] / "docs" / "pictures" / "cockpit.png"


class Shot(NamedTuple):
    """A picture: what it is called, who looks, at which page, on which screen."""

    name: str
    who: str
    path: str
    size: dict[str, int]
    #: The morning on which its year was left; empty for the whole year.
    day: str = ""


SHOTS = (
    Shot("official-today", OFFICE, "/", DESK),
    Shot("official-queue", OFFICE, "/queue", DESK, "2028-04-20"),
    Shot("official-allocation", OFFICE, "/allocation?series=SO2-KM-2028&second=history", DESK, "2028-06-30"),
    Shot("official-closing", OFFICE, "/closing/2027", DESK, "2028-06-30"),
    Shot("official-lab", OFFICE, "/lab", DESK),
    Shot("official-law", OFFICE, "/law", DESK),
    Shot("exchange-desk", "zone-exchange", "/desk", DESK),
    Shot("exchange-prices", "zone-exchange", "/prices", DESK),
    Shot("auction-desk", OFFICE, "/desk#offer", DESK),
    Shot("auction-result", "", "/auctions/SO2-KM-2027-4", DESK),
    Shot("firm-today", "km-cem-01", "/", PHONE, "2028-06-30"),
    Shot("firm-trade", "km-cem-01", "/trade", DESK, "2027-06-23"),
    Shot("firm-others", "km-cem-01", "/with-others", DESK),
    Shot("firm-monitoring", "km-cem-01", "/monitoring", DESK, "2027-06-23"),
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
    demo, folder = map(Path, words)
    folder.mkdir(parents=True, exist_ok=True)
    limits = ServiceLimits(stranger_burst=10_000)
    with browsing() as browser:
        for day in sorted({shot.day for shot in SHOTS}):
            book = demo.with_name(f"{demo.name}-{day}" if day else demo.name) / "dianzhong.book"
            with served(book, limits, clock=RealClock(), pages=PORTAL, demo_users=True, at=None) as there:
                for language in ("en", "zh"):
                    for shot in SHOTS:
                        if shot.day == day:
                            take(browser, there, shot, language, folder / f"{shot.name}-{language}.png")
                if "--readme" in sys.argv and not day:
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
