"""`airshed`, whose threads can be told apart from outside: `python -m bench.threads FILE serve BOOK ...`.

At SIGUSR2 it writes the number and the name of each into the file.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from pathlib import Path


def processor_us(pid: int, file: Path) -> Counter[str]:
    """Microseconds of a processor that each thread of such a process has taken, by the first part of its name."""
    file.unlink(missing_ok=True)
    os.kill(pid, signal.SIGUSR2)
    while not file.exists():
        time.sleep(0.01)
    taken: Counter[str] = Counter()
    for number, name in json.loads(file.read_text("utf-8")).items():
        nanoseconds = Path(f"/proc/{pid}/task/{number}/schedstat").read_text("utf-8").split()[0]
        taken[name.partition("_")[0]] += int(nanoseconds) // 1000
    return taken


def main() -> None:
    """Run what is asked for."""
    file, *words = sys.argv[1:]

    def tell(*_: object) -> None:
        part = Path(f"{file}.part")
        part.write_text(json.dumps({each.native_id: each.name for each in threading.enumerate()}), "utf-8")
        part.rename(file)

    signal.signal(signal.SIGUSR2, tell)
    sys.argv[1:] = words
    from airshed.cli.main import main as airshed

    airshed()


if __name__ == "__main__":
    main()
