"""`make soak`: the writer is killed under load again and again; what was answered is compared with the book."""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from databases import postgres
from service_crashing import Fired, held_to, under_fire
from services import market_book, moved


def main() -> None:
    """Play it and print the figures; status 1 where an answer was lost or a command done twice."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--kills", type=int, default=200)
    said.add_argument("--clients", type=int, default=64)
    said.add_argument("--seed", type=int, default=1)
    said.add_argument("--between", type=int, default=64, help="answers between two kills, up to twice as many")
    said.add_argument("--minutes", type=float, default=0.0, help="go on for so long at least, killed all the while")
    said.add_argument("--standby", action="store_true", help="a second service takes over; else the first starts anew")
    said.add_argument("--dsn", default="", help="a database for the book, or `own` for a PostgreSQL of its own")
    asked = said.parse_args()
    with ExitStack() as stack:
        book: Path | str = market_book(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        if asked.dsn:
            own = asked.dsn == "own"
            database = stack.enter_context(postgres(Path(book).parent)) if own else asked.dsn.partition("#")[0]
            book = moved(Path(book), database)
        fired = under_fire(
            book,
            kills=asked.kills,
            clients=asked.clients,
            seed=asked.seed,
            between=asked.between,
            standby=asked.standby,
            until_s=asked.minutes * 60,
        )
        found = held_to(book, fired)
    where = "PostgreSQL" if asked.dsn else "SQLite"
    print(f"{where}, {len(fired.gaps_s)} kills, {asked.clients} clients: {len(fired.heard):,} answers", end=", ")
    print(f"{found.verified.records:,} records, decided anew")
    print(f"lost {len(found.lost)}, done twice {found.twice}, clients that broke {len(fired.broken)}")
    say_figures(fired)
    sys.exit(1 if found.lost or fired.broken or found.twice else 0)


def say_figures(fired: Fired) -> None:
    """How long nobody wrote, and what memory the writers had in the first and in the last tenth."""
    gaps, memory = sorted(fired.gaps_s), fired.memory
    if not gaps:
        return
    print(f"killed to taking commands again: median {gaps[len(gaps) // 2]:.2f} s, longest {gaps[-1]:.2f} s")
    part = max(1, len(memory) // 10)
    begin, end = (sum(each) / part for each in (memory[:part], memory[-part:]))
    print(f"memory of the writer: {begin:.0f} MiB at the beginning, {end:.0f} MiB at the end")


if __name__ == "__main__":
    main()
