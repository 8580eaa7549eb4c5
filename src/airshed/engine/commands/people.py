"""Who may act, accounts, sources, the law in force, and acts that wait for a second pair of eyes."""

from __future__ import annotations

from typing import Literal

import msgspec

from airshed.engine.commands.wish import May, Maybe, Money, Name, Text, Whole, Wish, Year
from airshed.model.provenance import Provenance


class AdoptRulebook(Wish, frozen=True):
    """Put a rulebook in force from now on; its digest must be that of the rules at hand. 采用规则。"""

    #: `programme.id` of the text.
    programme: Name
    #: `programme.version` of the text.
    version: Name
    #: SHA-256 of the text, as `airshed rules check` prints it.
    digest: Name
    #: What the book is: a programme, or a simulation with scenario and seed. The first adoption says it, no later one.
    provenance: Provenance | None = None


class RegisterActor(Wish, frozen=True):
    """Let a person or machine act in a role, for the zone or one jurisdiction, for an account or none. 登记行为人。"""

    #: The new name, under which the person or machine will send commands.
    actor: Name
    #: One of the roles of the rulebook: `roles.csv` says which commands it may send.
    role: Name
    #: The account that it acts for; empty for none.
    account: Maybe = ""
    #: The jurisdiction that it is bound to; empty for the whole zone.
    jurisdiction: Maybe = ""
    #: What a representative of the account may: read, initiate or approve; empty for the last two together.
    may: May = ""


class SuspendActor(Wish, frozen=True):
    """Let somebody do nothing until further notice; what they proposed falls. 暂停行为人。"""

    #: Who is suspended.
    actor: Name
    #: Why.
    reason: Text


class ResumeActor(Wish, frozen=True):
    """Let a suspended person or machine act again. 恢复行为人。"""

    #: Who may act again.
    actor: Name


class RevokeActor(Wish, frozen=True):
    """Take the rights of a person or machine for good; the name is not given again. 撤销行为人。"""

    #: Whose rights end.
    actor: Name
    #: Why.
    reason: Text


class OpenAccount(Wish, frozen=True):
    """Open an account for an operator, a trader or the public. 开立账户。"""

    #: The new name.
    account: Name
    #: An operator has sources to answer for, a trader has none; the public buys and cancels.
    kind: Literal["operator", "trader", "public"]
    #: Name of the firm.
    name: Text
    jurisdiction: Name
    #: Corporate group, empty when none is known.
    group: Maybe = ""


class FreezeAccount(Wish, frozen=True):
    """Stop every act of an account, with the reason. 冻结账户。"""

    account: Name
    #: Why, as the account holder will read it.
    reason: Text


class ThawAccount(Wish, frozen=True):
    """Let a frozen account act again. 解冻账户。"""

    account: Name


class CloseAccount(Wish, frozen=True):
    """Close an account for good, once nothing lies in it and nothing waits or is owed for it. 注销账户。"""

    account: Name
    #: Why, as the account holder will read it.
    reason: Text


class StackEntry(msgspec.Struct, frozen=True, gc=False):
    """A monitored outlet and the pollutants it measures."""

    #: Name of the stack, the only one of that name in the programme.
    stack: Name
    #: Pollutants that its monitor measures.
    pollutants: tuple[Name, ...]


class RegisterSource(Wish, frozen=True):
    """Enter a source with its operator's account and its monitored stacks. 登记排放源。"""

    #: The new name.
    source: Name
    #: Name of the works.
    name: Text
    #: The operator's account, which answers for the source.
    account: Name
    jurisdiction: Name
    #: One of the sectors of the rulebook.
    sector: Name
    #: Yes where the source is generated and no real place.
    simulated: bool
    #: Monitored outlets; what none of them measures is declared in the report of the year.
    stacks: tuple[StackEntry, ...] = ()


class OptInBaseline(msgspec.Struct, frozen=True):
    """What a source did in its baseline years, for one pollutant: allocation takes no other figures for it."""

    pollutant: Name
    #: Baseline years, in the order of the figures.
    years: tuple[Year, ...]
    #: Verified emission of each year.
    emitted_kg: tuple[Whole, ...]
    #: Output of each year, in the measure of the benchmark.
    output: tuple[Whole, ...]


class OptIn(Wish, frozen=True):
    """Let a source that the law does not oblige owe allowances from a year on, as it asked. 自愿纳入。"""

    source: Name
    #: The first year for which it owes.
    year: Year
    #: One line for each pollutant that its sector owes.
    baseline: tuple[OptInBaseline, ...]
    #: The application that it rests on.
    reason: Text


class OptOut(Wish, frozen=True):
    """Let a source that has opted in leave, once it has returned what it was given for later years. 退出自愿纳入。"""

    source: Name
    #: The last year for which it owes.
    year: Year
    #: The application that it rests on.
    reason: Text


class Deposit(Wish, frozen=True):
    """The settlement bank has received money for an account. 入金。"""

    account: Name
    #: The money.
    fen: Money


class Withdraw(Wish, frozen=True):
    """The settlement bank pays an account's free money out. 出金。"""

    account: Name
    #: The money.
    fen: Money


class ConfirmAct(Wish, frozen=True):
    """The second pair of eyes: an act of another that waits takes effect now. 复核确认。"""

    #: Number of the act, from the answer to the one who proposed it.
    act: Whole


class RejectAct(Wish, frozen=True):
    """Let an act that waits fall; whoever proposed it may take it back so. 复核退回。"""

    #: Number of the act.
    act: Whole
    #: Why.
    reason: Text


PeopleBody = (
    AdoptRulebook
    | RegisterActor
    | SuspendActor
    | ResumeActor
    | RevokeActor
    | OpenAccount
    | FreezeAccount
    | ThawAccount
    | CloseAccount
    | RegisterSource
    | OptIn
    | OptOut
    | Deposit
    | Withdraw
    | ConfirmAct
    | RejectAct
)
