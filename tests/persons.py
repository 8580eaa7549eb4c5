"""The shell of one person in the process of a test, with what it keeps of sign-ins."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest

from airshed.cli.main import run
from services import PASSWORD, Served


class Shell:
    """The shell of one person, with what it keeps."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]) -> None:
        self._home, self._patch, self._capture = home, patch, capture

    def __call__(self, line: str, typed: str = "") -> tuple[int, str]:
        self._patch.setenv("XDG_CONFIG_HOME", str(self._home))
        self._patch.setattr(sys, "argv", ["airshed", *_words(line)])
        self._patch.setattr(sys, "stdin", io.StringIO(typed))
        self._capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            run()
        said = self._capture.readouterr()
        code = ended.value.code
        return int(code) if isinstance(code, int) else 0, said.out + said.err

    def sign_in(self, service: Served, name: str) -> None:
        """Sign in at a service, as a user who is made for it."""
        service.user(name)
        status, said = self(f"sign-in {service.url} --user {name}", f"{PASSWORD}\n{service.code(name)}\n")
        assert status == 0, said


def _words(line: str) -> list[str]:
    return [quoted or plain for quoted, plain in re.findall(r"'([^']*)'|(\S+)", line)]
