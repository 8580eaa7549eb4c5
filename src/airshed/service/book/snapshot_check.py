"""A process that replays a book from its first record and says whether that gives the state of a snapshot.

    python -m airshed.service.book.snapshot_check < {"address": ..., "seq": ..., "hash": ..., "state": ...}

It ends when its standard input does, with whoever asked.
"""

from __future__ import annotations

import os
import sys
import threading
from itertools import islice

import msgspec

from airshed.engine.journal import GENESIS
from airshed.engine.packing import digest_of, pack
from airshed.engine.runner import fold
from airshed.engine.state import State
from airshed.model.refusal import Malformed
from airshed.service.book.addressed import to_read
from airshed.service.book.kept import KeptBook

#: Records that are read at a time, so that no reading holds a writer's log for long.
AT_ONCE = 5_000
#: Everybody else goes first.
NICE = 19


class Asked(msgspec.Struct, frozen=True):
    """Which book, and what a snapshot says of it."""

    address: str
    seq: int
    hash: str
    #: Digest of the state.
    state: str


class Said(msgspec.Struct, frozen=True):
    """What differs; empty where nothing does."""

    differs: str


def checked(book: KeptBook, asked: Asked) -> str:
    """What differs between the book up to a record and a snapshot of it; empty where nothing does."""
    state, reached = State(), GENESIS
    try:
        while state.seq < asked.seq:
            lines = list(islice(book.lines(state.seq), min(AT_ONCE, asked.seq - state.seq)))
            for line in lines:
                reached = fold(state, line, reached)
            if not lines:
                return f"the book ends at record {state.seq}"
    except Malformed as error:
        return str(error)
    if reached != asked.hash:
        return f"record {asked.seq} has another hash"
    if digest_of(pack(state)) != asked.state:
        return f"the book comes to another state at record {asked.seq}"
    return ""


def _gone() -> None:
    sys.stdin.read()
    os._exit(1)


def main() -> None:
    """Check what standard input asks."""
    os.nice(NICE)
    asked = msgspec.json.decode(sys.stdin.readline(), type=Asked)
    threading.Thread(target=_gone, daemon=True).start()
    with to_read(asked.address) as book:
        said = Said(checked(book, asked))
    print(msgspec.json.encode(said).decode(), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
