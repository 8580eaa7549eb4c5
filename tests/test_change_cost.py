"""What a command costs: in how many files of the source its name stands, so that the price cannot rise unseen.

A command is declared in its room, decided by a procedure, told to the law by a generated list, and sent by the
simulator; what else names it uses it. docs/contributing shows the additions that these bounds are for.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from airshed.engine.commands import Body

ROOT = Path(__file__).parents[1]
NAMES = tuple(kind.__name__ for kind in get_args(Body))
#: Written by `make docs`, so nobody edits it for a command.
GENERATED = ("src/airshed/rulebook/command_names.py", "src/airshed/client/commands.py")
#: Most files of the source that a command stands in; those who are used all over the house have their own.
MOST = 8
USED_WIDELY = {
    "ConfirmAct": 20,
    "PlaceOrder": 23,
    "RegisterActor": 19,
    "AdoptRulebook": 18,
    "Allocate": 17,
    "CloseYear": 16,
    "OpenAccount": 14,
    "PlaceBid": 12,
    "CloseAuction": 13,
    "SetCap": 14,
    "PlaceCallOrder": 14,
    "CloseCall": 12,
    "OpenSession": 13,
    "Surrender": 13,
    "AskRepurchase": 10,
    "CloseZoneCall": 11,
    "OfferRepurchase": 11,
    "OpenCall": 10,
    "RejectAct": 11,
    "Transfer": 11,
    "PlaceZoneBid": 11,
    "PlaceZoneOffer": 11,
    "CloseSession": 11,
    "RegisterSource": 10,
    "VerifyYear": 10,
    "Deposit": 9,
    "DetermineYear": 10,
    "OpenAuction": 9,
    "SealDay": 9,
    "NoticeCase": 9,
    "TrueUp": 9,
}
#: Where every command has to be known, the engine and the simulator, the bound has no exception.
DECLARED = ("src/airshed/engine/", "src/airshed/lab/simulator/")


@cache
def words() -> dict[str, set[str]]:
    """The words of every file of the source by its name; generated ones left out."""
    files = {path.relative_to(ROOT).as_posix(): path for path in (ROOT / "src").rglob("*.py")}
    for name in GENERATED:
        del files[name]
    return {name: set(re.findall(r"\w+", path.read_text("utf-8"))) for name, path in files.items()}


def files_of(command: str) -> list[str]:
    """The files of the source in which the name of a command stands."""
    return sorted(name for name, found in words().items() if command in found)


@pytest.mark.parametrize("command", NAMES)
def test_a_command_stands_in_few_files(command: str) -> None:
    files = files_of(command)
    declared = [name for name in files if name.startswith(DECLARED)]

    assert len(files) <= USED_WIDELY.get(command, MOST), files
    assert len(declared) <= MOST, declared


def test_what_is_used_widely_is_so_and_no_bound_is_loose() -> None:
    assert {name: len(files_of(name)) for name in USED_WIDELY} == USED_WIDELY


def test_closing_an_account_stands_in_the_rooms_that_its_page_walks_through() -> None:
    assert files_of("CloseAccount") == [
        "src/airshed/engine/commands/people.py",
        "src/airshed/engine/procedures/account_closing.py",
        "src/airshed/lab/simulator/mischief/draws.py",
        "src/airshed/rulebook/transactions.py",
    ]
    assert files_of("AccountClosed") == [
        "src/airshed/engine/apply/people.py",
        "src/airshed/engine/apply/reserve.py",
        "src/airshed/engine/events/people.py",
        "src/airshed/engine/procedures/account_closing.py",
        "src/airshed/engine/tables/people.py",
        "src/airshed/lab/simulator/mirror/accounts.py",
        "src/airshed/lab/simulator/mirror/people.py",
        "src/airshed/lab/simulator/mirror/returns.py",
        "src/airshed/lab/simulator/mirror/whole.py",
    ]


FOLDER = ROOT / "docs" / "contributing"
#: The bounds of the project: of a command on the source and on the rest, what is generated left out; else on both.
COMMAND = (8, 4)
TOGETHER = {"a-rulebook-key": 5, "a-method": 4, "a-finding": 3, "a-page": 3, "a-shell-command": 2}


@pytest.mark.parametrize("page", ["a-command", *TOGETHER])
def test_a_worked_addition_names_files_that_are_there_and_keeps_its_bound(page: str) -> None:
    files = re.findall(r"^\| `([\w./-]+)` \|", (FOLDER / f"{page}.md").read_text("utf-8"), re.MULTILINE)
    source = sum(name.startswith("src/") for name in files)
    counts = (source, len(files) - source)

    assert [name for name in files if not (ROOT / name).is_file()] == []
    assert sum(counts) <= TOGETHER[page] if page in TOGETHER else counts == COMMAND
    row = re.search(rf"^\| \[[^]]+\]\({page}\.md\).*$", (FOLDER / "README.md").read_text("utf-8"), re.MULTILINE)
    assert row is not None
    assert row[0].split(" | ")[2:4] == [str(count) for count in counts]
