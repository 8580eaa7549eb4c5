"""`python scripts/watchers.py`: what two hundred live screens cost, beside a bare server that sends the same bytes.

Both send an event a second to each of so many open pages; the bare one knows nothing and only writes. Processor time
is that of the process, in percent of a core.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airshed.client import Client
from airshed.service.http.clock import machine_ms
from airshed.service.sign_in.users import users_of
from many_feeds import EACH
from services import market_book

SERIES = "SO2-KM-2027"
PARTS = f"/live?part=list&part=strip&part=depth&part=tape&part=figure&series={SERIES}&language=en&after=0"
BARE = """
import asyncio, sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import StreamingResponse
from starlette.routing import Route
SIZE = int(sys.argv[1])
event = b"data: " + b"x" * (SIZE - 8) + b"\\n\\n"
async def stream():
    while True:
        yield event
        await asyncio.sleep(1)
def answers(request):
    return StreamingResponse(stream(), media_type="text/event-stream")
app = Starlette(routes=[Route("/{rest:path}", answers)])
uvicorn.run(app, port=int(sys.argv[2]), http="h11", log_level="error")
"""


def main() -> None:
    """Measure and print; status 1 where it costs more than is said."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--watchers", type=int, default=200)
    said.add_argument("--seconds", type=int, default=20)
    said.add_argument("--most", type=float, default=10.0, help="percent of a core")
    asked = said.parse_args()
    with tempfile.TemporaryDirectory() as name, serving(Path(name)) as (process, port, key):
        idle = asyncio.run(measured(process.pid, port, key, 0, asked.seconds))[0]
        live, size = asyncio.run(measured(process.pid, port, key, asked.watchers, asked.seconds))
    port = 18_400 + os.getpid() % 1_000
    with subprocess.Popen([sys.executable, "-c", BARE, str(size), str(port)]) as bare:
        try:
            time.sleep(2)
            plain, _ = asyncio.run(measured(bare.pid, port, None, asked.watchers, asked.seconds))
        finally:
            bare.terminate()
    own = live - idle
    print(f"an order a second, nobody watches        {idle:5.1f} % of a core")
    print(f"an order a second, {asked.watchers} screens watch       {live:5.1f} %; of it the watching {own:.1f} %")
    print(f"a bare server, the same {size:,} bytes a second to each  {plain:5.1f} %")
    sys.exit(own > asked.most)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], int, Ed25519PrivateKey]]:
    """A small market that is served, and the key of a machine that trades in it."""
    path, key = market_book(folder), Ed25519PrivateKey.generate()
    users = users_of(path, machine_ms)
    users.add("machine", "steel")
    users.add_key("machine", key.public_key().public_bytes_raw())
    users.close()
    command = [sys.executable, "-m", "airshed", "serve", str(path), "--port", "0", "--at", "2027-03-01T10:00"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        try:
            assert service.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:(\d+)", service.stdout.readline())
            assert found is not None
            yield service, int(found[1]), key
        finally:
            service.terminate()


async def measured(
    process: int, port: int, key: Ed25519PrivateKey | None, watchers: int, seconds: int
) -> tuple[float, int]:
    """Percent of a core while so many watch, and the bytes that each of them hears a second."""
    heard = [0]
    tasks = [asyncio.create_task(_watch(port, number, heard)) for number in range(watchers)]
    await asyncio.sleep(3)
    assert not any(task.done() for task in tasks), "a watcher was not let in"
    begun, before, heard[0] = time.perf_counter(), _seconds(process), 0
    client = None if key is None else Client(f"http://127.0.0.1:{port}", key=key)
    try:
        for turn in range(seconds):
            if client is not None:
                limit = 438_000 - 1_000 * (turn % 30)  # each is the best, so that every ladder changes
                await asyncio.to_thread(client.place_order, "steel", SERIES, "sell", 100, limit)
            await asyncio.sleep(max(0.0, begun + turn + 1 - time.perf_counter()))
    finally:
        if client is not None:
            client.close()
    took, used = time.perf_counter() - begun, _seconds(process) - before
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return 100 * used / took, round(heard[0] / max(1, watchers) / took)


async def _watch(port: int, number: int, heard: list[int]) -> None:
    place = number // EACH
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.2.0.{place + 1}", 0))
    try:
        writer.write(f"GET {PARTS} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        said = await reader.readuntil(b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200"), said
        while piece := await reader.read(1 << 16):
            heard[0] += len(piece)
    finally:
        writer.close()


def _seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
