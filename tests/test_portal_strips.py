"""A strip is sold through forms: one firm offers it, another buys it, and both find every vintage where it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.engine import commands as c
from airshed.service.book.sqlite import Book
from markets import AUTHORITY, done, market
from portals import Browser, Portal, hidden, portal, text_of

STRIP, FIRST, SECOND = "SO2-KM-2027..2028", "SO2-KM-2027", "SO2-KM-2028"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Portal]:
    """The small market with the next vintage shared out too."""
    path = tmp_path / "service.book"
    with Book.create(path) as book:
        runner = market(book, tables=True)
        done(runner, AUTHORITY, c.SetCap("SO2", "KM", 2028))
        lines = tuple(c.ActivityLine(source, (2024,), (800,), (10**6,)) for source in ("s-steel", "s-cement"))
        done(runner, AUTHORITY, c.Allocate("SO2", "KM", 2028, lines))
    with portal(path, demo_users=True) as found:
        yield found


def form(browser: Browser, **fields: str) -> dict[str, str]:
    """The form of an order as it is opened from the page of the strip, filled in."""
    page = browser.get(f"/act/PlaceOrder?series={STRIP}&side={fields['side']}")
    assert f'name="series" value="{STRIP}" required checked' in page.text
    return {**hidden(page), "account": fields.pop("account"), "series": STRIP, **fields}


def test_a_strip_is_offered_by_one_firm_and_bought_by_another(there: Portal) -> None:
    seller, buyer = there.rehearsing("steel"), there.rehearsing("fund", "zh")
    asked = form(seller, account="steel", side="sell", count="40 t", limit="8000")
    preview = seller.send("/act/PlaceOrder", {**asked, "step": "preview"})
    assert preview.status_code == 200, text_of(preview)
    said = text_of(preview)
    for series in (FIRST, SECOND):
        assert series in said, "what is set aside of each vintage"
    placed = text_of(seller.send("/act/PlaceOrder", {**hidden(preview), "step": "confirm"}))
    assert "Done" in placed

    screen = buyer.get(f"/trade?series={STRIP}")
    assert "40" in text_of(screen)
    assert "8,000" in text_of(screen)
    ticket = buyer.send(
        "/trade/ticket",
        {**hidden(screen), "account": "fund", "series": STRIP, "side": "buy", "count": "15", "limit": "8000"},
    )
    assert ticket.status_code == 200, text_of(ticket)
    assert "120,000" in text_of(ticket), "fifteen tonnes of both vintages"
    bought = form(buyer, account="fund", side="buy", count="15", limit="8000")
    shown = buyer.send("/act/PlaceOrder", {**bought, "step": "preview"})
    assert re.search(r"15吨", text_of(shown)), text_of(shown)
    receipt = text_of(buyer.send("/act/PlaceOrder", {**hidden(shown), "step": "confirm"}))
    assert "已办理" in receipt or "办理完成" in receipt or "成交" in receipt, receipt

    account = text_of(buyer.get("/account"))
    for series in (FIRST, SECOND):
        assert re.search(rf"{series} 15吨|{series}.{{0,40}}15", account), account
    assert f"{STRIP}" in there.stranger().get(f"/prices/{STRIP}").text
    tape = there.stranger().get(f"/data/tape/{STRIP}.json").json()["rows"]
    assert [(row["price"], row["count"], row["fen"]) for row in tape] == [(800_000, 15_000, 12_000_000)]
    rest = text_of(seller.get("/with-others")) + text_of(seller.get(f"/trade?series={STRIP}"))
    assert f"{STRIP} Sell 8,000.00 25 / 40" in rest, "what is left of the offer"
    assert "never traded yet" not in rest
    chosen = text_of(seller.get("/act/CancelOrder"))
    assert f"1 · steel · sell · {STRIP} · 25.000 t · 8,000.00 yuan/t" in chosen, "which order it is, before it is gone"


def test_a_strip_of_which_one_vintage_lacks_is_refused_in_tonnes(there: Portal) -> None:
    buyer = there.rehearsing("fund")
    asked = form(buyer, account="fund", side="sell", count="1", limit="8000")
    said = buyer.send("/act/PlaceOrder", {**asked, "step": "preview"})
    assert said.status_code == 422
    assert "fund has 0 t of SO2-KM-2027 free, not 1 t" in text_of(said)


def test_what_is_pledged_of_a_strip_is_said_by_the_year_and_in_all(there: Portal) -> None:
    """The form said what of each year, the list the sum, and neither said which."""
    seller = there.rehearsing("steel")
    page = seller.get("/act/PledgeAllowances")
    asked = {"pledgor": "steel", "pledgee": "fund", "series": STRIP, "count": "50 kg", "secured": "100"}
    asked = {**hidden(page), **asked, "until": "2027-12-31"}
    preview = seller.send("/act/PledgeAllowances", {**asked, "step": "preview"})
    assert text_of(preview).count("50 kg a year (100 kg in all)") >= 2, "what was understood, and what would happen"
    seller.send("/act/PledgeAllowances", {**hidden(preview), "step": "confirm"})
    for page in (seller.get("/with-others"), there.rehearsing("fund").get("/act/AcceptPledge?pledge=1")):
        assert "50 kg a year (100 kg in all)" in text_of(page)
