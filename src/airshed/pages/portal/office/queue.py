"""What waits for an office: every decision that is due or asked for, with a form filled in; halts and freezes."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.journal import decode
from airshed.engine.nouns import Actor
from airshed.engine.procedures.assurance import settleable
from airshed.engine.procedures.case import left_for_appeal
from airshed.engine.procedures.deadlines import surrender_day
from airshed.engine.procedures.issue_true_up import unverified
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, acting, office, page, reads_as_office
from airshed.pages.portal.one_works import KINDS
from airshed.pages.portal.opening import CLOSES, due_transfers, session_of
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day
from airshed.rulebook.table_names import TableName
from airshed.service.book.kept import KeptBook
from airshed.service.book.row_records import RowRecords
from airshed.service.forms.form import BODIES
from airshed.service.http.service import Service
from airshed.service.http.tables import records_of
from airshed.service.marketdata.reading import Market

#: Days before its end from which something is near.
NEAR_DAYS = 14


class Item(NamedTuple):
    """A decision that waits."""

    kind: Phrase
    what: Phrase
    #: Whose it is: a works or an account.
    who: str
    #: Since when it waits, and until when it is due; empty where neither is said.
    since: str
    due: str
    #: The command that decides it, and what of its form is known.
    command: str
    fields: Mapping[str, str]
    how: str = ""
    #: The page that has all of its kind, where there is one.
    room: str = ""
    #: An act about it that was proposed already and waits for the second person.
    waits: Phrase | None = None

    @property
    def href(self) -> str:
        """The page of its kind, or the form, filled in as far as it is known."""
        return self.room or f"/act/{self.command}" + (f"?{urlencode(self.fields)}" if self.fields else "")


class StoppedNow(NamedTuple):
    """A market that stands still, or an account that is frozen."""

    what: Phrase
    reason: str
    #: The form that lets it go on; empty where who asks may not.
    href: str
    lift: Phrase


MARK, REPORT, OPINION, IMPROVEMENT, CASE, APPEAL, AMENDED, RESERVE, WITHDRAWAL, YEAR, PARTS, ADVANCE, TRANSFERS = (
    Phrase("Mark", "标记"),
    Phrase("Report to verify", "待核查报告"),
    Phrase("Adverse opinion", "不通过意见"),
    Phrase("Improvement", "整改"),
    Phrase("Case", "案件"),
    Phrase("Appeal", "复议"),
    Phrase("Amended emission", "更正后排放"),
    Phrase("New-entrant reserve", "新建储备申请"),
    Phrase("Withdrawal", "收回"),
    Phrase("Year to settle", "待结算年度"),
    Phrase("Application to pay in parts", "分期缴纳申请"),
    Phrase("Advance to settle", "待清算的预分配"),
    Phrase("Transfers to carry out", "到期划转"),
)
SESSION = Phrase("Session to close", "待收市")
GROUP = Phrase("Group to settle", "待结算共同履约组")

#: Tables that tell of each, which whoever sees it must be let read.
TOLD_BY: Mapping[Phrase, tuple[TableName, ...]] = {
    MARK: ("marks",),
    REPORT: ("years",),
    OPINION: ("years", "opinions"),
    IMPROVEMENT: ("improvements",),
    CASE: ("cases",),
    APPEAL: ("cases", "withdrawals"),
    AMENDED: ("amendments",),
    RESERVE: ("applications",),
    WITHDRAWAL: ("withdrawals",),
    YEAR: ("years",),
    PARTS: ("penalties",),
    ADVANCE: ("years", "holdings"),
    TRANSFERS: ("transfers",),
    SESSION: ("closes",),
    GROUP: ("years",),
}


#: A row of a table, by its key.
Known = tuple[str, tuple[str | int, ...]]
NOTHING: Mapping[Any, str] = MappingProxyType({})


def items(
    state: State,
    rules: Rulebook,
    actor: Actor,
    at: int,
    reported: Mapping[tuple[str, int], str],
    objected: Mapping[tuple[str, int], str] = NOTHING,
    moved: Mapping[Known, str] = NOTHING,
) -> list[Item]:
    """What waits for somebody by their role and scope, the most urgent first.

    Years have been `reported` on a day, a verifier has `objected` to some in words, and what else was asked for or
    noticed was last `moved` on a day.
    """
    mine = lookup.roles(rules).get(actor.role, frozenset())
    today = rules.civil.day_of(at)
    found = [
        item._replace(how=_how(item.due, today), waits=_waits(state, item))
        for item in (
            *_marks(state, today, moved),
            *_years(state, rules, today, reported, objected),
            *_cases(state, rules, actor, at, moved),
            *_parts(state, moved),
            *_reserve(state, moved),
            *_amended(state, moved),
            *_advances(state, rules),
            *_groups(state, rules),
            *_transfers(state, rules, at),
            *_session(state, at),
        )
        if item.command in mine and _in_scope(state, actor, item.who)
    ]
    return sorted(_together(found), key=lambda each: (each.due or "9999", each.kind.en, each.who))


def _waits(state: State, item: Item) -> Phrase | None:
    """The act about a thing that waits for its second person already."""
    for act in state.acts.values():
        of = {name: str(getattr(act.body, name, "")) for name in item.fields}
        if type(act.body).__name__ == item.command and of == dict(item.fields):
            return Phrase(
                f"proposed by {act.actor}, waits for the second person (act {act.id})",
                f"{act.actor}已提出，待第二人复核（业务{act.id}）",
            )
    return None


def _together(found: list[Item]) -> list[Item]:
    """The accounts that have to settle a year are one line, which leads to the page of that year."""
    by_year: dict[str, list[Item]] = {}
    for each in found:
        if each.kind == YEAR:
            by_year.setdefault(each.fields["year"], []).append(each)
    rest = [each for each in found if each.kind != YEAR]
    for year, group in by_year.items():
        count = len(group)
        what = Phrase(f"{year}: {count} account{'s' * (count != 1)} verified", f"{year}年度：{count}个账户已核查")
        who = group[0].who if count == 1 else ""
        rest.append(group[0]._replace(what=what, who=who, room=f"/closing/{year}"))
    return rest


def _how(due: str, today: str) -> str:
    if not due:
        return ""
    left = (date.fromisoformat(due) - date.fromisoformat(today)).days
    return "late" if left < 0 else "due" if left <= NEAR_DAYS else ""


def _in_scope(state: State, actor: Actor, who: str) -> bool:
    source = state.sources.get(who)
    account = state.ledger.accounts.get(who)
    place = source.jurisdiction if source is not None else account.jurisdiction if account is not None else ""
    return actor.jurisdiction in ("", place)


def _moving(state: State) -> Iterator[Known]:
    """What waits and has no day of its own: since when says the record that moved it last."""
    yield from (("cases", (each.id,)) for each in state.cases.values() if each.open)
    yield from (("penalties", key) for key, each in state.penalties.items() if each.asked is not None)
    yield from (("marks", (each.id,)) for each in state.marks.values() if each.state == "entered" and each.evidence)
    yield from (("applications", (each.id,)) for each in state.applications.values() if each.state == "waiting")
    yield from (
        ("withdrawals", (each.id,)) for each in state.withdrawals.values() if each.state in ("appealed", "confirmed")
    )
    yield from (("years", key) for key in state.extras)


def moved_on(book: KeptBook, records: RowRecords, wanted: Collection[Known]) -> dict[Known, str]:
    """The day on which each was moved last; of tables of which nothing is wanted nothing is read."""
    found: dict[Known, str] = {}
    for table in sorted({table for table, _ in wanted}):
        recorded = records.of(book, table)
        found |= {(of, key): recorded(key)[0] or "" for of, key in wanted if of == table}
    return found


def _marks(state: State, today: str, moved: Mapping[Known, str]) -> Iterator[Item]:
    for mark in state.marks.values():
        if mark.state != "entered":
            continue
        kind = KINDS.get(mark.kind, same(mark.kind))
        begins = f"{state.standard.hour_of(mark.first).replace('T', ' ')}:00"
        what = Phrase(
            f"{kind.en} on {mark.stack}, {mark.hours} h from {begins}: {mark.reason}",
            f"{mark.stack}，{kind.zh}，自{begins}起{mark.hours}小时：{mark.reason}",
        )
        who = state.stack_source[mark.stack]
        due = state.civil.day_of(mark.prove_by)
        if mark.evidence:
            since = moved.get(("marks", (mark.id,)), "")
            yield Item(MARK, what, who, since, due, "DecideMark", {"mark": str(mark.id)})
        elif due < today:
            yield Item(MARK, what, who, due, due, "LapseMark", {"mark": str(mark.id)})


def _years(
    state: State,
    rules: Rulebook,
    today: str,
    reported: Mapping[tuple[str, int], str],
    objected: Mapping[tuple[str, int], str],
) -> Iterator[Item]:
    law = rules.calendar
    waiting: dict[tuple[str, int], int] = {}
    for (source, year), known in state.years.items():
        of = {"source": source, "year": str(year)}
        verify_by = due_day(rules, year, law.verify_by)
        since = reported.get((source, year), "")
        for each in known.improvements:
            if each.state == "answered":
                what = Phrase(f"item {each.number} of {year} is answered", f"{year}年度第{each.number}项已答复")
                number = {**of, "number": str(each.number)}
                yield Item(IMPROVEMENT, what, source, since, verify_by, "CloseImprovement", number)
        if known.version and known.verified_mg is None:
            if known.opinion == "adverse":
                why = objected.get((source, year), "")
                what = Phrase(
                    f"{year}: the authority sets the emission" + (f"; the verifier: {why}" if why else ""),
                    f"{year}年度：由主管部门核定排放量" + (f"；核查意见：{why}" if why else ""),
                )
                yield Item(OPINION, what, source, since, surrender_day(rules, year), "DetermineYear", of)
            elif not any(each.state == "open" for each in known.improvements):
                what = Phrase(f"{year}, version {known.version}", f"{year}年度，第{known.version}版")
                yield Item(REPORT, what, source, since, verify_by, "VerifyYear", of)
        account = state.sources[source].account
        if known.verified_mg is not None and (account, year) not in state.closed and today > surrender_day(rules, year):
            waiting[account, year] = waiting.get((account, year), 0) + 1
    for (account, year), count in waiting.items():
        what = Phrase(f"{year}: {count} works verified", f"{year}年度：{count}家企业已核查")
        fields = {"account": account, "year": str(year)}
        yield Item(YEAR, what, account, surrender_day(rules, year), "", "CloseYear", fields)


def _cases(state: State, rules: Rulebook, actor: Actor, at: int, moved: Mapping[Known, str]) -> Iterator[Item]:
    """Cases on which something can be decided: the time to reply is over, or all replies were used.

    An appeal waits for others than those who decided the case; for them too where nobody else is left.
    """
    grounds = {row.ground: Phrase(row.name_en, row.name_zh) for row in rules.cases.grounds}
    for case in state.cases.values():
        if not case.open:
            continue
        number = {"case": str(case.id)}
        ground = grounds.get(case.ground, Phrase("shortfall", "欠缴"))
        what = Phrase(f"case {case.id}, {ground.en} of {case.year}", f"第{case.id}号案件，{case.year}年度，{ground.zh}")
        last = moved.get(("cases", (case.id,)), "")
        over = at > case.reply_until
        decided = actor.id in case.decided_by
        if case.state == "appealed" and not (decided and left_for_appeal(state, rules, case.id, case.decided_by)):
            yield Item(APPEAL, what, case.account, last, "", "DecideCaseAppeal", number)
        elif case.state == "noticed" and (case.replies >= rules.cases.replies or over):
            since = rules.civil.day_of(case.reply_until) if over else last
            yield Item(CASE, what, case.account, since, "", "DecideCase", number)


def _parts(state: State, moved: Mapping[Known, str]) -> Iterator[Item]:
    """Applications to pay a penalty in parts; granted with these terms or others, or refused from the form."""
    for key, penalty in state.penalties.items():
        source, year, pollutant, case = key
        if penalty.asked is None or penalty.suspended:
            continue
        count, first, months = str(penalty.asked.parts), penalty.asked.first_due, str(penalty.asked.every_months)
        what = Phrase(
            f"{year} {pollutant}: {count} parts from {first}, every {months} months",
            f"{year}年度{pollutant}：自{first}起分{count}期，每{months}个月一期",
        )
        of = {"source": source, "year": str(year), "pollutant": pollutant, "case": str(case)}
        fields = {**of, "parts": count, "first_due": first, "every_months": months}
        since = moved.get(("penalties", key), "")
        yield Item(PARTS, what, source, since, first, "GrantInstalments", fields)


def _reserve(state: State, moved: Mapping[Known, str]) -> Iterator[Item]:
    for asked in state.applications.values():
        if asked.state == "waiting":
            what = Phrase(f"application {asked.id} of {asked.source}", f"{asked.source}的第{asked.id}号申请")
            since = moved.get(("applications", (asked.id,)), "")
            yield Item(RESERVE, what, asked.source, since, "", "GrantReserve", {"series": asked.series})
    for each in state.withdrawals.values():
        what = Phrase(f"notice {each.id}, {each.ground}", f"第{each.id}号告知，{each.ground}")
        number = {"withdrawal": str(each.id)}
        since = moved.get(("withdrawals", (each.id,)), "")
        if each.state == "appealed":
            yield Item(APPEAL, what, each.source, since, "", "DecideAppeal", number)
        elif each.state == "confirmed":
            yield Item(WITHDRAWAL, what, each.source, since, each.notice_until, "WithdrawAllowances", number)


def _transfers(state: State, rules: Rulebook, at: int) -> Iterator[Item]:
    """Transfers whose hour has come: nothing moves until somebody carries them out, all of them at once."""
    due = due_transfers(state, at)
    if due:
        day = rules.civil.day_of(due[0].due)
        what = Phrase(f"{len(due)}, the first due on {day}", f"{len(due)}笔，最早于{day}到期")
        yield Item(TRANSFERS, what, "", day, day, "ExecuteTransfers", {})


def _session(state: State, at: int) -> Iterator[Item]:
    """A session whose day is over: it takes no orders, and none is opened before it is closed."""
    session = session_of(state, at)
    if session.over:
        yield Item(SESSION, session.said, "", session.day, session.day, CLOSES, {"day": session.day})


def _amended(state: State, moved: Mapping[Known, str]) -> Iterator[Item]:
    for source, year in state.extras:
        known = state.years[source, year]
        owed = ", ".join(f"{code} {count}" for code, count in known.extra.items() if count)
        what = Phrase(
            f"{year}: still to be surrendered, added after the year was settled: {owed}",
            f"{year}年度结算后增加、待补缴：{owed}",
        )
        fields = {"source": source, "year": str(year)}
        since = moved.get(("years", (source, year)), "")
        yield Item(AMENDED, what, source, since, known.extra_until, "NoticeCase", fields)


def _advances(state: State, rules: Rulebook) -> Iterator[Item]:
    """Series that were given in advance and of which every source is verified: settled before the year is."""
    for name, advance in state.advances.items():
        series = Series.parse(name)
        if not any(unverified(state, series, advance)):
            count = len(advance.given)
            what = Phrase(f"{name}: output of {count} works is due", f"{name}：请填{count}家企业的核定产量")
            fields = {key: str(value) for key, value in series._asdict().items()}
            who = next(iter(advance.given), "")
            yield Item(ADVANCE, what, who, "", surrender_day(rules, series.vintage), "TrueUp", fields)


def _groups(state: State, rules: Rulebook) -> Iterator[Item]:
    """Groups that answer together and of which every source is settled for a year."""
    for row, year, sources in settleable(state, rules):
        count = len(sources)
        what = Phrase(f"{row.group} {year}: {count} works are settled", f"{row.group} {year}年度：{count}家企业已结算")
        fields = {"group": row.group, "year": str(year)}
        yield Item(GROUP, what, sources[0], "", f"{year + 1}-{row.surrender_by}", "SettleGroup", fields)


def reported_on(book: KeptBook) -> dict[tuple[str, int], str]:
    """The day on which each year that is not verified was reported last."""
    found = {}
    for source, year, seq in book.sql.execute(
        "SELECT source, year, max(seq) FROM reports WHERE NOT EXISTS (SELECT 1 FROM years WHERE years.source ="
        " reports.source AND years.year = reports.year AND verified_mg IS NOT NULL) GROUP BY source, year"
    ).fetchall():
        found[source, year] = book.civil.day_of(decode(book.line(seq)).at)
    return found


def objected_to(book: KeptBook) -> dict[tuple[str, int], str]:
    """What the last adverse opinion on each year rests on."""
    rows = book.sql.execute(
        "SELECT source, year, comments FROM opinions WHERE opinion = 'adverse' ORDER BY seq"
    ).fetchall()
    return {(source, year): comments for source, year, comments in rows}


def stopped(state: State, actor: Actor, may: Collection[str]) -> list[StoppedNow]:
    """Markets that stand still and accounts that are frozen, with the form that lets them go on for who may send it."""

    def form(command: str, **fields: str) -> str:
        return f"/act/{command}?{urlencode(fields)}" if command in may else ""

    found = []
    for series, reason in state.halted.items():
        name = Phrase(series or "all series", series or "全部系列")
        what = Phrase(f"The market of {name.en} stands still", f"{name.zh}停市")
        found.append(StoppedNow(what, reason, form("ResumeMarket", series=series), Phrase("Let it go on", "复市")))
    for account, reason in state.ledger.frozen.items():
        if _in_scope(state, actor, account):
            what = Phrase(f"{account} is frozen", f"{account}已冻结")
            found.append(StoppedNow(what, reason, form("ThawAccount", account=account), Phrase("Thaw", "解冻")))
    return found


def _readable(visitor: Visitor, found: list[Item]) -> list[Item]:
    """Those of which somebody may read what tells of them."""
    return [each for each in found if all(reads_as_office(visitor, table) for table in TOLD_BY[each.kind])]


def decisions(visitor: Visitor, state: State, rules: Rulebook, actor: Actor, at: int) -> int:
    """How many decisions wait for somebody."""
    return len(_readable(visitor, items(state, rules, actor, at, {})))


async def queue(service: Service, request: Request) -> Response:
    """The review queue."""
    visitor = await acting(service, request)
    actor = office(visitor)
    reported = await service.readers.read(reported_on)
    objected = await service.readers.read(objected_to)
    wanted = await visitor.look(lambda market, rules: set(_moving(market.state)))
    records = records_of(service)
    moved = await service.readers.read(lambda book: moved_on(book, records, wanted)) if wanted else {}

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        at = max(visitor.now, market.state.at)
        mine = lookup.roles(rules).get(actor.role, frozenset())
        found = _readable(visitor, items(market.state, rules, actor, at, reported, objected, moved))
        return {
            "items": found,
            "kinds": {kind.en: kind for kind in (item.kind for item in found)},
            "stopped": stopped(market.state, actor, mine) if reads_as_office(visitor, "accounts") else [],
            "may": mine,
            "cases": reads_as_office(visitor, "cases") and bool(market.state.cases),
            "names": {name: name_of(BODIES[name]) for name in (*{item.command for item in found}, *STOPS)},
            "stops": [name for name in STOPS if name in mine],
            "days_late": sum(item.how == "late" for item in found),
        }

    return page(visitor, "queue.html.j2", **await visitor.look(look))


#: What stops a market or an account.
STOPS = ("HaltMarket", "FreezeAccount")
