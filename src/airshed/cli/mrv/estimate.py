"""Masses that nobody monitors: by factor, which of two figures counts, and CO2 by what burns."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.mrv.shown import Removal, amount, fields, law_of, percent, print_estimate, span, t
from airshed.cli.options import Json, RulesName
from airshed.cli.show import as_json, console, lines, table
from airshed.model.measures import exact
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.mrv.determination import Chosen
    from airshed.mrv.factors import Estimate


def factors(
    pollutant: Annotated[str, typer.Option("--pollutant", help="One pollutant; all if not given.")] = "",
    json: Json = False,
) -> None:
    """List the emission factors and fuels: figure, range, source, and whether it is confirmed.

    Example: airshed mrv factors --pollutant SO2
    """
    from airshed.zone.factors import shipped_factors, shipped_fuels

    library, fuels = shipped_factors(), shipped_fuels()
    known = sorted({each.pollutant for each in library})
    if pollutant and pollutant not in known:
        raise Malformed("--pollutant", f"no factor of {pollutant!r}", near(pollutant, known))
    shown = [each for each in library if pollutant in {"", each.pollutant}]
    with_fuels = pollutant in {"", "CO2"}
    if json:
        as_json({"factors": shown, "fuels": fuels if with_fuels else []})
        return
    table(
        "Emission factors 排放因子",
        ("name", "pollutant", "grams [g]", "per", "range [g]", "source 来源", "status"),
        [
            (
                each.name,
                each.pollutant,
                f"{each.grams:,f}",
                each.per,
                f"{each.low:,f}-{each.high:,f}" if each.low is not None else "",
                each.cite,
                each.status,
            )
            for each in shown
        ],
    )
    if with_fuels:
        table(
            "Fuels 燃料",
            ("name", "heat [GJ/t]", "CO2 [kg/TJ]", "range [kg/TJ]", "source 来源", "status"),
            [
                (
                    each.name,
                    f"{each.ncv_gj_per_t:f}",
                    f"{each.co2_kg_per_tj:,f}",
                    f"{each.low:,f}-{each.high:,f}",
                    f"{each.cite}; heat: {each.ncv_cite}",
                    each.status,
                )
                for each in fuels
            ],
        )


def estimate(
    activity: Annotated[str, typer.Option("--activity", metavar="AMOUNT", help="In the measure the factor is per.")],
    factor: Annotated[str, typer.Option("--factor", metavar="NAME", help="A name of `airshed mrv factors`.")],
    removal: Removal = "0",
    activity_range: Annotated[
        str, typer.Option("--activity-range", metavar="PERCENT", help="Half-width of the activity's 95 % range.")
    ] = "0",
    factor_range: Annotated[
        str, typer.Option("--factor-range", metavar="PERCENT", help="The same of a factor whose source states none.")
    ] = "",
    other: Annotated[
        list[str] | None,
        typer.Option("--other", metavar="METHOD=KG", help="The same mass by monitor, manual, balance or leaks."),
    ] = None,
    process: Annotated[str, typer.Option("--process", help="Process of the outlet, as sinter head.")] = "any",
    rulebook: RulesName = "dianzhong",
    json: Json = False,
) -> None:
    """Activity x factor x (1 - removal), with range and source; with --other which figure counts under the rulebook.

    The rulebook says by which methods a mass may be found, and whether the first of them or the largest figure counts.

    Example: airshed mrv estimate --activity 1200000 --factor steel-southwest-so2 --removal 70 --other balance=6000000
    """
    from airshed.mrv.determination import choose, rule_of
    from airshed.mrv.factors import estimate as by_factor
    from airshed.mrv.factors import factor_of
    from airshed.service.stacks.records import method_rules
    from airshed.zone.factors import shipped_factors

    row = factor_of(shipped_factors(), factor)
    if factor_range and row.low is not None:
        raise Malformed("--factor-range", f"the source of {factor} states a range", "leave it out")
    made = by_factor(
        row,
        amount("--activity", activity),
        percent("--removal", removal),
        Decimal(percent("--activity-range", activity_range)) / 10_000,
        Decimal(percent("--factor-range", factor_range)) / 10_000 if factor_range else None,
    )
    figures = {"factor": made, **_others(other or [], row.pollutant)}
    rule = rule_of(method_rules(law_of(rulebook)), row.sector, process, row.pollutant)
    if rule is None and other:
        what = f"the rulebook says nothing of {row.sector} {row.pollutant}"
        raise Malformed("--other", what, "add a row to methods.csv")
    chosen = choose(rule, figures, "--other" if other else "--factor") if rule else None
    if json:
        counted, ahead = (made, None) if chosen is None else (chosen.estimate, chosen.ahead_mg)
        as_json({**fields(counted), "chosen": chosen, "ahead_mg": ahead})
        return
    if chosen is None:
        print_estimate(made)
    else:
        _print_chosen(chosen)


def _others(told: list[str], pollutant: str) -> dict[str, Estimate]:
    from airshed.mrv.factors import Estimate

    found: dict[str, Estimate] = {}
    for each in told:
        method, mark, kg = each.partition("=")
        if not mark or not method:
            raise Malformed("--other", f"{each!r} is not METHOD=KG", "write it as balance=6000000")
        if method in {"factor", *found}:
            raise Malformed("--other", f"{method} is given already", "give each method once")
        milligrams = exact(kg, 1_000_000, "--other", "mass")
        if milligrams < 0:
            raise Malformed("--other", f"{kg} kg is no mass", "give zero or more")
        found[method] = Estimate(pollutant, milligrams, None, f"the figure by {method}", "--other", "to confirm")
    return found


def co2(
    fuel: Annotated[str, typer.Option("--fuel", metavar="NAME", help="A fuel of `airshed mrv factors`.")] = "",
    tonnes: Annotated[str, typer.Option("--tonnes", metavar="T", help="How much was burnt.")] = "",
    tonnes_range: Annotated[
        str, typer.Option("--tonnes-range", metavar="PERCENT", help="Half-width of the 95 % range of that.")
    ] = "0",
    heat: Annotated[str, typer.Option("--heat", metavar="GJ_PER_T", help="Its measured calorific value.")] = "",
    oxidation: Annotated[str, typer.Option("--oxidation", metavar="PERCENT", help="Share that burns.")] = "100",
    output_mwh: Annotated[str, typer.Option("--output-mwh", metavar="MWH", help="Power made from it.")] = "",
    printed: Annotated[
        str, typer.Option("--printed", metavar="FIGURE", help='Read a figure headed "million tons CO2/GWh".')
    ] = "",
    json: Json = False,
) -> None:
    """CO2 by the coefficient method of the IPCC: fuel x calorific value x factor x oxidation, and per kWh of power.

    With --printed a figure of the paper is read as it must have been meant, and its slip is named.

    Example: airshed mrv co2 --fuel raw-coal --tonnes 745700 --output-mwh 1000000
    """
    from airshed.mrv.co2 import PLAUSIBLE_T_PER_GWH, as_meant, burnt, fuel_kg_per_kwh, fuel_of, t_per_gwh
    from airshed.zone.factors import shipped_fuels

    low, high = PLAUSIBLE_T_PER_GWH
    if printed:
        if fuel or tonnes or heat or output_mwh:
            raise Malformed("--printed", "reads a figure and burns nothing", "give it alone")
        read = as_meant(amount("--printed", printed))
        coal = fuel_kg_per_kwh(read.t_per_gwh, fuel_of(shipped_fuels(), "raw-coal"))
        if json:
            as_json({**fields(read), "raw_coal_kg_per_kwh": coal})
            return
        believable = "lies within" if read.plausible else "lies outside"
        console.print(
            f'"{read.printed:f} million tons CO2/GWh" must mean {read.printed:f} 万吨/TWh: 万吨 is 10^4 t, and TWh was '
            f"written GWh\n  as printed it is {read.times_too_large:,} times too large\n"
            f"  {read.t_per_gwh:f} t/GWh = {read.kg_per_kwh:f} kg/kWh; {believable} what the country's coal fleet "
            f"emits, {low:,} to {high:,} t/GWh\n"
            f"  it stands for {coal:f} kg of raw coal a kWh at the default heat of the yearbook",
        )
        return
    if not fuel or not tonnes:
        raise Malformed("command line", "needs --fuel and --tonnes, or --printed", "airshed mrv co2 --help shows how")
    share = percent("--oxidation", oxidation)
    if not share:
        raise Malformed("--oxidation", "nothing burns at 0 percent", "give more than 0, up to 100")
    own = amount("--heat", heat) if heat else None
    made = burnt(
        fuel_of(shipped_fuels(), fuel),
        amount("--tonnes", tonnes),
        ncv_gj_per_t=own,
        oxidation=Decimal(share) / 10_000,
        tonnes_spread=Decimal(percent("--tonnes-range", tonnes_range)) / 10_000,
    )
    intensity = t_per_gwh(made.co2_t, amount("--output-mwh", output_mwh)) if output_mwh else None
    if json:
        as_json({"co2": made, "t_per_gwh": intensity})
        return
    lines(f"CO2: {made.co2_t:,.3f} t ({span(made.spread)})\n  {made.basis}\n  {made.cite} ({made.status})")
    if intensity is not None:
        odd = "" if low <= intensity <= high else f"; the country's coal fleet lies between {low:,} and {high:,}"
        console.print(f"  {intensity:,f} t/GWh = {intensity / 1000:f} kg/kWh{odd}")


def _print_chosen(chosen: Chosen) -> None:
    made, rule = chosen.estimate, chosen.rule
    lines(f"{made.pollutant}: {t(made.mass_mg)} t by {chosen.method} ({span(made.spread)})")
    console.print(f"  {made.basis}\n  {made.cite} ({made.status})")
    told = (
        f"the larger of {' and '.join(rule.methods)}"
        if rule.rule == "larger"
        else f"the first of {', '.join(rule.methods)}"
    )
    console.print(f"  {rule.sector}, {rule.process} process: {told} counts")
    for method, mass_mg in chosen.passed_over:
        less = made.mass_mg - mass_mg
        console.print(f"  by {method} {t(mass_mg)} t: {t(abs(less))} t {'less' if less >= 0 else 'more'}")
    if chosen.lacking:
        console.print(f"  not final: no figure by {', '.join(chosen.lacking)} was given")
    console.print(f"  {rule.cite} ({rule.status})")
