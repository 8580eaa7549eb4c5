"""What a law may get wrong about its people: roles that nobody has, one role that may do too much, too few founders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import groupby

import msgspec

from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.check_market import known
from airshed.rulebook.command_names import CommandName
from airshed.rulebook.reading_section import EVERYBODY, FIGURES
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.strict import rows_of
from airshed.rulebook.table_names import YEARLY

_MAIN = "rulebook.toml"
#: What can never wait for a second actor: the confirming itself, the work of machines and of the market.
NEVER_SECOND = (
    "ConfirmAct",
    "RejectAct",
    "SealDay",
    "NoteFindings",
    "PlaceOrder",
    "CancelOrder",
    "PlaceBid",
    "PlaceCallOrder",
    "DropCallOrder",
    "PlaceZoneOffer",
    "PlaceZoneBid",
    "DropZoneOrder",
    "HaltMarket",
    "BuyAllocation",
    "PayInstalment",
    "AskRepurchase",
)
#: What founders must be able to do, or the programme could not begin: adopt its law and register everybody else.
FOUNDING = ("AdoptRulebook", "RegisterActor", "OpenAccount")


#: What no role may be called, for columns are called so that are no role's.
HEADS = {"command": "roles.csv", "table": "reading.csv", EVERYBODY: "reading.csv"}
#: How wide each scope is that an actor may be bound to.
_WIDTH = ("account", "jurisdiction", "zone")


#: What no one person does alone in a registry that is cared for; a law may still say otherwise, and is told.
OF_TWO = ("AdoptRulebook", "RegisterActor", "SetCap", "Allocate", "Deposit", "Withdraw")


class Pair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One row of `apart.csv`: two commands that no role may send both of."""

    one: CommandName
    other: CommandName
    #: What a role with both could do.
    why: str
    cite: str


@cache
def apart() -> tuple[Pair, ...]:
    """What no role may do both of: nobody approves an act of their own, and who registers people gives out nothing."""
    text = files("airshed.rulebook").joinpath("apart.csv").read_text("utf-8")
    rows, faults = rows_of(text, Pair, "apart.csv")
    assert not faults, faults
    return tuple(msgspec.convert(row, Pair) for _, row in rows)


def of_one(rules: Rulebook) -> tuple[str, ...]:
    """What of all that should take two one person may do alone under a law."""
    return tuple(command for command in OF_TWO if command not in rules.roles.second and lookup.senders(rules, command))


def roles(rules: Rulebook, lines: Sequence[int], reading: Sequence[int]) -> Iterator[Malformed]:
    """Every contradiction in `people`, `founders`, `roles` and `reading`; `lines` are those of the cells."""
    yield from _people(rules)
    yield from _matrix(rules, lines)
    yield from _reading(rules, reading)
    yield from _second(rules)
    yield from _founders(rules)


def _people(rules: Rulebook) -> Iterator[Malformed]:
    codes = [role.code for role in rules.people]
    for number, role in enumerate(rules.people, 1):
        place = f"{_MAIN} [[people]] {number} ({role.code})"
        if codes.index(role.code) < number - 1:
            yield Malformed(place, f"{role.code!r} stands twice", "keep one")
        if role.code in HEADS:
            yield Malformed(place, f"{role.code!r} is the head of a column of {HEADS[role.code]}", "take another name")
        if role.bound == "account" and not role.accounts:
            yield Malformed(f"{place} accounts", "is empty, though the role is bound to one", 'write ["operator"]')
        for by in (*role.registered_by, *([role.confirmed_by] if role.confirmed_by else [])):
            yield from known(by, codes, f"{place} registered_by or confirmed_by", "role")
        for by in role.registered_by:
            if by in codes and not lookup.may(rules, by, "RegisterActor"):
                yield Malformed(f"{place} registered_by", f"a {by} may not send RegisterActor", "name a role that may")
        if role.confirmed_by in codes and not lookup.may(rules, role.confirmed_by or "", "ConfirmAct"):
            what = f"a {role.confirmed_by} may not send ConfirmAct"
            yield Malformed(f"{place} confirmed_by", what, "name a role that may")
        if role.least > role.most:
            yield Malformed(f"{place} least", f"{role.least} is more than most, {role.most}", "mend one of them")
        if role.accounts and role.bound in ("zone", "jurisdiction"):
            what = f"names kinds of account, though the role is bound to the {role.bound}"
            yield Malformed(f"{place} accounts", what, "write [], or bound to an account")


