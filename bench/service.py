"""Durable commands a second over HTTP, one a request and in batches, in a file and in PostgreSQL, beside pgbench.

Clients are processes of their own, on the same cores as the service: what is measured is a machine that does both.
Run alone: `PYTHONPATH=src:. python -m bench.service`.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from airshed.engine import commands as c
from airshed.engine.runner import Runner
from airshed.model.period import instant
from airshed.model.provenance import Simulation
from airshed.rulebook.load import find, load, texts
from airshed.service.book.copying import carry
from airshed.service.book.opening import begin, carry_on
from airshed.service.book.sqlite import Book
from airshed.service.http.run import machine_ms
from airshed.service.sign_in.users import users_of
from bench.database import server

CLIENTS = (1, 8, 64)
SECONDS = 3.0
BATCH = 100
#: Feeds that are open, of users who may have twenty each.
WATCHERS = 200
#: Seconds between commands while they watch.
PACE_S = 0.02
#: The authority freezes an account that is not there: refused in a record, so that the market stays as it is.
ACTOR = "dianzhong-office"


async def _client(port: int, cookie: str, csrf: str, number: int, batch: int, until: float, took: list[float]) -> int:
    """Send one after the other until the time is over; how many were answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = "/v1/commands" if batch > 1 else "/v1/commands/FreezeAccount"
    done = turn = 0
    while not turn or time.perf_counter() < until:
        turn += 1
        body: object = {"account": "nobody", "reason": "a bench"}
        key = f"{os.getpid()} {number} {turn}"
        if batch > 1:
            fields = {"do": "FreezeAccount", "account": "nobody", "reason": "a bench"}
            body = [{"key": f"{key} {place}", "body": fields} for place in range(batch)]
        raw = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n"
            f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
        )
        begun = time.perf_counter()
        writer.write(head.encode() + raw)
        said = await reader.readuntil(b"\r\n\r\n")
        status = int(said[9:12])
        assert status in (200, 422), said
        length = next(line for line in said.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        took.append(time.perf_counter() - begun)
        done += batch
    writer.close()
    return done


async def _watch(port: int, cookie: str, heard: list[int]) -> None:
    """Hear the feed until somebody ends it, and count the records."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET /v1/feed HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    try:
        while part := await reader.read(1 << 16):
            heard[0] += part.count(b"event: record")
    finally:
        writer.close()


async def _watched(port: int, cookies: list[str], csrf: str, pid: int, watchers: int) -> tuple[float, int, int]:
    """One client sends fifty commands a second: the share of a core that the service takes, records sent and heard."""
    heard, took = [0], list[float]()
    watching = [
        asyncio.create_task(_watch(port, cookie, heard)) for cookie in cookies for _ in range(watchers // len(cookies))
    ]
    await asyncio.sleep(1)
    before, begun, sent = _cpu_s(pid), time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        sent += await _client(port, cookies[0], csrf, 1_000_000 + watchers + sent, 1, 0, took)
        await asyncio.sleep(max(0.0, begun + sent * PACE_S - time.perf_counter()))
    await asyncio.sleep(0.5)
    core = (_cpu_s(pid) - before) / SECONDS
    for watcher in watching:
        watcher.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    return core, sent, heard[0]


def _cpu_s(pid: int) -> float:
    """Seconds of a core that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _together(port: int, cookie: str, csrf: str, clients: int, batch: int) -> tuple[float, float, float]:
    took: list[float] = []
    begun = time.perf_counter()
    counts = await asyncio.gather(
        *(_client(port, cookie, csrf, number, batch, begun + SECONDS, took) for number in range(clients))
    )
    spent = time.perf_counter() - begun
    took.sort()
    return sum(counts) / spent, took[len(took) // 2] * 1000, took[int(len(took) * 0.99)] * 1000


def _engine(folder: Path) -> float:
    """The same commands in groups of a thousand, without HTTP."""
    path = _book(folder / "engine.book")
    with Book.open(path) as book:
        runner: Runner = carry_on(book)
        at, done, begun = runner.state.at, 0, time.perf_counter()
        while time.perf_counter() - begun < 2:
            body = c.FreezeAccount("nobody", "a bench")
            runner.send_all([(c.Command(ACTOR, f"e{done + n}", body), at) for n in range(1_000)])
            done += 1_000
        return done / (time.perf_counter() - begun)


def _book(path: Path) -> Path:
    law = find("dianzhong")
    load(law)
    begin(path, texts(law), instant("2027-01-01", 9), Simulation("bench"))
    return path


def _signed_in(book: Path | str) -> tuple[list[str], str]:
    """Cookies of users of a book, and the token of the first."""
    users = users_of(book, machine_ms)
    cookies: list[str] = []
    csrf = ""
    for number in range(WATCHERS // 20):
        invited = users.accept(users.add(f"user {number}", ACTOR), "no password is asked")
        assert invited is not None
        token, session = users.begin(invited[0])
        cookies.append(f"airshed={token}")
        csrf = csrf or session.csrf
    users.close()
    return cookies, csrf


@contextmanager
def _served(book: Path | str) -> Iterator[tuple[int, int]]:
    """The port and the process of a service."""
    words = [sys.executable, "-m", "airshed", "serve", str(book), "--port", "0", "--requests-a-second", "1000000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().partition("127.0.0.1:")[2].split()[0]), process.pid
        process.terminate()
        process.wait(20)


def _measured(book: Path | str, kept: str, tpcb: Mapping[int, float]) -> None:
    """Rows of the table, and what the feed costs."""
    cookies, csrf = _signed_in(book)
    with _served(book) as (port, pid):
        for batch in (1, BATCH):
            for clients in CLIENTS:
                rate, p50, p99 = asyncio.run(_together(port, cookies[0], csrf, clients, batch))
                peer = f"{rate / tpcb[clients]:.2f}"
                print(f"| {kept} | {clients} | {batch} | {rate:,.0f} | {peer} | {p50:.1f} | {p99:.1f} |")
        for watchers in (0, WATCHERS):
            core, sent, heard = asyncio.run(_watched(port, cookies, csrf, pid, watchers))
            told = (
                f"{kept}, {watchers} watchers of the feed, {sent / SECONDS:.0f} records a second: {core:.0%} of a core"
            )
            print(f"{told}, {heard:,} of {sent * watchers:,} heard")


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, server(Path(name)) as (uri, tpcb):
        folder = Path(name)
        print(f"the engine alone, groups of 1,000: {_engine(folder):,.0f} durable commands/s")
        print("pgbench, TPC-B:", ", ".join(f"{clients} clients {rate:,.0f}/s" for clients, rate in tpcb.items()))
        print("| book | clients | commands a request | durable commands/s | of pgbench | p50 ms | p99 ms |")
        print("|---|---|---|---|---|---|---|")
        path = _book(folder / "service.book")
        _measured(path, "SQLite", tpcb)
        there = f"{uri}#service"
        carry(str(_book(folder / "moved.book")), there)
        _measured(there, "PostgreSQL", tpcb)


if __name__ == "__main__":
    main()
