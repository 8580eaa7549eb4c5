"""What is wrong in a law is said in Chinese too: each sentence that its reader can say stands in a catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin

import msgspec

import airshed
from airshed.rulebook.check_people import apart
from airshed.rulebook.load import find, read, texts
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import in_words, kinds, peeled
from airshed.service.forms.refusals import fault_in_chinese, rows
from test_refusals_in_chinese import PLACE, said

RULEBOOK = Path(airshed.__file__).parent / "rulebook"
NEAR = RULEBOOK.parent / "model" / "near.py"
#: Functions that give a part of a sentence, and files of sentences that no fault of a law says.
TELL = ("called", "_bounds", "near")
ASIDE = ("amend.py", "notices.py", "lookup.py", "shipped.py")


def told(source: str) -> Iterator[str]:
    """What code may say to be wrong in a law, or to be its cure."""
    for function in [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]:
        given: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            given.setdefault(name.id, []).append(node.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Malformed":
                for argument in node.args[1:]:
                    yield from _texts(argument)
                    if isinstance(argument, ast.Name):
                        for value in given.get(argument.id, ()):
                            yield from _texts(value)
            if function.name in TELL and isinstance(node, ast.Return) and node.value is not None:
                yield from _texts(node.value)


def _texts(value: ast.expr) -> Iterator[str]:
    """The texts of an expression; of one with places, the whole."""
    if isinstance(value, ast.JoinedStr | ast.Constant):
        if " " in (text := said(value)).strip(" ") and re.search("[a-z]", PLACE.sub("", text)):
            yield text
        return
    for each in ast.iter_child_nodes(value):
        if isinstance(each, ast.expr):
            yield from _texts(each)


def test_every_fault_of_a_law_and_its_cure_has_its_chinese() -> None:
    known = {en for en, _ in rows("faults")}
    sources = [path for path in sorted(RULEBOOK.glob("*.py")) if path.name not in ASIDE]
    lacking = {
        f"{path.name}: {text}"
        for path in [*sources, NEAR]
        for text in told(path.read_text("utf-8"))
        if text not in known and not re.search("[\u4e00-\u9fff]", fault_in_chinese(text))
    }
    assert not lacking, "add to service/forms/faults.csv:\n" + "\n".join(sorted(lacking))
    assert not [pair.why for pair in apart() if pair.why not in known]


def test_what_a_key_of_the_law_holds_is_said_in_chinese() -> None:
    held = [kind for section in kinds(Rulebook).values() for kind in _held(section)]
    assert len(held) > 200
    for words in {in_words(kind) for kind in held}:
        assert re.search("[\u4e00-\u9fff]", fault_in_chinese(words)), words


def _held(kind: Any) -> Iterator[Any]:
    """What the keys of a section, or of the rows of a table, hold."""
    bare = peeled(kind)[0]
    inner = get_args(bare)[0] if get_origin(bare) is tuple else bare
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        for each in kinds(inner).values():
            yield from _held(each)
    elif get_origin(bare) is not UnionType:  # what varies may be of any kind
        yield kind


def test_each_place_of_a_fault_stands_in_its_chinese_once_for_all() -> None:
    sentences = rows("faults")
    assert len({en for en, _ in sentences}) == len(sentences)
    for en, zh in sentences:
        assert sorted(set(PLACE.findall(en))) == sorted(set(PLACE.findall(zh))), en


def test_a_law_with_many_faults_names_each_in_chinese() -> None:
    law = texts(find("dianzhong"))
    law["rulebook.toml"] = (
        law["rulebook.toml"]
        .replace(b"act_expires_days = 14", b"act_expires_days = 0\nact_expire_days = 3")
        .replace(b'bound = "jurisdiction"', b'bound = "city"')
        .replace(b'second = ["RegisterActor", ', b"second = [7, ")
    )
    law["caps.csv"] = b"\n".join(law["caps.csv"].splitlines()[:-1]) + b"\nSO2,KM\n"
    law["limits.csv"] = law["limits.csv"].replace(b"pollutant", b"polutant", 1)
    _, faults = read(law)
    assert len(faults) > 5
    for fault in faults:
        for text in (fault.what, fault.cure):
            assert re.search("[\u4e00-\u9fff]", fault_in_chinese(text)), text