def _matrix(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    seen: dict[str, int] = {}
    bound = {role.code: role.bound for role in rules.people}
    for line, right in zip(lines, rules.roles.rows, strict=True):
        place = f"roles.csv line {line}"
        if seen.setdefault(right.command, line) != line:
            yield Malformed(place, f"{right.command} stands in line {seen[right.command]} already", "keep one")
        if (bound[right.role], right.scope) in (
            ("account", "zone"),
            ("account", "jurisdiction"),
            ("jurisdiction", "zone"),
        ):
            what = f"who is {right.role} is bound to one {bound[right.role]} and could never send {right.command}"
            yield Malformed(f"{place}, column {right.role}", what, f"write {bound[right.role]}, or nothing")
    held = lookup.rights(rules)
    for role in bound:
        for pair in apart():
            if (role, pair.one) in held and (role, pair.other) in held:
                what = f"may send both {pair.one} and {pair.other}, so it {pair.why}"
                yield Malformed(f"roles.csv column {role}", what, "give one of them to another role")


def _reading(rules: Rulebook, lines: Sequence[int]) -> Iterator[Malformed]:
    seen: dict[tuple[str, str], int] = {}
    bound = {role.code: role.bound for role in rules.people}
    for line, right in zip(lines, rules.reading.rows, strict=True):
        place = f"reading.csv line {line}"
        if (right.table, right.reader) in seen:
            yield Malformed(
                place, f"{right.table} stands in line {seen[right.table, right.reader]} already", "keep one"
            )
        seen[right.table, right.reader] = line
        column = f"{place}, column {right.reader}"
        if right.rows == "published" and right.table not in YEARLY:
            yield Malformed(column, f"{right.table} has no rows of years", f"published goes with {', '.join(YEARLY)}")
        if right.table == FIGURES and (right.reader == EVERYBODY or right.rows == "account"):
            what = "figures before they are public are for offices; a holder reads its own always"
            yield Malformed(column, what, "leave it empty")
        if right.reader == EVERYBODY:
            continue
        if bound[right.reader] != "any" and _WIDTH.index(right.rows) > _WIDTH.index(bound[right.reader]):
            what = f"who is {right.reader} is bound to one {bound[right.reader]}"
            yield Malformed(column, what, f"write {bound[right.reader]}, or nothing")
    for_all = {right.table for right in rules.reading.rows if (right.reader, right.rows) == (EVERYBODY, "all")}
    for (table, reader), line in seen.items():
        if reader != EVERYBODY and table in for_all:
            what = f"everybody reads {table}, and so does who is {reader}"
            yield Malformed(f"reading.csv line {line}, column {reader}", what, "leave it empty")


def _second(rules: Rulebook) -> Iterator[Malformed]:
    place = f"{_MAIN} [roles] second"
    for command in rules.roles.second:
        if rules.roles.second.count(command) > 1:
            yield Malformed(place, f"{command!r} stands twice", "keep one")
        if command in NEVER_SECOND:
            yield Malformed(place, f"{command} cannot wait for a second pair of eyes", "leave it out")
            continue
        senders = lookup.senders(rules, command)
        if senders and not lookup.senders(rules, command, "ConfirmAct"):
            what = f"nobody who may send {command} may send ConfirmAct"
            yield Malformed(place, what, f"add ConfirmAct to the column {senders[0]} of roles.csv")


def _founders(rules: Rulebook) -> Iterator[Malformed]:
    place = f"{_MAIN} [[founders]]"
    bound = {role.code: role.bound for role in rules.people}
    named = sorted(founder.actor for founder in rules.founders)
    for actor, times in groupby(named):
        if len(list(times)) > 1:
            yield Malformed(place, f"{actor!r} stands twice", "keep one")
    for number, founder in enumerate(rules.founders, 1):
        here = f"{place} {number} ({founder.actor}) role"
        yield from known(founder.role, list(bound), here, "role")
        if bound.get(founder.role) in ("jurisdiction", "account"):
            what = f"who is {founder.role} is bound to one {bound[founder.role]}; a founder acts for the whole zone"
            yield Malformed(here, what, "let founders register that person")
    for command in FOUNDING:
        if not lookup.founders(rules, command):
            yield Malformed(place, f"no founder may send {command}", "name one who may")
        elif len(lookup.founders(rules, command)) < 2:
            yield Malformed(place, f"one founder only may send {command}", "name another, so that two can")
    if rules.programme.authority not in lookup.founders(rules, "AdoptRulebook"):
        what = f"{rules.programme.authority!r} is no founder who may send AdoptRulebook"
        yield Malformed(f"{_MAIN} [programme] authority", what, "name one of the founders")
