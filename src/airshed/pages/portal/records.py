"""A record of the book as a receipt: what was done, what came of it, its number and its hash."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.events import ActProposed
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import page, visitor_of
from airshed.pages.portal.happening import happenings
from airshed.pages.portal.meant import meant
from airshed.pages.portal.names import called_in
from airshed.pages.portal.onward import onward
from airshed.pages.portal.refused import told
from airshed.pages.portal.understood import said_fields
from airshed.pages.portal.waiting import waiting_act
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

    def look(market: Market, rules: Rulebook) -> dict[str, Any]:
        acts, mine = market.state.acts, visitor.actor is not None and visitor.actor.id == found.actor
        waits = [waiting_act(acts[number], market, rules) for number in proposed if number in acts]
        called = called_in(market.state, rules)
        fields = [] if body is None else said_fields(body, rules, called)
        return {
            "said_fields": [*fields, *(meant(body, market.state, rules) if waits else ())],
            "happenings": happenings(events, rules, called),
            "waits": waits,
            "onward": onward(body, events, market.state, visitor.actor) if mine and visitor.actor is not None else (),
        }

    return page(
        visitor,
        "record.html.j2",
        record=found,
        name=None if body is None else name_of(type(body)),
        **await visitor.look(look),
        refusal=told(found.refusal, type(body), visitor.standing.terms, body=body)
        if found.refusal is not None and body is not None
        else None,
        proposed=bool(proposed),
        again=request.query_params.get("again") == "1",
    )
