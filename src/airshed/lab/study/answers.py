"""The study answered: every sentence with its figures, as printed and as computed here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from airshed.lab.study import cement, economy, market, power, steel
from airshed.lab.study.known import Calculations, Computed, Known, known
from airshed.lab.study.reading import StudyFigure, StudyRows, StudySentence, printed, read_study

#: The measure of a figure that is a year.
YEAR = "year"
#: Every figure that is computed, by its name.
CALCULATIONS: Calculations = {
    **economy.FIGURES,
    **cement.FIGURES,
    **steel.FIGURES,
    **power.FIGURES,
    **market.FIGURES,
}


class AnsweredFigure(NamedTuple):
    """A figure of the study, and what is computed beside it; None where it is only printed."""

    said: StudyFigure
    computed: Computed | None

    @property
    def agrees(self) -> bool | None:
        """Whether what is computed is what is printed; None where one of the two is missing."""
        if self.computed is None or self.said.published is None:
            return None
        return printed(self.said.published).agrees(self.computed.value)

    @property
    def shown(self) -> str:
        """What is computed, with as many digits as it needs; nothing where nothing is."""
        if self.computed is None:
            return ""
        if self.said.measure == YEAR:
            return f"{self.computed.value:.0f}"
        text = f"{self.computed.value:,.2f}"
        return text.rstrip("0").rstrip(".")

    @property
    def built(self) -> bool:
        """Whether it is counted in the simulated zone, which was built to what is printed."""
        return self.computed is not None and self.computed.built

    @property
    def off(self) -> Decimal | None:
        """By how many percent what is computed differs from one printed value; None for a range, or where it agrees."""
        if self.agrees is not False or self.computed is None or self.said.published is None:
            return None
        low, high, _ = printed(self.said.published)
        return None if low != high else 100 * (self.computed.value / low - 1)


class Answered(NamedTuple):
    """A sentence of the study with its figures."""

    sentence: StudySentence
    figures: tuple[AnsweredFigure, ...]


class StudyAnswer(NamedTuple):
    """The study, and what its calculations rest on."""

    rows: StudyRows
    known: Known
    sentences: tuple[Answered, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many figures agree, differ, are so in the zone that was built to them, follow, and are only printed."""
        figures = [each for answered in self.sentences for each in answered.figures]
        return {
            "agree": sum(each.agrees is True and not each.built for each in figures),
            "built": sum(each.agrees is True and each.built for each in figures),
            "differ": sum(each.agrees is False for each in figures),
            "follow": sum(each.computed is not None and each.said.published is None for each in figures),
            "printed": sum(each.computed is None for each in figures),
        }


def answered() -> StudyAnswer:
    """The study, answered with what ships."""
    rows = read_study()
    it = known(rows)
    found = {name: calculate(it) for name, calculate in CALCULATIONS.items()}
    return StudyAnswer(
        rows,
        it,
        tuple(
            Answered(
                sentence,
                tuple(
                    AnsweredFigure(each, found.get(each.figure))
                    for each in rows.figures
                    if each.sentence == sentence.sentence
                ),
            )
            for sentence in rows.sentences
        ),
    )
