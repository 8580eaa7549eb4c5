"""Entering: new and extended sources are served from the reserve, by benchmark x capacity x utilisation."""

from __future__ import annotations

from airshed.compliance.obligation import made_up
from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.apply.reserve import entrants_left
from airshed.engine.nouns import Application
from airshed.engine.procedures.deadlines import expired
from airshed.engine.procedures.guards import (
    MOST,
    Decision,
    Procedure,
    capped_series,
    known_source,
    no,
    own_account,
    positive,
    staying,
    thawed,
)
from airshed.engine.state import State
from airshed.market.allocation import Activity, Allocation, entrants, split, unused_said
from airshed.model.allowance import Blocks, Series, lowest
from airshed.model.measures import part_fen, value_fen, yuan
from airshed.model.refusal import Refusal, Why
from airshed.registry import accounts
from airshed.registry.moves import Delivered, Move, Paid
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook

LAW = "new_entrants"


def apply_for_reserve(state: State, rules: Rulebook, at: int, actor: str, body: c.ApplyForReserve) -> Decision:
    """A new source, or new capacity at an old one; the whole price of the claim is set aside."""
    source = known_source(state, rules, body.source)
    if isinstance(source, Refusal):
        return source
    refusal = own_account(state, rules, actor, source.account) or capped_series(state, rules, body.series)
    if refusal:
        return refusal
    same = [each for each in state.applications.values() if (each.source, each.series) == (source.id, body.series)]
    if any(each.state == "waiting" or (each.state == "granted" and each.kind == body.kind == "new") for each in same):
        return no(rules, LAW, Why.ALREADY_EXISTS, f"{source.id} has applied for {body.series} already")
    refusal = thawed(state, rules, source.account) or staying(state, rules, source.id)
    if refusal:
        return refusal
    series = Series.parse(body.series)
    last = f"{series.vintage}-{rules.new_entrants.apply_by}"
    if rules.civil.day_of(at) > last:
        return no(rules, LAW, Why.TOO_LATE, f"the last day to apply for {body.series} was {last}")
    why_not = _not_for(state, body, source.jurisdiction)
    if why_not:
        return no(rules, LAW, Why.NOT_ELIGIBLE, why_not)
    refusal = positive(rules, LAW, "the capacity", body.capacity)
    if refusal:
        return refusal
    wanted = _served(state, rules, series, [(source.id, body.capacity)], MOST).shares[0].count
    if wanted == 0:
        return no(rules, LAW, Why.NOT_POSITIVE, f"a capacity of {body.capacity} earns less than one allowance")
    if wanted > state.ledger.caps[body.series]:
        what = f"a capacity of {body.capacity} earns {wanted} allowances, more than the cap of {body.series}"
        return no(rules, LAW, Why.TOO_LARGE, what)
    fixed = lookup.sale_price(rules, series.pollutant) or 0
    price = part_fen(fixed, rules.new_entrants.price_basis_points)
    held = value_fen(wanted, price)
    free = state.ledger.purses[source.account].free
    if free < held:
        return no(rules, LAW, Why.INSUFFICIENT_CASH, f"{source.account} has {yuan(free)} yuan free, not {yuan(held)}")
    return (
        e.ApplicationMade(
            state.next_application,
            source.id,
            source.account,
            body.series,
            body.kind,
            body.capacity,
            wanted,
            price,
            held,
        ),
    )


def _not_for(state: State, body: c.ApplyForReserve, jurisdiction: str) -> str:
    series = Series.parse(body.series)
    if jurisdiction != series.jurisdiction:
        return f"{body.source} lies in {jurisdiction}; the reserve of {series.jurisdiction} is not for it"
    if body.source in state.closures:
        return f"{body.source} has closed on {state.closures[body.source]}"
    granted = state.grants.get((body.source, body.series))
    if body.kind == "new" and granted is not None:
        return f"{body.source} has a grant of {body.series}; it may apply for an extension"
    if body.kind == "extension" and granted is None:
        return f"{body.source} has no grant of {body.series} to extend; it may apply as a new source"
    return ""


def _served(state: State, rules: Rulebook, series: Series, claims: list[tuple[str, int]], pool: int) -> Allocation:
    """What a pool gives to (source, capacity) claims, cut alike when it is too small."""
    return entrants(
        pool,
        [
            Activity(
                source=source,
                sector=state.sources[source].sector,
                years=(),
                emitted_kg=(),
                output=(),
                benchmark_g=_best(rules, state.sources[source].sector, series.pollutant),
                entrant=True,
                capacity=capacity,
                utilisation_basis_points=rules.new_entrants.utilisation_basis_points,
            )
            for source, capacity in claims
        ],
    )


def _best(rules: Rulebook, sector: str, pollutant: str) -> int:
    """Grams per product with the best available technique, rounded down."""
    row = lookup.benchmark(rules, sector, pollutant)
    return row.benchmark_g * rules.new_entrants.bat_basis_points // lookup.WHOLE


def drop_application(state: State, rules: Rulebook, at: int, actor: str, body: c.DropApplication) -> Decision:
    """By whoever made it, or by the authority, with a reason."""
    application = state.applications.get(body.application)
    if application is None:
        return no(rules, LAW, Why.UNKNOWN_APPLICATION, f"there is no application {body.application}")
    if state.actors[actor].account:
        refusal = own_account(state, rules, actor, application.account)
        if refusal:
            return refusal
    if application.state != "waiting":
        return no(rules, LAW, Why.NOTHING_DUE, f"application {application.id} is {application.state}")
    if not body.reason.strip():
        return no(rules, LAW, Why.UNEXPLAINED, f"say why application {application.id} falls")
    return (e.ApplicationDropped(application.id, actor, body.reason),)


