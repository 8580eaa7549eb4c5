"""The report of any book: what it lacks is said, what is not public is left out, and nothing is made up for it."""

from __future__ import annotations

import asyncio
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from typer.testing import CliRunner

from airshed.cli.main import build as shell
from airshed.engine import commands as c
from airshed.engine.runner import Runner
from airshed.lab.simulator.small_market import BANK
from airshed.model.provenance import Programme, Provenance, Simulation
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.office import reports
from airshed.pages.report import build
from airshed.pages.report.facts import Asked, read
from airshed.pages.report.notes import KeyFigure, key_figures
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.sqlite import Book
from airshed.service.http.viewer import bound
from airshed.zone.load import load as load_zone
from laws import RULES
from markets import AUTHORITY, adopting
from portals import Browser, Portal, hidden, portal, text_of
from services import market_book

ROOT = Path(__file__).parents[1]
#: What the page says of a book that has adopted a law and nothing more.
LACKING = (
    "No emission of",
    "No works is entered in the book.",
    "is set, and no emission is known.",
    "were shared out.",
    "No auction was held.",
    "Nothing was traded between firms.",
    "No readings were given to this report",
    "No works has reported",
    "No public money moved.",
)


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small market in the middle of its first year."""
    return market_book(tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, year_book: Path) -> Path:
    """A book that a whole year was played to."""
    return Path(shutil.copy(year_book, tmp_path_factory.mktemp("report") / "year.book"))


def said(html: str, language: str = "en") -> str:
    """What a page says in one language."""
    body = html.split('<script type="application/json"', maxsplit=1)[0]
    other = "zh-Hans" if language == "en" else "en"
    return re.sub(r"<[^>]+>", " ", re.sub(rf'<span lang="{other}">.*?</span>', "", body, flags=re.S))


@pytest.mark.parametrize("law", ["dianzhong", "acidrain", "shanxi"])
def test_a_book_that_has_only_a_law_says_of_every_part_that_there_is_nothing(tmp_path: Path, law: str) -> None:
    rules = load(find(law))
    with Book.create(tmp_path / "empty.book") as book:
        runner = Runner(book, rules, tables=True)
        runner.send(c.Command(rules.programme.authority, "law", adopting(rules)), 1_800_000_000_000)
        html = build(book, rules, Asked(zone=load_zone(find_zone(law))))
    text = said(html)
    for words in LACKING:
        assert words in text, words
    assert "data-chart" not in html
    assert rules.programme.name_en in text


def find_zone(name: str) -> Path:
    return ROOT / "zones" / name


@pytest.mark.parametrize("language", ["en", "zh"])
def test_half_a_year_is_told_as_far_as_it_has_come(market: Path, language: str) -> None:
    with Book.read(market) as book:
        facts, html = read(book, RULES, Asked()), build(book, RULES, Asked())

    assert facts.compliance == ()
    assert facts.totals.emitted is None
    text = said(html, language)
    assert ("No works has reported 2027." if language == "en" else "尚无企业提交2027年度报告。") in text
    assert ("There is no map" if language == "en" else "无地图") in text


def test_nothing_is_said_in_words_and_small_money_is_not_rounded_away(market: Path) -> None:
    with Book.read(market) as book:
        facts = read(book, RULES, Asked())
    replace = msgspec.structs.replace

    def told(**figures: int) -> dict[str, KeyFigure]:
        return {each.key: each for each in key_figures(replace(facts, totals=replace(facts.totals, **figures)), RULES)}

    one = told(trades=1, traded=100, traded_fen=810_000, crossing=0)
    assert one["crossing"].value == Phrase("none", "无")
    assert one["traded"].detail == Phrase("1 trade, 8,100 yuan", "1笔，8,100元")
    assert told(trades=2, traded=100, traded_fen=810_000, crossing=405_000)["crossing"].value.en == "50.0 %"
    none = told(trades=0, traded=0, traded_fen=0, crossing=0)["crossing"]
    assert (none.value.en, none.detail) == ("–", Phrase("nothing was traded", "无成交"))


def test_a_book_without_its_zone_has_names_methods_and_baseline_from_its_own_records(year: Path) -> None:
    with Book.read(year) as book:
        rules = book.rules(str(book.law_in_force()))
        facts, html = read(book, rules, Asked()), build(book, rules, Asked())
        names = dict(book.sql.execute("SELECT source, name FROM sources"))
        shared = {series for (series,) in book.sql.execute("SELECT DISTINCT series FROM allocations")}

    assert {source: name.en for source, name in facts.names.items()} == names
    assert facts.ground.unplaced == len(names)
    assert (facts.sharing is not None) == any(series.endswith(str(facts.year)) for series in shared)
    assert "There is no map" in said(html)


def test_nothing_is_said_to_be_simulated_in_the_book_of_a_programme(tmp_path: Path) -> None:
    """The mark stood beside every heading, whatever the book was."""
    found = []
    kinds: tuple[Provenance, ...] = (Programme(), Simulation("rehearsal"))
    for number, provenance in enumerate(kinds):
        with Book.create(tmp_path / f"{number}.book") as book:
            runner = Runner(book, RULES, tables=True)
            law = c.AdoptRulebook(RULES.programme.id, RULES.programme.version, digest(RULES), provenance)
            assert runner.send(c.Command(AUTHORITY, "law", law), 1_800_000_000_000).refusal is None
            found.append(build(book, RULES, Asked()).count('<span class="chip"><span lang="en">simulated'))
    assert found[0] == 0 < found[1]


def test_what_is_not_public_yet_is_in_no_figure_and_said_to_be_missing(year: Path) -> None:
    with Book.read(year) as book:
        rules = book.rules(str(book.law_in_force()))
        last = read(book, rules, Asked()).year
        closed = read(book, rules, Asked(bound(rules, "", "", "", f"{last + 1}-05-01"), last))
        whole = read(book, rules, Asked(year=last))
        zone = load_zone(find_zone("dianzhong"))
        html = build(book, rules, Asked(bound(rules, "", "", "", f"{last + 1}-05-01"), last, zone))

    assert whole.compliance
    assert whole.kept_back == ()
    # The works stand on the map though nothing is told of their emission.
    assert "its emission is not shown" in said(html)
    assert closed.compliance == ()
    assert closed.totals.emitted is None
    assert closed.totals.penalty == 0
    assert all(row.emitted is None for row in closed.caps)
    assert len(closed.kept_back) == 2
    assert f"What was emitted in {last} is public from" in said(html)


def test_who_bid_and_why_a_share_is_so_large_are_told_to_offices_alone(year: Path) -> None:
    with Book.read(year) as book:
        rules = book.rules(str(book.law_in_force()))
        everybody = read(book, rules, Asked(bound(rules, "", "", "", "9998-12-31")))
        office = read(book, rules, Asked())
    bids = [bid.account for each in everybody.market.auctions for bid in each.bids]
    assert bids
    assert set(bids) == {""}
    assert all(bid.account for each in office.market.auctions for bid in each.bids)
    assert all(grant.why is None for grant in everybody.grants)
    assert [grant.count for grant in everybody.grants] == [grant.count for grant in office.grants]
    assert everybody.verified.marks == ()
    assert everybody.monitoring.findings == ()


def test_a_year_of_which_the_book_tells_nothing_is_refused_with_those_it_tells_of(market: Path) -> None:
    with Book.read(market) as book, pytest.raises(Malformed, match="tells nothing of 2031; it tells of 2027"):
        read(book, RULES, Asked(year=2031))


def test_the_shell_writes_the_page_and_says_what_it_left_out(market: Path, tmp_path: Path) -> None:
    from airshed.cli.main import ROOMS

    app = shell({"report": ROOMS["report"], "rules": ROOMS["rules"]})
    out = tmp_path / "report.html"
    found = CliRunner().invoke(app, ["report", str(market), "--out", str(out)])

    assert found.exit_code == 0, found.output
    assert "2027" in found.output
    assert "public from" in found.output
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")
    wrong = CliRunner().invoke(app, ["report", str(market), "--out", str(out), "--as", "nobody"])
    assert isinstance(wrong.exception, Malformed)
    assert "is no active actor of this book" in str(wrong.exception)


# --- in the portal


@pytest.fixture(scope="module")
def there(market: Path) -> Iterator[Portal]:
    with portal(market, demo_users=True) as found:
        yield found


def test_the_portal_shows_the_report_to_everybody_as_far_as_it_is_public(there: Portal) -> None:
    stranger = there.stranger("zh")
    listed, page = stranger.get("/report"), stranger.get("/report/2027")

    assert "年度报告" in text_of(listed)
    assert "/report/2027" in listed.text
    assert page.status_code == 200
    assert 'data-chosen="zh"' in page.text
    assert "2027年度排放数据自2028-05-31起公开" in page.text
    again = stranger.get("/report/2027", headers={"if-none-match": page.headers["etag"]})
    assert again.status_code == 304
    assert "attachment" in stranger.get("/report/2027?file").headers["content-disposition"]


def test_an_office_reads_the_report_before_it_is_public(there: Portal) -> None:
    assert "public from" not in said(there.rehearsing(AUTHORITY).get("/report/2027").text)


def test_the_page_runs_its_own_scripts_and_no_other(there: Portal) -> None:
    found = there.stranger().get("/report/2027")
    policy = found.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]


def test_there_is_no_report_of_a_year_that_the_book_does_not_know(there: Portal) -> None:
    assert there.stranger().get("/report/2031").status_code == 404
    assert there.stranger().get("/report/2027x").status_code in (400, 404, 422)


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What was asked of each report that was made."""
    found: list[Asked] = []
    real = build

    def building(book: KeptBook, rules: Rulebook, asked: Asked) -> str:
        found.append(asked)
        return real(book, rules, asked)

    monkeypatch.setattr(reports, "build", building)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A book that is served for one test."""
    return market_book(tmp_path)


def adds(there: Portal) -> None:
    """The book goes on by a record."""
    before = there.records()
    teller = there.rehearsing(BANK)
    page = teller.get("/act/Deposit")
    teller.send("/act/Deposit", {**hidden(page), "account": "steel", "fen": "1", "step": "confirm"})
    assert there.records() > before


def test_a_report_is_made_once_for_all_who_wait_for_the_same(path: Path, builds: list[Asked]) -> None:
    with portal(path, demo_users=True) as there:
        readers = [there.stranger(language) for language in ("en", "zh", "en", "zh")]

        async def at_once() -> list[httpx.Response]:
            return await asyncio.gather(*(reader.client.get("/report/2027") for reader in readers))

        pages = there.loop.run_until_complete(at_once())
        assert [page.status_code for page in pages] == [200] * 4
        assert ['data-chosen="zh"' in page.text for page in pages] == [False, True, False, True]
        assert len(builds) == 1


def test_a_report_in_the_making_keeps_nobody_else_waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, free, real = threading.Event(), threading.Event(), build

    def held(book: KeptBook, rules: Rulebook, asked: Asked) -> str:
        begun.set()
        assert free.wait(20)
        return real(book, rules, asked)

    monkeypatch.setattr(reports, "build", held)

    async def meanwhile(there: Portal, several: list[Browser]) -> tuple[list[int], bool, list[int]]:
        waiting = [asyncio.create_task(reader.client.get("/report/2027")) for reader in several]
        assert await asyncio.to_thread(begun.wait, 20)
        stranger = there.stranger()
        others = [(await stranger.client.get(page)).status_code for page in ("/report", "/works", "/caps")]
        done = any(task.done() for task in waiting)
        free.set()
        return others, done, [page.status_code for page in await asyncio.gather(*waiting)]

    with portal(path, demo_users=True) as there:
        several = [there.rehearsing(name) for name in ("steel", "cement", "fund")]
        assert there.loop.run_until_complete(meanwhile(there, several)) == ([200] * 3, False, [200] * 3)


def test_what_everybody_reads_is_made_anew_at_most_every_five_minutes(path: Path, builds: list[Asked]) -> None:
    with portal(path, demo_users=True) as there:
        stranger, office = there.stranger(), there.rehearsing(AUTHORITY)
        tag = stranger.get("/report/2027").headers["etag"]
        office.get("/report/2027")
        adds(there)
        assert stranger.get("/report/2027").headers["etag"] == tag
        assert len(builds) == 2
        assert f"{there.records():,}" in text_of(office.get("/report/2027")), "an office sees what it has done"
        assert len(builds) == 3
        there.clock.ms += 301_000
        assert stranger.get("/report/2027").headers["etag"] != tag
        assert len(builds) == 4
        assert stranger.get("/report/2027").status_code == 200
        assert len(builds) == 4, "nothing has happened since"
