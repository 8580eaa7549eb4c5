"""Copying what ships into a folder of one's own, to begin from."""

from __future__ import annotations

from pathlib import Path

from airshed.model.refusal import Malformed


def copied(source: Path, folder: str) -> int:
    """Copy a folder to a new one; how many files there are then.

    Malformed if the new one is there already or cannot be written.
    """
    import shutil

    try:
        shutil.copytree(source, folder)
    except FileExistsError:
        raise Malformed(folder, "is there already", "name a new folder") from None
    except OSError as error:
        raise Malformed(folder, f"cannot be written ({error.strerror})", "name a folder that can") from None
    return len(list(Path(folder).iterdir()))
