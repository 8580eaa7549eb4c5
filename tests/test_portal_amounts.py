"""A refusal on a screen speaks of tonnes and money: the engine's counts of allowances are nobody's unit there."""

from __future__ import annotations

import re

import pytest

from airshed.pages.portal.amounts import detail

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
