"""`airshed lab replay`: a real year under other rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from airshed.cli.options import BookPath, Json
from airshed.cli.show import as_json, bar, console, showing, table
from airshed.model.allowance import pollutant_of
from airshed.model.refusal import Malformed, Why

if TYPE_CHECKING:
    from airshed.service.book.replay import Fate, LawsCompared

#: Most reasons on screen; --json has every command.
SHOWN = 20
FATES: dict[Fate, str] = {
    "refused": "refused now 现被拒",
    "accepted": "accepted now 现通过",
    "otherwise": "another reason 理由不同",
    "dangling": "not offered 未重放",
    "unneeded": "not needed 无需确认",
}


def replay(
    book: BookPath,
    rulebook: Annotated[
        str, typer.Option("--rulebook", metavar="PATH_OR_NAME", help="The other law.", show_default=False)
    ],
    as_here: Annotated[
        bool,
        typer.Option("--here", help="With the places, sectors, pollutants, caps and benchmarks of the book's law."),
    ] = False,
    json: Json = False,
) -> None:
    """Offer every command of a book to an engine under another law, and say what fares differently. 换规则重放。

    People sent what made sense under their law, and nobody adapts here. A command that names what was never made under
    the other law is not offered; an order is priced on its tick, a surrender that is too much cut to what is there.
    With --here the law of another region is taken as it would be written here.

    Example: airshed lab replay demo/dianzhong.book --rulebook drafts/dianzhong-2028
    """
    from airshed.rulebook.load import find, load, load_texts
    from airshed.service.book.addressed import to_read
    from airshed.service.book.replay import carried_on, here, under

    told = other = load(find(rulebook))
    with showing(to_read(book)) as opened, opened.named():
        in_force = opened.law_in_force()
        if in_force is None:
            raise Malformed(str(opened.path), "no rulebook is adopted", "airshed book new makes a book with one")
        own = load_texts(opened.law(in_force))
        index = carried_on(other, own) if as_here else None
        other = here(other, own) if as_here else other
        (records,) = opened.sql.execute("SELECT count(*) FROM journal").fetchone()
        with bar(records, json, "records 记录") as done:
            found = under(opened.lines(), other, done)
    notes = []
    if own.currency.code != told.currency.code:
        words = own.currency.name_en, told.currency.name_en
        notes.append(f"the book is in {words[0]}, the other law in {words[1]}: amounts as they are")
    if not {place.code for place in own.jurisdictions} & {place.code for place in other.jurisdictions}:
        notes.append("the other law is of other places, where nothing of this can happen: --here takes its rules here")
    if index is not None:
        notes.append(f"penalties are indexed as of {index.period}, the last index of the other law (to confirm)")
    lost = found.fates["CloseYear", "refused"]
    if lost:
        notes.append(
            f"the closing of {lost:,} years is refused there, so that their obligations, shortfalls and penalties "
            "do not count: read no difference in them"
        )
    late = sum(each.command == "Surrender" and each.after == Why.TOO_LATE and not each.before for each in found.changed)
    if late:
        notes.append(
            f"{late:,} surrenders came after the last day of the other law; nobody adapts, so that what they were to "
            "cover is short: no more than that is said by its shortfalls and penalties"
        )
    if json:
        as_json(document(found, notes))
        return
    _print(found, notes, own.currency.name_en, other.currency.name_en)


def document(found: LawsCompared, notes: list[str]) -> dict[str, Any]:
    """What was found as plain values; masses in kg, money in fen."""

    def sums(which: Any) -> dict[str, Any]:
        return {
            "traded": [
                {"kind": kind, "pollutant": pollutant, "count": count, "fen": fen}
                for (kind, pollutant), (count, fen) in sorted(which.traded.items())
            ],
            "fees_fen": which.fees,
            "treasury_fen": which.treasury,
            "banked": which.banked,
            "years_closed": which.closed,
            "obligation": dict(sorted(which.obligation.items())),
            "shortfall": dict(sorted(which.shortfall.items())),
            "penalty_fen": dict(sorted(which.penalty.items())),
        }

    moved = _moved(found)
    return {
        "records": found.records,
        "fates": [
            {"command": name, "fate": fate, "count": count} for (name, fate), count in sorted(found.fates.items())
        ],
        "surrenders_cut": found.cut,
        "orders_fitted": found.fitted,
        "acts_waiting": found.waiting,
        "allocation_moved": moved,
        "allocation": [
            {"source": source, "series": series, "before": count, "after": other}
            for source, series in sorted({*found.before.allocated, *found.after.allocated})
            if (count := found.before.allocated.get((source, series), 0))
            != (other := found.after.allocated.get((source, series), 0))
        ],
        "before": sums(found.before),
        "after": sums(found.after),
        "changed": found.changed,
        "notes": notes,
    }


def _print(found: LawsCompared, notes: list[str], *money: str) -> None:
    """The tables; `money` is what the two laws call theirs."""
    from airshed.model.measures import tonnes, yuan

    same = sum(count for (_, fate), count in found.fates.items() if fate in ("same", "law"))
    console.print(f"{found.records:,} commands offered again 重放指令; {same:,} fare the same 结果相同")
    names = sorted({name for name, fate in found.fates if fate in FATES})
    if names:
        table(
            "Commands that fare differently 结果不同的指令",
            ("command 指令", *(f"{title}#" for title in FATES.values())),
            [(name, *(f"{found.fates[name, fate]:,}" for fate in FATES)) for name in names],
        )
        reasons = [each for each in found.reasons.most_common() if each[1]]
        table(
            "Why 理由",
            ("command 指令", "reason now 现理由", "article 条款", "commands 指令数#"),
            [(name, why or "-", article or "-", f"{count:,}") for (name, why, article), count in reasons[:SHOWN]],
        )
        if len(reasons) > SHOWN:
            console.print(f"and {len(reasons) - SHOWN} more reasons: --json has every command")
    before, after = found.before, found.after
    unit = money[0] if money[0] == money[1] else f"{money[0]}, {money[1]}"
    rows: list[tuple[object, ...]] = []
    for kind, pollutant in sorted({*before.traded, *after.traded}):
        counts = [which.traded.get((kind, pollutant), [0, 0])[0] for which in (before, after)]
        prices = [which.price(kind, pollutant) for which in (before, after)]
        rows.append((f"{kind} {pollutant} t", *map(tonnes, counts)))
        rows.append((f"{kind} {pollutant} {unit} a tonne", *("-" if each is None else yuan(each) for each in prices)))
    for pollutant in sorted({*before.obligation, *after.obligation}):
        for what in ("obligation", "shortfall"):
            masses = [
                tonnes(getattr(which, what).get(pollutant, 0)) if which.closed else "-" for which in (before, after)
            ]
            rows.append((f"{what} {pollutant} t", *masses))
        due = [yuan(which.penalty.get(pollutant, 0)) if which.closed else "-" for which in (before, after)]
        rows.append((f"penalty {pollutant} {unit}", *due))
    rows += [
        ("banked t", *(tonnes(which.banked) if which.closed else "-" for which in (before, after))),
        (f"fees {unit}", yuan(before.fees), yuan(after.fees)),
        (f"treasury {unit}", yuan(before.treasury), yuan(after.treasury)),
    ]
    table("What it comes to 结果", ("figure 指标", "under its own law 原规则#", "under the other 新规则#"), rows)
    for pollutant, kilograms in sorted(_moved(found).items()):
        if not kilograms:
            continue
        console.print(f"allocation: {tonnes(kilograms)} t of {pollutant} would go to other sources")
    if found.fitted:
        console.print(f"{found.fitted:,} orders were priced on the tick and lot of the other law")
    if found.cut:
        console.print(f"{found.cut:,} surrenders were cut to what was owed and held")
    if found.waiting:
        console.print(f"{found.waiting:,} acts wait for a second pair of eyes that the first law did not ask for")
    for note in notes:
        console.print(note)


def _moved(found: LawsCompared) -> dict[str, int]:
    """By pollutant: kilograms that sources get more under the other law, those who get less being the same or more."""
    moved: dict[str, int] = {}
    for source, series in sorted({*found.before.allocated, *found.after.allocated}):
        more = found.after.allocated.get((source, series), 0) - found.before.allocated.get((source, series), 0)
        pollutant = pollutant_of(series)
        moved[pollutant] = moved.get(pollutant, 0) + max(more, 0)
    return moved
