"""The authority's first page: the calendar with what is late, caps and progress, works, findings; and the people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.nouns import Actor
from airshed.engine.procedures.deadlines import surrender_day
from airshed.pages.kit.details import subject_name
from airshed.pages.kit.words import FINDINGS, Phrase, same
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, acting, bound_to, office, page, reads_as_office
from airshed.pages.portal.office.queue import decisions
from airshed.pages.portal.opening import sensible, session_of
from airshed.pages.portal.overview import at_a_glance, calendar, caps, telling, to_settle, works
from airshed.pages.portal.public import reads_as_public
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.seasons import due_day
from airshed.service.forms.form import BODIES
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: Rows of a list on the first page; its own page has all.
MOST = 12


class NotedFinding(NamedTuple):
    """Something suspicious that was noted of a stack's year."""

    stack: str
    source: str
    #: The hour from which on.
    first: str
    what: Phrase
    subject: Phrase
    hours: int


async def today(visitor: Visitor) -> Response:
    """The first page of somebody who acts for a city or the zone."""
    actor = visitor.actor
    assert actor is not None
    scope, now = actor.jurisdiction, visitor.now

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        state = market.state
        at = max(now, state.at)
        public = reads_as_public(visitor, rules, scope)
        year, cities = calendar(state, rules, at, scope, public=public)
        sources = works(state, rules, at, scope, public=public)
        law = rules.calendar
        seen = _findings(market, scope) if reads_as_office(visitor, "findings") else []
        first = at_a_glance(telling(caps(state, rules, at, public=public, jurisdiction=scope)))
        mine = lookup.roles(rules).get(actor.role, frozenset())
        return {
            "year": year,
            "cities": cities,
            "days": {
                "report": due_day(rules, year, law.report_by),
                "verify": due_day(rules, year, law.verify_by),
                "surrender": surrender_day(rules, year),
            },
            "today": rules.civil.day_of(at),
            "sources": sources,
            "late": [each for each in sources if each.how == "late"],
            "to_settle": to_settle(state, rules, year, at, sources),
            "caps": first,
            "findings": seen[:MOST],
            "findings_all": len(seen),
            "session": session_of(state, at),
            "market": reads_as_office(visitor, "orders"),
            "halted": dict(state.halted),
            "often": [name for name in sensible(OFTEN, state, rules, actor, at) if name in mine],
            "desks": [each for each in DESKS if each.commands & mine or not each.commands],
            "decisions": decisions(visitor, state, rules, actor, at),
        }

    shown: Mapping[str, Any] = await visitor.look(look)
    return page(visitor, "authority.html.j2", **shown, most=MOST, names=OFTEN)


#: What an authority, an exchange and a bank do most, with what it is called on the button.
OFTEN: Mapping[str, Phrase] = {
    "SetCap": Phrase("Set a cap", "设定总量"),
    "OpenAuction": Phrase("Open an auction", "开始拍卖"),
    "OpenSession": Phrase("Open the market", "开市"),
    "CloseSession": Phrase("Close the market", "收市"),
    "ExecuteTransfers": Phrase("Carry out transfers that are due", "执行到期划转"),
    "Deposit": Phrase("Deposit", "入金"),
    "RegisterActor": Phrase("Register somebody", "登记行为人"),
    "VerifyYear": Phrase("Give an opinion", "出具核查意见"),
    "DecideMark": Phrase("Decide a mark", "审批标记"),
}


class Desk(NamedTuple):
    """A room of the authority, for roles that send one of its commands; for all where it names none."""

    href: str
    name: Phrase
    text: Phrase
    commands: frozenset[str]


