"""The statement of a firm as PDF: what it moved, as of which record, and that nobody else gets it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from airshed.pages.kit.words import Language
from airshed.pages.portal.office import statement_pdf
from portals import portal, text_of
from services import market_book


def test_a_firm_files_its_statement_and_the_paper_says_what_proves_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages: list[str] = []
    whole = statement_pdf.printed

    def printing(html: str, language: Language) -> bytes:
        pages.append(html)
        return whole(html, language)

    monkeypatch.setattr(statement_pdf, "printed", printing)
    with portal(market_book(tmp_path), demo_users=True) as found:
        steel = found.rehearsing("steel", "zh")
        said = steel.get("/account/statement.pdf")
        assert said.status_code == 200, text_of(said)
        assert said.content.startswith(b"%PDF-")
        assert said.headers["content-type"] == "application/pdf"
        assert ".pdf" in said.headers["content-disposition"]
        (html,) = pages
        assert "SO2-KM-2027" in html
        assert "landscape" in html
        assert "steel · " in html
        assert "counter(pages)" in html
        assert f"截至第{found.records():,}条记录" in html
        assert "本件不另行签名" in html
        assert "/sign-in" in str(found.stranger().get("/account/statement.pdf").url)

        turn, waiting = found.running.service.beside[statement_pdf.PRINTING]
        assert isinstance(turn, asyncio.Semaphore)
        waiting[0] = statement_pdf.MOST_WAITING
        assert steel.get("/account/statement.pdf").status_code == 503


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is printed, before a browser that tests drive is started."""
    pages: list[str] = []

    def printing(html: str, language: Language) -> bytes:
        pages.append(html)
        return b"%PDF-"

    book = market_book(tmp_path_factory.mktemp("paper"))
    with pytest.MonkeyPatch.context() as patched, portal(book, demo_users=True) as found:
        patched.setattr(statement_pdf, "printed", printing)
        assert found.rehearsing("steel").get("/account/statement.pdf").status_code == 200
    (html,) = pages
    return html


def test_nothing_of_a_statement_lies_beyond_the_edge_of_the_paper(paper: str, browser: Browser) -> None:
    """A4 on its side without its margins, in pixels of a style sheet."""
    width, height = round((297 - 2 * 12) / 25.4 * 96), round((210 - 14 - 18) / 25.4 * 96)
    page = browser.new_page(viewport={"width": width, "height": height})
    page.emulate_media(media="print")
    page.set_content(paper)
    beyond = page.evaluate(
        "[...document.querySelectorAll('th, td')].filter((cell) => cell.getBoundingClientRect().right > innerWidth + 1)"
        ".map((cell) => cell.textContent)"
    )
    assert beyond == []
    assert page.locator("th").count() > 9
