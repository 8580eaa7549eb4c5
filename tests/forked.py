"""Ask a server of `forkserver.py` to run one command `airshed` as if it were a process of one's own.

What goes over: the open files 0, 1 and 2, the folder, the environment and the words. What comes back: the status. A
signal is passed on, and a command whose asker is gone ends. This file is also the script `airshed` that shell lines of
the transcripts find on their PATH; it imports little, so that it starts in a few milliseconds.
"""

from __future__ import annotations

import marshal
import os
import signal
import socket
import sys
from collections.abc import Iterable, Mapping

#: Names the socket of the server to the script.
SERVER = "AIRSHED_FORKS"
WORD = 4


def ask(
    server: str,
    words: Iterable[str],
    folder: str,
    environment: Mapping[str, str],
    files: list[int],
    longest_s: float | None,
) -> int:
    """The status of the command; `TimeoutError` if it is not over by then, and it is ended."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(longest_s)
        process = begin(line, server, words, folder, environment, files)
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP) if longest_s is None else ():
            signal.signal(each, lambda sent, _: os.kill(process, sent))
        return number(line)


def begin(
    line: socket.socket,
    server: str,
    words: Iterable[str],
    folder: str,
    environment: Mapping[str, str],
    files: list[int],
) -> int:
    """The process of the command, which is over when its status comes along the line."""
    said = marshal.dumps((folder, dict(environment), list(words)))
    line.connect(server)
    socket.send_fds(line, [len(said).to_bytes(WORD, "big")], files)
    line.sendall(said)
    return number(line)


def number(line: socket.socket) -> int:
    """What the server says next."""
    said = line.recv(WORD)
    if len(said) != WORD:
        raise ConnectionError("the server of forks is gone")
    return int.from_bytes(said, "big")


if __name__ == "__main__":
    sys.exit(ask(os.environ[SERVER], sys.argv[1:], os.getcwd(), os.environ, [0, 1, 2], None))
