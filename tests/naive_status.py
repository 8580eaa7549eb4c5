"""The status of the UK registry, the slow way: a new state for every event, judged whole, as its rules are stated."""

from __future__ import annotations

from dataclasses import dataclass, replace

#: An event: its name, a year or none, a count or none.
Event = tuple[str, int | None, int | None]


@dataclass(frozen=True)
class NaiveYears:
    first: int
    last: int | None
    now: int
    figures: tuple[tuple[int, int], ...] = ()
    excluded: frozenset[int] = frozenset()
    surrendered: int = 0

    def end(self) -> int:
        if self.last is not None:
            return max(self.first, self.last)
        return max(self.first, self.now - 1)

    def possible(self) -> bool:
        """Nothing was emitted in an excluded year, before the first or after the last."""
        emitted = {year for year, count in self.figures if count > 0}
        return not emitted & self.excluded and all(self.first <= year <= self.end() for year in emitted)

    def main(self) -> str:
        if self.now < self.first:
            return "NOT_APPLICABLE"
        if self.now == self.first and not (self.last is not None and self.end() == self.now):
            return "NOT_APPLICABLE"
        over = [year for year in range(self.first, self.now) if year <= self.end()]
        if self.excluded and all(year in self.excluded for year in over):
            return "EXCLUDED"
        known = dict(self.figures)
        if any(year not in known for year in over if year not in self.excluded):
            return "C"
        emitted = sum(count for year, count in self.figures if year != self.now)
        return "B" if emitted > self.surrendered else "A"

    def status(self) -> str:
        found = self.main()
        if self.last != self.now or found in ("NOT_APPLICABLE", "EXCLUDED", "C"):
            return found
        if self.now not in self.excluded and self.now not in dict(self.figures):
            return "C"
        return "B" if sum(count for _, count in self.figures) > self.surrendered else "A"


def after(years: NaiveYears, event: Event) -> NaiveYears | None:
    """What an event makes of a state, or None when it cannot be."""
    name, year, count = event
    if name == "verified_emissions":
        assert year is not None
        kept = {known: held for known, held in years.figures if known != year}
        if count is not None:
            kept[year] = count
        made = replace(years, figures=tuple(kept.items()))
    elif name == "surrender":
        made = replace(years, surrendered=years.surrendered + (count or 0))
    elif name == "surrender_reversal":
        made = replace(years, surrendered=years.surrendered - (count or 0))
    elif name == "exclude":
        assert year is not None
        made = replace(years, excluded=years.excluded | {year})
    elif name == "unexclude":
        made = replace(years, excluded=frozenset(known for known in years.excluded if known != year))
    elif name == "set_first_year":
        assert year is not None
        made = replace(years, first=year)
    elif name == "set_last_year":
        made = replace(years, last=year)
    else:
        assert name == "change_year"
        assert year is not None
        made = replace(years, now=year)
    return made if made.possible() else None
