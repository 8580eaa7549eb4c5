"""Case files: notice, reply, decision by two, appeal, and a decision on it by somebody else; by the law's clock."""

from __future__ import annotations

from collections.abc import Collection

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.case import key_of
from airshed.engine.nouns import Case, Source
from airshed.engine.nouns.case import Matter
from airshed.engine.procedures.guards import Decision, Procedure, from_day, known_source, no, own_account, staying
from airshed.engine.procedures.penalty import day_to_pay
from airshed.engine.procedures.people_rights import may_send
from airshed.engine.procedures.transfer_clock import closing_after, closing_on
from airshed.engine.state import State
from airshed.model.measures import yuan
from airshed.model.near import near
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Entry, Paid
from airshed.rulebook import lookup
from airshed.rulebook.breach_sections import ABOUT, SHORTFALL, CaseGround
from airshed.rulebook.schema import Rulebook

LAW = "cases"


def notice(state: State, rules: Rulebook, at: int, actor: str, body: c.NoticeCase) -> Decision:
    """Once for a matter; of a shortfall what the settlement found and nobody has been charged with."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    refusal = _place(rules, source, body) or _heard(state, rules, body) or _about(rules, source, body)
    if refusal:
        return refusal
    ground = _ground(rules, body.ground)
    refusal = staying(state, rules, body.source)
    if refusal:
        return refusal
    if body.year > int(rules.civil.day_of(at)[:4]):
        return no(rules, LAW, Why.TOO_EARLY, from_day(f"{body.year} has not begun", f"{body.year}-01-01"))
    if body.day > rules.civil.day_of(at):
        return no(rules, LAW, Why.TOO_EARLY, from_day(f"{body.day} is still to come", body.day))
    begins = min((row.vintage for row in rules.caps.rows), default=body.year)
    if body.year < begins:
        return no(rules, LAW, Why.NOT_IN_FORCE, f"the programme begins with {begins}; {body.year} was before it")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say what {body.source} is held to have done, and on what that rests")
    if ground is not None and not body.evidence:
        what = f"name the document that it rests on by its SHA-256, so that {source.account} can hold the office to it"
        return no(rules, LAW, Why.UNEXPLAINED, what)
    if body.fen <= 0:
        return no(
            rules, LAW, Why.NOT_POSITIVE, f"the proposed penalty is {yuan(body.fen)} yuan; propose more than none"
        )
    lawful = _uncharged(state, body) if ground is None else None
    least, most = (lawful, lawful) if ground is None else (ground.least_fen, ground.most_fen)
    if most and body.fen > most:
        return no(rules, LAW, Why.TOO_LARGE, f"the law gives {yuan(most)} yuan at most, not {yuan(body.fen)} yuan")
    if least and body.fen < least:
        return no(rules, LAW, Why.TOO_SMALL, f"the law gives {yuan(least)} yuan at least, not {yuan(body.fen)} yuan")
    if not most:
        what = (
            f"{body.source} is not settled as short of {body.pollutant} in {body.year}, or is charged with it already"
        )
        return no(rules, "shortfall", Why.NOTHING_DUE, what)
    try:
        until = closing_after(rules, at, rules.cases.reply_working_days)
    except Malformed as error:
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{error.what}; a reply has its time by working days")
    return (
        e.CaseNoticed(
            case=state.next_case,
            actor=actor,
            source=body.source,
            account=source.account,
            year=body.year,
            ground=body.ground,
            pollutant=body.pollutant,
            fen=body.fen,
            cite=lookup.article(rules, "shortfall") if ground is None else lookup.first_cited(ground.cite),
            reason=body.reason,
            reply_until=until,
            stack=body.stack,
            day=body.day,
            evidence=body.evidence,
        ),
    )


def _own(state: State, rules: Rulebook, actor: str, number: int) -> Case | Refusal:
    """The case of that number, which is about the account that the actor acts for."""
    known = state.cases.get(number)
    if known is None:
        return no(rules, LAW, Why.UNKNOWN_CASE, f"there is no case {number}")
    return own_account(state, rules, actor, known.account) or known


def reply(state: State, rules: Rulebook, at: int, actor: str, body: c.ReplyCase) -> Decision:
    """By who acts for the account, as often as the law lets it, until the office closes on the last day."""
    known = _own(state, rules, actor, body.case)
    if isinstance(known, Refusal):
        return known
    if known.replies >= rules.cases.replies:
        return no(rules, LAW, Why.ALREADY_EXISTS, f"case {known.id} has its reply; {rules.cases.replies} is the most")
    if at > known.reply_until:
        return no(
            rules,
            LAW,
            Why.TOO_LATE,
            f"case {known.id} could be replied to until {rules.civil.clock(known.reply_until)}",
        )
    if not body.reply.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say what {known.account} replies to case {known.id}")
    if known.state != "noticed":
        return no(rules, LAW, Why.NOTHING_DUE, f"case {known.id} is {known.state}")
    return (e.CaseReplied(known.id, actor, body.reply, body.evidence),)


def decide(state: State, rules: Rulebook, at: int, actor: str, body: c.DecideCase) -> Decision:
    """After the reply or its time: what was proposed, less within the law, or nothing; never more."""
    known = state.cases.get(body.case)
    if known is None:
        return no(rules, LAW, Why.UNKNOWN_CASE, f"there is no case {body.case}")
    if known.state == "noticed" and at <= known.reply_until and known.replies < rules.cases.replies:
        what = f"{known.account} may reply to case {known.id} until {rules.civil.clock(known.reply_until)}"
        return no(rules, LAW, Why.TOO_EARLY, what)
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why case {known.id} is decided so")
    refusal = _within(state, rules, known, body.fen, known.proposed_fen)
    if refusal:
        return refusal
    if known.state != "noticed":
        return no(rules, LAW, Why.NOTHING_DUE, f"case {known.id} is {known.state}")
    try:
        until = closing_on(rules, rules.civil.days_after(at, rules.cases.appeal_days))
    except Malformed as error:
        return no(rules, "calendar", Why.SESSION_CLOSED, f"{error.what}; an appeal has its time by working days")
    pay_by = day_to_pay(rules, rules.civil.day_of(at)) if body.fen else ""
    return (e.CaseDecided(known.id, actor, body.fen, body.reason, until, pay_by, evidence=body.evidence),)


def appeal(state: State, rules: Rulebook, at: int, actor: str, body: c.AppealCase) -> Decision:
    """Once, in its time, by who acts for the account."""
    known = _own(state, rules, actor, body.case)
    if isinstance(known, Refusal):
        return known
    if known.state == "appealed":
        return no(rules, LAW, Why.APPEAL_OPEN, f"case {known.id} is appealed already")
    if known.state == "decided" and at > known.appeal_until:
        return no(
            rules, LAW, Why.TOO_LATE, f"case {known.id} could be appealed until {rules.civil.clock(known.appeal_until)}"
        )
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why case {known.id} should be decided otherwise")
    if known.state != "decided":
        return no(rules, LAW, Why.NOTHING_DUE, f"case {known.id} is {known.state}")
    return (e.CaseAppealed(known.id, actor, body.reason, body.evidence),)


def left_for_appeal(state: State, rules: Rulebook, case: int, decided_by: Collection[str]) -> list[str]:
    """Who may decide the appeal of a case that some have decided."""
    body = c.DecideCaseAppeal(case, 0, "")
    return [each for each in state.actors if each not in decided_by and may_send(state, rules, each, body) is None]


def _decided(state: State, rules: Rulebook, actor: str, known: Case) -> Refusal:
    """Who took a decision is told who may decide its appeal: an office of two may have nobody left."""
    others = left_for_appeal(state, rules, known.id, known.decided_by)
    if others:
        what = f"{actor} has decided case {known.id}; its appeal is decided by another: {', '.join(others[:6])}"
    else:
        what = f"{actor} has decided case {known.id}; nobody else may decide its appeal, have another registered"
    return no(rules, "roles", Why.OWN_ACT, what)


def decide_appeal(state: State, rules: Rulebook, at: int, actor: str, body: c.DecideCaseAppeal) -> Decision:
    """By somebody who did not take the decision; what was paid beyond it goes back."""
    known = state.cases.get(body.case)
    if known is not None and actor in known.decided_by:
        return _decided(state, rules, actor, known)
    if known is None:
        return no(rules, LAW, Why.UNKNOWN_CASE, f"there is no case {body.case}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why the appeal of case {known.id} is decided so")
    appealed = known.state == "appealed"
    entry: Entry = ()
    if appealed:
        refusal = _within(state, rules, known, body.fen, known.fen or 0)
        if refusal:
            return refusal
        penalty = state.penalties[key_of(known)]
        back = max(0, penalty.paid_fen + penalty.interest_paid_fen - body.fen)
        free = state.ledger.purses[accounts.TREASURY].free
        if back > free:
            what = f"the treasury has {yuan(free)} yuan free, {yuan(back)} yuan go back"
            return no(rules, LAW, Why.INSUFFICIENT_CASH, what)
        entry = (Paid(accounts.TREASURY, known.account, back),) if back else ()
    if not appealed:
        return no(rules, LAW, Why.NOTHING_DUE, f"case {known.id} is {known.state}, not appealed")
    pay_by = day_to_pay(rules, rules.civil.day_of(at)) if body.fen else ""
    return (e.CaseAppealDecided(known.id, actor, body.fen, body.reason, pay_by, entry, body.evidence),)


def _within(state: State, rules: Rulebook, known: Case, fen: int, most: int) -> Refusal | None:
    """The case is dropped, or the sum lies between the least of the law and what was proposed or decided."""
    if fen < 0:
        return no(rules, LAW, Why.NOT_POSITIVE, f"{yuan(fen)} yuan is below zero; 0 drops case {known.id}")
    ground = _ground(rules, known.ground)
    least = 1 if ground is None else ground.least_fen
    if known.ground == SHORTFALL:
        most = min(most, state.years[known.source, known.year].settled[known.pollutant].penalty_fen)
        least = -(-most * rules.cases.lowest_basis_points // lookup.WHOLE)
    if fen > most:
        what = f"case {known.id} is decided at {yuan(most)} yuan at most, not at {yuan(fen)} yuan"
        return no(rules, LAW, Why.TOO_LARGE, what)
    if 0 < fen < least:
        what = f"case {known.id} is decided at {yuan(least)} yuan at least, not at {yuan(fen)} yuan, or is dropped"
        return no(rules, LAW, Why.TOO_SMALL, what)
    return None


def _ground(rules: Rulebook, name: str) -> CaseGround | None:
    return next((row for row in rules.cases.grounds if row.ground == name), None)


def _place(rules: Rulebook, source: Source, body: c.NoticeCase) -> Refusal | None:
    """The stack that is named is one of the source's."""
    names = [name for name, _ in source.stacks]
    if body.stack and body.stack not in names:
        what = f"{source.id} has no stack {body.stack!r}; {near(body.stack, names)}"
        return no(rules, LAW, Why.UNKNOWN_STACK, what)
    return None


