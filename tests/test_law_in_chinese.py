"""A law in Chinese: every section, key and word of it has a name, every citation a beginning."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from airshed.rulebook.chinese import SECTIONS, WORDS, every_key, key_zh, section_zh, word_zh, words_held
from airshed.rulebook.diff import diff
from airshed.rulebook.load import find, load, load_texts
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.articles import article_zh
from laws import EVERY_LAW, FILES, RULES
from portals import Portal, portal, text_of
from services import market_book


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    with portal(market_book(tmp_path_factory.mktemp("law")), demo_users=True) as found:
        yield found


def test_every_section_of_the_law_in_force_is_a_page_in_both_languages(served: Portal) -> None:
    english, chinese = served.stranger(), served.stranger("zh")
    for section, name in SECTIONS.items():
        assert f'href="/law/{section}"' in chinese.get("/law").text
        said = chinese.get(f"/law/{section}")
        assert said.status_code == english.get(f"/law/{section}").status_code == 200, section
        assert name in text_of(said)
    assert english.get("/law/pantry").status_code == 404


def test_a_section_in_chinese_names_keys_measures_roles_and_commands_in_chinese(served: Portal) -> None:
    chinese = served.stranger("zh")
    trading = text_of(chinese.get("/law/trading"))
    assert "涨跌幅限制 band_basis_points 10%" in trading
    assert "《示范办法》（假定）第18条" in trading
    roles = text_of(chinese.get("/law/roles"))
    assert "PlaceOrder" not in roles
    assert "operator" not in roles
    assert "现行规则各部分" in text_of(chinese.get("/law"))


def test_every_section_has_a_name_in_the_order_of_the_law() -> None:
    assert list(SECTIONS) == list(Rulebook.__struct_fields__)


def test_every_key_has_a_name() -> None:
    assert all(key_zh(section, key) for section, key, _ in every_key())


def test_two_keys_of_a_section_have_two_names() -> None:
    """Rows of two tables of a section may share a key; two keys of one name would be told apart by nobody."""
    for name in SECTIONS:
        keys = {key for section, key, _ in every_key() if section == name}
        assert len({key_zh(name, key) for key in keys}) == len(keys), name


def test_every_word_that_a_key_may_hold_has_a_name_and_no_name_is_of_a_word_that_none_holds() -> None:
    used = set()
    for (section, key), words in words_held().items():
        for word in words:
            assert word_zh(section, key, word)
            used.add(f"{key}.{word}" if f"{key}.{word}" in WORDS else word)
    assert set(WORDS) == used


@pytest.mark.parametrize("name", EVERY_LAW)
def test_every_citation_of_a_shipped_law_begins_in_chinese(name: str) -> None:
    files = {f"{table}.csv" for table in ("applicability",)}
    english = [cite for cite in _cites(load(find(name))) if article_zh(cite) == cite and cite not in files]
    assert english == []


def _cites(held: object) -> Iterator[str]:
    if isinstance(held, msgspec.Struct):
        if cite := getattr(held, "cite", ""):
            yield cite
        for field in held.__struct_fields__:
            yield from _cites(getattr(held, field))
    elif isinstance(held, tuple):
        for each in held:
            yield from _cites(each)


def test_a_change_is_said_in_chinese_with_its_key_and_its_measure() -> None:
    old = load(find("dianzhong"))
    trading = msgspec.structs.replace(old.trading, band_basis_points=500)
    rules = msgspec.structs.replace(old.trade_rules, crossing="approval")
    changes = diff(old, msgspec.structs.replace(old, trading=trading, trade_rules=rules))
    assert [(each.zh.section, each.zh.key, each.zh.old, each.zh.new) for each in changes] == [
        ("挂牌交易", "涨跌幅限制", "10%", "5%"),
        ("交易限制", "跨辖区购买", "自由", "须经批准"),
    ]


def test_what_a_city_sets_for_itself_is_said_by_the_key_that_it_sets() -> None:
    varied = {**FILES, "vary/KM.toml": b'cite = "Kunming notice 3"\n[allocation]\nmethod = "history"\n'}
    (change,) = diff(RULES, load_texts(varied))
    assert (change.zh.row, change.zh.new) == ("KM 配额分配：分配方法", "历史法")


@pytest.mark.parametrize("name", EVERY_LAW)
def test_every_change_between_two_laws_has_its_chinese(name: str) -> None:
    """To the first law of all and back, so that what either lacks is new once and repealed once."""
    law, other = load(find(name)), load(find(EVERY_LAW[0]))
    for change in (*diff(law, other), *diff(other, law)):
        assert change.zh.section == section_zh(change.section)
        assert (change.zh.old is None, change.zh.new is None) == (change.old is None, change.new is None)
        assert bool(change.zh.row or change.zh.key)
