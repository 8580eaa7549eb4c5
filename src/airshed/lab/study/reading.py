"""What the study says, restated, and the figures of others that are held beside it: rows, each with its source."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import Row, read_rows

Status = Literal["confirmed", "to confirm"]
#: How a sentence is answered: by figures computed here, by where it is seen, by quoting it, or not, and why.
Answer = Literal["computed", "shown", "quoted", "not"]
Part = Literal["zone", "cement", "steel", "power", "problems"]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_-]+\Z")]


class StudySentence(msgspec.Struct, frozen=True):
    """A sentence of the study, one row of `sentences.csv`."""

    sentence: Name
    part: Part
    en: str
    zh: str
    answer: Answer
    #: Commands and pages of the documentation that show it, parted by semicolons.
    where: str | None
    because_en: str | None
    because_zh: str | None
    source: str
    status: Status

    @property
    def places(self) -> tuple[str, ...]:
        """Where it is seen."""
        return tuple(each.strip() for each in (self.where or "").split(";") if each.strip())


class PrintedFigure(NamedTuple):
    """A figure as it is printed: a value, or a range of two, and how many digits stand behind the point."""

    low: Decimal
    high: Decimal
    digits: int

    def agrees(self, value: Decimal) -> bool:
        """Whether a value is the printed one when it is rounded to its digits, or lies within the range.

        >>> printed("15.89").agrees(Decimal("15.8886")), printed("33-40").agrees(Decimal("40.6"))
        (True, False)
        """
        return self.low <= round(value, self.digits) <= self.high


class StudyFigure(msgspec.Struct, frozen=True):
    """A figure of a sentence, one row of `figures.csv`; without `published` it follows from what is printed."""

    figure: Name
    sentence: Name
    en: str
    zh: str
    published: str | None
    measure: str | None
    #: Why the figure that is computed here differs.
    because_en: str | None
    because_zh: str | None


class OthersFigure(msgspec.Struct, frozen=True):
    """A figure of somebody else that a calculation needs, one row of `beside.csv`."""

    name: Name
    figure: Decimal
    measure: str
    source: str
    status: Status


class ProvinceYear(msgspec.Struct, frozen=True):
    """A year of the province, one row of `province.csv`; `tables.csv` has the sources of its columns."""

    year: int
    co2_mt: Decimal
    energy_10kt_tce: Decimal
    thermal_100gwh: Decimal
    cement_10kt: Decimal
    raw_coal_10kt: Decimal | None


class TableSource(msgspec.Struct, frozen=True):
    """Where columns of a table come from, one row of `tables.csv`."""

    table: str
    source: str
    status: Status


class StudyRows(NamedTuple):
    """All that is known of the study."""

    sentences: tuple[StudySentence, ...]
    figures: tuple[StudyFigure, ...]
    beside: tuple[OthersFigure, ...]
    province: tuple[ProvinceYear, ...]
    tables: tuple[TableSource, ...]


def printed(text: str) -> PrintedFigure:
    """A printed figure as numbers.

    >>> printed("-13.24").low, printed("15-20").high
    (Decimal('-13.24'), Decimal('20'))
    """
    first, dash, last = text.partition("-") if not text.startswith("-") else (text, "", "")
    low = Decimal(first)
    return PrintedFigure(low, Decimal(last) if dash else low, len(first.partition(".")[2]))


def read_study() -> StudyRows:
    """The rows that ship. Malformed where a figure is of no sentence or a name stands twice."""
    sentences, figures = _rows("sentences.csv", StudySentence), _rows("figures.csv", StudyFigure)
    beside = _rows("beside.csv", OthersFigure)
    names = [each.sentence for each in sentences]
    for place, found in (
        ("sentences.csv", names),
        ("figures.csv", [each.figure for each in figures]),
        ("beside.csv", [each.name for each in beside]),
    ):
        for line, name in enumerate(found, start=2):
            if name in found[: line - 2]:
                raise Malformed(f"{place} line {line}", f"{name} stands twice", "keep one")
    for line, each in enumerate(figures, start=2):
        if each.sentence not in names:
            raise Malformed(f"figures.csv line {line}", f"no such sentence {each.sentence!r}", "name a row above")
    return StudyRows(sentences, figures, beside, _rows("province.csv", ProvinceYear), _rows("tables.csv", TableSource))


def _rows(name: str, kind: type[Row]) -> tuple[Row, ...]:
    return read_rows(Path(__file__).with_name(name), kind)
