"""The end of a year: who would be short and by how much before anybody settles it, and then all of it at once."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import CloseYear, Command
from airshed.engine.edge import looked_at
from airshed.engine.events import ActProposed
from airshed.engine.nouns import Actor
from airshed.engine.procedures.deadlines import deadline, surrender_day
from airshed.engine.procedures.obliged import owes_in
from airshed.engine.state import State
from airshed.model.counted import counted
from airshed.model.measures import Unit
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.frame import Visitor, acting, fields_of, office, page
from airshed.pages.portal.happening import in_column
from airshed.pages.portal.names import called_in, firm_name, works_called, works_name
from airshed.pages.portal.office.closed import decided
from airshed.pages.portal.refused import Told, told
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.book.clock import asked_of
from airshed.service.book.preview import Foreseen
from airshed.service.forms.measures import Terms
from airshed.service.http.problems import Stopped
from airshed.service.http.rows import whole_number
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: Letters of a key that still has room for its attempts; a key has a hundred.
LONGEST_STEM = 80


class Short(NamedTuple):
    """A pollutant of a works that falls short."""

    source: str
    name: Phrase
    pollutant: str
    owed: Phrase
    given: Phrase
    short: Phrase
    penalty: Phrase
    makeup: Phrase


class ClosingAccount(NamedTuple):
    """What settling the year of an account would come to."""

    account: str
    name: Phrase
    #: Obligations, and those that are met.
    obligations: int
    met: int
    short: Sequence[Short]
    penalty: Phrase
    #: What it would lose: over the banking limit, or expired.
    lost: Sequence[tuple[str, Phrase]]
    refusal: Told | None


class ClosingSums(NamedTuple):
    """The year as a whole."""

    accounts: int
    refused: int
    obligations: int
    met: int
    short_accounts: int
    penalty: Phrase


class ClosingYear(NamedTuple):
    """A year that can be settled."""

    year: int
    open: int
    settled: int
    until: str


def years(state: State, rules: Rulebook, actor: Actor) -> list[ClosingYear]:
    """The years that works of somebody's scope have reported, the latest first."""
    found: dict[int, tuple[set[str], set[str]]] = {}
    for source, year in state.years:
        known = state.sources[source]
        if actor.jurisdiction in ("", known.jurisdiction):
            settled, waiting = found.setdefault(year, (set(), set()))
            (settled if (known.account, year) in state.closed else waiting).add(known.account)
    return [
        ClosingYear(year, len(found[year][1]), len(found[year][0]), surrender_day(rules, year))
        for year in sorted(found, reverse=True)
    ]


def silent(state: State, rules: Rulebook, actor: Actor, year: int) -> list[str]:
    """Works of somebody's scope that owe for a year and have no verified figure of it: they are settled by nothing."""
    return sorted(
        source.id
        for source in state.sources.values()
        if actor.jurisdiction in ("", source.jurisdiction)
        and int(rules.civil.day_of(source.registered)[:4]) <= year
        and int(state.closures.get(source.id, f"{year}")[:4]) >= year
        and (source.id, year) not in state.excluded
        and owes_in(state, rules, source, year)
        and any(lookup.owes(rules, source.sector, row.code) for row in rules.pollutants)
        and ((known := state.years.get((source.id, year))) is None or known.verified_mg is None)
    )


async def closings(service: Service, request: Request) -> Response:
    """The years that there are to settle."""
    visitor = await acting(service, request)
    actor = office(visitor, "accounts", "years")
    shown = await visitor.look(lambda market, rules: (years(market.state, rules, actor), visitor.today))
    return page(visitor, "closings.html.j2", years=shown[0], today=shown[1])


async def closing(service: Service, request: Request) -> Response:
    """What settling a year would come to, account by account."""
    visitor = await acting(service, request)
    return await _shown(visitor, whole_number(request.path_params["year"], "year"))


def _wish(state: State, actor: Actor, account: str, year: int) -> Command:
    """The settlement of an account, under a key of its own for each attempt: what was refused once is tried again.

    Who sends the same page twice at once sends one attempt.
    """
    stem, attempt = f"close {account} {year}", 1
    if len(stem) > LONGEST_STEM:
        stem = f"close {sha256(account.encode()).hexdigest()[:32]} {year}"
    while (actor.id, _key(stem, attempt)) in state.keys:
        attempt += 1
    return Command(actor.id, _key(stem, attempt), CloseYear(account, year))


