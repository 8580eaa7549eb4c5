"""Whether this house is slower than an older one: whole processes in turns, the order path, replay and the demo year.

    python scripts/duel.py COMMIT [--rounds 5] [--only orders,replay,demo]

Each side is a tree of its own with its own laws and its own way of writing a book, and with the packages that it pins:
where those are not the ones of this house, they are installed beside the older tree. The same words are run on both,
one after the other, and who begins changes with every round. What is compared is the processor time of the process and
its children, of each side the least over the rounds: what else runs on the machine only adds. A ratio above one says
that this house is faster; below 0.97 it ends with status 1.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PINNED = "requirements/run.txt"
LEAST = 0.97
#: Bundled beside the source and in no commit.
CHARTS = "src/airshed/pages/kit/assets"
TRADES = 4_900


class Side(NamedTuple):
    """One of the two houses: its tree, the Python that has the packages it pins, and the folder in which it works."""

    tree: Path
    python: str
    work: Path


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
        if not (older / CHARTS).exists():
            shutil.copytree(ROOT / CHARTS, older / CHARTS)
        sides = {
            name: Side(tree, python_of(tree, Path(folder)), Path(folder) / f"{name}-work")
            for name, tree in (("older", older), ("now", ROOT))
        }
        for side in sides.values():
            prepare(side)
        slow = False
        for workload in words.only.split(","):
            least = {name: float("inf") for name in sides}
            for number in range(words.rounds):
                for name in sorted(sides, reverse=bool(number % 2)):
                    least[name] = min(least[name], RUN[workload](sides[name]))
            ratio = least["older"] / least["now"]
            slow |= ratio < LEAST
            print(
                f"{workload:7s} older {least['older']:.2f} s, now {least['now']:.2f} s: {ratio:.2f} times", flush=True
            )
    sys.exit(1 if slow else 0)


def python_of(tree: Path, folder: Path) -> str:
    """The Python that runs a tree: this one, or where the tree pins other packages a new one in `folder` with those."""
    pinned = tree / PINNED
    if pinned.read_bytes() == (ROOT / PINNED).read_bytes():
        return sys.executable
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = str(folder / "venv" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "--require-hashes", "-r", pinned], check=True)
    return python


def airshed(side: Side, *words: str) -> float:
    """Run a command of a side in its folder; the seconds of processor that it and its children took."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = _spent()
    subprocess.run(
        [side.python, "-m", "airshed", *words],
        cwd=side.work,
        # As of a house that is installed: what Python has compiled it keeps, here beside what is measured.
        env={**kept, "PYTHONPATH": str(side.tree / "src"), "PYTHONPYCACHEPREFIX": str(side.work.parent / "compiled")},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def prepare(side: Side) -> None:
    """Make what a side needs: a demo book to replay, and a market in which somebody sells and somebody buys."""
    side.work.mkdir()
    airshed(side, "demo", "--out", "played")
    story = (side.tree / "tests" / "transcripts" / "orders.md").read_text("utf-8")
    found = re.search(r"^```file opening\.jsonl\n(.*?)^```$", story, re.MULTILINE | re.DOTALL)
    assert found is not None, "the transcript of orders begins with opening.jsonl"
    (side.work / "opening.jsonl").write_text(found[1].replace('"fen":9000000', '"fen":9000000000'), "utf-8")
    order = {"do": "PlaceOrder", "series": "SO2-KM-2027", "count": 100, "limit": 400_000}
    seller = {"account": "kunming-cement", "side": "sell"}
    buyer = {"account": "qujing-trade", "side": "buy"}
    lines = [{"actor": "zone-exchange", "key": "o", "body": {"do": "OpenSession", "day": "2027-03-01"}}]
    for number in range(TRADES):
        lines.append({"actor": "li", "key": f"s{number}", "body": {**order, **seller}})
        lines.append({"actor": "chen", "key": f"b{number}", "body": {**order, **buyer}})
    (side.work / "orders.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def orders(side: Side) -> float:
    """Some ten thousand orders that meet in pairs, as many as may be sent at once, written to a book."""
    for path in side.work.glob("market.book*"):
        path.unlink()
    airshed(side, "book", "new", "market.book", "--at", "2026-12-01T09:00")
    airshed(side, "book", "send", "market.book", "opening.jsonl", "--at", "2026-12-10T09:00")
    return airshed(side, "book", "send", "market.book", "orders.jsonl", "--at", "2027-03-01T09:30")


def replay(side: Side) -> float:
    """Fold the demo year's book."""
    return airshed(side, "replay", "played/dianzhong.book")


def demo(side: Side) -> float:
    """Play the demo year."""
    return airshed(side, "demo", "--out", "again")


RUN = {"orders": orders, "replay": replay, "demo": demo}

if __name__ == "__main__":
    main()
