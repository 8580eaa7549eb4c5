"""The pages of a SQLite file, read without SQLite, which gives a damaged file up as a whole.

Only what is needed to say which page cannot be read and which rows before it can:
https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

MAGIC = b"SQLite format 3\0"
#: Kinds of page of a b-tree.
INNER_TABLE, LEAF_TABLE, INNER_INDEX, LEAF_INDEX = 5, 13, 2, 10
#: Most levels of a tree; SQLite allows 20.
DEEPEST = 20
#: Where a book's journal begins when page 1, which says so, cannot be read: tables are made in one order.
JOURNAL_ROOT = 4


class BadPage(Exception):
    """A page that cannot be read, and why."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"page {number}: {why}")
        self.number = number
        self.why = why


class PageTree(NamedTuple):
    """A table or an index of the file."""

    name: str
    root: int


class BookPages:
    """A file of pages and the committed frames of its write-ahead log; all mapped, none is changed."""

    def __init__(self, path: Path, size: int = 8192) -> None:
        with path.open("rb") as file:
            whole = path.stat().st_size > 0
            self._raw = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if whole else b""
        said = int.from_bytes(self._raw[16:18], "big")
        self.size = said if said in (512, 1024, 2048, 4096, 8192, 16384, 32768) else size
        self.count = -(-len(self._raw) // self.size)
        self._later = _log(path.with_name(path.name + "-wal"), self.size)
        # The head of the file says how many there were: more than there are, when it was cut.
        self.count = max([self.count, int.from_bytes(self._raw[28:32], "big") if self.begins() else 0, *self._later])

    def page(self, number: int) -> bytes:
        """A whole page, numbered from 1."""
        if number in self._later:
            return self._later[number]
        found = self._raw[(number - 1) * self.size : number * self.size]
        if not 1 <= number <= self.count or len(found) < self.size:
            ends = len(self._raw) // self.size
            raise BadPage(number, f"the file is cut, it ends with page {ends}")
        return found

    def begins(self) -> bool:
        """Whether the file begins as one of SQLite does."""
        return self._raw[:16] == MAGIC

    def trees(self) -> list[PageTree]:
        """What page 1 lists; `BadPage` when it cannot be read."""
        if not self.page(1).startswith(MAGIC):
            raise BadPage(1, "it does not begin as a SQLite file does")
        found = []
        for _, cells in self.rows(1):
            if len(cells) != 5 or not isinstance(cells[3], int) or not isinstance(cells[1], bytes):
                raise BadPage(1, "what it lists cannot be read")
            if cells[3]:
                found.append(PageTree(cells[1].decode("utf-8", "replace"), cells[3]))
        return found

    def rows(self, root: int) -> Iterator[tuple[int, list[int | bytes | None]]]:
        """The rows of a table in order, with their numbers; texts as bytes, fractions as None."""
        before = -(2**63)
        for place, rowid, body in self._cells(root, {INNER_TABLE, LEAF_TABLE}, set()):
            if rowid < before:
                raise BadPage(place, "its rows are out of order")
            before = rowid
            yield rowid, _cells_of(body, place)

    def walk(self, root: int) -> None:
        """Look at every page of a tree; `BadPage` at the first that cannot be read."""
        kind = self._kind(root)
        kinds = {INNER_TABLE, LEAF_TABLE} if kind in (INNER_TABLE, LEAF_TABLE) else {INNER_INDEX, LEAF_INDEX}
        for place, _, body in self._cells(root, kinds, set()):
            _cells_of(body, place)

    def _kind(self, number: int) -> int:
        return self.page(number)[100 if number == 1 else 0]

    def _cells(self, number: int, kinds: set[int], seen: set[int], depth: int = 0) -> Iterator[tuple[int, int, bytes]]:
        """Every cell below a page, in order: page, number of the row (0 in an index) and content."""
        if number in seen or depth > DEEPEST:
            raise BadPage(number, "it leads back to a page above it")
        seen.add(number)
        page, head = self.page(number), 100 if number == 1 else 0
        kind, cells = page[head], int.from_bytes(page[head + 3 : head + 5], "big")
        if kind not in kinds:
            raise BadPage(number, "it is no page of its table")
        inner = kind in (INNER_TABLE, INNER_INDEX)
        first = head + (12 if inner else 8)
        if first + 2 * cells > self.size:
            raise BadPage(number, f"it cannot hold {cells} cells")
        for place in range(first, first + 2 * cells, 2):
            at = int.from_bytes(page[place : place + 2], "big")
            if not first + 2 * cells <= at < self.size:
                raise BadPage(number, "a cell lies outside of it")
            if inner:
                yield from self._cells(int.from_bytes(page[at : at + 4], "big"), kinds, seen, depth + 1)
                at += 4
            if kind != INNER_TABLE:
                yield number, *self._cell(page, number, at, kind)
        if inner:
            yield from self._cells(int.from_bytes(page[head + 8 : head + 12], "big"), kinds, seen, depth + 1)

    def _cell(self, page: bytes, number: int, at: int, kind: int) -> tuple[int, bytes]:
        length, at = _varint(page, at, number)
        rowid = 0
        if kind == LEAF_TABLE:
            rowid, at = _varint(page, at, number)
        most = self.size - 35 if kind == LEAF_TABLE else (self.size - 12) * 64 // 255 - 23
        if length > most:
            least = (self.size - 12) * 32 // 255 - 23
            here = least + (length - least) % (self.size - 4)
            here = here if here <= most else least
        else:
            here = length
        body = page[at : at + here]
        if len(body) < here:
            raise BadPage(number, "a cell runs over its end")
        if length > here:
            body += self._overflow(int.from_bytes(page[at + here : at + here + 4], "big"), length - here, number)
        return rowid, body

    def _overflow(self, number: int, length: int, origin: int) -> bytes:
        """What of a long cell lies on pages of its own."""
        if length > self.count * self.size:
            raise BadPage(origin, "a cell is longer than the file")
        parts: list[bytes] = []
        while length > 0:
            if not 2 <= number <= self.count:
                if number > self.count:
                    self.page(number)  # cut
                raise BadPage(origin, "a long cell of it leads nowhere")
            page = self.page(number)
            parts.append(page[4 : 4 + min(length, self.size - 4)])
            length -= self.size - 4
            origin, number = number, int.from_bytes(page[:4], "big")
        return b"".join(parts)


def _varint(page: bytes, at: int, number: int) -> tuple[int, int]:
    value = 0
    for place in range(at, at + 9):
        if place >= len(page):
            raise BadPage(number, "a cell runs over its end")
        byte = page[place]
        if place == at + 8:
            return _signed(value << 8 | byte), place + 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, place + 1
    raise AssertionError("a number of nine bytes has an end")


def _signed(value: int) -> int:
    return value - 2**64 if value >= 2**63 else value


def _cells_of(body: bytes, number: int) -> list[int | bytes | None]:
    """The values of a row."""
    head, at = _varint(body, 0, number)
    kinds: list[int] = []
    while at < head:
        kind, at = _varint(body, at, number)
        kinds.append(kind)
    cells: list[int | bytes | None] = []
    for kind in kinds:
        if kind in (10, 11) or kind < 0:
            raise BadPage(number, "a value of it is of no kind")
        length = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)[kind] if kind < 10 else (kind - 12) // 2
        value = body[at : at + length]
        if len(value) < length:
            raise BadPage(number, "a row of it ends too early")
        at += length
        if kind >= 12:
            cells.append(value)
        elif kind in (8, 9):
            cells.append(kind - 8)
        elif kind in (0, 7):
            cells.append(None)
        else:
            cells.append(int.from_bytes(value, "big", signed=True))
    return cells


