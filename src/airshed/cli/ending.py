"""How a command says that Ctrl-C has ended it. Imports nothing that takes time."""

from __future__ import annotations

import os
import sys
from types import FrameType
from typing import NoReturn

#: The status of a command that Ctrl-C has ended.
INTERRUPTED = 130
SAID = "interrupted: what was answered is on disk"


def all_streams() -> None:
    """Where one of the three streams was closed, nothing stands in its place: not the next file that is opened.

    A book that was opened as number 2 would be written into by whatever is said of an error.
    """
    for number, name, way in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, way, closefd=False))  # noqa: SIM115


def interrupted() -> NoReturn:
    """Say so in one line, and end."""
    try:
        print(SAID, file=sys.stderr)
    finally:
        raise SystemExit(INTERRUPTED) from None


def on_interrupt(number: int, frame: FrameType | None) -> NoReturn:
    """What Ctrl-C does: the command ends in order; but while something is imported at once, for halves of it crash."""
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            os.write(2, f"{SAID}\n".encode())
            os._exit(INTERRUPTED)
        frame = frame.f_back
    raise KeyboardInterrupt
