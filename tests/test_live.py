"""Live parts of pages: once for all who see the same, by record number, and put in by the browser."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Message

from airshed.engine.commands import SetCap
from airshed.market.tape import Trade
from airshed.model.refusal import Malformed
from airshed.pages.portal.live import Live, PartsRound, Sight, key_of, live_of
from airshed.pages.portal.parts import PARTS, watch
from airshed.pages.portal.ways import PORTAL
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market
from laws import RULES
from markets import AT, AUTHORITY
from markets import market as small_market
from services import Served, market_book, served

T = TypeVar("T")

SERIES = "SO2-KM-2027"
TICK = RULES.trading.tick_fen_per_t
DEPTH = f"/live?part=depth&series={SERIES}&language=en"


def acts_as(rehearsal: Served, name: str) -> tuple[httpx.Client, str]:
    """Somebody with a session, and its token."""
    client = rehearsal.stranger()
    client.headers["accept"] = "text/html"
    said = client.post("/sign-in", data={"as": name, "next": "/"}, follow_redirects=True)
    token = re.search(r'name="csrf" value="([^"]*)"', said.text)
    assert token is not None
    return client, token[1]


def places(rehearsal: Served, name: str, side: str, limit: str, key: str) -> None:
    """Place an order of one tonne."""
    client, token = acts_as(rehearsal, name)
    fields = {"account": name, "series": SERIES, "side": side, "count": "1", "limit": limit}
    said = client.post("/act/PlaceOrder", data={**fields, "csrf": token, "key": key, "step": "confirm"})
    assert said.status_code == 303, said.text


def heard(client: httpx.Client, address: str, records: int, headers: dict[str, str] | None = None) -> list[Any]:
    """The events of a stream until so many records were told."""
    found: list[Any] = []
    with client.stream("GET", address, headers=headers or {}) as said:
        assert said.status_code == 200, said.read()
        kind = ""
        for line in said.iter_lines():
            if line.startswith("event: "):
                kind = line.removeprefix("event: ")
            elif line.startswith("data: ") and kind != "beat":
                found.append((kind, json.loads(line.removeprefix("data: "))))
                records -= kind == "record"
                if not records:
                    return found
    return found


def test_a_screen_opens_on_a_series_in_which_something_happens(rehearsal: Served) -> None:
    places(rehearsal, "steel", "sell", "4300", "opens")
    client, _ = acts_as(rehearsal, "steel")
    assert f"<b>{SERIES}</b>" in client.get("/trade").text


def test_who_is_behind_hears_each_part_as_it_is_now_and_of_which_record_that_is(rehearsal: Served) -> None:
    places(rehearsal, "steel", "sell", "4300", "behind")
    told = heard(rehearsal.stranger(), f"{DEPTH}&part=tape&after=1", 1)
    assert [kind for kind, _ in told] == ["part", "part", "record"]
    assert told[0][1]["part"] == "depth"
    assert "4,300.00" in told[0][1]["html"]
    assert told[-1][1]["seq"] == rehearsal.records()


def test_who_has_heard_all_is_sent_no_part_again(rehearsal: Served) -> None:
    told = heard(rehearsal.stranger(), DEPTH, 1, {"last-event-id": str(rehearsal.records())})
    assert told == [("record", told[0][1])]


def test_a_part_is_what_the_page_has(rehearsal: Served) -> None:
    client, _ = acts_as(rehearsal, "steel")
    page = client.get(f"/trade?series={SERIES}").text
    address = re.search(r'data-live="([^"]*)"', page)
    assert address is not None
    for kind, event in heard(client, f"{unescape(address[1])}&after=0", 1):
        if kind == "part" and event["part"] != "count":
            assert f'<div id="part-{event["part"]}" data-part="{event["part"]}">{event["html"]}</div>' in page


def test_all_who_see_the_same_are_told_by_one_making(rehearsal: Served) -> None:
    live = rehearsal.running.service.beside["live"]
    assert isinstance(live, Live)
    with watching(rehearsal, DEPTH) as first, watching(rehearsal, DEPTH) as second:
        next(first), next(second)
        places(rehearsal, "steel", "sell", "4310", "shared")
        assert "4,310.00" in next(first)
        assert "4,310.00" in next(second)
        assert len([key for key in live.round.made if key.part == "depth"]) == 1


def test_a_part_that_did_not_change_is_not_sent(rehearsal: Served) -> None:
    with watching(rehearsal, f"{DEPTH}&part=tape") as parts:
        assert '"part":"tape"' in next(parts)
        places(rehearsal, "steel", "sell", "4320", "unchanged")
        assert '"part":"tape"' not in next(parts)


@contextmanager
def watching(rehearsal: Served, address: str) -> Iterator[Iterator[str]]:
    """A stream, each time as far as the next record."""
    client = rehearsal.stranger()

    def parts(lines: Iterator[str]) -> Iterator[str]:
        kept = ""
        for line in lines:
            kept += line + "\n"
            if line.startswith("id: "):
                yield kept
                kept = ""

    with client.stream("GET", f"{address}&after=0") as said:
        yield parts(said.iter_lines())


def test_what_is_somebodys_own_is_given_to_nobody_else(rehearsal: Served) -> None:
    stranger = rehearsal.stranger()
    assert stranger.get("/live?part=orders").status_code == 401
    assert stranger.get("/live?part=nothing").status_code == 404
    assert stranger.get("/live?part=depth&series=SO2-XX-2027").status_code == 400
    assert stranger.get("/live?" + "&".join(["part=tape"] * 13)).status_code == 404
    client, _ = acts_as(rehearsal, "fund")
    (part, _) = heard(client, "/live?part=orders&after=0", 1)
    assert "4,300.00" not in part[1]["html"]
    office, _ = acts_as(rehearsal, "small-bureau")
    for part in ("today", "purse", "orders", "between"):
        assert office.get(f"/live?part={part}&series={SERIES}").status_code == 403, "whoever acts for no account"


def within(rehearsal: Served, work: Callable[[Service], Coroutine[Any, Any, T]]) -> T:
    """What work in the loop of the service comes to."""
    loop = rehearsal.running._loop
    assert loop is not None
    return asyncio.run_coroutine_threadsafe(work(rehearsal.running.service), loop).result(20)


BAD = key_of("depth", PARTS, "en", "", {"series": "SO2-XX-2027"})
GOOD = key_of("depth", PARTS, "en", "", {"series": SERIES})


def test_what_one_asks_wrongly_fails_nobody_else(rehearsal: Served) -> None:
    async def begins(service: Service) -> PartsRound:
        live = live_of(service, PARTS)
        live.join([BAD, GOOD])
        with pytest.raises(Malformed, match="SO2-XX-2027"):
            await live.begin([BAD])
        return await live.begin([GOOD])

    async def leaves(service: Service) -> None:
        live_of(service, PARTS).leave([BAD, GOOD])

    assert isinstance(within(rehearsal, begins).made[GOOD], bytes)
    try:
        with watching(rehearsal, DEPTH) as parts:
            next(parts)
            places(rehearsal, "steel", "sell", "4360", "beside a bad one")
            assert "4,360.00" in next(parts)
    finally:
        within(rehearsal, leaves)


def test_nothing_is_kept_for_who_leaves_while_it_is_made(rehearsal: Served) -> None:
    other = key_of("tape", PARTS, "en", "", {"series": SERIES})

    async def leaves_early(service: Service) -> tuple[PartsRound, Live]:
        live = Live(service, PARTS)
        live.join([GOOD, other])
        beginning = asyncio.create_task(live.begin([GOOD]))
        await asyncio.sleep(0)  # the look has begun
        live.leave([other])
        try:
            return await beginning, live
        finally:
            live.leave([GOOD])

    made, live = within(rehearsal, leaves_early)
    assert list(made.made) == [GOOD]
    assert live.kept == 0


def test_a_list_is_of_a_series_that_there_is(rehearsal: Served) -> None:
    assert rehearsal.stranger().get("/live?part=list&series=any-text").status_code == 400


def test_a_feed_counts_from_when_it_is_let_in(rehearsal: Served) -> None:
    """Many asked for at once are no more than one after the other, and what never began is given back."""
    scope = {"type": "http", "method": "GET", "headers": [], "client": ("192.0.2.9", 1), "query_string": b"part=prices"}

    async def at_once(service: Service) -> tuple[list[Response | BaseException], int, int]:
        most = service.limits.feeds_of_one
        asked = [watch(service, Request(dict(scope))) for _ in range(most + 10)]
        said = await asyncio.gather(*asked, return_exceptions=True)
        open_then = service.feed.watching["address 192.0.2.9"]
        for stream in said:
            if isinstance(stream, Response):
                with pytest.raises(ClientDisconnect):
                    await stream({**scope, "asgi": {"spec_version": "2.4"}}, hears_nothing, gone)
        return said, open_then, service.feed.watching["address 192.0.2.9"]

    said, then, after = within(rehearsal, at_once)
    most = rehearsal.running.service.limits.feeds_of_one
    assert sum(isinstance(each, Response) for each in said) == most
    assert all(isinstance(each, Response) or (isinstance(each, Stopped) and each.code == "too_many") for each in said)
    assert (then, after) == (most, 0)


async def hears_nothing() -> Message:
    """Whoever asked says nothing more."""
    return {"type": "http.disconnect"}


async def gone(message: Message) -> None:
    """Whoever asked is gone before the first line."""
    raise OSError


# --- in a browser


@contextmanager
def desk(browser: Browser, rehearsal: Served, name: str, language: str = "en-GB") -> Iterator[Page]:
    """The market screen of somebody; a browser that complains fails."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale=language)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{rehearsal.url}/sign-in")
    page.locator("details").evaluate_all("all => all.forEach(each => { each.open = true })")
    page.locator(f'button[name="as"][value="{name}"]').click()
    page.wait_for_url(f"{rehearsal.url}/")
    page.goto(f"{rehearsal.url}/trade?series={SERIES}")
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def test_a_screen_shows_what_another_does_and_keeps_the_focus(rehearsal: Served, browser: Browser) -> None:
    with desk(browser, rehearsal, "fund") as page:
        expect(page.locator("#live")).to_have_text("Live")
        price = page.locator('#part-depth a[data-limit="4300.00"]').first
        price.focus()
        places(rehearsal, "steel", "sell", "4330", "seen")
        expect(page.locator("#part-depth")).to_contain_text("4,330.00")
        assert page.locator(":focus").get_attribute("data-limit") == "4300.00"
        expect(page.locator("[data-of-record=record]")).to_have_text(f"{rehearsal.records():,}")


