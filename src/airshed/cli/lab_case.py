"""The case that commands of the lab start from: two tables of one's own, or a rulebook and its zone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.equilibrium.case import Case

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]

RULEBOOK = "dianzhong"
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
    """The case of two tables, or of a rulebook and its zone."""
    from airshed.lab.equilibrium.case import read_case

    rate, growth, decline = percents
    if slopes:
        if curves or rulebook or pollutant or region:
            cure = "leave --curves, --rulebook, --pollutant and --zone out"
            raise Malformed("--slopes", "it goes only with --caps", cure)
        if not caps:
            raise Malformed("--caps", "it is missing, --slopes is given", "give both, or neither")
        return read_case(Path(slopes), Path(caps), rate / 100, quadratic=True)
    if bool(curves) != bool(caps):
        given, missing = ("--curves", "--caps") if curves else ("--caps", "--curves")
        raise Malformed(missing, f"it is missing, {given} is given", "give both, or neither")
    if curves and (rulebook or pollutant or region):
        raise Malformed(
            "--zone" if region else "--rulebook", "it goes only without --curves and --caps", "leave one of them out"
        )
    for option, value in (("--growth", growth), ("--decline", decline), ("--rate", rate)):
        if not -100 < value < 1_000:
            raise Malformed(option, f"{value:g} percent a year", "give a percentage above -100")
    if curves:
        return read_case(Path(curves), Path(caps), rate / 100)
    return _of_zone(rulebook or RULEBOOK, region, pollutant or "SO2", years, percents)


def _of_zone(rulebook: str, region: str, pollutant: str, years: int, percents: tuple[float, float, float]) -> Case:
    from airshed.lab.equilibrium.case import case_of, measured_of
    from airshed.lab.zones.zone import of_law
    from airshed.rulebook.load import find, load

    rate, growth, decline = (each / 100 for each in percents)
    rules = load(find(rulebook))
    measured = measured_of(rules, pollutant)
    return case_of(of_law(rules, region), rules, measured, years, rate, growth, decline)


def millions(yuan: float) -> str:
    return f"{yuan / 1e6:,.2f}"
