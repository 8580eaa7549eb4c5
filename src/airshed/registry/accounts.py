"""Accounts: who holds allowances and money, and which of them the programme itself opens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec


class AccountKind(StrEnum):
    """What an account is for."""

    OPERATOR = "operator"
    TRADER = "trader"
    PUBLIC = "public"
    ISSUANCE = "issuance"
    AUCTION = "auction"
    RESERVE = "reserve"
    SURRENDERED = "surrendered"
    CANCELLED = "cancelled"
    EXCHANGE = "exchange"
    TREASURY = "treasury"
    BANK = "bank"


class AccountState(StrEnum):
    """What an account may do now, in one word."""

    OPEN = "open"
    SOME_RESTRICTED = "some_transactions_restricted"
    ALL_RESTRICTED = "all_transactions_restricted"
    SUSPENDED = "suspended"
    TRANSFER_PENDING = "transfer_pending"
    CLOSURE_PENDING = "closure_pending"
    CLOSED = "closed"


#: How each state is said, in English and in Chinese.
STATE_WORDS: Mapping[AccountState, tuple[str, str]] = {
    AccountState.OPEN: ("open", "正常"),
    AccountState.SOME_RESTRICTED: ("some transactions restricted", "部分交易受限"),
    AccountState.ALL_RESTRICTED: ("frozen", "冻结"),
    AccountState.SUSPENDED: ("suspended", "暂停"),
    AccountState.TRANSFER_PENDING: ("transfer pending", "转让中"),
    AccountState.CLOSURE_PENDING: ("closure pending", "注销中"),
    AccountState.CLOSED: ("closed", "已注销"),
}

#: Kinds that people open; the others belong to the programme.
PRIVATE = (AccountKind.OPERATOR, AccountKind.TRADER, AccountKind.PUBLIC)


class Account(msgspec.Struct, frozen=True):
    """An account of the registry. `group` is the corporate group, empty when none is known."""

    #: Name of the account.
    id: str
    #: What the account is for.
    kind: AccountKind
    #: Name of the holder.
    name: str
    #: Code of the jurisdiction; empty for an account of the whole programme.
    jurisdiction: str
    #: Corporate group, empty when none is known.
    group: str = ""


BANK = "bank"
TREASURY = "treasury"
EXCHANGE = "exchange"
#: What the names of the programme's own accounts begin with; people may not take such a name.
PROGRAMME_NAMES = frozenset({BANK, TREASURY, EXCHANGE, "issuance", "auction", "reserve", "surrendered", "cancelled"})


def issuance(jurisdiction: str) -> str:
    """The account in which a jurisdiction's allowances come into being."""
    return f"issuance-{jurisdiction}"


def auction(jurisdiction: str) -> str:
    """The account from which a jurisdiction sells."""
    return f"auction-{jurisdiction}"


def reserve(jurisdiction: str) -> str:
    """The government reserve: new entrants, repurchases, what may not be banked."""
    return f"reserve-{jurisdiction}"


def surrendered(jurisdiction: str) -> str:
    """Where allowances end that paid for an emission."""
    return f"surrendered-{jurisdiction}"


def cancelled(jurisdiction: str) -> str:
    """Where allowances end that their holder has given up for no emission."""
    return f"cancelled-{jurisdiction}"


def programme_accounts(jurisdictions: Iterable[str]) -> tuple[Account, ...]:
    """The accounts that a programme has from its first day, in a fixed order."""
    opened = [
        Account(BANK, AccountKind.BANK, "Settlement bank", ""),
        Account(TREASURY, AccountKind.TREASURY, "Treasury", ""),
        Account(EXCHANGE, AccountKind.EXCHANGE, "Exchange", ""),
    ]
    for code in jurisdictions:
        opened += [
            Account(issuance(code), AccountKind.ISSUANCE, f"Issuance {code}", code),
            Account(auction(code), AccountKind.AUCTION, f"Auction {code}", code),
            Account(reserve(code), AccountKind.RESERVE, f"Government reserve {code}", code),
            Account(surrendered(code), AccountKind.SURRENDERED, f"Surrendered {code}", code),
            Account(cancelled(code), AccountKind.CANCELLED, f"Cancelled {code}", code),
        ]
    return tuple(opened)
