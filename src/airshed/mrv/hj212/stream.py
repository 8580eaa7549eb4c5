"""Cutting a stream of bytes into frames by their length, however the stream itself was cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from airshed.mrv.hj212.frame import MAX_SEGMENT

MAX_CHUNK = 16_384
"""Bytes after which noise without an end is handed out as it is, so that a sender of noise cannot fill the memory."""

_HEAD = 6  # '##' and four digits
_CHECK = 4
_START = re.compile(rb"##[0-9]{4}")
_LINE_END_OR_START = re.compile(rb"[\r\n]|##[0-9]{4}")
_BLANKS = b" \t\r\n"
_CHECK_TEXT = re.compile(rb"[0-9A-Fa-f]{4}")

assert MAX_CHUNK > _HEAD + MAX_SEGMENT + _CHECK


class Splitter:
    """Takes a stream in pieces of any size and hands out chunks, each for one call of `decode`.

    A chunk is a frame whose length field points at a closing `&&` and four hexadecimal digits; what its segment holds
    (line ends and `##` in encrypted content) does not matter. Any other bytes are noise: they run to the line end, to
    the next `##` with four digits, or to `max_chunk`. Together the chunks are all bytes of the stream but the blanks
    and line ends between them, and they are the same however the stream was cut. At most `max_chunk` bytes and the
    last piece are held.

    >>> splitter = Splitter()
    >>> frame = b"##0087QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&3240"
    >>> [len(chunk) for chunk in (*splitter.feed(frame + frame[:20]), *splitter.feed(frame[20:]), *splitter.finish())]
    [97, 97]
    """

    def __init__(self, max_chunk: int = MAX_CHUNK) -> None:
        assert max_chunk >= MAX_CHUNK, max_chunk
        self._max_chunk = max_chunk
        self._held = b""
        self._scanned = 0
        self.offset = 0
        """Place in the stream of the first byte after the last chunk or blank that was taken."""

    def feed(self, piece: bytes) -> list[bytes]:
        """Take the next bytes of the stream; hand out the chunks that are complete now."""
        return [chunk for _, chunk in self.feed_placed(piece)]

    def finish(self) -> list[bytes]:
        """The stream has ended: hand out what is left. The splitter is empty afterwards."""
        return [chunk for _, chunk in self.finish_placed()]

    def feed_placed(self, piece: bytes) -> list[tuple[int, bytes]]:
        """As `feed`, each chunk with its place in the stream (bytes from its beginning)."""
        self._held += piece
        return self._take(ended=False)

    def finish_placed(self) -> list[tuple[int, bytes]]:
        """As `finish`, each chunk with its place in the stream."""
        return self._take(ended=True)

    def _take(self, ended: bool) -> list[tuple[int, bytes]]:
        held, at, taken = self._held, 0, []
        while at < len(held):
            if held[at] in _BLANKS:
                at += 1
                self._scanned = 0
                continue
            end = self._frame_end(held, at, ended)
            if end == at:  # no frame begins here
                end = self._noise_end(held, at, ended)
            if end < 0:
                break
            taken.append((self.offset + at, held[at:end]))
            at = end
            self._scanned = 0
        self._held = held[at:]
        self.offset += at
        return taken

    def _frame_end(self, held: bytes, at: int, ended: bool) -> int:
        """Where the frame that begins at `at` ends; `at` if none does; -1 if more bytes are needed to know."""
        head = held[at : at + _HEAD]
        if not _START.match(head):
            return -1 if not ended and _may_become_start(head) else at
        count = int(head[2:])
        if count > MAX_SEGMENT:
            return at
        end = at + _HEAD + count + _CHECK
        if len(held) < end:
            return at if ended else -1
        closed = held[end - _CHECK - 2 : end - _CHECK] == b"&&"
        return end if closed and _CHECK_TEXT.fullmatch(held, end - _CHECK, end) else at

    def _noise_end(self, held: bytes, at: int, ended: bool) -> int:
        """Where the noise that begins at `at` ends; -1 if more bytes are needed to know.

        What was searched before without success is not searched again, so that byte by byte costs no more than at
        once.
        """
        limit = at + self._max_chunk
        begin = max(at + 1, at + self._scanned)
        # One search for both: fifty megabytes of short noise would else be looked through thousands of times.
        found = _LINE_END_OR_START.search(held, begin, limit + _HEAD - 1)
        if found is not None and found.start() < limit:
            return found.start()
        if len(held) >= limit + _HEAD - 1:
            return limit
        if ended:
            return min(len(held), limit)
        self._scanned = max(len(held) - at - _HEAD, 0)
        return -1


def _may_become_start(head: bytes) -> bool:
    return len(head) < _HEAD and _START.match(head + b"##0000"[len(head) :]) is not None


def chunks(pieces: Iterable[bytes], max_chunk: int = MAX_CHUNK) -> Iterator[tuple[int, bytes]]:
    """The chunks of a whole stream, each with its place: see `Splitter`.

    >>> list(chunks([b"noi", b"se\\r\\n##00"]))
    [(0, b'noise'), (7, b'##00')]
    """
    splitter = Splitter(max_chunk)
    for piece in pieces:
        yield from splitter.feed_placed(piece)
    yield from splitter.finish_placed()
