"""In Chromium, the days of those who make a year: most in a demo year that was left on a morning, as visitors have it.

A city shares out its cap, an office decides what waits, a firm surrenders, an exchange runs an auction and a session, a
regulator settles the year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from airshed.engine import commands as c
from airshed.lab.simulator.small_market import EXCHANGE
from airshed.model.period import DAY_MS
from airshed.pages.portal.ways import PORTAL
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from beijing import instant
from browsers import LONGEST_MS
from markets import REGISTRAR, done, market
from seasons import left_in
from services import Served, served

AUCTIONEER = "small-auctioneer"
OFFICE, OFFICE_2, BUREAU, BUREAU_2 = "dianzhong-office", "dianzhong-inspector", "km-bureau", "km-bureau-review"
FIRM = "km-cem-01"
LIMITS = ServiceLimits(stranger_burst=10_000)


def closed(runner: object) -> None:
    """Let go of the book of a runner."""
    journal = getattr(runner, "journal")  # noqa: B009 - what keeps a book is known by the one who made it
    assert isinstance(journal, Book)
    journal.close()


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo year that was left on a morning: opinions are given but on one works, next year's caps are not set."""
    path: Path = tmp_path_factory.mktemp("days") / "left.book"
    left_in(path, "2028-04-20", {"KM-CEM-02": "KM-CEM-02-A: flat line over 60 hours"})
    with served(path, LIMITS, pages=PORTAL, demo_users=True, at=None) as found:
        yield found


@pytest.fixture(scope="module")
def selling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The market is open, and what is to be auctioned lies in its account."""
    path: Path = tmp_path_factory.mktemp("days") / "selling.book"
    runner = market(Book.create(path), tables=True)
    done(runner, REGISTRAR, c.RegisterActor(AUCTIONEER, "auctioneer"))
    closed(runner)
    with served(path, LIMITS, pages=PORTAL, demo_users=True) as found:
        yield found


def somebody(browser: Browser, there: Served, name: str, language: str, width: int) -> Page:
    """A page of somebody who has signed in."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale=language)
    page = context.new_page()
    page.set_default_timeout(LONGEST_MS)
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
def test_the_rooms_of_the_authority_fit_a_telephone_and_a_desk(browser: Browser, left: Served, width: int) -> None:
    page = somebody(browser, left, OFFICE, "zh-CN", width)
    for path in (
        "/",
        "/queue",
        "/exceedances",
        "/closing",
        "/closing/2027",
        "/desk",
        "/allocation",
        "/law",
        "/law/new",
        "/report",
        "/check",
    ):
        page.goto(f"{left.url}{path}")
        assert fits(page), path
    page.context.close()


def confirms(browser: Browser, there: Served, name: str) -> None:
    """Somebody else looks at what waits for them, and confirms it with the code of now."""
    page = somebody(browser, there, name, "en", 1280)
    page.get_by_role("link", name=re.compile("^Waiting")).first.click()
    page.get_by_role("button", name="Look, and confirm").last.click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.context.close()


def acts(page: Page, done: str = "已办理并入账。") -> None:
    """Look at what a form would come to, and confirm it."""
    page.get_by_role("button", name="预演结果").click()
    page.get_by_role("button", name="确认办理").click()
    expect(page.get_by_text(done).first).to_be_visible()


def test_a_city_official_shares_out_the_city_and_is_refused_another(browser: Browser, left: Served) -> None:
    page = somebody(browser, left, BUREAU, "zh-CN", 1280)
    page.get_by_role("link", name="配额分配工作台").click()
    page.get_by_label("配额系列").select_option("NOx-KM-2028")
    page.get_by_role("button", name="试算").click()
    page.get_by_role("link", name="设定总量").click()
    acts(page, "待第二人复核")
    confirms(browser, left, BUREAU_2)

    page.goto(f"{left.url}/allocation?series=NOx-KM-2028")
    page.get_by_label("对比方法").select_option("history")
    before = left.records()
    page.get_by_role("button", name="试算").click()
    expect(page.get_by_role("heading", name="公平性比较")).to_be_visible()
    assert left.records() == before, "what is tried on paper is in no book"
    share = page.get_by_role("row").filter(has_text="KM-CEM-01").locator("td.strong").inner_text().removesuffix("吨")
    page.get_by_role("button", name="转入正式办理").click()
    expect(page.get_by_role("row").filter(has_text="KM-CEM-01").first).to_contain_text(share)
    page.get_by_role("button", name="确认办理").click()
    expect(page.get_by_text("待第二人复核").first).to_be_visible()
    confirms(browser, left, BUREAU_2)
    page.goto(f"{left.url}/works/KM-CEM-01")
    grant = page.locator("section", has=page.locator("#h-grants")).get_by_role("row").filter(has_text="NOx-KM-2028")
    expect(grant).to_contain_text(share)

    # Another city is on no list; who writes it into the address, or into a form, is told beside the field.
    page.goto(f"{left.url}/allocation?series=SO2-QJ-2028")
    expect(page.locator("#series-error")).to_contain_text("不在您的管辖范围内")
    page.goto(f"{left.url}/act/Allocate?jurisdiction=QJ&pollutant=NOx&vintage=2028")
    page.locator('input[name="jurisdiction"]').evaluate("field => { field.value = 'QJ' }")
    page.get_by_role("button", name="预演结果").click()
    expect(page.locator("#f-jurisdiction-error")).to_contain_text("辖区")
    page.context.close()


