"""In Chromium: a regulator settles a year, and an exchange clears an auction and ends its session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from airshed.engine import commands as c
from airshed.lab.simulator.small_market import BANK, EXCHANGE
from airshed.model.period import instant
from airshed.pages.portal.ways import PORTAL
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from markets import AUTHORITY, done, market
from services import Served, served
from terms import verified

LIMITS = ServiceLimits(stranger_burst=10_000)


def closed(runner: object) -> None:
    """Let go of the book of a runner."""
    journal = getattr(runner, "journal")  # noqa: B009 - what keeps a book is known by the one who made it
    assert isinstance(journal, Book)
    journal.close()


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The deadline of a verified year is over, and one works gave up nothing."""
    path: Path = tmp_path_factory.mktemp("days") / "ended.book"
    runner = market(Book.create(path), tables=True)
    verified(runner, "steel", 5_000_000_000)
    verified(runner, "cement", 0)
    done(runner, BANK, c.Deposit("steel", 100), instant("2028-07-02"))
    closed(runner)
    with served(path, LIMITS, pages=PORTAL, demo_users=True) as found:
        yield found


@pytest.fixture(scope="module")
def selling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An auction has its bids, and the market is open."""
    path: Path = tmp_path_factory.mktemp("days") / "selling.book"
    runner = market(Book.create(path), tables=True)
    done(runner, AUTHORITY, c.OpenAuction("spring", "SO2-KM-2027", 100_000))
    for bidder, limit in (("steel", 471_000), ("cement", 463_000)):
        done(runner, bidder, c.PlaceBid("spring", bidder, 1_000, limit))
    closed(runner)
    with served(path, LIMITS, pages=PORTAL, demo_users=True) as found:
        yield found


def somebody(browser: Browser, there: Served, name: str, language: str, width: int) -> Page:
    """A page of somebody who has signed in."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    page.goto(f"{there.url}/sign-in")
    page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
    page.locator(f'button[name="as"][value="{name}"]').click()
    page.wait_for_url(f"{there.url}/")
    return page


def fits(page: Page) -> bool:
    """Whether nothing of a page stands beyond its width."""
    wide: bool = page.locator("html").evaluate("page => page.scrollWidth <= page.clientWidth")
    return wide


@pytest.mark.parametrize("width", [390, 1280])
def test_the_rooms_of_the_authority_fit_a_telephone_and_a_desk(browser: Browser, ended: Served, width: int) -> None:
    page = somebody(browser, ended, AUTHORITY, "zh-CN", width)
    for path in ("/", "/queue", "/closing", "/closing/2027", "/desk", "/allocation", "/law", "/report", "/check"):
        page.goto(f"{ended.url}{path}")
        assert fits(page), path
    page.context.close()


def test_a_regulator_sees_what_a_year_costs_and_settles_it(browser: Browser, ended: Served) -> None:
    page = somebody(browser, ended, AUTHORITY, "zh-CN", 1280)
    page.get_by_role("link", name="待办审批").click()
    expect(page.get_by_text("2个账户已核查")).to_be_visible()
    page.locator('a[href="/closing/2027"]').click()
    expect(page.get_by_role("heading", name="缺口、罚款与扣回")).to_be_visible()
    page.get_by_role("button", name="结算全部可结算账户").click()
    assert page.url.endswith("/closing/2027")
    page.get_by_label("本人已知悉上述后果。").check()
    page.get_by_role("button", name="结算全部可结算账户").click()
    expect(page.get_by_role("alert")).to_contain_text("已提交")
    before = ended.records()
    page.reload()
    page.wait_for_load_state()
    expect(page.get_by_text("所有账户均已结算。")).to_be_visible()
    assert ended.records() == before, "what is sent again counts once"
    page.context.close()


def test_an_exchange_clears_an_auction_and_ends_its_session(browser: Browser, selling: Served) -> None:
    page = somebody(browser, selling, EXCHANGE, "en", 1280)
    page.get_by_role("link", name="Auction desk").click()
    row = page.get_by_role("row").filter(has_text="spring")
    expect(row).to_contain_text("2")
    assert "4,710" not in page.content()
    row.locator('a[href^="/act/CloseAuction"]').click()
    page.get_by_label("Seed").fill("7")
    page.get_by_role("button", name="See what would happen").click()
    expect(page.get_by_text("what comes of it is not told before")).to_be_visible()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.goto(f"{selling.url}/auctions/spring")
    expect(page.get_by_role("heading", name="Demand")).to_be_visible()
    expect(page.get_by_text("4,630 yuan/t").first).to_be_visible()

    page.goto(f"{selling.url}/desk")
    page.locator('a[href^="/act/CloseSession"]').click()
    page.get_by_role("button", name="See what would happen").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.context.close()
