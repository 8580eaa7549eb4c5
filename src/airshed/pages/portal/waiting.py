"""Acts of two: what waits for somebody, and what of theirs waits for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.procedures.people_rights import confirmers
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.fields import name_of
from airshed.pages.portal.frame import COUNT, acting, page
from airshed.pages.portal.live import Part, Sight, parts
from airshed.pages.portal.meant import meant
from airshed.pages.portal.names import called_in
from airshed.pages.portal.understood import said_fields
from airshed.rulebook.schema import Rulebook
from airshed.service.book.acts import waiting_for
from airshed.service.http.service import Service
from airshed.service.marketdata.reading import Market

#: People who are named for an act that waits.
MOST_NAMED = 5


class ActToConfirm(NamedTuple):
    """An act that waits for a second person."""

    number: int
    name: Phrase
    proposer: str
    until: int | None
    fields: Sequence[tuple[Phrase, Phrase]]
    #: Some of those who may confirm it.
    confirms: Sequence[str]


def _waiting(sight: Sight) -> Mapping[str, Any]:
    assert sight.actor is not None
    state, actor = sight.market.state, sight.actor.id
    mine = waiting_for(state, sight.rules, actor, sight.at)
    yours = [act.id for act in state.acts.values() if act.actor == actor]
    return {
        "for_you": [waiting_act(state.acts[number], sight.market, sight.rules) for number in mine],
        "of_yours": [waiting_act(state.acts[number], sight.market, sight.rules) for number in yours],
    }


def _count(sight: Sight) -> Mapping[str, Any]:
    assert sight.actor is not None
    return {"waiting": len(waiting_for(sight.market.state, sight.rules, sight.actor.id, sight.at))}


WAITING: Mapping[str, Part] = {"waiting": Part("parts/waiting.html.j2", _waiting, whose="actor")}
PARTS: Mapping[str, Part] = {**WAITING, COUNT: Part("parts/count.html.j2", _count, whose="actor")}


async def waiting(service: Service, request: Request) -> Response:
    """What waits for somebody, and what of theirs waits for another."""
    visitor = await acting(service, request)
    return page(visitor, "waiting.html.j2", parts=await parts(visitor, WAITING))


def waiting_act(act: Any, market: Market, rules: Rulebook) -> ActToConfirm:
    """An act that waits, with some of those who may confirm it."""
    others = (name for name in confirmers(market.state, rules, act.actor, act.body) if name != act.actor)
    confirms = list(islice(others, MOST_NAMED))
    said = [*said_fields(act.body, rules, called_in(market.state, rules)), *meant(act.body, market.state, rules)]
    return ActToConfirm(act.id, name_of(type(act.body)), act.actor, act.until, said, confirms)
