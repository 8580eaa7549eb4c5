"""The journal of receipt: every frame of a day in the order in which it came, synced to disk before its answer.

    journal/2027-01-01.1.log    one line a frame: instant, stack, MN, key, peer, and the frame in plain text

A segment is only ever added to. A new one begins with each start of the gateway and after each failure of the disk, so
what stands after a torn line is never in question: nothing does.
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from airshed.service.gateway.file_modes import FILE_MODE, make_folder
from airshed.service.stacks.evidence import sync

FOLDER = "journal"
MOST_LINE = 1 << 15


@dataclass(frozen=True, slots=True)
class Disk:
    """The two calls that put bytes on disk; tests put failing ones in their place."""

    write: Callable[[int, bytes], int] = os.write
    fsync: Callable[[int], None] = os.fsync


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal."""

    #: Instant at which it was put on disk.
    at: int
    stack: str
    mn: str
    #: Name of the SM4 key that opened it; None if it came in plain text.
    key: str | None
    #: Address and port it came from.
    peer: str
    #: From `##` to the CRC, in plain text.
    plain: bytes


_LINE = re.compile(rb"([0-9]{1,15}) ([!-~]+) ([!-~]+) ([!-~]+) ([!-~]+) (##[0-9]{4}[^\x00-\x1f\x7f]*)\n")
_SEGMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})\.([0-9]+)\.log")


def line_of(entry: JournalEntry) -> bytes:
    """An entry as its line. A frame that was decoded holds no control character, so it ends at the line feed."""
    head = f"{entry.at} {entry.stack} {entry.mn} {entry.key or '-'} {entry.peer} ".encode()
    return head + entry.plain + b"\n"


def entry_of(line: bytes) -> JournalEntry | None:
    """A line as its entry; None if it is torn.

    >>> entry_of(b"1798732800123 KM-1 A1 - 127.0.0.1:5000 ##0001A4040\\n")
    JournalEntry(at=1798732800123, stack='KM-1', mn='A1', key=None, peer='127.0.0.1:5000', plain=b'##0001A4040')
    """
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    at, stack, mn, key, peer = (text.decode() for text in found.groups()[:5])
    return JournalEntry(int(at), stack, mn, None if key == "-" else key, peer, found[6])


def segments(folder: Path) -> list[tuple[str, Path]]:
    """Day and path of each open segment in a folder of evidence, in the order in which they were written."""
    found = [(match[1], int(match[2]), path) for path in (folder / FOLDER).glob("*.log") if (match := _match(path))]
    return [(day, path) for day, _, path in sorted(found)]


def read_segment(path: Path) -> Iterator[JournalEntry]:
    """The entries of a segment up to its end, or to the line that was torn when the gateway ended."""
    with path.open("rb") as file:
        while line := file.readline(MOST_LINE):
            entry = entry_of(line)
            if entry is None:
                return
            yield entry


class ReceiptJournal:
    """The segment that is being written."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._folder = folder / FOLDER
        self._disk = disk
        self._file: int | None = None
        self._path = self._folder
        self._size = 0
        self.day = ""
        self.torn: set[str] = set()
        make_folder(self._folder)

    def append(self, day: str, lines: bytes) -> None:
        """Put lines on disk and sync them; OSError if that fails, and then none of them counts.

        After a failed sync the kernel may forget pages and say nothing the next time, so the segment is left for good
        and the next call begins another one. If it could not even be cut back, its day is in `torn`: readers of the
        segment then find frames that were never acknowledged, which is no harm, but is more than was said.
        """
        if self._file is None or day != self.day:
            self._begin(day)
        assert self._file is not None
        try:
            left = memoryview(lines)
            while left:
                count = self._disk.write(self._file, bytes(left) if len(left) < len(lines) else lines)
                if count <= 0:
                    raise OSError(errno.EIO, "nothing was written")
                left = left[count:]
            self._disk.fsync(self._file)
        except OSError:
            self._give_up()
            raise
        self._size += len(lines)

    def close(self) -> None:
        """Let go of the segment."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _begin(self, day: str) -> None:
        self.close()
        last = max((int(match[2]) for path in self._folder.iterdir() if (match := _match(path, day))), default=0)
        self._path = self._folder / f"{day}.{last + 1}.log"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, FILE_MODE)
        self.day, self._size = day, 0
        try:
            sync([self._folder])
        except OSError:
            self.close()
            raise

    def _give_up(self) -> None:
        assert self._file is not None
        try:
            if self._size:
                os.ftruncate(self._file, self._size)
            else:
                self._path.unlink()  # or a full disk would leave an empty segment for each attempt
        except OSError:
            self.torn.add(self.day)
        self.close()


def _match(path: Path, day: str | None = None) -> re.Match[str] | None:
    found = _SEGMENT.fullmatch(path.name.removesuffix(".gz"))
    return found if found and day in (None, found[1]) else None
