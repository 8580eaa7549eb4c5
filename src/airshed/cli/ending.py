"""How a command says that Ctrl-C has ended it. Imports nothing that takes time."""

from __future__ import annotations

import sys
from typing import NoReturn

#: The status of a command that Ctrl-C has ended.
INTERRUPTED = 130
SAID = "interrupted: what was answered is on disk"


def interrupted() -> NoReturn:
    """Say so in one line, and end."""
    try:
        print(SAID, file=sys.stderr)
    finally:
        raise SystemExit(INTERRUPTED) from None