def test_an_order_is_written_from_the_ladder_and_says_what_it_comes_to(rehearsal: Served, browser: Browser) -> None:
    with desk(browser, rehearsal, "fund") as page:
        page.locator('#part-depth a[data-limit="4300.00"]:not([data-count])').click()
        assert page.get_by_label("buy").is_checked()
        page.get_by_label("Allowances").fill("1")
        expect(page.locator("#ticket")).to_contain_text("You pay at most")
        expect(page.locator("#ticket")).to_contain_text("Fee")
        before = rehearsal.records()
        page.get_by_label("Limit price").press("ArrowUp")
        assert page.get_by_label("Limit price").input_value() == f"{4300 + TICK / 100:.2f}"
        page.get_by_label("Limit price").fill("9999")
        expect(page.locator("#ticket")).to_contain_text("It would be refused")
        expect(page.locator("#ticket")).to_contain_text("Rests on")
        page.get_by_label("Limit price").fill("3.000,5")
        expect(page.locator("#ticket .error")).to_contain_text("read differently")
        assert rehearsal.records() == before, "nothing of it was sent"
        page.locator("#part-list a").first.click()
        page.wait_for_url("**count=1*")
        assert page.get_by_label("Allowances").input_value() == "1"
        assert page.get_by_label("buy").is_checked()
        assert page.get_by_label("Limit price").input_value() == "", "a limit is of its own series"


