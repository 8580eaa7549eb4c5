"""What was understood of a command, field by field, in both languages."""

from __future__ import annotations

import msgspec

from airshed.engine.commands import Body
from airshed.engine.procedures.sealed import SealedWish
from airshed.model.provenance import said
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal import rows
from airshed.pages.portal.fields import label_of
from airshed.pages.portal.happening import as_read, word_zh
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.form import options_of, slots
from airshed.service.forms.measures import Terms


def said_fields(body: Body, rules: Rulebook) -> list[tuple[Phrase, Phrase]]:
    """The fields of a command with what was understood; of several lines the first has the name."""
    english = options_of(body, Terms.of(rules))
    chinese = options_of(body, Terms.of(rules)._replace(money=rules.currency.name_zh))
    known = {slot.option: slot for slot in slots(type(body))}
    found: list[tuple[Phrase, Phrase]] = []
    before = ""
    for (option, text), (_, other) in zip(english, chinese, strict=True):
        slot = known[option]
        row = rows.kind_of(slot)
        if slot.field == "text" and (bid := _opened(text)) is not None:
            found += [line for line in said_fields(bid, rules) if line not in found]
            continue
        read = Phrase(as_read(text, "en"), word_zh(slot.field, as_read(other, "zh"), rules))
        if slot.field == "provenance":
            read = Phrase(*said(getattr(body, slot.field)))
        name = label_of(type(body).__name__, slot.field) if option != before else same("")
        found.append((name, read if row is None else rows.said(read, row)))
        before = option
    return found


def _opened(text: str) -> SealedWish | None:
    """The bid that a text opens; None where it is none, and is shown as it was written."""
    try:
        bid: SealedWish = msgspec.json.decode(text, type=SealedWish)
    except msgspec.MsgspecError:
        return None
    return bid
