"""What a command would come to, shown before it is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
from starlette.responses import Response

from airshed.engine.commands import Body, PlaceOrder
from airshed.engine.edge import WellFormed
from airshed.model.refusal import Why
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.acts.form import REUSED, actor_of, fill, form_page, wanted
from airshed.pages.portal.afterwards import left
from airshed.pages.portal.fields import Written, name_of
from airshed.pages.portal.frame import (
    Visitor,
    on,
    page,
)
from airshed.pages.portal.happening import Change, Happening, changes, happenings
from airshed.pages.portal.meant import meant
from airshed.pages.portal.names import called_in
from airshed.pages.portal.office.cases import uses_up
from airshed.pages.portal.office.law import law_wanted
from airshed.pages.portal.opening import Trades, trading
from airshed.pages.portal.reckoning import Reckoning, reckoned
from airshed.pages.portal.refused import told
from airshed.pages.portal.sealed_bids import sealed_at
from airshed.pages.portal.second_factor import asks_code, shown_code
from airshed.pages.portal.understood import said_fields
from airshed.pages.portal.warnings import warning
from airshed.rulebook.schema import Rulebook
from airshed.service.book.clock import asked_of
from airshed.service.book.preview import Foreseen
from airshed.service.forms.form import options_of, slots
from airshed.service.forms.measures import Terms
from airshed.service.http.who import SIGNING
from airshed.service.marketdata.reading import Market


class SeenAct(NamedTuple):
    """What a command would come to, on a page."""

    happenings: Sequence[Happening]
    #: What would come of it once another confirms it, of an act of two.
    then: Sequence[Happening]
    changes: Sequence[Change]
    #: What it comes to, of an order.
    reckoning: Reckoning | None
    #: What would trade, of a session.
    trades: Sequence[Trades]
    #: What cannot be taken back, and is known by whoever confirms.
    warned: Sequence[Phrase]
    #: What whoever decides a case is to know of its appeal.
    uses_up: Phrase | None


async def preview_written(visitor: Visitor, kind: type[msgspec.Struct], fields: Mapping[str, str]) -> Response:
    """What a form would come to, or what is wrong in it."""
    filled = await fill(visitor, kind, fields)
    command = wanted(actor_of(visitor), kind, fields, filled)
    if isinstance(command, Written):
        return await form_page(visitor, kind, fields, errors=command.errors, status=422)
    return await preview(visitor, kind, fields, command)


async def preview(
    visitor: Visitor,
    kind: type[msgspec.Struct],
    fields: Mapping[str, str],
    command: WellFormed,
    wrong: Phrase | None = None,
) -> Response:
    """What a command would come to; what would be refused leads back to its form."""
    service, actor = visitor.service, actor_of(visitor)
    at = asked_of(service.provenance, None, service.clock())
    foreseen, _ = await service.market.foresee(lambda runner, when: (command,), at)
    if foreseen.answered:
        return on(f"/records/{foreseen.record.seq}?again=1")
    refusal = foreseen.record.refusal
    if refusal is not None and refusal.why is Why.KEY_REUSED:
        return await form_page(visitor, kind, {**fields, "key": ""}, notice=REUSED)
    if refusal is not None and refusal.why is Why.BIDS_SEALED and (sealed := sealed_at(foreseen.record.body)):
        return on(sealed)
    if refusal is not None:
        why = told(refusal, kind, visitor.standing.terms, body=foreseen.record.body)
        return await form_page(visitor, kind, fields, refusal=why, status=422)

    def look(market: Market, rules: Rulebook) -> tuple[SeenAct, list[tuple[Phrase, Phrase]], list[tuple[str, str]]]:
        body: Body = foreseen.record.body
        events = () if foreseen.sealed else foreseen.record.events
        all_of_it, mine = (*events, *foreseen.comes), actor.account
        called = called_in(market.state, rules)
        shown = SeenAct(
            happenings(events, rules, called),
            happenings(foreseen.comes, rules, called),
            [
                *changes(all_of_it, market.state, mine, rules),
                *left(all_of_it, market.state, mine, rules, foreseen.record.at),
            ],
            reckoned(body, events, market.state, rules) if isinstance(body, PlaceOrder) else None,
            trading(body, market.state, rules, foreseen.record.at),
            [warning(what, count, rules) for what, count in (foreseen.knowing or {}).items()],
            uses_up(market.state, rules, actor.id, all_of_it),
        )
        return (
            shown,
            [*said_fields(body, rules, called), *meant(body, market.state, rules)],
            _kept(kind, fields, foreseen, rules),
        )

    seen, said, kept = await visitor.look(look)
    law = await law_wanted(visitor, foreseen.record.body)
    asks = kind.__name__ in SIGNING and asks_code(visitor)
    return page(
        visitor,
        "preview.html.j2",
        422 if wrong is not None else 200,
        command=kind.__name__,
        name=name_of(kind),
        said_fields=said,
        kept=kept,
        seen=seen,
        foreseen=foreseen,
        then=told(foreseen.then, kind, visitor.standing.terms) if foreseen.then is not None else None,
        knowing=seen.warned,
        law=law,
        asks_code=asks,
        shown_code=shown_code(visitor) if asks else "",
        wrong=wrong,
    )


def _kept(
    kind: type[msgspec.Struct], fields: Mapping[str, str], foreseen: Foreseen, rules: Rulebook
) -> list[tuple[str, str]]:
    """What a form carries on to its confirmation: what was written, and what the preview warned of."""
    names = [slot.field for slot in slots(kind)]
    kept = {name: fields[name] for name in ("key", *names) if fields.get(name, "")}
    if foreseen.knowing is not None:
        lines = [text for option, text in options_of(foreseen.record.body, Terms.of(rules)) if option == "knowing"]
        kept["knowing"] = "\n".join(lines)
    return list(kept.items())
