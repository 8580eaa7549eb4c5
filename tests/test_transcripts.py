"""Manual and acceptance test are one: every command in `tests/transcripts/*.md` prints what stands there.

A fenced block `console` holds commands after `$ ` and what they print (both streams). A line `...` stands for any
lines, `...` inside a line for any text, and `(exit 2)` for a status that is not 0. A fenced block `file NAME`
makes that file first. The files of one transcript share a folder, in which `year.book` is a played demo year,
`few.book` that of seven works, `old.book` one of format 5, and `rulebooks/` and `scripts/` are those of the project.
"""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from airshed.cli.reference.write import reasons
from airshed.model.refusal import Why
from shells import BLOCK, Shell

HERE = Path(__file__).parent
TRANSCRIPTS = sorted((HERE / "transcripts").glob("*.md"))


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_commands_print_what_the_manual_says(
    transcript: Path, tmp_path: Path, shell: Shell, request: pytest.FixtureRequest
) -> None:
    text = transcript.read_text()
    for name in ("year", "few"):
        if f"{name}.book" in text:
            shutil.copy(request.getfixturevalue(f"{name}_book"), tmp_path)
    if "old.book" in text:
        (tmp_path / "old.book").write_bytes(gzip.decompress((HERE / "format5.book.gz").read_bytes()))
    for folder in ("rulebooks", "scripts"):
        if f"{folder}/" in text:
            shutil.copytree(HERE.parent / folder, tmp_path / folder)
    blocks = list(BLOCK.finditer(text))
    assert blocks, f"{transcript.name} has no command"
    for block in blocks:
        if block[2]:
            target = tmp_path / block[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block[3])
        else:
            shell.expect(block[3])


def test_every_reason_to_refuse_is_shown_in_the_manual() -> None:
    """But for a book without a rulebook, or that says nothing of itself: no command makes one."""
    text = "".join(path.read_text() for path in TRANSCRIPTS)
    silent = {Why.NO_RULEBOOK, Why.NO_PROVENANCE} | {
        why for why in Why if not any(why in given for given in reasons().values())
    }
    assert [why for why in Why if why not in silent and f"refused: {why} (" not in text] == []
