"""A scenario in many draws: batches on a pool or a cluster, each a Parquet file that has its name when it is whole.

A run that was ended is carried on: batches that are there stay. What one process, many or a cluster write is the same
byte for byte. A folder of another scenario, law, zone or code is left alone, and so is one that is being written.

`draws.sha256` has the sum of every batch (`sha256sum -c` reads it); a file that is not in it, or is not what it says,
is played again. A batch that more draws have completed takes the place of the shorter one: no draw stands there twice.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import msgspec
import polars as pl

from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.path import play_path
from airshed.lab.scenarios.schema import Scenario
from airshed.lab.scenarios.summary import framed
from airshed.model.provenance import AGENTS, Simulation
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook
from airshed.service.run.cluster import each_on_cluster
from airshed.service.run.lock import LOCK, only_writer
from airshed.service.run.parts import PARTS, put, sweep
from airshed.service.run.pool import pooled
from airshed.service.stacks.recomputed import code_digest, sum_of
from airshed.zone.regulated import regulated
from airshed.zone.zone import Zone

MANIFEST, SUMS = "scenario.json", "draws.sha256"
#: A line of it, as sha256sum writes it.
SUM = re.compile(r"([0-9a-f]{64})  (draws-\d{6}-\d{6}\.parquet)")
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
    "zone/*.py",
    "lab/**/*.py",
    "service/run/scenario.py",
)


class DrawsManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a folder of draws is of."""

    #: SHA-256 over everything below, and over law, zone and code.
    inputs: str
    #: The scenario but for its number of draws: more may be added.
    scenario: dict[str, object]
    #: Version and digest of the rulebook it is played under before the scenario's switches.
    rulebook: str
    zone: str
    code: str


class DrawsJob(NamedTuple):
    """Draws `first` to `last` (without it)."""

    setting: Setting
    first: int
    last: int
    code: str

    @property
    def name(self) -> str:
        """The file of the batch."""
        return self.names[0]

    @property
    def names(self) -> list[str]:
        """The file of the batch, and those of the batches that begin with the same draw and have more."""
        return [f"draws-{self.first:06}-{last:06}.parquet" for last in range(self.last - 1, self.first + BATCH)]


def run(
    scenario: Scenario,
    rules: Rulebook,
    zone: Zone,
    out: Path,
    *,
    workers: int = 1,
    cluster: str = "",
    progress: Callable[[DrawsJob], None] | None = None,
) -> tuple[pl.DataFrame, int]:
    """Play every draw that is not there yet; all of them as a frame, and how many batches were there.

    `progress` hears of every batch, whether it was there or is played. Malformed if the folder is of something else or
    is being written by another run, a worker is lost or runs other code, or the disk is full.
    """
    setting = Setting(scenario, rules, regulated(zone, rules))
    jobs = jobs_of(setting)
    with only_writer(out, "lab run"):
        claim(setting, out)
        sweep(out)
        sums = _sums(out)
        there = {job.first: name for job in jobs if (name := _whole(out, job, sums))}
        _write_sums(out, sums)
        missing = [job for job in jobs if job.first not in there]
        for job in jobs:
            if progress and job.first in there:
                progress(job)
        done = (
            each_on_cluster(cluster, work, missing, progress) if cluster else pooled(work, missing, workers, progress)
        )
        for job, batch in zip(missing, done, strict=True):
            sums[job.name] = put(out, out / job.name, batch)
            _add_sum(out, job.name, sums[job.name])
            there[job.first] = job.name
        for name in [shorter for whole in there.values() for shorter in _shorter(whole)]:
            (out / name).unlink(missing_ok=True)
            sums.pop(name, None)
        _write_sums(out, sums)
        frame = pl.concat([pl.read_parquet(out / there[job.first]) for job in jobs])
    return frame.filter(pl.col("draw") < scenario.draws), len(jobs) - len(missing)


