"""A law may share by the highest baseline years, as US programmes for power plants do: the two or three highest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from airshed.cli.allocate.command import allocate
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import decode
from airshed.engine.runner import Runner
from airshed.lab.simulator.mirror.whole import Mirror
from airshed.model.refusal import Malformed, Why
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook
from laws import FILES
from markets import AUTHORITY, done, issued, send

#: One works burnt alike every year, the other stood still for one of three.
LINES = (
    c.ActivityLine("s-steel", (2024, 2025, 2026), (600, 600, 600), (10, 10, 10)),
    c.ActivityLine("s-cement", (2024, 2025, 2026), (700, 0, 500), (10, 0, 10)),
)


def law(baseline: str) -> Rulebook:
    """The shipped law, sharing by history with another baseline."""
    text = FILES["rulebook.toml"].decode()
    text = text.replace('method = "benchmark"', 'method = "history"', 1).replace('"mean"', f'"{baseline}"', 1)
    return load_texts({**FILES, "rulebook.toml": text.encode()})


def shared(baseline: str) -> tuple[Runner, e.Allocated]:
    """The same, shared out under the law with that baseline."""
    runner = issued(law(baseline))
    (allocated,) = done(runner, AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES)).events
    assert isinstance(allocated, e.Allocated)
    return runner, allocated


@pytest.mark.parametrize(("baseline", "part"), [("mean", 400 / 1000), ("best_2", 600 / 1200), ("best_1", 700 / 1300)])
def test_a_year_of_standstill_does_not_count_among_the_highest(baseline: str, part: float) -> None:
    counts = {award.account: award.count for award in shared(baseline)[1].awards}

    assert counts["cement"] / sum(counts.values()) == pytest.approx(part, abs=1e-6)


def test_the_mirror_shares_by_them_too() -> None:
    runner, _ = shared("best_2")
    *before, last = (decode(line) for line in runner.journal.lines())
    mirror = Mirror()
    for record in before:
        mirror.follow(record, law("best_2"))
    mirror.follow(last, law("best_2"))

    other = Mirror()
    for record in before:
        other.follow(record, law("best_2"))
    with pytest.raises(AssertionError, match="I2: "):
        other.follow(last, law("best_1"))


def test_more_years_than_there_are_is_refused() -> None:
    refusal = send(issued(law("best_5")), AUTHORITY, c.Allocate("NOx", "KM", 2027, LINES)).refusal

    assert refusal is not None
    assert refusal.why is Why.NOT_CONSERVED
    assert "the best 5 of 3 baseline years" in refusal.detail


def test_a_law_names_a_number_of_years_that_is() -> None:
    with pytest.raises(Malformed, match="no such choice 'best_6'; there are mean, median, best_1"):
        law("best_6")


def test_the_shell_shares_by_them(tmp_path: Path) -> None:
    path = tmp_path / "activities.csv"
    path.write_text("source,years,emitted_kg\na,2024 2025 2026,600 600 600\nb,2024 2025 2026,700 0 500\n")
    app = typer.Typer()
    app.command()(allocate)
    words = ["--activities", str(path), "--pool", "1200", "--method", "history", "--baseline", "best_2", "--json"]
    said = CliRunner().invoke(app, words)

    assert said.exit_code == 0, said.output
    counts = re.findall(r'"count":(\d+)', said.stdout)
    assert counts == ["600", "600"]
