"""Services that are killed under load: clients send on under their keys, and remember what they heard."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal
from urllib.error import URLError
from urllib.request import urlopen

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airshed.client import Client
from airshed.client.connection import Refused
from airshed.engine import commands as c
from airshed.engine.journal import decode
from airshed.model.refusal import Malformed
from airshed.service.book.addressed import to_read
from airshed.service.book.verify import Verified, verify
from airshed.service.http.clock import machine_ms
from airshed.service.http.shapes.commands import CommandReceipt
from airshed.service.http.shapes.problem import Problem
from airshed.service.sign_in.users import users_of
from forked_services import Forked
from markets import SERIES
from shells import MANNER

#: What has hung by then on any machine.
LONGEST_S = 120
NAMES = ("steel", "cement", "power", "kiln", "broker", "fund")
PROGRAM = (sys.executable, "-m", "airshed")
#: By the clock of the book, where nothing else is said.
BEGINS = "2027-03-01T11:00"


@dataclass
class Fired:
    """What was heard, by key: number and hash of the record; and how long each time nobody wrote the book."""

    heard: dict[str, tuple[int | None, str | None]] = field(default_factory=dict)
    gaps_s: list[float] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)
    #: Memory of the writer after each kill, in MiB.
    memory: list[float] = field(default_factory=list)


def keys_for(book: Path | str) -> list[Ed25519PrivateKey]:
    """A machine's key for each actor, beside a book."""
    users = users_of(book, machine_ms)
    found: list[Ed25519PrivateKey] = []
    for actor in NAMES:
        key = Ed25519PrivateKey.generate()
        if users.get(actor) is None:
            users.add(actor, actor)
        users.add_key(actor, key.public_key().public_bytes_raw())
        found.append(key)
    users.close()
    return found


class Served:
    """A service in a process of its own."""

    #: Of the server that forks it; else it is begun as an administrator does.
    forks = ""

    def __init__(
        self,
        book: Path | str,
        port: int,
        *more: str,
        at: str = BEGINS,
        before: Sequence[str] = (),
    ) -> None:
        self.port, self.url = port, f"http://127.0.0.1:{port}"
        words = ["serve", str(book), "--port", str(port), "--at", at, *more]
        self.process = self._forked(words) if self.forks and not before else self._begun([*before, *PROGRAM, *words])

    def _forked(self, words: list[str]) -> Forked:
        return Forked(self.forks, words, {**os.environ, **MANNER})

    def _begun(self, words: list[str]) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        return subprocess.Popen(words, env={**os.environ, **MANNER}, stdout=pipe, stderr=pipe, text=True)

    def listens(self) -> Served:
        """Wait until it does."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line.startswith(("serving ", "standing by for ")), line + "".join(self.ended())
        return self

    @property
    def writes(self) -> bool:
        """Whether it takes commands now."""
        try:
            with urlopen(f"{self.url}/readyz", timeout=LONGEST_S) as answer:
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def takes_over(self) -> None:
        """Wait until it takes commands."""
        begun = time.monotonic()
        while not self.writes:
            assert self.process.poll() is None, self.ended()
            assert time.monotonic() - begun < LONGEST_S, "it never took over"
            time.sleep(0.02)

    @property
    def memory(self) -> float:
        """Resident memory in MiB."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20

    def kill(self) -> None:
        """As the machine does that loses its power."""
        self.process.kill()
        self.ended()

    def stop(self) -> None:
        """As an administrator does; what waits is answered."""
        self.process.send_signal(signal.SIGTERM)
        said = self.ended()
        assert self.process.returncode == 0, said

    def ended(self) -> tuple[str, str]:
        """What it said until it ended."""
        said, noted = self.process.communicate(timeout=LONGEST_S)
        return said, noted


