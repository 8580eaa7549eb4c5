"""Writes the reference page of scenarios from their schema: every key, what it may hold, what it is if left out."""

from __future__ import annotations

import inspect
from typing import Any, get_args, get_origin

import msgspec

from airshed.lab.scenarios.schema import Design, Scenario, ScenarioTable
from airshed.rulebook.comments import comments
from airshed.rulebook.strict import in_words, kinds, peeled

_HEAD = """# Scenarios, key by key

A scenario is a TOML file, as [Scenarios](../explanation/scenarios.md) has it. It is read strictly: an unknown, missing
or mistyped key, a number out of bounds is an error that names file, table and key. Amounts are in the money of its law.
Every default that is a growth, a spread or a fall of caps is an assumption, to be replaced by who knows better.

{generated}
"""


def markdown(generated: str) -> str:
    """The page; `generated` says that it is."""
    parts = [_HEAD.format(generated=generated), f"## At the top\n\n{inspect.getdoc(Scenario)}\n\n{_keys(Scenario)}"]
    for name, kind in kinds(Scenario).items():
        struct = _table(kind)
        if struct is not None:
            many = get_origin(peeled(kind)[0]) is tuple
            parts.append(
                f"## `{f'[[{name}]]' if many else f'[{name}]'}`\n\n{inspect.getdoc(struct)}\n\n{_keys(struct)}"
            )
    return "\n".join(parts)


def _table(kind: Any) -> type[ScenarioTable] | None:
    bare = peeled(kind)[0]
    inner = get_args(bare)[0] if get_origin(bare) is tuple else bare
    return inner if isinstance(inner, type) and issubclass(inner, ScenarioTable) else None


def _keys(struct: type[ScenarioTable]) -> str:
    said = comments(struct)
    lines = ["| key | holds | if left out | meaning |", "|---|---|---|---|"]
    for field in msgspec.structs.fields(struct):
        kind = kinds(struct)[field.name]
        if _table(kind) is None:
            left_out = "as the law has it" if struct is Design else _default(field)
            lines.append(f"| `{field.name}` | {in_words(_bare(kind))} | {left_out} | {said[field.name]} |")
    return "\n".join(lines) + "\n"


def _bare(kind: Any) -> Any:
    """A kind with its bounds, and without `None`."""
    found = [each for each in get_args(kind) if each is not type(None)] if peeled(kind)[2] else [kind]
    return found[0]


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "must be there"
    value = field.default
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{each}"' for each in value) + "]`"
    return f'`"{value}"`' if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else f"{value}"
