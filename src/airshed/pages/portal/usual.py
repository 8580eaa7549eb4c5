"""What stands in a form before anybody wrote in it: the day of now, what is owed still, what was reported."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from airshed.engine.commands import Surrender
from airshed.engine.nouns import Actor
from airshed.engine.state import State
from airshed.model.measures import Unit
from airshed.pages.portal.determined import is_year, reported, sets_a_year
from airshed.pages.portal.frame import Visitor
from airshed.pages.portal.opening import CLOSES, UPON_DAY
from airshed.service.forms.measures import write


async def usual(visitor: Visitor, kind: type[msgspec.Struct], asked: Mapping[str, str]) -> dict[str, str]:
    """What a form has that is opened from an address."""
    actor = visitor.actor
    if kind.__name__ in UPON_DAY:
        session = await visitor.look(lambda market, rules: market.state.session)
        return {"day": session if session and kind.__name__ == CLOSES else visitor.today}
    if actor is None:
        return {}
    terms = visitor.standing.terms
    if kind is Surrender:
        count = await visitor.look(lambda market, rules: owed_still(market.state, actor, asked))
        return {"count": write(count, Unit.ALLOWANCES, terms)} if count else {}
    if sets_a_year(kind):
        masses = await visitor.look(lambda market, rules: reported(market.state, rules, asked))
        return {"mass_g": "\n".join(f"{name}: {write(grams, Unit.G, terms)}" for name, grams in masses.items())}
    return {}


def owed_still(state: State, actor: Actor, asked: Mapping[str, str]) -> int:
    """What the works of a form still owes of a verified year; nothing where the address does not say enough."""
    mine = [source.id for source in state.sources.values() if source.account == actor.account]
    source = asked.get("source") or (mine[0] if len(mine) == 1 else "")
    year, pollutant = asked.get("year", ""), asked.get("pollutant", "")
    known = state.years.get((source, int(year))) if source in mine and is_year(year) else None
    if known is None or known.verified_mg is None:
        return 0
    return known.obligation.get(pollutant, 0) - known.surrendered.get(pollutant, 0)
