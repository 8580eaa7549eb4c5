"""A host under 2,000 connected devices: frames a second that are on disk and answered, and how long an answer takes.

The devices are a process of their own. First each of them reports as fast as it is answered; then all report at a
steady rate, that of the standard (one frame each 30 s) and multiples of it. At last the host is killed (SIGKILL) while
they report, and every frame that was answered is looked for on disk.
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
import threading
import time
from collections import Counter, deque
from itertools import count
from pathlib import Path

from airshed.lab.stacks.device import REAL_TIME, Logger, mns
from airshed.service.gateway.devices import DeviceRow
from airshed.service.gateway.receipt_journal import read_segment, segments
from airshed.zone.rows import write_rows

DEVICES = 2_000
CADENCE_S = 30
STANDARD_RATE = DEVICES / CADENCE_S
FIRST = "010000A8900016F000000000"
FASTEST_S = 6.0
STEADY_S = 5.0
TIMES = (1, 10, 30)
PATIENCE_S = 30.0
KILLED_AFTER_S = 2.0
BEGIN = 1_577_808_000_000  # 2020-01-01 in Beijing: long over


class Line(asyncio.Protocol):
    """One device: sends a frame, and notes how long its answer takes."""

    def __init__(self, place: int, templates: list[bytes], took: list[float]) -> None:
        self._place, self._templates, self._took = place, templates, took
        self.sent = 0
        self._at: deque[float] = deque()
        self._held = b""
        self._transport: asyncio.Transport | None = None
        self.closed_loop = False
        self.open = True
        #: How often each frame was answered, by its QN.
        self.answered: Counter[str] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False

    def send(self) -> None:
        """Send the next frame."""
        assert self._transport is not None
        self._at.append(time.perf_counter())
        self._transport.write(self._templates[self.sent % len(self._templates)])
        self.sent += 1

    def data_received(self, data: bytes) -> None:
        *answers, self._held = (self._held + data).split(b"\r\n")
        for answer in answers:
            if b"CN=1012;" in answer:  # the run takes so long that a QN of its beginning is off: the clock is to be set
                continue
            assert b"CN=9014;" in answer, answer
            self._took.append(time.perf_counter() - self._at.popleft())
            begin = answer.index(b"QN=") + 3
            self.answered[answer[begin : begin + 17].decode()] += 1
            if self.closed_loop:
                self.send()


async def _devices(port: int) -> None:
    """Connect all devices and let them report in every phase; print how long each answer took, and once the host is
    gone, how often each frame was answered."""
    loop = asyncio.get_running_loop()
    took: list[float] = []
    devices: list[list[bytes]] = []
    lines: list[Line] = []
    moment = count()
    for mn in mns(FIRST, DEVICES):
        logger = Logger(mn, "2017")
        # No two frames of a device are the same, so none is taken for one that is sent again (64 are remembered).
        # The QN is of now, since the host would set a clock that is off.
        now = time.time_ns() // 1_000_000
        templates = [logger.report(REAL_TIME, BEGIN + next(moment) * 30_000, now + sent) for sent in range(70)]
        devices.append(templates)
    for place, templates in enumerate(devices):  # once all is made, or a slow machine is silent for too long
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
        deadline = time.perf_counter() + PATIENCE_S
        while len(took) < int(STEADY_S / gap) and time.perf_counter() < deadline:
            await asyncio.sleep(0.1)
        phases[str(times)] = took.copy()
        assert len(took) == int(STEADY_S / gap), f"{int(STEADY_S / gap) - len(took)} frames were not answered"
    assert all(line.open for line in lines), "the host cut a device off"
    print(json.dumps(phases), flush=True)

    for line in lines:
        line.closed_loop = True
        line.send()
    while any(line.open for line in lines):
        await asyncio.sleep(0.1)
    print(json.dumps([line.answered for line in lines]))


def load(port: int) -> None:
    """The process of the devices: two lines of JSON."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (DEVICES + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    asyncio.run(_devices(port))


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
            child = subprocess.Popen(
                [sys.executable, "-c", f"from bench.gateway import load; load({port})"],
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            )
            assert child.stdout is not None
            threading.Thread(target=host.stdout.read, daemon=True).start()  # or its log would fill the pipe
            phases: dict[str, list[float]] = json.loads(child.stdout.readline())
            time.sleep(KILLED_AFTER_S)
            host.send_signal(signal.SIGKILL)
            host.wait()
            answered: list[dict[str, int]] = json.loads(child.stdout.readline())
            child.wait()
        finally:
            host.kill()
        kept, size = _on_disk(folder / "receipts")
    lost = sum(
        max(times - kept[mn, qn], 0)
        for mn, told in zip(mns(FIRST, DEVICES), answered, strict=True)
        for qn, times in told.items()
    )
    frames = sum(kept.values())
    acknowledged = sum(sum(told.values()) for told in answered)
    while_killed = acknowledged - sum(map(len, phases.values()))
    assert lost == 0 < while_killed, (lost, while_killed)
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
        ("host: bytes of a frame in the journal", f"{size / frames:,.0f}"),
        (
            "host: killed (SIGKILL) while all devices report as fast as they are answered",
            f"{acknowledged:,} frames answered, {while_killed:,} of them in the last seconds; {lost} are not on disk",
        ),
    ]


def _on_disk(receipts: Path) -> tuple[Counter[tuple[str, str]], int]:
    """How often each frame lies in the journal, by MN and QN, and the bytes of the journal."""
    kept: Counter[tuple[str, str]] = Counter()
    for _, path in segments(receipts):
        for entry in read_segment(path):
            begin = entry.plain.index(b"QN=") + 3
            kept[entry.mn, entry.plain[begin : begin + 17].decode()] += 1
    return kept, sum(path.stat().st_size for path in (receipts / "journal").iterdir())


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
