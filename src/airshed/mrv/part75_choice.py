"""What may stand in for one measured parameter in a gap: the statistics and tiers of 40 CFR 75.31 to 75.33."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from airshed.mrv.columns import Mask
from airshed.mrv.flue_gas import Floats
from airshed.mrv.rules import AvailabilityTier, Part75Parameter, Part75Rules

#: Tenths of full load (40 CFR part 75, appendix C, 2.2).
LOAD_BINS = 10
#: Method of determination codes of ECMPS; percentiles by their number.
MODC = {"before_after": 6, "initial": 7, "percentile_90": 8, "percentile_95": 9}
MODC |= {"maximum": 10, "average": 11, "potential": 12}
#: For a percentile that is not of the table: "other quality-assured method".
OTHER_MODC = 55


@dataclass(frozen=True, slots=True, eq=False)
class HoursRecord:
    """One parameter over the clock hours before and of a year; the year begins at place `first`."""

    #: NaN where it is not quality-assured.
    values: Floats
    running: Mask
    bins: NDArray[np.int64]
    first: int


@dataclass(frozen=True, slots=True)
class SubstituteChoice:
    """A value, by which rule, and where it comes from; places are those of the record."""

    rule: str
    modc: int
    value: float
    places: tuple[int, ...] = ()
    #: First and last place and number of the hours looked back on.
    look_back: tuple[int, int, int] | None = None
    load_bin: int = 0


def available_tenths(quality_assured: int, operating: int) -> int:
    """Percent monitor data availability, in tenths of a percent, half upwards (75.32, equations 8 and 9).

    That it is compared as recorded, to the tenth, is to confirm.

    >>> available_tenths(8_501, 8_760)
    970
    """
    assert 0 <= quality_assured <= operating > 0, (quality_assured, operating)
    return (2_000 * quality_assured + operating) // (2 * operating)


def tier_at(available: int, run_hours: int, tiers: tuple[AvailabilityTier, ...]) -> AvailabilityTier:
    """The first row that covers a gap of this length at this availability.

    >>> tiers = AvailabilityTier(950, 24, "before_after"), AvailabilityTier(0, None, "potential")
    >>> [tier_at(*case, tiers).statistic for case in ((950, 24), (950, 25), (949, 1))]
    ['before_after', 'potential', 'potential']
    """
    return next(
        tier
        for tier in tiers
        if available >= tier.available_from_tenths and (tier.longest_hours is None or run_hours <= tier.longest_hours)
    )


def percentile_place(values: Floats, percent: int, rank: str) -> int:
    """Where the percentile by rank stands: the value of rank n x p of the values in order, ties to the earliest.

    >>> values = np.arange(300.0, 1_020.0)
    >>> [float(values[percentile_place(values, percent, "up")]) for percent in (90, 95)]
    [947.0, 983.0]
    """
    assert values.size, "a percentile of nothing"
    exact = len(values) * percent
    place = -(-exact // 100) if rank == "up" else (exact + 50) // 100
    return int(np.argsort(values, kind="stable")[min(max(place, 1), len(values)) - 1])


def load_bins(load: Floats | None, hours: int) -> NDArray[np.int64]:
    """The tenth of full load of every hour, 1 to 10; 0 where the load is not known.

    >>> load_bins(np.array([0.0, 0.1, 0.11, 1.2, np.nan]), 5).tolist()
    [1, 1, 2, 10, 0]
    """
    if load is None:
        return np.zeros(hours, np.int64)
    tenths = np.clip(np.ceil(np.nan_to_num(np.round(load * LOAD_BINS, 9))), 1, LOAD_BINS)
    return np.where(np.isnan(load), 0, tenths).astype(np.int64)


class GapChoices:
    """All that may stand in for one run of missing hours; each look-back is taken once.

    Places count operating hours: `begin` is the first missing one, `after` the one past the last.
    """

    def __init__(
        self,
        record: HoursRecord,
        operating: NDArray[np.int64],
        rule: Part75Parameter,
        law: Part75Rules,
        potential: float | None,
        *,
        begin: int,
        after: int,
        oldest: int,
    ) -> None:
        values = record.values[operating]
        prior = oldest + np.flatnonzero(~np.isnan(values[oldest:begin]))
        self.rule, self.rank = rule, law.percentile_rank
        self.operating, self.values, self.bins, self.prior = operating, values, record.bins[operating], prior
        self.beside = self._before_after(begin - 1, after)
        known = [each for each in (potential, values[prior].max() if prior.size else None) if each is not None]
        #: 75.33(b)(4): the maximum potential, not below what was measured; None when neither is known.
        self.most = SubstituteChoice("potential", MODC["potential"], float(max(known))) if known else None
        self._looked_back: dict[tuple[str, int, int], SubstituteChoice | None] = {}

    def initial(self, place: int) -> SubstituteChoice | None:
        """75.31: what stands in until enough hours are quality-assured."""
        if self.rule.initial == "before_after":
            chosen = self.beside
        else:
            chosen = self.looked_back("average", 0, int(self.bins[place]))
        if chosen is None:
            return self.most
        return replace(chosen, rule=f"initial_{chosen.rule}", modc=MODC["initial"])

    def standard(self, place: int, tier: AvailabilityTier) -> SubstituteChoice | None:
        """75.33: what the tier says for this hour, or the maximum potential where it has nothing to look back on."""
        if tier.statistic == "potential":
            return self.most
        if tier.statistic == "before_after":
            return self.beside or self.most
        return self.looked_back(tier.statistic, tier.percentile, int(self.bins[place])) or self.most

    def looked_back(self, statistic: str, percent: int, load_bin: int) -> SubstituteChoice | None:
        """A statistic of the look-back, in the load bin or the next higher one that has hours."""
        asked = (statistic, percent, load_bin)
        if asked not in self._looked_back:
            self._looked_back[asked] = self._look_back(statistic, percent, load_bin)
        return self._looked_back[asked]

    def _look_back(self, statistic: str, percent: int, load_bin: int) -> SubstituteChoice | None:
        there, used = self.prior, load_bin
        for higher in range(load_bin, LOAD_BINS + 1) if load_bin else ():
            there, used = self.prior[self.bins[self.prior] == higher], higher
            if there.size:
                break
        there = there[-self.rule.look_back_hours :]
        if not there.size:
            return None
        values, clock = self.values[there], self.operating[there]
        looked = (int(clock[0]), int(clock[-1]), len(there))
        name = f"of_{self.rule.look_back_hours}_hours"
        if statistic == "average":
            return SubstituteChoice(
                f"average_{name}", MODC["average"], float(values.sum()) / len(there), (), looked, used
            )
        if statistic == "maximum":
            at = int(np.argmax(values))
            return SubstituteChoice(
                f"maximum_{name}", MODC["maximum"], float(values[at]), (int(clock[at]),), looked, load_bin=used
            )
        at = percentile_place(values, percent, self.rank)
        rule, modc = f"percentile_{percent}_{name}", MODC.get(f"percentile_{percent}", OTHER_MODC)
        if self.beside and self.beside.value > values[at]:
            return SubstituteChoice(
                f"{self.beside.rule}_above_{rule}", modc, self.beside.value, self.beside.places, looked, used
            )
        return SubstituteChoice(rule, modc, float(values[at]), (int(clock[at]),), looked, used)

    def _before_after(self, before: int, after: int) -> SubstituteChoice | None:
        """The mean of the hours next to the gap; the one before alone while no hour after it is known."""
        if before < 0:
            return None
        beside = [before, after] if after < len(self.values) else [before]
        value = float(self.values[beside].sum()) / len(beside)
        places = tuple(int(self.operating[each]) for each in beside)
        return SubstituteChoice(
            "before_after" if len(beside) > 1 else "hour_before", MODC["before_after"], value, places
        )
