"""`airshed zone`: the works of a region as data: copy a zone, check it, draw one, propose its caps."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import to_builtins

from airshed.cli.copying import copied
from airshed.cli.failing import line_of
from airshed.cli.options import Json
from airshed.cli.show import as_json, aside, console, resting, say, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.zone.zone import Zone

#: A cap above this part of what was emitted is a slip.
MOST_PERCENT = 200
#: Works that a line names.
MOST_NAMED = 5

app = typer.Typer(
    no_args_is_help=True,
    help="The works of a region as data: check, copy, draw them from a seed, propose their caps.",
)


@app.command()
def check(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    rulebook: Annotated[
        str, typer.Option(metavar="PATH_OR_NAME", help="Also hold it against this law: its cities and its caps.")
    ] = "",
    json: Json = False,
) -> None:
    """Read a zone strictly and name every fault in it; or say what it holds and where that comes from.

    Example: airshed zone check dianzhong --rulebook dianzhong
    """
    from airshed.rulebook.load import find as find_law
    from airshed.rulebook.load import load as load_law
    from airshed.zone.caps import unknown
    from airshed.zone.load import find, known_to, read
    from airshed.zone.origins import of_costs, of_rows
    from airshed.zone.regulated import regulated

    found, faults = read(find(zone))
    if faults:
        if json:
            errors = [{"place": each.place, "what": each.what, "cure": each.cure} for each in faults]
            as_json({"zone": zone, "ok": False, "errors": errors})
            raise typer.Exit(2)
        for fault in faults[:-1]:
            print(line_of(fault), file=sys.stderr)
        raise faults[-1]
    assert found is not None
    rules = load_law(find_law(rulebook)) if rulebook else None
    further: Counter[str] = Counter()
    if rules is not None:
        known_to(rules, found, find(zone))
        whole, found = found, regulated(found, rules)
        further = Counter(source.sector for source in whole.sources) - Counter(
            source.sector for source in found.sources
        )
    origins = [of_costs(found), f"outputs and emissions: {of_rows(found)}"]
    resting(origins)
    rows = _cities(found)
    caps: dict[str, int] = {}
    if rules is not None:
        first = min((row.vintage for row in rules.caps.rows), default=0)
        for row in rules.caps.rows:
            if row.vintage == first:
                caps[row.pollutant] = caps.get(row.pollutant, 0) + row.count * rules.allowance.size_kg
    if json:
        about = {"name_en": found.name_en, "name_zh": found.name_zh, "baseline_years": found.baseline_years}
        lacks = [{"source": source, "pollutant": pollutant} for source, pollutant in unknown(found)]
        as_json({**about, "cities": rows, "further": further, "caps_kg": caps, "not_known": lacks, "origins": origins})
        return
    _print(found, rows, caps)
    say(origins)
    lacking: dict[str, list[str]] = {}
    for source, pollutant in unknown(found):
        lacking.setdefault(pollutant, []).append(source)
    if further:
        apart = ", ".join(f"{sector} {many}" for sector, many in further.items())
        console.print(
            f"Beside them {further.total()} works of further trades, which this law does not name "
            f"and which owe nothing: {apart}. 另有本法未涵盖行业的企业{further.total()}家。"
        )
    for pollutant, sources in lacking.items():
        more = "" if len(sources) <= MOST_NAMED else f" and {len(sources) - MOST_NAMED} more"
        named = ", ".join(sources[:MOST_NAMED]) + more
        console.print(f"{pollutant}: not known of {named}, so not in the sums. 未知，不计入合计。")


@app.command()
def works(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    json: Json = False,
) -> None:
    """The inventory: what is known of the real works of a region, each fact with its source. 企业名录（事实与出处）。

    Names, places and sizes, no emissions. Works of simulated years have names of their own and stand for none of these.

    Example: airshed zone works dianzhong
    """
    from airshed.zone.facts import FILE, SAID, read_facts
    from airshed.zone.load import find, load

    folder = find(zone)
    found = load(folder)
    facts = read_facts(folder, [place.code for place in found.jurisdictions])
    if json:
        as_json({"zone": found.name_en, "said": SAID, "works": facts})
        return
    if not facts:
        say([f"{folder.name} has no {FILE}: all of its works are invented. 没有企业名录，企业均为虚构。"])
        return
    table(
        f"{found.name_en} {found.name_zh}: the inventory 企业名录",
        (
            "",
            "works",
            "企业",
            "place 地点",
            "sector 行业",
            "capacity 能力#",
            "start 投产#",
            "status 状态",
            "source 出处",
        ),
        [
            (
                each.fact,
                each.name_en,
                each.name_zh or "",
                f"{each.jurisdiction}, {each.county}" if each.county else each.jurisdiction,
                each.sector,
                "" if each.capacity is None else f"{each.capacity:,.0f} {each.capacity_measure}",
                "" if each.start_year is None else str(each.start_year),
                each.status,
                each.origin,
            )
            for each in facts
        ],
    )
    say(SAID)


@app.command()
def quoted(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    json: Json = False,
) -> None:
    """Readings of real works that somebody else published: what is printed, and how it was read. 引用的监测值。

    Not measured by this system, and played in no simulated year.

    Example: airshed zone quoted dianzhong
    """
    from airshed.zone.facts import read_facts
    from airshed.zone.load import find, load
    from airshed.zone.quoted import FILE, SAID, read_quoted

    folder = find(zone)
    found = load(folder)
    rows = read_quoted(folder, read_facts(folder, [place.code for place in found.jurisdictions]))
    if json:
        for row in rows:
            over = None if row.times_over is None else str(row.times_over)
            as_json({**to_builtins(row), "times_over": over, "said": SAID})
        return
    if not rows:
        say([f"{folder.name} has no {FILE}: nothing is quoted. 无引用监测值。"])
        return
    table(
        f"{found.name_en} {found.name_zh}: quoted readings 引用的监测值",
        ("", "works 企业", "outlet 排放口", "pollutant", "month 月份", "printed 原文", "L [mg/m3]", "C/L - 1 #"),
        [
            (
                row.quote,
                row.works,
                row.outlet,
                row.pollutant,
                row.month,
                row.printed,
                f"{row.limit_mg_m3:g}",
                "not printed 原文未载" if row.times_over is None else row.times_over,
            )
            for row in rows
        ],
    )
    for row in rows:
        console.print(f"{row.quote} {row.read_as_en}\n   {row.read_as_zh}\n   {row.limit_cite} ({row.status})")
    for source in dict.fromkeys(row.source for row in rows):
        console.print(f"Source 出处: {source}.")
    say(SAID)


@app.command()
def copy(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    folder: Annotated[str, typer.Argument(help="A new folder.")],
) -> None:
    """Copy a zone's files, to replace what is simulated by what was audited. 复制区域数据。

    docs/how-to/own-zone.md says which file holds what. Every command of the lab takes the folder by --zone.

    Example: airshed zone copy dianzhong mine
    """
    from airshed.zone.load import find, load

    source = find(zone)
    load(source)
    many = copied(source, folder)
    console.print(f"{folder}: {many} files; airshed zone check {folder} reads them")


@app.command()
def new(
    folder: Annotated[str, typer.Argument(help="A new folder.")],
    law: Annotated[str, typer.Option(metavar="FOLDER", help="Also begin its law, in this new folder.")] = "",
    time_zone: Annotated[
        str, typer.Option(metavar="ZONE", help="Time zone of that law, as Europe/Berlin.")
    ] = "Asia/Shanghai",
    currency: Annotated[str, typer.Option(metavar="CODE", help="Currency of both, as EUR.")] = "CNY",
) -> None:
    """Begin a zone of your own: every table with an example row, and a README that says how to go on. 新建区域。

    It can be read as it stands; its rows say that they are examples. So does the law, whose figures are those of the
    shipped one but for places, money, time zone and caps.

    Example: airshed zone new mine --law mine-law --time-zone Europe/Berlin --currency EUR
    """
    from airshed.rulebook.shipped import shipped
    from airshed.zone.begin import begin
    from airshed.zone.begin_law import Wanted, write_law
    from airshed.zone.load import LIBRARY

    wanted = Wanted(Path(law or "law").name, time_zone, currency)
    faults = wanted.faults()
    for fault in faults[:-1]:
        print(line_of(fault), file=sys.stderr)
    if faults:
        raise faults[-1]
    written = begin(Path(folder), shipped("zones", LIBRARY), currency)
    if law:
        write_law(Path(law), Path(folder), shipped("rulebooks", LIBRARY), wanted)
        console.print(f"{law}: the law of it, to be read with airshed rules check {law}")
    console.print(
        f"{folder}: {len(written)} files; README.md says what to replace, airshed zone check {folder} reads it"
    )


@app.command()
def convert(
    zone: Annotated[str, typer.Argument(metavar="FOLDER", help="Folder of a zone of before.")],
    out: Annotated[str, typer.Option(help="A new folder.")],
) -> None:
    """Write a zone of before, with a column a pollutant or costs in columns named for yuan, as it is read now.
    转换旧版区域数据。

    Every figure is carried over as it stands; the old folder is left as it was.

    Example: airshed zone convert mine --out mine-now
    """
    from airshed.rulebook.shipped import shipped
    from airshed.zone.convert import convert as converted
    from airshed.zone.load import LIBRARY

    made = converted(Path(zone), Path(out), shipped("zones", LIBRARY))
    console.print(f"{out}: written anew {', '.join(made)}; airshed zone check {out} reads it")


@app.command()
def caps(
    zone: Annotated[str, typer.Argument(metavar="FOLDER_OR_NAME", help="Folder of a zone, or dianzhong.")],
    shares: Annotated[
        list[str], typer.Argument(metavar="VINTAGE=PERCENT...", help="Part of a mean baseline year, as 2027=90.")
    ],
    rulebook: Annotated[
        str, typer.Option(metavar="PATH_OR_NAME", help="Only of the works that owe under this law, for what it caps.")
    ] = "",
) -> None:
    """Propose caps from what the works of a zone emitted: rows of a rulebook's caps.csv. 总量建议。

    Whole tonnes of each pollutant and city, in allowances of one kilogram; nobody has set them until a notice does.

    Without --rulebook of every works and gas of the zone, also of those that no law regulates.

    Example: airshed zone caps dianzhong 2027=90 2028=87 --rulebook dianzhong
    """
    import csv
    import sys

    from airshed.model.measures import exact
    from airshed.rulebook.load import find as find_law
    from airshed.rulebook.load import load as load_law
    from airshed.rulebook.tables import Cap
    from airshed.zone.caps import propose
    from airshed.zone.load import find, known_to, load
    from airshed.zone.origins import of_rows

    found = load(find(zone))
    rules = load_law(find_law(rulebook)) if rulebook else None
    if rules is not None:
        known_to(rules, found, find(zone))
    resting([f"emissions: {of_rows(found)}"])
    asked: dict[int, int] = {}
    for share in shares:
        vintage, _, percent = share.partition("=")
        if not (vintage.isascii() and vintage.isdigit() and len(vintage) == 4) or int(vintage) in asked:
            raise Malformed(share[:60], "is no vintage, or stands twice", "write each as 2027=90")
        asked[int(vintage)] = exact(percent, 100, share[:60], "the part")
        if not 0 <= asked[int(vintage)] <= MOST_PERCENT * 100:
            raise Malformed(share[:60], f"{percent} percent is no part", f"give 0 to {MOST_PERCENT}")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(Cap.__struct_fields__)
    for vintage_of, points in asked.items():
        for row in propose(found, points, vintage_of, rules):
            writer.writerow([row.pollutant, row.jurisdiction, row.vintage, row.count])
    aside()


@app.command()
def draw(
    folder: Annotated[str, typer.Argument(help="Folder of a zone with its plan, zone.toml.")],
    out: Annotated[str, typer.Option(help="Write the tables there; in place when left out.")] = "",
    seed: Annotated[int | None, typer.Option(help="Another seed than that of zone.toml.")] = None,
) -> None:
    """Draw the simulated tables of a zone from its seed: works, outlets, baseline years, steps. 生成模拟数据。

    In place only where all that is there was drawn: what somebody verified is not written over.

    Example: airshed zone draw dianzhong --out drawn --seed 8
    """
    from airshed.model.provenance import SIMULATED
    from airshed.zone.inventory import FILES, write
    from airshed.zone.load import find
    from airshed.zone.plan import read_plan
    from airshed.zone.rows import read_rows
    from airshed.zone.zone import BaselineFigure

    source = find(folder)
    target = Path(out) if out else source
    if out:
        try:
            target.mkdir(exist_ok=True)
        except OSError as error:
            raise Malformed(out, f"cannot be written ({error.strerror})", "name a folder that can") from None
    table_of = target / "baseline.csv"
    for line, row in enumerate(read_rows(table_of, BaselineFigure) if table_of.exists() else (), start=2):
        if row.origin != SIMULATED:
            raise Malformed(f"{table_of} line {line}", f"{row.origin!r} was not drawn", "name a new folder with --out")
    write(source, read_plan(source).seed if seed is None else seed, target)
    console.print(f"{target}: {', '.join(FILES)}")


def _cities(zone: Zone) -> list[dict[str, Any]]:
    """Works, outlets and steps of each city, and a mean baseline year in kg; None where nobody knows any."""
    place_of = {source.source: source.jurisdiction for source in zone.sources}
    stacks = Counter(place_of[stack.source] for stack in zone.stacks)
    options = Counter(place_of[option.source] for option in zone.options)
    totals: Counter[tuple[str, str]] = Counter()
    for row in zone.baseline:
        place = place_of[row.source]
        for each in row.emitted:
            totals[place, each.item] += each.amount
    works, years = Counter(place_of.values()), len(zone.baseline_years)
    return [
        {
            "city": place.code,
            "works": works[place.code],
            "stacks": stacks[place.code],
            "options": options[place.code],
            "baseline_kg": {
                kind.pollutant: totals[place.code, kind.pollutant] // years
                if (place.code, kind.pollutant) in totals
                else None
                for kind in zone.pollutants
            },
        }
        for place in zone.jurisdictions
    ]


def _print(zone: Zone, rows: Sequence[dict[str, Any]], caps: dict[str, int]) -> None:
    def tonnes(kept: Iterable[int | None]) -> list[str]:
        return ["not known 未知" if kg is None else f"{kg / 1000:,.0f}" for kg in kept]

    shown = [
        (each["city"], each["works"], each["stacks"], each["options"], *tonnes(each["baseline_kg"].values()))
        for each in rows
    ]
    names = [each.pollutant for each in zone.pollutants]
    sums: list[int | None] = []
    for name in names:
        known = [kg for each in rows if (kg := each["baseline_kg"][name]) is not None]
        sums.append(sum(known) if known else None)
    counts = (sum(each[name] for each in rows) for name in ("works", "stacks", "options"))
    shown.append(("in all 合计", *counts, *tonnes(sums)))
    if caps:
        shown.append(("cap 总量", "", "", "", *(f"{caps[name] / 1000:,.0f}" if name in caps else "" for name in names)))
    years = zone.baseline_years
    table(
        f"{zone.name_en} {zone.name_zh}: mean of {years[0]} to {years[-1]}",
        ("city 地区", "works 企业#", "outlets 排放口#", "steps 减排措施#", *(f"{name} t/y#" for name in names)),
        shown,
    )
