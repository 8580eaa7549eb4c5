"""Sealed bids of the shipped law from the portal: sealed in the browser, opened after the close, cleared."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from airshed.engine import commands as c
from airshed.market.sealing import commitment
from airshed.pages.portal.ways import PORTAL
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from laws import SHIPPED
from markets import AUTHORITY, SERIES, done, market
from services import Served, served

SEALED = load_texts(SHIPPED)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small market under the law as it is shipped, with an auction that takes sealed bids."""
    path = tmp_path_factory.mktemp("sealed") / "sealed.book"
    book = Book.create(path)
    book.keep_law(digest(SEALED), SHIPPED)
    runner = market(book, SEALED, tables=True)
    done(runner, AUTHORITY, c.OpenAuction("spring", SERIES, 1_000))
    book.close()
    with served(path, ServiceLimits(stranger_burst=100_000), pages=PORTAL, demo_users=True) as found:
        yield found


def as_whom(page: Page, service: Served, name: str) -> None:
    page.goto(f"{service.url}/sign-in")
    for summary in page.locator("details:not([open]) > summary").all():
        summary.click()
    page.locator(f'button[name="as"][value="{name}"]').click()
    page.wait_for_url(f"{service.url}/")


def test_a_bid_is_sealed_in_the_browser_and_opened_there_after_the_close(
    sealed: Served, browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(asked.url + (asked.post_data or "")))
    as_whom(page, sealed, "steel")
    expect(page.get_by_role("link", name=re.compile("^spring"))).to_be_visible()

    page.goto(f"{sealed.url}/act/PlaceBid?auction=spring&account=steel&count=0.2&limit=4321")
    expect(page.get_by_text("Bids are taken sealed only here. Write yours below.")).to_be_visible()
    del sent[:]
    page.goto(f"{sealed.url}/with-others")
    page.get_by_role("link", name="Sealed bid spring").click()
    page.get_by_label("How much").fill("２００")
    page.get_by_label("The most you pay").fill("0.432万元/吨")
    page.get_by_role("button", name="Seal it").click()
    expect(page.locator("#bid-count-error")).to_have_text(
        "At most 1 t can be bought here: a bid for more could not be opened."
    )
    page.get_by_label("How much").fill("１")
    page.get_by_label("The most you pay").fill("9亿")
    page.get_by_role("button", name="Seal it").click()
    expect(page.locator("#bid-count-error")).to_be_hidden()
    expect(page.locator("#bid-limit-error")).to_contain_text("It needs 900,000,000.00 yuan, and only 10,000.00")
    page.get_by_label("The most you pay").fill("0.432万元/吨")
    page.get_by_label("How much").fill("3.000,5")
    page.get_by_role("button", name="Seal it").click()
    expect(page.locator("#bid-count-error")).to_contain_text("Write tonnes as 3,000.5")
    with page.expect_download() as kept:
        page.get_by_label("How much").fill("0.2 t")
        page.get_by_role("button", name="Seal it").click()
    kept.value.save_as(tmp_path / "kept.secret")
    secret = json.loads((tmp_path / "kept.secret").read_text())
    assert json.loads(secret["text"]) == {
        "do": "PlaceBid",
        "auction": "spring",
        "account": "steel",
        "count": 200,
        "limit": 432_000,
    }
    expect(page.locator("#sealed-aside")).to_have_text("1,000.00 yuan")
    expect(page.locator("#sealed-why")).to_contain_text("Your bid needs 864.00 yuan with its fee.")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
    expect(page.locator("main")).to_contain_text(commitment(secret["text"], secret["salt"]))
    expect(page.locator("main")).to_contain_text("1,000.00 yuan")  # 864 yuan, made coarse
    expect(page.get_by_role("row", name="Money, free")).to_contain_text("−1,000.00 yuan")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/records/*")
    assert not [
        said
        for said in sent
        if "4320" in said or "0.432" in said or "432000" in said or "4%2C320" in said or secret["salt"] in said
    ]

    page.goto(f"{sealed.url}/with-others")
    expect(page.locator("main")).to_contain_text("1 sealed, 1,000.00 yuan set aside")
    office = browser.new_context(locale="en-GB").new_page()
    as_whom(office, sealed, AUTHORITY)
    office.goto(f"{sealed.url}/act/EndBidding?venue=auction&name=spring")
    office.get_by_role("button", name="See what would happen").click()
    office.get_by_role("button", name="Confirm").click()
    office.wait_for_url("**/records/*")
    office.context.close()

    page.goto(f"{sealed.url}/auctions/spring")
    expect(page.locator("main")).to_contain_text("Bidding has ended.")
    page.goto(f"{sealed.url}/")
    page.get_by_role("link", name=re.compile("^Open your sealed bid in spring")).click()
    page.get_by_role("button", name="Open it 1").click()
    expect(page.get_by_text("Nothing has been done yet")).to_be_visible()
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**/records/*")
    page.goto(f"{sealed.url}/with-others")
    expect(page.locator("main")).to_contain_text("1 bid for 200 kg, 864.00 yuan set aside")
    context.close()
