"""How limits, walls and rounds of a call are called in both languages."""

from __future__ import annotations

from airshed.market.zonecall.nouns import OPEN
from airshed.pages.call.facts import CallFacts
from airshed.pages.kit.words import Phrase, same

WALLS = {
    OPEN: Phrase("open to all", "开放"),
    "power": Phrase("power plants", "火电"),
    "steel": Phrase("steel", "钢铁"),
    "cement": Phrase("cement", "水泥"),
}
TRADES = {
    "zone": Phrase("the whole zone", "全区"),
    "city": Phrase("each city by itself", "各市封闭"),
}


def wall_name(wall: str) -> Phrase:
    """A side of a wall."""
    return WALLS.get(wall, same(wall))


def limit_name(call: CallFacts, name: str) -> Phrase:
    """A limit, or cover itself where there is none.

    >>> facts = CallFacts("SO2", (), "", "", None, {"KM": Phrase("Kunming", "昆明")})
    >>> limit_name(facts, "area KM"), limit_name(facts, "receptor kunming-air").zh
    (Phrase(en='area of Kunming', zh='昆明辖区'), '受体 kunming-air')
    """
    if not name:
        return Phrase("cover itself", "配额本身")
    kind, _, thing = name.partition(" ")
    if kind == "area":
        return Phrase(f"area of {call.name(thing).en}", f"{call.name(thing).zh}辖区")
    return Phrase(f"air at {thing}", f"受体 {thing}")
