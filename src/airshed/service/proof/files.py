"""Proofs and checkpoints as texts, from files and from standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from airshed.model.refusal import Malformed

#: Bytes of the longest proof: a record in base64, and what belongs to it.
LONGEST = 1 << 27


def read_text(name: str) -> str:
    """A text, or `Malformed`."""
    place = "standard input" if name == "-" else name
    if name == "-":
        raw = sys.stdin.buffer.read(LONGEST + 1)
    else:
        with Path(name).open("rb") as file:
            raw = file.read(LONGEST + 1)
    if len(raw) > LONGEST:
        raise Malformed(place, f"is longer than {LONGEST:,} bytes", "give a proof or a checkpoint")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Malformed(place, "is no text", "give a proof or a checkpoint") from None
