"""The allocation workshop: choose a series and a method, see who gets what, compare, and take it to the act."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import ActivityLine, Allocate, SetCap
from airshed.engine.nouns import Actor
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.measures import Unit
from airshed.model.provenance import Simulation
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal import cures
from airshed.pages.portal.frame import Visitor, acting, page, place_name
from airshed.pages.portal.happening import amount, in_column
from airshed.pages.portal.names import works_name, zone_of
from airshed.pages.portal.office.law import may_adopt
from airshed.pages.portal.office.sheets import SEVERAL_PARTS, SentSheet, cells_of, parts_of, rows_of
from airshed.pages.portal.office.stated import Stated, WrongCell, as_text, far_apart, stated
from airshed.pages.portal.office.workshop import MissingMethod, TriedMethod, choices_of, tried
from airshed.pages.portal.public import reads_as_public
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.book.stated import shared_out
from airshed.service.forms.form import options_of, slots
from airshed.service.forms.measures import Terms
from airshed.service.forms.refusals import in_chinese
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service, large_body_of
from airshed.service.http.tables import cell
from airshed.service.marketdata.reading import Market
from airshed.zone.activities import activity_lines

#: What stands on the page before something is shared out.
NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("methods", "absent", "far", "wrong", "missing", "rows"), ()),
    **dict.fromkeys(("first", "second", "text", "print", "turned"), ""),
    **dict.fromkeys(("left", "right"), None),
}


class AllocatedSeries(NamedTuple):
    """A series that may be looked at."""

    name: str
    label: Phrase


class AllocationGround(NamedTuple):
    """What the book and the law say of a series and of the works that share it."""

    name: str
    series: Series
    place: Phrase
    cap: int
    #: Whether the cap is set in the book, and whether it was shared out.
    issued: bool
    shared: bool
    #: Every source that owes the pollutant there, by code.
    sources: Mapping[str, str]
    #: What each was given of the vintage before that was shared out, and which that is.
    before: Mapping[str, int]
    before_name: str
    #: Whether who looks may carry it out.
    may: bool
    #: The act that waits for a second person already: its cap, or its allocation.
    waits: str


class ShareRow(NamedTuple):
    """A works in both columns."""

    source: str
    name: Phrase
    entrant: bool
    emitted: Phrase
    first: Phrase
    first_cover: float | None
    second: Phrase | None
    second_cover: float | None
    #: What the second gives more than the first, and the first more than the vintage before.
    difference: Phrase | None
    less: bool
    change: Phrase | None
    why: Phrase


def _scope(visitor: Visitor, rules: Rulebook) -> Actor:
    """Somebody of an office that reads figures of years early: what works state of them is not for everybody."""
    actor = visitor.actor
    assert actor is not None
    if reads_as_public(visitor, rules, actor.jurisdiction):
        raise Stopped("not_yours_to_read", "what works state of their years is for the offices that share out")
    return actor


def series_of(state: State, rules: Rulebook, actor: Actor) -> list[AllocatedSeries]:
    """What the law caps within somebody's scope: what is not shared out yet first."""
    found: list[tuple[int, int, str, Phrase]] = []
    shared = {series for _, series in state.grants}
    order = {rule.code: place for place, rule in enumerate(rules.pollutants)}
    for row in rules.caps.rows:
        if actor.jurisdiction not in ("", row.jurisdiction):
            continue
        name = f"{row.pollutant}-{row.jurisdiction}-{row.vintage}"
        if name in shared:
            rank, stands = 2, Phrase("shared out", "已分配")
        elif name in state.ledger.caps:
            rank, stands = 0, Phrase("to be shared out", "待分配")
        else:
            rank, stands = 1, Phrase("its cap is not set", "尚未设定总量")
        place = place_name(rules, row.jurisdiction)
        label = Phrase(
            f"{row.pollutant} {row.vintage}, {place.en}: {stands.en}",
            f"{place.zh} {row.vintage}年 {row.pollutant}：{stands.zh}",
        )
        found.append((rank, row.vintage * (-1 if rank == 2 else 1), f"{order[row.pollutant]}{name}", label))
    return [AllocatedSeries(key[1:], label) for _, _, key, label in sorted(found, key=lambda each: each[:3])]


