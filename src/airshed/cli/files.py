"""A name on the command line stands for a file or a folder: a pipe or a device that lies there is not waited for."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence

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
