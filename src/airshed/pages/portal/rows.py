"""A line of a field that takes several: its cells in order, as a table gives them, or its parts by their names."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec
from msgspec import inspect as kinds

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase
from airshed.service.forms import entries
from airshed.service.forms.form import Slot, bare, entry_form, fields_in, option_of

#: What the parts of a line are called; `Kind.part` goes before.
PARTS: Mapping[str, Phrase] = {
    "series": Phrase("series", "系列"),
    "first": Phrase("first number", "首号"),
    "last": Phrase("last number", "末号"),
    "stack": Phrase("stack", "排放口"),
    "pollutants": Phrase("pollutants", "污染物"),
    "finding": Phrase("finding", "问题"),
    "subject": Phrase("pollutant or factor", "污染物或因子"),
    "FindingLine.first": Phrase("first hour", "首个小时"),
    "FindingLine.last": Phrase("last hour", "末个小时"),
    "hours": Phrase("hours", "小时数"),
    "detail": Phrase("detail", "说明"),
    "source": Phrase("source", "排放源"),
    "years": Phrase("years", "各年份"),
    "emitted": Phrase("emissions of these years", "各年排放量"),
    "output": Phrase("outputs of these years", "各年产量"),
    "OutputLine.output": Phrase("output of the year", "该年产量"),
    "entrant": Phrase("whether new", "是否新建"),
    "quota": Phrase("quantity of the permit", "许可年排放量"),
    "heat-mmbtu": Phrase("heat burnt in these years", "各年燃料热量"),
    "fuel": Phrase("fuel", "燃料"),
    "cooling": Phrase("cooling", "冷却方式"),
    "load-basis-points": Phrase("mean load", "平均负荷率"),
    "heat-gj": Phrase("heat sold in these years", "各年供热量"),
    "heat-basis-points": Phrase("part of the heat that is sold", "供热比"),
    "part": Phrase("part", "部位"),
    "pollutant": Phrase("pollutant", "污染物"),
    "method": Phrase("method", "方法"),
    "answer": Phrase("answer", "求解结果"),
    "alone": Phrase("that without trade across borders", "各市单独出清的结果"),
}
#: A line for an example, by its kind.
EXAMPLES: Mapping[str, str] = {
    "NamedSerials": "SO2-KM-2028, 1, 400",
    "StackEntry": "KM-CEM-01-A, SO2, NOx",
    "PlanLine": "dryer-1, VOC, balance",
}
#: How readers of entries begin to say what is missing.
LACKS = "an entry lacks "
#: What parts the cells of a line that is written, not pasted.
_PARTED = re.compile(r"\s*[,，、;；]\s*")
_NAMED = re.compile(r'[:：=＝"]')


def kind_of(slot: Slot) -> type[msgspec.Struct] | None:
    """What a line of a field is, where it has parts."""
    item = bare(slot.kind)
    inner = bare(item.item_type) if isinstance(item, kinds.VarTupleType) else None
    return inner.cls if isinstance(inner, kinds.StructType) else None


def is_row(kind: type[msgspec.Struct]) -> bool:
    """Whether a line is a row of cells: a name, and after it plain parts, or a list alone."""
    head, *rest = [bare(field.type) for field in fields_in(kind)]
    plain = (kinds.StrType, kinds.IntType, kinds.BoolType, kinds.LiteralType)
    return isinstance(head, kinds.StrType) and (len(rest) == 1 or all(isinstance(each, plain) for each in rest))


def called(kind: type[msgspec.Struct]) -> list[Phrase]:
    """The parts of a line by their names on a page."""
    names = [option_of(field.name) for field in fields_in(kind)]
    return [PARTS.get(f"{kind.__name__}.{name}") or PARTS[name] for name in names]


def how(kind: type[msgspec.Struct]) -> Phrase:
    """How a line is written."""
    parts = called(kind)
    if not is_row(kind):
        names = [option_of(field.name) for field in fields_in(kind)]
        named = [f"{name}={part.zh}" for name, part in zip(names, parts, strict=True)]
        headed = isinstance(bare(fields_in(kind)[0].type), kinds.StrType)
        shown = f"{parts[0].zh}: {'; '.join(named[1:])}" if headed else "; ".join(named)
        return Phrase(f"A line each, as {entry_form(kind)}.", f"每行一项，写作 {shown}。")
    example = EXAMPLES.get(kind.__name__, "")
    return Phrase(
        f"A line each: {', '.join(part.en for part in parts)}, with commas between or as cells pasted from a table."
        + (f" For example {example}." if example else ""),
        f"每行一项，依次为{'、'.join(part.zh for part in parts)}，以逗号分隔，也可从表格直接粘贴。"
        + (f"例：{example}" if example else ""),
    )


def said(line: Phrase, kind: type[msgspec.Struct]) -> Phrase:
    """A line that was understood, as a page says it: with the names of its parts, and not those of options.

    >>> from airshed.engine.commands import ActivityLine
    >>> said(Phrase("A: years=2024; emitted=3 t", "A: years=2024; emitted=3吨"), ActivityLine).zh
    'A：各年份2024；各年排放量3吨'
    """
    english, chinese = line.en, line.zh
    for option, part in zip((option_of(field.name) for field in fields_in(kind)), called(kind), strict=True):
        english = re.sub(rf"(?<![\w=]){option}=", f"{part.en} ", english)
        chinese = re.sub(rf"(?<![\w=]){option}=", part.zh, chinese)
    return Phrase(english, chinese.replace("; ", "；").replace(": ", "："))


def pasted(line: str, columns: int, place: str) -> None:
    """`Malformed` where a line has other cells of a table than a field takes."""
    cells = line.strip().split("\t")
    if len(cells) > columns:
        raise Malformed(place, f"{_shown(line)!r} has {len(cells)} parts, not {columns}", "")


def _shown(line: str) -> str:
    """A line as it is shown back, its cells apart."""
    return line.strip().replace("\t", " | ")[:60]


def by_their_names(what: str, kind: type[msgspec.Struct]) -> Phrase:
    """What an entry lacks, by the names that a page has for its parts.

    >>> from airshed.engine.commands import NamedSerials
    >>> by_their_names("an entry lacks first and last", NamedSerials).zh
    '缺少：首号、末号'
    """
    names = dict(zip((option_of(field.name) for field in fields_in(kind)), called(kind), strict=True))
    lacking = [names[each] for each in what.removeprefix(LACKS).split(" and ")]
    return Phrase(
        f"It lacks {', '.join(each.en for each in lacking)}", f"缺少：{'、'.join(each.zh for each in lacking)}"
    )


def entry(line: str, kind: type[msgspec.Struct] | None, place: str) -> str:
    """A line as the readers of forms take it.

    >>> from airshed.engine.commands import StackEntry
    >>> entry("KM-1-A\\tSO2\\tNOx", StackEntry, ""), entry("KM-1-A: SO2, NOx", StackEntry, "")
    ('KM-1-A: SO2, NOx', 'KM-1-A: SO2, NOx')
    """
    cells = [cell.strip() for cell in line.strip().split("\t")]
    row = kind is not None and is_row(kind)
    if row and len(cells) == 1 and not _NAMED.search(line):
        cells = _PARTED.split(line.strip())
    if len(cells) == 1:
        return cells[0]
    if kind is None or not row or len(fields_in(kind)) == 2:
        return f"{cells[0]}: {', '.join(cell for cell in cells[1:] if cell)}"
    fields = fields_in(kind)
    least = sum(field.required for field in fields)
    if len(cells) > len(fields) or len([cell for cell in cells if cell]) < least:
        wanted = str(least) if least == len(fields) else f"{least} to {len(fields)}"
        raise Malformed(place, f"{_shown(line)!r} has {len(cells)} parts, not {wanted}", "")
    parts = [
        f"{option_of(field.name)}={entries.quoted(cell) if isinstance(bare(field.type), kinds.StrType) else cell}"
        for field, cell in zip(fields[1:], cells[1:], strict=False)
        if cell
    ]
    return f"{entries.quoted(cells[0])}: {'; '.join(parts)}"
