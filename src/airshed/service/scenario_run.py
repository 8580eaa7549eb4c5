"""A scenario in many draws: batches on a pool or a cluster, each a Parquet file that has its name when it is whole.

A run that was ended is carried on: batches that are there stay. What one process, many or a cluster write is the same
byte for byte. A folder of another scenario, law, zone or code is left alone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import polars as pl

from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.path import play_path
from airshed.lab.scenarios.schema import Scenario
from airshed.lab.scenarios.summary import SHAPE, framed
from airshed.lab.zones.zone import Zone
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.service.cluster import each_on_cluster
from airshed.service.parts import put, sweep
from airshed.service.recomputed import code_digest
from airshed.service.workers import each

MANIFEST = "scenario.json"
#: Draws of a batch.
BATCH = 5
#: The sources that make a result.
CODE = (
    "model/*.py",
    "rulebook/*.py",
    "registry/*.py",
    "market/**/*.py",
    "compliance/*.py",
    "engine/**/*.py",
    "lab/**/*.py",
    "service/scenario_run.py",
)


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a folder of draws is of."""

    #: SHA-256 over everything below, and over law, zone and code.
    inputs: str
    #: The scenario but for its number of draws: more may be added.
    scenario: dict[str, object]
    #: Version and digest of the rulebook it is played under before the scenario's switches.
    rulebook: str
    zone: str
    code: str


class Job(NamedTuple):
    """Draws `first` to `last` (without it)."""

    setting: Setting
    first: int
    last: int
    code: str

    @property
    def name(self) -> str:
        """The file of the batch."""
        return f"draws-{self.first:06}-{self.last - 1:06}.parquet"


def run(
    scenario: Scenario,
    rules: Rulebook,
    zone: Zone,
    out: Path,
    *,
    workers: int = 1,
    cluster: str = "",
    progress: Callable[[Job], None] | None = None,
) -> tuple[pl.DataFrame, int]:
    """Play every draw that is not there yet; all of them as a frame, and how many batches were there.

    Malformed if the folder is of something else, or a worker runs other code.
    """
    setting = Setting(scenario, rules, zone)
    claim(setting, out)
    sweep(out)
    jobs = jobs_of(setting)
    missing = [job for job in jobs if not _whole(out / job.name, job)]
    done = each_on_cluster(cluster, work, missing, progress) if cluster else _pooled(missing, workers, progress)
    for job, batch in zip(missing, done, strict=True):
        put(out, out / job.name, batch)
    frame = pl.concat([pl.read_parquet(out / job.name) for job in jobs])
    return frame, len(jobs) - len(missing)


def jobs_of(setting: Setting) -> list[Job]:
    """The batches of a scenario. Malformed here, before anything is played, where its law cannot be made."""
    assert setting.law is not None
    draws, code = setting.scenario.draws, code_digest(CODE)
    bare = Setting(setting.scenario, setting.rules, setting.zone)
    return [Job(bare, first, min(first + BATCH, draws), code) for first in range(0, draws, BATCH)]


def work(job: Job) -> bytes:
    """A batch as Parquet."""
    if code_digest(CODE) != job.code:
        raise Malformed("workers", "one of them runs other code", "install this version of Airshed where it runs")
    rows = [row for number in range(job.first, job.last) for row in play_path(job.setting, number)]
    raw = io.BytesIO()
    framed(rows).write_parquet(raw, compression="zstd", statistics=False)
    return raw.getvalue()


def claim(setting: Setting, out: Path) -> Manifest:
    """Say what the folder is of, or find that it is of the same. Malformed if it is not."""
    told = msgspec.json.decode(msgspec.json.encode(setting.scenario))
    del told["draws"]
    law = f"{setting.rules.programme.id} {setting.rules.programme.version} {digest(setting.rules)}"
    zone = sha256(msgspec.json.encode(setting.zone, order="sorted")).hexdigest()
    code = code_digest(CODE)
    inputs = sha256(msgspec.json.encode((told, law, zone, code), order="sorted")).hexdigest()
    asked = Manifest(inputs, told, law, zone, code)
    path = out / MANIFEST
    if not path.exists():
        if out.is_dir() and any(each.name != ".parts" for each in out.iterdir()):
            raise Malformed(str(out), f"has files and no {MANIFEST}", "name a new or an empty folder")
        put(out, path, msgspec.json.format(msgspec.json.encode(asked)) + b"\n")
        return asked
    try:
        there = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise Malformed(str(path), f"cannot be read ({error})", "name another folder") from None
    if there.inputs != inputs:
        parts = ("scenario", "rulebook", "zone", "code")
        other = next((part for part in parts if getattr(there, part) != getattr(asked, part)), "manifest")
        raise Malformed(str(out), f"holds draws of another {other}", "name another folder, or empty this one")
    return there


def _pooled(jobs: Sequence[Job], workers: int, progress: Callable[[Job], None] | None) -> Iterator[bytes]:
    try:
        yield from each(work, jobs, workers, progress)
    except BrokenProcessPool:
        cure = "run it again, with more memory or --workers 1; what is done stays"
        raise Malformed("--workers", "a worker was ended from outside", cure) from None


def _whole(path: Path, job: Job) -> bool:
    """Whether a batch is there with all its rows."""
    if not path.is_file():
        return False
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError):
        return False
    return dict(frame.schema) == SHAPE and frame.height == (job.last - job.first) * job.setting.scenario.years