@contextmanager
def serving(book: Path | str, *more: str, at: str = BEGINS, before: Sequence[str] = ()) -> Iterator[Served]:
    """A service that is gone at the end, whatever became of it."""
    found = Served(book, free_port(), *more, at=at, before=before)
    try:
        yield found.listens()
    finally:
        if found.process.poll() is None:
            found.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Clients:
    """Those who send orders one after the other to whoever takes them, each again until it is answered."""

    def __init__(self, url: str, keys: Sequence[Ed25519PrivateKey], clients: int, seed: int) -> None:
        self.fired, self._over = Fired(), threading.Event()
        self._url, self._keys, self._seed = url, keys, seed
        self._threads = [threading.Thread(target=self._send, args=(number,)) for number in range(clients)]

    def __enter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(LONGEST_S)

    def hear(self, more: int) -> None:
        """Wait until so many more commands were answered."""
        wanted, begun = len(self.fired.heard) + more, time.monotonic()
        while len(self.fired.heard) < wanted and not self.fired.broken:
            assert time.monotonic() - begun < LONGEST_S, "nobody is answered"
            time.sleep(0.005)

    def _send(self, number: int) -> None:
        account = NAMES[number % len(NAMES)]
        client = Client(self._url, key=self._keys[number % len(NAMES)], wait=lambda seconds: time.sleep(0.05))
        try:
            turn = 0
            while not self._over.is_set():
                turn += 1
                key = f"fire {self._seed} {number} {turn}"
                side: Literal["buy", "sell"] = "buy" if turn % 2 else "sell"
                body = c.PlaceOrder(account, SERIES, side, 1_000, 400_000)  # which meets what another has sent
                told = self._sent(client, key, body)
                if told is None:
                    return
                self.fired.heard[key] = (told.seq, told.hash)
        except BaseException as error:
            self.fired.broken.append(error)
        finally:
            client.close()

    def _sent(self, client: Client, key: str, body: c.Body) -> CommandReceipt | Problem | None:
        """What was answered in the end; None where nobody answers any more."""
        while True:
            try:
                (told,) = client.send_several([(key, body)])
                return told
            except Refused as no:
                if no.problem.status != 503:
                    raise
            except Malformed:  # nobody answered for long
                pass
            if self._over.is_set():
                return None


def under_fire(
    book: Path | str, *, kills: int, clients: int, seed: int, between: int, standby: bool, until_s: float = 0.0
) -> Fired:
    """Clients send while the writer is killed so many times, each time after so many more answers.

    With a standby that takes over, and the one that was killed stands by from then on; else it is started anew. With
    `until_s` it goes on for so long at least.
    """
    rng = Random(seed)
    keys, ports = keys_for(book), [free_port(), free_port()]
    url = ",".join(f"http://127.0.0.1:{port}" for port in ports[: 1 + standby])
    running = [Served(book, ports[0]).listens()]
    begun, killed = time.monotonic(), 0
    try:
        if standby:
            running.append(Served(book, ports[1], "--standby").listens())
        with Clients(url, keys, clients, seed) as sending:
            while killed < kills or time.monotonic() - begun < until_s:
                sending.hear(between + rng.randrange(between))
                writer = running.pop(0)
                sending.fired.memory.append(writer.memory)
                writer.kill()
                killed += 1
                gone = time.monotonic()
                if not standby:
                    running.append(Served(book, writer.port))
                running[0].takes_over()
                sending.fired.gaps_s.append(time.monotonic() - gone)
                if standby and (killed < kills or until_s):
                    running.append(Served(book, writer.port, "--standby").listens())
            sending.hear(between)
        for each in reversed(running):
            each.stop()
    finally:
        for each in running:
            if each.process.poll() is None:
                each.kill()
    return sending.fired


@dataclass
class Sound:
    """What a book says of what was heard."""

    verified: Verified
    lost: list[str]
    twice: int


def held_to(book: Path | str, fired: Fired) -> Sound:
    """Every answer is looked for in the book, which is decided anew."""
    with to_read(book) as found:
        verified = verify(found)
        lines = {line.seq: line for line in found.lines()}
    records = {seq: decode(line) for seq, line in lines.items()}
    keys = [(record.actor, record.key) for record in records.values()]
    lost = [
        key
        for key, (seq, digest) in fired.heard.items()
        if seq is None or seq not in lines or (lines[seq].hash, records[seq].key) != (digest, key)
    ]
    return Sound(verified, lost, len(keys) - len(set(keys)))