def ground_of(state: State, rules: Rulebook, actor: Actor, name: str) -> AllocationGround | None:
    """What there is to know of a series; None for one that is not theirs, or that the law does not cap."""
    known = {each.name for each in series_of(state, rules, actor)}
    if name not in known:
        return None
    series = Series.parse(name)
    sources = {
        source.id: source.name
        for source in state.sources.values()
        if source.jurisdiction == series.jurisdiction
        and lookup.owes(rules, source.sector, series.pollutant)
        and owes_in(state, rules, source, series.vintage)
    }
    given = [
        Series.parse(of)
        for _, of in state.grants
        if of.startswith(f"{series.pollutant}-{series.jurisdiction}-") and Series.parse(of).vintage < series.vintage
    ]
    last = max(given, key=lambda each: each.vintage, default=None)
    return AllocationGround(
        name,
        series,
        place_name(rules, series.jurisdiction),
        state.ledger.caps.get(name, lookup.cap(rules, name) or 0),
        name in state.ledger.caps,
        any(of == name for _, of in state.grants),
        sources,
        {source: grant.count for (source, of), grant in state.grants.items() if last and of == str(last)},
        str(last) if last else "",
        "Allocate" in lookup.roles(rules).get(actor.role, frozenset()),
        next(
            (
                type(act.body).__name__
                for act in state.acts.values()
                if isinstance(act.body, SetCap | Allocate)
                and (act.body.pollutant, act.body.jurisdiction, act.body.vintage)
                == (series.pollutant, series.jurisdiction, series.vintage)
            ),
            "",
        ),
    )


