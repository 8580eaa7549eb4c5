"""What a law regulates of a zone: the works of the sectors and processes that it names, and what belongs to them.

Whatever is worked out of a zone under a law begins with this, so that works of further trades owe nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone, ZoneSource


def regulated(zone: Zone, rules: Rulebook) -> Zone:
    """The zone without works that a law does not cover, and without outlets and steps that are about nothing it caps.

    Works of a sector that only owe when they opt in are none of it: a zone does not say who did. The zone itself where
    that is all of it.
    """
    named = {each.code: each.processes for each in rules.sectors if lookup.owes_from(rules, each.code) != lookup.NEVER}
    sources = tuple(source for source in zone.sources if covered(source, named))
    caps = {source.source: {rule.measured for rule in lookup.owed(rules, source.sector)} for source in sources}
    stacks = tuple(
        each for each in zone.stacks if each.source in caps and not caps[each.source].isdisjoint(each.monitors)
    )
    options = tuple(each for each in zone.options if each.pollutant in caps.get(each.source, ()))
    if (len(sources), len(stacks), len(options)) == (len(zone.sources), len(zone.stacks), len(zone.options)):
        return zone
    return msgspec.structs.replace(
        zone,
        sources=sources,
        stacks=stacks,
        baseline=tuple(year for year in zone.baseline if year.source in caps),
        technologies=tuple(each for each in zone.technologies if each.sector in named),
        options=options,
    )


def covered(source: ZoneSource, named: Mapping[str, Sequence[str] | None]) -> bool:
    """Whether its sector is among those that are named, and its process among those of the sector."""
    if source.sector not in named:
        return False
    processes = named[source.sector]
    return processes is None or source.process in processes
