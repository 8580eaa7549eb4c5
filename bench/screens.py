"""What somebody waits for at a screen of the portal, in Chromium on the demo year, beside the limit of 100 ms.

From the finger to what is painted, at the median and at worst, and what of it is processor time of the service and of
the page: a machine that others use makes one wait for that, too.
Run alone: `PYTHONPATH=src:. python -m bench.screens [BOOK]`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

from airshed.pages.kit.chromium import browser

ROUNDS = 12
LIMIT_MS = 100
LONGEST_MS = 120_000
FIRM, OFFICE = "km-cem-01", "dianzhong-office"
#: Notes when somebody touched the page, for this one and the next. `painted` is when something has come true and is
#: seen; `seen` when a page was that somebody went to, whose charts may still come.
WATCH = """
for (const kind of ["pointerdown", "keydown"])
  addEventListener(kind, () => sessionStorage.setItem("touched", performance.timeOrigin + performance.now()), true);
const since = (ms) => performance.timeOrigin + ms - sessionStorage.getItem("touched");
window.painted = (ready) => new Promise((done) => {
  const look = () => {
    if (ready()) requestAnimationFrame(() => setTimeout(() => done(since(performance.now()))));
    else requestAnimationFrame(look);
  };
  look();
});
window.seen = () => new Promise((done) => new PerformanceObserver((all) => {
  for (const each of all.getEntriesByName("first-contentful-paint")) done(since(each.startTime));
}).observe({ type: "paint", buffered: true }));
"""
DRAWN = "() => document.readyState === 'complete' && !document.querySelector('.chart:not([data-drawn])')"


class Wait(NamedTuple):
    """An interaction: who does it where, what they do in a round, and what has to be so then."""

    name: str
    who: str
    path: str
    act: Callable[[Page, int], object]
    #: In the page, whether it has happened; of another page, where it leads to one.
    ready: str
    leads: bool = False


def _order(page: Page, turn: int) -> None:
    page.locator("#ticket").evaluate("ticket => { ticket.textContent = ''; }")
    page.locator("#f-count").press("Backspace")
    page.locator("#f-count").press(str(turn % 9 + 1))


def _slide(page: Page, turn: int) -> None:
    page.locator("#slide").press("ArrowLeft" if turn % 2 else "ArrowRight")


def _find(page: Page, turn: int) -> None:
    page.locator(".table-bar input").first.press("2" if turn % 2 else "Backspace")


def _series(page: Page, turn: int) -> None:
    link = page.locator("#part-list a").nth(20 + turn)
    page.evaluate("name => { window.wanted = name; }", link.inner_text())
    link.click()


def _presses(chosen: str, those: int = 1) -> Callable[[Page, int], object]:
    """Presses one of those that are chosen, the next one in each round."""
    return lambda page, turn: page.locator(chosen).nth(turn % those).click()


AT_ONCE = "() => true"
WAITS = (
    Wait(
        "a digit of an order, until it says what would come of it",
        FIRM,
        "/trade?side=buy&limit=4000&count=2",
        _order,
        "() => document.querySelector('#ticket').textContent.trim()",
    ),
    Wait(
        "another series of the market, with its chart",
        FIRM,
        "/trade?series=SO2-KM-2027",
        _series,
        f"() => document.querySelector('#part-list [aria-current]').textContent === window.wanted && ({DRAWN})()",
    ),
    Wait(
        "the preview of an order",
        FIRM,
        "/act/PlaceOrder?series=SO2-KM-2028&side=buy&count=2&limit=4000",
        lambda page, turn: page.get_by_role("button", name="See what would happen").click(),
        DRAWN,
        leads=True,
    ),
    Wait("a section opened", OFFICE, "/people", _presses("main details summary", 8), AT_ONCE),
    Wait("a long table sorted", "", "/register", _presses("thead .sorter", 8), AT_ONCE),
    Wait("a long table searched", "", "/register", _find, AT_ONCE),
    Wait(
        "the next rows of a long table",
        "",
        "/register",
        lambda page, turn: page.locator(".table-foot").first.locator(".button:enabled").last.click(),
        AT_ONCE,
    ),
    Wait("the map a month on", "", "/map", _slide, AT_ONCE),
    Wait("from today to the account", FIRM, "/", _presses(".menu a[href='/account']"), DRAWN, leads=True),
    Wait("from today to the map", OFFICE, "/", _presses(".menu a[href='/map']"), DRAWN, leads=True),
)


def cpu_ms(pid: int) -> float:
    """Milliseconds of a processor that a process has taken, with all its threads."""
    nanoseconds = 0
    for file in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            nanoseconds += int(file.read_text("ascii").split()[0])
        except OSError:  # the thread has ended
            continue
    return nanoseconds / 1e6


def measured(chrome: Browser, url: str, service: int, wait: Wait) -> tuple[list[float], float, float]:
    """Milliseconds of every round, and what the service and the page took of a processor in one, at the median."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.add_init_script(WATCH)
    page = context.new_page()
    page.set_default_timeout(LONGEST_MS)
    if wait.who:
        page.goto(f"{url}/sign-in")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        page.locator(f'button[name="as"][value="{wait.who}"]').click()
        page.wait_for_url(f"{url}/")
    page.goto(url + wait.path)
    page.wait_for_function(DRAWN)
    session = chrome.new_browser_cdp_session()
    waited: list[float] = []
    served: list[float] = []
    shown: list[float] = []
    for turn in range(ROUNDS):
        if wait.leads and turn:
            page.goto(url + wait.path)
            page.wait_for_function(DRAWN)
        known = session.send("SystemInfo.getProcessInfo")["processInfo"]
        pages = [each["id"] for each in known if each["type"] == "renderer"]
        before = cpu_ms(service), sum(map(cpu_ms, pages))
        if wait.leads:
            with page.expect_navigation(wait_until="commit"):
                wait.act(page, turn)
        else:
            wait.act(page, turn)
        painted = page.evaluate(f"painted({wait.ready})")
        waited.append(page.evaluate("seen()") if wait.leads else painted)
        served.append(cpu_ms(service) - before[0])
        shown.append(sum(map(cpu_ms, pages)) - before[1])
    context.close()
    return waited, median(served), median(shown)


