"""A hold on the file of a book itself, whatever name it goes by: one writer, however many links lead to it.

The lock is `flock` on the file, which the kernel keeps apart from SQLite's own locks (`fcntl`). These have a trap: a
process that closes any descriptor of a file loses all of them, also those of its other connections. So descriptors
are kept until the process has no more of its connections to that file, as SQLite itself does.
"""

from __future__ import annotations

import fcntl
import os
import stat
from collections import Counter, defaultdict
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.service.book.kept import Held

MAGIC = b"SQLite format 3\0"


class Unreadable(Malformed):
    """SQLite cannot read the file: `damage.named_by_page` says where it ends."""


_uses: Counter[tuple[int, int]] = Counter()
_parked: defaultdict[tuple[int, int], list[int]] = defaultdict(list)


class Grip:
    """The file that lay under `path` when this was made; `alone` is for the one writer, or to have none meanwhile."""

    def __init__(self, path: Path, *, alone: bool, writes: bool = True) -> None:
        self.path = path
        self._held = False
        way = (os.O_RDWR if alone and writes else os.O_RDONLY) | os.O_CLOEXEC | os.O_NONBLOCK
        try:
            self._file = os.open(path, way)
        except (FileNotFoundError, IsADirectoryError):
            raise Malformed(str(path), "there is no such book", "airshed demo makes one") from None
        except OSError as error:
            said = (error.strerror or "").lower()
            raise Malformed(str(path), f"cannot be opened ({said})", "give a book that you may use") from None
        there = os.fstat(self._file)
        self._key = (there.st_dev, there.st_ino)
        self._held = True
        _uses[self._key] += 1
        try:
            self._look(there, alone)
        except Malformed:
            self.release()
            raise

    def _look(self, there: os.stat_result, alone: bool) -> None:
        if stat.S_ISDIR(there.st_mode):
            raise Malformed(str(self.path), "there is no such book", "airshed demo makes one")
        if not stat.S_ISREG(there.st_mode) or os.pread(self._file, len(MAGIC), 0) != MAGIC:
            raise Unreadable(str(self.path), "is not a book", "give the .book file that airshed wrote")
        if alone:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                what = "another process writes it"
                raise Held(str(self.path), what, "stop that one first, or only read") from None

    def check(self) -> None:
        """The file is still the one that lies under its name, or `Malformed`: nothing may be answered from a ghost."""
        try:
            there = os.stat(self.path)
        except OSError:
            there = None
        if there is None or (there.st_dev, there.st_ino) != self._key:
            what = "was taken away or replaced while it was open"
            raise Malformed(str(self.path), what, "put the file back and open it anew")

    def release(self) -> None:
        """Let go; after the connection has been closed."""
        if not self._held:
            return
        self._held = False
        fcntl.flock(self._file, fcntl.LOCK_UN)
        _parked[self._key].append(self._file)
        _uses[self._key] -= 1
        if not _uses[self._key]:
            del _uses[self._key]
            for file in _parked.pop(self._key):
                os.close(file)

    def __del__(self) -> None:
        self.release()
