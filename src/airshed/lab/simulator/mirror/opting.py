"""A second opinion on who owes for a year: by the law, or because it has opted in (I11)."""

from __future__ import annotations

from collections.abc import Callable

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import day_of
from airshed.rulebook.programme_sections import SectorRule
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]


class Opting:
    """Follows sources, the years in which they owe by their own wish, and who shares caps."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._sectors: dict[str, str] = {}
        #: By source: spans of years, the last one open until it leaves.
        self._spans: dict[str, list[tuple[int, int]]] = {}

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact."""
        match event:
            case e.SourceRegistered():
                self._sectors[event.source] = event.sector
            case e.SourceOptedIn():
                now, spans = int(day_of(at, rules)[:4]), self._spans.setdefault(event.source, [])
                sector = self._sector(event.source, rules)
                free = sector is not None and sector.voluntary and not self.owes(event.source, event.year, rules)
                later = event.year >= now and all(last < event.year for _, last in spans)
                self._claim("I11", free and later, f"{event.source} opts in from {event.year}, {spans} in {now}")
                spans.append((event.year, 9_999))
            case e.SourceOptedOut():
                first, last = self._spans[event.source].pop()
                sector = self._sector(event.source, rules)
                stays = (sector.stays_years if sector is not None else None) or 1
                right = last == 9_999 and event.year >= max(first + stays - 1, int(day_of(at, rules)[:4]))
                self._claim("I11", right, f"{event.source} leaves with {event.year}, it is in from {first}")
                self._spans[event.source].append((first, event.year))
            case e.Allocated():
                for award in event.awards:
                    owes = self.owes(award.source, int(event.series[-4:]), rules)
                    self._claim("I11", owes, f"{award.source} shares {event.series} and owes nothing for it")
            case _:
                pass

    def owes(self, source: str, year: int, rules: Rulebook) -> bool:
        """Whether a source owes for a year."""
        sector = self._sector(source, rules)
        if any(first <= year <= last for first, last in self._spans.get(source, ())):
            return True
        if sector is None:
            return True
        return sector.owes_from <= year if sector.owes_from is not None else not sector.voluntary

    def _sector(self, source: str, rules: Rulebook) -> SectorRule | None:
        return next((each for each in rules.sectors if each.code == self._sectors[source]), None)
