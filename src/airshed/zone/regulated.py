"""What a law regulates of a zone: the works of the sectors that it names, and what belongs to them.

Whatever is worked out of a zone under a law begins with this, so that works of further trades owe nothing.
"""

from __future__ import annotations

import msgspec

from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone


def regulated(zone: Zone, rules: Rulebook) -> Zone:
    """The zone without the works of sectors that a law does not name; the zone itself where it names all of them."""
    named = {each.code for each in rules.sectors}
    if all(source.sector in named for source in zone.sources):
        return zone
    sources = tuple(source for source in zone.sources if source.sector in named)
    own = {source.source for source in sources}
    return msgspec.structs.replace(
        zone,
        sources=sources,
        stacks=tuple(stack for stack in zone.stacks if stack.source in own),
        baseline=tuple(year for year in zone.baseline if year.source in own),
        technologies=tuple(each for each in zone.technologies if each.sector in named),
        options=tuple(option for option in zone.options if option.source in own),
    )
