"""Each sentence in which the engine refuses has its Chinese, and what stands at its places comes through whole."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import airshed
from airshed.rulebook.load import find, load
from airshed.service.forms.refusals import in_chinese, rows

ENGINE = Path(airshed.__file__).parent / "engine" / "procedures"
SERVICE = Path(airshed.__file__).parent / "service" / "http"
PAGES = Path(airshed.__file__).parent / "pages" / "portal"
#: What stops a request, and up to which of its words that is said to who asks.
STOPPING = {"Stopped": 2, "of_code": 2}
#: Who speaks when a sentence begins so: the engine that has found its own book wrong, and stops.
STOPS = re.compile(r"I\d+: ")
PLACE = re.compile(r"\{\d+\}")


def said(node: ast.expr) -> str:
    """A text of the code with numbered places for what is put into it; nothing for any other expression."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return ""
    places = iter(range(1, 100))
    return "".join(str(v.value) if isinstance(v, ast.Constant) else f"{{{next(places)}}}" for v in node.values)


def sentences(source: str) -> Iterator[str]:
    """What code may put into a refusal: each text with a blank that is no comment, error, pattern or type."""
    tree = ast.parse(source)
    aside: set[int] = set()
    for node in ast.walk(tree):
        out: list[ast.AST] = []
        if isinstance(node, ast.JoinedStr):
            out = list(node.values)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            out = [node.value]
        elif isinstance(node, ast.Raise | ast.Assert) or (
            isinstance(node, ast.Call) and ast.unparse(node.func) in ("Malformed", "re.compile")
        ):
            out = [node]
        aside.update(id(each) for part in out for each in ast.walk(part) if not isinstance(part, ast.FormattedValue))
        aside.update(id(each) for part in out if isinstance(part, ast.FormattedValue) for each in _spec(part))
    for node in ast.walk(tree):
        text = said(node) if isinstance(node, ast.expr) and id(node) not in aside else ""
        if " " in text.strip() and re.search("[a-z]", PLACE.sub("", text)) and not STOPS.match(text):
            yield text.strip(" ;,")


def _spec(part: ast.FormattedValue) -> Iterator[ast.AST]:
    return ast.walk(part.format_spec) if part.format_spec is not None else iter(())


def test_every_sentence_of_the_engine_has_its_chinese() -> None:
    known = {en for en, _ in rows()}
    lacking = {
        f"{path.name}: {sentence}"
        for path in sorted(ENGINE.glob("*.py"))
        for sentence in sentences(path.read_text("utf-8"))
        if sentence not in known
    }

    assert not lacking, "add to service/forms/refusals.csv:\n" + "\n".join(sorted(lacking))


def test_what_the_service_says_of_a_request_has_its_chinese() -> None:
    """What is stopped before the book is asked; the first sentence of each stands in the catalogue of problems."""
    known = {en for en, _ in rows()}
    lacking = {
        f"{path.name}: {said(text)}"
        for path in sorted([*SERVICE.glob("*.py"), *PAGES.rglob("*.py")])
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        for text in node.args[1 : STOPPING.get(ast.unparse(node.func), 0)]
        if re.search("[a-z]", PLACE.sub("", said(text))) and said(text) not in known
    }

    assert not lacking, "add to service/forms/refusals.csv:\n" + "\n".join(sorted(lacking))


def test_a_sentence_that_nobody_says_any_more_is_not_kept() -> None:
    package = Path(airshed.__file__).parent
    told = [
        p.read_text("utf-8")
        for room in ("engine", "market", "registry", "compliance", "mrv", "model", "service", "pages/portal")
        for p in (package / room).rglob("*.py")
    ]
    text = re.sub(r'"\s*\n\s*f?"', "", "\n".join(told))
    gone = [en for en, _ in rows() if "{" in en and not _stands(en, text)]

    assert not gone


def _stands(en: str, text: str) -> bool:
    """Whether the longest run of words of a sentence stands in the code."""
    run = max(PLACE.split(en), key=len).strip(" ;,.")
    return run in text or all(word in text for word in run.split())


def test_each_place_of_a_sentence_stands_in_its_chinese() -> None:
    for en, zh in rows():
        assert sorted(set(PLACE.findall(en))) == sorted(set(PLACE.findall(zh))), en
        assert re.search("[\u4e00-\u9fff：]", zh), en


