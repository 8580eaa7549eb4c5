"""The portal in a real browser: a firm covers its position from a phone, an official acts in a city by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from services import Served

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 900}


@contextmanager
def opened(browser: Browser, size: dict[str, int], language: str) -> Iterator[tuple[Page, list[str]]]:
    """A page of somebody's own, and what the browser complained of."""
    context = browser.new_context(viewport=size, locale=language, java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []

    def said(message: ConsoleMessage) -> None:
        # That an answer was 422 is what a refusal is, and no complaint.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            complaints.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, complaints
    finally:
        context.close()


def signs_in(page: Page, rehearsal: Served, name: str) -> None:
    """Choose whom to be."""
    page.goto(f"{rehearsal.url}/sign-in")
    for summary in page.locator("details:not([open]) > summary").all():
        summary.click()
    page.locator(f'button[name="as"][value="{name}"]').click()
    page.wait_for_url(f"{rehearsal.url}/")


def fits(page: Page) -> bool:
    """Whether nothing of a page stands beyond its width."""
    wide: Any = page.locator("html").evaluate("page => page.scrollWidth <= page.clientWidth")
    return bool(wide)


def test_a_firm_covers_its_position_from_a_phone_without_a_script(rehearsal: Served, browser: Browser) -> None:
    with opened(browser, PHONE, "zh-CN") as (page, complaints):
        signs_in(page, rehearsal, "steel")
        expect(page.get_by_role("heading", name="履约头寸")).to_be_visible()
        page.get_by_role("link", name="买卖", exact=True).click()
        page.get_by_label("配额系列").select_option("SO2-KM-2027")
        page.get_by_role("button", name="查看").click()
        page.get_by_label("买入").check()
        page.get_by_label("数量").fill("２")
        page.get_by_label("限价").fill("3.000,5")
        page.get_by_role("button", name="预演结果").click()
        expect(page.locator("#f-limit-error")).to_contain_text("写法有歧义")
        assert page.get_by_label("数量").input_value() == "２", "what was written stays"
        page.get_by_label("限价").fill("4100")
        page.get_by_role("button", name="预演结果").click()
        expect(page.get_by_text("尚未办理")).to_be_visible()
        expect(page.get_by_text("2吨").first).to_be_visible()
        assert fits(page)
        before = rehearsal.records()
        page.get_by_role("button", name="确认办理").dblclick()
        expect(page.get_by_text("编号与哈希值").or_(page.get_by_role("status"))).to_be_visible()
        assert page.url.startswith(f"{rehearsal.url}/records/{before + 1}")
        assert rehearsal.records() == before + 1, "a double click does nothing twice"
        page.goto(f"{rehearsal.url}/trade?series=SO2-KM-2027")
        expect(page.get_by_role("link", name="撤单").first).to_be_visible()
        assert fits(page)
        assert complaints == []


def test_a_city_official_sets_a_cap_in_the_city_by_keyboard_and_is_refused_another(
    rehearsal: Served, browser: Browser
) -> None:
    with opened(browser, DESK, "en-GB") as (page, complaints):
        signs_in(page, rehearsal, "small-bureau")
        page.goto(f"{rehearsal.url}/act/SetCap")
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Skip to the content"
        page.locator('input[value="NOx"]').focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("2027")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
        before = rehearsal.records()
        assert page.locator(":focus").inner_text() == "Set cap", "the head of what is to be confirmed"
        page.keyboard.press("Tab")
        assert page.locator(":focus").inner_text() == "Confirm"
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_be_visible()
        assert rehearsal.records() == before + 1
        page.goto(f"{rehearsal.url}/act/SetCap?jurisdiction=QJ&pollutant=PM&vintage=2027")
        # The form offers no other city; somebody writes one into it.
        page.locator('input[name="jurisdiction"]').evaluate("field => { field.value = 'QJ' }")
        page.get_by_role("button", name="See what would happen").click()
        expect(page.get_by_role("alert").get_by_role("link", name="Jurisdiction")).to_be_visible()
        expect(page.locator("#form")).to_contain_text("bound to KM")
        assert complaints == []


@pytest.mark.parametrize("name", ["steel", "small-bureau", ""])
def test_on_a_phone_a_page_begins_in_the_upper_quarter_of_the_screen(
    rehearsal: Served, browser: Browser, name: str
) -> None:
    """Who it is, the menu and what the figures are take no more of it."""
    with opened(browser, PHONE, "en-GB") as (page, complaints):
        if name:
            signs_in(page, rehearsal, name)
        page.goto(f"{rehearsal.url}/")
        top = page.locator("h1").bounding_box()
        assert top is not None
        assert top["y"] < PHONE["height"] / 4
        labels = page.locator("label:has(+ select), label:has(+ input)")
        page.goto(f"{rehearsal.url}/works")
        for label in labels.all():
            box, field = label.bounding_box(), label.locator("+ *").bounding_box()
            assert box is not None
            assert field is not None
            assert abs(box["y"] + box["height"] / 2 - field["y"] - field["height"] / 2) < 12, "a label beside its field"
        assert complaints == []


def test_enter_sends_a_form_and_does_not_change_its_language(rehearsal: Served, browser: Browser) -> None:
    """The switch of languages belongs to the form and stands before it."""
    with opened(browser, PHONE, "zh-CN") as (page, complaints):
        page.goto(f"{rehearsal.url}/sign-in")
        for field in ("用户名", "口令", "动态码"):
            page.get_by_label(field).fill("123456")
        page.get_by_label("动态码").press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.title().startswith("登录"), "still in Chinese"
        signs_in(page, rehearsal, "steel")
        page.goto(f"{rehearsal.url}/act/PlaceOrder?series=SO2-KM-2027&side=sell&limit=4300")
        page.get_by_label("数量").fill("2")
        page.get_by_label("数量").press("Enter")
        expect(page.get_by_text("尚未办理")).to_be_visible()
        assert complaints == []


@pytest.mark.parametrize("name", ["steel", "small-bureau", ""])
def test_no_page_is_wider_than_a_phone_or_complains(rehearsal: Served, browser: Browser, name: str) -> None:
    for language in ("en-GB", "zh-CN"):
        with opened(browser, {"width": 390, "height": 844}, language) as (page, complaints):
            paths = [
                "/",
                "/caps",
                "/prices",
                "/prices/SO2-KM-2027",
                "/auctions",
                "/works",
                "/works/s-steel",
                "/register",
                "/check",
            ]
            if name:
                signs_in(page, rehearsal, name)
                paths += ["/act", "/waiting", *(["/trade", "/account"] if name == "steel" else ["/people"])]
            else:
                paths.append("/sign-in")
            for path in paths:
                page.goto(f"{rehearsal.url}{path}")
                assert fits(page), path
            assert complaints == []


def test_a_document_gives_its_digest_and_stays_where_it_is(rehearsal: Served, browser: Browser, tmp_path: Path) -> None:
    document = tmp_path / "证明.pdf"
    document.write_bytes(b"%PDF-1.7 a proof")
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    signs_in(page, rehearsal, "steel")
    page.goto(f"{rehearsal.url}/act/MarkHours")
    sent.clear()
    page.locator("#f-evidence-file").set_input_files(document)
    expect(page.locator("#f-evidence")).to_have_value(sha256(document.read_bytes()).hexdigest())
    expect(page.locator("#f-evidence-told")).to_contain_text("已填入证明.pdf的摘要")
    assert "POST" not in sent, "the page goes on hearing what is live, and sends nothing"
    assert fits(page)
    context.close()


def test_all_rows_of_a_long_table_are_printed(rehearsal: Served, browser: Browser) -> None:
    context = browser.new_context(viewport=DESK, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    signs_in(page, rehearsal, "small-bureau")
    page.goto(f"{rehearsal.url}/data")
    rows = page.locator("table[data-long='tables'] tbody tr")
    expect(rows).to_have_count(25)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert rows.count() > 25
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(rows).to_have_count(25)
    context.close()


@pytest.mark.parametrize(("locale", "said"), [("en-GB", "Book as of "), ("zh-CN", "账簿截至 ")])
def test_every_printed_sheet_has_its_number_and_says_of_which_record_it_is(
    rehearsal: Served, browser: Browser, locale: str, said: str
) -> None:
    context = browser.new_context(viewport=DESK, locale=locale)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{rehearsal.url}/register")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    told = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--sheet')")
    record = page.locator("[data-of-record=record]").inner_text()
    assert page.locator(".programme").inner_text() in told, "and of which programme"
    assert said in told
    assert record in told
    rules = page.evaluate(
        "[...document.styleSheets[0].cssRules].map(rule => rule.cssText).filter(text => /^@page/.test(text))"
    )
    assert any("counter(page)" in rule and "counter(pages)" in rule and "var(--sheet" in rule for rule in rules), rules
    context.close()


def test_on_paper_a_table_is_a_table_and_nothing_is_to_be_pressed(rehearsal: Served, browser: Browser) -> None:
    """A sheet is as narrow as a telephone: a statement was printed as cards, ten sheets of it."""
    context = browser.new_context(viewport={"width": 718, "height": 1000}, locale="en-GB")
    page = context.new_page()
    signs_in(page, rehearsal, "steel")
    page.goto(f"{rehearsal.url}/account")
    page.emulate_media(media="print")
    displays = page.locator("table.cards td").evaluate_all("all => all.map(cell => getComputedStyle(cell).display)")
    assert displays
    assert set(displays) == {"table-cell"}
    assert fits(page)
    assert [each.inner_text() for each in page.locator("button").all() if each.is_visible()] == []
    context.close()


def test_back_and_reload_find_what_was_written_and_what_was_done(rehearsal: Served, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="en-GB")  # type: ignore[arg-type]
    page = context.new_page()
    signs_in(page, rehearsal, "steel")
    page.goto(f"{rehearsal.url}/act/PlaceOrder")
    page.locator("input[name='side'][value='sell']").check()
    page.locator("#f-count").fill("7")
    page.locator("#f-limit").fill("4300")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
    page.go_back()
    expect(page.locator("#f-count")).to_have_value("7")
    expect(page.locator("#f-limit")).to_have_value("4300")
    page.go_forward()
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Nothing was done twice.")).to_be_visible()
    context.close()


@pytest.mark.parametrize("path", ["/prices", "/prices/SO2-KM-2027", "/map"])
def test_a_chart_has_room_on_its_page(rehearsal: Served, browser: Browser, path: str) -> None:
    """The index of the zone and the days of a series were drawn into boxes of no height."""
    page = browser.new_page(viewport=DESK)  # type: ignore[arg-type]
    page.goto(f"{rehearsal.url}{path}")
    heights = page.locator(".chart").evaluate_all("charts => charts.map(chart => chart.offsetHeight)")
    assert all(height >= 200 for height in heights), heights
    assert heights or path != "/prices", "a small market has no map, and no day of a series that nobody traded"
    page.close()
