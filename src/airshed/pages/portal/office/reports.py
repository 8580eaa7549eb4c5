"""The report of a year in the portal: which years there are, and the page of each as far as it is for who asks."""

from __future__ import annotations

import asyncio
import base64
import gzip
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.model.refusal import Malformed
from airshed.mrv.marks import HoursMark
from airshed.mrv.year import StackYear
from airshed.pages.kit.words import LANGUAGES, Language, Phrase
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.hours import Monitors, monitors_of, stack_year, there
from airshed.pages.portal.names import zone_of
from airshed.pages.report.facts import Asked, year_of
from airshed.pages.report.page import build
from airshed.pages.report.sight import Sight
from airshed.rulebook.schema import Rulebook
from airshed.service.book.embargo import embargo
from airshed.service.book.kept import KeptBook
from airshed.service.book.law import law_of
from airshed.service.book.sealing import marks_in_force
from airshed.service.book.summary import years_of
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import whole_number
from airshed.service.http.service import Service
from airshed.service.http.viewer import Viewer, viewer_of

#: Reports that are kept, by year and by who reads.
MOST_KEPT = 8
#: Seconds for which the report that everybody reads stands, however the book goes on.
PUBLIC_S = 300.0
#: Seconds after which one that the book has gone beyond is made anew while the kept one is shown.
FRESH_S = 60.0
#: Years of stacks that are kept as they were worked out.
MOST_CLOSED = 2_048
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


#: The marks that stand, by stack.
Marks = Mapping[str, Sequence[HoursMark]]


class ReportedYear(NamedTuple):
    """A year of which there is a report."""

    year: int
    stands: Phrase
    #: From when its figures are public, where they are not yet.
    note: Phrase | None


class ReportAsked(NamedTuple):
    """What is the same for all who read the same."""

    viewer: Viewer
    year: int


class MadeReport(NamedTuple):
    """A report as it was made, with the policy it is shown under."""

    #: The record up to which it tells, and when it was made in seconds.
    seq: int
    at: float
    tag: str
    policy: str
    html: str
    packed: Mapping[Language, bytes]

    def plain(self, language: Language) -> bytes:
        """The page in a language."""
        return _chosen(self.html, language)


class ClosedStacks:
    """What the hours beside a book say of the years of its stacks: worked out anew when a file, marks or law change."""

    def __init__(self) -> None:
        self._monitors: Monitors | None = None
        self._kept: dict[tuple[Any, ...], StackYear | None] = {}

    def of(self, file: Path, stack: str, year: int, monitors: Monitors, marks: Sequence[HoursMark]) -> StackYear | None:
        """The year of a stack; None where its file is of another."""
        if monitors is not self._monitors or len(self._kept) >= MOST_CLOSED:
            self._monitors, self._kept = monitors, {}
        key = file, file.stat().st_mtime_ns, stack, year, tuple(marks)
        if key not in self._kept:
            self._kept[key] = stack_year(file, stack, year, monitors, marks)
        return self._kept[key]


class Reports:
    """Reports of a service: one is made at a time, apart from what else is read, once for all who wait for the same."""

    def __init__(self) -> None:
        self._closed = ClosedStacks()
        self._kept: OrderedDict[ReportAsked, MadeReport] = OrderedDict()
        self._making: dict[ReportAsked, asyncio.Task[MadeReport]] = {}

    async def of(self, service: Service, actor: str, year: int, now: int) -> MadeReport:
        """The page of a year for somebody, no older than they may expect."""
        viewer, last = await service.readers.read(lambda book: (viewer_of(book, actor, now), book.last()))
        wanted = ReportAsked(viewer, year)
        made = self._kept.get(wanted)
        if made is None:
            await service.readers.read(lambda book: _known(book, year))
        while made is None or not (made.seq >= last or self._will_do(service, wanted, made)):
            if wanted not in self._making:
                self._making[wanted] = asyncio.create_task(self._make(service, wanted))
            made = await asyncio.shield(self._making[wanted])  # others wait for it too
        if wanted in self._kept:
            self._kept.move_to_end(wanted)
        if made.seq < last and service.door.ticks() - made.at > FRESH_S and wanted not in self._making:
            self._making[wanted] = asyncio.create_task(self._make(service, wanted))  # for whoever comes next
        return made

    def _will_do(self, service: Service, wanted: ReportAsked, made: MadeReport) -> bool:
        """Whether a report will do though the book has gone on: nobody makes it work by asking without a sign-in."""
        return wanted.viewer.reads == "public" and service.door.ticks() - made.at < PUBLIC_S

    async def _make(self, service: Service, wanted: ReportAsked) -> MadeReport:
        try:
            year = wanted.year
            marks = await service.market.look(
                lambda market, rules: {
                    stack: marks_in_force(market.state, stack, year) for stack in market.state.stack_marks
                }
            )
            made = await service.long_readers.read(
                lambda book: _made(book, wanted, service.door.ticks(), BesideBook(service.hours, marks, self._closed))
            )
            self._kept[wanted] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            return made
        finally:
            del self._making[wanted]


