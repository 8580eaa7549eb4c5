"""Issuing: caps and allocation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airshed.compliance.obligation import made_up
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.procedures import opting
from airshed.engine.procedures.guards import (
    Decision,
    Procedure,
    capped_series,
    known_source,
    no,
)
from airshed.engine.procedures.right import serve
from airshed.engine.procedures.supply import adjusted
from airshed.engine.procedures.warned import Warned, Warns, positive_only
from airshed.engine.state import State
from airshed.market.allocation import Activity, parts
from airshed.market.claims import PowerRule
from airshed.market.sharing.lawful import claims_by_law, share_by_law
from airshed.model.allowance import Series, count_of, lowest
from airshed.model.refusal import Malformed, Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook


def set_cap(state: State, rules: Rulebook, at: int, actor: str, body: c.SetCap) -> Decision:
    """A series is issued once, with the count that the rulebook's cap says (I2), and the rights to it are served."""
    series = str(Series(body.pollutant, body.jurisdiction, body.vintage))
    count = lookup.cap(rules, series)
    if count is None:
        return no(rules, "caps", Why.UNKNOWN_SERIES, f"caps.csv has no cap for {series}")
    if series in state.ledger.caps:
        return no(rules, "caps", Why.ALREADY_EXISTS, f"{series} is issued already")
    served = serve(state, rules, Series(body.pollutant, body.jurisdiction, body.vintage), count)
    return (e.CapSet(series, accounts.issuance(body.jurisdiction), count), *served)


def allocate_series(state: State, rules: Rulebook, at: int, actor: str, body: c.Allocate) -> Decision:
    """Reserve and auction part come off what rights leave of the cap, the rest is shared by the rulebook's method.

    New entrants are served from the reserve. A make-up that a source owes from an earlier year goes to the
    reserve instead of the source.
    """
    series = Series(body.pollutant, body.jurisdiction, body.vintage)
    name = str(series)
    refusal = capped_series(state, rules, name)
    if refusal:
        return refusal
    for line in body.activities:
        known = known_source(state, rules, line.source, "allocation")
        if isinstance(known, Refusal):
            return known
    if name in state.shared_out:
        return no(rules, "allocation", Why.ALREADY_EXISTS, f"{name} is shared out already")
    sectors = {sector.code for sector in rules.sectors}
    for line in body.activities:
        source = state.sources[line.source]
        if source.jurisdiction != body.jurisdiction:
            return no(rules, "allocation", Why.WRONG_KIND, f"{line.source} lies in {source.jurisdiction}")
        closed = state.closures.get(line.source, "9999")
        if int(closed[:4]) < body.vintage:
            return no(rules, "withdrawal", Why.NOT_ELIGIBLE, f"{line.source} has closed on {closed}")
        if source.sector not in sectors:
            return no(rules, "allocation", Why.WRONG_KIND, f"{line.source} is of {source.sector}, not of the programme")
        if not lookup.owes(rules, source.sector, body.pollutant):
            what = f"{line.source} is of {source.sector}, which owes no {body.pollutant}"
            return no(rules, "allocation", Why.WRONG_KIND, what)
        refusal = opting.shares(state, rules, source, line, body.pollutant, body.vintage)
        if refusal:
            return refusal
    cap = state.ledger.positions[accounts.issuance(body.jurisdiction), name].count
    law = lookup.local(rules, body.jurisdiction).allocation
    split = parts(cap, law.reserve_basis_points, law.auction_basis_points)
    try:
        shares = share_by_law(law, split, activities_of(sectors_of(state, body), rules, body), rules.allowance.size_kg)
    except Malformed as error:
        return no(rules, "allocation", Why.NOT_CONSERVED, str(error))
    blocks = state.ledger.positions[accounts.issuance(body.jurisdiction), name].blocks
    origin = accounts.issuance(body.jurisdiction)
    awards: list[e.Award] = []
    moves: list[Move] = []

    def give(account: str, count: int) -> None:
        nonlocal blocks
        if count:
            taken, blocks = lowest(blocks, count)
            moves.append(Delivered(origin, account, name, taken))

    entrants = {line.source for line in body.activities if line.entrant}
    kept = shares.reserved
    for share in shares.shares:
        account = state.sources[share.source].account
        back = made_up(share.count, state.makeup_due.get((share.source, body.pollutant), 0))
        kept += back
        give(account, share.count - back)
        entrant = share.source in entrants
        awards.append(e.Award(share.source, account, share.count, back, share.en, share.zh, entrant))
    give(accounts.auction(body.jurisdiction), shares.for_auction)
    give(accounts.reserve(body.jurisdiction), kept)
    assert not blocks, f"I2: {name} is not shared out whole"
    for_entrants = split.reserved - sum(share.count for share in shares.shares if share.source in entrants)
    kept_back = shares.reserved - for_entrants
    allocated = e.Allocated(name, law.method, kept, shares.for_auction, tuple(awards), tuple(moves), kept_back)
    return (allocated, *adjusted(state, rules, series, allocated))


