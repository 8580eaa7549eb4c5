"""`airshed lab cocontrol`: markets of several pollutants that measures hang together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table, with_provenance, writable
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.equilibrium.co_case import CoCase
    from airshed.lab.equilibrium.cocontrol import CoEquilibrium
    from airshed.lab.equilibrium.lumpy import Lumpy


def cocontrol(
    measures: Annotated[
        str, typer.Argument(metavar="MEASURES.csv", help="zone,source,technology,cost_yuan,pollutant,removal_t.")
    ],
    needs: Annotated[str, typer.Argument(metavar="NEEDS.csv", help="zone,pollutant,year,baseline_t,cap_t.")],
    ceiling: Annotated[
        float, typer.Option(metavar="YUAN", help="Per t, at which the government sells any tonne more.")
    ] = 1e6,
    rate: Annotated[float, typer.Option(metavar="PERCENT", help="Discount rate.")] = 5.0,
    banking: Annotated[bool, typer.Option("--banking/--no-banking", help="Whether allowances may be kept.")] = True,
    lumpy: Annotated[bool, typer.Option("--lumpy", help="Also build measures whole, which lasts to the end.")] = False,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Write the proof there.")] = "",
    json: Json = False,
) -> None:
    """Prices of several pollutants at once, where one measure takes out more than one of them. 多污染物协同控制。

    A measure costs yuan a year and takes tonnes a year of each pollutant, in full or in part. With --lumpy it is built
    whole or not at all, by mixed-integer programming, and the gap between both is said. The certificate holds
    both plans.

    Example: airshed lab cocontrol measures.csv needs.csv --ceiling 50000 --lumpy
    """
    import json as plain

    from airshed.lab.equilibrium.co_case import read_co_case
    from airshed.lab.equilibrium.co_certificate import co_certificate
    from airshed.lab.equilibrium.cocontrol import co_equilibrium
    from airshed.lab.equilibrium.lumpy import lumpy as whole_plan

    target = writable(certificate, "--certificate")
    if not -100 < rate < 1_000:
        raise Malformed("--rate", f"{rate:g} percent a year", "give a percentage above -100")
    case = read_co_case(Path(measures), Path(needs), rate / 100)
    found = co_equilibrium(case.measures, case.need, case.discount, ceiling, banking=banking)
    whole = whole_plan(case.measures, case.need, case.discount, ceiling, banking=banking) if lumpy else None
    if target is not None:
        terms = (case.names, case.measures, case.need, case.discount, ceiling, found)
        proof = co_certificate(*terms, banking=banking, whole=whole)
        target.write_text(plain.dumps(with_provenance(proof)) + "\n", "utf-8")
    if json:
        as_json(_document(case, found, whole))
        return
    _print(case, found, whole)


def _print(case: CoCase, found: CoEquilibrium, whole: Lumpy | None) -> None:
    rows = []
    for z, zone in enumerate(case.zones):
        for p, pollutant in enumerate(case.pollutants):
            for t, year in enumerate(case.years):
                price = found.discounted[z, p, t] / case.discount[t]
                numbers = (price, case.need[z, p, t], found.bank[z, p, t], found.extra[z, p, t])
                rows.append((zone, pollutant, year, *(f"{each:,.2f}" for each in numbers)))
    table(
        "Co-control 协同控制",
        (
            "zone 地区",
            "pollutant",
            "year 年",
            "price yuan/t 价格#",
            "needed t 需削减#",
            "bank t 结转#",
            "extra t 上限购买#",
        ),
        rows,
    )
    used = ("measure 措施", "zone 地区", *(f"{year}#" for year in case.years))
    zones = [case.zones[z] for z in case.measures.zone]
    table(
        "What is used of each measure 措施使用",
        used,
        [
            (name, zone, *(f"{100 * part:.1f} %" for part in parts))
            for name, zone, parts in zip(case.called, zones, found.use.tolist(), strict=True)
        ],
    )
    console.print(f"cost {found.cost / 1e6:,.4f} million yuan, discounted; proven least but for {found.gap:.1e} of it")
    if whole is not None:
        built = [name for name, parts in zip(case.called, whole.use.tolist(), strict=True) if any(parts)]
        console.print(
            f"whole measures that last: {whole.cost / 1e6:,.4f} million yuan; integrality gap"
            f" {100 * whole.integrality_gap:.2f} % over the divisible ones that last, the search is within"
            f" {whole.solver_gap:.1e} of the cheapest; built: {', '.join(built) or 'none'}; prices alone show that no"
            f" plan costs less than {whole.floor / 1e6:,.4f}, within {100 * whole.gap:.2f} %",
        )


def _document(case: CoCase, found: CoEquilibrium, whole: Lumpy | None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "zones": case.zones,
        "pollutants": case.pollutants,
        "years": case.years,
        "measures": case.called,
        "price_yuan_per_t": (found.discounted / case.discount).tolist(),
        "use": found.use.tolist(),
        "bank_t": found.bank.tolist(),
        "at_ceiling_t": found.extra.tolist(),
        "cost_yuan": found.cost,
        "bound_yuan": found.bound,
        "gap": found.gap,
    }
    if whole is not None:
        document["lumpy"] = {
            "use": whole.use.tolist(),
            "cost_yuan": whole.cost,
            "bound_yuan": whole.bound,
            "divisible_cost_yuan": whole.divisible_cost,
            "integrality_gap": whole.integrality_gap,
            "solver_gap": whole.solver_gap,
            "proven_yuan": whole.floor,
            "proven_gap": whole.gap,
        }
    return document