def _key(stem: str, attempt: int) -> str:
    return stem if attempt == 1 else f"{stem} try {attempt}"


def waiting(state: State, actor: Actor, year: int) -> list[str]:
    """Accounts of somebody's scope whose settlement was begun and waits for a second person."""
    mine = {source.account for source in state.sources.values() if actor.jurisdiction in ("", source.jurisdiction)}
    acts = (act for act in state.acts.values() if act.until is None or state.at <= act.until)
    bodies = (act.body for act in acts if isinstance(act.body, CloseYear) and act.body.year == year)
    return sorted({body.account for body in bodies} & mine)


async def _foreseen(visitor: Visitor, year: int) -> list[Foreseen]:
    """What the book would say of every account of the scope that has not settled the year and does not wait for it."""
    actor = office(visitor, "accounts", "years")

    def look(market: Market, rules: Rulebook) -> tuple[list[Command], int]:
        state = market.state
        begun = waiting(state, actor, year)
        accounts = {
            source.account
            for source in state.sources.values()
            if actor.jurisdiction in ("", source.jurisdiction)
            and (source.id, year) in state.years
            and (source.account, year) not in state.closed
            and source.account not in begun
        }
        return [_wish(state, actor, account, year) for account in sorted(accounts)], deadline(rules, year)

    wishes, last = await visitor.look(look)
    service = visitor.service
    at = max(asked_of(service.provenance, None, service.clock()), visitor.now)
    return await service.market.foresee_each(wishes, max(at, last + 1))


async def _shown(visitor: Visitor, year: int, notice: Phrase | None = None, status: int = 200) -> Response:
    actor = office(visitor, "accounts", "years")
    found = await _foreseen(visitor, year)

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        rows = [_account(each, market.state, rules) for each in found]
        known = {each.year: each for each in years(market.state, rules, actor)}
        if year not in known:
            raise Stopped("not_there", f"no works of this scope has reported {year}")
        mine = lookup.roles(rules).get(actor.role, frozenset())
        fen = sum(closing.penalty_fen for each in found for closing in each.closings)
        able, called = [each for each in rows if each.refusal is None], called_in(market.state, rules)
        return {
            "accounts": rows,
            "year": known[year],
            "may": "CloseYear" in mine,
            "early": visitor.now <= deadline(rules, year),
            "sums": ClosingSums(
                len(rows),
                len(rows) - len(able),
                sum(each.obligations for each in able),
                sum(each.met for each in able),
                sum(bool(each.short) for each in able),
                in_column(fen, Unit.FEN, rules),
            ),
            "shortfalls": [(each, short) for each in able for short in each.short],
            "losses": [(each, series, count) for each in able for series, count in each.lost],
            "begun": [called(account) for account in waiting(market.state, actor, year)],
            "by_case": rules.cases.shortfall == "by_case",
            "decided": decided(market.state, rules, actor, year),
            "silent": [works_called(market.state, rules, each) for each in silent(market.state, rules, actor, year)],
        }

    return page(visitor, "closing.html.j2", status, notice=notice, seen=_digest(found), **await visitor.look(look))


def _account(each: Foreseen, state: State, rules: Rulebook) -> ClosingAccount:
    body: Any = each.record.body
    name = firm_name(rules, state.ledger.accounts[body.account].name)
    refusal = each.record.refusal or each.then
    nothing = in_column(0, Unit.FEN, rules)
    if refusal is not None or not each.closings:
        why = told(refusal, CloseYear, Terms.of(rules)) if refusal is not None else None
        return ClosingAccount(body.account, name, 0, 0, (), nothing, (), why)
    closing = each.closings[0]

    def shown(count: int) -> Phrase:
        return in_column(count, Unit.ALLOWANCES, rules)

    short = [
        Short(
            *(row.source, works_name(rules, row.source, state.sources[row.source].name), row.pollutant),
            *(shown(row.obligation), shown(row.surrendered), shown(row.shortfall)),
            *(in_column(row.penalty_fen, Unit.FEN, rules), shown(row.makeup)),
        )
        for row in closing.settlements
        if row.shortfall
    ]
    lost = [
        (left.series, shown(left.over_limit + left.expired)) for left in closing.left if left.over_limit + left.expired
    ]
    return ClosingAccount(
        body.account,
        name,
        len(closing.settlements),
        sum(not row.shortfall for row in closing.settlements),
        short,
        in_column(closing.penalty_fen, Unit.FEN, rules),
        lost,
        None,
    )