def usual_lines(book: KeptBook, rules: Rulebook, series: Series, sources: Mapping[str, str]) -> list[ActivityLine]:
    """What was stated when the pollutant was shared out last in the city; in a simulation else what its zone has drawn.

    Where neither is known, the verified emissions of the book, whose outputs are still to be written.
    """
    for wish in reversed(shared_out(book)):
        if (wish.pollutant, wish.jurisdiction) == (series.pollutant, series.jurisdiction):
            return [line for line in wish.activities if line.source in sources]
    zone = zone_of(rules) if isinstance(book.provenance(), Simulation) else None
    if zone is not None and series.jurisdiction in [place.code for place in zone.jurisdictions]:
        drawn = activity_lines(zone, rules, series.pollutant, series.jurisdiction)
        if found := [line for line in drawn if line.source in sources]:
            return found
    years: dict[str, list[tuple[int, int]]] = {}
    for source, year, mass in book.sql.execute(
        "SELECT source, year, verified_mg FROM years WHERE pollutant = ? AND verified_mg IS NOT NULL ORDER BY year",
        (series.pollutant,),
    ):
        if source in sources:
            years.setdefault(source, []).append((year, mass // 1_000_000))
    return [
        ActivityLine(source, tuple(year for year, _ in own), tuple(kg for _, kg in own), (0,) * len(own))
        for source, own in years.items()
    ]


class ShareAsked(NamedTuple):
    """What somebody chose and wrote."""

    series: str
    first: str
    second: str
    #: The table as it was written; None where nobody wrote one.
    text: str | None
    #: Where the table came from.
    file: str
    wrong_file: Phrase | None = None
    #: The series that the page was of, where another is chosen now; and whether its lines were changed by hand.
    turned: str = ""
    by_hand: bool = False


async def allocation(service: Service, request: Request) -> Response:
    """The workshop with what was stated last."""
    visitor = await acting(service, request)
    asked = request.query_params
    wanted = ShareAsked(asked.get("series", ""), asked.get("first", ""), asked.get("second", ""), None, "")
    return await _shown(visitor, wanted)


async def try_allocation(service: Service, request: Request) -> Response:
    """The workshop with a table that somebody wrote, pasted or brought as a file; nothing is done by it."""
    visitor = await acting(service, request)
    await visitor.look(lambda market, rules: _scope(visitor, rules))  # before a file is read for them
    raw = await large_body_of(service, request, service.limits.command_bytes, SEVERAL_PARTS)
    sent = await asyncio.to_thread(parts_of, raw, request.headers.get("content-type", ""))
    fields = sent.fields
    text, wrong = fields.get("text", ""), None
    if sent.content:
        text, wrong = await asyncio.to_thread(_of_file, sent, text)
    series, of = fields.get("series", ""), fields.get("of", "")
    turned = of if of != series and not sent.content else ""
    by_hand = bool(turned) and _print(text) != fields.get("print", "")
    wanted = ShareAsked(
        series,
        fields.get("first", ""),
        fields.get("second", ""),
        None if turned and not by_hand else text,
        sent.name,
        wrong,
        turned,
        by_hand,
    )
    return await _shown(visitor, wanted, as_file=fields.get("step") == "file")


def _print(text: str) -> str:
    """By what a table is known again that nobody changed, however a browser ends its lines."""
    return sha256(" ".join(text.split()).encode()).hexdigest()


def _of_file(sent: SentSheet, text: str) -> tuple[str, Phrase | None]:
    try:
        rows = rows_of(sent.name, sent.content)
    except Malformed as error:
        english = f"{error.place}: {error.what}; {error.cure}."
        return text, Phrase(english, f"文件无法读取：{in_chinese(error.what)}。请提供CSV或.xlsx文件。")
    return "\n".join("\t".join(cells) for _, cells in rows), None


async def _shown(visitor: Visitor, wanted: ShareAsked, *, as_file: bool = False) -> Response:
    def look(market: Market, rules: Rulebook) -> tuple[list[AllocatedSeries], AllocationGround | None, Rulebook]:
        actor = _scope(visitor, rules)
        offered = series_of(market.state, rules, actor)
        name = wanted.series or (offered[0].name if offered else "")
        return offered, ground_of(market.state, rules, actor, name), rules

    offered, ground, rules = await visitor.look(look)
    facts: dict[str, Any] = {**NOTHING, "offered": offered, "ground": ground, "wanted": wanted, "errors": {}}
    if ground is None:
        if wanted.series:
            facts["errors"] = {
                "series": Phrase(
                    f"{wanted.series[:60]} is not a series of your scope that the law caps. Choose another.",
                    f"{wanted.series[:60]}不在您的管辖范围内，或规则未设总量。请另选。",
                )
            }
        return page(visitor, "allocation.html.j2", 422 if wanted.series else 200, **facts)
    known = {code.casefold(): code for code in ground.sources} | {
        name.casefold(): code for code, name in ground.sources.items()
    }
    if wanted.by_hand:
        found = Stated((), ())
    elif wanted.text is None:
        lines = await visitor.service.readers.read(lambda book: usual_lines(book, rules, ground.series, ground.sources))
        found = Stated(tuple(lines), ())
    else:
        found = await asyncio.to_thread(_read, wanted.text, known, Terms.of(rules), int(visitor.today[:4]))
    methods = choices_of(rules, ground.series.jurisdiction)
    names = [each.name for each in methods]
    first = wanted.first if wanted.first in names else names[0]
    second = wanted.second if wanted.second in names and wanted.second != first else ""
    text = as_text(found.lines, visitor.language) if wanted.text is None else wanted.text
    facts |= {
        "methods": methods,
        "first": first,
        "second": second,
        "text": text,
        "print": _print(text),
        "far": far_apart(found.lines),
        "turned": "" if wanted.by_hand else wanted.turned,
        "absent": [code for code in ground.sources if code not in {line.source for line in found.lines}],
    }
    if wanted.by_hand:
        facts["absent"] = ()
        facts["errors"]["text"] = Phrase(
            f"These lines were changed while {wanted.turned[:60]} was chosen. If they are what the works state for "
            f"{ground.name}, press again; to have the lines of {ground.name}, open the page anew with it.",
            f"下列数据是在选择{wanted.turned[:60]}时修改的。如确为{ground.name}的申报数据，请再次提交；"
            f"如需{ground.name}自己的数据，请重新打开本页。",
        )
        return page(visitor, "allocation.html.j2", 422, **facts)
    if wanted.wrong_file is not None:
        facts["errors"]["file"] = wanted.wrong_file
    if found.wrong:
        facts["wrong"] = found.wrong
        return page(visitor, "allocation.html.j2", 422, **facts)
    if not found.lines:
        facts["errors"]["text"] = Phrase(
            "No works is stated. Paste a row for each works and year.", "未填写企业数据。请按企业和年度逐行填写。"
        )
        return page(visitor, "allocation.html.j2", 200 if wanted.text is None else 422, **facts)

    def share(market: Market, rules: Rulebook) -> list[TriedMethod | MissingMethod]:
        state, series = market.state, ground.series
        return [
            tried(name, ground.cap, found.lines, state, rules, series.pollutant, series.jurisdiction)
            for name in dict.fromkeys((first, *([second] if second else ()), names[0]))
        ]

    results = await visitor.look(share)
    left = results[0]
    right = results[1] if second else None
    if as_file and isinstance(left, TriedMethod):
        return _file(visitor, ground, found.lines, left, right if isinstance(right, TriedMethod) else None, rules)
    facts |= {
        "left": left,
        "right": right,
        "missing": [each for each in (left, right) if isinstance(each, MissingMethod)],
        "in_chinese": in_chinese,
        "adopts": visitor.actor is not None and may_adopt(rules, visitor.actor.role),
        "rows": _rows(ground, found.lines, left, right, rules) if isinstance(left, TriedMethod) else [],
        "shown": lambda count: amount(count, Unit.ALLOWANCES, rules),
        "carried": _carried(ground, found.lines, rules),
        "kept": sum(ground.before.values()),
    }
    return page(visitor, "allocation.html.j2", **facts)


def _read(text: str, known: Mapping[str, str], terms: Terms, running: int) -> Stated:
    try:
        return stated(cells_of(text), known, terms, running)
    except Malformed as error:
        return Stated((), (WrongCell(int("".join(filter(str.isdigit, error.place)) or "1"), cures.told(error)),))


def _carried(ground: AllocationGround, lines: Sequence[ActivityLine], rules: Rulebook) -> list[tuple[str, str]]:
    """The fields of the act that shares out by the law what stands on the page."""
    series = ground.series
    body = Allocate(series.pollutant, series.jurisdiction, series.vintage, tuple(lines))
    option = next(slot.option for slot in slots(Allocate) if slot.field == "activities")
    activities = [text for name, text in options_of(body, Terms.of(rules)) if name == option]
    return [
        ("pollutant", series.pollutant),
        ("jurisdiction", series.jurisdiction),
        ("vintage", str(series.vintage)),
        ("activities", "\n".join(activities)),
    ]


def _rows(
    ground: AllocationGround,
    lines: Sequence[ActivityLine],
    left: TriedMethod,
    right: TriedMethod | MissingMethod | None,
    rules: Rulebook,
) -> list[ShareRow]:
    found = []
    other = right.by_source if isinstance(right, TriedMethod) else None
    for line in lines:
        got = left.by_source[line.source]
        second = None if other is None else other[line.source]
        mean = sum(line.emitted_kg) // len(line.emitted_kg) if line.emitted_kg else 0
        more = None if second is None else second.allowances - got.allowances
        before = ground.before.get(line.source)
        found.append(
            ShareRow(
                line.source,
                works_name(rules, line.source, ground.sources[line.source]),
                line.entrant,
                in_column(mean, Unit.KG, rules),
                in_column(got.allowances, Unit.ALLOWANCES, rules),
                got.coverage,
                None if second is None else in_column(second.allowances, Unit.ALLOWANCES, rules),
                None if second is None else second.coverage,
                None if more is None else _signed(more, rules),
                more is not None and more < 0,
                None if before is None else _signed(got.allowances - before, rules),
                got.why,
            )
        )
    return sorted(found, key=lambda each: each.source)


def _signed(count: int, rules: Rulebook) -> Phrase:
    shown = in_column(abs(count), Unit.ALLOWANCES, rules)
    sign = "+" if count > 0 else "−" if count < 0 else ""
    return Phrase(sign + shown.en, sign + shown.zh)


def _file(
    visitor: Visitor,
    ground: AllocationGround,
    lines: Sequence[ActivityLine],
    left: TriedMethod,
    right: TriedMethod | None,
    rules: Rulebook,
) -> Response:
    """The comparison as CSV in UTF-8, with the mark by which Excel knows it."""
    out, language, size = io.StringIO(newline=""), visitor.language, rules.allowance.size_kg
    writer = csv.writer(out)
    heads = [visitor.say("works", "企业代码"), visitor.say("name", "名称"), visitor.say("new", "新建")]
    heads += [visitor.say("mean emission (t)", "平均排放（吨）")]
    tries = [left, *([right] if right is not None else [])]
    for each in tries:
        heads += [f"{each.method.label.said(language)} (t)", "%", visitor.say("reason", "理由")]
    heads += [f"{ground.before_name} (t)"] if ground.before_name else []
    writer.writerow(heads)
    for line in sorted(lines, key=lambda each: each.source):
        name = works_name(rules, line.source, ground.sources[line.source]).said(language)
        row: list[Any] = [line.source, name, visitor.say("yes", "是") if line.entrant else ""]
        row.append(sum(line.emitted_kg) / len(line.emitted_kg) / 1000 if line.emitted_kg else None)
        for each in tries:
            got = each.by_source[line.source]
            cover = None if got.coverage is None else round(got.coverage, 2)
            row += [got.allowances * size / 1000, cover, got.why.said(language)]
        if ground.before_name:
            before = ground.before.get(line.source)
            row.append(None if before is None else before * size / 1000)
        writer.writerow([cell(value) for value in row])
    headers = {"Content-Disposition": f'attachment; filename="allocation-{ground.name}.csv"'}
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")
