"""What works and the holders of accounts are called in both languages, as the zone of a law has them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from airshed.engine.state import State
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase, same
from airshed.registry.accounts import programme_accounts
from airshed.rulebook.schema import Rulebook
from airshed.zone.load import of_law
from airshed.zone.zone import Zone

#: Accounts that a law opens by itself, before the code of the jurisdiction whose they are.
OF_OFFICES = {
    "Settlement bank": "结算银行",
    "Treasury": "国库",
    "Exchange": "交易机构",
    "Issuance": "核发账户",
    "Auction": "拍卖账户",
    "Government reserve": "政府储备",
    "Surrendered": "清缴账户",
    "Cancelled": "注销账户",
}


@lru_cache(maxsize=4)
def zone_of(rules: Rulebook) -> Zone | None:
    """The zone that a law names, where it ships with Airshed or lies here."""
    try:
        return of_law(rules)
    except Malformed:
        return None


def works_name(rules: Rulebook, source: str, name: str) -> Phrase:
    """What a works is called in both languages: as the zone of the law has it, where it is the same works."""
    known = _works(rules).get(source)
    return known if known is not None and name in (known.en, known.zh) else same(name)


def works_called(state: State, rules: Rulebook, source: str) -> Phrase:
    """A works by its name, with its code beside."""
    known = state.sources.get(source)
    named = same(source) if known is None else works_name(rules, source, known.name)
    return named if named.en == source else Phrase(f"{named.en} ({source})", f"{named.zh}（{source}）")


def firm_name(rules: Rulebook, name: str) -> Phrase:
    """What the holder of an account is called in both languages, where the zone or the law names it."""
    return _holders(rules).get(name) or same(name)


def group_name(name: str) -> Phrase:
    """What a corporate group is called: one that a zone has by a letter alone has the Chinese for it too.

    >>> group_name("Group E").zh, group_name("钢铁集团").zh
    ('E集团', '钢铁集团')
    """
    letter = re.fullmatch(r"Group ([A-Z])", name)
    return Phrase(name, f"{letter[1]}集团") if letter else same(name)


#: What an account is called on a page.
Called = Callable[[str], Phrase]


def account_name(rules: Rulebook, account: str, holder: str = "") -> Phrase:
    """What an account is called: one of the programme's own by its name, any other by its holder, its code beside."""
    own = _programme(rules).get(account)
    if own is not None or holder in ("", account):
        return own or same(account)
    firm = firm_name(rules, holder)
    return Phrase(f"{firm.en} ({account})", f"{firm.zh}（{account}）")


def called_in(state: State, rules: Rulebook) -> Called:
    """What the accounts of a state are called."""
    accounts = state.ledger.accounts
    return lambda name: account_name(rules, name, accounts[name].name if name in accounts else "")


@lru_cache(maxsize=4)
def _programme(rules: Rulebook) -> Mapping[str, Phrase]:
    opened = programme_accounts(row.code for row in rules.jurisdictions)
    return {each.id: firm_name(rules, each.name) for each in opened}


@lru_cache(maxsize=4)
def _works(rules: Rulebook) -> Mapping[str, Phrase]:
    zone = zone_of(rules)
    return {} if zone is None else {each.source: Phrase(each.name_en, each.name_zh) for each in zone.sources}


@lru_cache(maxsize=4)
def _holders(rules: Rulebook) -> Mapping[str, Phrase]:
    """Works by either of their names, and offices of the zone and of each jurisdiction."""
    found = {name: each for each in reversed(list(_works(rules).values())) for name in (each.zh, each.en)}
    for name, name_zh in OF_OFFICES.items():
        found[name] = Phrase(name, name_zh)
        for row in rules.jurisdictions:
            own = f"{name} {row.code}"
            found[own] = Phrase(own, f"{name_zh}·{row.name_zh}")
    return found
