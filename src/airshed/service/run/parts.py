"""Files that have their name only when they are whole: written beside, then renamed.

Parts lie in one folder of their own, so that what a run leaves behind when it is ended is never taken for a result.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import file_digest, sha256
from pathlib import Path
from uuid import uuid4

from airshed.model.refusal import Malformed

PARTS = ".parts"
"""Where files lie until they are whole."""


def whole(out: Path, path: Path, write: Callable[[Path], object], *, durable: bool = False) -> str:
    """Let `write` make a part and give it its name; the SHA-256 of what lies there. `durable`: synced before."""

    def make(part: Path) -> str:
        write(part)
        with part.open("rb") as file:
            if durable:
                os.fsync(file.fileno())
            return file_digest(file, "sha256").hexdigest()

    return _named(out, path, make)


def put(out: Path, path: Path, content: bytes, *, durable: bool = False) -> str:
    """`whole` for bytes at hand."""

    def make(part: Path) -> str:
        left = memoryview(content)
        with part.open("wb", buffering=0) as file:
            while left:  # a disk that is full takes a part, and says so when it is asked for more
                left = left[file.write(left) :]
            if durable:
                os.fsync(file.fileno())
        return sha256(content).hexdigest()

    return _named(out, path, make)


def _named(out: Path, path: Path, make: Callable[[Path], str]) -> str:
    part = out / PARTS / f"{uuid4().hex}.part"
    try:
        _folder(part.parent)
        with ExitStack() as undo:
            undo.callback(part.unlink, missing_ok=True)
            said = make(part)
            _folder(path.parent)
            part.replace(path)
            undo.pop_all()
    except OSError as error:
        raise Malformed(
            str(path), f"cannot be written ({error.strerror or error})", "make room and run again"
        ) from None
    return said


def _folder(path: Path) -> None:
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)


def sweep(out: Path) -> None:
    """Take away what runs that were ended left unfinished. Only for the one writer of the folder."""
    shutil.rmtree(out / PARTS, ignore_errors=True)
