"""A second opinion on advances: what each source has of a series, and what verified output makes of it (I2)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import whole_of
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
MakesUp = Callable[[str, str, int, int], None]


class Advances:
    """Follows what was given in advance, what came back of it, and what settles it."""

    def __init__(self, claim: Claim, makes_up: MakesUp) -> None:
        self._claim = claim
        self._makes_up = makes_up
        self._kept: dict[str, int] = {}
        self._given: dict[str, dict[str, int]] = {}
        self._owed: dict[tuple[str, int, str], int] = {}
        self._noticed: dict[int, e.WithdrawalNoticed] = {}
        self._gone: dict[int, int] = {}

    def follow(self, event: e.Event, rules: Rulebook) -> None:
        """Take in a fact; anything that no advance depends on is passed over."""
        match event:
            case e.Allocated() if event.kept_back:
                self._kept[event.series] = event.kept_back
                given = {award.source: award.count for award in event.awards if not award.entrant}
                self._given[event.series] = given
            case e.ExcessReturned() | e.AllocationReversed():
                self._back(event.series, event.source, event.count)
            case e.WithdrawalNoticed() if event.ground != "paid_reduction":
                self._noticed[event.withdrawal] = event
            case e.AllowancesWithdrawn() if event.withdrawal in self._noticed:
                noticed = self._noticed[event.withdrawal]
                gone = event.count + (noticed.short if noticed.sold_on != "none" else 0)
                self._gone[event.withdrawal] = gone
                self._back(noticed.series, noticed.source, gone)
            case e.WithdrawalRestored() if event.withdrawal in self._noticed:
                noticed = self._noticed[event.withdrawal]
                self._back(noticed.series, noticed.source, -self._gone[event.withdrawal])
            case e.YearVerified() | e.YearDetermined():
                for code in event.obligation:
                    self._owed[event.source, event.year, code] = whole_of(event.mass_mg[code], rules)
            case e.YearAmended():
                for code in (each.pollutant for each in event.amended):
                    self._owed[event.source, event.year, code] = whole_of(event.mass_mg[code], rules)
            case e.YearClosed():
                waits = [
                    series
                    for series, given in self._given.items()
                    if int(series[-4:]) == event.year and any(each.source in given for each in event.settlements)
                ]
                self._claim("I11", not waits, f"{event.account} closes {event.year} while {waits} are not settled")
            case e.TruedUp():
                self._trued_up(event, rules)
            case _:
                pass

    def _back(self, series: str, source: str, count: int) -> None:
        if source in self._given.get(series, {}):
            self._given[series][source] -= count

    def _trued_up(self, event: e.TruedUp, rules: Rulebook) -> None:
        """Every source has in the end what output brings, and the ledger has moved the differences and no more."""
        series, kept, given = event.series, self._kept.pop(event.series), self._given.pop(event.series)
        cancels = rules.allocation.unclaimed == "cancelled"
        self._claim("I2", {line.source: line.advance for line in event.lines} == given, f"{series}: {given} were given")
        for line in event.lines:
            left = line.advance + line.more + line.cut - line.taken - line.due
            self._claim("I2", left == line.final >= 0, f"{line.source} has {left} of {series} in the end")
            one_way = not (line.more + line.cut) or not (line.taken + line.due)
            self._claim("I2", one_way, f"{line.source} gives and takes {series}")
            self._makes_up(line.source, series.split("-")[0], line.more, line.made_up)
        taken, more, cut = (sum(getattr(each, name) for each in event.lines) for name in ("taken", "more", "cut"))
        left = kept + taken - more
        self._claim("I2", left >= 0 and (not cut or not left), f"{series}: {left} are left and {cut} cut")
        self._claim("I2", event.cancelled == (left if cancels else 0), f"{series}: cancels {event.cancelled} of {left}")
        finals = sum(line.final for line in event.lines)
        pool = kept + sum(given.values())
        whole = finals in (0, pool) if not cancels else finals <= pool
        self._claim("I2", whole, f"{series}: {finals} of {pool} are shared out in the end")
        self._moved(event)
        if rules.allocation.method in ("history", "equal_cut") and finals:
            self._by_emission(event, pool, cancels)

    def _moved(self, event: e.TruedUp) -> None:
        net = Counter[str]()
        for move in event.entry:
            if isinstance(move, Delivered):
                count = sum(block.last - block.first + 1 for block in move.blocks)
                net[move.origin] -= count
                net[move.target] += count
        for line in event.lines:
            net[line.account] -= line.more - line.made_up - line.taken
        place = event.series.split("-")[1]
        net[f"cancelled-{place}"] -= event.cancelled
        del net[f"reserve-{place}"]
        odd = {account for account, count in net.items() if count}
        self._claim("I2", not odd, f"{event.series}: {odd} get another count than is settled")

    def _by_emission(self, event: e.TruedUp, pool: int, cancels: bool) -> None:
        """Where emission is the claim, each has its part of the pool by what it is verified to have emitted."""
        code, _, year = event.series.split("-")
        lines = [line for line in event.lines if line.final]  # of others the year may be excluded
        owed = {line.source: self._owed.get((line.source, int(year), code), 0) for line in lines}
        total = sum(owed.values())
        shared = min(pool, total) if cancels else pool
        for line in lines:
            part = Fraction(shared * owed[line.source], total)
            self._claim("I2", abs(line.final - part) < 2, f"{line.source} has {line.final}, not {part}")
