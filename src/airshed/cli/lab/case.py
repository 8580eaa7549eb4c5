"""The case that commands of the lab start from: two tables of one's own, or a rulebook and its zone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.equilibrium.case import Case


RULEBOOK, POLLUTANT = "dianzhong", "SO2"
CurvesOption = Annotated[
    str, typer.Option(metavar="FILE", help="CSV with zone,source,technology,cost_yuan_per_t,potential_t.")
]
CapsOption = Annotated[str, typer.Option(metavar="FILE", help="CSV with zone,year,baseline_t,cap_t.")]
RulebookOption = Annotated[
    str, typer.Option(metavar="PATH_OR_NAME", help=f"Rulebook with caps and zone.  [default: {RULEBOOK}]")
]
ZoneOption = Annotated[
    str,
    typer.Option(
        "--zone", metavar="FOLDER_OR_NAME", help="Zone with works and costs.  [default: that of the rulebook]"
    ),
]
PollutantOption = Annotated[str, typer.Option(help="Pollutant of the rulebook.  [default: SO2]")]
YearsOption = Annotated[int, typer.Option(min=1, max=100, help="Years, from the rulebook's first vintage.")]
GrowthOption = Annotated[float, typer.Option(metavar="PERCENT", help="Growth of emissions a year.")]
DeclineOption = Annotated[float, typer.Option(metavar="PERCENT", help="Fall of later caps a year.")]
SlopesOption = Annotated[
    str,
    typer.Option(
        metavar="FILE", help="Quadratic costs: zone,source,technology,start_yuan_per_t,slope_yuan_per_t2,most_t."
    ),
]
RateOption = Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate.")]


def asked(
    curves: str,
    caps: str,
    rulebook: str,
    pollutant: str,
    years: int,
    percents: tuple[float, float, float],
    slopes: str = "",
    region: str = "",
) -> Case:
    """The case of tables of one's own, or of a rulebook and its zone; `percents` are rate, growth and decline."""
    from airshed.lab.equilibrium.case import case_of, measured_of
    from airshed.lab.equilibrium.tables import read_case
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    rate, growth, decline = percents_of(percents)
    if curves or slopes or caps:
        given = "--curves" if curves else "--slopes"
        if not caps:
            raise Malformed("--caps", f"it is missing, {given} is given", "give both, or neither")
        if not curves and not slopes:
            raise Malformed("--curves", "it is missing, --caps is given", "give --curves, --slopes or both with --caps")
        if rulebook or pollutant or region:
            option = "--rulebook" if rulebook else "--pollutant" if pollutant else "--zone"
            raise Malformed(option, f"it goes only without {given} and --caps", "leave one of them out")
        return read_case(Path(curves) if curves else None, Path(caps), rate, Path(slopes) if slopes else None)
    rulebook, pollutant = rulebook or RULEBOOK, pollutant or POLLUTANT
    rules = load(find(rulebook))
    measured = measured_of(rules, pollutant)
    return case_of(of_law(rules, region), rules, measured, years, rate, growth, decline)


def percents_of(percents: tuple[float, float, float]) -> tuple[float, float, float]:
    """Rate, growth and decline as parts of one. Malformed, naming the option, for what cannot be meant."""
    for option, value in zip(("--rate", "--growth", "--decline"), percents, strict=True):
        if not -100 < value < 1_000:
            raise Malformed(option, f"{value:g} percent a year", "give a percentage above -100")
    rate, growth, decline = percents
    if decline > 100:
        raise Malformed("--decline", f"{decline:g} percent a year", "a cap falls by 100 percent at most")
    return rate / 100, growth / 100, decline / 100


def millions(yuan: float) -> str:
    return f"{yuan / 1e6:,.2f}"
