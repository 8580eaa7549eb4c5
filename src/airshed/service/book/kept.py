"""A book wherever it is kept: the journal, the law beside it, and the read tables behind `sql`.

What differs between a file of SQLite and a database of PostgreSQL is in `sqlite.py` and `postgresql.py`: how it is
opened and held by one writer, how a group becomes durable, and what of it can be damaged.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

import msgspec

from airshed.engine.commands import AdoptRulebook
from airshed.engine.events import RulebookAdopted
from airshed.engine.journal import Changes, Line, Row, chained, decode
from airshed.model.civil import DEFAULT, CivilTime, civil
from airshed.model.provenance import Provenance
from airshed.model.refusal import Malformed
from airshed.rulebook.digest import digest as digest_of
from airshed.rulebook.load import load_texts
from airshed.rulebook.schema import Rulebook


class Lost(Malformed):
    """The database that the book lies in cannot be reached now; what was only read may be read again."""


class Held(Malformed):
    """Another process writes the book."""


class Fenced(RuntimeError):
    """Another process has become the writer of the book; nothing of this group was kept."""


class Rows(Protocol):
    """What a statement gives."""

    def __iter__(self) -> Iterator[Any]: ...

    def fetchone(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Statements(Protocol):
    """What takes statements in the SQL that both databases know, with `?` where a value goes."""

    def execute(self, text: str, values: Sequence[Any] = ..., /) -> Rows: ...


class KeptBook(ABC):
    """A book that is open, for its one writer or for reading."""

    #: The file, or the name of a book in a database without the password.
    path: Path | str
    sql: Statements
    #: The condition on a record that it holds some bytes, with `?` for them.
    HOLDS: ClassVar[str]

    def __enter__(self) -> Self:
        return self

    @abstractmethod
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    @cached_property
    def civil(self) -> CivilTime:
        """The time that it keeps, as the record says with which a law was adopted; that of laws which name none
        while it has no law."""
        row = self.sql.execute("SELECT seq FROM rulebooks ORDER BY seq DESC LIMIT 1").fetchone()
        if row is None:
            return civil(DEFAULT)
        events = decode(self.line(row[0])).events
        return civil(next((event.time_zone for event in events if isinstance(event, RulebookAdopted)), DEFAULT))

    @property
    def name(self) -> str:
        """What it is called, without where it lies."""
        return str(self.path).rpartition("/")[2]

    @abstractmethod
    def close(self) -> None:
        """Let go of it."""

    @abstractmethod
    def write(self, lines: Sequence[Line], changes: Changes) -> None:
        """Append records and bring the read tables up to them, in one transaction; durable on return."""

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """All that is written within is written, or nothing."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[None]:
        """All that is read within is of one moment, also while another process writes."""

    @abstractmethod
    def fill(self, table: str, rows: Sequence[Row]) -> None:
        """Put rows into a table that is empty."""

    @abstractmethod
    def remake_tables(self) -> None:
        """Make read tables anew that are made otherwise than a book's, or missing; the rows are written after."""

    @abstractmethod
    def hold_schema(self) -> None:
        """`Malformed` names what is kept beside a book's own tables, or is not there."""

    @abstractmethod
    def hold_read_tables(self) -> None:
        """`Malformed` names a read table into which rows of this version could not be written."""

    @abstractmethod
    def kept_snapshot(self) -> bytes | None:
        """The bytes of the snapshot that is kept for it; None where there is none."""

    @abstractmethod
    def keep_snapshot(self, raw: bytes) -> None:
        """Keep these in their place, whole or not at all; also by whoever only reads the book."""

    @abstractmethod
    def drop_snapshot(self) -> None:
        """Keep none any more."""

    @abstractmethod
    def called(self, url: str) -> None:
        """Let readers of the book know where its writer is asked, if there is a place for it."""

    @abstractmethod
    def asked_at(self) -> str:
        """Where the writer of the book is asked, as far as it is known."""

    # --- the journal port

    def lines(self, after: int | None = 0) -> Iterator[Line]:
        """The book in order, from the record after `after`; None for every row that is there, below 1 too."""
        for seq, digest, record in self.sql.execute(
            "SELECT seq, hash, record FROM journal WHERE seq > ? ORDER BY seq",
            (-(2**63) if after is None else after,),
        ):
            yield line_of(seq, digest, record)

    def line(self, seq: int) -> Line:
        """One record."""
        row = self.sql.execute("SELECT seq, hash, record FROM journal WHERE seq = ?", (seq,)).fetchone()
        if row is None:
            raise Malformed(f"{self.path} record {seq}", "is not there", f"the book ends at {self.last()}")
        return line_of(*row)

    def holding(self, what: bytes, until: int | None = None, after: int = 0) -> Iterator[Line]:
        """The lines after a record, up to one, whose record holds these bytes; the database passes over the others."""
        for row in self.sql.execute(
            f"SELECT seq, hash, record FROM journal WHERE seq > ? AND seq <= ? AND {self.HOLDS} ORDER BY seq",
            (after, 2**63 - 1 if until is None else until, what),
        ):
            yield line_of(*row)

    def provenance(self) -> Provenance | None:
        """What the book is, as its first record says, which must give its hash; None in an empty book."""
        with self.named():
            first = next(chained(self.lines()), None)
            body = None if first is None else decode(first).body
        return body.provenance if isinstance(body, AdoptRulebook) else None

    def last(self) -> int:
        """The number of the last record, 0 in an empty book."""
        return int(self.sql.execute("SELECT coalesce(max(seq), 0) FROM journal").fetchone()[0])

    # --- the law beside the book

    def keep_law(self, digest: str, texts: Mapping[str, bytes]) -> None:
        """Keep a rulebook's files under its digest, so that the book can be carried on anywhere."""
        body = _kept(texts)
        with self.transaction():
            self.sql.execute("INSERT INTO laws VALUES (?, ?) ON CONFLICT DO NOTHING", (digest, body))
            self.sql.execute("UPDATE meta SET value = CAST((SELECT count(*) FROM laws) AS TEXT) WHERE key = 'laws'")

    def law_in_force(self) -> str | None:
        """The digest of the rulebook adopted last, None in a book without one."""
        row = self.sql.execute("SELECT digest FROM rulebooks ORDER BY seq DESC LIMIT 1").fetchone()
        return None if row is None else str(row[0])

    def adoptions(self) -> int:
        """How often a rulebook was adopted."""
        return int(self.sql.execute("SELECT count(*) FROM rulebooks").fetchone()[0])

    def keeps(self, digest: str) -> bool:
        """Whether the text of a law is in the book."""
        return self.sql.execute("SELECT 1 FROM laws WHERE digest = ?", (digest,)).fetchone() is not None

    def law(self, digest: str) -> dict[str, bytes]:
        """The files of a rulebook that was kept, checked against its digest; `Malformed` when they are not there."""
        return self._law(digest)[0]

    def rules(self, digest: str) -> Rulebook:
        """A rulebook that was kept, as `law`."""
        return self._law(digest)[1]

    def _law(self, digest: str) -> tuple[dict[str, bytes], Rulebook]:
        place = f"{self.path} law {digest[:12]}"
        row = self.sql.execute("SELECT texts FROM laws WHERE digest = ?", (digest,)).fetchone()
        if row is None:
            raise Malformed(
                place, "is not kept in this book", "adopt it by airshed book adopt, or restore the book from a copy"
            )
        try:
            kept = msgspec.json.decode(row[0], type=dict[str, str])
            texts = {name: text.encode() for name, text in kept.items()}
            rules = load_texts(texts)
        except (msgspec.MsgspecError, UnicodeError, TypeError, Malformed) as error:
            raise Malformed(place, f"cannot be read ({error})", "restore the book from a copy") from None
        # Else two readers of one file may find two texts under one name.
        if digest_of(rules) != digest or _kept(texts) != row[0]:
            raise Malformed(place, "its text was altered", "restore the book from a copy")
        return texts, rules

    def laws(self) -> Iterator[tuple[str, dict[str, bytes]]]:
        """The digest and the files of every rulebook that was kept."""
        for (digest,) in self.sql.execute("SELECT digest FROM laws ORDER BY digest").fetchall():
            yield str(digest), self.law(str(digest))

    def check_laws(self, known: Container[str] = ()) -> int:
        """Every law that was kept is there and has its digest, or `Malformed`; how many. `known` are read already."""
        digests = [str(row[0]) for row in self.sql.execute("SELECT digest FROM laws ORDER BY digest").fetchall()]
        kept = self.sql.execute("SELECT value FROM meta WHERE key = 'laws'").fetchone()
        if kept is None or kept[0] != str(len(digests)):
            raise Malformed(f"{self.path} laws", "the text of a law is missing", "restore the book from a copy")
        for digest in digests:
            if digest not in known:
                self.law(digest)
        return len(digests)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors about a record of "book" name this file."""
        try:
            yield
        except Malformed as error:
            if not error.place.startswith("book record"):
                raise
            place = str(self.path) + error.place.removeprefix("book")
            raise Malformed(place, error.what, error.cure) from None


def line_of(seq: int, digest: object, record: object) -> Line:
    """A row of the journal; its table lets only texts and bytes in, so that others were put in behind its back."""
    if type(digest) is not str or type(record) is not bytes:
        raise Malformed(f"book record {seq}", "is no row of a journal", "restore the book from a copy")
    return Line(seq, digest, record)


def _kept(texts: Mapping[str, bytes]) -> bytes:
    """The files of a rulebook as a book keeps them."""
    return msgspec.json.encode({name: texts[name].decode() for name in sorted(texts)})
