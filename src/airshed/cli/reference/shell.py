"""The reference page of the shell commands, from what Typer knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any

import typer


def markdown(app: typer.Typer, generated: str) -> str:
    """Every command with its help, arguments and options."""
    top = typer.main.get_command(app)
    parts = [
        "# Commands of the shell\n\n"
        "`airshed COMMAND --help` prints the same. Every command that prints tables takes `--json` for programs. "
        "Status 0 is success (a refused command is an answer, so it is a success too), 2 malformed input with one line "
        f"that names place and cure, 130 an interrupt: what was answered is on disk.\n\n{generated}\n"
    ]
    for path, command in leaves(top, "airshed"):
        parts.append(_command(path, command))
    return "\n".join(parts)


def leaves(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
    else:
        if command.invoke_without_command and " " in path:  # a group that does something by itself
            yield path, command
        for name, each in inner.items():
            yield from leaves(each, f"{path} {name}")


def _command(path: str, command: Any) -> str:
    shown = [each for each in command.params if not getattr(each, "hidden", False)]
    arguments = [each for each in shown if each.param_type_name == "argument"]
    options = [each for each in shown if each.param_type_name == "option"]
    usage = " ".join([path, *(_argument(each) for each in arguments), *(["[OPTIONS]"] if options else [])])
    rows = [f"| `{_argument(each)}` | {_said(each)} |" for each in arguments]
    rows += [f"| `{_option(each)}` | {_said(each)} |" for each in options]
    lines = ["| argument, option | meaning |", "|---|---|", *rows]
    return f"## {path}\n\n```\n{usage}\n```\n\n{_help(command)}\n\n" + "\n".join(lines) + "\n"


def _help(command: Any) -> str:
    """The help text; its examples as code."""
    shown = []
    for paragraph in (command.help or "").split("\n\n"):
        text = " ".join(paragraph.split())
        shown.append(f"```\n{text.removeprefix('Example: ')}\n```" if text.startswith("Example: ") else text)
    return "\n\n".join(shown)


def _argument(param: Any) -> str:
    name = param.metavar or param.name.upper()
    return str(name) if param.required else f"[{name}]"


def _option(param: Any) -> str:
    measure = "" if param.is_flag else f" {param.metavar or _measure(param.type_descriptor.annotation)}"
    return "/".join([*param.opts, *param.secondary_opts]) + measure


def _measure(kind: Any) -> str:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "\\|".join(str(each.value) for each in kind)
    return {int: "INTEGER", float: "NUMBER", Path: "PATH"}.get(kind, "TEXT")


def _said(param: Any) -> str:
    text = " ".join((param.help or "").split()).replace("|", "\\|")
    default = param.default
    if param.required or default in (None, "", False, True) or callable(default):
        return text
    return f"{text} Default: {getattr(default, 'value', default)}."
