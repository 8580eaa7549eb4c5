"""What `airshed lab brief --write-rulebook` writes: a design as a law in a folder of its own, and what it changes."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from airshed.cli.show import console
from airshed.model.refusal import Malformed


class Draft(NamedTuple):
    """The law that a design is written on, the new folder, and what the brief assumes."""

    rulebook: str
    folder: str
    assumed: str

    def examine(self) -> None:
        """The folder can be made: what could fail after minutes of work fails here."""
        path = Path(self.folder)
        if self.folder and path.exists():
            raise Malformed(self.folder, "is there already", "name a new folder")
        if self.folder and not path.parent.is_dir():
            raise Malformed(self.folder, "lies in a folder that is not there", "name a folder in one that is")


def write_law(draft: Draft, code: str, command: str, quiet: bool) -> None:
    """Write the design of a code as a law, and say what it changes against the law in hand."""
    from airshed.lab.brief.adopted import Told, adopted, design_of
    from airshed.rulebook.diff import diff
    from airshed.rulebook.load import find, load_texts, texts

    draft.examine()
    before = texts(find(draft.rulebook))
    found = adopted(before, design_of(code), Told(command, draft.assumed))
    changes = diff(load_texts(before), load_texts(found))
    folder = Path(draft.folder)
    for name, text in found.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text)
    if quiet:
        return
    for change in changes:
        if change.key != "cite":
            console.print(change.sentence)
    console.print(f"{draft.folder}: {len(found)} files, {len(changes)} changes; airshed rules check {draft.folder}")
