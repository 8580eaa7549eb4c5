"""What stands above the fields of a law, of commands and of scenarios: their meaning, and their Chinese name."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Mapping
from functools import cache
from types import ModuleType

import msgspec

#: A comment that ends with a Chinese name.
_NAMED = re.compile(r"(.*?)\s*([\u3400-\u9fff（][^。]*)。", re.DOTALL)


@cache
def comments(struct: type[msgspec.Struct]) -> Mapping[str, str]:
    """The `#:` comment above every field of a struct, its own and those of its bases, without a Chinese name."""
    return {field: _parts(said)[0] for field, said in _above(struct).items()}


@cache
def names_zh(struct: type[msgspec.Struct]) -> Mapping[str, str]:
    """What fields are called in Chinese, where the comment above them ends with it."""
    return {field: name for field, said in _above(struct).items() if (name := _parts(said)[1])}


def _parts(said: str) -> tuple[str, str]:
    """A comment and the Chinese name at its end.

    >>> _parts("Last day to surrender. 清缴截止日。"), _parts("Last day.")
    (('Last day to surrender.', '清缴截止日'), ('Last day.', ''))
    """
    found = _NAMED.fullmatch(said)
    return (said, "") if found is None else (found[1], found[2])


@cache
def _above(struct: type[msgspec.Struct]) -> Mapping[str, str]:
    module = inspect.getmodule(struct)
    found = {} if module is None else dict(_of_module(module).get(struct.__name__, {}))
    for base in struct.__bases__:
        if issubclass(base, msgspec.Struct) and base is not msgspec.Struct:
            found |= _above(base)
    return found


@cache
def _of_module(module: ModuleType) -> Mapping[str, Mapping[str, str]]:
    """By class and field what stands above the field."""
    source = inspect.getsource(module)
    lines = source.splitlines()
    return {
        node.name: {
            field.target.id: _lines_above(lines, field.lineno - 1)
            for field in node.body
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        }
        for node in ast.parse(source).body
        if isinstance(node, ast.ClassDef)
    }


def _lines_above(lines: list[str], place: int) -> str:
    said: list[str] = []
    while place and lines[place - 1].strip().startswith("#:"):
        place -= 1
        said.insert(0, lines[place].strip().removeprefix("#:").strip())
    return " ".join(said)
