"""The provision on which a refusal rests, in Chinese: citations of a law are written in English, in a few forms."""

from __future__ import annotations

import re

#: How a citation is written, and the same in Chinese; `{0}` is what the first bracket holds.
CITED: tuple[tuple[str, str], ...] = (
    (r"Demonstration measures \(assumed\), art\. (\w+)", "《示范办法》（假定）第{0}条"),
    (r"Demonstration measures \(assumed\), annex (\w+)", "《示范办法》（假定）附件{0}"),
    (r"Regional Measures, art\. (\w+)", "《区域办法》第{0}条"),
    (r"State Council General Office 2014 no\. 38", "国办发〔2014〕38号"),
    (r"Law on administrative penalties of 2021, art\. ([\w, ]+?)", "《行政处罚法》（2021年）第{0}条"),
    (r"Form(?: of the commands)?: this rulebook(?: \(assumed\))?", "本规则书（形式，假定）"),
    (r"This rulebook", "本规则书"),
    (r"([\w-]+\.csv)", "{0}"),
)
#: What may stand behind it: whence it is known, or what it says.
_REST = r"(?: \((?:assumed|recalled)[^)]*\)|, recalled)?(?::.*| and [\w-]+\.csv.*)?"


def article_zh(text: str) -> str:
    """A citation in Chinese; one of another form stays as the law has it.

    >>> article_zh("Demonstration measures (assumed), art. 25a"), article_zh("42 USC 7651j")
    ('《示范办法》（假定）第25a条', '42 USC 7651j')
    """
    first = text.partition("; ")[0]
    for written, chinese in CITED:
        if found := re.fullmatch(written + _REST, first):
            return chinese.format(*(each.replace(" and ", "、").replace(", ", "、") for each in found.groups()))
    return text
