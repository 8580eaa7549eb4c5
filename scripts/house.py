"""Draws who imports whom: rooms of the house down the side in the order of the floors, and what each needs across.

    python scripts/house.py [--at COMMIT] [OUT.svg]      default: house.svg of the files as they lie here

A square in row R and column C says that R imports C, the darker the more often (imports in functions and for types
count too). Rooms stand from the highest floor to the lowest, so that what points down lies right of the diagonal; what
points up is red. It prints the counts that a picture only suggests.
"""

from __future__ import annotations

import argparse
import ast
import io
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
#: From the highest floor to the lowest. An older house had no `pages` and no `zone`.
FLOORS = (
    "cli",
    "pages",
    "client",
    "service",
    "lab",
    "zone",
    "engine",
    "compliance",
    "market",
    "mrv",
    "registry",
    "rulebook",
    "model",
)
CELL, LEFT, TOP = 13, 170, 170
INK, RULE, DOWN, UP = "#1f2a33", "#dfe3e6", (36, 80, 111), "#b3392f"


def house(src: Path) -> tuple[Counter[tuple[str, str]], dict[str, set[str]]]:
    """How often each room imports each other, and which module imports which."""
    files = {_name(path, src): path for path in sorted(src.rglob("*.py")) if path.parent != src}
    modules: dict[str, set[str]] = {}
    rooms: Counter[tuple[str, str]] = Counter()
    for name, path in files.items():
        modules[name] = {each for each in _imported(path, files) if each != name}
        rooms.update((room(name, files), room(each, files)) for each in modules[name])
    return rooms, modules


def room(name: str, files: dict[str, Path]) -> str:
    """The folder below a floor in which a module lies, or the floor itself."""
    floor, *inner = name.split(".")[1:]
    folder = len(inner) > 1 or (bool(inner) and files[name].name == "__init__.py")
    return f"{floor}/{inner[0]}" if folder else floor


def _name(path: Path, src: Path) -> str:
    return ".".join(("airshed", *path.relative_to(src).with_suffix("").parts)).removesuffix(".__init__")


def _imported(path: Path, files: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in files)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                if inner in files or node.module in files:
                    yield inner if inner in files else node.module


def circles(modules: dict[str, set[str]]) -> list[list[str]]:
    """Circles of imports, one after the other, each without those before it."""
    graph, found = {name: set(needs) for name, needs in modules.items()}, []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            circle = list(error.args[1])
            found.append(circle)
            graph[circle[1]].discard(circle[0])
        else:
            return found


def picture(rooms: Counter[tuple[str, str]], title: str) -> str:
    """The matrix as SVG."""
    names = sorted({name for pair in rooms for name in pair}, key=lambda name: (FLOORS.index(name.split("/")[0]), name))
    size = CELL * len(names)
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + size + 10} {TOP + size + 10}"'
        f' font-family="sans-serif" font-size="10" fill="{INK}">',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="8" y="20" font-size="13" font-weight="600">{escape(title)}</text>',
    ]
    for at, name in enumerate(names):
        place = at * CELL
        if at == 0 or name.split("/")[0] != names[at - 1].split("/")[0]:
            rows.append(f'<path d="M8 {TOP + place}H{LEFT + size}M{LEFT + place} 30V{TOP + size}" stroke="{RULE}"/>')
        rows.append(f'<text x="{LEFT - 5}" y="{TOP + place + 10}" text-anchor="end">{escape(name)}</text>')
        rows.append(f'<text transform="translate({LEFT + place + 10} {TOP - 5}) rotate(-90)">{escape(name)}</text>')
        rows.append(f'<rect x="{LEFT + place}" y="{TOP + place}" width="{CELL}" height="{CELL}" fill="{RULE}"/>')
    for (who, whom), count in sorted(rooms.items()):
        if who == whom:
            continue
        x, y = LEFT + names.index(whom) * CELL, TOP + names.index(who) * CELL
        up = FLOORS.index(whom.split("/")[0]) < FLOORS.index(who.split("/")[0])
        fill = UP if up else f"rgba{(*DOWN, round(min(1.0, 0.2 + count / 25), 2))}"
        rows.append(f'<rect x="{x + 1}" y="{y + 1}" width="{CELL - 2}" height="{CELL - 2}" fill="{fill}">')
        rows.append(f"<title>{escape(who)} imports {escape(whom)}: {count}</title></rect>")
    return "\n".join([*rows, "</svg>\n"])


def main() -> None:
    """Draw it, and say in numbers what it shows."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--at", default="", help="a commit; the files as they lie here when left out")
    asked.add_argument("out", nargs="?", default="house.svg", type=Path)
    words = asked.parse_args()
    with TemporaryDirectory() as folder:
        src = ROOT / "src" / "airshed"
        if words.at:
            packed = subprocess.run(
                ["git", "archive", words.at, "src/airshed"], cwd=ROOT, stdout=subprocess.PIPE, check=True
            ).stdout
            with tarfile.open(fileobj=io.BytesIO(packed)) as files:
                files.extractall(folder, filter="data")
            src = Path(folder) / "src" / "airshed"
        lines = sum(len(path.read_text("utf-8").splitlines()) for path in src.rglob("*.py"))
        rooms, modules = house(src)
    arrows = {pair for pair in rooms if pair[0] != pair[1]}
    up = [pair for pair in arrows if FLOORS.index(pair[1].split("/")[0]) < FLOORS.index(pair[0].split("/")[0])]
    names = {name for pair in rooms for name in pair}
    said = (
        f"{lines:,} lines, {len(modules)} modules in {len(names)} rooms, {len(arrows)} arrows between rooms, "
        f"{len(up)} of them upward, {len(circles(modules))} circles of modules"
    )
    words.out.write_text(picture(rooms, f"{words.at or 'now'}: {said}"), "utf-8")
    print(f"{said}: {words.out}")


if __name__ == "__main__":
    main()
