"""The stand-alone verifiers, run as scripts are, but in this process: hundreds of exports and proofs go to them."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from types import CodeType
from typing import NamedTuple

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
SCRIPT = SCRIPTS / "verify_export.py"


class Ended(NamedTuple):
    """How a program ended, and what it said."""

    status: int
    out: str
    err: str


@cache
def _code(script: Path) -> CodeType:
    return compile(script.read_bytes(), str(script), "exec")


def ended(script: Path, *words: str, given: bytes = b"") -> Ended:
    """What a script says that is given bytes to read, with nothing left of the run before."""
    out, err, status = StringIO(), StringIO(), 0
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", [str(script), *words])
        patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(given)))
        try:
            exec(_code(script), {"__name__": "__main__"})
        except SystemExit as end:
            if isinstance(end.code, str):
                print(end.code, file=sys.stderr)
            status = end.code if isinstance(end.code, int) else int(bool(end.code))
    return Ended(status, out.getvalue(), err.getvalue())


def verify_export(export: bytes, *words: str) -> Ended:
    """What the verifier says of an export."""
    return ended(SCRIPT, *words, given=export)
