"""Evidence recomputed is the same bytes on one process, on two and on a cluster that loses a worker, and is not
recomputed for nothing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from threading import Thread

import msgspec
import polars as pl
import pytest

from airshed.lab.stacks.episodes import read_episodes
from airshed.model.provenance import Figures, Programme, Simulation, Told, of_evidence
from airshed.model.refusal import Malformed
from airshed.mrv.year import StackYear
from airshed.rulebook.load import find
from airshed.rulebook.load import load as load_rules
from airshed.service.book import sealing
from airshed.service.run import cluster as clustering
from airshed.service.run.parts import PARTS
from airshed.service.run.pool import PAYS, each
from airshed.service.stacks import recompute as recomputing
from airshed.service.stacks.measure import measure_jobs, measure_zone, simulate_zone
from airshed.service.stacks.recompute import recompute
from airshed.service.stacks.recomputed import Made, hours_path, made_path, put_made, result_of, result_path, sum_of
from airshed.service.stacks.totals import YearSummary
from airshed.zone.load import load
from airshed.zone.monitoring import monitoring_rules
from airshed.zone.zone import Zone
from clusters import LONGEST_S, Cluster, cluster

ROOT = Path(__file__).parents[1]
YEAR = 2027
STACKS = ("KM-CEM-01-A", "KM-CEM-01-B", "QJ-PWR-03-A", "QJ-PWR-03-B")
ZONE: Zone = load(ROOT / "zones" / "dianzhong")
RULES = monitoring_rules(load_rules(find(str(ROOT / "rulebooks" / "dianzhong"))))


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recompute") / "evidence"
    episodes = read_episodes(ROOT / "zones" / "dianzhong", ZONE)
    simulate_zone(folder, ZONE, YEAR, 7, episodes=episodes, stacks=STACKS, workers=1)
    return folder


@pytest.fixture(scope="module")
def alone(evidence: Path) -> Path:
    """What one process makes of it."""
    out = evidence.parent / "alone"
    recompute(evidence, ZONE, RULES, out, workers=1)
    return out


@pytest.fixture
def some_cluster(tmp_path: Path) -> Iterator[Cluster]:
    with cluster(tmp_path / "cluster") as made:
        yield made


def content(folder: Path) -> dict[str, str]:
    """Every file below a folder and its SHA-256."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in paths}


def times(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and "=" in str(path)}


def again(folder: Path, out: Path) -> tuple[YearSummary, int]:
    return recompute(folder, ZONE, RULES, out, workers=1)


def change_a_month(folder: Path) -> Path:
    """Put June in the place of May."""
    month = folder / STACKS[2] / f"{YEAR}-05.hj212.gz"
    shutil.copy(folder / STACKS[2] / f"{YEAR}-06.hj212.gz", month)
    return month


def start_on(address: str, evidence: Path, out: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "airshed",
            "mrv",
            "run",
            str(evidence),
            "--out",
            str(out),
            "--cluster",
            address,
            "--json",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )


def test_results_are_those_of_the_unit_of_work_and_hours_are_read_by_year_and_stack(
    evidence: Path, alone: Path
) -> None:
    closed = list(measure_zone(evidence, ZONE, RULES, workers=1))
    hours = pl.scan_parquet(alone / "hours", hive_partitioning=True)
    mass = hours.group_by("year", "stack", "pollutant").agg(pl.col("mass_mg").sum()).collect()
    there = {(year, stack, str(pollutant)): mg for year, stack, pollutant, mg in mass.iter_rows()}
    assert there == {(YEAR, one.stack, own.pollutant): own.mass_mg for one in closed for own in one.masses}
    summary = json.loads((alone / f"summary-{YEAR}.json").read_text())
    assert (summary["stacks"], summary["sealed_days"]) == (len(STACKS), sum(len(one.days) for one in closed))
    for total in summary["totals"]:
        own = [mass for one in closed for mass in one.masses if mass.pollutant == total["pollutant"]]
        assert (total["stacks"], total["mass_mg"]) == (len(own), sum(mass.mass_mg for mass in own))
        assert total["measured"] + total["substituted"] + total["stopped"] + total["missing"] == 8_760 * len(own)


