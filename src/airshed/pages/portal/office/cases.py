"""Case files: every one that somebody may read, how far it has come, what was said in it, and what is paid of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.apply.case import key_of
from airshed.engine.nouns import Actor, Case
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase, same
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


class Row(NamedTuple):
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


class Step(NamedTuple):
    """What was said in a case."""

    seq: int
    what: Phrase
    actor: str
    money: Phrase
    said: str
    evidence: str


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


def row_of(case: Case, state: State, rules: Rulebook, at: int) -> Row:
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
    return Row(
        case.id,
        works_name(rules, case.source, state.sources[case.source].name),
        case.source,
        Phrase(f"{ground.en}: {thing}", f"{ground.zh}：{thing}"),
        STATES[stage],
        in_column(case.proposed_fen if case.fen is None else case.fen, Unit.FEN, rules),
        until,
        ends,
        case.open,
    )


def deeds_of(case: Case, rules: Rulebook, actor: Actor, at: int) -> Iterator[tuple[Phrase, str]]:
    """What somebody may do with it now: its name, and its form."""
    stage = stage_of(case, rules, at)
    may = lookup.roles(rules).get(actor.role, frozenset())
    for command in DEEDS.get(stage, ()):
        if command in may and not (command == "AppealCase" and at > case.appeal_until):
            yield name_of(BODIES[command]), f"/act/{command}?{urlencode({'case': case.id})}"


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
        paid = state.penalties.get(key_of(found))
        parts = [] if paid is None else paid.instalments
        return {
            "row": row_of(found, state, rules, at),
            "holder": firm_name(rules, state.ledger.accounts[found.account].name),
            "account": found.account,
            "cite": Phrase(found.cite, article_zh(found.cite)),
            "proposed": amount(found.proposed_fen, Unit.FEN, rules),
            "reply_until": rules.civil.clock(found.reply_until)[:16].replace("T", " "),
            "appeal_until": rules.civil.clock(found.appeal_until)[:16].replace("T", " ") if found.appeal_until else "",
            "steps": [
                Step(seq, STEPS[step], actor, same("") if fen is None else amount(fen, Unit.FEN, rules), said, proof)
                for seq, step, actor, fen, said, proof in steps
            ],
            "payments": [
                (in_column(part.fen, Unit.FEN, rules), in_column(part.paid_fen, Unit.FEN, rules), part.pay_by)
                for part in parts
            ],
            "suspended": paid is not None and paid.suspended,
            "deeds": list(deeds_of(found, rules, visitor.actor, at)),
        }

    return page(visitor, "case.html.j2", **await visitor.look(look))


def _said_in(book: KeptBook, number: int) -> list[tuple[int, str, str, int | None, str, str]]:
    return book.sql.execute(SAID, (number,)).fetchall()
