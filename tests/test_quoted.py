"""What somebody else read at real works is quoted as such, with how it was read, and plays no part in anything."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from airshed.cli.zone import quoted
from airshed.lab.stacks.episodes import read_episodes
from airshed.model.refusal import Malformed
from airshed.rulebook.load import find as find_rules
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.shipped import shipped
from airshed.zone.facts import read_facts
from airshed.zone.load import load
from airshed.zone.quoted import FILE, SAID, read_quoted

FOLDER = shipped("zones", "dianzhong")
ZONE = load(FOLDER)
FACTS = read_facts(FOLDER, [place.code for place in ZONE.jurisdictions])
ROWS = read_quoted(FOLDER, FACTS)


def test_each_of_the_five_cases_has_its_source_and_how_it_was_read() -> None:
    assert [(row.works, row.pollutant, row.mg_m3, row.times_over) for row in ROWS] == [
        ("Yuxi Xinxing", "PM", 38.34, Decimal("0.92")),
        ("Guodian Xuanwei", "SO2", 1659.7095, Decimal("7.30")),
        ("Guodian Xuanwei", "SO2", 530.62, Decimal("1.65")),
        ("Yunnan Desheng", "SO2", None, None),
        ("Yunnan Desheng", "NOx", None, None),
    ]
    for row in ROWS:
        assert "2018 policy study" in row.source
        assert row.read_as_en, row.quote
        assert row.read_as_zh, row.quote


def test_the_limits_that_they_were_read_against_are_limits_of_the_rulebook() -> None:
    """One of the same standard, pollutant and figure."""
    limits = load_rules(find_rules("dianzhong")).limits.rows
    known = {(row.standard, row.pollutant, row.limit_mg_m3) for row in limits}
    for row in ROWS:
        assert (row.limit_cite.split(" table")[0], row.pollutant, row.limit_mg_m3) in known, row.quote


def test_no_episode_plays_one_of_them() -> None:
    played = {episode.value for episode in read_episodes(FOLDER, ZONE)}
    assert not played & {row.mg_m3 for row in ROWS if row.mg_m3 is not None}


def test_a_quotation_of_no_works_of_the_inventory_is_named_by_its_line(tmp_path: Path) -> None:
    shutil.copy(FOLDER / FILE, tmp_path / FILE)
    with pytest.raises(Malformed, match=r"quoted_readings\.csv line 2 column fact: no such works 'F21'"):
        read_quoted(tmp_path, ())
    (tmp_path / FILE).unlink()
    assert read_quoted(tmp_path, FACTS) == ()


def test_the_shell_says_that_they_are_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    quoted("dianzhong")
    screen = capsys.readouterr().out
    assert all(line in screen for line in SAID)
    quoted("dianzhong", json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["times_over"] for line in lines] == ["0.92", "7.30", "1.65", None, None]
    assert all(line["said"] == list(SAID) for line in lines)
