"""What a finding says in words is there in both languages of a page."""

from __future__ import annotations

import re

import pytest

from airshed.pages.kit.details import SENTENCES, detail

#: A sentence of each kind as the checks write it.
SAID = (
    "12.5 mg/m3 in every hour",
    "outside 0 to 40",
    "outside 0 to 5000 mg/m3",
    "fewer than 45 valid minutes",
    "marked as stopped, other readings of the hour say not",
    "oxygen of 19.5 % or more: not converted, perhaps stopped",
    "oxygen of 20.5 % or more while hot gas moves: the analyser breathes air",
    "oxygen of 20.5 % or more in a still or cold duct: it stands or idles",
    "gas flows backwards: the probe is turned or drifts",
    "the stated flow is below zero; it is not used",
    "stamped by a clock up to 8.0 h ahead of the time of sending",
    "stamped by a clock up to 8.0 h behind the time of sending",
    "reported pressure is not that of 1640 m; 83.15 kPa is used instead",
    "a second frame differs; the first one holds",
    "two frames of one QN say different things; the one received first holds",
    "24 frames are of another year",
    "35000 mg/m3 where 35 is usual, 1,000 times that: another measure",
    "0.012 m/s where 12 is usual, one 1,000th of that: another measure",
    "stated flow is 1,000 times that of the duct: another measure; it is not used",
    "furthest off: 12.5 is stated, 13.75 m3 by mean x 3600",
    "furthest off: 1e+06 is stated, 13.75 kg by mean x flow x 1e-6",
    "furthest off: 12.5 is stated, 13.75 mg/m3 by equation (28)",
    "a hole of 744 running hours, 31 days",
    "no tier covers it: the capture rate is too low, or no valid hour lies before it",
    "mark 3 (fault) covers hours above the limit; the highest reads 812.5 mg/m3, not converted",
    "by mark 3 (start_up) they weigh 12.345 kg less than the monitor read",
)


@pytest.mark.parametrize("text", SAID)
def test_every_sentence_of_the_checks_has_a_chinese_one_with_the_same_figures(text: str) -> None:
    said = detail(text)

    assert said.en == text
    assert not re.search(r"[A-Za-z]{4,}|\{", said.zh), said.zh
    figures = re.findall(r"\d[\d.,]*\d|\d", text)
    assert all(figure in said.zh for figure in figures), said.zh


def test_no_sentence_stands_there_that_the_checks_do_not_write() -> None:
    assert all(any(re.fullmatch(english, text) for text in SAID) for english, _ in SENTENCES)
