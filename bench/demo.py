"""The demo year as a newcomer waits for it, and what it needs in memory; the limit is three minutes."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time

LIMIT_S = 180


def main() -> None:
    """Play it once and print how much of the limit it took."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-m", "airshed", "demo", "--out", f"{folder}/demo", "--json"], check=True)
        seconds = time.perf_counter() - begun
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"demo year: {seconds:.0f} s, {seconds / LIMIT_S:.2f} of the limit; largest process {largest:.0f} MiB")


if __name__ == "__main__":
    main()
