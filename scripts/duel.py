"""Whether this house is slower than an older one: whole processes in turns, the order path, replay and the demo year.

    python scripts/duel.py COMMIT [--rounds 5] [--only orders,replay,demo]

Each side is a tree of its own with its own laws and its own way of writing a book; the same words are run on both, one
after the other, and who begins changes with every round. What is compared is the processor time of the process and its
children, of each side the least over the rounds: what else runs on the machine only adds. A ratio above one says that
this house is faster; below 0.97 it ends with status 1.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
LEAST = 0.97
TRADES = 4_900


def main() -> None:
    """Run the rounds and print a line for each workload."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("commit", help="the older house")
    asked.add_argument("--rounds", type=int, default=5)
    asked.add_argument("--only", default="orders,replay,demo", help="which workloads, with commas")
    words = asked.parse_args()
    with TemporaryDirectory() as folder:
        older = Path(folder) / "older"
        packed = subprocess.run(["git", "archive", words.commit], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
        with tarfile.open(fileobj=io.BytesIO(packed)) as files:
            files.extractall(older, filter="data")
        sides = {"older": older, "now": ROOT}
        work = {name: Path(folder) / f"{name}-work" for name in sides}
        for name, tree in sides.items():
            prepare(tree, work[name])
        slow = False
        for workload in words.only.split(","):
            least = {name: float("inf") for name in sides}
            for number in range(words.rounds):
                for name in sorted(sides, reverse=bool(number % 2)):
                    least[name] = min(least[name], RUN[workload](sides[name], work[name]))
            ratio = least["older"] / least["now"]
            slow |= ratio < LEAST
            print(
                f"{workload:7s} older {least['older']:.2f} s, now {least['now']:.2f} s: {ratio:.2f} times", flush=True
            )
    sys.exit(1 if slow else 0)


def airshed(tree: Path, folder: Path, *words: str) -> float:
    """Run a command of a tree in a folder; the seconds of processor that it and its children took."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = _spent()
    subprocess.run(
        [sys.executable, "-m", "airshed", *words],
        cwd=folder,
        # As of a house that is installed: what Python has compiled it keeps, here beside what is measured.
        env={**kept, "PYTHONPATH": str(tree / "src"), "PYTHONPYCACHEPREFIX": str(folder.parent / "compiled")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def prepare(tree: Path, folder: Path) -> None:
    """Make what a side needs: a demo book to replay, and a market in which somebody sells and somebody buys."""
    folder.mkdir()
    airshed(tree, folder, "demo", "--out", "played")
    story = (tree / "tests" / "transcripts" / "orders.md").read_text("utf-8")
    found = re.search(r"^```file opening\.jsonl\n(.*?)^```$", story, re.MULTILINE | re.DOTALL)
    assert found is not None, "the transcript of orders begins with opening.jsonl"
    (folder / "opening.jsonl").write_text(found[1].replace('"fen":9000000', '"fen":9000000000'), "utf-8")
    order = {"do": "PlaceOrder", "series": "SO2-KM-2027", "count": 100, "limit": 400_000}
    seller = {"account": "kunming-cement", "side": "sell"}
    buyer = {"account": "qujing-trade", "side": "buy"}
    lines = [{"actor": "zone-exchange", "key": "o", "body": {"do": "OpenSession", "day": "2027-03-01"}}]
    for number in range(TRADES):
        lines.append({"actor": "li", "key": f"s{number}", "body": {**order, **seller}})
        lines.append({"actor": "chen", "key": f"b{number}", "body": {**order, **buyer}})
    (folder / "orders.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def orders(tree: Path, folder: Path) -> float:
    """Some ten thousand orders that meet in pairs, as many as may be sent at once, written to a book."""
    for path in folder.glob("market.book*"):
        path.unlink()
    airshed(tree, folder, "book", "new", "market.book", "--at", "2026-12-01T09:00")
    airshed(tree, folder, "book", "send", "market.book", "opening.jsonl", "--at", "2026-12-10T09:00")
    return airshed(tree, folder, "book", "send", "market.book", "orders.jsonl", "--at", "2027-03-01T09:30")


def replay(tree: Path, folder: Path) -> float:
    """Fold the demo year's book."""
    return airshed(tree, folder, "replay", "played/dianzhong.book")


def demo(tree: Path, folder: Path) -> float:
    """Play the demo year."""
    return airshed(tree, folder, "demo", "--out", "again")


RUN = {"orders": orders, "replay": replay, "demo": demo}

if __name__ == "__main__":
    main()