def _heard(state: State, rules: Rulebook, body: c.NoticeCase) -> Refusal | None:
    """Nobody answers twice for one matter: not beside an open case, not after a fine, not on the same grounds."""
    for known in state.cases.values():
        if known.matter != _matter(body):
            continue
        if known.open:
            return no(rules, LAW, Why.ALREADY_EXISTS, f"case {known.id} is about that and is not decided")
        if body.ground == SHORTFALL and known.fined:
            continue  # a correction may have added to it: what is not charged yet says so
        if known.fined:
            what = f"case {known.id} is about that and fined it; nobody is fined twice for one breach"
            return no(rules, LAW, Why.ALREADY_EXISTS, what)
        if not body.evidence or body.evidence in known.evidence:
            what = (
                f"case {known.id} was about that and is {known.state}; a new one rests on evidence that it did not have"
            )
            return no(rules, LAW, Why.ALREADY_EXISTS, what)
    return None


def _about(rules: Rulebook, source: Source, body: c.NoticeCase) -> Refusal | None:
    """The notice names what its ground is about, and nothing else, so that one matter is called by one name."""
    ground = _ground(rules, body.ground)
    if ground is None and body.ground != SHORTFALL:
        known_ones = [SHORTFALL, *(row.ground for row in rules.cases.grounds)]
        return no(rules, LAW, Why.WRONG_KIND, f"there is no ground {body.ground!r}; {near(body.ground, known_ones)}")
    about = ["pollutant"] if ground is None else (ground.about or "").split()
    for word in ABOUT:
        said = getattr(body, word)
        if said and word not in about:
            return no(rules, LAW, Why.WRONG_KIND, f"{body.ground} is not about a {word}; leave out {said!r}")
        if not said and word in about and (word != "stack" or source.stacks):
            return no(rules, LAW, Why.WRONG_KIND, f"{body.ground} is about a {word}; say which")
    codes = lookup.pollutants(rules)
    if body.pollutant and body.pollutant not in codes:
        return no(rules, LAW, Why.WRONG_KIND, f"no pollutant {body.pollutant!r}; {near(body.pollutant, codes)}")
    if body.day and int(body.day[:4]) != body.year:
        return no(rules, LAW, Why.WRONG_KIND, f"{body.day} is no day of {body.year}")
    return None


def _matter(body: c.NoticeCase) -> Matter:
    return body.source, body.year, body.ground, body.pollutant, body.stack, body.day


def _uncharged(state: State, body: c.NoticeCase) -> int:
    """What the law gives for a settled shortfall, less what was imposed with the settlement or is in a case.

    A case that was dropped or quashed says nothing against a new one, which rests on other evidence (`_heard`).
    """
    known = state.years.get((body.source, body.year))
    settled = known.settled.get(body.pollutant) if known else None
    if settled is None or not settled.shortfall:
        return 0
    at_once = state.penalties.get((body.source, body.year, body.pollutant, 0))
    cases = (each.proposed_fen for each in state.cases.values() if each.fined and each.matter == _matter(body))
    return max(0, settled.penalty_fen - (at_once.fen if at_once else 0) - sum(cases))


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.NoticeCase: notice,
    c.ReplyCase: reply,
    c.DecideCase: decide,
    c.AppealCase: appeal,
    c.DecideCaseAppeal: decide_appeal,
}
