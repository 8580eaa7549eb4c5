"""Where the data that ships with Airshed lies: in the installed package, or in the folder of the project."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from airshed.model.refusal import Malformed

_PACKAGE = Path(__file__).parents[1]
_PROJECT = Path(__file__).parents[3]


def shipped(kind: Literal["rulebooks", "zones", "scenarios", "examples", "scripts"], name: str) -> Path:
    """The folder of a rulebook or a zone, the file of a scenario, example or script, that ships; else `Malformed`.

    >>> shipped("zones", "dianzhong").name
    'dianzhong'
    """
    roots = (_PACKAGE / "data" / kind, _PROJECT / kind)
    if (found := _among(roots, name)) is not None:
        return found
    there = sorted({each.stem for root in roots if root.is_dir() for each in root.iterdir()})
    what = "file" if kind in ("scenarios", "examples", "scripts") else "folder"
    raise Malformed(f"{kind}/{name}", f"no such {what} is shipped", f"there are: {', '.join(there) or 'none'}")


def is_shipped(kind: Literal["rulebooks", "zones"], name: str) -> bool:
    """Whether a rulebook or a zone of this name ships."""
    return _among((_PACKAGE / "data" / kind, _PROJECT / kind), name) is not None


def _among(roots: Sequence[Path], name: str) -> Path | None:
    """What is called so in the first root that has it; nothing outside of them is ever called anything."""
    if not name or Path(name).name != name or name == "..":
        return None
    return next((root / name for root in roots if (root / name).exists()), None)
