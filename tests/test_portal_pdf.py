"""The statement of a firm as PDF: what it moved, as of which record, and that nobody else gets it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

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
        assert f"截至第{found.records():,}条记录" in html
        assert "本件不另行签名" in html
        assert "/sign-in" in str(found.stranger().get("/account/statement.pdf").url)

        turn, waiting = found.running.service.beside[statement_pdf.PRINTING]
        assert isinstance(turn, asyncio.Semaphore)
        waiting[0] = statement_pdf.MOST_WAITING
        assert steel.get("/account/statement.pdf").status_code == 503
