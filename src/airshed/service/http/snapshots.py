"""The snapshot that a service began from, checked by a process beside it while it answers already."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable

import msgspec

from airshed.service.book.snapshot import Of
from airshed.service.book.snapshot_check import Asked, Said


class Differs(RuntimeError):
    """A snapshot that a service began from is not what the book comes to."""


class SnapshotCheck:
    """Replays the book up to a snapshot; `told` hears what differs, empty where nothing does, from another thread."""

    def __init__(self, address: str, of: Of, told: Callable[[str], None], failed: Callable[[str], None]) -> None:
        self._told, self._failed = told, failed
        words = [sys.executable, "-m", "airshed.service.book.snapshot_check"]
        same = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # this program, wherever it was imported from
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=same)
        assert self._process.stdin is not None
        # By standard input, for an address may hold a password, and who is on the machine sees the words of a process.
        self._process.stdin.write(msgspec.json.encode(Asked(address, of.seq, of.hash, of.state)).decode() + "\n")
        self._process.stdin.flush()
        self._closed = False
        self._thread = threading.Thread(target=self._wait, name="snapshot-check", daemon=True)
        self._thread.start()

    def _wait(self) -> None:
        process = self._process
        assert process.stdout is not None
        assert process.stderr is not None
        line, broke = process.stdout.readline(), process.stderr.read()
        process.wait()
        if self._closed:
            return
        try:
            self._told(msgspec.json.decode(line, type=Said).differs)
        except msgspec.MsgspecError:
            self._failed(broke.strip().rpartition("\n")[2][:300] or "it was ended")

    def close(self) -> None:
        """Check no further."""
        self._closed = True
        self._process.kill()
        self._thread.join()
        assert self._process.stdin is not None
        self._process.stdin.close()
