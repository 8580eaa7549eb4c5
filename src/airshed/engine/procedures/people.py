"""Administering: rulebooks, actors, accounts, sources, money in and out."""

from __future__ import annotations

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures import lapsing
from airshed.engine.procedures.guards import (
    MOST,
    Decision,
    Procedure,
    known_account,
    no,
    positive,
    private_account,
    thawed,
)
from airshed.engine.procedures.people_rights import may_confirm
from airshed.engine.procedures.taken_off import all_off, orders_off
from airshed.engine.procedures.trade_rules import wall_of
from airshed.engine.procedures.transfer import hours_moved
from airshed.engine.state import State
from airshed.model.allowance import Series
from airshed.model.civil import DEFAULT
from airshed.model.measures import RENMINBI, yuan
from airshed.model.provenance import Programme
from airshed.model.refusal import Refusal, Why
from airshed.registry.account_number import is_number
from airshed.registry.accounts import BANK, PRIVATE, PROGRAMME_NAMES, Account, AccountKind, programme_accounts
from airshed.registry.moves import Paid
from airshed.rulebook import lookup
from airshed.rulebook.digest import digest
from airshed.rulebook.schema import Rulebook


def adopt(state: State, rules: Rulebook, at: int, actor: str, body: c.AdoptRulebook) -> Decision:
    """The first rulebook is adopted by the authority it names and registers its founders.

    A later one is adopted by whom the law in force lets, and gives nobody a right: whom it names as founder
    is registered already. Orders that wait were placed under the fees and the band of the old one: they are cancelled.
    """
    if state.rulebook is None and actor != rules.programme.authority:
        what = f"{actor} is not {rules.programme.authority}, who adopts the first rulebook"
        return no(rules, "programme", Why.ROLE_MAY_NOT, what)
    mine = (rules.programme.id, rules.programme.version, digest(rules))
    if mine != (body.programme, body.version, body.digest):
        return no(
            rules,
            "programme",
            Why.RULEBOOK_MISMATCH,
            f"the rules at hand are {mine[0]} {mine[1]} {mine[2][:12]}, not {body.programme} {body.version} "
            f"{body.digest[:12]}; load the text that is to be adopted",
        )
    refusal = _strangers(state, rules) or _provenance(state, rules, body) or _another_book(state, rules)
    if refusal:
        return refusal
    if state.rulebook and body.digest == state.rulebook.digest:
        return no(rules, "programme", Why.ALREADY_EXISTS, f"{body.programme} {body.version} is in force already")
    if state.rulebook and body.version == state.rulebook.version:
        return no(
            rules,
            "programme",
            Why.ALREADY_EXISTS,
            f"version {body.version} has another text; give it a new one",
        )
    opened = tuple(
        account
        for account in programme_accounts(jurisdiction.code for jurisdiction in rules.jurisdictions)
        if account.id not in state.ledger.accounts
    )
    adopted = e.RulebookAdopted(
        body.programme,
        body.version,
        body.digest,
        opened,
        body.provenance,
        _or_default(rules.programme.time_zone, DEFAULT),
        _or_default(rules.currency.code, RENMINBI),
    )
    if state.rulebook is None:
        return (adopted, *(e.ActorRegistered(founder.actor, founder.role, "", "", "") for founder in rules.founders))
    return (*orders_off(state), *lapsing.under_the_law_before(state, body), adopted, *hours_moved(state, rules))


def _strangers(state: State, rules: Rulebook) -> Refusal | None:
    """A later law gives nobody a right: every founder it names has that role already."""
    for founder in rules.founders if state.rulebook else ():
        known = state.actors.get(founder.actor)
        if known is None or (known.role, known.account, known.jurisdiction, known.state) != (
            founder.role,
            "",
            "",
            "active",
        ):
            held = f"is {known.role}" if known else "is not registered"
            what = f"the law names {founder.actor} as {founder.role}, who {held}; a law gives no rights, register first"
            return no(rules, "roles", Why.NOT_YOURS_TO_GIVE, what)
    return None


def _provenance(state: State, rules: Rulebook, body: c.AdoptRulebook) -> Refusal | None:
    """What a book is, is said once, before anything else stands in it."""
    if state.provenance is None and body.provenance is None:
        return no(
            rules,
            "programme",
            Why.NO_PROVENANCE,
            "the first record says what the book is: give provenance, a programme or a simulation with its scenario",
        )
    if state.provenance is not None and body.provenance is not None:
        what = type(state.provenance).__name__.lower()
        return no(rules, "programme", Why.PROVENANCE_FIXED, f"this book is a {what} for good; leave provenance out")
    return None


def _or_default(said: str, default: str) -> str:
    """The default itself where a law says the same: only then is it left out of the record, whoever read the law."""
    return default if said == default else said