def test_another_series_comes_into_the_place_of_the_first_and_lives(tmp_path: Path, browser: Browser) -> None:
    limits = ServiceLimits(stranger_burst=10_000)
    book = market_book(tmp_path, (AUTHORITY, SetCap("SO2", "KM", 2028)))
    with served(book, limits, pages=PORTAL, demo_users=True) as rehearsal, desk(browser, rehearsal, "fund") as page:
        page.evaluate("window.stays = true")
        first = page.url
        page.get_by_label("buy").check()
        other = page.locator("#part-list a:not([aria-current])").first
        name = other.inner_text()
        other.click()
        page.wait_for_url(f"**series={name}*")
        expect(page.locator("#part-list [aria-current]")).to_have_text(name)
        expect(page.locator("#h-order")).to_contain_text(name)
        assert page.evaluate("window.stays"), "nothing was loaded anew"
        assert page.get_by_label("buy").is_checked()
        switch = page.get_by_role("link", name="中文").get_attribute("href") or ""
        assert name in switch, "the language is that of the page that is seen"
        expect(page.locator("#live")).to_have_text("Live")
        places(rehearsal, "steel", "sell", "4360", "elsewhere")
        expect(page.locator("[data-of-record=record]")).to_have_text(f"{rehearsal.records():,}")
        page.go_back()
        page.wait_for_url(first)
        expect(page.locator("#part-list [aria-current]")).to_have_text(SERIES)
        expect(page.locator("#part-depth")).to_contain_text("4,360.00")