def jobs_of(setting: Setting) -> list[DrawsJob]:
    """The batches of a scenario. Malformed here, before anything is played, where its law cannot be made."""
    assert setting.law is not None
    draws, code = setting.scenario.draws, code_digest(CODE)
    bare = Setting(setting.scenario, setting.rules, setting.zone)
    return [DrawsJob(bare, first, min(first + BATCH, draws), code) for first in range(0, draws, BATCH)]


def work(job: DrawsJob) -> bytes:
    """A batch as Parquet."""
    same_code(job.code)
    rows = [row for number in range(job.first, job.last) for row in play_path(job.setting, number)]
    raw = io.BytesIO()
    told = msgspec.json.encode(Simulation(AGENTS, job.setting.scenario.seed)).decode()
    framed(rows).write_parquet(raw, compression="zstd", statistics=False, metadata={"provenance": told})
    return raw.getvalue()


def same_code(code: str) -> None:
    """Malformed if a worker runs other sources than who asks it."""
    if code_digest(CODE) != code:
        raise Malformed("workers", "one of them runs other code", "install this version of Airshed where it runs")


def claim(setting: Setting, out: Path) -> DrawsManifest:
    """Say what the folder is of, or find that it is of the same. Malformed if it is not."""
    told = msgspec.json.decode(msgspec.json.encode(setting.scenario))
    del told["draws"]
    law = f"{setting.rules.programme.id} {setting.rules.programme.version} {digest(setting.rules)}"
    zone = sha256(msgspec.json.encode(setting.zone, order="sorted")).hexdigest()
    code = code_digest(CODE)
    inputs = sha256(msgspec.json.encode((told, law, zone, code), order="sorted")).hexdigest()
    asked = DrawsManifest(inputs, told, law, zone, code)
    path = out / MANIFEST
    if not path.exists():
        if out.is_dir() and any(each.name not in (PARTS, LOCK) for each in out.iterdir()):
            raise Malformed(str(out), f"has files and no {MANIFEST}", "name a new or an empty folder")
        put(out, path, msgspec.json.format(msgspec.json.encode(asked)) + b"\n")
        return asked
    try:
        there = msgspec.json.decode(path.read_bytes(), type=DrawsManifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(str(path), f"cannot be read ({error})", "name another folder") from None
    if there.inputs != inputs:
        parts = ("scenario", "rulebook", "zone", "code")
        other = next((part for part in parts if getattr(there, part) != getattr(asked, part)), "manifest")
        raise Malformed(str(out), f"holds draws of another {other}", "name another folder, or empty this one")
    return there


def _whole(out: Path, job: DrawsJob, sums: dict[str, str]) -> str:
    """The file with all draws of a batch, perhaps with more of them, as it was written; empty if there is none.

    What is there and is not as it was written goes: it would stand beside what is played in its place.
    """
    for name in job.names:
        path = out / name
        if path.is_file():
            if sums.get(name) == sum_of(path):
                return name
            path.unlink()
        sums.pop(name, None)
    return ""


def _shorter(name: str) -> list[str]:
    """Files of batches that begin with the same draw and have fewer."""
    first, last = int(name[6:12]), int(name[13:19])
    return [f"draws-{first:06}-{end:06}.parquet" for end in range(first, last)]


def _sums(out: Path) -> dict[str, str]:
    """What the batches were when they were written; a line that is not whole says nothing."""
    try:
        said = (out / SUMS).read_text("ascii", "replace")
    except OSError:
        return {}
    return {found[2]: found[1] for line in said.splitlines() if (found := SUM.fullmatch(line))}


def _write_sums(out: Path, sums: Mapping[str, str]) -> None:
    put(out, out / SUMS, "".join(f"{sums[name]}  {name}\n" for name in sorted(sums)).encode())


def _add_sum(out: Path, name: str, said: str) -> None:
    try:
        with (out / SUMS).open("ab", buffering=0) as file:
            file.write(f"{said}  {name}\n".encode())
    except OSError as error:
        raise Malformed(str(out / SUMS), f"cannot be written ({error.strerror})", "make room and run again") from None
