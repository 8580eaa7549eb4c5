"""Where figures are from: the issuing body, name and number; what is assumed, recalled or read elsewhere says so."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from airshed.rulebook.load import find, load

ROOT = Path(__file__).parents[1]
DATA = sorted(
    path
    for folder in ("rulebooks", "zones", "scenarios", "src/airshed")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".csv", ".toml")
)
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "zones").rglob("*.md")])
#: Columns and keys that say where a figure is from.
CITING = re.compile(r"cite|source|origin|note|standard|detail|credits")
#: A service of one's own, which is no source of anything.
HERE = re.compile(r"https?://(?:127\.0\.0\.1|localhost|host\b|[\w-]+\.example\b)")
SITE = re.compile(r"https?://|\bwww\.|\b[a-z0-9-]+\.(?:com|cn|net|org|gov|edu|info)\b", re.IGNORECASE)


def citations(path: Path) -> Iterator[tuple[str, str]]:
    """Place and text of every citation of a file of data."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), start=2):
                assert None not in row, f"{path} line {number} has too many columns"
                yield from ((f"line {number}", text or "") for key, text in row.items() if CITING.search(key))
        return
    yield from _of_table("", tomllib.loads(path.read_text("utf-8")))


def _of_table(place: str, held: Any) -> Iterator[tuple[str, str]]:
    if isinstance(held, dict):
        for key, value in held.items():
            yield from _of_table(f"{place} {key}".strip(), value)
    elif isinstance(held, list):
        for value in held:
            yield from _of_table(place, value)
    elif isinstance(held, str) and CITING.search(place.rpartition(" ")[2]):
        yield place, held


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_citation_names_the_issuing_body_and_not_a_site_that_holds_a_copy(path: Path) -> None:
    assert [(place, text) for place, text in citations(path) if SITE.search(text)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_page_cites_a_site(path: Path) -> None:
    """But software by its home or by the name under which it is installed, and a service of one's own."""
    text = HERE.sub("", path.read_text("utf-8"))
    for software in ("(https://pola.rs)", "golang.org/x/mod", "github.com/transparency-dev"):
        text = text.replace(software, "")
    lines = text.splitlines()
    assert [line for line in lines if SITE.search(line)] == []


#: Homes and names of software, issuing bodies themselves, and what C2SP writes into a proof and shows as one.
HOMES = re.compile(
    r"(?:pola\.rs|sqlite\.org|w3\.org|epa\.gov|github\.com|golang\.org/x/mod|c2sp\.org/tlog-proof|openid\.net|schemas\.openxmlformats\.org|example\.com)\b"
)
ADDRESS = re.compile(r"https?://[\w.-]+\.\w+|\b(?:[\w-]+\.)+(?:com|cn|net|org|gov)/[\w./-]+")


@pytest.mark.parametrize("folder", ["src", "tests", "scripts", "bench", "examples"])
def test_no_comment_cites_a_site_that_holds_a_copy(folder: str) -> None:
    for path in sorted((ROOT / folder).rglob("*.py")):
        found = [each for each in ADDRESS.findall(HERE.sub("", path.read_text("utf-8"))) if not HOMES.search(each)]
        assert found == [], path.relative_to(ROOT)


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_measure_that_nobody_has_passed_is_called_assumed(path: Path) -> None:
    named = [(place, text) for place, text in citations(path) if "demonstration measures" in text.lower()]
    assert [each for each in named if "demonstration measures (assumed)" not in each[1].lower()] == []


@pytest.mark.parametrize("path", DATA, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_recalled_or_read_elsewhere_is_to_be_confirmed(path: Path) -> None:
    if path.suffix != ".csv":
        return
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            if row.get("status") == "confirmed":
                said = " ".join(text for key, text in row.items() if CITING.search(key) and text)
                assert not re.search(r"recalled|assumed|secondary", said), f"line {number}: {said}"


def test_the_fee_of_shanxi_rests_on_the_notice_of_2012_which_has_it() -> None:
    """What was reported in 2017 gives floors and no fee."""
    for law in ("shanxi", "dianzhong"):
        cite = load(find(law)).trading.cite
        assert "fee of 1.5 percent" in cite, cite
        assert "Shanxi price bureau, notice" in cite, cite
        assert "2012" in cite, cite
        assert "2017" not in cite, cite


def holidays(year: int) -> list[str]:
    """Days that State Council order 795 gives to everybody, on which the week has a working day; lunar ones from the
    almanac: the first of the first month, the fifth of the fifth and the fifteenth of the eighth."""
    spring, dragon_boat, mid_autumn, qingming = {
        2027: ("02-06", "06-09", "09-15", "04-05"),
        2028: ("01-26", "05-28", "10-03", "04-04"),
    }[year]
    first = date.fromisoformat(f"{year}-{spring}")
    days = {first + timedelta(days=n) for n in range(-1, 3)}
    fixed = (qingming, dragon_boat, mid_autumn, "01-01", "05-01", "05-02", "10-01", "10-02", "10-03")
    days |= {date.fromisoformat(f"{year}-{day}") for day in fixed}
    return [day.isoformat() for day in sorted(days) if day.isoweekday() <= 5]


@pytest.mark.parametrize("law", ["dianzhong", "shanxi"])
def test_a_year_whose_holidays_are_listed_has_all_of_them(law: str) -> None:
    calendar = load(find(law)).calendar
    closed = calendar.closed_days
    for year in sorted({int(day[:4]) for day in closed} - {*(calendar.notices or ())}):
        assert [day for day in closed if day.startswith(str(year))] == holidays(year)
