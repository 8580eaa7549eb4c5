"""The simulator finds every bug that is planted into the engine, by the check that the docs name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from airshed.cli.main import ROOMS, build
from airshed.lab.simulator import mirror
from planted import PLANTED
from planted_seeds import BUDGET, PAGE, found, told

IMPORT = re.compile(r"(from|import) airshed")
TOLD = told(PAGE.read_text("utf-8"))


def test_the_mirror_shares_no_calculator_with_the_engine() -> None:
    """It reads records and the law; figures it works out by itself."""
    allowed = (
        "airshed.engine.commands",
        "airshed.engine.events",
        "airshed.engine.journal",
        "airshed.lab.simulator.mirror.",
        "airshed.model.refusal",
        "airshed.registry.moves",
        "airshed.rulebook.period_table",
        "airshed.rulebook.compliance_sections",
        "airshed.rulebook.programme_sections",
        "airshed.rulebook.schema",
        "airshed.rulebook.tables",
        "airshed.rulebook.trading_sections",
        "airshed.rulebook.transactions",
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
    assert found(name, TOLD[name], monkeypatch) is not None, f"{BUDGET} seeds do not find by that check: {name}"


@pytest.mark.parametrize("name", ["a fee is a fen too high", "a call knows no groups"])
def test_the_line_that_is_printed_finds_the_same_again(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found in memory, repeated on disk with crashes."""
    broken = found(name, TOLD[name], monkeypatch)
    assert broken is not None
    line = str(broken[1]).splitlines()[-1].split()

    again = CliRunner().invoke(build({"sim": ROOMS["sim"]}), line[1:])

    assert (again.exit_code, again.stderr) == (1, f"broken: {broken[1]}\n")
