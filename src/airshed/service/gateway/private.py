"""A folder of evidence is for the user of the gateway alone: PW stands in every frame, and its bytes may not change."""

from __future__ import annotations

import os
from pathlib import Path

from airshed.model.refusal import Malformed

FILE_MODE, FOLDER_MODE = 0o600, 0o700
_OTHERS = 0o077


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
    """Take a folder and what lies in it away from others, where an earlier version or a copy left it open: how many.

    `Malformed` if that is not the user's to do.
    """
    if not os.stat(folder).st_mode & _OTHERS:
        return 0
    changed = 0
    try:
        for place, _, names in os.walk(folder):
            for path, mode in ((place, FOLDER_MODE), *((os.path.join(place, name), FILE_MODE) for name in names)):
                if os.lstat(path).st_mode & _OTHERS and not os.path.islink(path):
                    os.chmod(path, mode)
                    changed += 1
    except PermissionError:
        raise Malformed(
            str(folder), "others may read the passwords in it, and it belongs to somebody else", "give it to this user"
        ) from None
    return changed
