"""The language in which somebody is answered: the one that was chosen, else the browser's."""

from __future__ import annotations

from typing import Literal

from starlette.requests import Request

#: The cookie of the language that somebody chose.
LANGUAGE = "airshed-language"
#: The languages that pages have.
LANGUAGES: tuple[Literal["en", "zh"], ...] = ("en", "zh")


def language_of(request: Request) -> Literal["en", "zh"]:
    """The language that was chosen, or the first of the browser's that we have; Chinese where it names neither.

    >>> from starlette.datastructures import Headers
    >>> def asking(text): return Request({"type": "http", "headers": Headers({"accept-language": text}).raw})
    >>> language_of(asking("de;q=0.9, en-GB;q=0.8, zh;q=0.7")), language_of(asking("zh-TW")), language_of(asking(""))
    ('en', 'zh', 'zh')
    """
    kept = request.cookies.get(LANGUAGE)
    for language in LANGUAGES:
        if language == kept:
            return language
    asked: list[tuple[float, int, str]] = []
    for place, part in enumerate(request.headers.get("accept-language", "")[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            asked.append((-float(weight or 1), place, tag[:2].lower()))
        except ValueError:
            continue
    for _, _, tag in sorted(asked):
        for language in LANGUAGES:
            if language == tag:
                return language
    return "zh"
