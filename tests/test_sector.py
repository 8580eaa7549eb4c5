"""Hourly readings on disk are as good as the frames they were read from: the same bytes on one process, on two and on a
cluster, year after year; one writer at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from airshed.lab.stacks.episodes import read_episodes
from airshed.lab.stacks.sector import sector_stack
from airshed.lab.stacks.stacks import readings as readings_of
from airshed.model.provenance import of_evidence
from airshed.model.refusal import Malformed
from airshed.mrv.flue_gas import Floats
from airshed.mrv.hours import close_hours
from airshed.mrv.readings import FACTORS, FLOW, FURTHER_GASES, StackReadings
from airshed.mrv.rules import StackRegistration
from airshed.mrv.spans import hours_in
from airshed.mrv.year import close_year_with_hours
from airshed.rulebook.load import find
from airshed.rulebook.load import load as load_rules
from airshed.service.run.lock import LOCK, only_writer
from airshed.service.run.parts import PARTS
from airshed.service.stacks import reading_files as hourly
from airshed.service.stacks.evidence import read_manifest
from airshed.service.stacks.measure import read_readings, simulate_zone
from airshed.service.stacks.recompute import ReadingsJob, recompute, recompute_readings, recompute_readings_of
from airshed.service.stacks.recomputed import code_digest, hours_path, made_path, result_of, result_path
from airshed.service.stacks.sector import readings_of_evidence, simulate_sector
from airshed.service.stacks.totals import YearSummary
from airshed.zone.load import load
from airshed.zone.monitoring import monitoring_rules
from airshed.zone.zone import Zone
from clusters import LONGEST_S, cluster, wait_for

ROOT = Path(__file__).parents[1]
YEAR = 2027
STACKS = ("KM-CEM-01-B", "QJ-PWR-03-B")
ZONE: Zone = load(ROOT / "zones" / "dianzhong")
EPISODES = read_episodes(ROOT / "zones" / "dianzhong", ZONE)
RULES = monitoring_rules(load_rules(find(str(ROOT / "rulebooks" / "dianzhong"))))
YEARS = (2023, 2024, 2026)
#: A run whose two workers hang in the middle of a file.
HANGING = """
import sys, time
from pathlib import Path
from airshed.service.run.lock import only_writer
from airshed.service.run.parts import PARTS
from airshed.service.run.pool import each

def hang(part):
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(b"PAR1 and no more")
    time.sleep(600)

if __name__ == "__main__":
    out = Path(sys.argv[1])
    with only_writer(out, "mrv run"):
        list(each(hang, [out / PARTS / f"{number}.part" for number in (1, 2)], 2))
"""


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("readings") / "evidence"
    simulate_zone(folder, ZONE, YEAR, 7, episodes=EPISODES, stacks=STACKS, workers=1)
    return folder


@pytest.fixture(scope="module")
def read(evidence: Path) -> Path:
    """The readings of the evidence."""
    out = evidence.parent / "read"
    readings_of_evidence(evidence, out, workers=1)
    return out


@pytest.fixture(scope="module")
def sector(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three simulated stacks over two neighbouring years and a third that stands alone."""
    out = tmp_path_factory.mktemp("sector") / "sector"
    simulate_sector(out, 3, YEARS, 11, workers=1)
    return out


@pytest.fixture(scope="module")
def alone(sector: Path) -> Path:
    """What one process makes of the sector."""
    out = sector.parent / "alone"
    recompute_readings(sector, ZONE, RULES, out, workers=1)
    return out


def content(folder: Path, *but: str) -> dict[str, bytes]:
    """Every file below a folder, but for those whose path starts so."""
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in sorted(paths.items()) if not name.startswith(but or ("\0",))}


def again(folder: Path, out: Path, workers: int = 1) -> tuple[tuple[YearSummary, ...], int]:
    return recompute_readings(folder, ZONE, RULES, out, workers=workers)


