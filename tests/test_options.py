"""One thing has one spelling in all of the shell, and what was spelt otherwise is told."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import typer

from airshed import pages
from airshed.cli.main import ROOMS, build, run
from airshed.cli.options import MOVED
from airshed.cli.reference.shell import leaves
from airshed.model.near import near

#: What is said otherwise of `--json`: a log, and one line at the very end.
OWN_JSON = {"airshed demo", "airshed gateway"}
#: Things that are options wherever they are not what the whole group is about.
NAMED = {"series", "year", "vintage", "pollutant", "seed", "out", "html", "devices", "at", "workers", "scenario"}
ABOUT = {"lab run", "lab sensitivity"}


def commands() -> dict[str, Any]:
    return dict(leaves(typer.main.get_command(build(ROOMS)), "airshed"))


def test_a_thing_is_an_option_everywhere_or_the_argument_of_its_group() -> None:
    arguments = defaultdict(set)
    for path, command in commands().items():
        for param in command.params:
            if param.param_type_name == "argument":
                arguments[param.name].add(path.removeprefix("airshed "))
    assert {name: found - ABOUT for name, found in arguments.items() if name in NAMED and found - ABOUT} == {}
    assert {path.split()[0] for path in arguments["zone"]} == {"zone"}
    assert {path.split()[0] for path in arguments["rulebook"]} == {"rules"}
    assert {path.split()[0] for path in arguments["book"]} <= {
        "act",
        "book",
        "market",
        "replay",
        "lab",
        "proof",
        "report",
        "sealed",
        "serve",
        "user",
    }


def test_a_command_that_a_page_prints_has_the_options_that_it_names() -> None:
    """The market page said how to make it again, by an option that had been renamed."""
    known = {
        path: {spelling for param in command.params for spelling in param.opts} for path, command in commands().items()
    }
    printed = []
    for page in Path(pages.__file__).parent.rglob("*.j2"):
        for line in re.findall(r"airshed [a-z][^<\n]*", page.read_text("utf-8")):
            words = line.split()
            path = next((each for number in (3, 2) if (each := " ".join(words[:number])) in known), "")
            printed.append(path)
            assert set(re.findall(r"--[a-z][a-z-]*", line)) <= known.get(path, set()), (page.name, line)
    assert {"airshed market page", "airshed mrv page", "airshed report", "airshed book verify"} <= set(printed)


def test_json_is_explained_in_one_way() -> None:
    said = {
        param.help
        for path, command in commands().items()
        for param in command.params
        if param.name == "json" and path not in OWN_JSON
    }
    assert len(said) == 1, said


@pytest.mark.parametrize(("command", "old"), MOVED)
def test_an_old_spelling_is_told_the_new_one(
    command: str, old: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    new = MOVED[command, old]
    spelt = {spelling for param in commands()[f"airshed {command}"].params for spelling in param.opts}
    assert new in spelt
    assert old not in spelt
    monkeypatch.setattr("sys.argv", ["airshed", *command.split(), f"{old}=x"])
    with pytest.raises(SystemExit) as end:
        run()
    said = capsys.readouterr().err
    assert (end.value.code, said.count("\n")) == (2, 1)
    assert said.endswith(f"; it is called {new} now\n"), said


def test_of_very_many_names_those_that_are_like_it_are_told() -> None:
    names = [f"KM-CEM-{number:02}-A" for number in range(90)]
    said = near("km-cem-07-a", names)
    assert said.startswith("there are KM-CEM-07-A, ")
    assert said.endswith(" and 86 others (did you mean 'KM-CEM-07-A'?)")
    assert near("nothing like it", names) == f"there are {', '.join(names[:4])} and 86 others"
    assert near("x", []) == "there are none"


def test_a_command_built_without_the_others_of_its_group_is_the_same_command() -> None:
    """The shell builds no more than is asked for; what is asked for wrongly finds the whole group, which names it."""
    whole = dict(leaves(typer.main.get_command(build(ROOMS)), "airshed"))
    for path, command in whole.items():
        words = path.split()[1:]
        if len(words) == 2:
            alone = dict(leaves(typer.main.get_command(build({words[0]: ROOMS[words[0]]}, words[1])), "airshed"))
            assert set(alone) - {f"airshed {words[0]}"} == {path}
            assert [each.opts for each in alone[path].params] == [each.opts for each in command.params]
            assert alone[path].get_help(typer.Context(alone[path])) == command.get_help(typer.Context(command))
    group = {"book": ROOMS["book"]}
    assert set(dict(leaves(typer.main.get_command(build(group, "shwo")), "airshed"))) == {
        path for path in whole if path.startswith("airshed book ")
    }