def test_two_workers_write_the_bytes_of_one(evidence: Path, alone: Path, tmp_path: Path) -> None:
    told: list[str] = []
    recompute(evidence, ZONE, RULES, tmp_path / "two", workers=2, progress=told.append)
    assert content(tmp_path / "two") == content(alone)
    assert told == list(STACKS)


@pytest.mark.parametrize(("jobs", "processes"), [(PAYS - 1, 1), (PAYS, 2)])
def test_few_stacks_begin_no_process_of_their_own(jobs: int, processes: int) -> None:
    """Two processes to look at one stack cost four times the work."""
    ran = set(each(os.readlink, ["/proc/self"] * jobs))

    assert (ran == {str(os.getpid())}) is (processes == 1)
    assert 1 <= len(ran) <= processes


def test_a_cluster_writes_the_same_bytes_though_a_worker_is_killed_in_the_middle_of_a_file(
    evidence: Path, alone: Path, tmp_path: Path, some_cluster: Cluster
) -> None:
    out, told = tmp_path / "out", tmp_path / "in-the-middle"
    victim = some_cluster.add_hanging_worker("victim", told, which=2)
    running = start_on(some_cluster.address, evidence, out)
    try:
        some_cluster.wait_for(lambda: told.exists() and bool(told.read_text()), "the middle of the second file")
        assert running.poll() is None
        half = Path(told.read_text())
        assert half.read_bytes().startswith(b"PAR1")
        some_cluster.add_worker("other")
        victim.send_signal(signal.SIGKILL)
        printed, errors = running.communicate(timeout=LONGEST_S)
    finally:
        running.kill()
        running.wait()
    assert (running.returncode, errors) == (0, "")
    assert json.loads(printed)["up_to_date"] == 0
    assert content(out) == content(alone)
    assert not half.exists()

    before = times(out)
    _, kept = recompute(evidence, ZONE, RULES, out, cluster=some_cluster.address)
    assert kept == len(STACKS)
    assert times(out) == before
    month = change_a_month(shutil.copytree(evidence, tmp_path / "evidence"))
    with start_on(some_cluster.address, tmp_path / "evidence", out) as second:
        printed, errors = second.communicate(timeout=LONGEST_S)
    said = f"error: {month.resolve()}: its frames are not those of chain.json; "
    assert (second.returncode, printed, errors.startswith(said), errors.count("\n")) == (2, "", True, 1), errors


