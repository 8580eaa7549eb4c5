"""Examples of commands, read from the transcripts: where a command is played, there its example stands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: A fenced block of a transcript: a file with its name, or a session of the shell.
_BLOCK = re.compile(r"^```(?:file (\S+)|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
#: A file of commands that is sent, or one command from a pipe; the instant, and what is answered.
_SENT = re.compile(r"^\$ (?:echo '(.*)' \| )?airshed book send \S+ (\S+) --at (\S+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_ANSWER = re.compile(r"^(?:\d+ |refused)")


class Example(NamedTuple):
    """A command as it stands in a transcript, the instant at which it is sent, and whether it is refused there."""

    transcript: str
    at: str
    line: str
    refused: bool


def examples(folder: Path) -> dict[str, Example]:
    """By the name of the command the first that is not refused, else the first that is."""
    found: dict[str, Example] = {}
    for path in sorted(folder.glob("*.md")):
        for name, example in _played(path):
            if name not in found or (found[name].refused and not example.refused):
                found[name] = example
    return found


def _played(path: Path) -> Iterator[tuple[str, Example]]:
    """Every command that a transcript sends and of which it shows the answer."""
    files: dict[str, list[str]] = {}
    for block in _BLOCK.finditer(path.read_text("utf-8")):
        if block[1]:
            files[block[1]] = block[2].splitlines()
            continue
        for line, name, at, said in _SENT.findall(block[2]):
            answers = [answer for answer in said.splitlines() if _ANSWER.match(answer)]
            lines = [line] if line else files.get(name, [])
            if len(answers) == len(lines):
                for each, answer in zip(lines, answers, strict=True):
                    yield json.loads(each)["body"]["do"], Example(path.stem, at, each, "refused" in answer)
