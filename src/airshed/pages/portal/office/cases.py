"""Case files: every one that somebody may read, how far it has come, what was said in it, and what is paid of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.apply.case import key_of
from airshed.engine.events import CaseDecided, Event
from airshed.engine.nouns import Actor, Case, Penalty
from airshed.engine.procedures.case import left_for_appeal
from airshed.engine.procedures.penalty import owed_of
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.dues import paying
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import Visitor, acting, office, page
from airshed.pages.portal.happening import amount, ground_of, in_column
from airshed.pages.portal.names import firm_name, works_name
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.kept import KeptBook
from airshed.service.forms.articles import article_zh
from airshed.service.forms.form import BODIES
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import whole_number
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

STATES: Mapping[str, Phrase] = {
    "noticed": Phrase("noticed, may be replied to", "已告知，待陈述申辩"),
    "due": Phrase("to be decided", "待决定"),
    "decided": Phrase("decided", "已决定"),
    "dropped": Phrase("dropped", "不予处罚"),
    "appealed": Phrase("under appeal", "复议中"),
    "upheld": Phrase("upheld on appeal", "复议维持"),
    "lowered": Phrase("lowered on appeal", "复议变更"),
    "quashed": Phrase("quashed on appeal", "复议撤销"),
}
#: How far a penalty that was imposed is paid; nothing is said where nothing is.
PAID, PART_PAID = Phrase("paid", "已缴清"), Phrase("partly paid", "部分缴纳")
STEPS: Mapping[str, Phrase] = {
    "noticed": Phrase("Notice", "立案告知"),
    "replied": Phrase("Reply", "陈述申辩"),
    "decided": Phrase("Decision", "处罚决定"),
    "appealed": Phrase("Appeal", "申请复议"),
    "appeal decided": Phrase("Decision on appeal", "复议决定"),
}
SAID = "SELECT seq, step, actor, fen, said, evidence FROM case_steps WHERE case_number = ? ORDER BY seq"
#: What may be done with a case, by the state it is in.
DEEDS: Mapping[str, tuple[str, ...]] = {
    "noticed": ("ReplyCase",),
    "due": ("DecideCase",),
    "decided": ("AppealCase",),
    "appealed": ("DecideCaseAppeal",),
}
#: People who are named for an appeal.
MOST_NAMED = 6


class CaseRow(NamedTuple):
    """A case in the list."""

    id: int
    works: Phrase
    source: str
    about: Phrase
    state: Phrase
    #: What is proposed or decided.
    money: Phrase
    #: The next day on which something ends, and what; empty where nothing does.
    until: str
    ends: Phrase
    open: bool


class CaseStep(NamedTuple):
    """What was said in a case."""

    seq: int
    what: Phrase
    actor: str
    money: Phrase
    said: str
    evidence: str


def state_of(case: Case, penalty: Penalty | None, stage: str) -> Phrase:
    """The state of a case as people read it, from the notice to the last payment."""
    state = STATES[stage]
    if penalty is None or not penalty.paid_fen or not case.fined:
        return state
    paid = PART_PAID if penalty.open or penalty.suspended else PAID
    return Phrase(f"{state.en}, {paid.en}", f"{state.zh}，{paid.zh}")


def stage_of(case: Case, rules: Rulebook, at: int) -> str:
    """How far a case has come: one that may be replied to no more is to be decided."""
    over = case.replies >= rules.cases.replies or at > case.reply_until
    return "due" if case.state == "noticed" and over else case.state


def mine(state: State, visitor: Visitor) -> list[Case]:
    """The cases that somebody may read: an account its own, an office those of its place."""
    actor = visitor.actor
    assert actor is not None
    if actor.account:
        return [case for case in state.cases.values() if case.account == actor.account]
    office(visitor, "cases", "case_steps")
    sources = state.sources
    return [each for each in state.cases.values() if actor.jurisdiction in ("", sources[each.source].jurisdiction)]


def row_of(case: Case, state: State, rules: Rulebook, at: int) -> CaseRow:
    """A case as the list shows it."""
    stage, ground = stage_of(case, rules, at), ground_of(rules, case.ground)
    thing = " ".join(part for part in (case.stack, case.pollutant, case.day or str(case.year)) if part)
    paid = state.penalties.get(key_of(case))
    until, ends = "", same("")
    if stage == "noticed":
        until, ends = rules.civil.day_of(case.reply_until), Phrase("to reply", "陈述申辩截止")
    elif stage == "decided" and at <= case.appeal_until:
        until, ends = rules.civil.day_of(case.appeal_until), Phrase("to appeal", "申请复议截止")
    elif paid is not None and paid.next_day():
        until, ends = paid.next_day() or "", Phrase("to pay", "缴款截止")
    return CaseRow(
        case.id,
        works_name(rules, case.source, state.sources[case.source].name),
        case.source,
        Phrase(f"{ground.en}: {thing}", f"{ground.zh}：{thing}"),
        state_of(case, paid, stage),
        in_column(case.proposed_fen if case.fen is None else case.fen, Unit.FEN, rules),
        until,
        ends,
        case.open,
    )


def deeds_of(case: Case, state: State, rules: Rulebook, actor: Actor, at: int) -> Iterator[tuple[Phrase, str]]:
    """What somebody may do with it now: its name, and its form."""
    stage = stage_of(case, rules, at)
    may = lookup.roles(rules).get(actor.role, frozenset())
    over = {"AppealCase": at > case.appeal_until, "DecideCaseAppeal": actor.id in case.decided_by}
    for command in DEEDS.get(stage, ()):
        if command in may and not over.get(command):
            yield name_of(BODIES[command]), f"/act/{command}?{urlencode({'case': case.id})}"
    key = key_of(case)
    if "PayPenalty" in may and any(owed_of(state, rules, key, rules.civil.day_of(at))):
        yield name_of(BODIES["PayPenalty"]), paying(key)


def _may_decide(names: Sequence[str]) -> Phrase:
    """Some of those who may decide an appeal."""
    some = ", ".join(names[:MOST_NAMED])
    return Phrase(some, some.replace(", ", "、"))


def uses_up(state: State, rules: Rulebook, actor: str, events: Iterable[Event]) -> Phrase | None:
    """What whoever decides a case, or confirms the decision, is to know first: neither decides its appeal."""
    decided = next((event for event in events if isinstance(event, CaseDecided) and event.fen), None)
    if decided is None:
        return None
    first = decided.actor if decided.actor != actor else ""
    others = left_for_appeal(state, rules, decided.case, {actor, first})
    who = _may_decide(others)
    both = Phrase(f"You and {first}" if first else "You, and whoever confirms it,", f"您和{first or '复核人'}")
    if not others or (not first and len(others) == 1):
        last = "" if first or not others else f" once {who.en} confirms it"
        return Phrase(
            f"{both.en} may not decide an appeal against it, and nobody else is left who may{last}: "
            "have another registered first.",
            f"{both.zh}不得再就其复议作出决定，且{f'{who.zh}复核后' if last else ''}再无其他人员可办理复议，请先登记。",
        )
    return Phrase(
        f"{both.en} may not decide an appeal against it. Who may: {who.en}.",
        f"{both.zh}不得再就其复议作出决定；可办理复议的有：{who.zh}。",
    )


async def cases(service: Service, request: Request) -> Response:
    """All cases that somebody may read, the open ones first."""
    visitor = await acting(service, request)

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        at = max(visitor.now, market.state.at)
        rows = [row_of(case, market.state, rules, at) for case in mine(market.state, visitor)]
        assert visitor.actor is not None
        may = lookup.roles(rules).get(visitor.actor.role, frozenset())
        notice = name_of(BODIES["NoticeCase"]) if "NoticeCase" in may else None
        return {"cases": sorted(rows, key=lambda each: (not each.open, -each.id)), "notice": notice}

    return page(visitor, "cases.html.j2", **await visitor.look(look))


async def case(service: Service, request: Request) -> Response:
    """One case from the notice to the last payment."""
    visitor = await acting(service, request)
    number = whole_number(request.path_params["case"], "case")
    steps = await service.readers.read(lambda book: _said_in(book, number))

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        state, at = market.state, max(visitor.now, market.state.at)
        found = next((each for each in mine(state, visitor) if each.id == number), None)
        if found is None:
            raise Stopped("not_there", f"no case {number} that is yours to read")
        assert visitor.actor is not None
        stage = stage_of(found, rules, at)
        paid = state.penalties.get(key_of(found))
        parts = [] if paid is None else paid.instalments
        return {
            "row": row_of(found, state, rules, at),
            "holder": firm_name(rules, state.ledger.accounts[found.account].name),
            "account": found.account,
            "cite": Phrase(found.cite, article_zh(found.cite)),
            "proposed": amount(found.proposed_fen, Unit.FEN, rules),
            "reply_until": _until(rules, found.reply_until, stage == "noticed"),
            "appeal_until": _until(rules, found.appeal_until, stage == "decided" and at <= found.appeal_until),
            "appeal_by": _may_decide(left) if (left := _left(state, rules, found, visitor.actor)) else None,
            "steps": [
                CaseStep(
                    seq, STEPS[step], actor, same("") if fen is None else amount(fen, Unit.FEN, rules), said, proof
                )
                for seq, step, actor, fen, said, proof in steps
            ],
            "payments": [
                (in_column(part.fen, Unit.FEN, rules), in_column(part.paid_fen, Unit.FEN, rules), part.pay_by)
                for part in parts
            ],
            "suspended": paid is not None and paid.suspended,
            "deeds": list(deeds_of(found, state, rules, visitor.actor, at)),
        }

    return page(visitor, "case.html.j2", **await visitor.look(look))


def _until(rules: Rulebook, at: int, runs: bool) -> str:
    """A deadline that runs still; what is over is told by the course of the case."""
    return rules.civil.clock(at)[:16].replace("T", " ") if runs else ""


def _left(state: State, rules: Rulebook, case: Case, actor: Actor) -> list[str]:
    """Who may decide an appeal that waits, for the office of whoever may not."""
    if case.state != "appealed" or actor.id not in case.decided_by:
        return []
    return left_for_appeal(state, rules, case.id, case.decided_by)


def _said_in(book: KeptBook, number: int) -> list[tuple[int, str, str, int | None, str, str]]:
    return book.sql.execute(SAID, (number,)).fetchall()
