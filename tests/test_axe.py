"""Every page of the portal as a screen reader meets it: axe finds nothing, at any width, in any language, dark too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from airshed.pages.portal.ways import PORTAL
from markets import REGISTRAR
from services import Served

AXE = Path(__file__).parent.parent / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
#: Each width with both languages, each of them light and dark.
LOOKS = ((1280, "en-GB", "light"), (1280, "zh-CN", "dark"), (390, "zh-CN", "light"), (390, "en-GB", "dark"))
#: Pages of which there are many, one or two of each.
ONE_OF_MANY = (
    "/act/PlaceOrder",
    "/act/Transfer",
    "/act/RegisterActor",
    "/act/Allocate",
    "/works/s-steel",
    "/records/40",
)
#: What gives no page, or leads to another.
NO_PAGE = ("/live", "/checkpoint")
FOUND = """axe.run(document, { resultTypes: ["violations"] }).then((said) => said.violations.flatMap((rule) =>
  rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`)))"""


def paths() -> list[str]:
    """Every page of the portal whose address varies in nothing, and some of the others."""
    plain = [
        way.path
        for way in PORTAL.ways
        if way.method == "GET" and "{" not in way.path and not way.path.endswith((".csv", ".xlsx", ".json", ".pdf"))
    ]
    return [*(path for path in plain if path not in NO_PAGE), *ONE_OF_MANY]


def looked_at(page: Page, address: str) -> list[str]:
    """What axe finds on a page; nothing where who asks is sent elsewhere."""
    said = page.goto(address)
    assert said is not None
    assert said.status < 500, address
    if said.status in (403, 404) or not said.headers.get("content-type", "").startswith("text/html"):
        return []
    page.evaluate(AXE.read_text("utf-8"))
    found: Any = page.evaluate(FOUND)
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*(f"{address} {line}" for line in found), *([f"{address} is {wide} pixels too wide"] if wide > 0 else [])]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
def test_axe_finds_nothing_on_any_page(rehearsal: Served, browser: Browser, look: tuple[int, str, str]) -> None:
    assert AXE.is_file(), "run scripts/axe"
    width, language, colours = look
    found: list[str] = []
    seen: set[tuple[str, str]] = set()
    for name in ("", "steel", "small-bureau", REGISTRAR):
        look_of: Any = {"color_scheme": colours, "locale": language}
        context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce", **look_of)
        page = context.new_page()
        if name:
            page.goto(f"{rehearsal.url}/sign-in")
            page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
            page.locator(f'button[name="as"][value="{name}"]').click()
            page.wait_for_url(f"{rehearsal.url}/")
        for path in paths():
            own = "actor" if name else ""
            public = path in {way.path for way in PORTAL.ways if way.access != "signed"} - {"/", "/works", "/caps"}
            if public and ("", path) in seen:
                continue
            seen.add((own if not public else "", path))
            found += looked_at(page, rehearsal.url + path)
        context.close()
    assert found == []
