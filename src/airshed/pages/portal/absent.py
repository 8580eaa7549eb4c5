"""What is not there, in words: what an address asks for, by its first part, and the page that has all of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from airshed.pages.kit.words import Phrase

#: The longest name that is said back.
LONGEST = 60


class Absent(NamedTuple):
    """A page for what is not there."""

    heading: Phrase
    #: Where all are that there are.
    href: str
    link: Phrase
    #: Whether what stopped the request says more than the heading.
    detailed: bool


class _Kind(NamedTuple):
    """What lies below a path: what is said where one of it is not there, with `{}` for its name."""

    heading: Phrase
    href: str
    link: Phrase
    detailed: bool = True


_KINDS: Mapping[str, _Kind] = {
    "act": _Kind(
        Phrase("There is no act called “{}”.", "没有名为“{}”的业务。"),
        "/act",
        Phrase("What you may do", "可办理的业务"),
        detailed=False,
    ),
    "records": _Kind(
        Phrase("The book has no record “{}”.", "账簿中没有编号为“{}”的记录。"), "/check", Phrase("The book", "账簿核验")
    ),
    "proof": _Kind(
        Phrase("There is no proof of record “{}”.", "没有第“{}”条记录的证明。"),
        "/check",
        Phrase("The book", "账簿核验"),
    ),
    "works": _Kind(
        Phrase("There is no works “{}”.", "没有名为“{}”的企业。"),
        "/works",
        Phrase("All works", "全部企业"),
        detailed=False,
    ),
    "prices": _Kind(
        Phrase("There is no series “{}”.", "没有名为“{}”的系列。"),
        "/prices",
        Phrase("All prices", "全部价格"),
        detailed=False,
    ),
    "auctions": _Kind(
        Phrase("There is no auction “{}”.", "没有名为“{}”的拍卖。"), "/auctions", Phrase("All auctions", "全部拍卖")
    ),
    "cases": _Kind(
        Phrase("There is no case “{}”.", "没有编号为“{}”的案件。"), "/cases", Phrase("All cases", "全部案件")
    ),
    "closing": _Kind(
        Phrase("There is no year “{}” to close.", "没有可结算的“{}”年度。"), "/closing", Phrase("All years", "全部年度")
    ),
    "report": _Kind(
        Phrase("There is no report of “{}”.", "没有“{}”年度的报告。"), "/report", Phrase("Report", "年度报告")
    ),
    "law": _Kind(
        Phrase("The law has no part “{}”.", "规则中没有“{}”部分。"), "/law", Phrase("The whole law", "全部规则")
    ),
    "lab": _Kind(
        Phrase("There is no study “{}”.", "没有名为“{}”的研究任务。"), "/lab", Phrase("All studies", "全部任务")
    ),
    "data": _Kind(
        Phrase("There is no table or file “{}”.", "没有名为“{}”的数据表或文件。"),
        "/data",
        Phrase("Open data", "开放数据"),
    ),
    "sign-in": _Kind(
        Phrase("Nobody signs in here in this way.", "此处不能这样登录。"), "/sign-in", Phrase("Sign in", "登录")
    ),
    "set-up": _Kind(
        Phrase("This link to set up a user opens nothing.", "该开户链接无效。"), "/sign-in", Phrase("Sign in", "登录")
    ),
}
_PAGE = _Kind(Phrase("There is no page at “{}”.", "没有网址为“{}”的页面。"), "/", Phrase("First page", "首页"))
#: What is said where a page itself is for others.
_OWN = Phrase("There is nothing for you on this page.", "本页没有属于您的内容。")


def absent(path: str, *, known: bool) -> Absent:
    """What is said where nothing is at a path; `known` where a page is there, and only what it was asked for is not.

    >>> absent("/works/NOPE", known=True).heading.en
    'There is no works “NOPE”.'
    >>> absent("/nowhere", known=False).heading.zh, absent("/notices", known=True).heading.en
    ('没有网址为“/nowhere”的页面。', 'There is nothing for you on this page.')
    """
    first, _, rest = path.strip("/").partition("/")
    kind = _KINDS.get(first)
    if kind is None or (not rest and "{}" in kind.heading.en):
        heading = _OWN if known else _filled(_PAGE.heading, path)
        return Absent(heading, _PAGE.href, _PAGE.link, known)
    return Absent(_filled(kind.heading, rest), kind.href, kind.link, kind.detailed)


def _filled(said: Phrase, name: str) -> Phrase:
    shown = name if len(name) <= LONGEST else f"{name[:LONGEST]}…"
    return Phrase(said.en.replace("{}", shown), said.zh.replace("{}", shown))
