"""Words of both languages stand once: nothing that people read is said in two ways by two catalogues."""

from __future__ import annotations

import ast
import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import airshed

SOURCES = Path(airshed.__file__).parent
CJK = re.compile("[\u3400-\u9fff]")
LETTER = re.compile("[A-Za-z]")
#: `both("In a template", "模板")` or `say(...)`, and a heading of a table as "all caps 总量 t".
IN_TEMPLATE = re.compile(r'(?:both|say)\(\s*"((?:[^"\\]|\\.)*)"\s*,\s*"((?:[^"\\]|\\.)*)"\s*\)')
HEADING = re.compile(r"([A-Za-z][\w ,'()/.-]*?) ((?:[\u3400-\u9fff（）、，·])+)(?: [\w\[\]{}/]+)*")

Said = dict[str, dict[str, list[str]]]
"""What is said in English -> in Chinese -> where."""


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"))


def text_of(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def catalogues(tree: ast.Module) -> Iterator[tuple[str, ast.Dict]]:
    """The literal dictionaries of a module, by name."""
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign):
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Dict):
            yield target.id, node.value


def both_of(node: ast.expr) -> tuple[str, str] | None:
    """English and Chinese of `Phrase(en, zh)`, of a pair in either order; None for anything else."""
    parts: Sequence[ast.expr] = ()
    if isinstance(node, ast.Call) and not node.keywords:
        parts = node.args
    elif isinstance(node, ast.Tuple):
        parts = node.elts
    texts = [text for part in parts if (text := text_of(part)) is not None]
    if len(texts) != 2 or len(parts) != 2:
        return None
    texts.sort(key=lambda text: bool(CJK.search(text)))
    en, zh = texts
    return (en, zh) if LETTER.search(en) and not CJK.search(en) and CJK.search(zh) else None


def doubles(folder: Path) -> list[str]:
    """What two catalogues of words say in two ways, or one catalogue twice."""
    english: Said = defaultdict(lambda: defaultdict(list))
    keyed: Said = defaultdict(lambda: defaultdict(list))
    found: list[str] = []
    for path, tree in trees(folder):
        names = Counter[str]()
        for name, literal in catalogues(tree):
            names[name] += 1
            keys = Counter(ast.unparse(key) for key in literal.keys if key is not None)
            found += [f"{path} {name} has the key {key} {times} times" for key, times in keys.items() if times > 1]
            for key, value in zip(literal.keys, literal.values, strict=True):
                said = both_of(value)
                if key is None or said is None:
                    continue
                place = f"{path}:{value.lineno}"
                english[said[0].lower()][said[1]].append(place)
                if isinstance(key, ast.Constant):
                    keyed[f"{name}[{key.value!r}]"][said[1]].append(place)
        found += [f"{path} assigns {name} {times} times" for name, times in names.items() if times > 1]
        for node in ast.walk(tree):
            heading = HEADING.fullmatch(text_of(node) or "") if isinstance(node, ast.Constant) else None
            if heading and " " in heading[1]:  # a word by itself means something else in another table
                english[heading[1].lower()][heading[2]].append(f"{path}:{getattr(node, 'lineno', 0)}")
    for path in sorted(folder.rglob("*.csv")):
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines(keepends=True)))
        if rows and {"name", "zh"} <= set(rows[0]):
            names = Counter(f"{row.get('of', '')}[{row['name']!r}]" for row in rows)
            found += [f"{path} has {name} {times} times" for name, times in names.items() if times > 1]
            for number, row in enumerate(rows, 2):
                if row.get("en"):
                    english[row["en"].lower()][row["zh"]].append(f"{path}:{number}")
    for path in sorted(folder.rglob("*.j2")):
        for en, zh in IN_TEMPLATE.findall(path.read_text("utf-8")):
            if " " in en:
                english[en.lower()][zh].append(str(path))
    for what, ways in (*english.items(), *keyed.items()):
        if len(ways) > 1:
            found.append(f"{what!r}: " + "; ".join(f"{zh} ({', '.join(where)})" for zh, where in ways.items()))
    return found


def test_what_people_read_is_said_in_one_way() -> None:
    """The report's OPINIONS stood twice in one module, and the later one held unseen: 满意 and 通过."""
    assert doubles(SOURCES) == []


@pytest.mark.parametrize(
    ("module", "named"),
    [
        ('A = {"x": Phrase("good", "好")}\nA = {"x": Phrase("good", "好")}\n', "assigns A 2 times"),
        ('A = {"x": Phrase("good", "好"), "x": Phrase("bad", "坏")}\n', "has the key 'x' 2 times"),
        ('A = {"x": Phrase("good", "好")}\nB = {"y": ("良", "Good")}\n', "'good': 好"),
        ('A: Mapping[str, Phrase] = {"x": Phrase("good", "好")}\nB = {1: ("good", "良")}\n', "'good': 好"),
        ('TABLE = ("all caps 总量 t",)\nB = {"y": ("all caps", "上限")}\n', "'all caps'"),
    ],
)
def test_a_double_is_found(tmp_path: Path, module: str, named: str) -> None:
    (tmp_path / "words.py").write_text(module)
    found = doubles(tmp_path)
    assert found
    assert named in found[0]


def test_one_catalogue_in_two_modules_says_the_same(tmp_path: Path) -> None:
    for name, zh in (("a", "满意"), ("b", "通过")):
        (tmp_path / f"{name}.py").write_text(f'OPINIONS = {{"fine": Phrase("as {name} says", "{zh}")}}\n')
    assert any("OPINIONS['fine']" in line for line in doubles(tmp_path))


#: Public classes that share their name with another, at most: what is new takes a name of its own.
SHARED = 100


def test_few_public_classes_share_a_name() -> None:
    names = Counter(
        node.name
        for _, tree in trees(SOURCES)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )

    assert sum(many for many in names.values() if many > 1) <= SHARED, sorted(n for n, m in names.items() if m > 1)
