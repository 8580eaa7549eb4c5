"""How long a served book of many records takes from the start of its process until it answers, and what was faster.

Run alone: `PYTHONPATH=src:. python -m bench.starting [RECORDS]`; a million by default.
"""

from __future__ import annotations

import gc
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

from airshed.engine.runner import Runner
from airshed.rulebook.digest import digest
from airshed.rulebook.load import find, load_texts, texts
from airshed.service.book.copying import carry
from airshed.service.book.sqlite import Book
from bench.database import server
from bench.engine import GROUP, Desk

RECORDS = 1_000_000

#: What was bought today may be sold today: the flow of the benchmark is one long day.
SAME_DAY = (b"resale_same_day = false", b"resale_same_day = true")


def long_book(path: Path, records: int) -> Path:
    """A book whose law is in it, with orders that match about half of the time."""
    law = {name: text.replace(*SAME_DAY) for name, text in texts(find("dianzhong")).items()}
    rules = load_texts(law)
    with Book.create(path) as book:
        book.keep_law(digest(rules), law)
        desk = Desk(Runner(book, rules))
        gc.freeze()
        gc.disable()
        while (left := records - desk.runner.state.seq) > 0:
            desk.runner.send_all(desk.orders(min(left, GROUP)))
        gc.enable()
        gc.unfreeze()
    return path


def started(book: Path | str, until: str = "") -> tuple[float, int]:
    """Seconds from the start of a process until it takes commands, and its memory in MiB once it notes a word."""
    words = [sys.executable, "-m", "airshed", "serve", str(book), "--port", "0"]
    begun = time.perf_counter()
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        port = process.stdout.readline().partition("127.0.0.1:")[2].split()[0]
        with urlopen(f"http://127.0.0.1:{port}/readyz") as said:
            assert said.status == 200
        seconds = time.perf_counter() - begun
        while until and until not in process.stderr.readline():
            pass
        pages = int(Path(f"/proc/{process.pid}/statm").read_text("ascii").split()[1])
        process.terminate()
        process.wait(120)
    return seconds, pages >> 8


def main() -> None:
    """Print the measurements."""
    records = int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdecimal() else RECORDS
    with ExitStack() as undo:
        folder = Path(undo.enter_context(tempfile.TemporaryDirectory()))
        uri, _ = undo.enter_context(server(folder))
        path = long_book(folder / "long.book", records)
        there = f"{uri}#long"
        carry(str(path), there)
        for kept, book in (("SQLite", path), ("PostgreSQL", there)):
            replayed, _ = started(book, '"snapshot"')
            seconds, _ = started(book)
            _, memory = started(book, "snapshot_checked")
            told = f"{replayed:.1f} s from the first record, {seconds:.1f} s from a snapshot, {memory} MiB"
            print(f"{kept}, {records:,} records: {told}", flush=True)


if __name__ == "__main__":
    main()
