"""A second opinion on credits: they come from nowhere but a project, and cover no more than their share (I2, I11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import count_of, day_of
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Owed = Counter[tuple[str, int, str]]


class Credits:
    """Follows what is issued, and what of it is given for which year."""

    def __init__(self, claim: Claim, held: dict[tuple[str, str], list[tuple[int, int]]]) -> None:
        self._claim = claim
        self._held = held
        self._issued: Counter[str] = Counter()
        #: By source, year and credit.
        self._used: Counter[tuple[str, int, str]] = Counter()
        self._covers: dict[str, str] = {}
        #: By source and year: serials of credits that were given for it.
        self._serials: dict[tuple[str, int], list[tuple[str, int, int]]] = {}

    def covers(self, series: str) -> str:
        """The pollutant whose obligation a series counts for."""
        code = series.split("-", maxsplit=1)[0]
        return self._covers.get(code, code)

    def issued(self, event: e.CreditsIssued, at: int, rules: Rulebook) -> None:
        """So many more of a series, of a credit that the law knows, for a year that has begun."""
        code, _, vintage = event.series.split("-")
        rows = {row.credit: row.pollutant for row in rules.compliance.credits}
        self._claim("I2", rows.get(code) == event.pollutant, f"{event} is of no credit of the law")
        self._claim("I2", int(vintage) <= int(day_of(at, rules)[:4]), f"{event} is of a year to come")
        follows = event.first == self._issued[event.series] + 1 and event.count > 0
        self._claim("I2", follows, f"{event} does not follow on {self._issued[event.series]}")
        self._issued[event.series] += event.count
        self._covers[code] = event.pollutant
        last = (event.first, event.first + event.count - 1)
        there = sorted([*self._held.get((event.account, event.series), []), last])
        grown: list[tuple[int, int]] = []
        for first, end in there:
            joins = bool(grown) and grown[-1][1] + 1 == first
            grown[-1 if joins else len(grown) :] = [(grown[-1][0] if joins else first, end)]
        self._held[event.account, event.series] = grown

    def order(self, event: e.Surrendered, moves: list[Delivered], rules: Rulebook) -> bool:
        """Whether what goes first in, first out does so, and credits go when the law says."""
        use = {row.credit: row.use for row in rules.compliance.credits}
        kinds = [use.get(move.series.split("-")[0], "") for move in moves]
        if event.how != "named" and "named" in kinds:
            return False
        named = event.how == "named"
        rank = {"first": 0, "": 1, "last": 0 if named else 2, "named": 0}
        places = [(rank[kind], int(move.series[-4:])) for kind, move in zip(kinds, moves, strict=True)]
        return places == sorted(places)

    def counts(self, series: str, event: e.Surrendered, rules: Rulebook) -> bool:
        """Whether a series counts for a pollutant and a year."""
        code, _, vintage = series.split("-")
        row = next((row for row in rules.compliance.credits if row.credit == code), None)
        back = rules.allowance.vintages_back if row is None else row.vintages_back
        right = (code if row is None else row.pollutant) == event.pollutant
        return right and event.year - back <= int(vintage) <= event.year

    def given(self, event: e.Surrendered, moves: list[Delivered], owed: Owed, rules: Rulebook) -> None:
        """Up to each year of the period no more is used than the share of what is owed."""
        for move in moves:
            code = move.series.split("-")[0]
            if code != event.pollutant and not move.target.startswith("cancelled-"):
                self._used[event.source, event.year, code] += count_of(move)
                serials = self._serials.setdefault((event.source, event.year), [])
                serials += [(move.series, block.first, block.last) for block in move.blocks]
        for code in {move.series.split("-")[0] for move in moves} - {event.pollutant}:
            most = used = 0
            for year in self._period(event.year, rules):
                most += owed[event.source, year, event.pollutant] * self._share(code, year, rules)
                used += self._used[event.source, year, code]
                within = year < event.year or used <= most // 10_000
                self._claim(
                    "I11", within, f"{event.source} uses {used} of {code} up to {year}, {most // 10_000} may be"
                )

        groups = {row.credits for row in rules.compliance.credits_together}
        for codes in (each.split() for each in sorted(groups)):
            if self._covers.get(codes[0]) == event.pollutant:
                self._within(event, codes, owed, rules)

    def _within(self, event: e.Surrendered, codes: list[str], owed: Owed, rules: Rulebook) -> None:
        """Of several credits no more is used together, up to each year of the period, than their share."""
        most = used = 0
        for year in self._period(event.year, rules):
            share = 10_000
            for row in sorted(rules.compliance.credits_together, key=lambda row: row.period):
                share = row.limit_basis_points if row.credits.split() == codes and row.period <= year else share
            most += owed[event.source, year, event.pollutant] * share
            used += sum(self._used[event.source, year, code] for code in codes)
            within = year < event.year or used <= most // 10_000
            self._claim("I11", within, f"{event.source} uses {used} of {codes} up to {year}, {most // 10_000} may be")

    def back(self, source: str, year: int, move: Delivered) -> None:
        """What is returned is not used."""
        code = move.series.split("-")[0]
        if code in self._covers:
            self._used[source, year, code] -= count_of(move)
            for block in move.blocks:
                self._taken(source, year, move.series, block.first, block.last)

    def voided(
        self, event: e.CreditsVoided, at: int, held: dict[tuple[str, str], list[tuple[int, int]]], rules: Rulebook
    ) -> None:
        """All of them are gone, of everybody who has or had them, while they may be found void."""
        code, place, vintage = event.series.split("-")
        years = rules.compliance.credits_void_years
        in_time = years is not None and int(day_of(at, rules)[:4]) <= int(vintage) + years
        named = code in self._covers and 1 <= event.first <= event.last <= self._issued[event.series]
        self._claim("I2", in_time and named, f"{event} is of no credits that can be void")
        ends = {move.target for move in event.entry if isinstance(move, Delivered)}
        self._claim("I2", ends == {f"cancelled-{place}"} and bool(event.reason), f"{event} leaves some in use")
        left = [
            account
            for (account, series), blocks in held.items()
            if series == event.series and account != f"cancelled-{place}"
            if any(first <= event.last and event.first <= last for first, last in blocks)
        ]
        self._claim("I2", not left, f"{left} still have void credits of {event.series}")
        for use in event.uses:
            gone = self._taken(use.source, use.year, event.series, event.first, event.last)
            self._claim("I11", gone == use.count, f"{use} has used {gone} of {event.series}")
            self._used[use.source, use.year, code] -= use.count
        for (source, year), serials in self._serials.items():
            over = [name for name, first, last in serials if first <= event.last and event.first <= last]
            self._claim(
                "I11", event.series not in over, f"{source} {year} used void {event.series} and makes none good"
            )

    def _taken(self, source: str, year: int, series: str, first: int, last: int) -> int:
        """Forget serials that were given for a year; how many of them there were."""
        gone, left = 0, []
        for name, begin, end in self._serials.get((source, year), []):
            low, high = max(begin, first), min(end, last)
            if name != series or low > high:
                left.append((name, begin, end))
                continue
            gone += high - low + 1
            left += [(name, a, b) for a, b in ((begin, low - 1), (high + 1, end)) if a <= b]
        self._serials[source, year] = left
        return gone

    def _period(self, year: int, rules: Rulebook) -> range:
        rows = (row for row in rules.compliance.control_periods if row.first <= year <= row.last)
        return next((range(row.first, row.last + 1) for row in rows), range(year, year + 1))

    def _share(self, code: str, year: int, rules: Rulebook) -> int:
        share = next(row.limit_basis_points for row in rules.compliance.credits if row.credit == code)
        for row in sorted(rules.compliance.credit_limits, key=lambda row: row.period):
            share = row.limit_basis_points if row.credit == code and row.period <= year else share
        return share
