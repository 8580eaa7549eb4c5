"""What a finding says in words is there in both languages of a page."""

from __future__ import annotations

import re

import pytest

from airshed.mrv.findings import SENTENCES
from airshed.pages.kit.details import detail


@pytest.mark.parametrize(("english", "text"), [(english, text) for english, _, text in SENTENCES])
def test_every_sentence_of_the_checks_has_a_chinese_one_with_the_same_figures(english: str, text: str) -> None:
    said = detail(text)

    assert re.fullmatch(english, text)
    assert said.en == text
    assert not re.search(r"[A-Za-z]{4,}|\{", said.zh), said.zh
    figures = re.findall(r"\d[\d.,]*\d|\d", text)
    assert all(figure in said.zh for figure in figures), said.zh
