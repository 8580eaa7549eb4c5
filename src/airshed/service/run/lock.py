"""A folder for one writer at a time, on this machine and where a shared disk carries locks.

The kernel holds the lock, so it is gone with its process, whatever ended that; a file that is left says nothing.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname
from uuid import uuid4

import msgspec
from msgspec import DecodeError, ValidationError

from airshed.model.refusal import Malformed

LOCK = ".lock"


class Writer(msgspec.Struct, frozen=True):
    """Who writes: for people, and not what the lock rests on."""

    pid: int
    host: str
    #: Instant in UTC, ISO 8601.
    since: str
    deed: str
    #: Drawn for each writer, so that what works for it elsewhere can see whether it still writes.
    run: str = ""


@contextmanager
def only_writer(folder: Path, deed: str, place: str = "--out") -> Iterator[str]:
    """Be the only writer of a folder, which is made if it is not there; `Malformed` names the other one.

    `deed` is what other processes are told, as `mrv run`. What is given is the name of this run for `still_writes`.
    Afterwards nothing is left of the lock, nor of a folder that was made and stayed empty.
    """
    made, run = not folder.exists(), uuid4().hex
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _take(folder, deed, run, place)
    except OSError as error:
        raise Malformed(place, f"{folder} cannot be used ({error.strerror})", "name a folder") from None
    try:
        yield run
    finally:
        (folder / LOCK).unlink(missing_ok=True)  # while it is held, so that nobody else's is taken away
        os.close(lock)
        if made:
            with suppress(OSError):
                folder.rmdir()


def still_writes(folder: Path, run: str) -> bool:
    """Whether the folder is still that run's: a worker of a cluster may outlive the process that asked it."""
    writer = _writer(folder / LOCK)
    return writer is not None and writer.run == run


def _take(folder: Path, deed: str, run: str, place: str) -> int:
    path = folder / LOCK
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            what = f"{folder} is being written by {_other(path)}"
            raise Malformed(place, what, "wait until it has ended, or name another folder") from None
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock), path.stat()):
                break
        os.close(lock)  # its owner took the file away between the two
    now = datetime.now(UTC).isoformat(timespec="seconds")
    said = msgspec.json.encode(Writer(os.getpid(), gethostname(), now, deed, run))
    os.ftruncate(lock, 0)
    os.pwrite(lock, said + b"\n", 0)
    return lock


def _other(path: Path) -> str:
    writer = _writer(path)
    if writer is None:
        return "another process, which has just begun"
    return f"process {writer.pid} on {writer.host} (airshed {writer.deed}, since {writer.since})"


def _writer(path: Path) -> Writer | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Writer)
    except (OSError, DecodeError, ValidationError, UnicodeDecodeError):
        return None
