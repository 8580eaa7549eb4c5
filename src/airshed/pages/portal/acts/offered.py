"""What a role may do, by room, those acts first that there is something for now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from airshed.engine.nouns import Actor
from airshed.engine.procedures.guards import APPROVING
from airshed.engine.state import State
from airshed.pages.kit.words import Phrase
from airshed.pages.portal.acts.form import actor_of
from airshed.pages.portal.fields import name_of, sentence_of
from airshed.pages.portal.frame import (
    acting,
    page,
)
from airshed.pages.portal.opening import sensible
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.service.forms.chinese import room_of
from airshed.service.forms.form import BODIES
from airshed.service.http.service import Service

#: Rooms that several roles ask for first, before the others.
FIRST = ("listed", "transfer", "settling", "issue", "auction", "people")


class Offered(NamedTuple):
    """A command that a role may send."""

    command: str
    name: Phrase
    sentence: Phrase
    #: Whether there is anything now that it could be about.
    now: bool


class OfferedRoom(NamedTuple):
    """The commands of a room, those first that there is something for now."""

    name: Phrase
    commands: Sequence[Offered]


def groups_of(rules: Rulebook, actor: Actor, state: State, at: int) -> list[OfferedRoom]:
    """What a role may do, by room; what is for machines and for the page of what waits stands elsewhere."""
    mine = lookup.roles(rules).get(actor.role, frozenset())
    found: dict[str, list[Offered]] = {}
    for name, kind in BODIES.items():
        if name in mine and name not in ELSEWHERE:
            now = bool(sensible([name], state, rules, actor, at))
            found.setdefault(kind.__module__, []).append(Offered(name, name_of(kind), sentence_of(kind), now))
    rooms = sorted(found, key=lambda module: _rank(module.rpartition(".")[2]))
    return [OfferedRoom(Phrase(*room_of(room)), sorted(found[room], key=lambda each: not each.now)) for room in rooms]


#: Confirmed and rejected on the page of what waits.
ELSEWHERE = APPROVING


def _rank(room: str) -> int:
    return FIRST.index(room) if room in FIRST else len(FIRST)


async def acts(service: Service, request: Request) -> Response:
    """What somebody may do."""
    visitor = await acting(service, request)
    actor = actor_of(visitor)
    groups = await visitor.look(
        lambda market, rules: groups_of(rules, actor, market.state, max(visitor.now, market.state.at))
    )
    return page(visitor, "acts.html.j2", groups=groups)