@contextmanager
def serving(book: Path) -> Iterator[tuple[str, int]]:
    """The address and the process of a service where anybody signs in as anybody."""
    words = [sys.executable, "-m", "airshed", "serve", str(book), "--port", "0", "--demo-users"]
    words += ["--requests-a-second", "100000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().partition('127.0.0.1:')[2].split()[0]}", process.pid
        finally:
            process.terminate()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    with sync_playwright() as driver:
        words = ["--no-sandbox"] if os.geteuid() == 0 else []
        found = driver.chromium.launch(executable_path=browser("scripts/browser"), args=["--disable-gpu", *words])
        yield found
        found.close()


def demo_of(folder: Path, book: Path | None) -> Path:
    """The demo year in a folder of its own: a copy of what is named or was made, or played anew."""
    made = book or Path("demo/dianzhong.book")
    if made.is_file():
        shutil.copytree(made.parent, folder / "demo")
        return folder / "demo" / made.name
    subprocess.run([sys.executable, "-m", "airshed", "demo", "--out", f"{folder}/demo", "--json"], check=True)
    return folder / "demo" / "dianzhong.book"


def main() -> None:
    """Print the table."""
    asked = Path(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].endswith(".book") else None
    with (
        tempfile.TemporaryDirectory() as name,
        serving(demo_of(Path(name), asked)) as (url, pid),
        chromium() as chrome,
    ):
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")
        print("| | median ms | of the limit | worst ms | processor: service ms | page ms |")
        print("|---|---|---|---|---|---|")
        for wait in WAITS:
            waited, served, shown = measured(chrome, url, pid, wait)
            middle = median(waited)
            told = f"{middle:.0f} | {middle / LIMIT_MS:.2f} | {max(waited):.0f} | {served:.0f} | {shown:.0f}"
            print(f"| {wait.name} | {told} |", flush=True)


if __name__ == "__main__":
    main()
