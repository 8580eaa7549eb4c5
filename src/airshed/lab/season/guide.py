"""The guide prices that the demo's authority publishes before trading starts, one on each side of every wall.

Who may trade only among themselves have a scarcity, and so a shadow price, of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from airshed.lab.season.claiming import by_output, claim_kg
from airshed.lab.season.firms import MARGIN, Firm, guide_prices
from airshed.market.allocation import parts, split
from airshed.market.claims import ALL_BASIS_POINTS
from airshed.market.sharing.lawful import share_by_law
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.activities import zone_activities
from airshed.zone.zone import Zone

#: Those who stand behind no wall.
OPEN = ""

#: Fen per tonne by side of the walls (a walled sector, or `OPEN`) and pollutant.
Guide = dict[str, dict[str, int]]


def side_of(rules: Rulebook, firm: Firm) -> str:
    """The walled sector that a firm stands behind, or `OPEN`."""
    return firm.source.sector if firm.source.sector in rules.trade_rules.walled_sectors else OPEN


def guide(zone: Zone, rules: Rulebook, firms: Sequence[Firm], year: int) -> Guide:
    """The guide prices of a year: the shadow price of what each side will have to cover its emissions with.

    What the new-entrant reserve keeps is not there to cover emissions, so it is left out.
    """
    sides = sides_of(rules, firms)
    had = had_of(zone, rules, sides, year)
    # what follows from output is neither measured by stacks nor capped, so nothing is planned for beyond it
    exact = all(by_output(rules, place.code) for place in rules.jurisdictions)
    return {side: guide_prices(members, had[side], 0 if exact else MARGIN) for side, members in sides.items()}


def sides_of(rules: Rulebook, firms: Sequence[Firm]) -> dict[str, list[Firm]]:
    """The firms on each side of the walls."""
    sides: dict[str, list[Firm]] = {}
    for firm in firms:
        sides.setdefault(side_of(rules, firm), []).append(firm)
    return sides


def had_of(zone: Zone, rules: Rulebook, sides: dict[str, list[Firm]], year: int) -> dict[str, dict[str, int]]:
    """Allowances that each side gets of a year's caps, by pollutant."""
    had: dict[str, dict[str, int]] = {side: {rule.code: 0 for rule in rules.pollutants} for side in sides}
    for cap in rules.caps.rows:
        if cap.vintage == year and by_output(rules, cap.jurisdiction):
            for side, members in sides.items():
                here = [firm for firm in members if firm.source.jurisdiction == cap.jurisdiction]
                claims = (claim_kg(rules, firm, cap.pollutant, year) for firm in here)
                had[side][cap.pollutant] += min(cap.count, int(sum(claims)))
        elif cap.vintage == year:
            for side, count in _had(zone, rules, sides, cap.pollutant, cap.jurisdiction, cap.count).items():
                had[side][cap.pollutant] += count
    return had


def _had(
    zone: Zone, rules: Rulebook, sides: dict[str, list[Firm]], pollutant: str, place: str, cap: int
) -> dict[str, int]:
    """What each side gets of a cap: free by the law's method, and of the auction in proportion to what it lacks."""
    local = lookup.local(rules, place)
    kept = local.allocation.reserve_basis_points
    if len(sides) == 1:
        return dict.fromkeys(sides, cap * (ALL_BASIS_POINTS - kept) // ALL_BASIS_POINTS)
    law = local.allocation
    tiers = parts(cap, kept, law.auction_basis_points)
    shared = share_by_law(law, tiers, zone_activities(zone, local, pollutant, place))
    counts = {share.source: share.count for share in shared.shares}
    here = {side: [firm for firm in members if firm.source.source in counts] for side, members in sides.items()}
    free = {side: sum(counts[firm.source.source] for firm in members) for side, members in here.items()}
    lacks = {
        side: max(0, sum(firm.before_kg[pollutant] for firm in members) - free[side]) for side, members in here.items()
    }
    sold = split(tiers.for_auction, lacks if any(lacks.values()) else free)
    return {side: free[side] + sold[side] for side in sides}
