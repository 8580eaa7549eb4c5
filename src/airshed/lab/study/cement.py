"""Cement: the sizes of lines, output, how it concentrates, and whose sulphur is measured."""

from __future__ import annotations

from decimal import Decimal

from airshed.lab.study.known import (
    ONE_FIRM,
    PERCENT,
    Calculation,
    Calculations,
    Computed,
    Known,
    counted,
    hhi,
    largest,
    share,
)

SECTOR, SULPHUR = "cement", "SO2"
#: 10,000 t in a Mt, and people in 10,000.
TEN_KT_IN_MT = Decimal(100)


def _share_of_lines(part: str, whole: str) -> Calculation:
    return lambda it: share(it.said(part), it.said(whole))


def _line(it: Known) -> Computed:
    clinker, lines, days = it.said("clinker_12_m"), it.said("lines_12_m"), it.beside("days")
    return Computed(clinker * 1_000_000 / lines / days, f"{clinker} Mt / {lines} / {days}", "assumed")


def _others(it: Known) -> Computed:
    lines = [it.said(name) for name in ("lines_12", "lines_12_m", "lines_12_l")]
    return Computed(lines[0] - lines[1] - lines[2], " - ".join(map(str, lines)))


def _output(first: int, last: int) -> Calculation:
    def sum_of(it: Known) -> Computed:
        total = sum((it.year(year).cement_10kt for year in range(first, last + 1)), Decimal(0))
        return Computed(total / TEN_KT_IN_MT, f"province.csv cement, {first} to {last}")

    return sum_of


def _late_share(it: Known) -> Computed:
    late, whole, part = it.said("cement_16_late"), it.said("cement_16"), it.said("cement_16_share")
    return Computed(late * part / whole, f"{late} / ({whole} / {part} %)")


def _a_head(it: Known) -> Computed:
    made, people = it.year(2016).cement_10kt, it.beside("province_people_2016")
    return Computed(made / people, f"{made} / {people}")


def _fall(it: Known) -> Computed:
    before, after = it.said("works_13"), it.said("works_17")
    return Computed(round(PERCENT * (before - after) / before, 1), f"({before} - {after}) / {before}")


def _output_of_a_works(it: Known) -> Computed:
    before, after = it.year(2013).cement_10kt, it.year(2017).cement_10kt
    many, few = it.said("works_13"), it.said("works_17")
    return Computed(round(after / few / (before / many), 2), f"({after} / {few}) / ({before} / {many})")


def _alike(works: str) -> Calculation:
    return lambda it: Computed(Decimal(round(ONE_FIRM / it.said(works))), f"10,000 / {it.said(works)}")


def _with_sulphur(it: Known) -> Computed:
    own = {each.source for each in it.zone.sources if each.sector == SECTOR}
    measured = {each.source for each in it.zone.stacks if SULPHUR in each.monitors} & own
    return counted(len(measured), "works with a stack that reports SO2")


FIGURES: Calculations = {
    "clinker_12_m_share": _share_of_lines("clinker_12_m", "clinker_12"),
    "clinker_12_l_share": _share_of_lines("clinker_12_l", "clinker_12"),
    "clinker_16_l_share": _share_of_lines("clinker_16_l", "clinker_16"),
    "line_12_m": _line,
    "lines_12_s": _others,
    "cement_16": _output(2001, 2016),
    "cement_16_late": _output(2011, 2016),
    "cement_16_late_share": _late_share,
    "cement_august_share": lambda it: share(it.said("cement_august"), it.year(2018).cement_10kt / TEN_KT_IN_MT),
    "cement_head": _a_head,
    "works_fall": _fall,
    "works_output": _output_of_a_works,
    "works_hhi_13": _alike("works_13"),
    "works_hhi_17": _alike("works_17"),
    "zone_hhi_cement": lambda it: hhi(it.capacities(SECTOR), "simulated"),
    "zone_cr4_cement": lambda it: largest(it.capacities(SECTOR), 4, "simulated"),
    "plants": lambda it: counted(len(it.capacities(SECTOR)), "works"),
    "plants_sulphur": _with_sulphur,
}
