"""A refusal on a screen speaks of tonnes and money: the engine's counts of allowances are nobody's unit there."""

from __future__ import annotations

import re

import pytest

from airshed.pages.kit.words import Phrase
from airshed.pages.portal.amounts import detail
from airshed.pages.portal.fields import read
from airshed.service.forms.form import BODIES, Slot, bare, options_of, slots
from airshed.service.forms.measures import ANY_LAW, unit_of
from airshed.service.forms.sample import sample

#: Sentences of the engine with counts of thousands, which stand there as tonnes.
SENTENCES = (
    "A still has 2000 of SO2-KM-2027; 5.00 yuan; orders, bids or offers that wait: 1",
    "power holds and bids for 1000 of PM-CX-2027, at most 9000 by buying; 2000 more are too many",
    "fund has 2000 of NOx-YX-2028 free, not 7000; 5000 are set aside",
    "A may buy 3000 more of SO2-KM-2027, not 5000",
    "A may hold 3000 more, not 5000; the limit is 7000",
    "S-1 still owes 3000 of SO2 for 2027, not 5000",
    "A has 3000 admitted SO2 allowances free, not 4000; buy the rest",
    "A has 3000 admitted SO2 allowances free, which count for 2000 under the flow control of 2027 "
    "(1000 of the banked ones one for one, then 2 for one), not for 5000; buy the rest",
    "A may buy 3000 of SO2-KM-2027 in all, 2000 more, not 5000",
    "lease 3 has 3000 of SO2-KM-2027 left, not 5000",
    "pledge 3 binds 2000 of SO2-KM-2027..2029, not 4000",
    "A was granted 3000 of SO2-KM-2027, not 4000",
    "A may still sell 2000 of SO2-KM-2027 back, not 3000",
    "set-asides and repurchases may bring 5000 of SO2-KM-2027 together, 3000 more",
    "20000 is more than the 3000 on offer",
    "20000 is more than the 10000 that one transfer may give; sell it, or give it in parts",
    "A bought 3000 of SO2-KM-2027 today; 2000 may be sold, not 4000",
    "of SO2-KM-2027 3000 may be withheld from A, 2000 more, not 4000",
    "rights claim 3000 of SO2-KM-2030 and may claim 4000; 2000 more are too many",
    "A has 3000 of SO2-KM-2027 that nobody has a claim on, not 4000",
    "the order sells 4000 of SO2-KM-2027; set aside are 3000 of SO2-KM-2027",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_counts_of_allowances_are_tonnes_in_both_languages(sentence: str) -> None:
    said = detail(sentence, 1)
    counts = re.findall(r"\b\d+000\b", sentence)
    assert not re.search(r"\d000(?!\.)", f"{said.en} {said.zh}"), said
    for count in counts:
        assert f"{int(count) // 1000} t" in said.en
        assert f"{int(count) // 1000}吨" in said.zh
    assert not re.search(r"[a-z]{3,} [a-z]{2,}", said.zh), said.zh
    assert detail(sentence, 1000).en.count(",000 t") == len(counts), "an allowance may be a tonne"


def test_fen_and_milligrams_are_money_and_kilograms() -> None:
    said = detail("with 50 fen more, accounts would hold more than 100000 fen", 1)
    assert said.en == "with 0.50 yuan more, accounts would hold more than 1,000.00 yuan"
    assert said.zh == "再增加0.50元，账户合计将超过1,000.00元"
    mass = detail("KM-1 2027: 34000000000 mg after 40000000000 mg in 2026, more than 10 % apart", 1)
    assert mass.en == "KM-1 2027: 34,000.000 kg after 40,000.000 kg in 2026, more than 10 % apart"
    assert "34,000.000千克" in mass.zh.replace(" ", "")


@pytest.mark.parametrize(
    "sentence",
    ["act 3 waited until 2027-01-01 and has lapsed; propose it anew", "A has 12.00 yuan free, not 13.00"],
)
def test_what_is_no_count_stays_as_it_is(sentence: str) -> None:
    assert detail(sentence, 1).en == sentence


YUAN = Phrase("yuan", "元")
ORDER = {"account": "steel", "series": "SO2-KM-2027", "side": "sell", "limit": "4100", "count": "2"}


@pytest.mark.parametrize(
    ("written", "count"),
    [
        *(("40 t", 40_000), ("４０", 40_000), ("40kg", 40), ("１，０００", 1_000_000), ("40\u00a0t", 40_000)),
        *(("\t40\t", 40_000), ("\n40\n", 40_000), ("40.", 40_000), ("1 000", 1_000_000), ("40公斤", 40), ("0", 0)),
    ],
)
def test_an_amount_is_understood_as_people_write_it(written: str, count: int) -> None:
    assert read(BODIES["PlaceOrder"], {**ORDER, "count": written}, ANY_LAW, YUAN).body.count == count


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("3.000,5", "如指3,000.5"),
        ("1.000.000", "的分节方式与此处不同。如指1,000,000"),
        ("1 000,5", "如指1,000.5"),
        ("1'000", "“1'000”的分节方式与此处不同。如指1,000"),
        ("1e3", "为科学计数法。如指1,000"),
        ("1.5E+2", "如指150，"),
        ("-5", "“-5”小于零"),
        ("−5", "“−5”小于零"),
        ("", "此项必填"),
        ("9" * 400, "超过80个字符"),
        ("a\0b", "不是数量"),
        ("40😀", "无法识别单位“😀”"),
        ("40\t50", "粘贴了多个单元格"),
    ],
)
def test_an_amount_that_is_not_understood_is_refused_plainly_at_its_field(written: str, said: str) -> None:
    errors = read(BODIES["PlaceOrder"], {**ORDER, "count": written}, ANY_LAW, YUAN).errors
    assert list(errors) == ["count"]
    assert said in errors["count"].zh
    assert "t" not in re.findall("“([^”]*)”", errors["count"].zh)[:1], "what was not typed is not shown as if it were"


