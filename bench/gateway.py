"""A host under 2,000 connected devices: frames a second that are on disk and answered, and how long an answer takes.

The devices are a process of their own. First each of them reports as fast as it is answered; then all report at a
steady rate, that of the standard (one frame each 30 s) and multiples of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from airshed.lab.device import REAL_TIME, Logger, mns
from airshed.lab.rows import write_rows
from airshed.service.gateway.devices import DeviceRow

DEVICES = 2_000
CADENCE_S = 30
STANDARD_RATE = DEVICES / CADENCE_S
FIRST = "010000A8900016F000000000"
FASTEST_S = 6.0
STEADY_S = 5.0
TIMES = (1, 10, 30)
BEGIN = 1_798_732_800_000  # 2027-01-01 in Beijing


class Line(asyncio.Protocol):
    """One device: sends a frame, and notes how long its answer takes."""

    def __init__(self, place: int, templates: list[bytes], took: list[float]) -> None:
        self._place, self._templates, self._took = place, templates, took
        self.sent = 0
        self._at = 0.0
        self._transport: asyncio.Transport | None = None
        self.closed_loop = False
        self.open = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False

    def send(self) -> None:
        """Send the next frame."""
        assert self._transport is not None
        self._at = time.perf_counter()
        self._transport.write(self._templates[self.sent % len(self._templates)])
        self.sent += 1

    def data_received(self, data: bytes) -> None:
        assert data.count(b"CN=9014;") == 1 == data.count(b"##"), data
        self._took.append(time.perf_counter() - self._at)
        if self.closed_loop:
            self.send()


async def _devices(port: int) -> dict[str, list[float]]:
    """Connect all devices, let them report in every phase, and hand back how long each answer took."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    lines: list[Line] = []
    moment = count()
    for place, mn in enumerate(mns(FIRST, DEVICES)):
        logger = Logger(mn, "2017")
        # No two frames of a device are the same, so none is taken for one that is sent again (64 are remembered).
        # The QN is of now, since the host would set a clock that is off.
        now = time.time_ns() // 1_000_000
        templates = [logger.report(REAL_TIME, BEGIN + next(moment) * 30_000, now + sent) for sent in range(70)]
        line = Line(place, templates, took)
        await loop.create_connection(lambda line=line: line, "127.0.0.1", port)  # type: ignore[misc]
        lines.append(line)
    phases: dict[str, list[float]] = {}

    for line in lines:
        line.closed_loop = True
        line.send()
    await asyncio.sleep(FASTEST_S)
    for line in lines:
        line.closed_loop = False
    phases["fastest"] = took.copy()
    while len(took) < sum(line.sent for line in lines):
        await asyncio.sleep(0.1)

    for times in TIMES:
        took.clear()
        begun, gap = time.perf_counter(), 1 / (STANDARD_RATE * times)
        for sent in range(int(STEADY_S / gap)):
            wait = begun + sent * gap - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            lines[sent % DEVICES].send()
        await asyncio.sleep(1.0)
        phases[str(times)] = took.copy()
        assert len(took) == int(STEADY_S / gap), f"{int(STEADY_S / gap) - len(took)} frames were not answered"
    assert all(line.open for line in lines), "the host cut a device off"
    return phases


def load(port: int) -> None:
    """The process of the devices: prints how long every answer took, as JSON."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (DEVICES + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(json.dumps(asyncio.run(_devices(port))))


def _fsyncs_a_second(folder: Path) -> float:
    """What the disk does at best: one frame, one sync."""
    path = folder / "sync"
    begun, done = time.perf_counter(), 0
    with path.open("wb", buffering=0) as file:
        while time.perf_counter() - begun < 0.5:
            file.write(b"x" * 400)
            os.fsync(file.fileno())
            done += 1
    return done / (time.perf_counter() - begun)


def run() -> list[tuple[str, str]]:
    """Name and result of each measurement."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            DeviceRow(mn, f"STACK-{place}", "2017", "hj212", "start", (), "123456", (), None)
            for place, mn in enumerate(mns(FIRST, DEVICES))
        ]
        write_rows(folder / "devices.csv", DeviceRow, rows)
        syncs = _fsyncs_a_second(folder)
        command = [sys.executable, "-m", "airshed", "gateway", "--port", "0", "--json", "--per-address", "5000"]
        host = subprocess.Popen(
            [*command, "--devices", folder / "devices.csv", "--evidence", folder / "receipts"],
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert host.stdout is not None
            port = json.loads(host.stdout.readline())["port"]
            child = subprocess.run(
                [sys.executable, "-c", f"from bench.gateway import load; load({port})"],
                stdout=subprocess.PIPE,
                check=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
            host.send_signal(signal.SIGTERM)
            last = host.stdout.read().splitlines()[-1]
            host.wait()
            counts = json.loads(last)["counts"]
        finally:
            host.kill()
        size = sum(path.stat().st_size for path in (folder / "receipts" / "journal").iterdir())
    phases: dict[str, list[float]] = json.loads(child.stdout)
    answered = sum(map(len, phases.values()))
    assert counts["kept"] >= answered, (counts, answered)
    rate = len(phases["fastest"]) / FASTEST_S
    return [
        (
            f"host: {DEVICES} devices as fast as they are answered",
            f"{rate:,.0f} frames/s on disk and answered, {rate / STANDARD_RATE:.0f} x the {STANDARD_RATE:.0f}/s of the "
            "standard",
        ),
        *(
            (f"host: {times} x the standard, {STANDARD_RATE * times:,.0f} frames/s", _latency(phases[str(times)]))
            for times in TIMES
        ),
        ("host: syncs a second of the same disk, one small write each", f"{syncs:,.0f}"),
        ("host: bytes of a frame in the journal", f"{size / counts['kept']:,.0f}"),
    ]


def _latency(took: list[float]) -> str:
    ordered = sorted(took)
    half, most = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return f"answer after {half * 1000:.1f} ms (half), {most * 1000:.1f} ms (99 %), all {len(took):,} answered"


def main() -> None:
    """Print the measurements."""
    for name, result in run():
        print(f"{name}: {result}")


if __name__ == "__main__":
    main()