def test_an_official_decides_what_waits_in_the_queue(browser: Browser, left: Served) -> None:
    """A mark of this morning, from the telephone of the firm to the decision by two; and a year with an opinion."""
    page = somebody(browser, left, FIRM, "zh-CN", 390)
    page.get_by_role("link", name="监测").click()
    page.get_by_role("link", name="标记时段").click()
    page.get_by_label("KM-CEM-01-A").check()
    page.get_by_label("标记种类").select_option("maintenance")
    page.get_by_label("首个时段").fill("2028-04-20 08")
    page.get_by_label("末个时段").fill("2028-04-20 09")
    page.get_by_label("理由").fill("清洗分析仪")
    page.locator('[name="evidence"]').fill("5" * 64)
    acts(page)
    page.context.close()

    page = somebody(browser, left, OFFICE, "zh-CN", 1280)
    page.get_by_role("link", name="待办审批").click()
    page.get_by_role("row").filter(has_text="清洗分析仪").get_by_role("link", name="审批标记").click()
    page.get_by_label("是", exact=True).check()
    acts(page, "待第二人复核")
    confirms(browser, left, OFFICE_2)
    page.goto(f"{left.url}/queue")
    expect(page.get_by_text("清洗分析仪")).to_have_count(0)
    row = page.get_by_role("row").filter(has_text="KM-CEM-02")
    expect(row).to_contain_text("flat line over 60 hours")
    row.get_by_role("link").last.click()
    expect(page.get_by_label("年排放量")).to_have_value(re.compile(r"SO2: [0-9.]+ t"))
    page.get_by_label("理由").fill("以在线数据为准")
    acts(page, "待第二人复核")
    confirms(browser, left, OFFICE_2)
    page.goto(f"{left.url}/queue")
    expect(page.get_by_role("row").filter(has_text="KM-CEM-02")).to_have_count(0)
    page.context.close()


def test_a_firm_surrenders_from_a_phone(browser: Browser, left: Served) -> None:
    page = somebody(browser, left, FIRM, "zh-CN", 390)
    due = page.get_by_role("link", name=re.compile("^清缴2027年度NOx"))
    owed = re.search(r"([0-9.,]+)吨", due.inner_text())
    assert owed is not None
    due.click()
    expect(page.get_by_label("数量")).to_have_value(f"{owed[1]} t")
    assert fits(page)
    page.get_by_role("button", name="预演结果").click()
    expect(page.get_by_text("办理结果（预演）")).to_be_visible()
    expect(page.get_by_role("row").filter(has_text="NOx-KM-2027").first).to_contain_text("−")
    page.get_by_role("button", name="确认办理").click()
    expect(page.get_by_text("已办理并入账。")).to_be_visible()
    page.goto(left.url)
    expect(page.get_by_role("link", name=re.compile("^清缴2027年度NOx"))).to_have_count(0)
    page.context.close()