def _log(path: Path, size: int) -> dict[int, bytes]:
    """The pages that a write-ahead log has committed, as far as its checks hold."""
    try:
        raw = path.read_bytes()
    except OSError:
        return {}
    later: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    if len(raw) < 32 or int.from_bytes(raw[8:12], "big") != size:
        return {}
    order = "big" if raw[3] & 1 else "little"
    sums = _sums(raw[:24], (0, 0), order)
    if sums != (int.from_bytes(raw[24:28], "big"), int.from_bytes(raw[28:32], "big")):
        return {}
    for at in range(32, len(raw) - size - 23, size + 24):
        frame, page = raw[at : at + 24], raw[at + 24 : at + 24 + size]
        sums = _sums(frame[:8] + page, sums, order)
        if frame[8:16] != raw[16:24] or sums != (
            int.from_bytes(frame[16:20], "big"),
            int.from_bytes(frame[20:24], "big"),
        ):
            break
        waiting[int.from_bytes(frame[:4], "big")] = page
        if int.from_bytes(frame[4:8], "big"):
            later |= waiting
            waiting = {}
    return later


def _sums(raw: bytes, before: tuple[int, int], order: str) -> tuple[int, int]:
    one, two = before
    for at in range(0, len(raw), 8):
        one = (one + int.from_bytes(raw[at : at + 4], order) + two) & 0xFFFFFFFF  # type: ignore[arg-type]
        two = (two + int.from_bytes(raw[at + 4 : at + 8], order) + one) & 0xFFFFFFFF  # type: ignore[arg-type]
    return one, two
