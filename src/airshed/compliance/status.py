"""Where a source stands over all its years: a cumulative status, driven by events, by a stated convention.

The answers are those of the UK registry. A: what is surrendered covers all that was verified. B: it does not. C: a
year has no figure, and a missing year is not a zero. Excluded: from every year that obliges. Not applicable: none does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Literal


class Status(StrEnum):
    """The answers, in the order in which they are looked for."""

    NOT_APPLICABLE = "not_applicable"
    EXCLUDED = "excluded"
    C = "C"
    B = "B"
    A = "A"


@dataclass(frozen=True, slots=True)
class Convention:
    """How a programme counts where reasonable ones differ."""

    #: Whether a last year obliges to be excluded from as soon as it runs, or only when it is over; its figure counts at
    #: once either way.
    last_year_excluded_at_once: bool
    #: Whether a figure for a year that is not over may be taken before it obliges.
    figures_ahead: bool
    #: Whether an event is refused that undoes what is not there, repeats what is, or goes back in time.
    strict: bool
    #: Where it is written down: what a refusal by it rests on.
    cite: str


#: The UK registry as its published scenarios and its engine have it.
UK: Final = Convention(
    last_year_excluded_at_once=False,
    figures_ahead=True,
    strict=False,
    cite="UK ETS registry v6.0.0, compliance calculation: which events leave a state valid",
)
#: What a book here keeps to where its law does not say otherwise.
STRICT: Final = Convention(
    last_year_excluded_at_once=True,
    figures_ahead=False,
    strict=True,
    cite="strict convention: docs/explanation/compliance-over-the-years.md",
)
CONVENTIONS: Mapping[str, Convention] = {"uk": UK, "strict": STRICT}


def convention_of(last_year_excluded: Literal["at_once", "when_over"]) -> Convention:
    """The strict convention with what a law says of a last year."""
    return replace(STRICT, last_year_excluded_at_once=last_year_excluded == "at_once")


class Standing:
    """The years of one source: figures, exclusions, surrenders, and the status that follows from them.

    Every event answers None, or says why it cannot be, and then changes nothing.

    >>> source = Standing(first=2021, last=None, current=2022)
    >>> source.status, source.verify(2021, 100), source.status
    (<Status.C: 'C'>, None, <Status.B: 'B'>)
    >>> source.exclude(2021)
    '2021 has a figure of 100; set it to zero or take it back before the year is excluded'
    >>> source.surrender(100), source.status
    (None, <Status.A: 'A'>)
    """

    __slots__ = ("convention", "current", "excluded", "figures", "first", "last", "surrendered", "total")

    def __init__(self, first: int, last: int | None, current: int, convention: Convention = UK) -> None:
        self.first = first
        self.last = last
        self.current = current
        self.convention = convention
        self.figures: dict[int, int] = {}
        self.excluded: set[int] = set()
        self.total = 0
        self.surrendered = 0

    def strictly(self) -> Standing:
        """The same years under the strict convention, to ask what that would refuse."""
        copy = Standing(self.first, self.last, self.current, STRICT)
        copy.figures, copy.excluded = dict(self.figures), set(self.excluded)
        copy.total, copy.surrendered = self.total, self.surrendered
        return copy

    @property
    def end(self) -> int:
        """The last year that a figure can be for: the last one, else the one before this; never before the first."""
        end = self.current - 1 if self.last is None else self.last
        return max(end, self.first)

    @property
    def closing(self) -> bool:
        """Whether this year is the last, whose figures count at once."""
        return self.last is not None and self.current == self.last

    def obliges(self, year: int) -> bool:
        """Whether a year is over, or the last and running; the bounds of the source aside."""
        return year < self.current or (self.closing and year == self.current)

    # --- what is seen

    @property
    def status(self) -> Status:
        """Where the source stands; in its last year, that year included."""
        found = self.main
        if not self.closing or found in (Status.NOT_APPLICABLE, Status.EXCLUDED, Status.C):
            return found
        if self.current not in self.figures and self.current not in self.excluded:
            return Status.C
        return Status.B if self.total > self.surrendered else Status.A

    @property
    def main(self) -> Status:
        """Where it stands for the years that are over."""
        end, now, first, excluded, figures = self.end, self.current, self.first, self.excluded, self.figures
        if now < first or (now == first and (self.last is None or now != end)):
            return Status.NOT_APPLICABLE
        over = range(first, min(now - 1, end) + 1)
        if excluded:
            at_once = self.convention.last_year_excluded_at_once and self.closing
            obliging = range(first, now + 1) if at_once else over
            if excluded.issuperset(obliging):
                return Status.EXCLUDED
        for year in over:
            if year not in figures and year not in excluded:
                return Status.C
        return Status.B if self.total - figures.get(now, 0) > self.surrendered else Status.A

    # --- what happens

    def verify(self, year: int, count: int | None) -> str | None:
        """A year has a verified figure, another one in place of it, or with None no figure any more."""
        if year <= 0:
            return f"{year} is no year"
        if count is not None and count < 0:
            return f"{count} for {year} is below zero; zero is the least figure, and no figure is none"
        if count:
            if year in self.excluded:
                return f"{year} is excluded; include it again before it has a figure"
            if not self.first <= year <= self.end:
                return f"{year} is not a year from {self.first} to {self.end}; set the first or the last year first"
        if not self.convention.figures_ahead and count is not None and not self.obliges(year):
            return f"{year} is not over; give its figure when it is"
        if self.convention.strict and count is None and year not in self.figures:
            return f"{year} has no figure that could be taken back"
        self.total += (count or 0) - self.figures.get(year, 0)
        if count is None:
            self.figures.pop(year, None)
        else:
            self.figures[year] = count
        return None

    def surrender(self, count: int) -> str | None:
        """Allowances are given up; they count for all years together."""
        if count < 0:
            return f"{count} is below zero; reverse a surrender instead"
        self.surrendered += count
        return None

    def reverse(self, count: int) -> str | None:
        """A surrender is undone."""
        if count < 0:
            return f"{count} is below zero; surrender instead"
        if self.convention.strict and count > self.surrendered:
            return f"{self.surrendered} are surrendered, not {count}; reverse no more than that"
        self.surrendered -= count
        return None

    def exclude(self, year: int) -> str | None:
        """A year does not oblige."""
        if year <= 0:
            return f"{year} is no year"
        if self.figures.get(year):
            what = "set it to zero or take it back before the year is excluded"
            return f"{year} has a figure of {self.figures[year]}; {what}"
        if self.convention.strict and year in self.excluded:
            return f"{year} is excluded already"
        if self.convention.strict and not self._within(year):
            return f"{year} is no year of the source, which has them from {self.first} to {self.last or 'now on'}"
        self.excluded.add(year)
        return None

    def include(self, year: int) -> str | None:
        """A year obliges again."""
        if self.convention.strict and year not in self.excluded:
            return f"{year} is not excluded"
        self.excluded.discard(year)
        return None

    def begin(self, year: int) -> str | None:
        """The first year is another one."""
        if year <= 0:
            return f"{year} is no year"
        if self.convention.strict and self.last is not None and year > self.last:
            return f"{year} is after the last year, {self.last}"
        return self._moved(year, self.last, self.current)

    def finish(self, year: int | None) -> str | None:
        """The last year is known, is another one, or with None is open again."""
        if year is not None and year <= 0:
            return f"{year} is no year"
        if self.convention.strict and year is not None and year < self.first:
            return f"{year} is before the first year, {self.first}"
        return self._moved(self.first, year, self.current)

    def turn(self, year: int) -> str | None:
        """A new calendar year."""
        if self.convention.strict and year <= self.current:
            return f"it is {self.current} already; years go on"
        return self._moved(self.first, self.last, year)

    def _moved(self, first: int, last: int | None, current: int) -> str | None:
        end = max(first, current - 1 if last is None else last)
        if self.total and (first > self.first or end < self.end):
            for year, count in self.figures.items():
                if count and not first <= year <= end:
                    return f"{year} has a figure of {count} and would lie outside {first} to {end}; take it back first"
        self.first, self.last, self.current = first, last, current
        return None

    def _within(self, year: int) -> bool:
        return year >= self.first and (self.last is None or year <= self.last)


#: What a story calls each event, and what it does to a standing with its year and its count.
EVENTS: Mapping[str, Callable[[Standing, int | None, int | None], str | None]] = {
    "verified_emissions": lambda standing, year, count: standing.verify(_given(year), count),
    "surrender": lambda standing, year, count: standing.surrender(_given(count)),
    "surrender_reversal": lambda standing, year, count: standing.reverse(_given(count)),
    "exclude": lambda standing, year, count: standing.exclude(_given(year)),
    "unexclude": lambda standing, year, count: standing.include(_given(year)),
    "set_first_year": lambda standing, year, count: standing.begin(_given(year)),
    "set_last_year": lambda standing, year, count: standing.finish(year),
    "change_year": lambda standing, year, count: standing.turn(_given(year)),
}


def _given(figure: int | None) -> int:
    assert figure is not None
    return figure


def status(
    emitted: Mapping[int, int | None],
    surrendered: int,
    first_year: int,
    last_year: int | None,
    current_year: int,
    excluded: AbstractSet[int] = frozenset(),
    convention: Convention = STRICT,
) -> Status:
    """The status of figures that are known at once: allowances by year, what was surrendered for all of them.

    >>> status({2021: 100, 2022: None}, 100, 2021, None, 2023)
    <Status.C: 'C'>
    """
    standing = Standing(first_year, last_year, current_year, convention)
    standing.excluded = set(excluded)
    standing.figures = {
        year: count
        for year, count in emitted.items()
        if count is not None and year not in excluded and (convention.figures_ahead or standing.obliges(year))
    }
    standing.total = sum(standing.figures.values())
    standing.surrendered = surrendered
    return standing.status
