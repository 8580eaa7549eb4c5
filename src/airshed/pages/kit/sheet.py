"""A page of tables, said and not drawn: who has no chart needs no template of their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from airshed.model.provenance import Told
from airshed.pages.kit.html import environment, script_json
from airshed.pages.kit.words import Phrase, told

#: Columns that stand beside one another on paper that is held upright.
UPRIGHT = 6


class SheetColumn(NamedTuple):
    """The head of a column, and whether it holds figures."""

    head: Phrase
    figure: bool = False
    #: Where a cell leads in the portal, before what the cell says; empty where it leads nowhere.
    leads: str = ""


class Part(NamedTuple):
    """A table with its head and what a reader is told of it; a cell is a text or a phrase."""

    title: Phrase
    text: Phrase
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[str | Phrase]]


class Sheet(NamedTuple):
    """What a page of tables says; `of` names what it is read from."""

    title: Phrase
    of: str
    lead: Phrase
    parts: Sequence[Part]
    #: What stands at the foot of every page of paper, in both languages alike.
    foot: str = ""

    @property
    def wide(self) -> bool:
        """Whether a table takes the paper on its side."""
        return any(len(part.columns) > UPRIGHT for part in self.parts)

    @property
    def foot_line(self) -> str:
        """The foot as a style sheet may hold it."""
        return re.sub(r'["\\<>\s]+', " ", self.foot or self.of)


def page(sheet: Sheet, provenance: Told | None) -> str:
    """The page as one file. The same sheet gives the same bytes."""
    made = environment("airshed.pages.kit").get_template("sheet.html.j2")
    return made.render(sheet=sheet, provenance=told(provenance), charts=script_json({}))
