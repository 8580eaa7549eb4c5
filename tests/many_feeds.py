"""Many open feeds on real sockets: how long they take to open, what they cost, and when all have heard one record."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airshed.client import Client
from airshed.service.http.clock import machine_ms
from airshed.service.http.limits import ServiceLimits
from airshed.service.sign_in.users import users_of
from services import market_book

#: Feeds that one address may have.
EACH = ServiceLimits().feeds_of_one
#: Connections that are made at once, and seconds in which one is answered.
AT_ONCE, PATIENCE_S = 200, 120.0


class Watched(NamedTuple):
    """What it came to."""

    feeds: int
    opened_s: float
    #: Seconds until all had heard a record that was written while they watched.
    heard_s: float
    #: Resident memory of the service before and with them, in MiB.
    before_mib: int
    with_mib: int
    #: The slowest answer to somebody else meanwhile.
    asked_s: float
    #: Feeds that the service counts once all have gone.
    left: int


def watched(folder: Path, feeds: int) -> Watched:
    """Open so many feeds of strangers from as many addresses as that takes, and write one record."""
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
            return asyncio.run(_watch(service.pid, int(found[1]), key, feeds))
        finally:
            service.terminate()


async def _watch(process: int, port: int, key: Ed25519PrivateKey, feeds: int) -> Watched:
    before, begun = _mib(process), time.perf_counter()
    gate = asyncio.Semaphore(AT_ONCE)
    lines = await asyncio.gather(*(_open(port, number, gate) for number in range(feeds)))
    opened = time.perf_counter() - begun
    hearing = asyncio.gather(*(_heard(reader) for reader, _ in lines))
    begun = time.perf_counter()
    with Client(f"http://127.0.0.1:{port}", key=key) as client:
        await asyncio.to_thread(client.place_order, "steel", "SO2-KM-2027", "sell", 1_000, 400_000)
        asking = time.perf_counter()
        await asyncio.to_thread(client.book)
        asked = time.perf_counter() - asking
        await hearing
        heard, used = time.perf_counter() - begun, _mib(process)
        for _, writer in lines:
            writer.transport.abort()
        for _ in range(200):
            left = await asyncio.to_thread(_feeds, client)
            if not left:
                break
            await asyncio.sleep(0.1)
    return Watched(feeds, opened, heard, before, used, asked, left)


async def _open(port: int, number: int, gate: asyncio.Semaphore) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place = number // EACH
    address = f"127.1.{place // 250}.{place % 250 + 1}"
    async with gate, asyncio.timeout(PATIENCE_S):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0), limit=4_096)
        writer.write(f"GET /v1/feed HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
        said = await reader.readuntil(b"\r\n\r\n")
        assert said.startswith(b"HTTP/1.1 200"), said
    return reader, writer


async def _heard(reader: asyncio.StreamReader) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not (await reader.readline()).startswith(b"id:"):
            pass


def _feeds(client: Client) -> int:
    with urlopen(f"{client.url}/metrics", timeout=PATIENCE_S) as said:
        found = re.search(rb"^airshed_feeds (\d+)$", said.read(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def _mib(process: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    assert found is not None
    return int(found[1]) // 1024
