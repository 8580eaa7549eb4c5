"""The shipped rulebook for tests: its texts, its law as a dictionary, and a way to write it anew.

Its bids are open here, so that tests of other things than sealing need not open each of them after the close.
"""

from __future__ import annotations

import datetime
import json
import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from airshed.rulebook.load import find, load_texts, texts

SHIPPED = texts(find("dianzhong"))
#: The names of the laws that ship, for tests of what holds in each.
EVERY_LAW = tuple(sorted(path.name for path in find("dianzhong").parent.iterdir() if path.is_dir()))
_SEALED, _OPEN = b'\nauctions = "commitment"\n', b'\nauctions = "open"\n'
assert SHIPPED["rulebook.toml"].count(_SEALED) == 1
FILES = {**SHIPPED, "rulebook.toml": SHIPPED["rulebook.toml"].replace(_SEALED, _OPEN)}
RULES = load_texts(FILES)
LAW = tomllib.loads(FILES["rulebook.toml"].decode())


def written(value: Any) -> str:
    """A value as TOML, tables inline."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(key)} = {written(held)}" for key, held in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(written(each) for each in value) + "]"
    if isinstance(value, datetime.date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


def as_files(law: dict[str, Any]) -> dict[str, bytes]:
    """The shipped tables with this law in place of the shipped `rulebook.toml`."""
    lines = (f"{written(section)} = {written(held)}" for section, held in law.items())
    return {**FILES, "rulebook.toml": "\n".join(lines).encode()}


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every key in a law, tables and lists included."""
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, held in inner:
        yield (*path, key)
        yield from places(held, (*path, key))


PLACES = list(places(LAW))
SO2_KM, SO2_QJ = FILES["caps.csv"].decode().splitlines()[1:3]
NAMES = st.text(st.characters(max_codepoint=0x9FFF, exclude_categories=["Cc", "Cs"]), max_size=8)
KEYS = [path for path in PLACES if isinstance(path[-1], str)]


def at(law: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        law = law[key]
    return law
