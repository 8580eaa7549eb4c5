"""A second opinion on groups that answer together: who emitted how much, and who pays for what is above (I11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from fractions import Fraction

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import half_up
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Emitted = Mapping[tuple[str, int, str], int]


class Groups:
    """Follows where sources stand, and what is settled of which group."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._places: dict[str, str] = {}
        self._done: set[tuple[str, int]] = set()

    def follow(self, event: e.Event) -> None:
        """Where a source stands."""
        if isinstance(event, e.SourceRegistered):
            self._places[event.source] = event.jurisdiction

    def settled(self, event: e.GroupSettled, emitted: Emitted, stands: Mapping[str, str], rules: Rulebook) -> None:
        """Once; of whoever is in it; what is above the level, as often as the law says, from who is above."""
        key = (event.group, event.year)
        self._claim("I11", key not in self._done, f"{key} is settled twice")
        self._done.add(key)
        rows = [each for each in rules.compliance.assurance_groups if each.group == event.group]
        row = max((each for each in rows if each.period <= event.year), key=lambda each: each.period)
        inside = (row.sources or "").split()
        for line in event.lines:
            mine = self._places[line.source] == row.jurisdiction or line.source in inside
            self._claim("I11", mine and line.source in stands, f"{line.source} is not of {event.group}")
            said = emitted[line.source, event.year, event.pollutant]
            self._claim("I11", line.emitted == said, f"{key}: {line.source} emitted {said}, not {line.emitted}")
        if row.level_basis_points is not None:
            cap = next(
                each.count
                for each in rules.caps.rows
                if (each.pollutant, each.jurisdiction, each.vintage) == (row.pollutant, row.jurisdiction, event.year)
            )
            level = half_up(Fraction(cap * row.level_basis_points, 10_000))
        else:
            level = row.level_count if row.level_count is not None else sum(line.own for line in event.lines)
        self._claim("I11", event.level == level, f"{key} has level {event.level}, {level} by the law")
        owns = sum(line.own for line in event.lines)
        self._claim("I11", owns <= level, f"{key} has parts of {owns}, and a level of {level}")
        self._shared(event, level, stands, row.factor_basis_points)

    def _shared(self, event: e.GroupSettled, level: int, stands: Mapping[str, str], factor: int) -> None:
        """Accounts above their part share the excess by how far they are, each to the nearest."""
        over = max(0, sum(line.emitted for line in event.lines) - level)
        far, more = Counter[str](), Counter[str]()
        for line in event.lines:
            far[stands[line.source]] += line.emitted - line.own
            more[stands[line.source]] += line.more
            self._claim("I11", line.emitted > line.own or not line.more, f"{line} owes and is not above its part")
        above = sum(count for count in far.values() if count > 0)
        for account, count in far.items():
            share = half_up(Fraction(over * count, above)) if over and count > 0 else 0
            owed = half_up(Fraction(share * factor, 10_000))
            self._claim("I11", more[account] == owed, f"{account} owes {more[account]} for {event.group}, not {owed}")
