"""What an order would come to, beside the form in which it is written: nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.commands import Command
from airshed.engine.edge import looked_at
from airshed.engine.nouns import Actor
from airshed.model.refusal import Malformed
from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.fields import label_of, read
from airshed.pages.portal.frame import acting, fields_of
from airshed.pages.portal.happening import Change, changes
from airshed.pages.portal.live import fragment
from airshed.pages.portal.reckoning import Reckoning, reckoned
from airshed.pages.portal.refused import Told, told
from airshed.rulebook.schema import Rulebook
from airshed.service.book.clock import asked_of
from airshed.service.forms.form import BODIES
from airshed.service.forms.measures import Terms
from airshed.service.http.problems import Stopped
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: The key of an order that is looked at and never sent.
PREVIEWED = "previewed"


class Ticket(NamedTuple):
    """An order that was written and not sent."""

    refusal: Told | None
    changes: Sequence[Change]
    #: What it comes to, where it is not refused.
    reckoning: Reckoning | None


async def ticket(service: Service, request: Request) -> Response:
    """What an order would come to, as a part beside the form: nothing of it is kept."""
    fields = await fields_of(service, request)
    visitor = await acting(service, request)
    actor = visitor.actor
    assert actor is not None
    assert visitor.signed is not None
    if visitor.signed.session is None or not service.door.own_form(
        request, visitor.signed.session, fields.get("csrf", "")
    ):
        raise Stopped("csrf", "the form is older than the sign-in")
    kind = BODIES["PlaceOrder"]
    found = read(kind, fields, visitor.standing.terms, visitor.standing.money)
    errors = {name: said for name, said in found.errors.items() if fields.get(name, "").strip()}
    if not found.errors:
        try:
            command = looked_at(Command(actor.id, PREVIEWED, found.body))
        except Malformed as error:
            errors[""] = Phrase(f"{error.what}; {error.cure}", f"无法识别：{error.what}")
    if found.errors or errors:
        said = [(label_of("PlaceOrder", name) if name else same(""), text) for name, text in errors.items()]
        return fragment(visitor, "parts/ticket.html.j2", ticket=None, errors=said)
    at = asked_of(service.provenance, None, service.clock())
    foreseen, _ = await service.market.foresee(lambda runner, when: (command,), at)
    record = foreseen.record

    def look(market: Market, rules: Rulebook) -> Ticket:
        return _ticket(market, rules, actor, record)

    return fragment(visitor, "parts/ticket.html.j2", ticket=await visitor.look(look), errors=[])


def _ticket(market: Market, rules: Rulebook, actor: Actor, record: Any) -> Ticket:
    if record.refusal is not None:
        return Ticket(told(record.refusal, type(record.body), Terms.of(rules), body=record.body), (), None)
    return Ticket(
        None,
        changes(record.events, market.state, actor.account, rules),
        reckoned(record.body, record.events, market.state, rules),
    )
