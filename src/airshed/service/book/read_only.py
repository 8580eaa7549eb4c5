"""How the file of a book is connected to by whoever only looks: nothing changes, is left behind, or shuts a writer out.

A connection to a file with a write-ahead log makes that log and its index beside it, under the name of whoever looks;
and the last one to let go of a file it may write moves what the log holds into it, also when the log is damaged.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from airshed.model.refusal import Malformed
from airshed.service.book.answered_head import beside

#: What SQLite keeps beside a file while it is used: the log, and the index of the log that its users share.
LOG, INDEX = "-wal", "-shm"


class Stamp(NamedTuple):
    """What changes of a file when somebody writes it."""

    file: int
    size: int
    when: int


class Looking(NamedTuple):
    """A connection that writes nothing."""

    sql: sqlite3.Connection
    #: Of a file that is read as it lies, without a word to its writers: it must bear this at the end.
    stamp: Stamp | None


def connect(path: Path, how: str) -> sqlite3.Connection:
    """A connection to a file, `how` in the words of SQLite's URIs."""
    name = f"file:{quote(os.fsencode(path))}?{how}"
    return sqlite3.connect(name, uri=True, isolation_level=None, cached_statements=256)


def to_look(path: Path) -> Looking:
    """A connection for reading, also while another process writes, and from a disk that cannot be written."""
    real = Path(os.path.realpath(path))
    stamp = stamp_of(real)  # first: who begins to write from here on changes it
    log, index = _beside(real, LOG), _beside(real, INDEX)
    if may_write(real):
        # Who may write and holds it last takes the empty log away again; but never a log that holds something.
        sql = connect(real, "mode=ro" if log else "mode=rw")
        try:
            sql.execute("PRAGMA query_only = ON")
            if not log:
                sql.execute("SELECT 1 FROM sqlite_master").fetchone()
        except sqlite3.OperationalError:  # as on a full disk, where no index finds room
            sql.close()
            return Looking(connect(real, "immutable=1"), stamp)
        except sqlite3.DatabaseError:
            pass  # whoever asks of the book hears it
        return Looking(sql, None)
    if log is not None and index is not None:
        return Looking(connect(real, "mode=ro"), None)
    if log:
        what = f"was left while it was written, and {real.name + LOG} can be read by nobody who may not write here"
        others = f"{real.name + LOG} and {beside(real).name}"
        cure = f"copy it with {others} to a folder of your own, or let who writes it open it"
        raise Malformed(str(path), what, cure)
    return Looking(connect(real, "immutable=1"), stamp)


def may_write(real: Path) -> bool:
    """Whether this user may write a file, and others beside it."""
    return all(os.access(each, os.W_OK, effective_ids=True) for each in (real, real.parent))


def stamp_of(real: Path) -> Stamp | None:
    """None for a file that is gone."""
    try:
        there = os.stat(real)
    except OSError:
        return None
    return Stamp(there.st_ino, there.st_size, there.st_mtime_ns)


def usable(real: Path, *more: Path) -> None:
    """`Malformed` names what lies beside a file and may not be written by who is about to write the file."""
    for name in (LOG, INDEX):
        _beside(real, name)
    for each in (real.parent, *(real.with_name(real.name + name) for name in (LOG, INDEX)), *more):
        if os.path.lexists(each) and not os.access(each, os.W_OK, effective_ids=True):
            cure = "give this user the right to it; an empty log, and its index, may be removed while nobody reads"
            raise Malformed(str(each), "may not be written by this user", cure)


def _beside(real: Path, name: str) -> int | None:
    """The size of what lies beside a file under this ending; None where nothing does."""
    path = real.with_name(real.name + name)
    try:
        there = os.lstat(path)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(there.st_mode):
        raise Malformed(str(path), "is not a file", "move away what lies there; it was not made by airshed")
    return there.st_size
