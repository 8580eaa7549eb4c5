"""What commands, their rooms and their fields are called in Chinese, beside the English of the catalogue.

The names that are no part of a docstring stand in `names.csv`; one that means something else in a command or event has
a row `Command.field` too.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping

from airshed.model.beside import rows_beside

_ROWS = rows_beside("airshed.service.forms", "names.csv")


def names_of(kind: str) -> Mapping[str, tuple[str, str]]:
    """The names of a kind, in English, where the code does not have it, and Chinese."""
    return {row["name"]: (row["en"], row["zh"]) for row in _ROWS if row["of"] == kind}


#: The rooms of the catalogue in its order: what each is about, in both languages.
ROOMS = names_of("room")
#: Fields of commands by their names.
FIELDS: Mapping[str, str] = {name: zh for name, (_, zh) in names_of("field").items()}

_CURE = "write it in airshed/service/forms/names.csv"
#: The Chinese of a command or an event, which ends its docstring.
_ENDS = re.compile(r"\s*([\u3400-\u9fff][^A-Za-z]*)。\s*\Z")


def both(kind: type) -> tuple[str, str]:
    """What a command or an event is: its docstring in English, and its Chinese; one without is an error.

    >>> from airshed.engine.commands import OfferRepurchase
    >>> both(OfferRepurchase)
    ("Sell leftovers to the government at the rulebook's price.", '向政府出售结余')
    """
    doc = inspect.getdoc(kind) or ""
    found = _ENDS.search(doc)
    if found is None:
        raise LookupError(f"{kind.__name__} has no Chinese name: end its docstring with it, as 入金。")
    return doc[: found.start()], found[1]


def field_zh(command: str, field: str) -> str:
    """A field of a command in Chinese; one without is an error."""
    said = FIELDS.get(f"{command}.{field}") or FIELDS.get(field)
    if said is None:
        raise LookupError(f"{command}.{field} has no Chinese: {_CURE}")
    return said


def room_of(module: str) -> tuple[str, str]:
    """What a room is about in both languages, by the module of its commands."""
    room = module.rpartition(".")[2]
    if room not in ROOMS:
        raise LookupError(f"the room {room} has no words: {_CURE}")
    return ROOMS[room]
