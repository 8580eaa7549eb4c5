"""The house stands: imports point down its floors, without a cycle, and nothing inside reads a clock or a disk."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import airshed

ROOT = Path(airshed.__file__).parent
FLOORS = {
    "model": 0,
    "rulebook": 1,
    "registry": 2,
    "mrv": 3,
    "market": 3,
    "compliance": 3,
    "engine": 4,
    "zone": 5,
    "lab": 6,
    "service": 7,
    "pages": 8,
    "cli": 9,
}
#: Clocks, randomness, disks, sockets and processes: what floors 0 to 4 may not touch, with the reason for an exception.
OUTSIDE = {
    "asyncio",
    "http",
    "multiprocessing",
    "os",
    "random",
    "secrets",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
    "pathlib",
    "io",
    "fcntl",
}
ALLOWED = {
    ("rulebook/load.py", "pathlib"): "reads a folder into texts; the law itself is read by a pure function",
    ("rulebook/shipped.py", "pathlib"): "finds what is shipped with the package",
    ("rulebook/reference.py", "pathlib"): "writes the reference page when it is run by itself",
    ("rulebook/reference.py", "sys"): "writes the reference page when it is run by itself",
    ("rulebook/strict.py", "io"): "reads CSV out of a text",
    ("market/auction/sealed.py", "random"): "a published seed orders equal bids",
    ("market/auction/columns.py", "random"): "a published seed orders equal bids",
    ("market/auction/bidders.py", "random"): "a published seed orders equal bids",
    ("market/auction/ties.py", "random"): "a published seed orders equal bids",
    ("market/auction/consigning.py", "random"): "a published seed gives out what rounding leaves over",
    ("market/sharing/games.py", "random"): "a stated seed draws orders in which players join",
    ("market/call.py", "random"): "a published seed orders equal orders",
}
FILES = sorted(path for path in ROOT.rglob("*.py") if path.parent != ROOT)


def chapter(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names if node.module == "airshed")


def chapters(path: Path) -> set[str]:
    names = (name.split(".") for name in imported(path) if name.startswith("airshed."))
    return {name[1] for name in names} & set(FLOORS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_the_floors_or_stay_in_the_chapter(path: Path) -> None:
    mine = chapter(path)
    for other in chapters(path) - {mine}:
        allowed = FLOORS[other] < FLOORS[mine]
        assert allowed, f"{mine} (floor {FLOORS[mine]}) imports {other} (floor {FLOORS[other]})"


def test_every_folder_is_a_chapter_with_a_floor() -> None:
    assert {chapter(path) for path in FILES} <= set(FLOORS)


def test_chapters_form_no_cycle() -> None:
    below: dict[str, set[str]] = {name: set() for name in FLOORS}
    for path in FILES:
        below[chapter(path)] |= chapters(path) - {chapter(path)}
    left = dict(below)
    while left:
        free = [name for name, others in left.items() if not others & left.keys()]
        assert free, f"a cycle among {sorted(left)}"
        for name in free:
            del left[name]


def test_modules_form_no_cycle() -> None:
    names = {".".join(("airshed", *path.relative_to(ROOT).with_suffix("").parts)): path for path in FILES}
    left = {name: {each for each in imported_at_the_top(path) if each in names} for name, path in names.items()}
    while left:
        free = [name for name, others in left.items() if not others & left.keys()]
        assert free, f"a cycle among {sorted(left)}"
        for name in free:
            del left[name]


def imported_at_the_top(path: Path) -> Iterator[str]:
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(
    "path", [path for path in FILES if FLOORS[chapter(path)] <= 4], ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_up_to_the_engine_reads_a_clock_a_disk_a_socket_or_a_random_number(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    used = {name.split(".")[0] for name in imported(path)} & OUTSIDE
    assert {name for name in used if (place, name) not in ALLOWED} == set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            assert node.attr not in ("now", "utcnow", "today"), f"{place} line {node.lineno} reads a clock"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in ("open", "input", "print"), f"{place} line {node.lineno}: {node.func.id}"


@pytest.mark.parametrize("path", [path for path in FILES if chapter(path) == "lab"], ids=lambda path: path.name)
def test_the_lab_draws_only_from_seeded_streams(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random":
            assert node.attr == "Random", f"{path.name} line {node.lineno}: random.{node.attr} has no seed"
