"""How a page becomes one HTML file that loads nothing: templates, both languages, data for its scripts."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase, percent_text, tonnes_text, yuan_text
from airshed.service.forms.articles import article_zh

KIT = "airshed.pages.kit"
#: The hyphen before a number that a cell of a table begins with.
_HYPHEN = re.compile(r"(<t[dh]\b[^<>]*>(?:<(?:span|b)\b[^<>]*>)*)-(?=\d)")


def with_minus(html: str) -> str:
    """A page whose cells have the minus sign, as wide as a plus, where Python writes a hyphen.

    >>> with_minus('<td class="n">-1,276.4</td><td>SO2-KM-2027</td><td><span lang="en">-5 t</span></td>')
    '<td class="n">−1,276.4</td><td>SO2-KM-2027</td><td><span lang="en">−5 t</span></td>'
    """
    return _HYPHEN.sub("\\1−", html)


class PageTemplate(Template):
    """A template whose pages have a minus sign in their tables."""

    def render(self, *args: Any, **facts: Any) -> str:
        """The page."""
        return with_minus(super().render(*args, **facts))


def write(path: Path, html: str) -> None:
    """Put the page there whole or not at all; `Malformed` when the folder is missing."""
    if not path.parent.is_dir():
        raise Malformed(str(path), "its folder does not exist", f"make {path.parent} first")
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        half.write_text(html, encoding="utf-8", newline="\n")
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


@cache
def environment(package: str) -> Environment:
    """Where the templates of a package become pages; with the templates, filters and words that every page has.

    Kept, for to read a template takes longer than to fill it in.
    """
    made = Environment(
        loader=ChoiceLoader([PackageLoader(package, "templates"), PackageLoader(KIT, "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.template_class = PageTemplate
    made.filters["both"] = both
    made.filters["cited"] = lambda text: both(Phrase(text, article_zh(text)))
    made.filters["in_css"] = in_css
    made.filters["t"] = tonnes_text
    made.filters["yuan"] = yuan_text
    made.globals["both"] = lambda en, zh: both(Phrase(en, zh))
    made.globals["percent"] = percent_text
    made.globals["source_text"] = _source
    made.globals["chart_library"] = chart_library
    return made


def both(phrase: Phrase) -> Markup:
    """A phrase in both languages, of which the page shows one.

    >>> both(Phrase("cap & trade", "总量"))
    Markup('<span lang="en">cap &amp; trade</span><span lang="zh-Hans">总量</span>')
    """
    return Markup(f'<span lang="en">{escape(phrase.en)}</span><span lang="zh-Hans">{escape(phrase.zh)}</span>')


def in_css(text: str) -> Markup:
    """A text within the quotes of a style sheet: what is neither letter, digit nor blank is escaped.

    >>> in_css('a "b" </style>')
    Markup('a \\\\22 b\\\\22  \\\\3c \\\\2f style\\\\3e ')
    """
    return Markup("".join(each if each.isalnum() or each == " " else f"\\{ord(each):x} " for each in text))


def _source(name: str) -> Markup:
    """A style sheet or script of the page, as it is."""
    return Markup((files(KIT) / "templates" / name).read_text("utf-8"))


def chart_library() -> Markup:
    """ECharts, as it was bundled at set-up. Malformed where it was not."""
    bundle = files(KIT) / "assets" / "echarts.js"
    if not bundle.is_file():
        raise Malformed("charts", "the chart library is not bundled in this checkout", "run make charts first")
    return Markup(bundle.read_text("utf-8"))


def script_json(value: object) -> Markup:
    """JSON that may stand inside a script element."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))
