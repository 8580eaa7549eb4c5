"""`make feeds`: ten thousand open feeds on real sockets, and what they cost."""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
from pathlib import Path

from many_feeds import watched


def main() -> None:
    """Play it and print the figures; status 1 where a feed was not heard or not let go."""
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--feeds", type=int, default=10_000)
    asked = said.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, asked.feeds + 1_000), hard))
    with tempfile.TemporaryDirectory() as name:
        told = watched(Path(name), asked.feeds)
    print(f"{told.feeds:,} feeds open after {told.opened_s:.1f} s; all heard one record after {told.heard_s:.1f} s")
    print(
        f"memory {told.before_mib} MiB before, {told.with_mib} MiB with them; somebody else waited {told.asked_s:.1f} s"
    )
    print(f"{told.left} left once they had gone")
    sys.exit(1 if told.left else 0)


if __name__ == "__main__":
    main()
