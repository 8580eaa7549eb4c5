"""`airshed mrv`: evidence recomputed to hours and years, what a bad meter costs, and masses that nobody measures."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli import mrv_page
from airshed.cli.show import as_json, console, table
from airshed.model.measures import exact
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.mrv.factors import Estimate, Spread
    from airshed.mrv.meter_price import Price

app = typer.Typer(help="Measured, substituted and estimated masses. 监测、替代与核算。", no_args_is_help=True)

LAW_NAMES = {"hj75": "HJ 75", "part75": "Part 75"}
MG_PER_T = Decimal(10**9)
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


@app.callback()
def mrv() -> None:
    """Measured, substituted and estimated masses. 监测、替代与核算。"""


mrv_page.register(app)


@app.command("meter-price")
def meter_price(
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same year and losses.")] = 7,
    stack: Annotated[str, typer.Option("--stack", metavar="ID", help="Stack of the zone.")] = "QJ-PWR-03-B",
    price: Annotated[str, typer.Option("--price", metavar="YUAN_PER_T", help="What a tonne costs.")] = "10000",
    pollutant: Annotated[str, typer.Option("--pollutant", help="One pollutant; all if not given.")] = "",
    draws: Annotated[int, typer.Option("--draws", min=1, max=100, help="Draws of a random scenario.")] = 5,
    year: Annotated[int, typer.Option("--year", min=2001, max=2100, help="Year to simulate.")] = 2027,
    json: Json = False,
) -> None:
    """Break a synthetic monitor in several ways: reported less true mass under HJ 75 and under US Part 75.

    A figure above zero is what the breakage costs; below zero it pays. Random gaps are drawn several times, and the
    mean, the lowest and the highest are shown.

    Example: airshed mrv meter-price --stack QJ-PWR-03-B --pollutant SO2 --price 12000
    """
    from airshed.lab.meter_trial import meter_prices
    from airshed.lab.monitoring import monitoring_rules, registrations
    from airshed.lab.zone import load as load_zone
    from airshed.rulebook.load import find, load
    from airshed.rulebook.shipped import shipped
    from airshed.service.measure import chosen_stacks

    price_fen = exact(price, 100, "--price", "price")
    if price_fen < 0:
        raise Malformed("--price", f"{price} yuan is no price", "give zero or more")
    zone = load_zone(shipped("zones", "dianzhong"))
    (chosen,) = chosen_stacks(zone, [stack])
    registration = registrations(zone)[stack]
    if pollutant and pollutant not in registration.pollutants:
        raise Malformed(
            "--pollutant", f"{stack} does not measure {pollutant!r}", f"there are {', '.join(registration.pollutants)}"
        )
    prices = meter_prices(
        chosen,
        registration,
        year,
        seed,
        monitoring_rules(load(find("dianzhong"))),
        price_fen,
        pollutants=(pollutant,) if pollutant else (),
        draws=draws,
    )
    if json:
        as_json(
            {
                "stack": stack,
                "year": year,
                "seed": seed,
                "price_fen_per_t": price_fen,
                "prices": [
                    {"pollutant": each.pollutant, "difference_mg": each.difference_mg, **_fields(each)}
                    for each in prices
                ],
            }
        )
        return
    for name in dict.fromkeys(each.pollutant for each in prices):
        own = [each for each in prices if each.pollutant == name]
        table(
            f"{stack} {name} {year}: {_t(own[0].true_mg)} t emitted. Reported less true 申报量减真实量",
            ("scenario 情形", "lost [h]", "law 规则", "mean [t]", "lowest [t]", "highest [t]", "[%]", "cost [yuan]"),
            [_row(each) for each in own],
        )
        console.print()
    console.print("Below zero breaking the meter pays. 负值表示损坏仪表有利可图。")


@app.command()
def factors(
    pollutant: Annotated[str, typer.Option("--pollutant", help="One pollutant; all if not given.")] = "",
    json: Json = False,
) -> None:
    """List the emission factors and fuels: figure, range, source, and whether it is confirmed.

    Example: airshed mrv factors --pollutant SO2
    """
    from airshed.lab.factor_library import shipped_factors, shipped_fuels

    library, fuels = shipped_factors(), shipped_fuels()
    known = sorted({each.pollutant for each in library})
    if pollutant and pollutant not in known:
        raise Malformed("--pollutant", f"no factor of {pollutant!r}", f"there are {', '.join(known)}")
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


@app.command()
def estimate(
    activity: Annotated[str, typer.Option("--activity", metavar="AMOUNT", help="In the measure the factor is per.")],
    factor: Annotated[str, typer.Option("--factor", metavar="NAME", help="A name of `airshed mrv factors`.")],
    removal: Annotated[str, typer.Option("--removal", metavar="PERCENT", help="What control takes out.")] = "0",
    activity_range: Annotated[
        str, typer.Option("--activity-range", metavar="PERCENT", help="Half-width of the activity's 95 % range.")
    ] = "0",
    other_kg: Annotated[
        str, typer.Option("--other-kg", metavar="KG", help="Another estimate of the same mass; the larger counts.")
    ] = "",
    json: Json = False,
) -> None:
    """Activity x factor x (1 - removal), with its range and its source; the larger of two where another is given.

    Example: airshed mrv estimate --activity 1200000 --factor steel-southwest-so2 --removal 70
    """
    from airshed.lab.factor_library import shipped_factors
    from airshed.mrv.factors import Estimate, factor_of, larger
    from airshed.mrv.factors import estimate as by_factor

    chosen = factor_of(shipped_factors(), factor)
    made = by_factor(
        chosen,
        _amount("--activity", activity),
        _percent("--removal", removal),
        Decimal(_percent("--activity-range", activity_range)) / 10_000,
    )
    if other_kg:
        milligrams = exact(other_kg, 1_000_000, "--other-kg", "mass")
        if milligrams < 0:
            raise Malformed("--other-kg", f"{other_kg} kg is no mass", "give zero or more")
        other = Estimate(chosen.pollutant, milligrams, None, "the other estimate", "--other-kg", "to confirm")
        made = larger([made, other])
    if json:
        as_json(made)
        return
    _print_estimate(made)


@app.command()
def co2(
    fuel: Annotated[str, typer.Option("--fuel", metavar="NAME", help="A fuel of `airshed mrv factors`.")],
    tonnes: Annotated[str, typer.Option("--tonnes", metavar="T", help="How much was burnt.")],
    heat: Annotated[str, typer.Option("--heat", metavar="GJ_PER_T", help="Its measured calorific value.")] = "",
    oxidation: Annotated[str, typer.Option("--oxidation", metavar="PERCENT", help="Share that burns.")] = "100",
    output_mwh: Annotated[str, typer.Option("--output-mwh", metavar="MWH", help="Power made from it.")] = "",
    json: Json = False,
) -> None:
    """CO2 by the coefficient method of the IPCC: fuel x calorific value x factor x oxidation, and per kWh of power.

    Example: airshed mrv co2 --fuel raw-coal --tonnes 745700 --output-mwh 1000000
    """
    from airshed.lab.factor_library import shipped_fuels
    from airshed.mrv.co2 import PLAUSIBLE_T_PER_GWH, burnt, fuel_of, t_per_gwh

    share = _percent("--oxidation", oxidation)
    if not share:
        raise Malformed("--oxidation", "nothing burns at 0 percent", "give more than 0, up to 100")
    own = _amount("--heat", heat) if heat else None
    made = burnt(
        fuel_of(shipped_fuels(), fuel),
        _amount("--tonnes", tonnes),
        ncv_gj_per_t=own,
        oxidation=Decimal(share) / 10_000,
    )
    intensity = t_per_gwh(made.co2_t, _amount("--output-mwh", output_mwh)) if output_mwh else None
    if json:
        as_json({"co2": made, "t_per_gwh": intensity})
        return
    console.print(f"CO2: {made.co2_t:,.3f} t ({_range(made.spread)})\n  {made.basis}\n  {made.cite} ({made.status})")
    if intensity is not None:
        low, high = PLAUSIBLE_T_PER_GWH
        odd = "" if low <= intensity <= high else f"; the country's coal fleet lies between {low:,} and {high:,}"
        console.print(f"  {intensity:,f} t/GWh = {intensity / 1000:f} kg/kWh{odd}", markup=False)


@app.command()
def run(
    evidence: Annotated[Path, typer.Argument(help="Folder of evidence.", show_default=False)],
    out: Annotated[Path, typer.Option("--out", help="Where hours, results and summary go.", show_default=False)],
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes on this machine.")] = 2,
    cluster: Annotated[
        str, typer.Option("--cluster", metavar="ADDRESS", help="Dask scheduler whose workers do it instead.")
    ] = "",
    rulebook: Annotated[str, typer.Option("--rulebook", help="A folder, or the name of one.")] = "dianzhong",
    zone: Annotated[str, typer.Option("--zone", help="Name of a shipped zone, or its folder.")] = "dianzhong",
    json: Json = False,
) -> None:
    """Recompute a folder of evidence to hours (Parquet by year and stack), closed stack-years and their sum.

    The same bytes on one process, on many and on a Dask cluster that sees the same folders. Run again it computes
    only stacks whose evidence, rules or code have changed, or whose results are missing or damaged.

    Example: airshed mrv run evidence --out recomputed --workers 2
    """
    from time import perf_counter

    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from airshed.lab.monitoring import monitoring_rules
    from airshed.lab.zone import load as load_zone
    from airshed.rulebook.load import find, load
    from airshed.rulebook.shipped import shipped
    from airshed.service.evidence import read_manifest
    from airshed.service.recompute import recompute

    inventory = load_zone(Path(zone) if Path(zone).is_dir() else shipped("zones", zone))
    rules = monitoring_rules(load(find(rulebook)))
    count = len(read_manifest(evidence).stacks)
    began = perf_counter()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=json or not console.is_terminal) as shown:
        bar = shown.add_task("stacks 排放口", total=count)
        summary, kept = recompute(
            evidence,
            inventory,
            rules,
            out,
            workers=workers,
            cluster=cluster,
            progress=lambda _: shown.advance(bar),
        )
    seconds = perf_counter() - began
    if json:
        as_json({"summary": summary, "up_to_date": kept, "seconds": round(seconds, 3), "folder": str(out)})
        return
    table(
        f"{summary.year}: {summary.stacks} stacks, {summary.sealed_days:,} sealed days 封存日",
        ("pollutant", "stacks #", "mass [t]", "measured [h]", "substituted [h]", "stopped [h]", "missing [h]"),
        [
            (
                total.pollutant,
                total.stacks,
                _t(total.mass_mg),
                *(f"{hours:,}" for hours in (total.measured, total.substituted, total.stopped, total.missing)),
            )
            for total in summary.totals
        ],
    )
    console.print(f"results {summary.results_sha256}\nhours   {summary.hours_sha256}")
    console.print(f"{kept} stacks up to date, {summary.stacks - kept} computed in {seconds:.1f} s: {out}", markup=False)


def _row(price: Price) -> tuple[str, ...]:
    true = price.true_mg
    share = f"{Decimal(100 * price.difference_mg) / true:.2f}" if true else ""
    missing = f" ({price.missing_hours} unfilled)" if price.missing_hours else ""
    return (
        price.scenario.name,
        f"{price.lost_hours:,}{missing}",
        LAW_NAMES[price.law],
        _t(price.difference_mg),
        _t(price.lowest_mg - true),
        _t(price.highest_mg - true),
        share,
        f"{Decimal(price.cost_fen) / 100:,.0f}",
    )


def _fields(price: Price) -> dict[str, Any]:
    return {name: getattr(price, name) for name in price.__struct_fields__ if name != "pollutant"}


def _print_estimate(made: Estimate) -> None:
    spread = _range(made.spread) if made.spread else "range not stated"
    console.print(f"{made.pollutant}: {_t(made.mass_mg)} t ({spread})", markup=False)
    console.print(f"  {made.basis}\n  {made.cite} ({made.status})", markup=False)


def _range(spread: Spread) -> str:
    return f"-{spread.below * 100:.1f} % to +{spread.above * 100:.1f} %"


def _t(milligrams: int) -> str:
    return f"{Decimal(milligrams) / MG_PER_T:,.3f}"


def _amount(option: str, text: str) -> Decimal:
    from airshed.mrv.factors import positive

    return positive(text, option, "amount")


def _percent(option: str, text: str) -> int:
    points = exact(text, 100, option, "percent")
    if not 0 <= points <= 10_000:
        raise Malformed(option, f"{text} percent is no share", "give 0 to 100")
    return points
