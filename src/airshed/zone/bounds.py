"""Caps that are only a bound, held against what the law itself gives: none may cut what its rules promise."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

from airshed.market.allocation import parts
from airshed.market.sharing.lawful import claims_by_law
from airshed.model.measures import tonnes
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import zone_activities
from airshed.zone.zone import Zone


def below_claims(zone: Zone, rules: Rulebook) -> Iterator[Malformed]:
    """Every cap that is but a bound, for output says how many there are, and is below what works claim.

    `zone` is what the law regulates. Where a cap is absolute it may be scarce.
    """
    for cap in () if rules.caps.absolute else rules.caps.rows:
        law = lookup.local(rules, cap.jurisdiction).allocation
        works = [each for each in zone_activities(zone, rules, cap.pollutant, cap.jurisdiction) if not each.entrant]
        claimed = ceil(sum(claims_by_law(law, works).values()) / rules.allowance.size_kg)
        free = parts(cap.count, law.reserve_basis_points, law.auction_basis_points).free
        if free < claimed:
            place = f"caps.csv {cap.pollutant} {cap.jurisdiction} {cap.vintage}"
            what = f"{tonnes(free)} t to share are less than the {tonnes(claimed)} t that the law's own rules give"
            least = ceil(cap.count * claimed / free) if free else claimed
            yield Malformed(place, what, f"write {least} or more, or absolute = true in [caps]")
