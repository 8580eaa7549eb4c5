"""Builds the site of the docs: the parts of `docs/`, the transcripts and the pages of the root, searchable.

    python scripts/docs_site.py [FOLDER]        default: site

The transcripts lie with the tests that run them and are pages of the manual all the same. Links are those of the files
as they lie in the project; what is no page (a rulebook, a script) is named and not linked. The pages are laid out in a
folder of their own, and Zensical makes the site of them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from posixpath import normpath
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
#: The parts in the order of the tabs, and the folder of each.
PARTS = {
    "Tutorials": "tutorials",
    "How to": "how-to",
    "Manual by transcript": "transcripts",
    "Reference": "reference",
    "Explanation": "explanation",
    "Decisions": "decisions",
    "Contributing": "contributing",
}
#: Folders and files of the project that are in the site, and where; the longest name is looked at first.
PLACES = {
    "docs/": "",
    "tests/transcripts/": "transcripts/",
    "pictures/": "pictures/portal/",
    "README.md": "project.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing/start.md",
}
LINK = re.compile(r"\[([^\]]*)\]\((?!https?:|mailto:|#)([^)\s#]+)(#[^)\s]*)?\)")
HEADING = re.compile(r"^#+ +(.*)$", re.MULTILINE)
CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
#: Where a guide has a picture, once `make pictures` has taken it in the language of the guide.
PICTURE = re.compile(r"<!-- picture ([a-z-]+): ([^\n]*?) -->")
CONFIG = """[project]
site_name = "Airshed 区域大气排污权交易系统"
site_description = "An open emission trading system for the air of a region."
docs_dir = "pages"
site_dir = {site}
use_directory_urls = false
nav = [
{nav}
]
[project.theme]
font = false
features = ["navigation.tabs", "navigation.indexes", "search.highlight", "content.code.copy"]
"""


def pages() -> dict[str, Path]:
    """The files of the site by their names in it."""
    found: dict[str, Path] = {}
    for place, inside in PLACES.items():
        path = ROOT / place
        files = [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path][: path.exists()]
        for file in files:
            found[inside + (file.relative_to(path).as_posix() if path.is_dir() else "")] = file
    return dict(sorted(found.items()))


def led(name: str, source: Path, text: str) -> str:
    """The text of a page, with the links of its file turned into links of the site; code stays as it is."""

    def link(found: re.Match[str]) -> str:
        label, target, anchor = (
            found[1],
            normpath((source.parent.relative_to(ROOT) / found[2]).as_posix()),
            found[3] or "",
        )
        within = inside(target)
        if within is None:
            return label if target in label else f"{label} (`{target}`)"
        return f"[{label}]({'../' * name.count('/')}{within}{anchor})"

    at, parts = 0, []
    for code in CODE.finditer(text):
        parts += [LINK.sub(link, text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, LINK.sub(link, text[at:])])


def pictured(name: str, text: str) -> str:
    """The text of a page with its pictures, as far as they were taken; what was not taken is left out."""
    language = "zh" if name.endswith(".zh.md") else "en"

    def picture(found: re.Match[str]) -> str:
        file = f"{found[1]}-{language}.png"
        there = (ROOT / "pictures" / file).exists()
        return f"![{found[2]}]({'../' * name.count('/')}pictures/portal/{file})" if there else ""

    return PICTURE.sub(picture, text)


def inside(target: str) -> str | None:
    """What a file or folder of the project is called in the site; None for one that is not in it."""
    path = ROOT / target
    if path.is_dir():
        own = ("README.md", *sorted(page.name for page in path.glob("*.md")))
        first = next((name for name in own if (path / name).exists()), "")
        target = f"{target.rstrip('/')}/{first}"
    for place, name in PLACES.items():
        if target == place:
            return name
        if place.endswith("/") and target.startswith(place) and (ROOT / target).is_file():
            return name + target.removeprefix(place)
    return None


def nav(names: list[str], titles: dict[str, str]) -> str:
    """The tabs, and in each its pages by title."""
    rows = ['  { "Airshed" = "README.md" },']
    for part, folder in PARTS.items():
        own = [name for name in names if name.startswith(f"{folder}/") and name.endswith(".md")]
        own.sort(key=lambda name: (not name.endswith(("README.md", "start.md")), name))
        if own:
            entries = ", ".join(f"{{ {quoted(titles[name])} = {quoted(name)} }}" for name in own)
            rows.append(f"  {{ {quoted(part)} = [{entries}] }},")
    rows += ['  { "Changes" = "changes.md" },', '  { "The project" = "project.md" },']
    return "\n".join(rows)


def quoted(text: str) -> str:
    """A string of TOML."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def build(site: Path) -> int:
    """Write the site to a folder; how many pages it has."""
    found = pages()
    with TemporaryDirectory() as folder:
        titles = {}
        for name, source in found.items():
            target = Path(folder) / "pages" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix != ".md":
                shutil.copyfile(source, target)
                continue
            text = pictured(name, led(name, source, source.read_text("utf-8")))
            heading = HEADING.search(text)
            titles[name] = heading[1].replace("`", "") if heading else name
            target.write_text(text, "utf-8")
        made = Path(folder) / "site"
        config = CONFIG.format(site=quoted(str(made)), nav=nav(list(found), titles))
        (Path(folder) / "zensical.toml").write_text(config, "utf-8")
        subprocess.run([str(Path(sys.executable).with_name("zensical")), "build", "--strict"], cwd=folder, check=True)
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(made, site)
    return len(titles)


if __name__ == "__main__":
    where = Path(sys.argv[1] if len(sys.argv) > 1 else "site")
    print(f"{build(where)} pages in {where}/; open {where}/index.html")
