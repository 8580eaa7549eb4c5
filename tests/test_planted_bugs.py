"""The simulator finds every bug that is planted into the engine, by the check that the docs name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.lab.simulator import mirror
from airshed.lab.simulator.sim import Broken, simulate
from laws import RULES
from planted import PLANTED

PAGE = (Path(__file__).parents[1] / "docs" / "explanation" / "simulator.md").read_text("utf-8")
#: The rows of the table of planted bugs: what is wrong, which invariant says so, in which words, on which seed.
TOLD = {
    name: (number, words, int(seed))
    for name, number, words, seed in re.findall(r"^\| ([^|]+) \| (I\d+) \| ([^|]+) \| (\d+) \|", PAGE, re.MULTILINE)
}
IMPORT = re.compile(r"(from|import) airshed")
STEPS = 150
#: Seeds that are tried where the one of the table does not find it any more.
BUDGET = 16


def found(name: str, patch: pytest.MonkeyPatch) -> Broken | None:
    """What the simulator says of a bug."""
    PLANTED[name](patch)
    for seed in (TOLD[name][2], *range(BUDGET)):
        try:
            simulate(seed, STEPS, RULES)
        except Broken as broken:
            return broken
    return None


def test_the_mirror_shares_no_calculator_with_the_engine() -> None:
    """It reads records and the law; figures it works out by itself."""
    allowed = (
        "airshed.engine.commands",
        "airshed.engine.events",
        "airshed.engine.journal",
        "airshed.lab.simulator.mirror.",
        "airshed.model.refusal",
        "airshed.registry.moves",
        "airshed.rulebook.schema",
    )
    files = sorted(Path(mirror.__file__).parent.glob("*.py"))
    imported = {
        line.split()[1] for path in files for line in path.read_text("utf-8").splitlines() if IMPORT.match(line)
    }

    assert len(files) > 10
    assert [name for name in sorted(imported) if not name.startswith(allowed)] == ["airshed.engine"]  # commands, events


def test_every_planted_bug_stands_in_the_table() -> None:
    assert list(TOLD) == list(PLANTED)
    assert len(PLANTED) >= 50


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found_by_the_check_that_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = found(name, monkeypatch)

    assert broken is not None, f"{BUDGET} seeds do not find: {name}"
    number, words, _ = TOLD[name]
    assert f"{number}: " in str(broken)
    assert words in str(broken)


@pytest.mark.parametrize("name", ["a fee is a fen too high", "a call knows no groups"])
def test_the_line_that_is_printed_finds_the_same_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found in memory, repeated on disk with crashes."""
    broken = found(name, monkeypatch)
    assert broken is not None
    line = str(broken).splitlines()[-1].split()

    again = CliRunner().invoke(build({"sim": ROOMS["sim"]}), line[1:])

    assert (again.exit_code, again.stderr) == (1, f"broken: {broken}\n")
