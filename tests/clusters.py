"""A Dask scheduler and workers as processes of their own on loopback, for tests; all are gone when the test is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: What has hung by then on any machine.
LONGEST_S = 600.0
#: In the middle of its second stack this worker has written a piece of Parquet and says so; then it hangs.
HANGING = """
import pathlib, time
from airshed.service.stacks import recompute
def hang(path, year, hours, provenance):
    calls.append(path)
    if len(calls) < {which}:
        return honest(path, year, hours, provenance)
    path.write_bytes(b"PAR1 and no more")
    pathlib.Path({told!r}).write_text(str(path))
    time.sleep({longest})
    raise RuntimeError("nobody ended this worker")
if recompute.write_hours.__name__ != "hang":  # Dask loads it twice
    honest, calls = recompute.write_hours, []
    recompute.write_hours = hang
"""


class Cluster:
    """What a test needs to know of its cluster, and how to add a worker."""

    def __init__(self, folder: Path, processes: list[subprocess.Popen[bytes]], address: str) -> None:
        self.folder, self.processes, self.address = folder, processes, address

    def add_worker(self, name: str, *more: str) -> subprocess.Popen[bytes]:
        """Start a worker of one thread, which ends by itself when no scheduler answers."""
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--memory-limit", "0", "--host", "127.0.0.1"]
        options += ["--death-timeout", str(LONGEST_S), "--name", name, "--local-directory", str(self.folder / name)]
        started = _start(self.folder / f"{name}.log", "distributed.cli.dask_worker", self.address, *options, *more)
        self.processes.append(started)
        return started

    def has(self, name: str) -> bool:
        """Whether this worker has joined."""
        return "Registered to" in (self.folder / f"{name}.log").read_text()

    def wait_for(self, arrived: Callable[[], bool], what: str) -> None:
        """Look ten times a second, until it is there, a process of the cluster has ended, or it takes too long."""

        def looked() -> bool:
            for process in self.processes:
                assert process.poll() is None, f"{what} did not come: {self.last_words()}"
            return arrived()

        wait_for(looked, what)

    def last_words(self) -> str:
        """How the log of each process ends."""
        return "\n".join(f"{log.name}: {log.read_text()[-500:]}" for log in sorted(self.folder.glob("*.log")))

    def add_hanging_worker(self, name: str, told: Path, which: int) -> subprocess.Popen[bytes]:
        """Start a worker that hangs in the middle of writing the hours of its stack number `which`."""
        script = self.folder / f"{name}.py"
        script.write_text(HANGING.format(told=str(told), which=which, longest=2 * LONGEST_S))
        return self.add_worker(name, "--preload", str(script))


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """A scheduler on a free port of loopback; it and its workers are killed in the end, whatever happened."""
    folder.mkdir()
    processes: list[subprocess.Popen[bytes]] = []
    said = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--dashboard-address", "127.0.0.1:0"]
    options += ["--idle-timeout", "1200", "--scheduler-file", str(said)]
    try:
        processes.append(_start(folder / "scheduler.log", "distributed.cli.dask_scheduler", *options))
        wait_for(lambda: said.exists() and said.read_text().rstrip().endswith("}"), "the scheduler")
        yield Cluster(folder, processes, json.loads(said.read_text())["address"])
    finally:
        for process in processes:
            process.kill()
        for process in processes:
            process.wait()


def wait_for(arrived: Callable[[], bool], what: str) -> None:
    """Look ten times a second, until it is there or it takes too long."""
    ends = time.monotonic() + LONGEST_S
    while not arrived():
        assert time.monotonic() < ends, f"{what} did not come"
        time.sleep(0.1)


def _start(log: Path, module: str, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTHONWARNINGS": ""}
    with log.open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=log.parent,
        )