def test_an_exchange_runs_an_auction_and_a_session(browser: Browser, selling: Served) -> None:
    page = somebody(browser, selling, AUCTIONEER, "en", 1280)
    page.get_by_role("link", name="Auction desk").click()
    page.get_by_role("row").filter(has_text="SO2-KM-2027").get_by_role("link", name="Open an auction").click()
    page.get_by_label("Auction", exact=True).fill("spring")
    page.get_by_label("Allowances").fill("100")
    page.get_by_role("button", name="See what would happen").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.context.close()
    for bidder, limit in (("steel", "4710"), ("cement", "4630")):
        bids(browser, selling, bidder, limit)

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
    expect(page.get_by_text("4,630.00 yuan/t").first).to_be_visible()

    page.context.close()
    session(browser, selling, "CloseSession")
    selling.clock.ms += DAY_MS
    session(browser, selling, "OpenSession")
    page = somebody(browser, selling, EXCHANGE, "en", 1280)
    page.goto(f"{selling.url}/desk")
    expect(page.locator(".key").filter(has_text="The market")).to_contain_text("open")
    trades(browser, selling, "cement", "sell")
    trades(browser, selling, "steel", "buy")
    page.goto(f"{selling.url}/prices")
    expect(page.get_by_role("row").filter(has_text="SO2-KM-2027").first).to_contain_text("3.000 t")
    session(browser, selling, "CloseSession")
    page.goto(f"{selling.url}/desk")
    expect(page.locator(".key").filter(has_text="The market")).to_contain_text("closed")
    page.context.close()


def bids(browser: Browser, there: Served, name: str, limit: str) -> None:
    """A firm bids for a tonne from a phone, and sees its guarantee before."""
    page = somebody(browser, there, name, "zh-CN", 390)
    page.get_by_role("link", name="往来业务").click()
    page.get_by_role("row").filter(has_text="spring").get_by_role("link", name="投标").click()
    page.get_by_label("数量").fill("1")
    page.get_by_label("限价").fill(limit)
    page.get_by_role("button", name="预演结果").click()
    page.get_by_role("button", name="确认办理").click()
    expect(page.get_by_text("已办理并入账。")).to_be_visible()
    page.context.close()


def trades(browser: Browser, there: Served, name: str, side: str) -> None:
    """A firm buys or sells a tonne."""
    page = somebody(browser, there, name, "en", 1280)
    page.goto(f"{there.url}/trade?series=SO2-KM-2027")
    page.locator(f'input[name="side"][value="{side}"]').check()
    page.get_by_label("Allowances").fill("1")
    page.get_by_label("Limit price").fill("4700")
    page.get_by_role("button", name="See what would happen").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.context.close()


def session(browser: Browser, there: Served, command: str) -> None:
    """The exchange opens or closes the session of the day."""
    page = somebody(browser, there, EXCHANGE, "en", 1280)
    page.goto(f"{there.url}/desk")
    page.locator(f'a[href^="/act/{command}"]').click()
    page.get_by_role("button", name="See what would happen").click()
    page.get_by_role("button", name="Confirm", exact=True).click()
    expect(page.get_by_text("Done, and on record.")).to_be_visible()
    page.context.close()


def test_a_regulator_sees_what_a_year_costs_and_settles_it_once_its_last_day_is_over(
    browser: Browser, left: Served
) -> None:
    """The last of this file: it sets the clock of the book on."""
    left.clock.ms += instant("2028-06-30", 10) - instant("2028-04-20", 10)
    page = somebody(browser, left, OFFICE, "zh-CN", 1280)
    page.goto(f"{left.url}/closing/2027")
    expect(page.get_by_role("heading", name="缺口、罚款与扣回")).to_be_visible()
    expect(page.get_by_text("企业可清缴至2028-06-30")).to_be_visible()
    expect(page.get_by_role("button", name="结算全部可结算账户")).to_have_count(0)
    page.get_by_role("button", name="进入下一工作日").click()
    expect(page.locator("#provenance time")).to_have_text("2028-07-03 10:00")

    page.goto(f"{left.url}/queue")
    expect(page.get_by_text(re.compile("[67]个账户已核查"))).to_be_visible()
    page.locator('a[href="/closing/2027"]').click()
    page.get_by_role("button", name="结算全部可结算账户").click()
    assert page.url.endswith("/closing/2027")
    page.get_by_label("本人已知悉上述后果。").check()
    page.get_by_role("button", name="结算全部可结算账户").click()
    expect(page.get_by_role("alert")).to_contain_text("已提交")
    before = left.records()
    page.reload()
    page.wait_for_load_state()
    expect(page.get_by_role("heading", name="缺口、罚款与扣回")).to_have_count(0)
    assert left.records() == before, "what is sent again counts once"
    page.context.close()

    page = somebody(browser, left, FIRM, "zh-CN", 390)
    page.get_by_role("link", name="通知").first.click()
    short = page.get_by_role("row").filter(has_text="KM-CEM-01 SO2 2027")
    expect(short).to_contain_text(re.compile("欠缴，罚款缴纳截止日2028-07-[0-9]+"))
    page.context.close()
