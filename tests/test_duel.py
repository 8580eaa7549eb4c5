"""A duel of two houses runs each with the packages that it pins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from small_books import script

ROOT = Path(__file__).parents[1]


def test_a_house_that_pins_the_same_packages_is_run_by_this_python(tmp_path: Path) -> None:
    duel = script("duel")

    assert duel.python_of(ROOT, tmp_path) == sys.executable
    assert not list(tmp_path.iterdir())


def test_a_house_that_pins_others_gets_a_python_with_those_alone(tmp_path: Path) -> None:
    """One that pins nothing, so that nothing is fetched: what this house has is not there."""
    pinned = tmp_path / "older" / "requirements" / "run.txt"
    pinned.parent.mkdir(parents=True)
    pinned.write_text("# none\n")

    python = script("duel").python_of(tmp_path / "older", tmp_path)

    assert Path(python).is_relative_to(tmp_path)
    found = subprocess.run([python, "-c", "import numpy"], capture_output=True, text=True, check=False)
    assert "No module named 'numpy'" in found.stderr


def test_a_command_is_sent_without_what_only_studies_need() -> None:
    """Each of these libraries takes as long to begin as some thousand orders to send."""
    asked = "import sys, airshed.engine.runner, airshed.service.book.sqlite, airshed.rulebook.load; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout

    assert not {"numpy", "highspy", "polars"} & set(said.split())