def test_a_cluster_that_has_no_worker_left_is_one_line_and_what_is_done_stays(
    evidence: Path, alone: Path, tmp_path: Path, some_cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, told = tmp_path / "out", tmp_path / "in-the-middle"
    monkeypatch.setattr(clustering, "LOOK_S", 0.5)
    monkeypatch.setattr(clustering, "REACH_S", 1.0)
    with pytest.raises(Malformed, match="has no workers"):
        recompute(evidence, ZONE, RULES, out, cluster=some_cluster.address)
    victim = some_cluster.add_hanging_worker("victim", told, which=2)
    some_cluster.wait_for(lambda: some_cluster.has("victim"), "the worker")

    def kill() -> None:
        some_cluster.wait_for(told.exists, "the middle of the second file")
        victim.kill()

    killing = Thread(target=kill)
    killing.start()
    try:
        with pytest.raises(Malformed, match="has no workers; start some"):
            recompute(evidence, ZONE, RULES, out, cluster=some_cluster.address)
    finally:
        killing.join()
    _, kept = again(evidence, out)
    assert (kept, content(out)) == (1, content(alone))


def test_a_cluster_that_is_not_there_is_one_line(
    evidence: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address, said in (
        ("127.0.0.1:1", "no scheduler at 127.0.0.1:1"),
        ("nowhere", "'nowhere' is no address"),
        ("tcp://127.0.0.1:99999", "no scheduler at"),
    ):
        with pytest.raises(Malformed, match=said):
            recompute(evidence, ZONE, RULES, tmp_path / "out", cluster=address)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(Malformed, match=r"Dask is not installed; pip install 'airshed\[cluster\]'"):
        recompute(evidence, ZONE, RULES, tmp_path / "out", cluster="127.0.0.1:1")
    assert not (tmp_path / "out").exists()


def test_a_second_run_computes_nothing_and_touches_nothing(evidence: Path, alone: Path, tmp_path: Path) -> None:
    out = shutil.copytree(alone, tmp_path / "out")
    before = times(out)
    _, kept = again(evidence, out)
    assert (kept, times(out), content(out)) == (len(STACKS), before, content(alone))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_leaves_whole_files_and_is_carried_on(
    workers: int, evidence: Path, alone: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"

    def interrupt(stack: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recompute(evidence, ZONE, RULES, out, workers=workers, progress=interrupt)
    assert content(out).items() < content(alone).items()
    summary, kept = again(evidence, out)
    assert kept >= 1
    assert summary.stacks == len(STACKS)
    assert content(out) == content(alone)


@pytest.mark.parametrize("where", [hours_path, result_path, made_path])
def test_what_is_missing_or_damaged_is_made_again_and_nothing_else(
    where: Callable[[Path, int, str], Path], evidence: Path, alone: Path, tmp_path: Path
) -> None:
    out = shutil.copytree(alone, tmp_path / "out")
    where(out, YEAR, STACKS[0]).unlink()
    path = where(out, YEAR, STACKS[1])
    path.write_bytes(path.read_bytes()[:-9])
    (out / PARTS).mkdir()
    (out / PARTS / "left.part").write_bytes(b"PAR1")
    _, kept = again(evidence, out)
    assert (kept, content(out)) == (len(STACKS) - 2, content(alone))


@pytest.mark.parametrize("workers", [1, 2])
def test_evidence_that_was_changed_or_lost_is_named_though_the_results_are_there(
    workers: int, evidence: Path, alone: Path, tmp_path: Path
) -> None:
    folder, out = shutil.copytree(evidence, tmp_path / "evidence"), shutil.copytree(alone, tmp_path / "out")
    month = change_a_month(folder)
    with pytest.raises(Malformed, match=f"{STACKS[2]}/{YEAR}-05.hj212.gz: its frames are not those"):
        recompute(folder, ZONE, RULES, out, workers=workers)
    assert content(out / "results") == content(alone / "results")
    month.unlink()
    with pytest.raises(Malformed, match=f"{STACKS[2]}/{YEAR}-05.hj212.gz: cannot be read"):
        recompute(folder, ZONE, RULES, out, workers=workers)


def test_other_rules_or_other_code_compute_anew(
    evidence: Path, alone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = shutil.copytree(alone, tmp_path / "out")
    monkeypatch.setattr(recomputing, "code_digest", lambda: "of another version")
    _, kept = again(evidence, out)
    assert kept == 0
    same = {name: said for name, said in content(out).items() if not name.startswith("manifests")}
    assert same == {name: said for name, said in content(alone).items() if not name.startswith("manifests")}
    _, kept = again(evidence, out)
    assert kept == len(STACKS)


def test_a_worker_with_other_code_refuses(evidence: Path, tmp_path: Path) -> None:
    (measure, *_) = measure_jobs(evidence, ZONE, RULES)
    with pytest.raises(Malformed, match="other code"):
        recomputing.recompute_stack(recomputing.RecomputeJob(measure, tmp_path, "0" * 64))


def test_results_are_neither_mixed_with_the_evidence_nor_with_those_of_other_evidence(
    evidence: Path, alone: Path, tmp_path: Path
) -> None:
    for out in (evidence, evidence / "out"):
        with pytest.raises(Malformed, match="lies in the evidence"):
            again(evidence, out)
    out = shutil.copytree(alone, tmp_path / "out")
    shutil.copy(made_path(out, YEAR, STACKS[0]), made_path(out, YEAR, "KM-ELSEWHERE"))
    with pytest.raises(Malformed, match="holds KM-ELSEWHERE"):
        again(evidence, out)


def told_otherwise(out: Path, stack: str, told: Told, *, manifest_alone: bool = False) -> None:
    """Results of a stack that say that their evidence is something else, whole, or in their manifest alone."""
    made = msgspec.json.decode(made_path(out, YEAR, stack).read_bytes(), type=Made)
    path, sum_said = result_path(out, YEAR, stack), made.result_sha256
    if not manifest_alone:
        path.write_bytes(result_of(msgspec.json.decode(path.read_bytes(), type=StackYear), told))
        sum_said = sum_of(path)
    put_made(out, YEAR, stack, msgspec.structs.replace(made, provenance=told, result_sha256=sum_said))


def test_a_real_programme_seals_what_monitors_measured_and_nothing_else(alone: Path, tmp_path: Path) -> None:
    out = shutil.copytree(alone, tmp_path / "out")
    assert [year.stack for year in sealing.closed_years(out, YEAR, Simulation("a rehearsal"))] == sorted(STACKS)
    for stack in STACKS:
        told_otherwise(out, stack, Figures(("measured",)))
    assert [year.stack for year in sealing.closed_years(out, YEAR, Programme())] == sorted(STACKS)

    one = sorted(STACKS)[1]
    for other in (of_evidence(7), Figures(("measured", "simulated")), Figures(("assumed",)), Programme()):
        told_otherwise(out, one, other)
        with pytest.raises(Malformed) as found:
            list(sealing.closed_years(out, YEAR, Programme()))
        assert str(result_path(out, YEAR, one)) in found.value.place
        assert "and the book is a real programme" in found.value.what
        assert "rehearse in a book without --programme" in found.value.cure


def test_results_that_say_two_things_of_their_evidence_are_not_whole(
    evidence: Path, alone: Path, tmp_path: Path
) -> None:
    """Whoever alters the word in the manifest alone has altered nothing: the result has it under its digest."""
    out = shutil.copytree(alone, tmp_path / "out")
    told_otherwise(out, STACKS[0], Figures(("measured",)), manifest_alone=True)

    for book in (Programme(), Simulation("a rehearsal")):
        with pytest.raises(Malformed, match="is not as its manifest says"):
            list(sealing.closed_years(out, YEAR, book))
    _, kept = again(evidence, out)
    assert (kept, content(out)) == (len(STACKS) - 1, content(alone))


def test_one_stack_is_recomputed_alone_to_the_bytes_that_all_give(evidence: Path, alone: Path, tmp_path: Path) -> None:
    out, name = tmp_path / "one", "QJ-PWR-03-B"
    summary, done = recompute(evidence, ZONE, RULES, out, stacks=(name,), workers=1)

    assert (summary.stacks, done) == (1, 0)
    assert [path.stem for path in (out / "results" / str(YEAR)).iterdir()] == [name]
    assert sum_of(result_path(out, YEAR, name)) == sum_of(result_path(alone, YEAR, name))
    assert recompute(evidence, ZONE, RULES, out, stacks=(name,), workers=1)[1] == 1, "it is up to date"


def test_a_stack_that_is_not_there_and_a_folder_that_holds_others_are_named(
    evidence: Path, alone: Path, tmp_path: Path
) -> None:
    with pytest.raises(Malformed, match=r"--stacks: .* holds no stack 'QJ-PWR-03-Z'; .*did you mean 'QJ-PWR-03-"):
        recompute(evidence, ZONE, RULES, tmp_path / "out", stacks=("QJ-PWR-03-Z",), workers=1)
    with pytest.raises(Malformed, match=r"--out: .* which --stacks does not name; name another folder"):
        recompute(evidence, ZONE, RULES, alone, stacks=("QJ-PWR-03-B",), workers=1)
