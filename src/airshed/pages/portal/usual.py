"""What stands in a form before anybody wrote in it: the day of now, and how much is owed still."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from airshed.engine.commands import Surrender
from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.portal.frame import Visitor
from airshed.pages.portal.opening import UPON_DAY
from airshed.service.forms.measures import write


async def usual(visitor: Visitor, kind: type[msgspec.Struct], asked: Mapping[str, str]) -> dict[str, str]:
    """What a form has that is opened from an address."""
    actor = visitor.actor
    if kind.__name__ in UPON_DAY:
        return {"day": visitor.today}
    if kind is not Surrender or actor is None:
        return {}
    count = await visitor.look(lambda market, rules: owed_still(market.state, actor, asked))
    return {"count": write(count, Unit.ALLOWANCES, visitor.standing.terms)} if count else {}


def owed_still(state: State, actor: Actor, asked: Mapping[str, str]) -> int:
    """What the works of a form still owes of a verified year; nothing where the address does not say enough."""
    mine = [source.id for source in state.sources.values() if source.account == actor.account]
    source = asked.get("source") or (mine[0] if len(mine) == 1 else "")
    year, pollutant = asked.get("year", ""), asked.get("pollutant", "")
    known = state.years.get((source, int(year))) if source in mine and year.isascii() and year.isdecimal() else None
    if known is None or known.verified_mg is None:
        return 0
    return known.obligation.get(pollutant, 0) - known.surrendered.get(pollutant, 0)
