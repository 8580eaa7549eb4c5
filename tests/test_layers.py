"""The house stands: imports point down its floors, form no circle, and nothing inside reads a clock or a disk.

Every import counts: those in functions and under TYPE_CHECKING too, without an exception.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

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
    "client": 8,
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
CALLS_OUT = {"open", "input", "print"}
ALLOWED = {
    ("rulebook/load.py", "pathlib"): "reads a folder into texts; the law itself is read by a pure function",
    ("rulebook/shipped.py", "pathlib"): "finds what is shipped with the package",
    ("rulebook/reference.py", "pathlib"): "writes the reference page when it is run by itself",
    ("rulebook/reference.py", "sys"): "writes the reference page when it is run by itself",
    ("rulebook/strict.py", "io"): "reads CSV out of a text",
    ("rulebook/amend.py", "io"): "reads and writes CSV in a text",
    ("market/auction/sealed.py", "random"): "a published seed orders equal bids",
    ("market/auction/columns.py", "random"): "a published seed orders equal bids",
    ("market/auction/bidders.py", "random"): "a published seed orders equal bids",
    ("market/auction/ties.py", "random"): "a published seed orders equal bids",
    ("market/auction/consigning.py", "random"): "a published seed gives out what rounding leaves over",
    ("market/sharing/games.py", "random"): "a stated seed draws orders in which players join",
    ("market/call.py", "random"): "a published seed orders equal orders",
}


def name_of(path: Path) -> str:
    return ".".join(("airshed", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


FILES = {name_of(path): path for path in sorted(ROOT.rglob("*.py")) if path.parent != ROOT}


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(FILES[name].read_text(encoding="utf-8"))


@cache
def imported(name: str) -> tuple[str, ...]:
    """All that a module names in an import, wherever the import stands: modules where they are ours."""
    return tuple(_imported(name))


def _imported(name: str) -> Iterator[str]:
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: relative import"
            assert node.module is not None
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in FILES or node.module == "airshed" else node.module


def ours(name: str) -> set[str]:
    return {each for each in imported(name) if each in FILES} - {name}


def chapter(name: str) -> str:
    return name.split(".")[1]


def place(name: str) -> str:
    return FILES[name].relative_to(ROOT).as_posix()


def low() -> list[str]:
    return [name for name in FILES if FLOORS[chapter(name)] <= FLOORS["engine"]]


def circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_every_folder_is_a_chapter_with_a_floor() -> None:
    assert {chapter(name) for name in FILES} == set(FLOORS)


def test_imports_point_down_the_floors_or_stay_in_the_chapter() -> None:
    wrong = [
        f"{place(name)} (floor {FLOORS[chapter(name)]}) imports {other} (floor {FLOORS[chapter(other)]})"
        for name in FILES
        for other in ours(name)
        if chapter(other) != chapter(name) and FLOORS[chapter(other)] >= FLOORS[chapter(name)]
    ]
    assert wrong == []


def test_modules_form_no_circle() -> None:
    """A package that gathers what its modules have is above them; a module names its package by none of them."""
    assert circle({name: ours(name) for name in FILES}) == []


def test_nothing_up_to_the_engine_reads_a_clock_a_disk_a_socket_or_a_random_number() -> None:
    wrong = []
    for name in low():
        used = {each.split(".")[0] for each in imported(name)} & OUTSIDE
        wrong += [f"{place(name)} imports {each}" for each in used if (place(name), each) not in ALLOWED]
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                wrong.append(f"{place(name)} line {node.lineno} reads a clock")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS_OUT:
                wrong.append(f"{place(name)} line {node.lineno}: {node.func.id}")
    assert wrong == []


def test_every_exception_is_needed() -> None:
    used = {(place(name), each.split(".")[0]) for name in low() for each in imported(name)}
    assert [each for each in ALLOWED if each not in used] == []


def test_the_lab_draws_only_from_seeded_streams() -> None:
    wrong = [
        f"{place(name)} line {node.lineno}: random.{node.attr} has no seed"
        for name in FILES
        if chapter(name) == "lab"
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "random"
        if node.attr != "Random"
    ]
    assert wrong == []


def test_the_walk_sees_imports_in_functions_and_under_type_checking() -> None:
    assert circle({"a": {"b"}, "b": {"a"}})
    assert "airshed.service.book.addressed" in imported("airshed.cli.book.group"), "it stands in functions only"
