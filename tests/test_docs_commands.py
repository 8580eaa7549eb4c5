"""Every command that a page shows exists, with the options that it is given there."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from airshed.cli.main import ROOMS, build
from airshed.service.forms.form import BODIES, slots

ROOT = Path(__file__).parents[1]
#: Decisions tell of their day; the reference of the shell is generated from the same commands.
LEFT_OUT = {"decisions", "cli.md", "CHANGELOG.md"}
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "zones/**/*.md", "examples/*.py")
    for path in sorted(ROOT.glob(pattern))
    if not LEFT_OUT & set(path.parts)
]
SHOWN = re.compile(r"(?:^|`|\| |\$ )airshed ([^`\n|>;#]*)", re.MULTILINE)


@cache
def commands() -> Any:
    return typer.main.get_command(build(ROOMS))


def faults(line: str) -> list[str]:
    """What of a command line does not exist; `airshed act` has the options of the command that it is told."""
    command, words = commands(), line.replace("...", "").split()
    while hasattr(command, "get_command") and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.get_command(None, name)
        if command is None:
            return [f"no command {name}"]
    of_act: set[str] = set()
    if line.split()[:1] == ["act"] and words and not words[0].startswith("-") and words[0] != "COMMAND":
        if words[0] not in BODIES:
            return [f"no command {words[0]}"]
        of_act = {f"--{slot.option}" for slot in slots(BODIES[words[0]])}
    known = of_act | {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help"}
    asked = [word.partition("=")[0].rstrip("].,)'") for word in words if word.startswith("--")]
    return [f"no option {option}" for option in asked if option not in known]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_exist(page: Path) -> None:
    wrong = {line: faults(line) for line in SHOWN.findall(page.read_text("utf-8"))}
    assert {line: said for line, said in wrong.items() if said} == {}


def test_a_command_that_is_not_there_is_seen() -> None:
    assert faults("book shew a.book") == ["no command shew"]
    assert faults("book show a.book trades --lines 5") == ["no option --lines"]
    assert faults("book show a.book trades --limit 5") == []
    assert faults("act PlaceBid a.book --as wang --count 5") == []
    assert faults("act PlaceBid a.book --as wang --number 5") == ["no option --number"]
    assert faults("act PlaceBit a.book --as wang") == ["no command PlaceBit"]
    assert sum(len(SHOWN.findall(page.read_text("utf-8"))) for page in PAGES) > 200
