"""The form of a command: its options, made from its fields, read into a body and written back from one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, get_args

import msgspec
from msgspec import inspect as kinds

from airshed.engine.commands import Body, Command, ThawAccount
from airshed.model.near import near
from airshed.model.refusal import Malformed
from airshed.service.forms import entries, measures
from airshed.service.forms.measures import Terms, unit_of

BODIES: Mapping[str, type[msgspec.Struct]] = {kind.__name__: kind for kind in get_args(Body)}
#: Longest text of one option.
LONGEST_OPTION = 1_000_000
YES, NO = ("yes", "true", "是"), ("no", "false", "否")
#: What amounts of money are called where the name of the field says only their unit.
_OWN_NAMES = {"fen": "amount"}


class Slot(NamedTuple):
    """An option: its name, the field of the body, what that holds, and whether it may be given again."""

    option: str
    field: str
    kind: Any
    required: bool
    many: bool

    @property
    def place(self) -> str:
        """As it is written."""
        return f"--{self.option}"


def option_of(field: str) -> str:
    """What a field is called as an option: without its unit, which is written with the amount.

    >>> option_of("budget_fen"), option_of("fen"), option_of("part_of")
    ('budget', 'amount', 'part-of')
    """
    return (_OWN_NAMES.get(field) or re.sub(r"_(fen|mg|g|kg)$", "", field)).replace("_", "-")


def body_named(name: str) -> type[msgspec.Struct]:
    """A command of the catalogue, or `Malformed` with the nearest."""
    if name not in BODIES:
        folded = {each.casefold(): each for each in BODIES}
        if (meant := folded.get(name.replace("-", "").replace("_", "").casefold())) is not None:
            raise Malformed("act", f"there is no command {name[:60]!r}", f"it is written {meant}")
        cure = near(name[:60], BODIES)
        raise Malformed("act", f"there is no command {name[:60]!r}", f"{cure}; airshed act lists them all")
    return BODIES[name]


@cache
def slots(kind: type[msgspec.Struct]) -> tuple[Slot, ...]:
    """The options of a command, in the order of its fields."""
    return tuple(_slot(field) for field in fields_in(kind))


def fields_in(kind: type[msgspec.Struct]) -> tuple[kinds.Field, ...]:
    """The fields of a command or a part."""
    shape = kinds.type_info(kind)
    assert isinstance(shape, kinds.StructType), kind
    return shape.fields


def _slot(field: kinds.Field) -> Slot:
    many = isinstance(bare(field.type), kinds.VarTupleType | kinds.DictType)
    option = option_of(field.name)
    if isinstance(bare(field.type), kinds.VarTupleType):
        option = re.sub(r"s$", "", re.sub(r"ies$", "ys", option))
    return Slot(option, field.name, field.type, field.required and not many, many)


def bare(kind: Any) -> Any:
    """A kind without what is said of it."""
    return bare(kind.type) if isinstance(kind, kinds.Metadata) else kind


# --- reading


def body_of(kind: type[msgspec.Struct], given: Iterable[tuple[str, str]], terms: Terms) -> Any:
    """The body that options make, each with its text; `Malformed` names the option that is wrong, or all that lack."""
    known = {slot.option: slot for slot in slots(kind)}
    found: dict[str, list[str]] = {}
    for option, text in given:
        if option not in known:
            cure = near(f"--{option[:60]}", [f"--{name}" for name in known]).replace("there are", "it has")
            raise Malformed(f"--{option[:60]}", f"{kind.__name__} has no such option", cure)
        if len(text) > LONGEST_OPTION:
            raise Malformed(f"--{option}", f"is longer than {LONGEST_OPTION:,} characters", "shorten it")
        if option in found and not known[option].many:
            raise Malformed(f"--{option}", "is given twice", "give it once, with the value that is meant")
        found.setdefault(option, []).append(text)
    missing = [slot for slot in known.values() if slot.required and slot.option not in found]
    if missing:
        are = "is" if len(missing) == 1 else "are"
        named = ", ".join(slot.place for slot in missing)
        raise Malformed(
            f"act {kind.__name__}", f"{named} {are} missing", f"airshed act {kind.__name__} --help shows how"
        )
    values = {known[option].field: value_of(known[option], texts, terms) for option, texts in found.items()}
    for slot in known.values():
        if slot.many and slot.option not in found and not _has_default(kind, slot.field):
            values[slot.field] = {} if isinstance(bare(slot.kind), kinds.DictType) else ()
    return _kept(kind, values)


def _has_default(kind: type[msgspec.Struct], field: str) -> bool:
    return not next(each for each in fields_in(kind) if each.name == field).required


def _kept(kind: type[msgspec.Struct], values: Mapping[str, Any]) -> Any:
    """The body as the book would read it back; what cannot be kept is told of its option."""
    from airshed.engine.edge import CURE, well_formed

    body: Any = kind(**values)
    try:
        return well_formed(Command("act", "act", body)).body
    except Malformed as error:
        field = error.place.removeprefix(f"command {kind.__name__}").strip()
        slot = next((each for each in slots(kind) if each.field == re.split(r"[.\[]", field)[0]), None)
        place = slot.place if slot is not None else f"act {kind.__name__} {field}".strip()
        cure = f"airshed act {kind.__name__} --help shows how" if error.cure == CURE else error.cure
        raise Malformed(place, _people(error.what), cure) from None


def named(text: str, place: str) -> None:
    """`Malformed` where a text cannot be the name of somebody or something."""
    from airshed.engine.edge import well_formed

    try:
        well_formed(Command(text, "act", ThawAccount("account")))
    except Malformed as error:
        raise Malformed(place, _people(error.what), error.cure) from None


#: What msgspec says of a digest or a key: so many signs, or from so many to so many.
_HEX = re.compile(r"expected `str` matching regex '\^\(?\[0-9a-f\]\{([\d,]+)\}")


def _people(what: str) -> str:
    """What msgspec says of a text, for those who write no JSON."""
    if (signs := _HEX.match(what)) is not None:
        return f"it takes {signs[1].replace(',', ' to ')} signs, digits and the letters a to f"
    found = re.fullmatch(r"expected `(?:str|int)` (?:of length )?(>=|<=) (-?\d+)", what)
    if found is None:
        return what
    bound = "at least" if found[1] == ">=" else "at most"
    if (found[1], found[2]) == (">=", "1") and "length" in what:
        return "is empty"
    number = int(found[2])
    shown = f"{number:,}" if number >= 10_000 else str(number)
    return f"it takes {bound} {shown}" + (" characters" if "length" in what else "")


def value_of(slot: Slot, texts: Sequence[str], terms: Terms) -> Any:
    """The value of an option: texts are taken as they are, what has several parts is read as entries."""
    kind, unit, place = bare(slot.kind), unit_of(slot.field, slot.kind), slot.place
    match kind:
        case kinds.VarTupleType(item_type=item):
            return tuple(_whole(item, unit, text, place, terms) for text in texts)
        case kinds.DictType(value_type=value):
            pairs = [_pair(value, unit, text, place, terms) for text in texts]
            names = [name for name, _ in pairs]
            for name in names:
                if names.count(name) > 1:
                    raise Malformed(
                        place, f"{name[:60]!r} is given twice", "give it once, with the value that is meant"
                    )
            return dict(pairs)
        case _:
            return _whole(slot.kind, unit, texts[0], place, terms)


def _whole(kind: Any, unit: Any, text: str, place: str, terms: Terms) -> Any:
    """A text that is the whole of an option: no quotation mark in it means anything, unless it is an entry."""
    if isinstance(bare(kind), kinds.StrType) and not title_of(kind).startswith(("day", "hour")):
        return text
    return _read(kind, unit, text.strip(), place, terms)


def _pair(kind: Any, unit: Any, text: str, place: str, terms: Terms) -> tuple[str, Any]:
    name, *rest = entries.split(text, entries.COLON, place, most=1)
    if not rest:
        raise Malformed(place, f"{text[:60]!r} has no colon", f"write {place} 'NAME: ...'")
    return entries.unquoted(name, place), _read(kind, unit, rest[0], place, terms)


def title_of(kind: Any) -> str:
    """What a text must be, as its type says: a day, an hour; empty for any."""
    return str((kind.extra_json_schema or {}).get("title", "")) if isinstance(kind, kinds.Metadata) else ""


def _read(kind: Any, unit: Any, text: str, place: str, terms: Terms) -> Any:
    """A part of an entry."""
    title = title_of(kind)
    if title.startswith("day"):
        return measures.read_day(text, place)
    if title.startswith("hour"):
        return measures.read_hour(text, place)
    match bare(kind):
        case kinds.IntType():
            return measures.read(text, unit, terms, place)
        case kinds.StrType():
            return entries.unquoted(text, place)
        case kinds.BoolType():
            return _truth(text, place)
        case kinds.LiteralType(values=values):
            return _choice(text, [str(each) for each in values], place)
        case kinds.VarTupleType(item_type=item):
            numbers = isinstance(bare(item), kinds.IntType)
            parts = entries.split(text, entries.COMMA, place, spaced=numbers) if text else []
            return tuple(_read(item, unit, part, place, terms) for part in parts)
        case kinds.TupleType(item_types=items):
            parts = entries.split(text, entries.COMMA, place, spaced=True)
            if len(parts) != len(items):
                raise Malformed(place, f"{text[:60]!r} has {len(parts)} parts, not {len(items)}", "write A, B, C")
            return tuple(_read(item, unit, part, place, terms) for item, part in zip(items, parts, strict=True))
        case kinds.StructType(cls=cls):
            return _entry(cls, entries.opened(text), place, terms)
        case kinds.UnionType(types=types):
            return _one_of(_held(types), unit, text, place, terms)
        case other:
            raise AssertionError(other)


def _truth(text: str, place: str) -> bool:
    if text.casefold() in YES or text.casefold() in NO:
        return text.casefold() in YES
    raise Malformed(place, f"{text[:60]!r} is neither yes nor no", "write yes or no")


def _choice(text: str, choices: Sequence[str], place: str) -> str:
    if text not in choices:
        raise Malformed(place, f"{text[:60]!r} is not one of its words", near(text[:60], choices))
    return text


def _held(types: Sequence[Any]) -> list[Any]:
    """What may be held where something is: a part that holds nothing is left out."""
    return [each for each in types if not isinstance(each, kinds.NoneType)]


def _one_of(held: Sequence[Any], unit: Any, text: str, place: str, terms: Terms) -> Any:
    """One of several structs, whose word stands before its parts, or the only thing that there may be."""
    if len(held) == 1:
        return _read(held[0], unit, text, place, terms)
    word, *rest = entries.split(text, entries.SEMICOLON, place, most=1)
    by_word = {str(each.tag): each.cls for each in held}
    return _entry(by_word[_choice(word, list(by_word), place)], rest[0] if rest else "", place, terms, tagged=True)


def _entry(cls: type[msgspec.Struct], text: str, place: str, terms: Terms, *, tagged: bool = False) -> Any:
    """A struct: its first part before a colon where that is a word, then the others by their names."""
    fields = {option_of(field.name): field for field in fields_in(cls)}
    names, values = list(fields), dict[str, Any]()
    rest = text
    if not tagged and isinstance(bare(fields[names[0]].type), kinds.StrType):
        first, *after = entries.split(text, entries.COLON, place, most=1)
        if not after and len(names) > 1:
            raise Malformed(place, f"{text[:60]!r} has no colon", f"write {place} '{names[0].upper()}: ...'")
        field = fields[names.pop(0)]
        values[field.name] = _read(field.type, None, first, place, terms)
        rest = after[0] if after else ""
    alone = fields[names[0]] if len(names) == 1 and not tagged else None
    if alone is not None:
        values[alone.name] = _read(alone.type, unit_of(alone.name, alone.type), rest, place, terms)
        return _made(cls, values, place)
    for part in entries.split(rest, entries.SEMICOLON, place) if rest else []:
        name, *value = entries.split(part, entries.EQUALS, place, most=1)
        if not value:
            raise Malformed(place, f"{part[:60]!r} has no =", f"write NAME=VALUE; the names are {', '.join(names)}")
        if name not in names:
            raise Malformed(place, f"there is no part {name[:60]!r}", near(name[:60], names))
        field = fields[name]
        if field.name in values:
            raise Malformed(place, f"{name!r} is given twice", "give it once, with the value that is meant")
        values[field.name] = _read(field.type, unit_of(field.name, field.type), value[0], place, terms)
    return _made(cls, values, place)


def _made(cls: type[msgspec.Struct], values: Mapping[str, Any], place: str) -> Any:
    missing = [field.name for field in fields_in(cls) if field.required and field.name not in values]
    if missing:
        named = " and ".join(option_of(each) for each in missing)
        raise Malformed(place, f"an entry lacks {named}", f"write {entry_form(cls)}")
    return cls(**values)


def entry_form(cls: type[msgspec.Struct]) -> str:
    """How an entry is written.

    >>> from airshed.engine.commands import StackEntry, ActivityLine
    >>> entry_form(StackEntry)
    'STACK: POLLUTANTS'
    >>> entry_form(ActivityLine)
    'SOURCE: years=YEARS; emitted=EMITTED; output=OUTPUT; entrant=ENTRANT'
    """
    names = [option_of(field.name) for field in fields_in(cls)]
    head = f"{names.pop(0).upper()}: " if isinstance(bare(fields_in(cls)[0].type), kinds.StrType) else ""
    return head + (names[0].upper() if len(names) == 1 else "; ".join(f"{name}={name.upper()}" for name in names))


# --- writing


def options_of(body: Any, terms: Terms) -> list[tuple[str, str]]:
    """The options that make a body, each with its text, in the order of its fields; what is left out is its default."""
    found: list[tuple[str, str]] = []
    of: type[msgspec.Struct] = type(body)
    for slot, field in zip(slots(of), fields_in(of), strict=True):
        value, unit = getattr(body, slot.field), unit_of(slot.field, slot.kind)
        if not field.required and value == _default(field):
            continue
        kind = bare(slot.kind)
        match kind:
            case kinds.VarTupleType(item_type=item):
                found += [(slot.option, _whole_text(item, unit, each, terms)) for each in value]
            case kinds.DictType(value_type=item):
                found += [
                    (slot.option, f"{entries.quoted(name)}: {_text(item, unit, each, terms)}")
                    for name, each in value.items()
                ]
            case _:
                found.append((slot.option, _whole_text(slot.kind, unit, value, terms)))
    return found


def _default(field: kinds.Field) -> Any:
    return field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default


def _whole_text(kind: Any, unit: Any, value: Any, terms: Terms) -> str:
    return value if isinstance(bare(kind), kinds.StrType) else _text(kind, unit, value, terms)


def _text(kind: Any, unit: Any, value: Any, terms: Terms, *, deep: bool = False) -> str:
    """A part of an entry; `deep` in brackets where it has parts itself."""
    match bare(kind):
        case kinds.IntType():
            return measures.write(value, unit, terms)
        case kinds.BoolType():
            return YES[0] if value else NO[0]
        case kinds.StrType() | kinds.LiteralType():
            return entries.quoted(value)
        case kinds.VarTupleType(item_type=item):
            return entries.joined([_text(item, unit, each, terms, deep=True) for each in value])
        case kinds.TupleType(item_types=items):
            return entries.joined([_text(item, unit, each, terms) for item, each in zip(items, value, strict=True)])
        case kinds.UnionType(types=types) if len(_held(types)) == 1:
            return _text(_held(types)[0], unit, value, terms, deep=deep)
        case kinds.StructType() | kinds.UnionType():
            shown = _entry_text(value, terms)
            tag = type(value).__struct_config__.tag
            if isinstance(bare(kind), kinds.UnionType) and tag is not None:
                shown = f"{tag}; {shown}".rstrip("; ")
            return f"({shown})" if deep else shown
        case other:
            raise AssertionError(other)


def _entry_text(value: Any, terms: Terms) -> str:
    head, rest = "", list(fields_in(type(value)))
    tagged = type(value).__struct_config__.tag is not None
    if not tagged and isinstance(bare(rest[0].type), kinds.StrType):
        head = f"{entries.quoted(getattr(value, rest.pop(0).name))}: "
    if len(rest) == 1 and not tagged:
        only = rest[0]
        return head + _text(only.type, unit_of(only.name, only.type), getattr(value, only.name), terms)
    parts: list[str] = []
    for field in rest:
        part = getattr(value, field.name)
        if field.required or part != _default(field):
            shown = _text(field.type, unit_of(field.name, field.type), part, terms, deep=True)
            parts.append(f"{option_of(field.name)}={shown}")
    return head + "; ".join(parts)