@pytest.mark.parametrize(
    ("detail", "zh"),
    [
        ("power is operator, which may not send OpenAuction", "power的角色是排污单位，无权发出OpenAuction"),
        (
            "fund has 278 of NOx-YX-2028 free, not 739; 500 are set aside",
            "fund可用NOx-YX-2028 278，不足739；另有500已冻结",
        ),
        (
            "A still has 2000 of SO2-KM-2027; 50,000.00 yuan; orders, bids or offers that wait: 1",
            "A仍有：SO2-KM-2027的2000；50,000.00元；尚未了结的委托、申报或要约：1",
        ),
        ("A still has source S-1, which has not closed", "A仍有尚未关停的排放源S-1"),
        ("A has 12.00 yuan free, not 13.00", "A可用资金12.00元，不足13.00元"),
        ("A has 12.00 EUR free, not 13.00", "A可用资金12.00EUR，不足13.00EUR"),
        (
            "s-power cannot pass yet: withdrawal 5 is settled first; withholding 6 is released or forfeited first",
            "s-power尚不能转移：须先了结收回5；须先解除或没收暂扣6",
        ),
        (
            "power holds and bids for 100 of PM-CX-2027, at most 90 by buying; 20 more are too many",
            "power持有及申报PM-CX-2027共100，通过购买最多可达90；再加20过多",
        ),
        (
            "check 3: a 2027-02-14 was sealed with marks [2], and [] stand; seal it again; "
            "a 2027-02-15 was sealed with marks [], and [4] stand; seal it again",
            "检查3：a 2027-02-14封存时的标记为[2]，现行有效的为[]；请重新封存；"
            "a 2027-02-15封存时的标记为[]，现行有效的为[4]；请重新封存",
        ),
        (
            "the order would meet fund's own order 7; cancel that one first",
            "该委托将与fund自己的委托7成交；请先撤销后者",
        ),
        (
            "the order would meet order 7 of fund (of the same group lime); cancel that one first",
            "该委托将与同一集团（lime）的fund的委托7成交；请先撤销后者",
        ),
        (
            "x is suspended (inspection 检查); province or city may lift that",
            "x现为已暂停（inspection 检查）；可由省级生态环境部门或州市生态环境局解除",
        ),
        (
            "explain under `explained`: check 5 substituted_share: 5 of 9 hours are substituted, more than 10 %; "
            "check 7 findings: KM-1-A: hugs_limit SO2 over 40 hours; KM-1-A: flat_line over 7 hours",
            "请在“对检查项的说明”中逐项说明，各行以检查代码开头（如“findings: …”）：检查5（substituted_share）："
            "9小时中5小时为替代值，超过10%；检查7（findings）：KM-1-A：SO2数值长时间紧贴限值，共40小时；"
            "KM-1-A：数值恒定不变，共7小时",
        ),
        ("there is no such works", "没有该企业"),
        ("100000 of them", "为100000项"),
        ("what nobody has said before", "what nobody has said before"),
        ("", ""),
    ],
)
def test_what_stands_at_the_places_comes_through(detail: str, zh: str) -> None:
    assert in_chinese(detail) == zh


@pytest.mark.parametrize("law", ["dianzhong", "shanxi"])
def test_a_role_has_the_name_that_the_law_has_for_it(law: str) -> None:
    """省级主管部门 stood in refusals where the law and every page say 省级生态环境部门."""
    named = {row.code: row.name_zh for row in load(find(law)).people}
    known = dict(rows())
    assert {code: known[code] for code in named if code in known} == {
        code: named[code] for code in named if code in known
    }


@pytest.mark.parametrize("law", ["dianzhong", "shanxi", "china-national"])
def test_a_mark_and_a_ground_are_called_as_the_law_calls_them(law: str) -> None:
    """ "fault须在…前" stood where the law says 故障或事故."""
    rules = load(find(law))
    named: dict[str, str] = {row.mark: row.name_zh for row in rules.marks.rows}
    named |= {row.ground: row.name_zh for row in rules.cases.grounds}
    assert named
    assert {code: in_chinese(code) for code in named} == named
    assert in_chinese("mark 3 (fault) of K-1-A waits for a decision") == "K-1-A的标记3（故障或事故）待审定"


def test_each_state_in_which_a_thing_may_be_is_a_word_of_the_catalogue() -> None:
    found = set[str]()
    for path in sorted((ENGINE.parent / "nouns").glob("*.py")):
        for listed in re.findall(r'#: (".*)\n    state: str', path.read_text("utf-8")):
            found.update(re.findall(r'"(\w+)"', listed))
    assert len(found) > 20
    assert not {word for word in found if in_chinese(word) == word}


def test_a_text_that_somebody_made_long_or_strange_is_said_soon() -> None:
    """What people write comes into refusals: it is neither taken for a sentence nor read without end."""
    assert in_chinese("a of b is c, " * 5_000).startswith("a of b")
    assert in_chinese("; ".join("a of b is c" for _ in range(5_000)))
    assert "{1}" in in_chinese("{1} is not registered; a registrar registers people")


@pytest.mark.parametrize("zone", ["dianzhong", "shanxi", "acidrain"])
def test_a_role_has_the_chinese_name_that_its_law_gives_it(zone: str) -> None:
    for role in load(find(zone)).people:
        said = in_chinese(f"power is {role.code}, which may not send OpenAuction")
        # An authority is told by what it is over, whatever a law calls its office.
        if role.code not in ("administrator", "province", "city", "machine"):
            assert said == f"power的角色是{role.name_zh}，无权发出OpenAuction"
