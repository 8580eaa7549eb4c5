"""The documentation hangs together: every link leads somewhere, and every decision has its number."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args, get_origin

import msgspec
import pytest

from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import peeled

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "zones").rglob("*.md")])
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
KEY = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")
#: `[section] key, key` and `[[list]] key`, as pages name keys of a rulebook.
OF_SECTION = re.compile(r"\[\[?([a-z_0-9]+)\]\]?((?:,? [a-z][a-z_0-9]*)*)")
#: Names of polars, DuckDB and PostgreSQL that a page shows.
OF_OTHERS = {"missing_columns", "extra_columns", "union_by_name", "to_dict", "as_series"} | {
    "pg_dump",
    "synchronous_standby_names",
    "tcp_keepalives_idle",
}
WRITTEN = {".py", ".toml", ".csv", ".j2", ".js"}


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{link} leads nowhere"
        if anchor:
            assert anchor in anchors(target), f"{link}: no such heading"


def test_decisions_are_numbered_without_gaps_and_short() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    for number, path in zip(numbers, decisions, strict=True):
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith(f"# {number}. ")
        assert 5 <= len(lines) <= 22, path.name


@cache
def known_keys() -> frozenset[str]:
    """Every name of several words in code, law, inventories and scenarios."""
    folders = ("src", "rulebooks", "zones", "scenarios", "scripts", "bench", "examples")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*") if path.suffix in WRITTEN]
    tests = {path.stem for path in (ROOT / "tests").rglob("*.py")}
    stems = {path.stem for path in files}
    return frozenset(
        {key for path in files for key in KEY.findall(path.read_text("utf-8"))} | tests | stems | OF_OTHERS
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_key_that_a_page_names_exists(page: Path) -> None:
    named = {key for code in CODE.findall(page.read_text("utf-8")) for key in KEY.findall(code)}
    assert sorted(named - known_keys()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_key_is_named_under_the_section_that_has_it(page: Path) -> None:
    sections = {field.name: peeled(field.type)[0] for field in msgspec.structs.fields(Rulebook)}
    for code in CODE.findall(page.read_text("utf-8")):
        found = OF_SECTION.fullmatch(code)
        if found is None or found[1] not in sections:
            continue
        keys = set(re.findall(r"[a-z][a-z_0-9]*", found[2]))
        kind = sections[found[1]]
        kind = get_args(kind)[0] if get_origin(kind) is tuple else kind
        assert sorted(keys - {field.name for field in msgspec.structs.fields(kind)}) == [], code


def test_each_guide_names_its_pictures_in_both_languages_and_each_picture_is_taken() -> None:
    marked = re.compile(r"<!-- picture ([a-z-]+): \S[^\n]* -->")
    guides = {page.name: marked.findall(page.read_text("utf-8")) for page in (ROOT / "docs").rglob("portal-*.md")}
    english = {name.removesuffix(".md"): found for name, found in guides.items() if not name.endswith(".zh.md")}
    assert sorted(english) == ["portal-citizen", "portal-exchange", "portal-firm", "portal-official"]
    for name, found in english.items():
        assert found == guides[f"{name}.zh.md"] != []
    taken = re.findall(r'Shot\("([a-z-]+)"', (ROOT / "scripts" / "pictures.py").read_text("utf-8"))
    assert sorted(taken) == sorted(each for found in english.values() for each in found)
