"""A folder of evidence is for the user of the gateway alone: PW stands in every frame, and its bytes may not change."""

from __future__ import annotations

import os
import re
from itertools import chain
from pathlib import Path

from airshed.model.refusal import Malformed
from airshed.service.gateway.devices import RESERVED

FILE_MODE, FOLDER_MODE = 0o600, 0o700
_OTHERS = 0o077
#: What was guessed of passwords.
GUESSES = "lockout.jsonl"
OWN_FILES = frozenset({"gateway.lock", "gateway.sock", GUESSES})
_OF_STACK = re.compile(r"chain\.json|[0-9]{4}-[0-9]{2}-[0-9]{2}\.hj212")


def opener(path: str, flags: int) -> int:
    """For `open`: a file that is made is the user's alone from the moment it is there."""
    return os.open(path, flags, FILE_MODE)


def make_folder(path: Path) -> None:
    """Make a folder that nobody else may look into, if it is not there."""
    path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)


def look_into(folder: Path) -> None:
    """`Malformed` in one line where somebody else than the user of the gateway wants to read its folder."""
    there = os.path.lexists(folder)
    if there and not os.access(folder, os.R_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise Malformed(
            str(folder), "is for the user of the gateway alone", "ask as that user, or for what it measured"
        )


def tighten(folder: Path) -> int:
    """Take what a gateway keeps in a folder away from others, where an earlier version or a copy left it open.

    How many files and folders that were. What else lies there is left as it is, and then so is the folder itself.
    `Malformed` if that is not the user's to do.
    """
    if not os.stat(folder).st_mode & _OTHERS:
        return 0
    changed = 0
    try:
        there = list(folder.iterdir())
        own = [path for path in there if not path.is_symlink() and _of_gateway(path)]
        if len(own) == len(there):
            os.chmod(folder, FOLDER_MODE)
            changed += 1
        for path in chain(own, *(path.rglob("*") for path in own if path.is_dir())):
            if not path.is_symlink() and path.stat().st_mode & _OTHERS:
                path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
                changed += 1
    except PermissionError:
        raise Malformed(
            str(folder), "others may read the passwords in it, and it belongs to somebody else", "give it to this user"
        ) from None
    return changed


def _of_gateway(path: Path) -> bool:
    """Whether it is of a gateway: one of its own names, or the folder of a stack."""
    if not path.is_dir():
        return path.name in OWN_FILES
    return path.name in RESERVED or any(_OF_STACK.match(name) for name in os.listdir(path))