def test_an_order_is_cancelled_where_it_stands_with_one_question(rehearsal: Served, browser: Browser) -> None:
    places(rehearsal, "steel", "sell", "4340", "cancelled")
    with desk(browser, rehearsal, "steel", "zh-CN") as page:
        expect(page.locator("#part-depth tr.own", has_text="4,340.00")).to_contain_text("本户")
        row = page.locator("#part-orders tr", has_text="4,340.00")
        row.get_by_role("link", name="撤单").click()
        row.get_by_role("button", name="取消").click()
        expect(row).to_have_count(1)
        row.get_by_role("link", name="撤单").click()
        row.get_by_role("button", name="确认").dblclick()
        expect(row).to_have_count(0)
        assert page.url.endswith(f"/trade?series={SERIES}")


def test_a_screen_says_that_it_is_stale_and_catches_up(tmp_path: Path, browser: Browser) -> None:
    limits = ServiceLimits(stranger_burst=10_000)
    book = market_book(tmp_path)
    with served(book, limits, pages=PORTAL, demo_users=True) as rehearsal, desk(browser, rehearsal, "fund") as page:
        expect(page.locator("#live")).to_have_text("Live")
        page.context.set_offline(True)
        rehearsal.running.feed.end()  # every stream ends, as when a connection breaks
        expect(page.locator("#live")).to_contain_text("Stale since")
        rehearsal.running.feed.over = False
        places(rehearsal, "steel", "sell", "4350", "missed")
        page.context.set_offline(False)
        expect(page.locator("#live")).to_have_text("Live")
        expect(page.locator("#part-depth")).to_contain_text("4,350.00")


def test_a_screen_says_when_the_sign_in_is_over_and_keeps_what_was_written(rehearsal: Served, browser: Browser) -> None:
    with desk(browser, rehearsal, "fund") as page:
        expect(page.locator("#live")).to_have_text("Live")
        page.get_by_label("Allowances").fill("7")
        page.context.clear_cookies()
        for hidden in ("true", "false"):  # somebody looks at another page, and comes back
            page.evaluate(f"Object.defineProperty(document, 'hidden', {{ value: {hidden}, configurable: true }})")
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(page.locator("#live")).to_contain_text("Signed out")
        assert page.get_by_label("Allowances").input_value() == "7"


def test_a_series_that_was_never_traded_shows_the_days_of_the_vintage_before() -> None:
    market = Market(small_market().state)

    def drawn(series: str) -> object:
        return PARTS["figure"].facts(Sight(market, RULES, AT, None, {"series": series}, {}))["drawn"]

    assert drawn(SERIES) == SERIES
    market.state.ledger.caps["SO2-KM-2028"] = market.state.ledger.caps[SERIES]
    market.tape_of[SERIES] = [Trade(9, 1, AT, "2027-03-01", "listed", SERIES, 410_000, 1_000, 410_000)]
    assert drawn("SO2-KM-2028") == SERIES
    assert drawn(SERIES) == SERIES


def test_on_a_telephone_the_chosen_page_is_seen_in_the_menu_and_what_is_wrong_has_the_focus(
    rehearsal: Served, browser: Browser
) -> None:
    with desk(browser, rehearsal, "fund") as page:
        page.set_viewport_size({"width": 400, "height": 800})
        page.goto(f"{rehearsal.url}/notices")
        expect(page.locator(".menu a[aria-current]")).to_be_in_viewport(ratio=1)
        page.goto(f"{rehearsal.url}/act/PlaceOrder?count=x&limit=1")
        page.get_by_role("button", name="See what would happen").click()
        expect(page.locator("#f-count")).to_be_focused()
