"""Evidence on disk: what is written is read, damage is named, and anybody computes the same sealed days."""

from __future__ import annotations

import os
import re
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from airshed.cli.main import build
from airshed.lab.stacks.episodes import read_episodes
from airshed.model.refusal import Malformed
from airshed.mrv.days import day_chain
from airshed.mrv.hj212 import Frame, chunks, decode, seal
from airshed.mrv.readings import AIR_PRESSURE, AIR_PRESSURE_OF_FLUE_GAS, FACTORS, StackReadings
from airshed.mrv.year import close_year
from airshed.rulebook.load import find
from airshed.rulebook.load import load as load_rules
from airshed.rulebook.shipped import shipped
from airshed.service.book.sealing import seal_command
from airshed.service.run.pool import crew
from airshed.service.stacks import evidence as files
from airshed.service.stacks.measure import Truth, measure_zone, read_readings, simulate_zone
from airshed.zone.load import load
from airshed.zone.monitoring import monitoring_rules, registrations
from stack_years import readings_from_rows

YEAR, SEED = 2027, 7
FOLDER = shipped("zones", "dianzhong")
ZONE = load(FOLDER)
EPISODES = read_episodes(FOLDER, ZONE)
RULES = monitoring_rules(load_rules(find("dianzhong")))
PAIR = ("KM-STL-03-A", "KM-STL-04-B")
FRAMES = [seal(b"ST=31;CN=2061;MN=A1;Flag=4;CP=&&DataTime=202701010%d0000&&" % hour) for hour in range(3)]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A year of two stacks: a sinter head whose analysers fail for weeks, and a converter whose filter tears."""
    folder = tmp_path_factory.mktemp("evidence") / "year"
    simulate_zone(folder, ZONE, YEAR, SEED, episodes=EPISODES, stacks=PAIR, workers=1)
    return folder


def test_a_month_comes_back_frame_by_frame(tmp_path: Path) -> None:
    said = files.write_month(tmp_path, "A", "2027-01", FRAMES)

    assert files.read_month(tmp_path, "A", "2027-01", said) == [frame.rstrip() for frame in FRAMES]
    assert said.frames == 3
    assert [path.name for path in (tmp_path / "A").iterdir()] == ["2027-01.hj212.gz"]


def test_the_same_frames_give_the_same_file(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        files.write_month(tmp_path / folder, "A", "2027-01", FRAMES)
    one, other = (files.month_path(tmp_path / folder, "A", "2027-01").read_bytes() for folder in ("one", "other"))

    assert one == other


@given(st.lists(st.sampled_from([*FRAMES, b"noise\r\n", b"##12", b"##0001\r\n", b"##0002\r\nA4040", b"\r\n"])))
def test_frames_are_cut_as_the_gateway_cuts_them(pieces: list[bytes]) -> None:
    text = b"".join(pieces)

    assert [line for line in files.split_frames(text) if line] == [chunk for _, chunk in chunks([text])]


def test_evidence_is_never_written_over(tmp_path: Path) -> None:
    files.write_month(tmp_path, "A", "2027-01", FRAMES)

    with pytest.raises(Malformed, match=r"2027-01\.hj212\.gz: exists already"):
        files.write_month(tmp_path, "A", "2027-01", FRAMES[:1])


def test_a_crash_while_writing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(file: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        files.write_month(tmp_path, "A", "2027-01", FRAMES)

    assert list((tmp_path / "A").iterdir()) == []


def test_one_process_and_two_write_and_measure_the_same(written: Path, tmp_path: Path) -> None:
    """I14."""
    told: list[str] = []
    simulate_zone(tmp_path / "two", ZONE, YEAR, SEED, episodes=EPISODES, stacks=PAIR, workers=2, progress=told.append)
    for path in sorted(each for each in written.rglob("*") if each.is_file()):
        assert (tmp_path / "two" / path.relative_to(written)).read_bytes() == path.read_bytes(), path.name
    alone, pooled = (list(measure_zone(written, ZONE, RULES, workers=workers)) for workers in (1, 2))
    with crew(2) as hands:
        twice = [list(measure_zone(written, ZONE, RULES, workers=hands)) for _ in range(2)]

    assert alone == pooled
    assert twice == [alone, alone]
    assert told == list(PAIR)


def test_every_day_is_sealed_with_whole_hours_and_the_digest_of_its_frames(written: Path) -> None:
    """I10."""
    manifest = files.read_manifest(written)
    for holding, closed in zip(manifest.stacks, measure_zone(written, ZONE, RULES, workers=1), strict=True):
        wishes = [seal_command(day) for day in closed.days]
        chain = files.read_chain(written, holding, YEAR)
        assert tuple(wish.evidence for wish in wishes) == chain.days
        assert len({*chain.days}) == len(wishes) == 365
        assert all(sum(hours) == 24 for wish in wishes for hours in wish.hours.values())
        assert {wish.stack for wish in wishes} == {closed.stack} == {holding.stack}
        assert {tuple(wish.mass_mg) for wish in wishes} == {registrations(ZONE)[closed.stack].pollutants}
        for mass in closed.masses:
            assert sum(wish.mass_mg[mass.pollutant] for wish in wishes) == mass.mass_mg


def test_reading_frame_by_frame_gives_the_same_year(written: Path) -> None:
    """The fast path against `decode` and `readings_from_rows`, frame by frame."""
    holding = files.read_manifest(written).stacks[1]
    fast = read_readings(written, holding, YEAR)
    slow = read_slowly(written, holding, fast.evidence)
    stack = registrations(ZONE)[holding.stack]

    assert close_year(stack, fast, RULES) == close_year(stack, slow, RULES)


def read_slowly(folder: Path, holding: files.EvidenceHolding, evidence: tuple[str, ...]) -> StackReadings:
    rows = []
    for month in files.months_of(YEAR):
        for raw in files.read_month(folder, holding.stack, month):
            frame = decode(raw)
            assert isinstance(frame, Frame)
            said = {
                AIR_PRESSURE if reading.code == AIR_PRESSURE_OF_FLUE_GAS else reading.code: (
                    float(reading.values["avg"]),
                    reading.flag or "",
                )
                for reading in frame.readings
            }
            known = {code: reading for code, reading in said.items() if code in FACTORS}
            rows.append((frame.field("DataTime") or "", known))
    return readings_from_rows(YEAR, rows, evidence)


def test_the_hours_of_a_stack_add_up_to_its_masses(written: Path, tmp_path: Path) -> None:
    for closed in measure_zone(written, ZONE, RULES, hours=tmp_path, workers=1):
        hours = pl.read_parquet(tmp_path / f"{closed.stack}.parquet")
        for mass in closed.masses:
            of = hours.filter(pl.col("pollutant") == mass.pollutant)
            assert len(of) == 8760
            assert of["mass_mg"].sum() == mass.mass_mg
            assert of["raw_mass_mg"].sum() == mass.measured_mg


def test_a_changed_frame_changes_its_day_and_every_day_after(written: Path) -> None:
    days = np.array([0, 0, 1, -1, 2])
    before = day_chain([b"a", b"b", b"c", b"noise", b"d"], days, YEAR)
    after = day_chain([b"a", b"b", b"c", b"other", b"d"], days, YEAR)

    assert before[0] == after[0]
    assert all(a != b for a, b in zip(before[1:], after[1:], strict=True))


def test_what_is_true_stands_beside_the_evidence(written: Path) -> None:
    truth = msgspec.json.decode((written / files.TRUTH).read_bytes(), type=Truth)

    assert [each.stack for each in truth.stacks] == list(PAIR)
    assert truth.stacks[1].episodes[0].value == 41


Damage = Callable[[Path], None]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def add(path: Path) -> None:
    path.write_bytes(path.read_bytes() + path.read_bytes())


def falsify(path: Path) -> None:
    """Another figure in a frame that is packed correctly again, CRC and all."""
    text = zlib.decompress(path.read_bytes(), 31)
    told = text[6 : 6 + int(text[2:6])]
    segment = re.sub(rb"(?<=a34013-Avg=)\d", lambda digit: b"%d" % ((int(digit[0]) + 1) % 10), told, count=1)
    assert segment != told
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    path.write_bytes(packer.compress(seal(segment) + text[len(segment) + 12 :]) + packer.flush())


def other_digest(path: Path) -> None:
    text = path.read_text("utf-8")
    place = text.index('"days"') + 400
    path.write_text(text[:place] + text[place:].replace("a", "b", 1), "utf-8")


def no_json(path: Path) -> None:
    path.write_text("{", "utf-8")


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("KM-STL-04-B/2027-03.hj212.gz", Path.unlink),
        ("KM-STL-04-B/2027-03.hj212.gz", cut),
        ("KM-STL-04-B/2027-03.hj212.gz", flip),
        ("KM-STL-04-B/2027-03.hj212.gz", add),
        ("KM-STL-04-B/2027-03.hj212.gz", falsify),
        ("KM-STL-04-B/2027-03.hj212.gz", no_json),
        ("KM-STL-04-B/chain.json", Path.unlink),
        ("KM-STL-04-B/chain.json", other_digest),
        ("KM-STL-04-B/chain.json", no_json),
        ("evidence.json", Path.unlink),
        ("evidence.json", no_json),
    ],
)
def test_damaged_evidence_is_refused_and_the_file_named(
    written: Path, tmp_path: Path, name: str, damage: Damage
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(written, copy)
    damage(copy / name)

    with pytest.raises(Malformed) as refused:
        list(measure_zone(copy, ZONE, RULES, workers=1))
    assert refused.value.place == str(copy / name)


def test_the_command_counts_what_it_wrote_and_refuses_to_write_over_it(tmp_path: Path) -> None:
    app, shell = build({"simulate": "airshed.cli.simulate:app"}), CliRunner()
    out = tmp_path / "evidence"
    asked = ["simulate", "stacks", "--seed", "7", "--out", str(out), "--stacks", "HH-PWR-01-A", "--workers", "1"]
    said = shell.invoke(app, [*asked, "--json"], catch_exceptions=False)
    counts = msgspec.json.decode(said.stdout)

    assert counts["stacks"] == 1
    assert counts["frames"] == files.read_manifest(out).stacks[0].frames > 8000
    with pytest.raises(Malformed, match=r"evidence: is not empty \(it holds .*\); name a new folder"):
        shell.invoke(app, asked, catch_exceptions=False)


def test_a_stack_that_is_not_there_writes_nothing(tmp_path: Path) -> None:
    app, shell = build({"simulate": "airshed.cli.simulate:app"}), CliRunner()
    asked = ["simulate", "stacks", "--seed", "7", "--out", str(tmp_path / "evidence"), "--stacks", "HH-PWR-01-Z"]

    with pytest.raises(Malformed, match="no such stack 'HH-PWR-01-Z'"):
        shell.invoke(app, asked, catch_exceptions=False)
    assert not (tmp_path / "evidence").exists()