def _known(book: KeptBook, year: int) -> None:
    try:
        year_of(book, year)
    except Malformed as error:
        raise Stopped("not_there", f"{error.what}; {error.cure}") from None


class BesideBook(NamedTuple):
    """What stands beside the book: the folder of the hours, the marks that stand, and what was read of both."""

    hours: Path | None
    marks: Marks
    closed: ClosedStacks


def _made(book: KeptBook, wanted: ReportAsked, at: float, beside: BesideBook) -> MadeReport:
    rules, last = law_of(book), book.last()
    measured = measured_in(book, rules, wanted, beside)
    html = build(book, rules, Asked(wanted.viewer, wanted.year, zone_of(rules), measured))
    tag = sha256(repr((book.line(last).hash, wanted)).encode()).hexdigest()[:32]
    packed = {language: gzip.compress(_chosen(html, language), 6, mtime=0) for language in LANGUAGES}
    return MadeReport(last, at, tag, policy_of(html), html, packed)


def measured_in(book: KeptBook, rules: Rulebook, wanted: ReportAsked, beside: BesideBook) -> list[StackYear]:
    """The stacks of a year by the hours beside the book: all where the year is public, else those that are theirs."""
    sight, monitors = Sight(book, wanted.viewer, wanted.year), monitors_of(rules)
    if not sight.emissions or monitors is None or beside.hours is None:
        return []
    among, hiding = ("days", ()) if sight.published else sight.among("days")
    of_year = (f"{wanted.year}-01-01", f"{wanted.year}-12-31")
    query = f"SELECT DISTINCT stack FROM {among} WHERE day BETWEEN ? AND ? ORDER BY stack"
    found = []
    for (stack,) in book.sql.execute(query, (*hiding, *of_year)).fetchall():
        file, marks = there(beside.hours, stack), beside.marks.get(stack, ())
        closed = None if file is None else beside.closed.of(file, stack, wanted.year, monitors, marks)
        if closed is not None:
            found.append(closed)
    return found


def _chosen(html: str, language: Language) -> bytes:
    return html.replace("<html ", f'<html data-chosen="{language}" ', 1).encode()


def reports_of(service: Service) -> Reports:
    """What a service has of them."""
    found = service.beside.get("reports")
    if not isinstance(found, Reports):
        found = service.beside["reports"] = Reports()
    return found


async def reports(service: Service, request: Request) -> Response:
    """The years of which there is a report."""
    visitor = await visitor_of(service, request)

    def look(book: KeptBook) -> list[ReportedYear]:
        rules = law_of(book)
        public = embargo(rules, rules.civil.day_of(visitor.now))
        counts = {
            year: (int(verified), int(settled), int(rows))
            for year, verified, settled, rows in book.sql.execute(
                "SELECT year, count(verified_mg), count(shortfall), count(*) FROM years GROUP BY year"
            )
        }
        return [
            ReportedYear(
                year, _stands(*counts.get(year, (0, 0, 0))), _note(rules, public.emissions, public.standing, year)
            )
            for year in reversed(years_of(book))
        ]

    return page(visitor, "reports.html.j2", years=await service.readers.read(look), today=visitor.today)


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
    language = visitor.language
    made = await reports_of(service).of(service, actor, year, visitor.now)
    tag = f"{made.tag}-{language}"
    headers = {
        "Content-Security-Policy": made.policy,
        "ETag": f'"{tag}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if "file" in request.query_params:
        headers["Content-Disposition"] = f'attachment; filename="report-{year}.html"'
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(made.packed[language] if packed else made.plain(language), 200, headers, "text/html; charset=utf-8")


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
