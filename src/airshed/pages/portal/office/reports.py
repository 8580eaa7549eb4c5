"""The report of a year in the portal: which years there are, and the page of each as far as it is for who asks."""

from __future__ import annotations

import base64
import gzip
import re
from collections import OrderedDict
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.period import day_of
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Language, Phrase, same
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.report.facts import Asked
from airshed.pages.report.page import build
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import embargo
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import law_of
from airshed.service.book.summary import years_of
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import whole_number
from airshed.service.http.service import Service
from airshed.service.http.viewer import viewer_of
from airshed.zone.load import of_law
from airshed.zone.zone import Zone

#: Reports that are kept, by the head of the book and by who reads.
MOST_KEPT = 8
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class ReportYear(NamedTuple):
    """A year of which there is a report."""

    year: int
    stands: Phrase
    #: From when its figures are public, where they are not yet.
    note: Phrase | None


class Made(NamedTuple):
    """A report as it is sent: plain and packed, with the policy it is shown under."""

    tag: str
    policy: str
    plain: bytes
    packed: bytes


class Reports:
    """Reports that were made, so that a second reader of the same does not wait."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[object, ...], Made] = OrderedDict()

    def of(self, book: KeptBook, actor: str, year: int, now: int, language: Language) -> Made:
        """The page of a year for somebody; the same for all who read the same."""
        viewer = viewer_of(book, actor, now)
        key = (book.line(book.last()).hash, tuple(viewer), year, language)
        if key not in self._kept:
            rules = law_of(book)
            try:
                html = build(book, rules, Asked(viewer, year, zone_of(rules)))
            except Malformed as error:
                raise Stopped("not_there", f"{error.what}; {error.cure}") from None
            plain = html.replace("<html ", f'<html data-chosen="{language}" ', 1).encode()
            tag = sha256(repr(key).encode()).hexdigest()[:32]
            self._kept[key] = Made(tag, policy_of(html), plain, gzip.compress(plain, 6, mtime=0))
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return self._kept[key]


_REPORTS = Reports()


@lru_cache(maxsize=4)
def zone_of(rules: Rulebook) -> Zone | None:
    """The zone that a law names, where it ships with Airshed or lies here."""
    try:
        return of_law(rules)
    except Malformed:
        return None


def works_name(rules: Rulebook, source: str, name: str) -> Phrase:
    """What a works is called in both languages: as the zone of the law has it, where it is the same works."""
    known = _names(rules).get(source)
    return known if known is not None and name in (known.en, known.zh) else same(name)


@lru_cache(maxsize=4)
def _names(rules: Rulebook) -> dict[str, Phrase]:
    zone = zone_of(rules)
    return {} if zone is None else {each.source: Phrase(each.name_en, each.name_zh) for each in zone.sources}


async def reports(service: Service, request: Request) -> Response:
    """The years of which there is a report."""
    visitor = await visitor_of(service, request)

    def look(book: KeptBook) -> list[ReportYear]:
        rules = law_of(book)
        public = embargo(rules, day_of(visitor.now))
        counts = {
            year: (int(verified), int(settled), int(rows))
            for year, verified, settled, rows in book.sql.execute(
                "SELECT year, count(verified_mg), count(shortfall), count(*) FROM years GROUP BY year"
            )
        }
        return [
            ReportYear(
                year, _stands(*counts.get(year, (0, 0, 0))), _note(rules, public.emissions, public.standing, year)
            )
            for year in reversed(years_of(book))
        ]

    return page(visitor, "reports.html.j2", years=await service.readers.read(look), today=day_of(visitor.now))


def _stands(verified: int, settled: int, rows: int) -> Phrase:
    if not rows:
        return Phrase("running: nobody has reported yet", "进行中：尚无企业提交年度报告")
    if settled == rows:
        return Phrase("settled", "已结算")
    return (
        Phrase("verified", "已核查")
        if verified == rows
        else Phrase("reported, verification under way", "已报告，核查进行中")
    )


def _note(rules: Rulebook, emissions: int, standing: int, year: int) -> Phrase | None:
    law = rules.compliance
    hidden = law.emissions_public_on if year > emissions else law.standing_public_on if year > standing else None
    if hidden is None:
        return None
    return Phrase(f"whole from {year + 1}-{hidden}", f"{year + 1}-{hidden}起完整公开")


async def report(service: Service, request: Request) -> Response:
    """The report of a year, as a page by itself with its charts; with `?file` to keep."""
    visitor = await visitor_of(service, request)
    year = whole_number(request.path_params["year"], "year")
    actor = "" if visitor.actor is None else visitor.actor.id
    language, now = visitor.language, visitor.now
    made = await service.readers.read(lambda book: _REPORTS.of(book, actor, year, now, language))
    headers = {
        "Content-Security-Policy": made.policy,
        "ETag": f'"{made.tag}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
    }
    if made.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "file" in request.query_params:
        headers["Content-Disposition"] = f'attachment; filename="report-{year}.html"'
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(made.packed if packed else made.plain, 200, headers, "text/html; charset=utf-8")


def policy_of(html: str) -> str:
    """A page that was made as a file runs its own scripts, by their digests, and nothing else; it loads nothing."""
    scripts = " ".join(
        f"'sha256-{base64.b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in dict.fromkeys(_SCRIPT.findall(html))
    )
    return (
        f"default-src 'none'; script-src {scripts or chr(39) + 'none' + chr(39)}; style-src 'unsafe-inline'; "
        "img-src data:; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
    )
