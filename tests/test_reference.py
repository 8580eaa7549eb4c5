"""The reference pages are those of the code, and nothing is missing in them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import typer

from airshed.cli.main import ROOMS, build
from airshed.cli.reference import client
from airshed.cli.reference.examples import examples
from airshed.cli.reference.shell import leaves
from airshed.cli.reference.write import (
    ALWAYS,
    BODIES,
    EVENTS,
    INNER,
    NAMES,
    PARTS,
    TRANSCRIPTS,
    command_names,
    pages,
    reasons,
)
from airshed.client.commands import Commands
from airshed.engine.commands import Body, wish
from airshed.engine.decide import PROCEDURES
from airshed.engine.events import Event
from airshed.engine.journal import Record
from airshed.engine.tables import TABLES
from airshed.engine.tables.table import COMMON
from airshed.model.refusal import Why
from airshed.service.forms.english import meaning
from airshed.service.http.commands import in_words

#: Played to be refused, or with answers that the transcript does not show whole.
REFUSED = {"AdoptRulebook", "CloseZoneCall", "PayRent", "ReleasePledge", "ReleaseUnused"}
FOLDER = Path(__file__).parents[1] / "docs" / "reference"


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return pages()


def test_the_pages_on_disk_are_those_of_the_code(written: dict[str, str]) -> None:
    for name, text in written.items():
        assert (FOLDER / name).read_text("utf-8") == text, f"{name} is out of date: run make docs"


def test_the_law_knows_the_commands_of_the_engine() -> None:
    assert NAMES.read_text("utf-8") == command_names(), "run make docs"


def test_the_client_of_the_service_is_that_of_the_catalogue() -> None:
    assert client.PLACE.read_text("utf-8") == client.module(), "run make docs"
    assert all(callable(getattr(Commands, in_words(body.__name__))) for body in BODIES)


def test_every_command_has_an_example_in_a_transcript() -> None:
    shown = examples(TRANSCRIPTS)
    assert [body.__name__ for body in BODIES if body.__name__ not in shown] == []
    assert {name for name, example in shown.items() if example.refused} <= REFUSED


def test_every_command_event_and_field_has_its_place(written: dict[str, str]) -> None:
    assert set(BODIES) == set(get_args(Body))
    assert set(EVENTS) == set(get_args(Event))
    kinds: tuple[tuple[str, tuple[type[msgspec.Struct], ...]], ...] = (
        ("commands.md", (*BODIES, *INNER)),
        ("events.md", (Record, *EVENTS, *PARTS)),
    )
    for page, structs in kinds:
        for struct in structs:
            section = written[page].partition(f"## {struct.__name__}\n")[2].partition("\n## ")[0]
            assert struct.__doc__ is not None
            for field in struct.__struct_fields__:
                assert f"| `{field}` |" in section, f"{struct.__name__}.{field}"
                assert meaning(struct, field).endswith((".", "below", "year")), f"{struct.__name__}.{field}"


def test_every_reason_to_refuse_has_a_meaning_in_both_languages(written: dict[str, str]) -> None:
    for why in Why:
        assert f"`{why}` | {why.english} | {why.chinese} |" in written["refusals.md"]


def test_every_table_and_column_has_its_words(written: dict[str, str]) -> None:
    for table in TABLES:
        section = written["read-tables.md"].partition(f"## {table.name}\n")[2].partition("\n## ")[0]
        assert table.shows in section
        for column in table.parts:
            assert f"| `{column.name}`" in section
            assert column.holds.strip(), f"{table.name}.{column.name} has no word"


def test_what_columns_commonly_hold_is_said_of_columns_that_are_there() -> None:
    silent = {column.name for table in TABLES for column in table.parts if not column.word}
    assert silent == set(COMMON)


def test_every_shell_command_has_an_example_and_says_what_its_options_mean(written: dict[str, str]) -> None:
    for path, command in leaves(typer.main.get_command(build(ROOMS)), "airshed"):
        assert f"## {path}\n" in written["cli.md"]
        assert "Example: airshed " in (command.help or ""), path
        assert all(each.help for each in command.params), path


def test_every_command_can_be_refused_for_the_reasons_that_all_share() -> None:
    for body in PROCEDURES:
        assert set(ALWAYS) <= set(reasons()[body])


def test_a_field_says_the_kind_of_text_that_the_engine_takes() -> None:
    """A seal is no day, and an hour is not one either; what has a pattern and no title is an error, not a day."""
    shown = pages()["commands.md"]
    for name, holds in (("seal", "SHA-256, or empty"), ("hour", "hour, as 2027-12-31T07"), ("until", "day, as 2027")):
        rows = re.findall(rf"^\| `{name}` \| ([^|]*) \|", shown, re.MULTILINE)
        assert rows, name
        assert all(row.startswith((holds, "whole number")) for row in rows), (name, rows)
    for kind, text in ((wish.Day, "2027-12-31"), (wish.Hour, "2027-12-31T07"), (wish.Seal, "0" * 64)):
        assert msgspec.convert(text, kind) == text
        told = re.findall(r"as (\S+)", get_args(kind)[1].title)
        assert all(msgspec.convert(example, kind) for example in told)
