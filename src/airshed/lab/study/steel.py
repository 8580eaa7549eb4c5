"""Iron and steel: how it grew and fell, where it stands, and by how many times stacks exceeded their limits."""

from __future__ import annotations

from airshed.lab.study.known import Calculation, Calculations, Computed, Known, counted, growth, hhi, share

SECTOR = "steel"


def _over(quote: str) -> Calculation:
    """C / L - 1 of a reading that the study quotes."""

    def times(it: Known) -> Computed:
        read = next(each for each in it.quoted if each.quote == quote)
        assert read.times_over is not None, quote
        return Computed(read.times_over, f"{read.mg_m3:g} / {read.limit_mg_m3:g} - 1")

    return times


FIGURES: Calculations = {
    "steel_rise": lambda it: growth(it.said("steel_08"), it.said("steel_13"), 5),
    "steel_fall": lambda it: growth(it.said("steel_13"), it.said("steel_15"), 2),
    "steel_zone": lambda it: counted(len(it.capacities(SECTOR)), "works"),
    "steel_share": lambda it: share(it.said("steel_zone"), it.said("steel_works")),
    "steel_hhi": lambda it: hhi(it.owned(SECTOR), "published"),
    "q1_times": _over("Q1"),
    "q2_times": _over("Q2"),
    "q3_times": _over("Q3"),
}