def _able(found: Sequence[Foreseen]) -> list[Foreseen]:
    return [each for each in found if each.record.refusal is None and each.then is None and not each.answered]


def _digest(found: Sequence[Foreseen]) -> str:
    """What was shown, so that nothing else is confirmed."""
    shown = [(each.command.key, each.closings, dict(each.knowing or {})) for each in _able(found)]
    return sha256(msgspec.json.encode(shown)).hexdigest()


async def close(service: Service, request: Request) -> Response:
    """Settle every account that can be settled, saying of each what is known; what was shown is what is done."""
    fields = await fields_of(service, request)
    visitor = await acting(service, request)
    year = whole_number(request.path_params["year"], "year")
    signed = visitor.signed
    assert signed is not None
    if signed.session is None or not service.door.own_form(request, signed.session, fields.get("csrf", "")):
        return await _shown(visitor, year, AGAIN)
    if fields.get("known") != "yes":
        return await _shown(visitor, year, UNKNOWN, 422)
    if visitor.now <= await visitor.look(lambda market, rules: deadline(rules, year)):
        return await _shown(visitor, year, EARLY, 422)
    found = await _foreseen(visitor, year)
    if not _able(found) and fields.get("seen", "") != _digest(found):
        actor = office(visitor, "accounts", "years")
        known, begun = await visitor.look(
            lambda market, rules: (years(market.state, rules, actor), len(waiting(market.state, actor, year)))
        )
        settled = sum(each.settled for each in known if each.year == year)
        if settled or begun:
            return await _shown(visitor, year, _already(settled, begun))
    if _digest(found) != fields.get("seen", ""):
        return await _shown(visitor, year, CHANGED, 422)
    commands = tuple(looked_at(each.command) for each in _able(found))
    assert visitor.signed is not None
    who, receipts = visitor.signed.name, []
    if commands:
        receipts = await service.writer.submit(lambda runner, when: commands, len(commands), None, who=who)
    refused = sum(receipt.answer.refusal is not None for receipt in receipts)
    begun = sum(any(isinstance(event, ActProposed) for event in receipt.answer.events) for receipt in receipts)
    return await _shown(visitor, year, _done(len(receipts) - refused - begun, begun, refused))


def _done(settled: int, begun: int, refused: int) -> Phrase:
    """What came of what was sent."""
    counted = (
        (settled, "settled", "已结算{}户"),
        (begun, "waiting for a second person", "待第二人复核{}户"),
        (refused, "refused", "被拒绝{}户"),
    )
    some = [each for each in counted if each[0]]
    return Phrase(
        f"Sent: {', '.join(f'{count} {what}' for count, what, _ in some) or 'nothing'}.",
        f"已提交：{'，'.join(what.format(count) for count, _, what in some) or '无'}。",
    )


def _already(settled: int, waiting: int) -> Phrase:
    """What was sent twice is told as done, and by how much."""
    done = counted(settled, "account is", "accounts are")
    return Phrase(
        f"This was submitted already: {done} settled, {waiting} wait. Nothing was done twice.",
        f"此前已提交：已结算{settled}户，待复核{waiting}户。未重复办理。",
    )


AGAIN = Phrase(
    "You have signed in anew since this page was made. Nothing was sent.",
    "页面早于本次登录，尚未提交。请核对后重新提交。",
)
EARLY = Phrase(
    "The works can still surrender: it can be settled from the day after. Nothing was sent.",
    "清缴期未满，截止日次日起方可结算。尚未提交。",
)
UNKNOWN = Phrase("Say that you know what it costs. Nothing was sent.", "请确认已知悉后果。尚未提交。")
CHANGED = Phrase(
    "The book has gone on since you looked: these are the figures of now. Nothing was sent.",
    "账簿已有变化，以下为最新结果。尚未提交。",
)
