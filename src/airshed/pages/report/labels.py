"""How places, sectors and sources are called on the page."""

from __future__ import annotations

from airshed.model.provenance import SIMULATED
from airshed.pages.kit.words import Phrase
from airshed.pages.report.facts import Facts
from airshed.rulebook.schema import Rulebook


def place_names(rules: Rulebook) -> dict[str, Phrase]:
    """Jurisdictions by code, short enough for an axis."""
    return {place.code: Phrase(place.name_en.split(",")[0], place.name_zh) for place in rules.jurisdictions}


def sector_names(rules: Rulebook) -> dict[str, Phrase]:
    """Sectors by code."""
    return {sector.code: Phrase(sector.name_en, sector.name_zh) for sector in rules.sectors}


def source_label(facts: Facts, source: str) -> Phrase:
    """The name of a source, with the mark of simulated ones."""
    name = facts.names[source]
    if source not in facts.simulated:
        return name
    return Phrase(f"{name.en} ({SIMULATED})", f"{name.zh}（模拟）")
