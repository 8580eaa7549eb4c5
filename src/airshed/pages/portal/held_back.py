"""What holds an account back: since when, by whom, why, what may still be done, and who may lift it."""

from __future__ import annotations

from typing import NamedTuple

from airshed.engine import events as e
from airshed.engine.apply.account import state_of
from airshed.engine.journal import decode
from airshed.engine.procedures.account import SETS
from airshed.engine.state import State
from airshed.pages.kit.details import reason
from airshed.pages.kit.words import Phrase, same
from airshed.registry.accounts import STATE_WORDS, AccountState
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.transactions import TransactionType
from airshed.service.book.kept import KeptBook

#: What sets each state.
SET_BY = {
    AccountState.SOME_RESTRICTED: e.AccountRestricted,
    AccountState.ALL_RESTRICTED: e.AccountFrozen,
    AccountState.SUSPENDED: e.AccountSuspended,
    AccountState.CLOSURE_PENDING: e.ClosureNoticed,
}
#: Ways in which a holder gives of its own accord.
OWN_WAYS: tuple[TransactionType, ...] = (
    *("surrender", "excess_return", "transfer", "own_transfer", "gift", "cancellation"),
    *("trade", "pledge", "lease", "repurchase"),
)


class HeldBack(NamedTuple):
    """What holds an account back, on a page."""

    holds: AccountState
    state: Phrase
    reason: Phrase
    #: What may still be done, and what not.
    may: Phrase
    #: The roles that may lift it.
    lifts: Phrase


class Since(NamedTuple):
    """The record that holds an account back."""

    seq: int
    at: int
    actor: str


def held_back(state: State, rules: Rulebook, account: str) -> HeldBack | None:
    """What holds an account back most; None where nothing does that somebody set."""
    holds, why = state_of(state, account)
    if holds not in SETS:
        return None
    named = lookup.people(rules)
    roles = [Phrase(named[role].name_en, named[role].name_zh) for role in lookup.senders(rules, SETS[holds])]
    lifts = Phrase(", ".join(each.en for each in roles), "、".join(each.zh for each in roles))
    return HeldBack(holds, Phrase(*STATE_WORDS[holds]), reason(why), _may(state, rules, account, holds), lifts)


def since(book: KeptBook, account: str, holds: AccountState) -> Since | None:
    """The last record that set this state."""
    kind, found = SET_BY[holds], None
    for line in book.holding(f'"{kind.__name__}"'.encode()):
        record = decode(line)
        if any(isinstance(event, kind) and event.account == account for event in record.events):
            found = Since(record.seq, record.at, record.actor)
    return found


def _may(state: State, rules: Rulebook, account: str, holds: AccountState) -> Phrase:
    if holds is AccountState.SUSPENDED:
        return Phrase("Nobody acts for it, in anything.", "暂停期间不得办理任何业务。")
    if holds is AccountState.CLOSURE_PENDING:
        until = rules.civil.clock(state.closing[account].until)[:16].replace("T", " ")
        return Phrase(
            f"It takes no allowances any more and gives as before, until {until}; what lies in it then goes to the "
            "government reserve, and money back to its owner.",
            f"不得再转入配额，转出照常，至{until}止；届时余下配额收归政府储备，资金退还。",
        )
    if holds is AccountState.SOME_RESTRICTED:
        ways = [row for way in OWN_WAYS if (row := lookup.transaction(rules, way)) and row.restricted == "yes"]
        english, chinese = ", ".join(row.name_en for row in ways), "、".join(row.name_zh for row in ways)
        return Phrase(
            f"It receives as before and gives only by: {english or 'nothing'}.",
            f"转入照常；转出仅限：{chinese or '无'}。",
        )
    still = Phrase("surrender, ", "清缴、") if lookup.though_frozen(rules, "surrender") else same("")
    return Phrase(
        "It gives and takes neither allowances nor money, and reports nothing; its orders and offers were taken back. "
        f"It may still {still.en}pay penalties and ask for instalments, reply and appeal in cases. No day is put off.",
        f"不得转出或转入配额和资金，不得报告或标记时段；原有委托和要约已撤回。仍可{still.zh}缴纳罚款、申请分期、陈述申辩、"
        "申请复议。各项期限照常计算。",
    )