def warned(state: State, rules: Rulebook, body: c.Allocate, events: tuple[e.Event, ...]) -> Warned:
    """By how much the pool is above all claims, and by how much new entrants claim more than the reserve has.

    What nobody claims is no windfall where it waits until output is verified.
    """
    (event,) = (event for event in events if isinstance(event, e.Allocated))
    law = lookup.local(rules, body.jurisdiction).allocation
    issued = sum(count_of(move.blocks) for move in event.entry if isinstance(move, Delivered))
    split = parts(issued, law.reserve_basis_points, law.auction_basis_points)
    claims = claims_by_law(law, activities_of(sectors_of(state, body), rules, body))
    new = {line.source for line in body.activities if line.entrant}
    size = rules.allowance.size_kg
    above = split.free - round(sum(kg for source, kg in claims.items() if source not in new) / size)
    cut = sum(int(kg / size) for source, kg in claims.items() if source in new) - split.reserved
    above = 0 if law.unclaimed == "cancelled" else above
    return positive_only({f"above {event.series}": above, f"cut {event.series}": cut})


def activities_of(sectors: Mapping[str, str], rules: Rulebook, body: c.Allocate) -> list[Activity]:
    """What the command says of every source, with the standards of its sector. Malformed for a detail of nobody."""
    details = details_of([line.source for line in body.activities], body.details)
    return [
        activity_of(sectors[line.source], rules, body.pollutant, line, details.get(line.source))
        for line in body.activities
    ]


def details_of(sources: Sequence[str], given: Sequence[c.ActivityDetail]) -> dict[str, c.ActivityDetail]:
    """The details by source. Malformed for those of nobody who has a line, and for those that stand twice."""
    details: dict[str, c.ActivityDetail] = {}
    for each in given:
        if each.source not in sources:
            raise Malformed(f"details of {each.source}", "it has no line", "give details of sources that share")
        if each.source in details:
            raise Malformed(f"details of {each.source}", "they stand there twice", "give them once")
        details[each.source] = each
    return details


def sectors_of(state: State, body: c.Allocate) -> dict[str, str]:
    """The sector of every source that the command names."""
    return {line.source: state.sources[line.source].sector for line in body.activities}


def activity_of(
    sector: str, rules: Rulebook, pollutant: str, line: c.ActivityLine, detail: c.ActivityDetail | None = None
) -> Activity:
    """What a line of the command says of a source of a sector, with the standards of that."""
    row = lookup.benchmark(rules, sector, pollutant)
    factor = lookup.benchmark_factors(rules).get((sector, pollutant))
    heat_g = None if factor is None else factor.heat_benchmark_g
    return Activity(
        source=line.source,
        sector=sector,
        years=line.years,
        emitted_kg=line.emitted_kg,
        output=line.output,
        benchmark_g=row.benchmark_g,
        quota_g=row.quota_g,
        entrant=line.entrant,
        exposure_basis_points=None if factor is None else factor.exposure_basis_points,
        quota_kg=None if detail is None else detail.quota_kg,
        heat_mmbtu=() if detail is None else detail.heat_mmbtu,
        power=None if detail is None else _power(detail, heat_g),
    )


def _power(detail: c.ActivityDetail, heat_g: int | None) -> PowerRule | None:
    """What the output-based claim asks of a power plant; None where neither fuel nor cooling is stated."""
    if detail.fuel is None or detail.cooling is None:
        return None
    if detail.heat_gj and detail.heat_basis_points is None:
        raise Malformed(f"details of {detail.source}", "heat is sold, and heat_basis_points is not given", "give it")
    sold = detail.heat_basis_points or 0
    return PowerRule(detail.fuel, detail.cooling, detail.heat_gj, heat_g, sold, detail.load_basis_points)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.SetCap: set_cap,
    c.Allocate: allocate_series,
}

#: What commands are to say that it is known.
WARNS: dict[type, Warns] = {
    c.Allocate: Warns("allocation", warned),
}
