"""Messages of the feed, made once for all who read alike."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from airshed.engine.journal import Line
from airshed.rulebook.reading_section import RECORDS
from airshed.service.http.readers import Readers
from airshed.service.http.seen import NOTHING, beside, seen
from airshed.service.http.viewer import Viewer

#: Messages that are kept for the next watcher of the same kind.
MOST_KEPT = 20_000


@dataclass(slots=True)
class Messages:
    """Messages by kind of reader and record: a hundred watchers of one kind cost as much as one."""

    kept: OrderedDict[tuple[Viewer, int], bytes] = field(default_factory=OrderedDict)

    async def of(self, readers: Readers, lines: Sequence[Line], viewer: Viewer) -> bytes:
        """The messages of these lines, as a reader of this kind sees them."""
        told = {line.seq: self.kept.get((viewer, line.seq)) for line in lines}
        missing = [line for line in lines if told[line.seq] is None]
        if missing:
            known = NOTHING
            if viewer.reach(RECORDS) and (viewer.reads != "zone" or viewer.public is not None):
                known = await readers.read(lambda book: beside(book.sql, viewer))
            for line, found in zip(missing, seen(missing, viewer, known), strict=True):
                told[line.seq] = self.kept[viewer, line.seq] = _message(line.seq, msgspec.json.encode(found))
        # What was kept may have been dropped for others while the book was read: it is taken from `told`.
        while len(self.kept) > MOST_KEPT:
            self.kept.popitem(last=False)
        return b"".join(message for message in told.values() if message is not None)


def _message(seq: int, data: bytes) -> bytes:
    return b"id: %d\nevent: record\ndata: %s\n\n" % (seq, data)
