"""The provision on which a refusal rests, in Chinese: citations of a law are written in English, in a few forms."""

from __future__ import annotations

import re

from airshed.model.beside import rows_beside

#: How a citation begins, and the same in Chinese; `{0}` is what the first bracket holds. What follows is the law's own
#: remark, which pages show as it is written.
CITED = tuple((row["written"], row["zh"]) for row in rows_beside("airshed.service.forms", "cited.csv"))
#: What ends that beginning.
_ENDS = r"(?=$|[,;:( ])"


def article_zh(text: str) -> str:
    """How a citation begins, in Chinese; one of another form stays as the law has it.

    >>> article_zh("Demonstration measures (assumed), art. 25a"), article_zh("GB 13223-2011 table 2, special limits")
    ('《示范办法》（假定）第25a条', 'GB 13223-2011表2')
    >>> article_zh("Bylaws of the exchange, 7")
    'Bylaws of the exchange, 7'
    """
    return _begun(text)[0]


def says_more(text: str) -> bool:
    """Whether the law says more than the Chinese of it does, so that a page shows the law's own words beside it.

    >>> says_more("Demonstration measures (assumed), art. 25a"), says_more("GB 13223-2011 table 2, special limits")
    (False, True)
    """
    return _begun(text)[1] < len(text)


def _begun(text: str) -> tuple[str, int]:
    """The Chinese of a citation, and up to where in it that goes."""
    for written, chinese in CITED:
        if found := re.match(f"(?:{written}){_ENDS}", text):
            held = (each or "" for each in found.groups())
            return chinese.format(*(each.replace(" and ", "、").replace(", ", "、") for each in held)), found.end()
    return text, len(text)
