"""Masses from what people write down: tests by hand, sulphur that goes in and stays, components that leak."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.mrv.shown import Removal, fields, law_of, percent, print_estimate, record, span, t
from airshed.cli.options import Json, RulesName
from airshed.cli.show import as_json, console, table
from airshed.model.near import near
from airshed.model.refusal import Malformed

Record = Annotated[Path, typer.Argument(metavar="FILE", help="A CSV file.", show_default=False)]


def manual(
    file: Record,
    hours: Annotated[
        Path, typer.Option("--hours", metavar="FILE", help="Running hours: stack,quarter,hours.", show_default=False)
    ],
    rulebook: RulesName = "dianzhong",
    json: Json = False,
) -> None:
    """A year by tests by hand: each quarter's mean rate x its running hours. 手工监测核算。

    FILE has the columns date, stack, pollutant, standard, samples_mg_m3 (between blanks; ND where nothing was
    detected), flow_m3_h (dry, standard state), load_percent. A quarter without a test that counts is missing, and so is
    the year.

    Example: airshed mrv manual tests.csv --hours hours.csv
    """
    from airshed.mrv.manual import manual_year, shown
    from airshed.service.stacks.records import hours_of, manual_rules, read_tests

    tests = read_tests(record(file), str(file))
    year = int(tests[0].day[:4])
    running = hours_of(record(hours), year, str(hours))
    law = manual_rules(law_of(rulebook))
    pairs = sorted({(each.stack, each.pollutant) for each in tests})
    years = [manual_year(stack, pollutant, year, tests, running.get(stack, {}), law) for stack, pollutant in pairs]
    if json:
        for each in years:
            as_json({"mass_mg": each.mass_mg, "spread": each.spread, **fields(each)})
        return
    for each in years:
        table(
            f"{each.stack} {each.pollutant} {year}",
            ("quarter 季度", "tests 有效监测 #", "rate [kg/h]", "ran [h]", "mass [t]", "range 范围", "missing 缺失"),
            [
                (
                    f"Q{quarter.quarter}",
                    quarter.tests,
                    "" if quarter.rate_mg_h is None else shown(quarter.rate_mg_h / 1_000_000, 3),
                    "" if quarter.hours is None else f"{quarter.hours:,}",
                    "" if quarter.mass_mg is None else t(quarter.mass_mg),
                    span(quarter.spread) if quarter.mass_mg else "",
                    quarter.missing or "",
                )
                for quarter in each.quarters
            ],
        )
        for judged in each.judged:
            if judged.why:
                told = f"  {judged.test.day} {judged.test.standard} does not count: {judged.why}"
                console.print(told)
        if each.mass_mg is None:
            without = ", ".join(f"Q{quarter.quarter}" for quarter in each.quarters if quarter.mass_mg is None)
            console.print(f"  year: not whole, {without} missing 年度数据不完整")
        else:
            console.print(f"  year: {t(each.mass_mg)} t ({span(each.spread)})")
    console.print(law.cite)


def balance(
    file: Record,
    pollutant: Annotated[str, typer.Option("--pollutant", help="SO2 by sulphur, or VOC by solvent.")] = "SO2",
    removal: Removal = "0",
    json: Json = False,
) -> None:
    """SO2 by the sulphur, or VOC by the solvent, that goes in and is not kept or recovered. 物料衡算。

    FILE has the columns material, way (in or kept), tonnes, sulphur_percent (of VOC: voc_percent), range_percent
    (half-width of the 95 % range; may be empty).

    Example: airshed mrv balance sulphur.csv --removal 90
    """
    from airshed.mrv.balances import CARRIED, material_balance
    from airshed.service.stacks.records import flows_of

    if pollutant not in CARRIED:
        raise Malformed("--pollutant", f"no balance gives {pollutant!r}", near(pollutant, CARRIED))
    into, kept = flows_of(record(file), str(file), pollutant)
    made = material_balance(pollutant, into, kept, percent("--removal", removal), f"material balance: {file}")
    if json:
        as_json(made)
        return
    print_estimate(made)


def leaks(file: Record, json: Json = False) -> None:
    """VOC by a leak survey: components found leaking by one factor, the others by another. 泄漏检测核算。

    FILE has the columns component (as valve-gas, see `airshed mrv factors --pollutant VOC`), count, leaking (empty
    where nobody looked: then the average factor holds), hours, range_percent (half-width of the 95 % range of the
    factors, whose source states none; may be empty).

    Example: airshed mrv leaks survey.csv
    """
    from airshed.mrv.balances import leaks as by_survey
    from airshed.mrv.factors import added
    from airshed.service.stacks.records import surveys_of
    from airshed.zone.factors import shipped_factors

    surveys, lines = surveys_of(record(file), str(file))
    found = by_survey(surveys, shipped_factors(), [f"{file} line {line}" for line in lines])
    total = added(found)
    if json:
        as_json({"components": found, "total": total})
        return
    table(
        "VOC by leak survey 泄漏检测核算",
        ("component", "count #", "leaking #", "mass [t]", "range 范围", "calculation 计算"),
        [
            (
                survey.kind,
                f"{survey.count:,}",
                "not looked at" if survey.leaking is None else f"{survey.leaking:,}",
                t(each.mass_mg),
                span(each.spread),
                each.basis,
            )
            for survey, each in zip(surveys, found, strict=True)
        ],
    )
    console.print(f"VOC: {t(total.mass_mg)} t ({span(total.spread)})\n  {total.cite} ({total.status})")
