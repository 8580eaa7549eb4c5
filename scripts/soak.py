"""`make soak`: a service is killed under load again and again; what was answered is compared with the book."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from airshed.engine.journal import decode
from airshed.service.book.sqlite import Book
from airshed.service.book.verify import verify
from service_crashing import under_fire
from services import market_book


def main() -> None:
    """Play it and print the figures; status 1 where an answer was lost or a command done twice."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--kills", type=int, default=200)
    said.add_argument("--clients", type=int, default=64)
    said.add_argument("--seed", type=int, default=1)
    asked = said.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = market_book(Path(name))
        fired = under_fire(path, kills=asked.kills, clients=asked.clients, seed=asked.seed)
        with Book.read(path) as book:
            sound = verify(book)
            records = [decode(line) for line in book.lines()]
            hashes = {line.seq: line.hash for line in book.lines()}
    keys = [(record.actor, record.key) for record in records]
    lost = [key for key, (seq, digest) in fired.heard.items() if seq is None or hashes.get(seq) != digest]
    starts = sorted(fired.starts_s)
    print(f"{asked.kills} kills, {asked.clients} clients: {len(fired.heard):,} answers, {sound.records:,} records")
    print(f"lost {len(lost)}, done twice {len(keys) - len(set(keys))}, clients that broke {len(fired.broken)}")
    if starts:
        print(f"killed to answering again: median {starts[len(starts) // 2]:.2f} s, longest {starts[-1]:.2f} s")
    sys.exit(1 if lost or fired.broken or len(set(keys)) != len(keys) else 0)


if __name__ == "__main__":
    main()
