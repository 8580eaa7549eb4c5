"""The client's module with a method for every command of the catalogue."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import msgspec

from airshed.engine import commands
from airshed.service.http.commands import in_words

HEAD = '''"""A method for every command of the catalogue. Generated (`make docs`); a test keeps it so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, TypedDict, Unpack

from airshed.engine import commands as c
from airshed.model.provenance import Provenance
from airshed.service.http.shapes.commands import CommandReceipt


class How(TypedDict, total=False):
    """How a command is sent."""

    #: The key under which it counts once; one is drawn where none is given.
    key: str
    #: For the how manieth time it is meant: the key is then made of the content.
    times: int
    #: The instant, in a simulation.
    at: str
    #: A one-time code, for what is signed.
    code: str


class Commands(ABC):
    """Every command by name; each is sent once under its key, or under one that is drawn."""

    @abstractmethod
    def send(self, body: c.Body, **how: Unpack[How]) -> CommandReceipt:
        """Send a command and hear its receipt."""
'''
#: Where the module lies.
PLACE = Path(__file__).parents[2] / "client" / "commands.py"


def module() -> str:
    """The text of the module."""
    return HEAD + "".join(_method(body) for body in get_args(commands.Body))


def _method(body: type[msgspec.Struct]) -> str:
    """The text of one, laid out as the formatter would."""
    fields = _fields(body)
    assert not {name for name, _, _ in fields} & {"key", "times", "at", "code"}, f"{body} has a word of how it is sent"
    taken, given = ["self"], []
    for name, kind, default in fields:
        made = default.startswith("c.msgspec.field")
        taken.append(f"{name}: {kind} | None = None" if made else f"{name}: {kind}{_is(default)}")
        given.append(f"{name} or {{}}" if made else name)
    taken.append("**how: Unpack[How]")
    head = _folded(f"    def {in_words(body.__name__)}(", taken, ") -> CommandReceipt:")
    made_of = f"c.{body.__name__}("
    sent = f"        return self.send({made_of}{', '.join(given)}), **how)"
    if len(sent) <= WIDEST:
        return "\n".join(["", *head, *_doc(body), sent, ""])
    built = _folded(f"        body = {made_of}", given, ")")
    return "\n".join(["", *head, *_doc(body), *built, "        return self.send(body, **how)", ""])


#: Letters of a line.
WIDEST = 120


def _folded(head: str, each: Sequence[str], tail: str) -> list[str]:
    """A list in brackets: on the line of its head, else on a line of its own, else a line for each."""
    inner, margin = ", ".join(each), " " * (len(head) - len(head.lstrip()))
    if len(head + inner + tail) <= WIDEST:
        return [head + inner + tail]
    alone = f"{margin}    {inner}"
    return [head, *([alone] if len(alone) <= WIDEST else (f"{margin}    {one}," for one in each)), margin + tail]


#: Names of types that commands have from elsewhere.
_OTHERS = ("Literal", "Provenance")


def _is(default: str) -> str:
    return f" = {default}" if default else ""


def _doc(body: type) -> list[str]:
    """What a command is; over two lines where one is too long."""
    said = (inspect.getdoc(body) or "").partition("\n")[0]
    line = f'        """{said}"""'
    if sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) <= 120:
        return [line]
    english, dot, chinese = said.rpartition(". ")
    return [f'        """{english}{dot.rstrip()}', "", f"        {chinese}", '        """']


def _fields(body: type[msgspec.Struct]) -> list[tuple[str, str, str]]:
    """Name, type and default of each field, as the command's own source spells them."""
    tree = ast.parse(inspect.getsource(body)).body[0]
    assert isinstance(tree, ast.ClassDef)
    found = [
        (node.target.id, _spelt(node.annotation), "" if node.value is None else _spelt(node.value))
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    ]
    assert tuple(name for name, _, _ in found) == body.__struct_fields__, body
    return found


def _spelt(node: ast.expr) -> str:
    """A type or a default whose names are those of the commands."""

    class Named(ast.NodeTransformer):
        def visit_Subscript(self, held: ast.Subscript) -> ast.AST:
            """What is annotated is told by its type alone."""
            if isinstance(held.value, ast.Name) and held.value.id == "Annotated" and isinstance(held.slice, ast.Tuple):
                return self.visit(held.slice.elts[0])  # type: ignore[no-any-return]
            return self.generic_visit(held)

        def visit_Name(self, name: ast.Name) -> ast.expr:
            inner = ast.Name("c")
            return ast.Attribute(inner, name.id) if hasattr(commands, name.id) and name.id not in _OTHERS else name

    return ast.unparse(ast.fix_missing_locations(Named().visit(node))).replace("'", '"')
