"""What `airshed act` says of the catalogue and of one command, in English and Chinese."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import inspect as kinds

from airshed.model.measures import Unit
from airshed.service.forms.chinese import both, field_zh, room_of
from airshed.service.forms.english import meaning
from airshed.service.forms.form import BODIES, Slot, entry_form, options_of, slots
from airshed.service.forms.measures import ANY_LAW, Terms, unit_of, written_as
from airshed.service.forms.sample import sample

#: What stands for an amount in the line of a command.
_METAVARS = {
    None: "NUMBER",
    Unit.ALLOWANCES: "AMOUNT",
    Unit.KG: "MASS",
    Unit.G: "MASS",
    Unit.MG: "MASS",
    Unit.FEN: "MONEY",
    Unit.FEN_PER_T: "PRICE",
    Unit.FEN_PER_T_YEAR: "RENT",
    Unit.BASIS_POINTS: "PERCENT",
}


def catalogue() -> Iterator[str]:
    """Every command in its room, a line each."""
    room = ""
    for name, kind in BODIES.items():
        if kind.__module__ != room:
            room = kind.__module__
            english, chinese = room_of(room)
            yield from ("", f"{english} {chinese}")
        yield f"  {name:<19} {first_line(kind)} {both(kind)[1]}"


def first_line(kind: type[msgspec.Struct]) -> str:
    """What a command is, in one sentence."""
    return both(kind)[0].split("\n\n")[0].replace("\n", " ")


def explained(kind: type[msgspec.Struct], terms: Terms = ANY_LAW) -> Iterator[str]:
    """A command with its options, what each takes and means, and an example."""
    name = kind.__name__
    must = [slot for slot in slots(kind) if slot.required]
    may = [slot for slot in slots(kind) if not slot.required]
    usage = " ".join(["airshed act", name, "BOOK --as ACTOR", *(f"{each.place} {metavar(each)}" for each in must)])
    yield usage + (" [OPTIONS]" if may else "")
    yield ""
    english, chinese = both(kind)
    yield f"{' '.join(english.split())} {chinese}"
    width = max((len(f"{each.place} {metavar(each)}") for each in slots(kind)), default=0)
    for title, group in (("", must), ("May be left out 可省略:", may)):
        if group:
            yield title
        for slot in group:
            yield f"  {f'{slot.place} {metavar(slot)}':<{width}}  {said_of(kind, slot, terms)}"
    yield ""
    yield "Options of every command 通用选项: airshed act --help"
    yield f"Example 示例: {shell_line(sample(kind), 'my.book', 'ACTOR', terms)}"


def said_of(kind: type[msgspec.Struct], slot: Slot, terms: Terms) -> str:
    """What an option means, in what it is written, and its Chinese."""
    said = [meaning(kind, slot.field)]
    unit = unit_of(slot.field, slot.kind)
    bare = _bare(slot.kind)
    item = _item(slot.kind)
    if unit is not None and isinstance(item, kinds.IntType):
        said.append(f"As {written_as(unit, terms)}.")
    if isinstance(bare, kinds.DictType):
        said.append("A line each: NAME: VALUE; given again for the next.")
    elif isinstance(item, kinds.StructType) and slot.many:
        said.append(f"As '{entry_form(item.cls)}'; given again for the next.")
    elif slot.many:
        said.append("Given again for the next.")
    elif slot.required and isinstance(bare, kinds.StrType) and not bare.min_length and "empty" in said[0]:
        said.append("Empty is written ''.")
    return " ".join([*said, field_zh(kind.__name__, slot.field)])


def metavar(slot: Slot) -> str:
    """What an option takes, in a word.

    >>> from airshed.engine.commands import OfferDeal
    >>> [metavar(slot) for slot in slots(OfferDeal)]
    ['block|transfer', 'NAME', 'NAME', 'SERIES', 'AMOUNT', 'PRICE']
    """
    item = _item(slot.kind)
    title = str((slot.kind.extra_json_schema or {}).get("title", "")) if isinstance(slot.kind, kinds.Metadata) else ""
    match item:
        case _ if title.startswith(("day", "hour")):
            return title.partition(",")[0].upper()
        case _ if title.startswith("SHA-256"):
            return "SHA-256|@FILE"
        case kinds.IntType():
            unit = unit_of(slot.field, slot.kind)
            pair = isinstance(_bare(slot.kind), kinds.DictType)
            year = unit is None and item.ge == 1970
            return f"'NAME: {_METAVARS[unit]}'" if pair else "YEAR" if year else _METAVARS[unit]
        case kinds.BoolType():
            return "yes|no"
        case kinds.LiteralType(values=values):
            return "|".join(f"'{each}'" if " " in str(each) else str(each) for each in values)
        case kinds.StructType() | kinds.UnionType():
            return "ENTRY"
        case kinds.TupleType():
            return "'NAME: N, N, N'"
        case kinds.StrType() if isinstance(_bare(slot.kind), kinds.DictType):
            return "'NAME: TEXT'"
        case kinds.StrType(max_length=int(most)) if most > 100:
            return "TEXT"
        case _:
            return "SERIES" if slot.field == "series" else "NAME"


def _bare(kind: Any) -> Any:
    return _bare(kind.type) if isinstance(kind, kinds.Metadata) else kind


def _item(kind: Any) -> Any:
    """What an option holds each time that it is given."""
    match bare := _bare(kind):
        case kinds.VarTupleType(item_type=inner) | kinds.DictType(value_type=inner):
            return _bare(inner)
        case _:
            return bare


def shell_line(body: Any, book: str, actor: str, terms: Terms, more: Sequence[str] = ()) -> str:
    """The line of the shell that makes a body.

    >>> from airshed.engine.commands import OfferRepurchase
    >>> shell_line(OfferRepurchase("forge", "SO2-KM-2027", 40_000), "my.book", "wang", ANY_LAW)
    "airshed act OfferRepurchase my.book --as wang --account forge --series SO2-KM-2027 --count '40 t'"
    """
    words = ["airshed", "act", type(body).__name__, book, "--as", actor]
    for option, text in options_of(body, terms):
        words += [f"--{option}={text}"] if text.startswith("--") else [f"--{option}", text]
    return shlex.join([*words, *more])
