"""Invariants are asserts: a Python that leaves asserts out is no Python to keep a book with."""

from __future__ import annotations

from airshed.model.refusal import Malformed


def insist(asserts: bool = __debug__) -> None:
    """`Malformed` where this Python runs without asserts, as by -O or PYTHONOPTIMIZE."""
    if not asserts:
        what = "asserts are switched off (-O or PYTHONOPTIMIZE), and with them the invariants that guard a book"
        raise Malformed("python", what, "start it without -O, with PYTHONOPTIMIZE unset")
