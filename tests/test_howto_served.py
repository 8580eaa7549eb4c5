"""The how-to of a year is played over a service by people who sign in there, and answers as it is written."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest

from persons import Shell as Person
from services import Clock, served
from shells import BLOCK, Shell, pattern
from test_howto_year import PAGE

#: What is played: from the first entry to a trade between two firms.
LAST = "## The days of the year"
#: What goes to the service; the rest of the page reads or writes the file, for which nobody serves it.
SERVED = re.compile(r"airshed (act \w+|book confirm) my\.book (.*)")


def commands() -> Iterator[tuple[str, str]]:
    """The commands of the page with what they are to print."""
    for block in BLOCK.finditer(PAGE.read_text("utf-8").partition(LAST)[0]):
        for part in re.split(r"^\$ ", block[3], flags=re.MULTILINE)[1:]:
            command, _, expected = part.partition("\n")
            yield command, expected


def over(command: str, url: str) -> tuple[str, str]:
    """Who sends a line of the page, and how it is written for a service."""
    asked = SERVED.fullmatch(command)
    assert asked is not None
    words = shlex.split(asked[2])
    option = "--as" if asked[1].startswith("act") else "--actor"
    place = words.index(option)
    who = words[place + 1]
    rest = " ".join(f"'{word}'" if " " in word else word for word in (*words[:place], *words[place + 2 :]))
    return who, f"{asked[1]} --server {url} {rest}"


def as_served(expected: str, url: str) -> str:
    """What a line of the page prints, where it goes to a service."""
    return re.sub(
        r"airshed book confirm my\.book (\d+) --actor \S+",
        rf"airshed book confirm --server {url} \1 --code CODE",
        expected,
    )


def test_a_year_is_played_over_a_service_by_people_who_sign_in(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every act and every confirmation, each by whom the page says; two of a bank, two of an office, two firms."""
    clock, secrets = Clock(), dict[str, bytes]()
    people: set[str] = set()
    played = 0
    for by_service, lines in groupby(
        commands(), lambda each: SERVED.fullmatch(each[0].partition(" | ")[0]) is not None
    ):
        if not by_service:
            for command, expected in lines:
                said, status = shell.run(command)
                assert (status, bool(pattern(expected).fullmatch(said))) == (0, True), f"$ {command}\n{said}"
            continue
        with served(shell.folder / "my.book", clock=clock) as service:
            service._secrets = secrets
            here: dict[str, Person] = {}
            for command, expected in lines:
                sent, _, piped = command.partition(" | ")
                who, line = over(sent, service.url)
                if who not in here:
                    here[who] = Person(tmp_path / who, monkeypatch, capsys)
                    here[who].sign_in(service, who)
                if "confirm" in line:
                    line += f" --code {service.code(who)}"
                status, said = here[who](line)
                if piped == "head -2":
                    said = "".join(said.splitlines(keepends=True)[:2])
                elif piped:
                    assert piped == 'grep "^record"', command
                    said = "".join(each for each in said.splitlines(keepends=True) if each.startswith("record"))
                printed = "".join(each.rstrip() + "\n" for each in said.splitlines())
                wanted = as_served(expected, service.url)
                assert pattern(wanted).fullmatch(printed), f"$ {line}\nprinted:\n{printed}\nexpected:\n{wanted}"
                assert status == 0
                played += 1
            people |= set(here)
    assert played >= 15
    assert {
        "settlement-bank",
        "settlement-bank-review",
        "wang",
        "li",
        "dianzhong-office",
        "dianzhong-inspector",
    } <= people
