"""The statement of a firm as PDF: what it moved, as of which record, and that nobody else gets it."""

from __future__ import annotations

import asyncio
import re
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from playwright.sync_api import Browser

from airshed.pages.kit.pdf import printed_at
from airshed.pages.kit.words import Language
from airshed.pages.portal.office import statement_pdf
from airshed.service.sign_in import seals
from airshed.service.sign_in.users import users_of
from portals import portal, text_of
from services import Clock, market_book


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
        assert found.running.users.seal("").fingerprint in html
        assert "/sign-in" in str(found.stranger().get("/account/statement.pdf").url)
        early = steel.get("/account/statement.pdf?from=2031-01-01&to=2031-12-31")
        assert (early.status_code, "该期间尚未开始" in text_of(early)) == (400, True)
        unfinished = steel.get("/account/statement.csv?from=2027-01-01&to=2031-12-31")
        assert "2027-01-01-2027-03-0" in unfinished.headers["content-disposition"], "what is not over is told to today"

        turn, waiting = found.running.service.beside[statement_pdf.PRINTING]
        assert isinstance(turn, asyncio.Semaphore)
        waiting[0] = statement_pdf.MOST_WAITING
        assert steel.get("/account/statement.pdf").status_code == 503


def signature_of(paper: bytes) -> tuple[bytes, bytes]:
    """What of a signed PDF is signed, and its signature, read by the places that it names itself."""
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", paper)
    assert found is not None
    begin, end, rest = map(int, found.groups())
    assert end + rest == len(paper), "all of the file"
    assert (paper[begin : begin + 1], paper[end - 1 : end]) == (b"<", b">")
    return paper[:begin] + paper[end:], bytes.fromhex(paper[begin + 1 : end - 1].decode())


def parts(der: bytes) -> list[tuple[int, bytes, bytes]]:
    """The parts of something in DER: tag, content, and the whole."""
    found = []
    while der and der[0]:  # what is beyond is room
        size, head = der[1], 2
        if size > 0x7F:
            head += size & 0x7F
            size = int.from_bytes(der[2:head], "big")
        found.append((der[0], der[head : head + size], der[: head + size]))
        der = der[head + size :]
    return found


def holds(paper: bytes, certificate: x509.Certificate) -> bool:
    """A signature of CMS, read by RFC 5652 and by nothing of ours."""
    content, der = signature_of(paper)
    data = parts(parts(parts(der)[0][1])[1][1])[0][1]
    signer = parts(parts(parts(data)[-1][1])[0][1])
    ((_, _, attributes),) = [each for each in signer if each[0] == 0xA0]
    key = certificate.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    try:
        key.verify(signer[-1][1], b"\x31" + attributes[1:], ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return bytes.fromhex("06092a864886f70d010904") in attributes and sha256(content).digest() in attributes


def test_the_paper_is_signed_and_a_changed_letter_shows(tmp_path: Path) -> None:
    with portal(market_book(tmp_path), demo_users=True) as found:
        paper = found.rehearsing("steel").get("/account/statement.pdf").content
        pem = found.stranger().get("/check/papers.pem").text
        check = found.stranger("zh").get("/check").text
    certificate = x509.load_pem_x509_certificate(pem.encode())
    assert certificate.fingerprint(SHA256()).hex(":").upper() in check
    assert certificate.subject.rfc4514_string().endswith("(rehearsal)"), "whatever the name of the programme is cut at"
    assert holds(paper, certificate)
    place = paper.index(b"/MediaBox")
    assert not holds(paper[:place] + b"/MediaBux" + paper[place + 9 :], certificate)
    assert not holds(paper, seals.new("other", 0).certificate)


def test_a_service_signs_with_one_key_for_as_long_as_its_users_are_kept(tmp_path: Path) -> None:
    clock = Clock()
    with closing(users_of(tmp_path / "small.book", clock)) as users:
        first = users.seal("demo").fingerprint
    with closing(users_of(tmp_path / "small.book", clock)) as users:
        assert users.seal("demo").fingerprint == first


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
        patched.setattr(statement_pdf, "signed", lambda raw, *of: raw)
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


@pytest.mark.parametrize(("language", "title"), [("zh", "账户对账单"), ("en", "Statement")])
def test_a_statement_is_printed_in_the_language_of_who_asks_whatever_that_of_the_machine(
    paper: str, browser: Browser, tmp_path: Path, language: Language, title: str
) -> None:
    """The browser that prints is the service's, and speaks the language of its machine."""
    file = tmp_path / "statement.html"
    file.write_text(paper, "utf-8")
    page = browser.new_page(locale="en-GB" if language == "zh" else "zh-CN")
    page.goto(printed_at(file, language))
    assert page.locator("h1").inner_text() == title
    assert page.locator("html").get_attribute("lang") == ("zh-Hans" if language == "zh" else "en")


def test_what_a_colour_stands_for_is_printed_too(paper: str, browser: Browser) -> None:
    """A printer leaves grounds out: in the legends of the report no colour was left."""
    page = browser.new_page()
    page.emulate_media(media="print")
    page.set_content(paper)
    kept = page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<i class=box></i><b class=chip></b>'),"
        "['i.box', 'b.chip'].map((each) => getComputedStyle(document.querySelector(each)).printColorAdjust)"
    )
    assert kept == ["exact", "exact"]
