"""The site of the docs has every page, finds every page, and no link in it leads nowhere or loads from elsewhere."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).parents[1]
HREF = re.compile(r'href="([^"#]+)(?:#[^"]*)?"')
LOADED = re.compile(r'(?:src|<link[^>]*rel="stylesheet"[^>]*href)="(https?:)?//')
#: Where the pages of the site come from.
SOURCES = ("docs/**/*.md", "tests/transcripts/*.md", "README.md", "CHANGELOG.md", "CONTRIBUTING.md")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "site"
    words = [sys.executable, str(ROOT / "scripts" / "docs_site.py"), str(folder)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def pages(site: Path) -> list[Path]:
    return [page for page in sorted(site.rglob("*.html")) if page.name != "404.html"]


def test_every_page_of_the_docs_is_in_it_once(site: Path) -> None:
    sources = [path for pattern in SOURCES for path in ROOT.glob(pattern)]
    assert len(pages(site)) == len(sources) > 150


def test_every_link_within_it_leads_somewhere(site: Path) -> None:
    there = {str(site), *map(str, site.rglob("*"))}
    lost = [
        f"{page.relative_to(site)}: {link}"
        for page in pages(site)
        for link in sorted(set(HREF.findall(page.read_text("utf-8"))))
        if not re.match(r"[a-z]+:", link) and normpath(page.parent / unquote(link)) not in there
    ]
    assert lost == []


def test_it_loads_nothing_from_elsewhere(site: Path) -> None:
    assert [page.name for page in pages(site) if LOADED.search(page.read_text("utf-8"))] == []


def test_every_page_can_be_searched_in_both_languages(site: Path) -> None:
    items = json.loads((site / "search.json").read_text("utf-8"))["items"]
    found = {item["location"].partition("#")[0] for item in items}
    assert found >= {str(page.relative_to(site)) for page in pages(site)}
    words = " ".join(item["text"] for item in items)
    assert "surrender" in words
    assert "清缴" in words
