"""What a control of a power plant costs by the US EPA's equations of type 1: capital, fixed and variable, US dollars.

capital = CM x kW (x (model / MW)^exponent where the plant is smaller than the model plant), a year of it capital x CRF;
fixed = FM x kW; variable = VM x MW x capacity factor x 8760. Dollars of 2011, for American plants: an upper bound here.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from airshed.model.refusal import Malformed
from airshed.zone.rows import read_rows

HOURS, KW_PER_MW = 8_760, 1_000
Figure = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class TypeOne(msgspec.Struct, frozen=True):
    """Constants of a measure for plants from so many MW to so many, one row of `epa_costs.csv`."""

    measure: str
    mw_from: Figure
    mw_to: Figure | None
    capital_usd_per_kw: Figure
    fixed_usd_per_kw_year: Figure
    variable_usd_per_mwh: Figure
    removal_percent: Annotated[float, msgspec.Meta(ge=0, le=100)]
    crf: Annotated[float, msgspec.Meta(gt=0, le=1)]
    cite: str
    status: Literal["confirmed", "to confirm"]


class Model(NamedTuple):
    """How capital grows for plants smaller than the one the constants are of; `derated` counts capacity in use."""

    mw: float
    exponent: float
    derated: bool = False


class ControlCost(NamedTuple):
    """US dollars: capital, and a year of it, fixed and variable."""

    capital: float
    annual_capital: float
    fixed: float
    variable: float

    @property
    def a_year(self) -> float:
        """All of a year."""
        return self.annual_capital + self.fixed + self.variable


def read_constants() -> tuple[TypeOne, ...]:
    """The constants that are shipped."""
    return read_rows(Path(__file__).with_name("epa_costs.csv"), TypeOne)


def constants_of(measure: str, mw: float) -> TypeOne:
    """The constants for a plant of this size. Malformed, naming what there is, where there are none."""
    rows = read_constants()
    names = list(dict.fromkeys(row.measure for row in rows))
    if measure not in names:
        raise Malformed("measure", f"no such measure {measure!r}", f"there are {', '.join(names)}")
    for row in rows:
        if row.measure == measure and row.mw_from <= mw and (row.mw_to is None or mw < row.mw_to + 1):
            return row
    raise Malformed("plant", f"{mw:g} MW", "give 100 MW or more")


def cost_of(row: TypeOne, mw: float, capacity_factor: float, model: Model | None = None) -> ControlCost:
    """The cost of a measure at a plant. Malformed for a size or a capacity factor that is none.

    >>> cost_of(constants_of("limestone forced oxidation FGD", 500), 500, 0.65)
    ControlCost(capital=247500000.0, annual_capital=24750000.0, fixed=4000000.0, variable=6548100.0)
    """
    if not mw > 0 or not 0 < capacity_factor <= 1:
        raise Malformed(
            "plant", f"{mw:g} MW at a capacity factor of {capacity_factor:g}", "give MW above zero, a factor up to one"
        )
    capital = row.capital_usd_per_kw * mw * KW_PER_MW
    if model is not None:
        capital *= (capacity_factor if model.derated else 1.0) * max(1.0, model.mw / mw) ** model.exponent
    fixed = row.fixed_usd_per_kw_year * mw * KW_PER_MW
    variable = row.variable_usd_per_mwh * mw * capacity_factor * HOURS
    return ControlCost(capital, capital * row.crf, fixed, variable)


def usd_per_t(row: TypeOne, cost: ControlCost, uncontrolled_t: float) -> float:
    """A year's cost over the tonnes that the measure takes out of so many."""
    removed = uncontrolled_t * row.removal_percent / 100
    if not removed > 0:
        raise Malformed("plant", f"{uncontrolled_t:g} t, of which nothing is removed", "give tonnes above zero")
    return cost.a_year / removed
