"""For whom a report is: what of the read tables is theirs to read, and which figures of the year are public yet."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from airshed.compliance.publication import public_from
from airshed.engine.tables import BY_NAME
from airshed.pages.kit.words import Phrase
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import source_of
from airshed.service.book.kept import KeptBook
from airshed.service.http.viewer import Condition, Viewer, condition


class Sight(NamedTuple):
    """A book as somebody reads it."""

    book: KeptBook
    viewer: Viewer
    year: int

    @property
    def whole(self) -> bool:
        """Whether every works of the zone is theirs to read."""
        return self.viewer.reads == "zone"

    @property
    def emissions(self) -> bool:
        """Whether they may read what was emitted in the year."""
        return self.viewer.public is None or self.year <= self.viewer.public.emissions

    @property
    def standing(self) -> bool:
        """Whether they may read how the works stand to the year."""
        return self.viewer.public is None or self.year <= self.viewer.public.standing

    @property
    def published(self) -> bool:
        """Whether what was emitted in the year is public for everybody, and so how it was measured."""
        return self.viewer.for_all is not None and self.year <= self.viewer.for_all.emissions

    def among(self, table: str) -> tuple[str, tuple[Any, ...]]:
        """What stands after FROM for the rows of a table that are theirs, and its values."""
        source, hiding = source_of(table, self.viewer.public, self.viewer.account)
        mine = condition(self.book, BY_NAME[table], self.viewer) or Condition("1 = 0", ())
        return f"(SELECT * FROM {source} WHERE {mine.sql}) AS {table}", (*hiding, *mine.values)

    def rows(self, select: str, table: str, rest: str = "", values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a table that are theirs; `rest` is what follows FROM."""
        among, hiding = self.among(table)
        return self.book.sql.execute(f"SELECT {select} FROM {among} {rest}", (*hiding, *values)).fetchall()

    def kept_back(self, rules: Rulebook) -> list[Phrase]:
        """What of the year is not public yet, and from when it is."""
        law, found = rules.compliance, []
        if not self.emissions:
            day = public_from(self.year, law.emissions_public_on)
            what = f"What was emitted in {self.year} is public from {day}; it is in no figure here."
            found.append(Phrase(what, f"{self.year}年度排放数据自{day}起公开，本报告未予列示。"))
        if not self.standing:
            day = public_from(self.year, law.standing_public_on)
            what = f"How the works stand to {self.year} is public from {day}; it is in no figure here."
            found.append(Phrase(what, f"{self.year}年度履约情况自{day}起公开，本报告未予列示。"))
        return found