def _another_book(state: State, rules: Rulebook) -> Refusal | None:
    """What a book keeps from its first law to its last; a law that says otherwise needs a book of its own."""
    if state.rulebook is None:
        return None
    mine, other = state.rulebook.programme, rules.programme.id
    if other != mine:
        what = f"this book is of the programme {mine}; a law of {other} ([programme] id) needs a book of its own"
        return no(rules, "programme", Why.WRONG_KIND, what)
    return _other_measure(state, state.rulebook.currency, rules) or _left_out(state, rules)


def _left_out(state: State, rules: Rulebook) -> Refusal | None:
    """What stands in a book has its city in the law: nobody could issue, report or settle for one that is gone."""
    known = {jurisdiction.code for jurisdiction in rules.jurisdictions}
    standing = (
        *((account.jurisdiction, name) for name, account in state.ledger.accounts.items() if _held(account)),
        *((source.jurisdiction, source.id) for source in state.sources.values()),
        *((Series.parse(series).jurisdiction, series) for series in state.ledger.caps),
    )
    for code, name in standing:
        if code not in known:
            what = (
                f"{name} in this book is of {code}, which the law leaves out; keep {code} among its [[jurisdictions]]"
            )
            return no(rules, "programme", Why.WRONG_KIND, what)
    return None


def _held(account: Account) -> bool:
    """The programme's own are opened for every city, and stand there empty."""
    return account.kind in PRIVATE and bool(account.jurisdiction)


def _other_measure(state: State, money: str, rules: Rulebook) -> Refusal | None:
    """A book keeps the days and the money of its first law.

    In another time zone days that are over would begin otherwise; in other money every price and penalty that stands in
    it would be another sum.
    """
    days, other, paid = state.time_zone, rules.programme.time_zone, rules.currency.code
    if other != days:
        what = f"this book keeps the days of {days}; a law of {other} ([programme] time_zone) needs a book of its own"
        return no(rules, "programme", Why.WRONG_KIND, what)
    if paid != money:
        what = f"this book counts in {money}; a law that counts in {paid} ([currency] code) needs a book of its own"
        return no(rules, "currency", Why.WRONG_KIND, what)
    return None


def open_account(state: State, rules: Rulebook, at: int, actor: str, body: c.OpenAccount) -> Decision:
    """Names are unique, the jurisdiction is one of the zone."""
    if body.account in state.ledger.accounts:
        return no(rules, "roles", Why.ALREADY_EXISTS, f"the account {body.account} exists; choose another name")
    if body.account.partition("-")[0] in PROGRAMME_NAMES:
        return no(rules, "roles", Why.WRONG_KIND, f"{body.account} is a name for the programme's own accounts")
    if is_number(body.account):
        what = f"{body.account} has the form of a number, and the registry gives those; choose a name"
        return no(rules, "roles", Why.WRONG_KIND, what)
    known = tuple(jurisdiction.code for jurisdiction in rules.jurisdictions)
    if body.jurisdiction not in known:
        return no(
            rules,
            "programme",
            Why.WRONG_KIND,
            f"{body.jurisdiction!r} is no jurisdiction of the zone; there are {', '.join(known)}",
        )
    kinds = {kind for role in rules.people for kind in role.accounts}
    if body.kind not in kinds:
        what = f"nobody acts for a {body.kind} account under this rulebook; there are {', '.join(sorted(kinds))}"
        return no(rules, "roles", Why.WRONG_KIND, what)
    account = Account(body.account, AccountKind(body.kind), body.name, body.jurisdiction, body.group)
    return (e.AccountOpened(account),)


def freeze(state: State, rules: Rulebook, at: int, actor: str, body: c.FreezeAccount) -> Decision:
    """A freeze stops what comes; orders and deals of the account that wait are taken off the market."""
    refusal = private_account(state, rules, body.account)
    if refusal:
        return refusal
    if body.account in state.ledger.frozen:
        return no(rules, "roles", Why.ALREADY_EXISTS, f"{body.account} is frozen already")
    if not body.reason.strip():
        return no(rules, "roles", Why.UNEXPLAINED, f"say why {body.account} is frozen")
    return (*all_off(state, body.account, actor), e.AccountFrozen(body.account, body.reason))


