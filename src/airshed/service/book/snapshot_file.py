"""The snapshot of a book that is a file, in a file beside it: there whole under its name, or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from uuid import uuid4

SUFFIX = "-snapshot"
#: Larger than any that is made: what is longer is not read.
MOST_BYTES = 8 << 30


def beside(book: Path) -> Path:
    """Where the snapshot of a book lies."""
    real = Path(os.path.realpath(book))
    return real.with_name(real.name + SUFFIX)


def read(book: Path) -> bytes | None:
    """What lies there; None where nothing does that can be read, for it can be done without.

    What somebody may have written who could not have written the book is as good as nothing.
    """
    try:
        file = os.open(beside(book), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW)
    except OSError:
        return None
    there, whose = os.fstat(file), os.stat(book)
    others = there.st_mode & ~whose.st_mode & (stat.S_IWGRP | stat.S_IWOTH)  # who may write it and not the book
    if not stat.S_ISREG(there.st_mode) or there.st_size > MOST_BYTES or there.st_uid != whose.st_uid or others:
        os.close(file)
        return None
    with open(file, "rb") as found:
        return found.read()


def write(book: Path, raw: bytes) -> None:
    """Put it there in place of the one before; on disk when this returns. Who may read the book may read it."""
    path = beside(book)
    whose = os.stat(book)
    part = path.with_name(f".airshed-{uuid4().hex}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            if os.geteuid() == 0:
                os.fchown(file.fileno(), whose.st_uid, whose.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(whose.st_mode) & 0o666)
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
