"""In Chromium: a citizen looks a neighbour up and finds its figure in the book itself, by a proof, trusting nobody."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.commands import RegisterActor
from airshed.engine.journal import Record
from airshed.engine.tables import BY_NAME
from airshed.lab.simulator.small_market import BANK, EXCHANGE, HOST
from airshed.pages.portal.ways import PORTAL
from airshed.registry.proof.checkpoint import read_checkpoint
from airshed.service.book.embargo import Embargo
from airshed.service.book.sqlite import Book
from airshed.service.http.limits import ServiceLimits
from airshed.service.http.seen import published as published_to_all
from airshed.service.http.viewer import bound, condition
from beijing import instant
from laws import RULES
from markets import AT, AUTHORITY, REGISTRAR, done, market
from portals import Portal, portal, text_of
from services import Served, served
from terms import verified

LIMITS = ServiceLimits(stranger_burst=10_000)
GRAMS = 5_123_456_789
#: The same as a page of an office has it before it is public.
FIGURE = "5,123.457 t"


def story(folder: Path, until: str) -> Path:
    """A year of a works that was determined, and a day that the book has reached."""
    path = folder / "neighbour.book"
    runner = market(Book.create(path), tables=True)
    done(runner, REGISTRAR, RegisterActor("small-bureau", "city", jurisdiction="KM"))
    verified(runner, "steel", GRAMS)
    done(runner, REGISTRAR, RegisterActor("later", "city", jurisdiction="KM"), instant(until))
    assert isinstance(runner.journal, Book)
    runner.journal.close()
    return path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    path = story(tmp_path_factory.mktemp("citizen"), "2028-09-01")
    with served(path, LIMITS, pages=PORTAL, demo_users=True) as found:
        yield found


@pytest.fixture(scope="module")
def early(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(story(tmp_path_factory.mktemp("early"), "2028-05-02"), demo_users=True) as found:
        yield found


def test_before_the_day_of_the_law_a_stranger_is_told_number_and_hash_alone(early: Portal) -> None:
    page = early.stranger().get("/works/s-steel")
    found = re.search(r"/check\?record=(\d+)", page.text)
    assert found is not None
    assert "5,123" not in page.text
    assert "Its content is for those whose it is" in text_of(early.stranger().get(f"/records/{found[1]}"))
    assert "extra " not in early.stranger().get(f"/proof/{found[1]}").text


@pytest.mark.parametrize("name", [EXCHANGE, BANK, HOST, REGISTRAR, "broker"])
def test_before_the_day_an_office_that_has_nothing_to_do_with_years_sees_what_everybody_does(
    early: Portal, name: str
) -> None:
    them, office = early.rehearsing(name), early.rehearsing(AUTHORITY)
    works = "/works/s-steel"
    assert FIGURE in text_of(office.get(works))
    assert FIGURE not in text_of(them.get(works))
    assert them.get("/allocation").status_code == 403
    assert office.get("/allocation").status_code == 200


@pytest.mark.parametrize(
    ("event", "year", "told"),
    [
        (e.YearVerified("s-steel", 2027, "satisfactory", "verifier", {"SO2": 1}, {"SO2": 1}, (), 1), 2027, True),
        (e.YearVerified("s-steel", 2027, "satisfactory", "verifier", {"SO2": 1}, {"SO2": 1}, (), 1), 2026, False),
        (e.YearVerified("s-steel", 2027, "qualified", "verifier", {}, {}, ("a meter was moved",), 1), 2027, False),
        (e.YearDetermined("s-steel", 2027, "office", {"SO2": 1}, {"SO2": 1}, "no report"), 2027, True),
        (e.YearReopened("s-steel", 2027, "office", "a slip"), 2027, False),
    ],
)
def test_a_record_is_everybodys_where_it_tells_a_published_figure_and_no_more(
    event: e.Event, year: int, told: bool
) -> None:
    record = Record(1, AT, "office", "key", c.ConfirmAct(1), (e.ActConfirmed(1, "verifier", "second"), event), None)
    assert published_to_all(record, Embargo(year, year)) is told
    if isinstance(event, e.YearVerified) and event.comments:
        assert published_to_all(record, Embargo(year, year), remarks=True), "a law that publishes opinions"


def test_a_page_of_a_works_promises_no_content_of_a_record_that_is_not_everybodys(early: Portal) -> None:
    """Where the record is kept back the page says so, and that number and hash are proven."""
    promised, kept = "anybody finds these kilograms", "of that record anybody proves number and hash"
    stranger, office = (text_of(each.get("/works/s-steel")) for each in (early.stranger(), early.rehearsing(AUTHORITY)))
    assert kept in stranger
    assert promised not in stranger
    assert promised in office
    assert kept not in office


def test_who_reads_early_reads_what_everybody_does_too(year_book: Path) -> None:
    early = bound(RULES, "city", "", "KM", "2028-07-01")
    with Book.read(year_book) as book:
        found = condition(book, BY_NAME["years"], early)
    assert found is not None
    assert "year <= ?" in found.sql


@pytest.mark.parametrize("language", ["en-GB", "zh-CN"])
def test_a_citizen_checks_a_neighbour_and_finds_its_figure_in_the_book(
    published: Served, browser: Browser, tmp_path: Path, language: str
) -> None:
    zh = language == "zh-CN"
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale=language, accept_downloads=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(published.url)
    page.get_by_role("link", name="企业" if zh else "Works", exact=True).first.click()
    page.get_by_role("link", name=re.compile("steel")).first.click()
    row = page.locator("section", has=page.locator("#h-years")).get_by_role("row").filter(has_text="SO2")
    expect(row).to_contain_text("5,123.457")
    row.get_by_role("link", name=re.compile("核验" if zh else "check it")).click()

    # The head is kept first, as the page says.
    head = read_checkpoint(httpx.get(f"{published.url}/checkpoint").text.rpartition("\n\n")[0] + "\n", "note")
    with page.expect_download() as downloading:
        page.get_by_role("link", name=re.compile("下载第.*证明" if zh else "Keep the proof of record")).click()
    proof = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(proof)
    page.get_by_role("link", name="打开核验页" if zh else "Open the page that checks it").click()
    page.set_input_files("#file", proof)
    expect(page.locator("#proof")).not_to_have_value("")
    page.fill("#head", f"{head.size}\n{b64encode(head.root).decode()}")
    page.click("#check")
    said = page.locator("#said")
    expect(said).to_contain_text("Signed by rehearsal.example/")
    expect(said).to_contain_text(f"stands under the head of {head.size} records")
    expect(said).to_contain_text("It is the head that you kept.")
    expect(said).to_contain_text("s-steel emitted 5,123.457 t of SO2 in 2027")

    # Somebody changes the figure in the file: it is another record, which stands nowhere.
    text = proof.read_text()
    line = next(each for each in text.splitlines() if each.startswith("extra "))
    place = len(line) * 2 // 3
    letter = "A" if line[place] != "A" else "B"
    page.fill("#proof", text.replace(line, line[:place] + letter + line[place + 1 :]))
    page.click("#check")
    expect(said).to_contain_text("does not stand under this head")
    assert complaints == []
    context.close()