def register_source(state: State, rules: Rulebook, at: int, actor: str, body: c.RegisterSource) -> Decision:
    """A source lies in the zone and belongs to a private account, its stacks are new; a programme simulates none."""
    refusal = private_account(state, rules, body.account)
    if refusal and refusal.why == Why.UNKNOWN_ACCOUNT:
        return refusal
    if body.source in state.sources:
        return no(rules, "programme", Why.ALREADY_EXISTS, f"the source {body.source} is registered")
    names = [entry.stack for entry in body.stacks]
    for name in names:
        if name in state.stack_source or names.count(name) > 1:
            return no(rules, "monitoring", Why.ALREADY_EXISTS, f"the stack {name} is registered")
    if refusal:
        return refusal
    if state.ledger.accounts[body.account].kind == AccountKind.PUBLIC:
        return no(rules, "roles", Why.WRONG_KIND, f"{body.account} is an account of the public, which has no source")
    if body.jurisdiction not in {jurisdiction.code for jurisdiction in rules.jurisdictions}:
        return no(rules, "programme", Why.WRONG_KIND, f"{body.jurisdiction!r} is no jurisdiction of the zone")
    if body.sector not in {sector.code for sector in rules.sectors}:
        return no(rules, "programme", Why.WRONG_KIND, f"{body.sector!r} is no sector of the programme")
    capped = {rule.code for rule in lookup.owed(rules, body.sector)}
    for entry in body.stacks:
        for pollutant in entry.pollutants:
            if entry.pollutants.count(pollutant) > 1:
                return no(
                    rules, "monitoring", Why.WRONG_KIND, f"{entry.stack} measures {pollutant!r} twice; once counts"
                )
            if pollutant not in capped:
                return no(rules, "monitoring", Why.WRONG_KIND, f"{entry.stack} measures {pollutant!r}, not capped")
    if body.simulated and isinstance(state.provenance, Programme):
        return no(
            rules, "programme", Why.SIMULATED_SOURCE, f"{body.source} is simulated; this book is a programme for good"
        )
    # its orders wait on the side of the wall on which the account stood until now
    moved = body.sector in rules.trade_rules.walled_sectors and wall_of(state, rules, body.account) != body.sector
    return (
        *(all_off(state, body.account, actor) if moved else ()),
        e.SourceRegistered(
            body.source, body.name, body.account, body.jurisdiction, body.sector, body.simulated, body.stacks
        ),
    )


def deposit(state: State, rules: Rulebook, at: int, actor: str, body: c.Deposit) -> Decision:
    """Money comes from the settlement bank; its account alone may be below zero (I4)."""
    refusal = _cash(state, rules, body.account, body.fen)
    most = rules.trading.largest_deposit_fen
    if not refusal and most is not None and body.fen > most:
        what = f"{yuan(body.fen)} yuan; one deposit is at most {yuan(most)} yuan: mend the sum, or enter it in parts"
        return no(rules, "trading", Why.TOO_LARGE, what)
    if not refusal and body.fen - state.ledger.purses[BANK].fen > MOST:
        return no(
            rules, "trading", Why.TOO_LARGE, f"with {body.fen} fen more, accounts would hold more than {MOST} fen"
        )
    return refusal or (e.MoneyMoved((Paid(BANK, body.account, body.fen),)),)


def withdraw(state: State, rules: Rulebook, at: int, actor: str, body: c.Withdraw) -> Decision:
    """Only free money goes out, and none out of a frozen account."""
    refusal = (
        _there(rules, state, body.account)
        or thawed(state, rules, body.account)
        or _cash(state, rules, body.account, body.fen)
    )
    if refusal:
        return refusal
    free = state.ledger.purses[body.account].free
    if free < body.fen:
        return no(
            rules, "trading", Why.INSUFFICIENT_CASH, f"{body.account} has {yuan(free)} yuan free, not {yuan(body.fen)}"
        )
    return (e.MoneyMoved((Paid(body.account, BANK, body.fen),)),)


def _cash(state: State, rules: Rulebook, account: str, fen: int) -> Refusal | None:
    return _there(rules, state, account) or positive(rules, "trading", "the amount", fen)


def _there(rules: Rulebook, state: State, account: str) -> Refusal | None:
    if account == BANK:
        return no(rules, "roles", Why.UNKNOWN_ACCOUNT, f"money cannot go to or come from {account!r}")
    return known_account(state, rules, account)


def reject_act(state: State, rules: Rulebook, at: int, actor: str, body: c.RejectAct) -> Decision:
    """Whoever proposed it takes it back; another lets it fall who might have confirmed it."""
    act = state.acts.get(body.act) or state.lapsed.get(body.act)
    if act is None:
        return no(rules, "roles", Why.UNKNOWN_ACT, f"no act waits under number {body.act}")
    if act.actor != actor:
        refusal = may_confirm(state, rules, actor, act.actor, act.body)
        if refusal is not None:
            return refusal
    if act.id in state.lapsed:
        return no(rules, "roles", Why.ACT_LAPSED, lapsing.said(state, act))
    if not body.reason.strip():
        return no(rules, "roles", Why.UNEXPLAINED, f"say why act {act.id} falls")
    return (e.ActRejected(act.id, actor, body.reason),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.OpenAccount: open_account,
    c.FreezeAccount: freeze,
    c.RegisterSource: register_source,
    c.Deposit: deposit,
    c.Withdraw: withdraw,
    c.RejectAct: reject_act,
}
