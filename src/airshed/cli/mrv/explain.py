"""How a mass came about, and which limits hold: what an auditor asks of one hour, one day, one year, one stack."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from airshed.cli.mrv.shown import LawBook, applied, fields, marks_of, measuring_law, say_applied
from airshed.cli.mrv.shown import LawName as Rules
from airshed.cli.options import Json, ZoneName
from airshed.cli.show import as_json, console, lines, of, table
from airshed.model.near import near
from airshed.model.refusal import Malformed

OfBook = Annotated[str | None, typer.Option("--book", metavar="BOOK", help="Book whose law holds.")]


class LawName(StrEnum):
    """Which law fills missing hours."""

    HJ75 = "hj75"
    PART75 = "part75"


def explain(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of evidence or of hourly readings.", show_default=False)
    ],
    stack: Annotated[str, typer.Argument(metavar="STACK", help="A stack that it holds.", show_default=False)],
    when: Annotated[
        str, typer.Argument(metavar="WHEN", help="An hour as 2027-03-27T18, a day, or a year.", show_default=False)
    ],
    pollutant: Annotated[str, typer.Option("--pollutant", help="Which one; the first if not given.")] = "",
    law: Annotated[LawName | None, typer.Option("--law", help="Instead of that of the rulebook.")] = None,
    before: Annotated[Path | None, typer.Option("--before", metavar="DIR", help="Evidence of the year before.")] = None,
    zone: ZoneName = "dianzhong",
    rulebook: Rules = "",
    book: LawBook = None,
    json: Json = False,
) -> None:
    """Say step by step how the mass of an hour, a day or a year came about, with every figure. 核算过程说明。

    An hour is followed from its frame to its mass, or from the rule that fills it to the hour that stands in. A year
    ends with its obligation. Under an operator's mark an hour is what the operator said: --book brings the marks. Times
    are standard time; an hour is named by its beginning.

    Example: airshed mrv explain evidence QJ-PWR-03-B 2027-03-27T18 --pollutant SO2
    """
    from airshed.mrv.steps import kg
    from airshed.service.stacks.explain import explain as explained
    from airshed.service.stacks.stack_folder import provenance_of
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone

    inventory = load_zone(find_zone(zone))
    of(provenance_of(folder))
    rules = measuring_law(rulebook, book, zone)
    found = explained(
        folder,
        stack,
        when,
        inventory,
        rules,
        pollutant=pollutant,
        law=None if law is None else law.value,
        before=before,
        marks=marks_of(book) if book else None,
    )
    if json:
        as_json({**fields(found), "rulebook": applied(rules)})
        return
    state = f" {found.state_en} {found.state_zh}" if found.state_en else ""
    why = f" ({found.why})" if found.why else ""
    mass = "no mass" if found.mass_mg is None else f"{found.mass_mg:,} mg"
    lines(f"{found.stack} {found.pollutant} {found.when}{state}{why}: {mass}")
    say_applied(rules)
    for number, step in enumerate(found.steps, 1):
        console.print(f"{number}. {step.name_en} {step.name_zh}, {step.source}")
        console.print(f"   {step.formula}\n   = {step.figures}\n   = {step.value}")
    if found.parts:
        table(
            "",
            ("when 时间", "state 状态", "mass [kg]"),
            [
                (
                    each.when,
                    each.state,
                    "missing 缺失" if each.mass_mg is None else kg(each.mass_mg).removesuffix(" kg"),
                )
                for each in found.parts
            ],
        )


def limits(
    stack: Annotated[str, typer.Argument(metavar="STACK", help="A stack of the zone.", show_default=False)],
    day: Annotated[str, typer.Option("--day", metavar="DATE", help="On which day.")] = "2027-01-01",
    zone: ZoneName = "dianzhong",
    rulebook: Rules = "",
    book: OfBook = None,
    json: Json = False,
) -> None:
    """Which limits hold for a stack on a day, and by which row of the law. 适用限值。

    Example: airshed mrv limits QJ-PWR-03-B --day 2014-07-01
    """
    from datetime import date

    from airshed.mrv.applicability import limit_on, scope_on
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.monitoring import monitoring_rules, registrations

    try:
        shown = date.fromisoformat(day).isoformat()
    except ValueError:
        raise Malformed("--day", f"there is no day {day[:40]!r}", "write it as 2027-01-01") from None
    inventory = load_zone(find_zone(zone))
    known = registrations(inventory)
    if stack not in known:
        raise Malformed("STACK", f"no such stack {stack!r} in {inventory.name_en}", near(stack, known))
    registered, law = known[stack], measuring_law(rulebook, book, zone)
    rules = monitoring_rules(law)
    scope = scope_on(rules, registered, shown)
    held = [limit for each in registered.pollutants if (limit := limit_on(rules, registered, each, shown))]
    # A scope is made of each row, in order; two rows may differ by the years of commissioning alone.
    row = None if scope is None else law.applicability.rows[rules.scopes.index(scope)]
    if json:
        whole = {"stack": stack, "day": shown, "rulebook": applied(law), "applicability": row}
        as_json({**whole, "registered_set": registered.limit_set, "limits": held})
        return
    named = registered.limit_set if scope is None else scope.limit_set or "no figures 无限值数据"
    by = "the inventory, for no row of the law fits" if row is None else f"{row.cite} ({row.status})"
    commissioned = registered.commissioned or "unknown"
    what = f"{registered.sector}, {registered.process}, commissioned {commissioned}, {', '.join(registered.places)}"
    console.print(f"{stack}: {what}\n{named} by {by}")
    if scope is not None and scope.limit_set not in (None, registered.limit_set):
        console.print(f"the inventory names {registered.limit_set}, which does not hold")
    table(
        f"Limits on {shown} 适用限值",
        ("pollutant", "limit [mg/m3]", "reference O2 [%]", "statistic", "standard", "from"),
        [
            (
                each.pollutant,
                f"{each.limit_mg_m3:g}",
                "" if each.reference_o2_percent is None else f"{each.reference_o2_percent:g}",
                each.statistic,
                each.standard,
                each.valid_from if scope is None else max(each.valid_from, scope.valid_from),
            )
            for each in held
        ],
    )
    say_applied(law)
