"""No real firm is shown doing what it did not do: its names stand in the inventory, and in no simulated output.

The names, and what is distinctive in them, are taken from `inventory.csv`; none is typed here. What somebody else said
of a real works is a quotation: on a page it stands in a `<blockquote>`, in a text behind `> ` or in the zone's README.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from airshed.cli.allocate.command import allocate
from airshed.cli.book.group import app as book
from airshed.cli.lab.group import app as lab
from airshed.cli.market.group import app as market
from airshed.cli.zone import app as zone_app
from airshed.lab.study.answers import answered
from airshed.pages.report.facts import Asked
from airshed.pages.report.page import build
from airshed.pages.study import build as build_study
from airshed.service.book.sqlite import Book
from airshed.zone.facts import WorksFact, read_facts
from airshed.zone.load import load
from airshed.zone.plan import read_plan
from seasons import rules_and_zone

HERE = Path(__file__).parents[1]
FOLDER = HERE / "zones" / "dianzhong"
#: What simulated years are made of, and what tells of them.
TOLD = (
    *(f"zones/*/{name}.csv" for name in ("sources", "stacks", "baseline", "abatement_options", "episodes", "marks")),
    "zones/*/zone.toml",
    "rulebooks/**/*.*",
    "scenarios/*.toml",
    "examples/*.py",
    "docs/**/*.md",
    "tests/transcripts/*.md",
    "README.md",
)
#: Words that any works may have in its name.
COMMON_EN = {
    "plant",
    "power",
    "works",
    "steel",
    "iron",
    "group",
    "branch",
    "new",
    "district",
    "nickel",
    "alloy",
    "energy",
}
COMMON_EN |= {"investment", "yunnan", "china", "and"}
COMMON_ZH: tuple[str, ...] = (
    "有限责任公司",
    "股份有限公司",
    "有限公司",
    "分公司",
    "集团",
    "公司",
    "发电厂",
    "电厂",
    "电力",
    "钢铁",
    "发电",
    "能源",
)
COMMON_ZH += ("云南", "新材料", "钒钛", "镍业", "新区", "煤化工", "(", ")")


#: Characters from which lines that differ in their numbers alone are read once.
LONG = 1_000_000


def terms(facts: tuple[WorksFact, ...]) -> tuple[list[str], list[str]]:
    """What gives a works away: words of English and pieces of Chinese names that are no places and not common."""
    places = read_plan(FOLDER).jurisdictions
    en_places = {each.name_en.partition(",")[0] for each in places} | {
        seat[0] for each in places for seat in each.counties
    }
    zh_places = [seat[1] for each in places for seat in each.counties] + [each.name_zh[:2] for each in places]
    english: dict[str, None] = {}
    chinese: dict[str, None] = {}
    for fact in facts:
        for name in filter(None, (fact.name_en, fact.owner)):
            words = re.findall(r"[A-Za-z]+", name)
            english[name] = english[" ".join(words[:2])] = None
            english.update({word: None for word in words if word.lower() not in COMMON_EN and word not in en_places})
        if fact.name_zh:
            chinese[fact.name_zh] = None
            pieces = re.split("|".join(map(re.escape, (*COMMON_ZH, *zh_places))), fact.name_zh)
            chinese.update({piece: None for piece in pieces if len(piece) > 1})
            chinese.update({piece[at : at + 2]: None for piece in pieces for at in range(0, len(piece) - 1, 2)})
    return [*english], [*chinese]


@pytest.fixture(scope="module")
def given_away() -> re.Pattern[str]:
    english, chinese = terms(read_facts(FOLDER, [each.code for each in read_plan(FOLDER).jurisdictions]))
    words = "|".join(re.escape(each).replace(r"\ ", r"[\s-]+") for each in sorted(english, key=len, reverse=True))
    neutral = r"(?!\s+works\s+\d)"
    return re.compile(rf"\b(?:{words})\b{neutral}|{'|'.join(map(re.escape, chinese))}", re.IGNORECASE)


def found(pattern: re.Pattern[str], text: str) -> list[str]:
    """What of real works a text names, with what stands around it; not in quotations."""
    if len(text) > LONG:
        text = "\n".join(dict.fromkeys(re.sub(r"[0-9a-f]{64}|\d+", "0", text).splitlines()))
    bare = re.sub(r"<blockquote.*?</blockquote>", "", text, flags=re.DOTALL)
    bare = re.sub(r"^> .*$", "", bare, flags=re.MULTILINE)
    return [bare[max(0, hit.start() - 30) : hit.end() + 30] for hit in pattern.finditer(bare)]


def test_the_distinctive_parts_of_names_are_looked_for(given_away: re.Pattern[str]) -> None:
    facts = read_facts(FOLDER, [each.code for each in read_plan(FOLDER).jurisdictions])

    for fact in facts:
        for name in filter(None, (fact.name_en, fact.name_zh, fact.owner)):
            assert given_away.search(name), name
    for source in load(FOLDER).sources:
        assert not given_away.search(f"{source.name_en} {source.name_zh}"), source.source
    assert found(given_away, "> quoted: Guodian Xuanwei\n<blockquote>Guodian</blockquote>") == []
    assert len(found(given_away, f"the fine of {facts[0].name_en} and of {facts[-1].name_zh}")) >= 2


def _texts() -> Iterator[Path]:
    for pattern in TOLD:
        yield from sorted(HERE.glob(pattern))


def test_no_text_names_a_real_works(given_away: re.Pattern[str]) -> None:
    hits = {}
    for path in _texts():
        if "zones" not in path.parts or path.suffix != ".md":
            hits[str(path.relative_to(HERE))] = found(given_away, path.read_text("utf-8"))
    assert len(hits) > 100
    assert {name: there for name, there in hits.items() if there} == {}


def test_the_page_of_the_study_names_a_real_works_in_quotations_alone(given_away: re.Pattern[str]) -> None:
    """It quotes what the study published of them, and says nothing of its own."""
    page = build_study(answered()).split("<script", 1)[0]
    assert found(given_away, page) == []
    assert "Yuxi Xinxing" in page


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, year_book: Path) -> Path:
    return Path(shutil.copy(year_book, tmp_path_factory.mktemp("names") / "year.book"))


def test_no_table_and_no_record_of_a_simulated_year_names_a_real_works(year: Path, given_away: re.Pattern[str]) -> None:
    with sqlite3.connect(f"file:{year}?mode=ro", uri=True) as file:
        tables = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in tables:
            cells = (cell for row in file.execute(f'SELECT * FROM "{name}"') for cell in row)
            words = (cell.decode("utf-8", "replace") if isinstance(cell, bytes) else cell for cell in cells)
            text = "\n".join(word for word in words if isinstance(word, str))
            assert found(given_away, text) == [], name
    assert len(tables) > 20


def test_no_report_in_either_language_names_a_real_works(year: Path, given_away: re.Pattern[str]) -> None:
    rules, zone = rules_and_zone()
    with Book.open(year) as opened:
        page = build(opened, rules, Asked(zone=zone))
    assert "Qujing power works 3" in page
    assert "曲靖火电3号" in page
    assert found(given_away, page) == []


@pytest.mark.usefixtures("year_read_once")
@pytest.mark.parametrize(
    "command",
    [
        "lab frictions --method history --each 0 --json",
        "lab methods --json",
        "lab guide --json",
        "allocate --json",
        "zone check dianzhong --json",
        "book statement YEAR qj-pwr-03 --json",
        "book statement YEAR km-cem-01",
        "book show YEAR sources --json --limit 99",
        "book show YEAR accounts --json --limit 99",
        "market tape YEAR --json",
        "book export YEAR",
        "market export YEAR --out OUT",
    ],
)
def test_no_answer_names_a_real_works(command: str, year: Path, tmp_path: Path, given_away: re.Pattern[str]) -> None:
    shell = typer.Typer()
    for name, room in (("lab", lab), ("zone", zone_app), ("book", book), ("market", market)):
        shell.add_typer(room, name=name)
    shell.command()(allocate)
    shell.command("other")(lambda: None)
    words = [{"YEAR": str(year), "OUT": str(tmp_path / "out")}.get(word, word) for word in command.split()]
    done = CliRunner().invoke(shell, words, catch_exceptions=False)

    assert done.exit_code == 0, done.output
    written = [path.read_text("utf-8", "replace") for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    text = "\n".join([done.stdout, *written])
    assert len(text) > 200
    assert found(given_away, text) == []
