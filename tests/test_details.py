"""What a finding says in words is there in both languages of a page."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

import pytest

from airshed import mrv
from airshed.mrv.findings import SENTENCES
from airshed.pages.kit.details import detail, item, reason
from airshed.pages.kit.words import FINDINGS
from airshed.service.stacks import marked_days


@pytest.mark.parametrize(("english", "text"), [(english, text) for english, _, text in SENTENCES])
def test_every_sentence_of_the_checks_has_a_chinese_one_with_the_same_figures(english: str, text: str) -> None:
    said = detail(text)

    assert re.fullmatch(english, text)
    assert said.en == text
    assert not re.search(r"[A-Za-z]{4,}|\{", said.zh), said.zh
    figures = re.findall(r"\d[\d.,]*\d|\d", text)
    assert all(figure in said.zh for figure in figures), said.zh


@pytest.mark.parametrize("text", [text for _, _, text in SENTENCES])
def test_a_verifiers_item_that_quotes_a_finding_is_there_in_chinese(text: str) -> None:
    said = item(f"contradicted_stop SO2 over 30 hours: {text}")

    assert said.en.endswith(text)
    assert said.zh == f"SO2{FINDINGS['contradicted_stop'].zh}，共30小时：{detail(text).zh}"
    assert item(f"no_such_check over 30 hours: {text}").zh == f"no_such_check over 30 hours: {text}"


def test_why_a_day_is_corrected_is_there_in_chinese_where_the_system_wrote_it() -> None:
    """Read from the code that writes it."""
    tree = ast.parse(Path(marked_days.__file__).read_text("utf-8"))
    (said,) = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and [getattr(each, "id", "") for each in node.targets] == ["reason"]
    ]
    assert isinstance(said, ast.IfExp)
    for each in (said.body, said.orelse):
        parts = getattr(each, "values", [each])
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "3" for part in parts)
        assert not re.search("[A-Za-z]", reason(text).zh), text


def test_every_sentence_that_the_checks_can_make_is_among_them() -> None:
    """Read from the code that makes findings, not from what one played year happens to hold."""
    made = sentences_made()

    assert len(made) >= len(SENTENCES)
    assert [text for text in sorted(made) if not any(re.fullmatch(english, text) for english, *_ in SENTENCES)] == []
    assert [english for english, *_ in SENTENCES if not any(re.fullmatch(english, text) for text in made)] == []


#: Who makes a finding, and which of its arguments says it in words.
MAKERS = {"Finding": 5, "finding": 3}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sentences_made() -> set[str]:
    """Every detail of a finding in the code of `airshed.mrv`, with 7 for each figure in it."""
    trees = [ast.parse(path.read_text("utf-8")) for path in Path(mrv.__file__).parent.rglob("*.py")]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]
    calls = [(within, node) for within in functions for node in ast.walk(within) if isinstance(node, ast.Call)]

    def name_of(call: ast.Call) -> str:
        return getattr(call.func, "id", "") or getattr(call.func, "attr", "")

    def argument(call: ast.Call, name: str, place: int) -> ast.expr | None:
        named = next((each.value for each in call.keywords if each.arg == name), None)
        return named or (call.args[place] if place < len(call.args) else None)

    def texts(said: ast.expr | None, within: Function) -> set[str]:
        match said:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.JoinedStr(values=parts):
                return {"".join(each) for each in product(*(texts(part, within) for part in parts))}
            case ast.FormattedValue(value=value):
                return texts(value, within)
            case ast.IfExp(body=one, orelse=other):
                return texts(one, within) | texts(other, within)
            case ast.Name(id=name):
                return of_name(name, within)
        return {"7"}

    def of_name(name: str, within: Function) -> set[str]:
        found: set[str] = set()
        for node in ast.walk(within):
            if isinstance(node, ast.Assign) and name in [getattr(each, "id", "") for each in node.targets]:
                found |= texts(node.value, within)
        names = [each.arg for each in within.args.args]
        if name in names:
            method = names[0] == "self"
            for caller, call in calls:
                if name_of(call) == within.name and isinstance(call.func, ast.Attribute) == method:
                    found |= texts(argument(call, name, names.index(name) - method), caller)
        return found or {"7"}

    made: set[str] = set()
    for within, call in calls:
        if isinstance(call.func, ast.Name) and call.func.id in MAKERS:
            made |= texts(argument(call, "detail", MAKERS[call.func.id]), within)
    return made
