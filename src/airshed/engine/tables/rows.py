"""Rows of the read tables that show the state: what each key looks like, and all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from airshed.engine.journal import Row
from airshed.engine.state import State
from airshed.engine.tables import rows_market, rows_primary, rows_zone
from airshed.model.allowance import Blocks, Series
from airshed.model.period import hour_of
from airshed.model.provenance import Provenance, Simulation, said


def block_text(blocks: Blocks) -> str:
    """Blocks as text, `1-500,601-700`."""
    return ",".join(f"{block.first}-{block.last}" for block in blocks)


def provenance_row(provenance: Provenance) -> Row:
    """What a book is, as cells: kind, scenario, seed, and the line in both languages."""
    played = provenance if isinstance(provenance, Simulation) else None
    kind = "programme" if played is None else "simulation"
    return (kind, played and played.scenario, played and played.seed, *said(provenance))


def everything(state: State) -> Iterator[tuple[str, Row]]:
    """Every row of the tables that show the state, for rebuilding and verifying."""
    keys: dict[str, list[Any]] = {
        "actors": list(state.actors),
        "accounts": list(state.ledger.accounts),
        "sources": list(state.sources),
        "caps": list(state.ledger.caps),
        "holdings": list(state.ledger.positions),
        "auctions": list(state.auctions),
        "lots": [(auction.id, place + 1) for auction in state.auctions.values() for place in range(len(auction.lots))],
        "bids": [(auction.id, bid.number) for auction in state.auctions.values() for bid in auction.bids],
        **rows_primary.keys(state),
        "orders": list(state.orders),
        **rows_market.keys(state),
        "pledges": list(state.pledges),
        "leases": list(state.leases),
        "rights": list(state.rights),
        **rows_zone.keys(state),
        "acts": list(state.acts),
        "marks": list(state.marks),
        "improvements": [
            (source, year, item.number) for (source, year), known in state.years.items() for item in known.improvements
        ],
        "findings": [
            (stack, year, number)
            for (stack, year), lines in state.findings.items()
            for number in range(1, len(lines) + 1)
        ],
        "days": [
            (stack, day, pollutant)
            for stack, days in state.days.items()
            for day, sealed in days.items()
            for pollutant in sealed.hours
        ],
        "evidence": [(stack, day) for stack, days in state.days.items() for day in days],
        "years": [
            (source, year, pollutant)
            for (source, year), known in state.years.items()
            for pollutant in pollutants_of(known)
        ],
    }
    for name, wanted in keys.items():
        for key in wanted:
            row = ROW[name](state, key)
            if row is not None:
                yield name, row


def pollutants_of(year: Any) -> list[str]:
    """Every pollutant that a year says something of, sorted."""
    return sorted({*year.measured_mg, *year.declared_mg, *(year.verified_mg or ())})


def _account(state: State, key: str) -> Row:
    account = state.ledger.accounts[key]
    purse = state.ledger.purses[key]
    frozen = state.ledger.frozen.get(key)
    return (
        key,
        account.kind.value,
        account.name,
        account.jurisdiction,
        account.group,
        frozen,
        purse.fen,
        purse.held,
    )


def _holding(state: State, key: tuple[str, str]) -> Row | None:
    position = state.ledger.positions.get(key)
    if position is None or position.count == 0:
        return None
    return (*key, position.count, position.held, block_text(position.blocks))


def _actor(state: State, key: str) -> Row | None:
    actor = state.actors.get(key)
    return (key, actor.role, actor.account) if actor else None


def _source(state: State, key: str) -> Row:
    source = state.sources[key]
    return (key, source.name, source.account, source.jurisdiction, source.sector, int(source.synthetic))


def _cap(state: State, key: str) -> Row:
    return (key, *Series.parse(key), state.ledger.caps[key])


def _auction(state: State, key: str) -> Row:
    auction = state.auctions[key]
    return (
        key,
        auction.event,
        auction.series,
        auction.delivery,
        auction.count,
        auction.consigned,
        auction.reserve,
        int(auction.open),
        auction.price,
        auction.sold,
        auction.released,
        auction.withheld,
        auction.to_holders,
        auction.seal,
    )


def _lot(state: State, key: tuple[str, int]) -> Row:
    lot = state.auctions[key[0]].lots[key[1] - 1]
    return (*key, lot.account, lot.count, lot.minimum)


def _bid(state: State, key: tuple[str, int]) -> Row:
    bid = state.auctions[key[0]].bids[key[1] - 1]
    return (*key, bid.account, bid.count, bid.limit)


def _order(state: State, key: int) -> Row | None:
    order = state.orders.get(key)
    if order is None:
        return None
    return (key, order.account, order.series, order.side, order.limit, order.count, order.left)


def _pledge(state: State, key: int) -> Row | None:
    pledge = state.pledges.get(key)
    if pledge is None:
        return None
    parties = (pledge.pledgor, pledge.pledgee, pledge.series, pledge.count, sum(pledge.left.values()))
    return (key, *parties, pledge.secured, pledge.until, pledge.state, pledge.enforce_from, pledge.sale)


def _lease(state: State, key: int) -> Row | None:
    lease = state.leases.get(key)
    if lease is None:
        return None
    terms = (lease.lessor, lease.lessee, lease.series, lease.count, lease.rent, lease.pay, lease.part_of)
    return (key, *terms, sum(lease.waiting.values()), sum(lease.leased.values()), lease.ends, lease.state)


def _right(state: State, key: int) -> Row:
    right = state.rights[key]
    offer = right.offer
    asked = (offer.buyer, offer.start, offer.fen) if offer else (None, None, None)
    terms = (right.holder, right.pollutant, right.jurisdiction, right.count, right.first, right.last, right.until)
    return (key, *terms, sum(right.served.values()), *asked)


def _day(state: State, key: tuple[str, str, str]) -> Row:
    stack, day, pollutant = key
    sealed = state.days[stack][day]
    return (*key, *sealed.hours[pollutant], sealed.mass_mg[pollutant])


def _act(state: State, key: int) -> Row | None:
    act = state.acts.get(key)
    if act is None:
        return None
    body = act.body
    named = [getattr(body, name) for name in ("source", "mark", "account", "series") if hasattr(body, name)]
    return (key, act.actor, type(body).__name__, str(named[0]) if named else "")


def _mark(state: State, key: int) -> Row:
    mark = state.marks[key]
    return (
        key,
        mark.stack,
        mark.kind,
        hour_of(mark.first),
        hour_of(mark.after - 1),
        mark.hours,
        mark.state,
        mark.actor,
        mark.reason,
        mark.evidence,
        mark.prove_by,
    )


def _improvement(state: State, key: tuple[str, int, int]) -> Row:
    source, year, number = key
    item = state.years[source, year].improvements[number - 1]
    return (*key, item.state, item.actor, item.item, item.answer, item.evidence)


def _finding(state: State, key: tuple[str, int, int]) -> Row | None:
    stack, year, number = key
    lines = state.findings[stack, year]
    if number > len(lines):
        return None
    line = lines[number - 1]
    return (*key, line.finding, line.subject, line.first, line.last, line.hours, line.detail)


def _evidence(state: State, key: tuple[str, str]) -> Row:
    return (*key, state.days[key[0]][key[1]].evidence)


def _year(state: State, key: tuple[str, int, str]) -> Row:
    source, year, pollutant = key
    known = state.years[source, year]
    settled = known.settled.get(pollutant)
    return (
        *key,
        known.measured_mg.get(pollutant),
        known.declared_mg.get(pollutant),
        known.opinion,
        known.verified_mg.get(pollutant) if known.verified_mg is not None else None,
        known.obligation.get(pollutant),
        known.surrendered.get(pollutant),
        settled.shortfall if settled else None,
        settled.penalty_fen if settled else None,
        known.due_fen.get(pollutant),
        settled.makeup if settled else None,
    )


ROW: dict[str, Callable[[State, Any], Row | None]] = {
    "actors": _actor,
    "accounts": _account,
    "sources": _source,
    "caps": _cap,
    "holdings": _holding,
    "auctions": _auction,
    "lots": _lot,
    "bids": _bid,
    **rows_primary.ROWS,
    "orders": _order,
    **rows_market.MARKET_ROW,
    "pledges": _pledge,
    "leases": _lease,
    "rights": _right,
    **rows_zone.ZONE_ROW,
    "days": _day,
    "acts": _act,
    "marks": _mark,
    "improvements": _improvement,
    "findings": _finding,
    "evidence": _evidence,
    "years": _year,
}