@pytest.mark.parametrize(
    ("command", "field", "written", "said"),
    [
        (
            "Surrender",
            "serials",
            "SO2-KM-2028\t1\t400\t5",
            "“SO2-KM-2028 | 1 | 400 | 5”有4项，应为3项。每行一项，依次为系列",
        ),
        ("Surrender", "serials", "SO2-KM-2028\t1", "有2项，应为3项。"),
        ("Surrender", "serials", "SO2-KM-2028: first=1", "缺少：末号。"),
        ("ReportYear", "declared_g", "VOC\t3\t4", "有3项，应为2项。"),
        ("SealDay", "marks", "1\t2", "有2项，应为1项。"),
    ],
)
def test_a_line_with_too_many_or_too_few_cells_says_what_was_expected(
    command: str, field: str, written: str, said: str
) -> None:
    errors = read(BODIES[command], {**filled(command), field: written}, ANY_LAW, YUAN).errors
    assert said in errors[field].zh


def filled(command: str) -> dict[str, str]:
    """A form of a command that can be read."""
    found: dict[str, str] = {}
    by_option = {slot.option: slot for slot in slots(BODIES[command])}
    for option, text in options_of(sample(BODIES[command]), ANY_LAW):
        field = by_option[option].field
        found[field] = f"{found[field]}\n{text}" if field in found else text
    return found


HOSTILE = (
    *(
        "40 t",
        "４０",
        "3.000,5",
        "1.000.000",
        "-5",
        "1e3",
        "9" * 400,
        "x" * 400,
        "a\0b",
        "40😀",
        "40\n50",
        "2028-02-30",
    ),
    *("'", '"', "a;b=c", "[1,2]", "{", "a\u200bb", "\u202eabc", "a,b,c,d,e,f,g,h", "a\tb\tc\td\te\tf\tg\th", "1，000"),
)


def each_kind() -> dict[object, tuple[str, Slot]]:
    """A field of each kind that forms have."""
    found: dict[object, tuple[str, Slot]] = {}
    for name, kind in BODIES.items():
        for slot in slots(kind):
            found.setdefault((repr(bare(slot.kind)), unit_of(slot.field, slot.kind)), (name, slot))
    return found


def test_whatever_is_typed_into_any_kind_of_field_is_taken_or_refused_there_in_words() -> None:
    for name, slot in each_kind().values():
        around = filled(name)
        for written in HOSTILE:
            errors = read(BODIES[name], {**around, slot.field: written}, ANY_LAW, YUAN).errors
            assert set(errors) <= {slot.field}, (name, slot.field, written, errors)
            for said in errors.values():
                plain = re.sub("“[^”]*”", "", said.zh)
                assert not re.search("[a-z]{3,} [a-z]{2,}|无法识别：", plain), (name, slot.field, written, said.zh)
                assert "airshed act" not in said.en