def grant_reserve(state: State, rules: Rulebook, at: int, actor: str, body: c.GrantReserve) -> Decision:
    """Out of what was set aside for new sources: together once nobody may apply any more, or as they came.

    Applications of frozen accounts wait.
    """
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    waiting = [
        each
        for each in state.applications.values()
        if each.state == "waiting" and each.series == body.series and each.account not in state.ledger.frozen
    ]
    series = Series.parse(body.series)
    last = f"{series.vintage}-{rules.new_entrants.apply_by}"
    together = rules.new_entrants.order == "pro_rata"
    refusal = expired(rules, at, body.series)
    if refusal:
        return refusal
    if together and rules.civil.day_of(at) <= last:
        return no(rules, LAW, Why.TOO_EARLY, f"applications for {body.series} may come until {last}")
    if not waiting:
        return no(rules, LAW, Why.NOTHING_DUE, f"no application for {body.series} waits to be served")
    position = state.ledger.held_of(accounts.reserve(series.jurisdiction), body.series)
    pool = min(entrants_left(state, body.series), position.free)
    if together:
        shares = _served(state, rules, series, [(each.source, each.capacity) for each in waiting], pool).shares
        served = {share.source: share for share in shares}
        found = [(each, served[each.source].count, served[each.source].en, served[each.source].zh) for each in waiting]
    else:
        found = []
        for each in waiting:
            (share,) = _served(state, rules, series, [(each.source, each.capacity)], pool).shares
            pool -= share.count
            found.append((each, share.count, share.en, share.zh))
    return (_granted(state, series, position.blocks, found),)


def _granted(
    state: State, series: Series, blocks: Blocks, found: list[tuple[Application, int, str, str]]
) -> e.ReserveGranted:
    """What a source has to make up for stays in the reserve, and costs nothing."""
    origin = accounts.reserve(series.jurisdiction)
    moves: list[Move] = []
    grants: list[e.Granted] = []
    back: dict[str, int] = {}
    for each, wished, en, zh in found:
        # the law may have changed since the price was set aside
        count = min(wished, each.wanted)
        due = state.makeup_due.get((each.source, series.pollutant), 0) - back.get(each.source, 0)
        kept = made_up(count, due)
        back[each.source] = back.get(each.source, 0) + kept
        fen = value_fen(count - kept, each.price)
        if count > kept:
            taken, blocks = lowest(blocks, count - kept)
            moves.append(Delivered(origin, each.account, str(series), taken))
        if fen:
            moves.append(Paid(each.account, accounts.TREASURY, fen))
        grants.append(e.Granted(each.id, each.source, each.account, count - kept, kept, fen, en, zh))
    return e.ReserveGranted(str(series), tuple(grants), tuple(moves))


def release_unused(state: State, rules: Rulebook, at: int, actor: str, body: c.ReleaseUnused) -> Decision:
    """What nobody was granted of the part set aside for new sources goes where the law says, once a day has come."""
    refusal = capped_series(state, rules, body.series)
    if refusal:
        return refusal
    series = Series.parse(body.series)
    first = f"{series.vintage}-{rules.new_entrants.unused_on}"
    if rules.new_entrants.unused_to == "reserve":
        return no(rules, LAW, Why.TOO_LATE, "what no new source was granted stays in the reserve")
    if any(each.state == "waiting" and each.series == body.series for each in state.applications.values()):
        return no(rules, LAW, Why.ALREADY_EXISTS, f"an application for {body.series} waits; serve it first")
    if rules.civil.day_of(at) < first:
        return no(rules, LAW, Why.TOO_EARLY, f"what is unused of {body.series} is released from {first}")
    origin = accounts.reserve(series.jurisdiction)
    position = state.ledger.held_of(origin, body.series)
    count = min(entrants_left(state, body.series), position.free)
    if not count:
        return no(rules, LAW, Why.NOTHING_DUE, f"nothing set aside for new sources is left of {body.series}")
    if rules.new_entrants.unused_to == "sources":
        return _shared(state, rules, body.series, position.blocks, count)
    taken, _ = lowest(position.blocks, count)
    entry = (Delivered(origin, accounts.auction(series.jurisdiction), body.series, taken),)
    return (e.UnusedReleased(body.series, count, entry),)


def _shared(state: State, rules: Rulebook, name: str, blocks: Blocks, count: int) -> Decision:
    """In proportion to what each source was given of the cap, as 40 CFR 97.412(a) does with a new unit set-aside."""
    given = {
        source: granted.count
        for (source, series), granted in state.grants.items()
        if series == name and not granted.entrant and granted.count > 0
        if state.ledger.absent(state.sources[source].account) is None
    }
    if not given:
        return no(rules, LAW, Why.NOTHING_DUE, f"no source was given anything of {name} that could share what is left")
    whole, origin = sum(given.values()), accounts.reserve(Series.parse(name).jurisdiction)
    moves: list[Move] = []
    shares: list[e.UnusedShare] = []
    for source, part in sorted(split(count, given).items()):
        if part:
            taken, blocks = lowest(blocks, part)
            account = state.sources[source].account
            moves.append(Delivered(origin, account, name, taken))
            en, zh = unused_said(count, part, given[source], whole)
            shares.append(e.UnusedShare(source, account, part, en, zh))
    return (e.UnusedReleased(name, count, tuple(moves), tuple(shares)),)


#: What decides each command.
PROCEDURES: dict[type, Procedure] = {
    c.ApplyForReserve: apply_for_reserve,
    c.DropApplication: drop_application,
    c.GrantReserve: grant_reserve,
    c.ReleaseUnused: release_unused,
}
