"""The sum over recomputed stack-years: totals per pollutant, and digests over what lies on disk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec

from airshed.model.provenance import Told, together
from airshed.mrv.year import YearMass
from airshed.service.stacks.recomputed import Recomputed


class PollutantTotal(msgspec.Struct, frozen=True):
    """One pollutant over all stacks that monitor it."""

    pollutant: str
    stacks: int
    mass_mg: int
    #: Hours by how they came about.
    measured: int
    substituted: int
    stopped: int
    missing: int


class YearSummary(msgspec.Struct, frozen=True):
    """A recomputed year."""

    year: int
    stacks: int
    sealed_days: int
    totals: tuple[PollutantTotal, ...]
    #: Over the SHA-256 of each result, and of each stack's hours, in the order of the input's manifest.
    results_sha256: str
    hours_sha256: str
    #: What the evidence is, of all stacks together.
    provenance: Told


def sum_up(done: Iterable[Recomputed], there: Mapping[int, Set[str]]) -> tuple[tuple[YearSummary, ...], int]:
    """The summary of each year, and how many stack-years were up to date, from one stack-year after the other.

    One that was made in this run, and again after its worker was lost, is not one that was `there`.
    """
    years: dict[int, _Year] = {year: _Year() for year in sorted(there)}
    kept = 0
    for one in done:
        kept += one.kept and one.stack in there[one.year]
        years[one.year].add(one)
    return tuple(own.summary(year) for year, own in years.items()), kept


@dataclass(slots=True)
class _Year:
    """A year while it is summed."""

    stacks: int = 0
    days: int = 0
    totals: dict[str, PollutantTotal] = field(default_factory=dict)
    results: Any = field(default_factory=sha256)
    hours: Any = field(default_factory=sha256)
    told: dict[Told, None] = field(default_factory=dict)

    def add(self, one: Recomputed) -> None:
        self.stacks += 1
        self.told[one.provenance] = None
        self.days += one.sealed_days
        self.results.update(bytes.fromhex(one.result_sha256))
        self.hours.update(bytes.fromhex(one.hours_sha256))
        for mass in one.masses:
            self.totals[mass.pollutant] = _added(self.totals.get(mass.pollutant), mass)

    def summary(self, year: int) -> YearSummary:
        shown = tuple(self.totals[name] for name in sorted(self.totals))
        sums = self.results.hexdigest(), self.hours.hexdigest()
        return YearSummary(year, self.stacks, self.days, shown, *sums, together(self.told))


def _added(so_far: PollutantTotal | None, mass: YearMass) -> PollutantTotal:
    before = so_far or PollutantTotal(mass.pollutant, 0, 0, 0, 0, 0, 0)
    return PollutantTotal(
        mass.pollutant,
        before.stacks + 1,
        before.mass_mg + mass.mass_mg,
        before.measured + mass.measured,
        before.substituted + mass.substituted,
        before.stopped + mass.stopped,
        before.missing + mass.missing,
    )
