"""What a command that only reads imports: seconds are a matter of the machine, modules are not.

numpy, polars, the solvers and what writes a book take longer to import than such a command takes to answer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = ("numpy", "scipy", "polars", "highspy", "dask", "airshed.lab.agents")
#: All in one process, one after another: what none of them has imported at its end none has imported at all.
READING = (
    "--help",
    "--version",
    "rules show dianzhong trading",
    "rules check dianzhong",
    "rules diff dianzhong dianzhong",
    "zone check dianzhong",
    "zone works dianzhong",
    "zone quoted dianzhong",
    "hj212 decode frames",
    "mrv factors",
    "mrv limits QJ-PWR-03-B",
    "book show year.book",
    "book show year.book holdings",
    "book head year.book",
    "market summary year.book",
    "market depth year.book --series SO2-KM-2027",
    "lab scenarios",
    "lab examples",
    "lab prices",
    "lab tax --emits SO2=1",
    "book send --help",
    "act",
    "act --help",
    "act SetCap --help",
    "lab brief --help",
    "gateway --help",
    "mrv run --help",
)
SCRIPT = """
import json, os, sys
from airshed.cli.main import run
reading, heavy = json.loads(sys.argv[1])
said = os.dup(1)
os.dup2(os.open("out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
for words in reading:
    sys.argv = ["airshed", *words.split()]
    try:
        run()
    except SystemExit as end:
        found = [name for name in heavy if name in sys.modules]
        os.write(said, (json.dumps([words, end.code or 0, found]) + "\\n").encode())
"""


def test_a_command_that_only_reads_imports_nothing_that_takes_long(tmp_path: Path, year_book: Path) -> None:
    (tmp_path / "year.book").symlink_to(year_book)
    (tmp_path / "frames").touch()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([READING, HEAVY])],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1] / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    said = [json.loads(line) for line in done.stdout.splitlines()]
    assert said == [[words, 0, []] for words in READING], done.stderr
