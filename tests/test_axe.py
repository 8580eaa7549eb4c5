"""Every page of the portal as a screen reader meets it: axe finds nothing, at any width, in any language, dark too."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page

from airshed.pages.portal.ways import PORTAL
from markets import REGISTRAR
from services import Served

AXE = Path(__file__).parent.parent / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
#: In each language a desk and a phone, one of them light and one of them dark: width and colours.
LOOKS: dict[str, tuple[tuple[int, Literal["light", "dark"]], ...]] = {
    "en-GB": ((1280, "light"), (390, "dark")),
    "zh-CN": ((1280, "dark"), (390, "light")),
}
#: Pages of which there are many, one or two of each.
ONE_OF_MANY = (
    "/act/PlaceOrder",
    "/act/Transfer",
    "/act/RegisterActor",
    "/act/Allocate",
    "/works/s-steel",
    "/records/1",
    "/records/40",
)
#: What gives no page, or leads to another.
NO_PAGE = ("/live", "/checkpoint")
#: Style sheets are not asked for once more: only a rule that is not asked about looks into them.
FOUND = """axe.run(document, { resultTypes: ["violations"], preload: false }).then((said) =>
  said.violations.flatMap((rule) =>
    rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`)))"""

#: Text that runs out of its card, and at the width of a desk a table that has to be pushed aside to be read.
SPILT = """(desk) => {
  const found = [], walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, card = node.parentElement.closest("section, .card, .key");
    const apart = node.parentElement.closest(".scroll, .hidden, script, pre, svg, select, textarea");
    if (!card || apart || !node.textContent.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect(), room = card.getBoundingClientRect();
    if (box.width && (box.right > room.right + 1 || box.left < room.left - 1))
      found.push(`spilt: ${node.textContent.trim().slice(0, 60)}`);
  }
  if (desk) for (const box of document.querySelectorAll(".scroll"))
    if (box.scrollWidth > box.clientWidth + 1) found.push(`pushed: ${box.textContent.trim().slice(0, 60)}`);
  return found;
}"""
#: A third of the time of axe went into reading the same ten colours, for each text and all that lies behind it.
COLOURS_ONCE = """{
  const { Color } = axe.commons.color, { parseString } = Color.prototype, read = new Map();
  Color.prototype.parseString = function (text) {
    if (!read.has(text)) read.set(text, parseString.call(new Color(0, 0, 0), text));
    const { r, g, b, alpha } = read.get(text);
    return Object.assign(this, { r, g, b, alpha });
  };
}"""


def paths() -> list[str]:
    """Every page of the portal whose address varies in nothing, and some of the others."""
    plain = [
        way.path
        for way in PORTAL.ways
        if way.method == "GET"
        and "{" not in way.path
        and not way.path.endswith((".csv", ".xlsx", ".json", ".pdf", ".pem", ".py"))
    ]
    return [*(path for path in plain if path not in NO_PAGE), *ONE_OF_MANY]


def own_paths(name: str) -> list[str]:
    """The pages that somebody looks at: what is the same for everybody is looked at by a stranger."""
    public = {way.path for way in PORTAL.ways if way.access != "signed"} - {"/", "/works", "/caps"}
    return [path for path in paths() if not name or path not in public]


def is_page(page: Page, address: str) -> bool:
    """Whether who looks gets a page there, and is neither sent elsewhere nor turned away."""
    said = page.request.get(address, headers={"accept": "text/html"})
    assert said.status < 500, address
    here = urlsplit(said.url).path == urlsplit(address).path  # a form puts its key into its address
    return here and said.status not in (403, 404) and said.headers.get("content-type", "").startswith("text/html")


def looked_at(page: Page, address: str, looks: tuple[tuple[int, Literal["light", "dark"]], ...]) -> list[str]:
    """What axe finds on a page in each look; nothing where there is none."""
    if not is_page(page, address):
        return []
    page.goto(address)
    found: list[str] = []
    for width, colours in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=colours)
        place = f"{address} {width} {colours}"
        found += [f"{place} {line}" for line in (*page.evaluate(FOUND), *page.evaluate(SPILT, width > 1000))]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{place} is {wide} pixels too wide"] if wide > 0 else []
    return found


@pytest.mark.parametrize("name", ["", "steel", "small-bureau", REGISTRAR])
@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_any_page(rehearsal: Served, browser: Browser, language: str, name: str) -> None:
    assert AXE.is_file(), "run scripts/axe"
    context = browser.new_context(reduced_motion="reduce", locale=language)
    context.add_init_script(f"{AXE.read_text('utf-8')}\n{COLOURS_ONCE}")
    page = context.new_page()
    if name:
        page.goto(f"{rehearsal.url}/sign-in")
        page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
        page.locator(f'button[name="as"][value="{name}"]').click()
        page.wait_for_url(f"{rehearsal.url}/")
    found: list[str] = []
    looks = LOOKS[language]
    for path in own_paths(name):
        found += looked_at(page, rehearsal.url + path, looks)
        looks = looks[::-1]  # the next page is opened as the last was left
    context.close()
    assert found == []
