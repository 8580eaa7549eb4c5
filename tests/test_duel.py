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
