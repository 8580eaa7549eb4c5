"""A service that is killed under load: clients send on under their keys, and remember what they heard."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from airshed.client import Client
from airshed.engine import commands as c
from airshed.model.refusal import Malformed
from airshed.service.http.run import machine_ms
from airshed.service.http.shapes import CommandReceipt, Problem
from airshed.service.sign_in.users import users_of
from markets import SERIES
from shells import MANNER

#: What has hung by then on any machine.
LONGEST_S = 120


@dataclass
class Fired:
    """What was heard, by key: number and hash of the record; and how long each start took."""

    heard: dict[str, tuple[int | None, str | None]] = field(default_factory=dict)
    starts_s: list[float] = field(default_factory=list)
    broken: list[BaseException] = field(default_factory=list)


def keys_for(path: Path, actors: list[str]) -> list[Ed25519PrivateKey]:
    """A machine's key for each actor, beside a book."""
    users = users_of(path, machine_ms)
    found: list[Ed25519PrivateKey] = []
    for actor in actors:
        key = Ed25519PrivateKey.generate()
        if users.get(actor) is None:
            users.add(actor, actor)
        users.add_key(actor, key.public_key().public_bytes_raw())
        found.append(key)
    users.close()
    return found


def started(path: Path, port: int) -> subprocess.Popen[bytes]:
    """A service that listens."""
    words = [sys.executable, "-m", "airshed", "serve", str(path), "--port", str(port), "--at", "2027-03-01T11:00"]
    process = subprocess.Popen(
        words, env={**os.environ, **MANNER}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=path.parent
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith(b"serving "), line + process.stdout.read()
    return process


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def under_fire(path: Path, *, kills: int, clients: int, seed: int, quiet_s: float = 0.4) -> Fired:
    """Clients send orders one after the other while the service is killed so many times and started anew."""
    port, rng, fired, over = free_port(), Random(seed), Fired(), threading.Event()
    names = ["steel", "cement", "power", "kiln", "broker", "fund"]
    keys = keys_for(path, names)

    def sending(number: int) -> None:
        account = names[number % len(names)]
        client = Client(f"http://127.0.0.1:{port}", key=keys[number % len(names)], wait=lambda seconds: time.sleep(0.1))
        try:
            turn = 0
            while not over.is_set():
                turn += 1
                key = f"fire {seed} {number} {turn}"
                body = c.PlaceOrder(account, SERIES, "buy", 1_000, 300_000 + 1_000 * (turn % 5))
                while True:
                    try:
                        (told,) = client.send_several([(key, body)])
                        break
                    except Malformed:  # nobody answered for long: it is being started
                        if over.is_set():
                            return
                assert isinstance(told, CommandReceipt | Problem)
                fired.heard[key] = (told.seq, told.hash)
        except BaseException as error:
            fired.broken.append(error)
        finally:
            client.close()

    process = started(path, port)
    threads = [threading.Thread(target=sending, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(kills):
            time.sleep(quiet_s + rng.random() / 4)
            process.send_signal(signal.SIGKILL)
            process.wait(LONGEST_S)
            assert process.stdout is not None
            process.stdout.close()
            before = time.monotonic()
            process = started(path, port)
            fired.starts_s.append(time.monotonic() - before)
        time.sleep(quiet_s)
    finally:
        over.set()
        for thread in threads:
            thread.join(LONGEST_S)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=LONGEST_S)
        assert process.returncode == 0, said
    return fired
