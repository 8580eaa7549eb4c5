"""Durable commands a second over HTTP, one a request and in batches, in a file and in PostgreSQL, beside pgbench.

Clients are a process of their own, on the same cores as the service: what is measured is a machine that does both.
Run alone: `PYTHONPATH=src:. python -m bench.service`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from airshed.engine import commands as c
from airshed.engine.runner import Runner
from airshed.model.civil import DEFAULT, civil
from airshed.model.provenance import Simulation
from airshed.rulebook.load import find, load, texts
from airshed.service.book.copying import carry
from airshed.service.book.opening import begin, carry_on
from airshed.service.book.sqlite import Book
from airshed.service.http.clock import machine_ms
from airshed.service.sign_in.users import users_of
from bench.database import server
from bench.senders import together
from bench.threads import processor_us

CLIENTS = (1, 8, 64)
SECONDS = 3.0
BATCH = 100
#: Feeds that are open, of users who may have twenty each.
WATCHERS = 200
#: Seconds between commands while they watch.
PACE_S = 0.02
#: The authority freezes an account that is not there: refused in a record, so that the market stays as it is.
ACTOR = "dianzhong-office"


def _request(port: int, cookie: str, csrf: str, batch: int, key: str) -> bytes:
    """One command, or a batch of them, as it is sent under a key."""
    path = "/v1/commands" if batch > 1 else "/v1/commands/FreezeAccount"
    body = '{"account":"nobody","reason":"a bench"}'
    if batch > 1:
        fields = '"body":{"do":"FreezeAccount","account":"nobody","reason":"a bench"}'
        entries = [f'{{"key":"{key} {place}",{fields}}}' for place in range(batch)]
        body = f"[{','.join(entries)}]"
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\n"
        f"Idempotency-Key: {key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


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
    heard = [0]
    watching = [
        asyncio.create_task(_watch(port, cookie, heard)) for cookie in cookies for _ in range(watchers // len(cookies))
    ]
    await asyncio.sleep(1)
    before, begun, sent = _cpu_s(pid), time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS:
        sent += (await asyncio.to_thread(together, port, 1, partial(_request, port, cookies[0], csrf, 1), 0)).requests
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
    begin(path, texts(law), civil(DEFAULT).instant("2027-01-01", 9), Simulation("bench"))
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
def _served(book: Path | str, threads: Path) -> Iterator[tuple[int, int]]:
    """The port and the process of a service, which tells its threads in a file."""
    words = [sys.executable, "-m", "bench.threads", str(threads), "serve", str(book)]
    words += ["--port", "0", "--requests-a-second", "1000000"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline().partition("127.0.0.1:")[2].split()[0]), process.pid
        process.terminate()
        process.wait(20)


def _measured(book: Path | str, kept: str, tpcb: Mapping[int, float], threads: Path) -> None:
    """Rows of the table, what a command takes of each thread, and what the feed costs."""
    cookies, csrf = _signed_in(book)
    parts: list[str] = []
    with _served(book, threads) as (port, pid):
        for batch in (1, BATCH):
            for clients in CLIENTS:
                before = processor_us(pid, threads)
                load = together(port, clients, partial(_request, port, cookies[0], csrf, batch), SECONDS)
                commands = load.requests * batch
                rate = commands / load.seconds
                peer = f"{rate / tpcb[clients]:.2f}"
                print(f"| {kept} | {clients} | {batch} | {rate:,.0f} | {peer} | {load.p50:.1f} | {load.p99:.1f} |")
            taken = processor_us(pid, threads) - before
            each = ", ".join(f"{name} {us / commands:.1f}" for name, us in taken.most_common(4))
            parts.append(f"{kept}, {clients} clients, {batch} a request, us of a processor for a command: {each}")
            parts.append(f"  the clients take {load.core:.0%} of a core")
        print("\n".join(parts))
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
        _measured(path, "SQLite", tpcb, folder / "threads")
        there = f"{uri}#service"
        carry(str(_book(folder / "moved.book")), there)
        _measured(there, "PostgreSQL", tpcb, folder / "threads")


if __name__ == "__main__":
    main()
