"""How events of leases change the state."""

from __future__ import annotations

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.nouns import Lease
from airshed.engine.state import State
from airshed.model.allowance import members


def lease_offered(state: State, event: e.LeaseOffered) -> None:
    """Allowances are set aside at the lessor's; those it leased itself are so already."""
    waiting = dict.fromkeys(members(event.series), event.count)
    terms = (event.lessor, event.lessee, event.series, event.count, event.rent, event.pay, event.part_of, event.ends)
    state.leases[event.lease] = Lease(event.lease, *terms, waiting)
    state.next_lease = event.lease + 1
    for series in waiting:
        if event.part_of:
            _take(state.leases[event.part_of], series, event.count)
        else:
            state.ledger.position(event.lessor, series).held += event.count


def lease_dropped(state: State, event: e.LeaseDropped) -> None:
    """An offer is gone."""
    _unwait(state, state.leases.pop(event.lease))


def lease_delivered(state: State, event: e.LeaseDelivered) -> None:
    """Vintages lie with the lessee, set aside for use."""
    lease = state.leases[event.lease]
    lease.state, lease.since = "standing", lease.since or event.day
    counts = {series: lease.waiting.pop(series) for series in event.delivered}
    for series, count in counts.items():
        state.ledger.position(lease.lessor, series).held -= count
    state.ledger.post(event.entry)
    for series, count in counts.items():
        state.ledger.position(lease.lessee, series).held += count
        lease.leased[series] = count


def lease_shortened(state: State, event: e.LeaseShortened) -> None:
    """What was not paid for is the lessor's again."""
    lease = state.leases[event.lease]
    _unwait(state, lease)
    lease.waiting, lease.ends = {}, event.ends
    _tidy(state, lease)


def lease_ended(state: State, event: e.LeaseEnded) -> None:
    """What is left goes back, where it may be another lease's, or is free where it lies."""
    lease = state.leases.pop(event.lease)
    _unwait(state, lease)
    for series, count in lease.leased.items():
        state.ledger.position(lease.lessee, series).held -= count
    state.ledger.post(event.entry)
    if event.entry and lease.part_of:
        parent = state.leases[lease.part_of]
        for series, count in lease.leased.items():
            parent.leased[series] = parent.leased.get(series, 0) + count
            state.ledger.position(lease.lessor, series).held += count


def lease_cut(state: State, event: e.ClaimCut) -> None:
    """Leased allowances were used, or what waits for its rent went to the reserve."""
    lease = state.leases[event.number]
    binds = lease.leased if event.account == lease.lessee else lease.waiting
    assert binds[event.series] >= event.count, event
    binds[event.series] -= event.count
    state.ledger.position(event.account, event.series).held -= event.count
    if not binds[event.series]:
        del binds[event.series]
    _tidy(state, lease)


def _take(lease: Lease, series: str, count: int) -> None:
    """A part of what lies with the lessee is leased on."""
    lease.leased[series] -= count
    if not lease.leased[series]:
        del lease.leased[series]


def _unwait(state: State, lease: Lease) -> None:
    """What waits for a lessee is free at the lessor's, or its lease's again."""
    for series, count in lease.waiting.items():
        if lease.part_of:
            parent = state.leases[lease.part_of]
            parent.leased[series] = parent.leased.get(series, 0) + count
        else:
            state.ledger.position(lease.lessor, series).held -= count


def _tidy(state: State, lease: Lease) -> None:
    """A lease that binds nothing any more, and that nobody holds a part of, is gone."""
    counts = (*lease.waiting.values(), *lease.leased.values())
    if not any(counts) and all(each.part_of != lease.id for each in state.leases.values()):
        del state.leases[lease.id]


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.LeaseOffered: lease_offered,
    e.LeaseDropped: lease_dropped,
    e.LeaseDelivered: lease_delivered,
    e.LeaseShortened: lease_shortened,
    e.LeaseEnded: lease_ended,
}
