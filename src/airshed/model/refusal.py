"""Why something is not done: a refusal is a value of the market, malformed input is an error of the edge."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Malformed(ValueError):
    """Input that cannot be read. It names the place, what is wrong there, and the cure."""

    def __init__(self, place: str, what: str, cure: str) -> None:
        super().__init__(f"{place}: {what}; {cure}")
        self.place = place
        self.what = what
        self.cure = cure


class Why(StrEnum):
    """Reasons to refuse a command, in the order in which they are looked for: the first that holds is given."""

    # the command itself
    KEY_REUSED = "key_reused"
    NO_RULEBOOK = "no_rulebook"
    RULEBOOK_MISMATCH = "rulebook_mismatch"
    UNKNOWN_ACTOR = "unknown_actor"
    ROLE_MAY_NOT = "role_may_not"
    NOT_YOUR_OWN = "not_your_own"
    OWN_ACT = "own_act"
    # the things it names
    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_SERIES = "unknown_series"
    UNKNOWN_SOURCE = "unknown_source"
    UNKNOWN_STACK = "unknown_stack"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_AUCTION = "unknown_auction"
    ALREADY_EXISTS = "already_exists"
    WRONG_KIND = "wrong_kind"
    # the state they are in
    ACCOUNT_FROZEN = "account_frozen"
    SESSION_CLOSED = "session_closed"
    AUCTION_CLOSED = "auction_closed"
    DAY_SEALED = "day_sealed"
    DAYS_MISSING = "days_missing"
    HOURS_MISSING = "hours_missing"
    NOT_REPORTED = "not_reported"
    NOT_VERIFIED = "not_verified"
    YEAR_CLOSED = "year_closed"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    # the quantities
    NOT_POSITIVE = "not_positive"
    TOO_LARGE = "too_large"
    OFF_LOT = "off_lot"
    OFF_TICK = "off_tick"
    UNDER_RESERVE = "under_reserve"
    OUTSIDE_BAND = "outside_band"
    OVER_CAP = "over_cap"
    NOT_CONSERVED = "not_conserved"
    NOT_ADMITTED = "not_admitted"
    SELF_TRADE = "self_trade"
    # what is there to pay with
    INSUFFICIENT_HOLDING = "insufficient_holding"
    INSUFFICIENT_CASH = "insufficient_cash"
    NOTHING_DUE = "nothing_due"


PRECEDENCE: dict[Why, int] = {why: place for place, why in enumerate(Why)}


class Refusal(msgspec.Struct, frozen=True):
    """Why a command changes nothing: the reason, the thing and the cure in one sentence, the article it rests on."""

    why: Why
    detail: str
    cite: str
