"""`airshed rules`: check a rulebook, read it, copy it, compare two, print its calendar."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.copying import copied
from airshed.cli.failing import fail, line_of
from airshed.cli.options import Json
from airshed.cli.show import as_json, console, table
from airshed.model.counted import counted
from airshed.model.measures import yuan
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from rich.text import Text

    from airshed.rulebook.schema import Rulebook

app = typer.Typer(no_args_is_help=True, help="The law as data: check it, read it, copy it, compare two versions.")

Where = Annotated[str, typer.Argument(metavar="PATH_OR_NAME", help="Folder of a rulebook, or dianzhong.")]


@app.command()
def check(
    rulebooks: Annotated[list[str], typer.Argument(metavar="PATH_OR_NAME...", help="Folders or names.")],
    json: Json = False,
) -> None:
    """Read rulebooks strictly and name every fault in them.

    Example: airshed rules check dianzhong
    """
    found = [_checked(each) for each in rulebooks]
    if json:
        as_json({"checked": found})
    for each in found:
        if json:
            continue
        if each["ok"]:
            counts = ", ".join(counted(count, name.removesuffix("s")) for name, count in each["counts"].items())
            console.print(f"ok {each['id']} {each['version']} sha256:{each['digest']} ({counts})")
            if each["of_one"]:
                console.print(
                    f"one person alone may 一人即可: {', '.join(each['of_one'])}; [roles] second makes it two"
                )
            if each["paid_for_output"]:
                console.print("allocation follows output; a product more brings 分配随产量，每增一单位产品可多得:")
            for one in each["paid_for_output"]:
                what = f"{one['sector']} ({one['product']}): {one['grams']:,} g {one['pollutant']}"
                console.print(f"  {what}, {yuan(one['fen'])} {one['money']} at the reference price 按参考价")
        for error in each.get("errors", ()):
            print(line_of(Malformed(error["place"], error["what"], error["cure"])), file=sys.stderr)
    if not all(each["ok"] for each in found):
        raise typer.Exit(2)


@app.command()
def show(
    rulebook: Where,
    section: Annotated[str, typer.Argument(help="One section, as trading or caps; all when left out.")] = "",
    json: Json = False,
) -> None:
    """Print a rulebook with its measures and citations; what nobody has read in its source says "to confirm".

    Example: airshed rules show dianzhong trading
    """
    from airshed.model.near import near
    from airshed.rulebook.digest import digest
    from airshed.rulebook.schema import Rulebook

    rules = _loaded(rulebook)
    names = [name for name in Rulebook.__struct_fields__ if name != "variations" or rules.variations]
    if section and section not in names:
        fail(Malformed(rulebook, f"no such section {section!r}", near(section, names)))
    if json and section:
        as_json({section: getattr(rules, section)})
    elif json:
        as_json({"digest": digest(rules), "rulebook": rules})
    else:
        for name in [section] if section else names:
            _show(rules, name)
        if not section:
            console.print(f"sha256:{digest(rules)}")


@app.command()
def copy(rulebook: Where, folder: Annotated[str, typer.Argument(help="A new folder.")]) -> None:
    """Copy a rulebook's files, to draft another from them. 复制规则文本。

    Example: airshed rules copy dianzhong draft
    """
    from airshed.rulebook.load import find

    _loaded(rulebook)
    many = copied(find(rulebook), folder)
    console.print(f"{folder}: {counted(many, 'file')}; airshed rules diff {rulebook} {folder} says what you change")


@app.command()
def diff(old: Where, new: Where, json: Json = False) -> None:
    """Say what a new rulebook changes, key by key, with the article.

    Example: airshed rules diff dianzhong drafts/dianzhong-2028
    """
    from airshed.rulebook.diff import diff as changes_of
    from airshed.rulebook.digest import digest

    before, after = _loaded(old), _loaded(new)
    changes = changes_of(before, after)
    if json:
        ends = {
            name: {"id": rules.programme.id, "version": rules.programme.version, "digest": digest(rules)}
            for name, rules in (("old", before), ("new", after))
        }
        as_json({**ends, "changes": changes})
    elif not changes:
        console.print("no difference")
    else:
        for change in changes:
            console.print(change.sentence)
            console.print(f"    {change.cite}", style="dim")
        console.print(f"{counted(len(changes), 'change')}")


@app.command()
def calendar(
    rulebook: Where,
    year: Annotated[int, typer.Option("--year", min=2000, max=2100, help="Compliance year.")],
    json: Json = False,
) -> None:
    """Print what is due for a compliance year, day by day, with the article it rests on. 履约日程。

    Example: airshed rules calendar dianzhong --year 2027
    """
    rules = _loaded(rulebook)
    days = sorted(_days(rules, year))
    if json:
        as_json({"year": year, "days": [dict(zip(("day", "en", "zh", "cite"), day, strict=True)) for day in days]})
    else:
        console.print(f"{rules.programme.id} {rules.programme.version}, {year}", style="bold")
        table("", ["day 日期", "what is due", "事项", "article"], days)


#: On what the working days of a year rest, in words.
RESTS = {
    "notice": "the yearly notice of the State Council, as the library chinesecalendar keeps it 国务院办公厅放假通知",
    "law": "the lists of the law 规则所列",
    "weekdays": "its weekdays alone: no holiday of that year is listed or known, which is assumed 未公布，按周推定",
}


@app.command()
def workdays(
    rulebook: Where,
    year: Annotated[int, typer.Option("--year", min=2000, max=2100, help="Calendar year.")],
    json: Json = False,
) -> None:
    """Print the working days of a year: weekdays that are closed, days that make up for them, and who says so. 工作日。

    Example: airshed rules workdays dianzhong --year 2026
    """
    from airshed.rulebook import lookup

    rules = _loaded(rulebook)
    law, rests = rules.calendar, lookup.days_from(rules, year)
    closed, made_up = (
        [day for day in listed if day.startswith(f"{year}-")] for listed in (law.closed_days, law.working_days)
    )
    if json:
        as_json({"year": year, "rests_on": rests, "closed_days": closed, "working_days": made_up})
        return
    console.print(f"{rules.programme.id} {rules.programme.version}, {year}: {RESTS[rests]}", style="bold")
    for name, days in (("closed 休息", closed), ("worked instead 调休上班", made_up)):
        console.print(f"{name}: {' '.join(day[5:] for day in days) or 'none 无'}")


@app.command()
def roles(
    rulebook: Where,
    role: Annotated[str, typer.Option("--role", help="Only the commands of this role.")] = "",
    json: Json = False,
) -> None:
    """Print who may send which command, with the narrowest scope that suffices. 角色与权限。

    Example: airshed rules roles dianzhong --role city
    """
    from airshed.rulebook import lookup

    rules = _loaded(rulebook)
    shown = _roles_shown(rules, role)
    held = lookup.rights(rules)
    commands = list(dict.fromkeys(right.command for right in rules.roles.rows if right.role in shown))
    if json:
        for command in commands:
            cells = {code: held.get((code, command)) for code in shown}
            as_json({"command": command, "second": command in rules.roles.second, "roles": cells})
        return
    console.print(f"{rules.programme.id} {rules.programme.version}, {lookup.article(rules, 'roles')}", style="bold")
    two = rules.roles.second
    rows = [(name, "two" if name in two else "", *(held.get((code, name), "") for code in shown)) for name in commands]
    table("", ["command 指令", "takes", *shown], rows)


@app.command()
def readers(
    rulebook: Where,
    role: Annotated[str, typer.Option("--role", help="Only this role, beside everybody.")] = "",
    json: Json = False,
) -> None:
    """Print who may read which table, at the widest scope, and what everybody reads. 查阅权限。

    Example: airshed rules readers dianzhong --role bank
    """
    from airshed.rulebook import lookup
    from airshed.rulebook.reading_section import EVERYBODY

    rules = _loaded(rulebook)
    shown = [EVERYBODY, *_roles_shown(rules, role)]
    held = lookup.reading(rules)
    tables = list(dict.fromkeys(right.table for right in rules.reading.rows))
    if json:
        for name in tables:
            as_json({"table": name, "readers": {reader: held.get((reader, name)) for reader in shown}})
        return
    console.print(f"{rules.programme.id} {rules.programme.version}, {lookup.article(rules, 'reading')}", style="bold")
    table("", ["table 表", *shown], [(name, *(held.get((reader, name), "") for reader in shown)) for name in tables])


def _roles_shown(rules: Rulebook, role: str) -> list[str]:
    """The role that is asked for, or all of the law; the command ends where the law has no such role."""
    from airshed.model.near import near
    from airshed.rulebook import lookup

    people = lookup.people(rules)
    if role and role not in people:
        fail(Malformed("--role", f"no such role {role!r}", near(role, people)))
    return [role] if role else list(people)


def _days(rules: Rulebook, year: int) -> Iterator[tuple[str, str, str, str]]:
    """Day, what is due in both languages, and on what that rests."""
    from airshed.engine.procedures.deadlines import surrender_day
    from airshed.rulebook.lookup import article
    from airshed.rulebook.seasons import due_day

    reported, verified = (due_day(rules, year, day) for day in (rules.calendar.report_by, rules.calendar.verify_by))
    for month_day in rules.auction.days:
        yield f"{year}-{month_day}", "Auction", "拍卖", article(rules, "auction")
    law = rules.new_entrants
    if rules.allocation.reserve_basis_points:
        new = article(rules, "new_entrants")
        yield f"{year}-{law.apply_by}", "Last day of new sources to apply", "新建源申请截止", new
        if law.unused_to != "reserve":
            yield (
                f"{year}-{law.unused_on}",
                "What no new source was granted may go to auction"
                if law.unused_to == "auction"
                else "What no new source was granted may go to those that share the cap",
                "未配给储备可转拍卖" if law.unused_to == "auction" else "未配给储备可返还现有源",
                new,
            )
    if rules.lease.open:
        yield (
            f"{year}-{rules.lease.rent_by}",
            "Last day to pay a yearly rent",
            "年租金缴付截止",
            article(rules, "lease"),
        )
    yield reported, "Last day to report", "报告截止", article(rules, "calendar")
    yield verified, "Last day to verify", "核查截止", article(rules, "calendar")
    yield surrender_day(rules, year), "Last day to surrender", "清缴截止", article(rules, "calendar")


def _checked(path_or_name: str) -> dict[str, Any]:
    from airshed.market.sharing.updating import paid_for_output
    from airshed.rulebook.check_people import of_one
    from airshed.rulebook.digest import digest
    from airshed.rulebook.load import find, read, texts

    place = ""
    try:
        folder = find(path_or_name)
        place = f"{path_or_name}/"
        rules, faults = read(texts(folder))
        faults = faults or _beside_its_zone(rules)
    except Malformed as error:
        rules, faults, place = None, [error], ""
    if rules is None or faults:
        errors = [{"place": place + each.place, "what": each.what, "cure": each.cure} for each in faults]
        return {"path": path_or_name, "ok": False, "errors": errors}
    counts = {
        "jurisdictions": len(rules.jurisdictions),
        "pollutants": len(rules.pollutants),
        "caps": len(rules.caps.rows),
        "limits": len(rules.limits.rows),
        "benchmarks": len(rules.benchmarks.rows),
        "substitution rules": len(rules.monitoring.tiers),
        "part 75 rules": len(rules.part75.tiers),
        "test methods": len(rules.manual_tests.rows),
        "methods": len(rules.methods.rows),
        "applicability rules": len(rules.applicability.rows),
        "variations": len(rules.variations),
    }
    head = {"id": rules.programme.id, "version": rules.programme.version, "digest": digest(rules)}
    paid = [each._asdict() | {"money": rules.currency.name_en} for each in paid_for_output(rules)]
    said = {"counts": counts, "of_one": list(of_one(rules)), "paid_for_output": paid}
    return {"path": path_or_name, "ok": True, **head, **said}


def _beside_its_zone(rules: Rulebook | None) -> list[Malformed]:
    """What a law contradicts of the zone that it names, where that ships with Airshed."""
    from airshed.rulebook.shipped import is_shipped
    from airshed.zone.load import of_law

    if rules is not None and is_shipped("zones", rules.programme.zone):
        try:
            of_law(rules)
        except Malformed as fault:
            return [fault]
    return []


def _loaded(path_or_name: str) -> Rulebook:
    from airshed.rulebook.load import find, read, texts

    try:
        rules, faults = read(texts(find(path_or_name)))
    except Malformed as error:
        fail(error)
    if rules is None:
        fail(Malformed(f"{path_or_name}/{faults[0].place}", faults[0].what, faults[0].cure))
    return rules


def _show(rules: Rulebook, section: str) -> None:
    from airshed.rulebook.words import said

    held, money = getattr(rules, section), rules.currency.name_en
    console.print(f"[{section}]", style="bold")
    rows = held if isinstance(held, tuple) else ()
    if not isinstance(held, tuple):
        console.print("  ", _source(held.cite, held.status), sep="")
        keys = [key for key in held.__struct_fields__ if key not in ("cite", "status", "rows", "tiers", "periods")]
        if keys:
            table("", ("key", "value"), [(key, said(key, getattr(held, key), money)) for key in keys])
        rows = getattr(held, "rows", getattr(held, "tiers", ()))
    if section == "caps":
        _caps(rules)
    elif rows:
        _rows(rows, money)
    if getattr(held, "periods", ()):
        _rows(held.periods, money)
    console.print()


def _rows(rows: Sequence[Any], money: str) -> None:
    from airshed.rulebook.words import bare, head

    columns = [name for name in rows[0].__struct_fields__ if name not in ("cite", "status")]
    notes = list(dict.fromkeys(_note(row) for row in rows if hasattr(row, "cite")))
    cells = [
        [bare(name, getattr(row, name), money) for name in columns]
        + ([str(notes.index(_note(row)) + 1)] if notes else [])
        for row in rows
    ]
    table("", [head(name, money) for name in columns] + (["note#"] if notes else []), cells)
    for number, note in enumerate(notes, 1):
        console.print(f"  {number:>2}  ", _source(*note), sep="")


def _note(row: Any) -> tuple[str, str]:
    return row.cite, getattr(row, "status", "")


def _source(cite: str, status: str) -> Text:
    """What a section or a row rests on, marked where nobody has read it there."""
    from rich.text import Text

    return Text.assemble(cite, ("  to confirm", "yellow") if status == "to confirm" else "")


def _caps(rules: Rulebook) -> None:
    from airshed.model.measures import tonnes
    from airshed.rulebook.lookup import caps

    held = caps(rules)
    codes = [place.code for place in rules.jurisdictions]
    lines: list[list[str]] = []
    for vintage in sorted({row.vintage for row in rules.caps.rows}):
        for pollutant in rules.pollutants:
            counts = [held[f"{pollutant.code}-{code}-{vintage}"] for code in codes]
            shown = [f"{tonnes(count)}" for count in (*counts, sum(counts))]
            lines.append([str(vintage), pollutant.code, *shown])
    table("", ["vintage", "pollutant", *(f"{code} [t]" for code in codes), "zone [t]"], lines)