DESKS = (
    Desk(
        "/queue",
        Phrase("Review queue", "待办审批"),
        Phrase("marks, reports, cases, halts", "标记、报告、案件、停市"),
        frozenset(
            (
                "DecideMark",
                "VerifyYear",
                "DetermineYear",
                "DecideCase",
                "GrantReserve",
                "TrueUp",
                "CloseYear",
                "HaltMarket",
                "ExecuteTransfers",
            )
        ),
    ),
    Desk(
        "/exceedances",
        Phrase("Above a limit", "超标情况"),
        Phrase("stacks, days, cases", "排放口、日期、案件"),
        frozenset(("DecideMark", "DetermineYear")),
    ),
    Desk(
        "/trade",
        Phrase("Market screen", "行情"),
        Phrase("depth, tape, orders, halts", "盘口、成交、委托、停市"),
        frozenset(("OpenSession", "CloseSession", "HaltMarket")),
    ),
    Desk(
        "/cases",
        Phrase("Cases", "案件"),
        Phrase("notice, reply, decision, payment", "告知、申辩、决定、缴款"),
        frozenset(("NoticeCase", "DecideCase", "DecideCaseAppeal")),
    ),
    Desk(
        "/allocation",
        Phrase("Allocation workshop", "配额分配工作台"),
        Phrase("try, compare, carry out", "试算、比较、办理"),
        frozenset(("Allocate",)),
    ),
    Desk(
        "/desk",
        Phrase("Auction desk", "拍卖工作台"),
        Phrase("auctions, calls, sessions", "拍卖、集合竞价、交易时段"),
        frozenset(("OpenAuction", "CloseAuction", "OpenCall", "CloseCall", "OpenSession")),
    ),
    Desk(
        "/closing",
        Phrase("Settle a year", "年度结算"),
        Phrase("who is short, by how much", "谁欠缴、欠多少"),
        frozenset(("CloseYear",)),
    ),
    Desk(
        "/report",
        Phrase("Report of the year", "年度报告"),
        Phrase("of any year, as one page", "任一年度，单页"),
        frozenset(),
    ),
    Desk(
        "/lab",
        Phrase("Design laboratory", "制度设计实验室"),
        Phrase("change a design, compare, read the brief", "调整设计、比较、查阅报告"),
        frozenset(),
    ),
    Desk("/law", Phrase("The law", "规则"), Phrase("versions and differences", "版本与修订"), frozenset()),
)


def _findings(market: Market, scope: str) -> list[NotedFinding]:
    state = market.state
    found = []
    for (stack, _), lines in state.findings.items():
        source = state.stack_source.get(stack, "")
        known = state.sources.get(source)
        if known is None or scope not in ("", known.jurisdiction):
            continue
        for line in lines:
            what = next((said for name, said in FINDINGS.items() if name == line.finding), same(line.finding))
            found.append(NotedFinding(stack, source, line.first, what, subject_name(line.subject), line.hours))
    return sorted(found, key=lambda each: (-int(each.first[:4]), -each.hours, each.stack, each.first))


class ActingPerson(NamedTuple):
    """Somebody who may act."""

    id: str
    role: Phrase
    bound: Phrase
    state: Phrase
    active: bool
    #: What they may do of an act that takes two.
    may: Phrase
    #: The act by which whoever looks lets them do nothing, or act again; empty where they may not.
    upon: str


#: What somebody may do of the acts of their role.
MAY: Mapping[str, Phrase] = {
    "": Phrase("initiate and approve", "发起并复核"),
    "approve": Phrase("only approve", "仅复核"),
    "initiate": Phrase("only initiate", "仅发起"),
    "read": Phrase("only read", "仅查阅"),
}


def _upon(each: Actor, actor: Actor, rules: Rulebook) -> str:
    """The act of an actor upon somebody, where the law lets them: nobody's own, and of whom they register."""
    act = {"active": "SuspendActor", "suspended": "ResumeActor"}.get(each.state, "")
    role = lookup.people(rules).get(each.role)
    theirs = role is None or actor.role in role.registered_by or not lookup.may(rules, actor.role, "RegisterActor")
    return act if act and each.id != actor.id and theirs and lookup.may(rules, actor.role, act) else ""


async def people(service: Service, request: Request) -> Response:
    """Who may act, within the scope of who asks."""
    visitor = await acting(service, request)
    actor = office(visitor, "actors", "accounts")

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        state = market.state
        known = lookup.people(rules)
        states = {
            "active": Phrase("active", "正常"),
            "suspended": Phrase("suspended", "已暂停"),
            "revoked": Phrase("revoked", "已撤销"),
        }
        rows = []
        for each in state.actors.values():
            account = state.ledger.accounts.get(each.account)
            place = each.jurisdiction or (account.jurisdiction if account is not None else "")
            if actor.jurisdiction not in ("", place):
                continue
            role = known.get(each.role)
            name = same(each.role) if role is None else Phrase(role.name_en, role.name_zh)
            bound = bound_to(market, rules, each)
            upon = _upon(each, actor, rules)
            rows.append(
                ActingPerson(each.id, name, bound, states[each.state], each.state == "active", MAY[each.may], upon)
            )
        rights = lookup.roles(rules)
        there = sorted({each.role for each in state.actors.values() if each.role in known}, key=list(known).index)
        return {
            "people": rows,
            "acts": any(each.upon for each in rows),
            "may": rights.get(actor.role, frozenset()),
            "roles": [
                (
                    Phrase(known[role].name_en, known[role].name_zh),
                    [name_of(BODIES[command]) for command in BODIES if command in rights[role]],
                )
                for role in there
            ],
        }

    return page(visitor, "people.html.j2", **await visitor.look(look))
