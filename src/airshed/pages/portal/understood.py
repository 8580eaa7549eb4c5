"""What was understood of a command, field by field, in both languages."""

from __future__ import annotations

import msgspec

from airshed.engine.commands import Body
from airshed.engine.procedures.sealed import SealedWish
from airshed.model.allowance import is_strip
from airshed.model.provenance import said
from airshed.pages.kit.words import LANGUAGES, Phrase, same
from airshed.pages.portal import rows
from airshed.pages.portal.fields import WARNED, label_of
from airshed.pages.portal.happening import ACCOUNTS, as_read, mass_of, terms_for, word_en, word_zh
from airshed.pages.portal.names import Called
from airshed.pages.portal.warnings import warning
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import options_of, slots


def said_fields(body: Body, rules: Rulebook, called: Called | None = None) -> list[tuple[Phrase, Phrase]]:
    """The fields of a command with what was understood; of several lines the first has the name."""
    english, chinese = (options_of(body, terms_for(rules, language)) for language in LANGUAGES)
    known = {slot.option: slot for slot in slots(type(body))}
    found: list[tuple[Phrase, Phrase]] = []
    before = ""
    for (option, text), (_, other) in zip(english, chinese, strict=True):
        slot = known[option]
        row = rows.kind_of(slot)
        if slot.field == WARNED:
            continue
        if slot.field == "text" and (bid := _opened(text)) is not None:
            found += [line for line in said_fields(bid, rules, called) if line not in found]
            continue
        read = Phrase(word_en(slot.field, as_read(text, "en")), word_zh(slot.field, as_read(other, "zh"), rules))
        series = str(getattr(body, "series", ""))
        if slot.field == "count" and is_strip(series):
            read = mass_of(int(getattr(body, slot.field)), rules, series)
        if called is not None and slot.field in ACCOUNTS:
            read = called(text)
        if slot.field == "provenance":
            read = Phrase(*said(getattr(body, slot.field)))
        name = label_of(type(body).__name__, slot.field) if option != before else same("")
        found.append((name, read if row is None else rows.said(read, row)))
        before = option
    for place, (what, count) in enumerate(getattr(body, WARNED, {}).items()):
        name = same("") if place else label_of(type(body).__name__, WARNED)
        found.append((name, warning(what, count, rules)))
    return found


def _opened(text: str) -> SealedWish | None:
    """The bid that a text opens; None where it is none, and is shown as it was written."""
    try:
        bid: SealedWish = msgspec.json.decode(text, type=SealedWish)
    except msgspec.MsgspecError:
        return None
    return bid
