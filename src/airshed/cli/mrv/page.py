"""What people see of measured stacks: a page and a picture of one, completeness of a zone, exceedances ranked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.mrv.shown import LawBook, LawName, applied, marks_of, measuring_law, named, say_applied
from airshed.cli.options import Json, StackWorkers, ZoneName
from airshed.cli.show import as_json, bar, console, lines, of, table
from airshed.model.counted import counted
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.mrv.rules import MonitoringRules
    from airshed.rulebook.schema import Rulebook
    from airshed.zone.zone import Zone

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", help="Folder of evidence or of hourly readings.", show_default=False)
]
OfYear = Annotated[int | None, typer.Option("--year", help="Which one, where readings hold several.")]


def page(
    folder: Folder,
    stack: Annotated[str, typer.Argument(metavar="STACK", help="A stack that it holds.", show_default=False)],
    html: Annotated[Path, typer.Option("--html", help="The page to write.")] = Path("stack.html"),
    png: Annotated[Path | None, typer.Option("--png", help="Also its hours as a picture; needs Chromium.")] = None,
    language: Annotated[str, typer.Option("--language", help="Language of the picture: en or zh.")] = "en",
    year: OfYear = None,
    book: LawBook = None,
    zone: ZoneName = "dianzhong",
    rulebook: LawName = "",
    json: Json = False,
) -> None:
    """Write a stack's year as one page in English and Chinese that loads nothing. 排放口年度页面。

    Hours against their limits with flags and substituted spans, mass per day, capture by quarter, every gap with what
    stands in for it and from which hour, findings, exceedances, and how to compute the evidence again.

    Example: airshed mrv page evidence QJ-PWR-03-B --html stack.html --png stack.png
    """
    from airshed.pages.kit.chromium import browser
    from airshed.pages.kit.html import write
    from airshed.pages.kit.picture import take
    from airshed.pages.stack import build, picture_page
    from airshed.pages.stack.facts import read_stack
    from airshed.pages.stack.page import headline, picture_size

    if language not in {"en", "zh"}:
        raise Malformed("--language", f"no language {language!r}", "give en or zh")
    _in_a_folder(html)
    if png is not None:
        _in_a_folder(png)
        browser("--png")
    inventory, rules, law = _law(zone, rulebook, book)
    facts = read_stack(folder, stack, inventory, rules, year, marks_of(book) if book else None)
    of(facts.provenance)
    if png is not None:
        take(picture_page(facts, named(law), "en" if language == "en" else "zh"), picture_size(facts), png)
    write(html, build(facts, named(law)))
    made = [path for path in (html, png) if path is not None]
    if json:
        as_json(
            {
                "stack": stack,
                "year": facts.year,
                "masses": facts.closed.masses,
                "gaps": len(facts.gaps),
                "last_day": next(reversed(facts.digests), ""),
                "files": [str(path) for path in made],
                "rulebook": applied(law),
            }
        )
        return
    said = headline(facts)
    lines(f"{stack} {facts.year}: {said.en}\n{said.zh}")
    for path in made:
        console.print(f"{path}: {path.stat().st_size:,} bytes")
    say_applied(law)


def completeness(
    folder: Folder,
    html: Annotated[Path, typer.Option("--html", help="The page to write.")] = Path("completeness.html"),
    year: OfYear = None,
    book: LawBook = None,
    zone: ZoneName = "dianzhong",
    rulebook: LawName = "",
    workers: StackWorkers = None,
    json: Json = False,
) -> None:
    """Write the heat map of valid hours, stacks by days, and rank the stacks that lost most. 数据完整性热力图。

    Example: airshed mrv completeness evidence --html completeness.html
    """
    from airshed.pages.kit.html import write
    from airshed.pages.stack import build_completeness
    from airshed.pages.stack.completeness import completeness as count
    from airshed.service.stacks.stack_folder import held_year

    _in_a_folder(html)
    inventory, rules, law = _law(zone, rulebook, book)
    marks = marks_of(book) if book else None
    with bar(len(held_year(folder, inventory, year).stacks), json) as advance:
        facts = count(folder, inventory, rules, year=year, marks=marks, workers=workers, progress=advance)
    of(facts.provenance)
    write(html, build_completeness(facts, named(law)))
    ranking = facts.ranking()
    rows = [
        {
            "stack": each.stack,
            "pollutant": each.worst.pollutant,
            "basis_points": each.worst.basis_points,
            "lost_hours": sum(each.worst.running) - sum(each.worst.valid),
            "days_not_valid": facts.days_short(each),
            "longest_gap_hours": each.worst.longest[1],
        }
        for each in ranking
    ]
    if json:
        as_json(
            {
                "year": facts.year,
                "stacks": len(facts.stacks),
                "worst": rows,
                "file": str(html),
                "rulebook": applied(law),
            }
        )
        return
    table(
        f"Least complete {facts.year} 数据最不完整",
        ("stack 排放口", "pollutant 污染物", "valid [%]", "lost [h]", "days not valid #", "longest gap [h]"),
        [
            (
                each["stack"],
                each["pollutant"],
                f"{(found.worst.basis_points or 0) / 100:.2f}",
                f"{each['lost_hours']:,}",
                each["days_not_valid"],
                f"{each['longest_gap_hours']:,}",
            )
            for each, found in list(zip(rows, ranking, strict=True))[:10]
        ],
    )
    console.print(f"{html}: {html.stat().st_size:,} bytes, {counted(len(facts.stacks), 'stack')}")
    say_applied(law)


def exceedances(
    folder: Folder,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many of the worst.")] = 20,
    year: OfYear = None,
    book: LawBook = None,
    zone: ZoneName = "dianzhong",
    rulebook: LawName = "",
    workers: StackWorkers = None,
    json: Json = False,
) -> None:
    """Rank the exceedances of all stacks by times over, C/L - 1, each by the statistic of its limit. 超标倍数排名。

    As the report of a year counts them: by what the monitors read; with --book also which of the hours an operator's
    mark keeps out of the count.

    Example: airshed mrv exceedances evidence --limit 10
    """
    from airshed.mrv.exceedance import exceedances_of
    from airshed.mrv.spans import hour_text
    from airshed.pages.kit.words import STATISTICS
    from airshed.service.stacks.stack_folder import closed_years, held_year

    inventory, rules, law = _law(zone, rulebook, book)
    there = held_year(folder, inventory, year, marks_of(book) if book else None)
    of(there.provenance)
    with bar(len(there.stacks), json) as advance:
        closed = closed_years(there, rules, workers=workers, progress=advance)
        found = exceedances_of(each for one in closed for each in one.exceedances)
    shown = [(each, hour_text(there.year, each.as_read.worst_hour or 0)) for each in found.rows[:limit]]
    if json:
        for each, at in shown:
            as_json(
                {
                    "stack": each.stack,
                    "pollutant": each.limit.pollutant,
                    "standard": each.limit.standard,
                    "statistic": each.limit.statistic,
                    "limit_mg_m3": each.limit.limit_mg_m3,
                    "reference_o2_percent": each.limit.reference_o2_percent,
                    "worst_mg_m3": each.as_read.worst_mg_m3,
                    "worst_at": at,
                    "times_over": str(each.as_read.times_over),
                    "breaches": each.breaches,
                    "hours_over": each.as_read.hours_over,
                    "marked_hours": each.as_read.marked_hours if book else None,
                    "marks": each.as_read.marks if book else None,
                    "hours_compared": each.hours_compared,
                    "rulebook": applied(law),
                }
            )
        return
    table(
        f"Exceedances {there.year} 超标",
        (
            "# #",
            "stack 排放口",
            "pollutant",
            "C [mg/m3]",
            "L [mg/m3]",
            "C/L - 1 #",
            "breaches #",
            "marked [h]",
            "worst hour 最高时刻",
            "statistic 统计方式",
            "standard 标准",
        ),
        [
            (
                place,
                each.stack,
                each.limit.pollutant,
                f"{each.as_read.worst_mg_m3:,.2f}",
                f"{each.limit.limit_mg_m3:g}",
                each.as_read.times_over,
                f"{each.breaches:,}",
                f"{each.as_read.marked_hours:,}" if book else "–",
                at,
                STATISTICS[each.limit.statistic].zh + " " + each.limit.statistic,
                each.limit.standard,
            )
            for place, (each, at) in enumerate(shown, start=1)
        ],
    )
    console.print(
        f"{len(found.rows)} of {counted(found.compared, 'limit')} of {counted(len(there.stacks), 'stack')} "
        f"{'was' if len(found.rows) == 1 else 'were'} exceeded; {len(shown)} shown."
        f" {found.compared}项限值中{len(found.rows)}项超标。"
    )
    if book:
        console.print(
            f"{found.broken} {'counts' if found.broken == 1 else 'count'}; "
            f"{found.marked} only in hours under a mark that stands. "
            f"计为超标{found.broken}项，另{found.marked}项仅在有效标记时段。"
        )
    else:
        console.print(
            "By what the monitors read; --book says which hours a mark keeps out. 以监测读数为准，未计企业标记。"
        )
    say_applied(law)


def _law(zone: str, rulebook: str, book: str | None) -> tuple[Zone, MonitoringRules, Rulebook]:
    """The inventory, the monitoring rules and the law that has them, by name of what is shipped or by folder."""
    from airshed.zone.load import find as find_zone
    from airshed.zone.load import load as load_zone
    from airshed.zone.monitoring import monitoring_rules

    folder = find_zone(zone)
    law = measuring_law(rulebook, book, zone)
    return load_zone(folder), monitoring_rules(law), law


def _in_a_folder(path: Path) -> None:
    """Before anything is computed: whether the file can be put there."""
    if not path.parent.is_dir():
        raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
    if path.is_dir():
        raise Malformed(str(path), "is a folder", "name a file in it")
