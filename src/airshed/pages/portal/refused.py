"""A refusal on a page: what it says in both languages, and the field beside which it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from airshed.model.refusal import Refusal, Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.amounts import detail
from airshed.service.forms.articles import article_zh
from airshed.service.forms.form import slots
from airshed.service.forms.measures import Terms

#: The fields beside which a refusal stands: the first of them that the command has. Of a thing that is unknown it is
#: the field of that thing; what is about nobody's field stands above the form.
BESIDE: Mapping[Why, Sequence[str]] = {
    **dict.fromkeys(
        (
            *(Why.NOT_POSITIVE, Why.TOO_LARGE, Why.TOO_SMALL, Why.OVER_ENTITLEMENT, Why.OFF_LOT, Why.OVER_POSITION),
            *(Why.INSUFFICIENT_HOLDING, Why.BOUGHT_TODAY, Why.OVER_GUARANTEE, Why.STILL_OWED, Why.SERIALS_GONE),
        ),
        ("count", "fen", "mass_g"),
    ),
    Why.INSUFFICIENT_CASH: ("count", "fen"),
    **dict.fromkeys(
        (Why.OFF_TICK, Why.OUTSIDE_BAND, Why.OUTSIDE_COLLAR, Why.UNDER_RESERVE),
        ("limit", "price", "reserve", "minimum"),
    ),
    **dict.fromkeys((Why.MARKET_HALTED, Why.CROSSING, Why.WALLED_OFF, Why.EXPIRED_VINTAGE, Why.ADDS_LOAD), ("series",)),
    Why.FIRST_TOO_SMALL: ("first",),
    Why.TERM_TOO_LONG: ("until", "years", "last"),
    Why.UNTRUSTED: ("target",),
    Why.UNEXPLAINED: ("reason", "explained"),
    Why.UNPROVEN: ("evidence",),
    Why.NOT_ELIGIBLE: ("source",),
    Why.DAY_SEALED: ("day",),
    **dict.fromkeys(
        (Why.YEAR_CLOSED, Why.NOT_REPORTED, Why.NOT_VERIFIED, Why.DAYS_MISSING, Why.MARKS_OPEN), ("year", "day")
    ),
    Why.UNKNOWN_ACCOUNT: ("account", "target", "buyer", "origin"),
    Why.NOT_YOUR_OWN: ("account", "origin", "source"),
    Why.OUT_OF_SCOPE: ("jurisdiction", "account", "source", "series", "place"),
    Why.ACCOUNT_FROZEN: ("account", "origin"),
    Why.ALREADY_EXISTS: ("actor", "account", "source", "auction", "call", "sale", "repurchase", "vintage"),
}
#: Words of a refusal that tell its field better than its cause does.
BY_WORDS = (
    ("by its SHA-256", "evidence"),
    ("bound to no jurisdiction", "jurisdiction"),
    ("is no jurisdiction of the zone", "jurisdiction"),
    ("acts in one jurisdiction; name it", "jurisdiction"),
    ("acts for one account; name it", "account"),
)
#: Titles of refusals of a field that their cause says too widely.
TITLES: Mapping[tuple[Why, str], Phrase] = {
    (Why.TOO_SMALL, "fen"): Phrase("An amount of money is less than the rules ask for.", "金额低于下限。"),
    (Why.TOO_LARGE, "fen"): Phrase(
        "An amount of money is more than the rules or what is owed allow.", "金额超过上限。"
    ),
    (Why.NOT_POSITIVE, "fen"): Phrase("An amount of money is zero or below.", "金额须大于零。"),
    (Why.UNEXPLAINED, "evidence"): Phrase("The document that it rests on is missing.", "缺少所依据的文件。"),
}


class Told(NamedTuple):
    """A refusal on a page."""

    title: Phrase
    #: The thing, the place and the cure.
    detail: Phrase
    article: Phrase
    #: The field that caused it; empty where none did.
    field: str
    #: The record of it, where it was sent.
    seq: int | None = None


def told(refusal: Refusal, kind: type[msgspec.Struct], terms: Terms, seq: int | None = None) -> Told:
    """A refusal with the field beside which it stands, its amounts in tonnes and money."""
    names = [slot.field for slot in slots(kind)]
    beside = [name for name in BESIDE.get(refusal.why, ()) if name in names]
    thing = refusal.why.value.removeprefix("unknown_")
    if not beside and thing in names:
        beside = [thing]
    beside = [name for words, name in BY_WORDS if name in names and words in refusal.detail] or beside
    article = Phrase(refusal.cite, article_zh(refusal.cite))
    said = detail(refusal.detail, terms.size_kg)
    field = beside[0] if beside else ""
    title = TITLES.get((refusal.why, field)) or Phrase(refusal.why.english, refusal.why.chinese)
    return Told(title, said, article, field, seq)
