"""A name on the command line stands for a file or a folder: a pipe or a device that lies there is not waited for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO
from uuid import uuid4

from airshed.model.refusal import Malformed

#: What the shell itself opened, as /dev/stdin or <(command), and what swallows or gives nothing.
OPENED = ("/dev/fd/", "/dev/std", "/proc/self/fd/")
NOTHING = "/dev/null"
KINDS = {stat.S_IFIFO: "a pipe", stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket"}


def only_files(words: Sequence[str]) -> None:
    """`Malformed` when a word, or the value of an option, names a pipe, a device or a socket."""
    for word in words:
        name = word.partition("=")[2] if word.startswith("--") else word
        if not name or name == NOTHING or name.startswith(OPENED):
            continue
        try:
            kind = stat.S_IFMT(os.stat(name).st_mode)
        except (OSError, ValueError):
            continue  # no file, or a word that is no name: the command says what it makes of it
        if kind in KINDS:
            raise Malformed(name, f"is {KINDS[kind]}, not a file", "give a file, or - where standard input may be read")


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A new file that is there whole or not at all; what the system says of it names it."""
    if os.path.lexists(path):
        raise Malformed(str(path), "exists already", "choose another file or remove it first")
    part = path.with_name(f".airshed-{uuid4().hex}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.rename(path)
    except OSError as error:
        error.filename = str(path)
        raise
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
