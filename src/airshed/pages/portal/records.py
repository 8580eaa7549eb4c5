"""A record of the book as a receipt: what was done, what came of it, its number and its hash."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.events import ActProposed
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.acts import WaitingAct, said_fields, told, waiting_act
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.happening import Happening, happenings
from airshed.pages.portal.meant import meant
from airshed.rulebook.schema import Rulebook
from airshed.service.http.reading import record_for
from airshed.service.http.rows import whole_number
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market


async def record(service: Service, request: Request) -> Response:
    """One record, as far as it is for who asks."""
    visitor = await visitor_of(service, request)
    seq = whole_number(request.path_params["seq"], "record")
    actor = "" if visitor.actor is None else visitor.actor.id
    found = await service.readers.read(lambda book: record_for(book, actor, seq, visitor.now))
    body: Any = found.body

    events = found.events or ()
    proposed = [event.act for event in events if isinstance(event, ActProposed)]

    def look(
        market: Market, rules: Rulebook
    ) -> tuple[Sequence[tuple[Phrase, Phrase]], Sequence[Happening], list[WaitingAct]]:
        acts = market.state.acts
        waits = [waiting_act(acts[number], market, rules) for number in proposed if number in acts]
        fields = [] if body is None else said_fields(body, rules)
        return [*fields, *(meant(body, market.state, rules) if waits else ())], happenings(events, rules), waits

    fields, happened, waits = await visitor.look(look)
    return page(
        visitor,
        "record.html.j2",
        record=found,
        name=None if body is None else name_of(type(body)),
        said_fields=fields,
        happenings=happened,
        refusal=told(found.refusal, type(body), visitor.standing.terms)
        if found.refusal is not None and body is not None
        else None,
        waits=waits,
        proposed=bool(proposed),
        again=request.query_params.get("again") == "1",
    )
