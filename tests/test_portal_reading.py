"""Rights to read hold in the portal too: pages of offices show what the law lets an office read that may act."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from airshed.engine import commands as c
from airshed.lab.simulator.small_market import BANK, HOST
from airshed.pages.portal.ways import WAYS
from airshed.rulebook.digest import digest
from airshed.rulebook.load import load_texts
from airshed.service.book.sqlite import Book
from laws import FILES
from markets import AT, AUTHORITY, REGISTRAR, done, market
from portals import Portal, portal, text_of

#: What the bank does not read under a law that takes it from it.
TAKEN = ("actors", "marks", "holdings", "years")


def without(text: str, role: str) -> str:
    """`reading.csv` by which a role reads nothing of some tables but what everybody does, and the host of nothing."""
    head, *lines = (line.split(",") for line in text.splitlines())
    for row in lines:
        row[head.index("monitor")] = ""
        if row[0] in TAKEN:
            row[head.index(role)] = ""
    return "\n".join(map(",".join, (head, *lines)))


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A book under such a law, in which an official and somebody who acts for the steelworks are suspended."""
    path: Path = tmp_path_factory.mktemp("reading") / "reading.book"
    texts = {**FILES, "reading.csv": without(FILES["reading.csv"].decode(), "bank").encode()}
    rules = load_texts(texts)
    with Book.create(path) as book:
        book.keep_law(digest(rules), texts)
        runner = market(book, rules, tables=True)
        done(runner, REGISTRAR, c.RegisterActor("small-bureau", "city", jurisdiction="KM"))
        for name in ("small-bureau", "steel"):
            done(runner, REGISTRAR, c.SuspendActor(name, "an inquiry"))
    with portal(path, at=AT, demo_users=True) as found:
        yield found


PAGES = [way.path for way in WAYS if way.method == "GET" and way.access == "signed" and "{" not in way.path]


@pytest.mark.parametrize("name", ["small-bureau", "steel"])
def test_who_is_suspended_reads_what_everybody_does(there: Portal, name: str) -> None:
    browser = there.rehearsing(name)
    for path in PAGES:
        said = browser.get(path)
        assert said.status_code == (200 if path == "/keys" else 403), path
    assert "is suspended: an inquiry" in text_of(browser.get("/act"))
    first = text_of(browser.get("/"))
    assert "may do nothing: the registry has suspended it. Reason: an inquiry" in first
    assert "You administer users" not in first
    first = text_of(browser.get("/"))
    assert "Findings noted" not in first
    assert browser.get("/works").status_code == 200


def test_a_suspended_office_begins_no_study(there: Portal) -> None:
    assert there.rehearsing("small-bureau").send("/lab", {"kind": "brief"}).status_code == 403


@pytest.mark.parametrize(("path", "table"), [("/people", "actors"), ("/desk", "holdings"), ("/closing", "years")])
def test_a_page_of_offices_asks_the_law_who_reads_what_it_shows(there: Portal, path: str, table: str) -> None:
    said = there.rehearsing(BANK).get(path)
    assert said.status_code == 403
    assert f"by the law bank does not read {table}" in text_of(said)
    assert there.rehearsing(AUTHORITY).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/lab", "/desk", "/allocation", "/closing", "/people"])
def test_who_reads_by_the_law_what_everybody_does_finds_no_page_of_an_office(there: Portal, path: str) -> None:
    """It went by the name of one role; which role that is says the matrix of the law."""
    assert there.rehearsing(HOST).get(path).status_code == 403
