"""`airshed lab equilibrium` and `check`: the price path if everybody trades, and its proof worked out again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.lab.case import (
    POLLUTANT,
    RULEBOOK,
    CapsOption,
    CurvesOption,
    DeclineOption,
    GrowthOption,
    PollutantOption,
    RateOption,
    RulebookOption,
    SlopesOption,
    YearsOption,
    ZoneOption,
    asked,
    millions,
)
from airshed.cli.lab.equilibrium_law import (
    MOST_BESIDE,
    alone,
    document,
    lawful_supply,
    print_lawful,
    told_to_leave_out,
)
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, lines, of, resting, say, table, with_provenance, writable
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from airshed.lab.equilibrium import CrossTrade
    from airshed.lab.equilibrium.case import Case, Solution
    from airshed.lab.equilibrium.curves import Floats

TaxOption = Annotated[
    str,
    typer.Option(metavar="YUAN", help="Tax per t on what is emitted, or a place as Yunnan (its table: to confirm)."),
]
BelowOption = Annotated[
    float, typer.Option(metavar="PERCENT", help="How far outlets are under the standard: they pay a part of the tax.")
]
#: Bytes of a certificate that `check` reads.
LARGEST_FILE = 1_000_000_000


def equilibrium(
    curves: CurvesOption = "",
    caps: CapsOption = "",
    matrix: Annotated[
        str,
        typer.Option(metavar="FILE", help="CSV with receptor,zone,coefficient,origin: limits where people breathe."),
    ] = "",
    ratios: Annotated[
        str,
        typer.Option(
            metavar="FILE", help="CSV with zone,to_zone,ratio,origin: what becomes of an allowance that moves."
        ),
    ] = "",
    rulebook: RulebookOption = "",
    region: ZoneOption = "",
    pollutant: PollutantOption = "",
    years: YearsOption = 10,
    growth: GrowthOption = 1.0,
    decline: DeclineOption = 3.0,
    rate: RateOption = 5.0,
    slopes: SlopesOption = "",
    tax: TaxOption = "",
    below: BelowOption = 0.0,
    without: Annotated[
        str,
        typer.Option(
            metavar="ARTICLES",
            help="Articles of the law to leave out: walls, borders, banking, vintages, auction, supply, reserve,"
            " containment, repurchase, penalty, collar; or all.",
        ),
    ] = "",
    banking: Annotated[bool, typer.Option("--banking/--no-banking", help="Whether allowances may be kept.")] = True,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Write the proof there.")] = "",
    json: Json = False,
) -> None:
    """The price path, the bank and who abates if everybody trades: the whole zone, and each city by itself. 市场均衡。

    Without --curves and --caps it is the zone of a rulebook under that law: its walls, borders, limits on banking,
    vintages that count, auctions, reserves, penalties and collars are limits of the problem. --without leaves articles
    out, and the first line says what that changes. Costs of a shipped zone are indicative.

    Tables of one's own are one market that may bank all. With --matrix each receptor may get no more load than the caps
    would bring there; prices then differ by zone. With --tax firms pay for what they still emit, and allowances are
    worth what is left of the marginal cost. --slopes stands in --curves' place, or beside it. With --ratios allowances
    move between zones, and become so many; no round of ratios may make more than it took.

    Example: airshed lab equilibrium --pollutant SO2 --years 5 --tax Yunnan

    Example: airshed lab equilibrium --pollutant NOx --without walls,banking

    Example: airshed lab equilibrium --curves curves.csv --caps caps.csv --certificate proof.json
    """
    import json as plain

    from airshed.lab.equilibrium.case import closed, linked, solved
    from airshed.lab.equilibrium.tables import read_air, read_ratios

    if matrix and ratios:
        raise Malformed("--ratios", "it stands beside --matrix", "give one of them: ratios are for transport one way")
    target = writable(certificate, "--certificate")
    own = bool(curves or slopes or caps)
    if without and (own or matrix or ratios):
        option = "--matrix" if matrix else "--ratios" if ratios else "--caps"
        raise Malformed("--without", f"with {option} the law's limits are not in it", "leave it out")
    if not own and not matrix and not ratios:
        asked_of = (rulebook or RULEBOOK, region, pollutant or POLLUTANT, years, (rate, growth, decline), without)
        _under_law(asked_of, banking, (tax, below), target, json)
        return
    percents = (rate, growth, decline)
    case = asked(curves, caps, rulebook, pollutant, years, percents, slopes, region)
    levied, levy = _tax(tax, "" if curves or slopes else pollutant or POLLUTANT, below)
    if levied:
        case = case.taxed(levied)
    air = read_air(Path(matrix), case.zones) if matrix else linked(case.zones)
    trades: Sequence[CrossTrade] = ()
    if ratios:
        trades, said_by = read_ratios(Path(ratios), case.zones)
        air = closed(case.zones)._replace(origins=said_by)
    resting((*case.origins, *air.origins, levy))
    found = solved(case, air, banking, trades)
    apart = _alone(case, banking) if len(case.zones) > 1 and not matrix else None
    if target is not None:
        target.write_text(plain.dumps(with_provenance(found.proof)) + "\n", "utf-8")
    if json:
        as_json({**_document(case, found, apart), **_taxed(case, found.found.cost, found.found.abated, levied)})
        return
    if not own:
        words = f"everything but the caps, for --{'matrix' if matrix else 'ratios'}"
        _, supply, terms = lawful_supply(rulebook or RULEBOOK, region, pollutant or POLLUTANT, years, percents, "")
        told_to_leave_out(words, supply.taxed(levied), terms, float(found.found.price[:, 0].mean()))
    _print(case, found, apart)
    _print_tax(case, _taxed(case, found.found.cost, found.found.abated, levied), levy)


def check(
    certificate: Annotated[str, typer.Argument(metavar="CERT", help="What `--certificate` wrote.")],
    curves: CurvesOption = "",
    caps: CapsOption = "",
    matrix: Annotated[str, typer.Option(metavar="FILE", help="CSV with receptor,zone,coefficient,origin.")] = "",
    slopes: SlopesOption = "",
    rate: RateOption = 5.0,
    tax: TaxOption = "",
    json: Json = False,
) -> None:
    """Work an equilibrium out again from its certificate, without a solver. 核验均衡证书。

    A certificate holds its whole case. With the tables of --curves (or --slopes), --caps and --matrix it is also
    checked that this case is theirs, at that --rate and --tax, and not another one. What its figures are is the
    certificate's own word, which is no part of its digest.

    Example: airshed lab check proof.json

    Example: airshed lab check proof.json --curves curves.csv --caps caps.csv
    """
    from airshed.lab.equilibrium.case import closed, linked, stated_of
    from airshed.lab.equilibrium.tables import read_air
    from airshed.lab.proofs import check as checked
    from airshed.lab.proofs import hold_to_case, told
    from airshed.lab.proofs.market import MarketCertificate

    try:
        if Path(certificate).stat().st_size > LARGEST_FILE:
            raise Malformed(certificate, f"larger than {LARGEST_FILE:,} bytes", "split the case")
        text = Path(certificate).read_bytes()
    except OSError as error:
        raise Malformed(certificate, (error.strerror or str(error)).lower(), "name a readable file") from None
    found = checked(text, certificate)
    said = told(found)
    if found.provenance is not None:
        of(found.provenance)
    tables = bool(curves or slopes or caps)
    if tables:
        if not isinstance(found, MarketCertificate):
            raise Malformed("--caps", "only equilibria are compared with tables", "leave the tables out")
        case = asked(curves, caps, "", "", 1, (rate, 0.0, 0.0), slopes)
        levied, _ = _tax(tax, "", 0.0)
        case = case.taxed(levied) if levied else case
        air = closed(case.zones) if found.trades else linked(case.zones)
        hold_to_case(found, stated_of(case, read_air(Path(matrix), case.zones) if matrix else air), certificate)
    elif matrix or tax:
        raise Malformed("--caps", "it is missing", "give --curves or --slopes and --caps, too")
    if json:
        as_json({"holds": True, **({"case": "that of the tables"} if tables else {}), **said.figures})
        return
    lines(*said.lines)
    if tables:
        lines("its case is that of the tables 案例与表格一致")
    lines(f"digest {said.figures['digest']}")


def _tax(said: str, pollutant: str, below: float) -> tuple[float, str]:
    """Yuan per tonne, a number or what a place taxes the pollutant at, and whose tax that is."""
    from airshed.lab.prices.taxes import read_taxes, tax_of

    if not 0 <= below <= 100:
        raise Malformed("--below", f"{below:g} percent", "give 0 to 100 percent")
    if not said:
        return 0.0, ""
    try:
        yuan = float(said)
    except ValueError:
        yuan = None
    if yuan is not None:
        if below:
            raise Malformed("--below", "it goes with the tax of a place", "name the place, or leave it out")
        return yuan, ""
    if not pollutant:
        raise Malformed("--tax", f"the tables do not say what {said[:60]!r} taxes", "give yuan per t")
    levied = tax_of(said, pollutant, below)
    if levied is None:
        places = ", ".join(dict.fromkeys(each.place for each in read_taxes()))
        raise Malformed("--tax", f"{said[:60]!r} taxes no {pollutant}", f"give yuan per t, or one of {places}")
    status = next(row.status for row in read_taxes() if (row.place, row.pollutant) == (said, pollutant))
    under = f" {below:g} % under the standard" if below else ""
    return levied, f" ({said} on {pollutant}{under}, {status})"


def _taxed(case: Case, cost: float, abated: Floats, tax: float) -> dict[str, float]:
    """What abating costs without the tax that it saves, and what the tax brings, discounted; nothing without a tax."""
    if not tax:
        return {}
    tonnes, emitted = abated @ case.discount, (case.baseline - abated) @ case.discount
    return {
        "tax_yuan_per_t": tax,
        "abatement_yuan": cost + tax * float(tonnes.sum()),
        "tax_yuan": tax * float(emitted.sum()),
    }


def _print_tax(case: Case, said: Mapping[str, float], levy: str) -> None:
    """What a tax does, where there is one."""
    if said:
        console.print(
            f"a tax of {said['tax_yuan_per_t']:,.2f} {case.money[0]}/t{levy}: costs and prices are net of it; abating"
            f" costs {millions(said['abatement_yuan'])} million {case.money[0]}, the tax brings"
            f" {millions(said['tax_yuan'])}",
        )


def _under_law(
    asked_of: tuple[str, str, str, int, tuple[float, float, float], str],
    banking: bool,
    taxing: tuple[str, float],
    target: Path | None,
    json: bool,
) -> None:
    """A zone under its law, or what is left of that law."""
    import json as plain
    from dataclasses import replace

    from airshed.lab.equilibrium.lawful import lawful
    from airshed.lab.equilibrium.lawful_certificate import lawful_certificate
    from airshed.lab.equilibrium.terms import TOLD, terms_of

    rules, supply, terms = lawful_supply(*asked_of)
    levied, levy = _tax(taxing[0], asked_of[2], taxing[1])
    supply = supply.taxed(levied) if levied else supply
    resting((*supply.case.origins, levy))
    if not banking:
        terms = replace(terms, bank_share=0.0, flow_share=None)
    answer = lawful(supply, terms)
    cities = alone(supply, terms) if len(supply.case.zones) > 1 and not terms.closed else None
    law = f"{rules.programme.id} {rules.programme.version}"
    if target is not None:
        target.write_text(plain.dumps(with_provenance(lawful_certificate(answer, law))) + "\n", "utf-8")
    said = _taxed(supply.case, answer.cost, answer.by_city(), levied)
    if json:
        as_json({**document(answer, cities, law), **said})
        return
    full = terms_of(rules, terms.pollutant)
    if terms != full:
        left = [f"{TOLD[each][0]} {TOLD[each][1]}" for each in terms.left_out if each in full.in_force]
        left += [] if banking else ["that allowances may be kept 结转"]
        told_to_leave_out(", ".join(left) or "nothing that this law has", supply, full, float(answer.mean_price()[0]))
    print_lawful(answer, cities)
    _print_tax(supply.case, said, levy)


def _alone(case: Case, banking: bool) -> Solution | Malformed:
    """Every zone by itself; what cannot be kept is an answer here, not an error."""
    from airshed.lab.equilibrium.case import closed, solved

    try:
        return solved(case, closed(case.zones), banking)
    except Malformed as error:
        return error


def _print(case: Case, solution: Solution, alone: Solution | Malformed | None) -> None:
    found = solution.found
    by_place = len(solution.air.receptors) > 1 or not bool((solution.air.transfer == 1).all())
    money = case.money[0]
    heads = [f"{zone} {money}/t 价格#" for zone in case.zones] if by_place else [f"price {money}/t 价格#"]
    rows = []
    for t, year in enumerate(case.years):
        prices = (
            [f"{found.price[z, t]:,.2f}" for z in range(len(case.zones))] if by_place else [f"{found.price[0, t]:,.2f}"]
        )
        emitted = case.baseline[:, t].sum() - found.abated[:, t].sum()
        masses = (case.baseline[:, t].sum(), case.caps[:, t].sum(), found.abated[:, t].sum(), emitted)
        bank = [] if by_place else [f"{found.bank[0, t]:,.1f}"]
        rows.append((year, *prices, *(f"{mass:,.1f}" for mass in masses), *bank))
    if len(heads) > MOST_BESIDE:
        table(
            f"Prices {money}/t 价格",
            ["year 年", *(f"{zone}#" for zone in case.zones)],
            [row[: 1 + len(heads)] for row in rows],
        )
        rows, heads = [(row[0], *row[1 + len(heads) :]) for row in rows], []
    columns = ["year 年", *heads, "unabated t 基线#", "caps t 总量#", "abated t 削减#", "emitted t 排放#"]
    table("Equilibrium 均衡", columns + ([] if by_place else ["bank t 结转#"]), rows)
    console.print(
        f"cost {millions(found.cost)} million {money}, discounted at {100 * case.rate:g} %; proven least but for"
        f" {found.gap:.1e} of it"
    )
    if not found.price.any():
        console.print(
            "no scarcity: nobody must abate anything that costs, and an allowance is worth nothing 总量不构成约束"
        )
    if isinstance(alone, Malformed):
        console.print(f"each city by itself 各市封闭: no answer; {alone}")
    elif alone is not None:
        _print_alone(case, solution, alone)
    what = "ratios" if solution.found.traded.size else "matrix"
    say((*case.origins, *(f"{what}: {each}" for each in solution.air.origins)))


def _print_alone(case: Case, solution: Solution, alone: Solution) -> None:
    """What the first year's prices and the costs would be behind closed borders."""
    money = case.money[0]
    rows = [
        (
            zone,
            f"{alone.found.price[z, 0]:,.2f}",
            f"{alone.found.price[z, -1]:,.2f}",
            f"{solution.found.price[z, 0]:,.2f}",
        )
        for z, zone in enumerate(case.zones)
    ]
    table(
        "Each city by itself 各市封闭",
        (
            "city 地区",
            f"{money}/t {case.years[0]}#",
            f"{money}/t {case.years[-1]}#",
            f"linked {money}/t {case.years[0]}#",
        ),
        rows,
    )
    saved = alone.found.cost - solution.found.cost
    part = f", {100 * saved / alone.found.cost:.2f} %" if solution.found.cost > 0 else ""
    console.print(
        f"closed borders cost {millions(alone.found.cost)} million {money}; linking the cities saves {millions(saved)}"
        f" million{part}"
    )


def _document(case: Case, solution: Solution, alone: Solution | Malformed | None) -> dict[str, Any]:
    found = solution.found
    document: dict[str, Any] = {
        "money": case.money[0],
        "zones": case.zones,
        "receptors": solution.air.receptors,
        "years": case.years,
        "price_yuan_per_t": found.price.tolist(),
        "abated_t": found.abated.tolist(),
        "bank": found.bank.tolist(),
        "cost_yuan": found.cost,
        "bound_yuan": found.bound,
        "gap": found.gap,
        "origins": [*case.origins, *(f"matrix: {each}" for each in solution.air.origins)],
    }
    if isinstance(alone, Malformed):
        document["closed"] = {"cost_yuan": None, "why": str(alone)}
    elif alone is not None:
        document["closed"] = {"cost_yuan": alone.found.cost, "price_yuan_per_t": alone.found.price.tolist()}
    return document
