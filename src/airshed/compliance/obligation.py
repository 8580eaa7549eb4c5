"""What a verified year obliges a source to surrender, and which allowances count for it (I11)."""

from __future__ import annotations

from typing import Literal

from airshed.model.allowance import Series
from airshed.model.measures import MG_PER_KG
from airshed.model.refusal import Malformed

Rounding = Literal["up", "half_up", "down"]
Admitted = Literal["zone", "jurisdiction"]

#: More allowances than an account can hold.
MOST_ALLOWANCES = 2**62


def obligation(mass_mg: int, size_kg: int, rounding: Rounding) -> int:
    """Allowances owed for a verified mass, rounded once, as the rulebook says (I11).

    >>> [obligation(2_500_000, 1, how) for how in ("up", "half_up", "down")]
    [3, 3, 2]
    """
    if mass_mg < 0:
        raise Malformed("verified mass", f"{mass_mg} mg is below zero", "give a mass from zero up")
    if size_kg <= 0:
        raise Malformed("allowance.size_kg", f"{size_kg} kg is no size", "give whole kilograms above zero")
    size_mg = size_kg * MG_PER_KG
    owed, part_mg = divmod(mass_mg, size_mg)
    match rounding:
        case "up":
            owed += part_mg > 0
        case "half_up":
            owed += 2 * part_mg >= size_mg
        case "down":
            pass
        case _:
            raise Malformed("allowance.rounding", f"no such rounding {rounding!r}", "there are up, half_up, down")
    if owed > MOST_ALLOWANCES:
        raise Malformed("verified mass", f"{mass_mg} mg is more than accounts can hold", "check its measure")
    return owed


def admitted(series: Series, pollutant: str, jurisdiction: str, year: int, rule: Admitted, vintages_back: int) -> bool:
    """Whether a series counts for a source of `jurisdiction` and its emission of `pollutant` in `year`.

    >>> admitted(Series("SO2", "QJ", 2026), "SO2", "KM", 2027, "zone", 1)
    True
    """
    return objection(series, pollutant, jurisdiction, year, rule, vintages_back) is None


def objection(
    series: Series, pollutant: str, jurisdiction: str, year: int, rule: Admitted, vintages_back: int
) -> str | None:
    """Why a series does not count, in the order pollutant, jurisdiction, vintage; None if it does.

    >>> objection(Series("SO2", "QJ", 2026), "SO2", "KM", 2027, "jurisdiction", 1)
    'SO2-QJ-2026 is of QJ, only allowances of KM count'
    """
    if series.pollutant != pollutant:
        return f"{series} is for {series.pollutant}, not {pollutant}"
    if rule == "jurisdiction" and series.jurisdiction != jurisdiction:
        return f"{series} is of {series.jurisdiction}, only allowances of {jurisdiction} count"
    if series.vintage > year:
        return f"{series} is for a year after {year}"
    if series.vintage < year - vintages_back:
        return f"{series} has expired; {year} takes vintages from {year - vintages_back}"
    return None


def made_up(allocated: int, due: int) -> int:
    """What of an allocation is withheld for an earlier shortfall; what is still due then waits for the next one.

    >>> made_up(100, 30), made_up(100, 130)
    (30, 100)
    """
    assert allocated >= 0 <= due, (allocated, due)
    return min(allocated, due)
