"""`make bench`: every number of the spine, as ratios measured in this run. `--full` adds the book of 100
demo years and the whole sector of power."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module

#: Chapters of the benchmark, in the order in which they are printed.
CHAPTERS = (
    "frames",
    "hours",
    "sector",
    "works",
    "orderbook",
    "auction",
    "zonecall",
    "equilibrium",
    "lab",
    "engine",
    "database",
    "verify",
    "proof",
    "status",
    "agents",
    "gateway",
    "service",
    "starting",
    "screens",
    "demo",
)


def main() -> None:
    """Run the chapters named on the command line, or all."""
    asked = [word for word in sys.argv[1:] if not word.startswith("-")]
    unknown = [word for word in asked if word not in CHAPTERS]
    if unknown:
        sys.exit(f"bench: no chapter {unknown[0]!r}; there are {', '.join(CHAPTERS)}")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}")
    for name in asked or CHAPTERS:
        print(f"\n# {name}", flush=True)
        import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
