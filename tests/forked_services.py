"""A service in a fork of a server of `forkserver.py`: as alone as a process of its own, and begun at once."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Mapping, Sequence
from select import select

from forked import begin, number


class Forked:
    """A command `airshed` that runs, with as much of `subprocess.Popen` as is asked of a service.

    What it says is a line or two, and what it notes lies in memory, so neither keeps it from ending.
    """

    def __init__(self, server: str, words: Sequence[str], environment: Mapping[str, str]) -> None:
        self._line = socket.socket(socket.AF_UNIX)
        self._noted = os.fdopen(os.memfd_create("noted"), "w+", encoding="utf-8")
        self.returncode: int | None = None
        out, into = os.pipe()
        self.stdout = os.fdopen(out, encoding="utf-8")
        with open(os.devnull, "rb") as nothing:
            files = [nothing.fileno(), into, self._noted.fileno()]
            self.pid = begin(self._line, server, words, os.getcwd(), environment, files)
        os.close(into)

    def poll(self) -> int | None:
        """Its status, if it has ended."""
        if self.returncode is None and select([self._line], [], [], 0)[0]:
            self.returncode = number(self._line)
        return self.returncode

    def send_signal(self, sent: int) -> None:
        """Send it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, sent)

    def kill(self) -> None:
        """End it here and now."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float | None = None) -> int:
        """Its status, when it has ended."""
        if self.returncode is None:
            self._line.settimeout(timeout)
            self.returncode = number(self._line)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it said and noted until it ended."""
        self.wait(timeout)
        with self._line, self._noted, self.stdout:
            self._noted.seek(0)
            return self.stdout.read(), self._noted.read()
