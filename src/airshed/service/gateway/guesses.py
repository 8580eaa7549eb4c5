"""What was guessed, in a file beside the evidence: a gateway that starts again forgives nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from io import FileIO
from pathlib import Path

import msgspec

from airshed.service.gateway.file_modes import FILE_MODE, GUESSES
from airshed.service.gateway.lockout import Guessed

#: Lines after which the file is written anew with what counts still.
MOST_LINES = 10_000


class _Line(msgspec.Struct, frozen=True):
    origin: str
    mn: str
    #: Millisecond at which it is as if nothing had been guessed.
    until: int
    wrong: int


_decode = msgspec.json.Decoder(_Line)


class GuessFile:
    """The file of one folder; `clock` gives milliseconds. What cannot be written counts in memory all the same."""

    def __init__(self, folder: Path, clock: Callable[[], int]) -> None:
        self._path, self._clock = folder / GUESSES, clock
        self._kept: dict[tuple[str, str], _Line] = {}
        with suppress(FileNotFoundError):
            for raw in self._path.read_bytes().splitlines():
                with suppress(msgspec.MsgspecError, UnicodeDecodeError):  # a line that a crash cut off
                    line = _decode.decode(raw)
                    self._kept[line.origin, line.mn] = line
        self._file: FileIO | None = None
        with suppress(OSError):
            self._write_anew()

    def known(self) -> list[Guessed]:
        """What counts still."""
        now = self._clock()
        return [Guessed(line.origin, line.mn, (line.until - now) / 1000, line.wrong) for line in self._kept.values()]

    def remember(self, guessed: Guessed) -> None:
        """Keep it, at once."""
        line = _Line(guessed.origin, guessed.mn, self._clock() + int(guessed.full_in_s * 1000), guessed.wrong)
        self._kept.pop((line.origin, line.mn), None)
        self._kept[line.origin, line.mn] = line
        with suppress(OSError):
            if self._file is None or self._lines >= MOST_LINES:
                self._write_anew()
            else:
                self._file.write(msgspec.json.encode(line) + b"\n")
                self._lines += 1

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write_anew(self) -> None:
        now = self._clock()
        self._kept = {name: line for name, line in self._kept.items() if line.until > now}
        self.close()
        half = self._path.with_name(f".{GUESSES}")
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE), "wb", 0) as file:
            file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in self._kept.values()))
        half.rename(self._path)
        self._file = FileIO(self._path, "a")
        self._lines = len(self._kept)