def same(one: object, other: object) -> bool:
    """Equal field by field, NaN being NaN."""
    if isinstance(one, np.ndarray):
        return np.array_equal(one, np.asarray(other), equal_nan=one.dtype.kind == "f")
    if isinstance(one, dict):
        return isinstance(other, dict) and one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def readings_on_disk(folder: Path, year: int, stack: str) -> tuple[StackRegistration, StackReadings]:
    (holding,) = (one for one in hourly.read_manifest(folder).holdings if (one.stack, one.year) == (stack, year))
    chain = hourly.read_chain(folder, holding)
    registration = hourly.read_registrations(folder)[stack]
    return registration, hourly.read_readings(folder, chain, hourly.read_content(folder, chain))


@st.composite
def some_readings(draw: st.DrawFn) -> StackReadings:
    """Readings in which anything that can be there is there, or is not."""
    year = draw(st.sampled_from((2027, 2028)))
    hours = hours_in(year)
    drawn = np.random.default_rng(draw(st.integers(0, 2**32)))

    def column() -> Floats:
        values = drawn.normal(10, 20, hours)
        values[drawn.random(hours) < draw(st.sampled_from((0.0, 0.3)))] = np.nan
        return values

    factors = sorted(draw(st.sets(st.sampled_from((*FACTORS, *FURTHER_GASES)))))
    marks: NDArray[np.uint8] = np.array([0, 78, 70, 67, 63], np.uint8)
    masses = np.array(draw(st.lists(st.integers(0, 1 << 47), max_size=4)), np.int64)
    duplicates = draw(st.sets(st.integers(0, hours - 1), max_size=5))
    return StackReadings(
        year=year,
        framed=drawn.random(hours) < 0.9,
        values={factor: column() for factor in factors},
        flags={factor: 1 + drawn.choice(marks, hours) for factor in factors},
        duplicates=tuple(sorted(duplicates)),
        outside=draw(st.integers(0, 9)),
        evidence=tuple(f"{day:064x}" for day in range(hours // 24)) if draw(st.booleans()) else (),
        through=draw(st.none() | st.integers(0, hours)),
        history_mg={"SO2": masses} if draw(st.booleans()) else {},
        load=column() if draw(st.booleans()) else None,
        clock_h=column() if draw(st.booleans()) else None,
        conflicts=tuple(sorted(draw(st.sets(st.integers(0, hours - 1), max_size=5)))),
        flow_m3_s=column() if draw(st.booleans()) else None,
        totals={factor: column() for factor in draw(st.sets(st.sampled_from((FLOW, *FACTORS[:3]))))},
        converted={factor: column() for factor in draw(st.sets(st.sampled_from(FACTORS[:3])))},
    )


@settings(deadline=None, max_examples=25)
@given(some_readings())
def test_whatever_readings_hold_is_on_disk(readings: StackReadings) -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        chain = hourly.read_chain(folder, hourly.write_readings(folder, "KM-1-A", readings, of_evidence(3)))
        back = hourly.read_readings(folder, chain, hourly.read_content(folder, chain))
        for field in fields(StackReadings):
            assert same(getattr(back, field.name), getattr(readings, field.name)), field.name


def test_sealed_days_of_readings_are_those_of_the_frames_byte_for_byte(
    evidence: Path, read: Path, tmp_path: Path
) -> None:
    """I14. Hours, sealed days with their evidence, and the sum; only the manifests say another origin."""
    recompute(evidence, ZONE, RULES, tmp_path / "of-frames", workers=1)
    (summary,), kept = again(read, tmp_path / "of-readings")
    assert kept == 0
    assert content(tmp_path / "of-frames", "manifests") == content(tmp_path / "of-readings", "manifests")
    last_days = {holding.stack: holding.last_day for holding in read_manifest(evidence).stacks}
    for stack, last_day in last_days.items():
        closed = msgspec.json.decode(result_path(tmp_path / "of-readings", YEAR, stack).read_bytes())
        made = msgspec.json.decode(made_path(tmp_path / "of-readings", YEAR, stack).read_bytes())
        assert closed["days"][-1]["evidence"] == made["inputs"]["last_day"] == last_day
    assert summary.stacks == len(STACKS)


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_without_frames_says_what_its_frames_would(evidence: Path, stack: str) -> None:
    (holding,) = (one for one in read_manifest(evidence).stacks if one.stack == stack)
    framed = read_readings(evidence, holding, YEAR)
    (own,) = (one for one in ZONE.stacks if one.stack == stack)
    told = readings_of(own, YEAR, 7, None, EPISODES)
    only_of_frames = {"evidence", "flow_m3_s", "totals", "converted"}  # no mass rests on the last three
    for field in fields(StackReadings):
        if field.name not in only_of_frames:
            assert same(getattr(told, field.name), getattr(framed, field.name)), field.name


def test_readings_are_read_by_year_and_stack_and_what_was_not_said_is_null(read: Path) -> None:
    table = pl.scan_parquet(read / "readings", hive_partitioning=True, missing_columns="insert", extra_columns="ignore")
    found = table.group_by("year", "stack").agg(pl.len(), pl.col("a19001-Avg").count().alias("oxygen")).collect()
    rows = {stack: (year, hours, oxygen > 0) for year, stack, hours, oxygen in found.iter_rows()}
    # The head of a kiln has no analyser of oxygen.
    assert rows == {"KM-CEM-01-B": (YEAR, 8_760, False), "QJ-PWR-03-B": (YEAR, 8_760, True)}
    assert not any(table.select(pl.selectors.float().is_nan().any()).collect().row(0))


def test_a_year_looks_back_on_the_one_before_and_on_no_other(sector: Path, alone: Path) -> None:
    for number in (1, 2, 3):
        stack = f"PWR-{number:05}-A"
        registration, earlier = readings_on_disk(sector, 2023, stack)
        before, _ = close_hours(registration, earlier, RULES)
        for year, look_back in ((2023, None), (2024, before), (2026, None)):
            closed, hours = close_year_with_hours(
                registration, readings_on_disk(sector, year, stack)[1], RULES, look_back
            )
            assert result_path(alone, year, stack).read_bytes() == result_of(closed, of_evidence(11))
            table = pl.read_parquet(hours_path(alone, year, stack))
            assert table["mass_mg"].to_list() == np.concatenate([one.mass_mg for one in hours.values()]).tolist()
    gaps = [
        gap["from_hour"]
        for number in (1, 2, 3)
        for gap in msgspec.json.decode(result_path(alone, 2024, f"PWR-{number:05}-A").read_bytes())["gaps"]
    ]
    assert min(gap for gap in gaps if gap is not None) < 0


def test_two_workers_and_a_cluster_write_the_bytes_of_one(sector: Path, alone: Path, tmp_path: Path) -> None:
    told: list[str] = []
    recompute_readings(sector, ZONE, RULES, tmp_path / "two", workers=2, progress=told.append)
    assert content(tmp_path / "two") == content(alone)
    assert told == [f"PWR-{number:05}-A" for number in (1, 2, 3)]
    with cluster(tmp_path / "cluster") as some:
        some.add_worker("one")
        summaries, kept = recompute_readings(sector, ZONE, RULES, tmp_path / "many", cluster=some.address)
    assert (tuple(one.year for one in summaries), kept) == (YEARS, 0)
    assert content(tmp_path / "many") == content(alone)


def test_a_year_that_is_damaged_is_made_again_with_its_look_back(sector: Path, alone: Path, tmp_path: Path) -> None:
    out = shutil.copytree(alone, tmp_path / "out")
    _, kept = again(sector, out)
    assert kept == 9
    result_path(out, 2024, "PWR-00002-A").unlink()
    hours_path(out, 2023, "PWR-00003-A").write_bytes(b"PAR1")
    _, kept = again(sector, out)
    assert (kept, content(out)) == (7, content(alone))


def test_a_change_of_one_year_computes_it_and_the_one_after(sector: Path, alone: Path, tmp_path: Path) -> None:
    folder, out = shutil.copytree(sector, tmp_path / "sector"), shutil.copytree(alone, tmp_path / "out")
    new = hourly.write_readings(folder, "PWR-00001-A", readings_of(sector_stack(11, 1)[0], 2023, 12), of_evidence(12))
    there = hourly.read_manifest(folder).holdings
    hourly.write_manifest(
        folder, of_evidence(11), [new if (new.stack, new.year) == (one.stack, one.year) else one for one in there]
    )
    _, kept = again(folder, out)
    assert kept == 7


def test_the_same_seed_is_the_same_sector_and_a_stack_does_not_know_the_others(sector: Path, tmp_path: Path) -> None:
    simulate_sector(tmp_path / "again", 3, YEARS, 11, workers=2)
    assert content(tmp_path / "again") == content(sector)
    simulate_sector(tmp_path / "more", 4, YEARS, 11, workers=2)
    assert content(sector / "readings").items() < content(tmp_path / "more" / "readings").items()
    simulate_sector(tmp_path / "other", 3, YEARS, 12, workers=1)
    assert not content(tmp_path / "other" / "chains").items() & content(sector / "chains").items()


def test_a_folder_of_readings_takes_year_after_year_but_none_twice(evidence: Path, read: Path, tmp_path: Path) -> None:
    simulate_zone(tmp_path / "next", ZONE, YEAR + 1, 7, stacks=STACKS[:1], workers=1)
    both = shutil.copytree(read, tmp_path / "both")
    readings_of_evidence(tmp_path / "next", both, workers=1)
    assert content(read, "readings.json").items() < content(both).items()
    summaries, _ = again(both, tmp_path / "out")
    assert [(one.year, one.stacks) for one in summaries] == [(YEAR, 2), (YEAR + 1, 1)]
    before = content(both)
    with pytest.raises(Malformed, match=f"holds KM-CEM-01-B in {YEAR + 1} already"):
        readings_of_evidence(tmp_path / "next", both, workers=1)
    assert content(both) == before
    with pytest.raises(Malformed, match="lies in the evidence"):
        readings_of_evidence(evidence, evidence / "readings")


def test_readings_that_are_unfinished_are_named_and_can_be_finished(evidence: Path, read: Path, tmp_path: Path) -> None:
    out = shutil.copytree(read, tmp_path / "readings")
    (out / hourly.MANIFEST).unlink()
    with pytest.raises(Malformed, match=r"readings/readings.json: the file is missing, so the readings are unfinished"):
        again(out, tmp_path / "out")
    assert hourly.is_readings(out)
    readings_of_evidence(evidence, out, workers=1)
    assert content(out) == content(read)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "hours").mkdir()
    with pytest.raises(Malformed, match="holds hours, which is none of readings"):
        readings_of_evidence(evidence, tmp_path / "other")


def test_readings_that_were_changed_or_lost_are_named_though_the_results_are_there(
    sector: Path, alone: Path, tmp_path: Path
) -> None:
    out, stack = shutil.copytree(alone, tmp_path / "out"), "PWR-00002-A"
    before = content(out)

    def broken(name: str) -> Path:
        return shutil.copytree(sector, tmp_path / name)

    folder = broken("changed")
    shutil.copy(hourly.readings_path(folder, 2023, stack), hourly.readings_path(folder, 2024, stack))
    with pytest.raises(Malformed, match=r"year=2024/stack=PWR-00002-A/readings.parquet: it is not the file that"):
        again(folder, out)
    hourly.readings_path(folder, 2024, stack).unlink()
    with pytest.raises(Malformed, match=r"readings.parquet: the file is missing"):
        again(folder, out, workers=2)
    folder = broken("chain")
    shutil.copy(hourly.chain_path(folder, 2023, stack), hourly.chain_path(folder, 2024, stack))
    with pytest.raises(Malformed, match=r"chains/2024/PWR-00002-A.json: it is not the chain that readings.json names"):
        again(folder, out)
    folder = broken("format")
    (folder / hourly.MANIFEST).write_text('{"format":"airshed readings 9","seed":null,"holdings":[]}')
    with pytest.raises(Malformed, match=r"readings.json: format 'airshed readings 9'; this version reads"):
        again(folder, out)
    folder = broken("registration")
    (folder / hourly.STACKS).unlink()
    with pytest.raises(Malformed, match=r"readings.json: no such stack 'PWR-00001-A' in"):
        again(folder, out)
    assert content(out) == before


def test_parquet_of_something_else_is_no_readings(tmp_path: Path) -> None:
    for table in (pl.DataFrame({"hour": [1]}), None):
        path = hourly.readings_path(tmp_path, YEAR, "KM-1-A")
        path.parent.mkdir(parents=True, exist_ok=True)
        if table is None:
            path.write_bytes(b"PAR1 but no more")
        else:
            table.write_parquet(path)
        chain = hourly.HoursChain("KM-1-A", YEAR, "", (), 0, None, {})
        with pytest.raises(Malformed, match="holds no hourly readings"):
            hourly.read_readings(tmp_path, chain, path.read_bytes())


def test_a_second_run_into_one_folder_is_refused_and_names_the_first(sector: Path, alone: Path, tmp_path: Path) -> None:
    out = shutil.copytree(alone, tmp_path / "out")
    before = content(out)
    with only_writer(out, "mrv run"), pytest.raises(Malformed) as refused:
        again(sector, out)
    assert refused.value.place == "--out"
    assert refused.value.what.startswith(f"{out} is being written by process {os.getpid()} on ")
    assert content(out) == before
    _, kept = again(sector, out)
    assert kept == 9


def test_a_worker_that_outlives_its_run_writes_nothing_into_the_next_one(sector: Path, tmp_path: Path) -> None:
    out, (holding, *_) = tmp_path / "out", hourly.read_manifest(sector).holdings
    registration = hourly.read_registrations(sector)[holding.stack]
    job = ReadingsJob(sector, holding.stack, (holding,), registration, RULES, out, of_evidence(11), code_digest())
    with only_writer(out, "mrv run") as run:
        with pytest.raises(Malformed, match="belongs to another run by now"):
            recompute_readings_of(msgspec.structs.replace(job, run="of the one before"))
        assert not made_path(out, holding.year, holding.stack).parent.exists()
        (one,) = recompute_readings_of(msgspec.structs.replace(job, run=run))
        assert not one.kept
    with pytest.raises(Malformed, match="belongs to another run by now"):
        recompute_readings_of(
            msgspec.structs.replace(job, run=run, rules=msgspec.structs.replace(RULES, cite="art. 1"))
        )


def test_the_lock_of_a_killed_run_holds_nobody_up_and_its_workers_are_gone(
    sector: Path, alone: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (tmp_path / "hanging.py").write_text(HANGING)
    running = subprocess.Popen(
        [sys.executable, str(tmp_path / "hanging.py"), str(out)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    try:
        wait_for(lambda: len(list((out / PARTS).glob("*.part"))) == 2, "two workers in the middle of a file")
        with pytest.raises(Malformed, match=f"is being written by process {running.pid} on .*mrv run"):
            again(sector, out)
        running.kill()
        running.communicate(timeout=LONGEST_S)  # ends when the last worker has let go of the pipe
    finally:
        running.kill()
        running.wait()
    assert (out / LOCK).exists()
    summaries, kept = again(sector, out)
    assert (len(summaries), kept, content(out)) == (3, 0, content(alone))


def test_a_lock_file_that_its_owner_takes_away_at_that_moment_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, asked = os.path.samestat, list[int]()

    def vanishes(one: os.stat_result, other: os.stat_result) -> bool:
        asked.append(1)
        return len(asked) > 1 and honest(one, other)

    monkeypatch.setattr(os.path, "samestat", vanishes)
    with only_writer(tmp_path / "new", "mrv run"):
        assert (tmp_path / "new" / LOCK).exists()
    assert len(asked) == 2
    assert not (tmp_path / "new").exists()
