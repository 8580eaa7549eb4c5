"""How events of pledges change the state: each binds a count of a position, which is set aside there."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.engine import events as e
from airshed.engine.apply.fold import Apply
from airshed.engine.apply.lease import lease_cut
from airshed.engine.nouns import Pledge
from airshed.engine.state import State
from airshed.model.allowance import members


def pledged(state: State, event: e.PledgeOffered) -> None:
    """Allowances of every vintage are set aside."""
    left = dict.fromkeys(members(event.series), event.count)
    state.pledges[event.pledge] = Pledge(
        event.pledge, event.pledgor, event.pledgee, event.series, event.count, event.secured, event.until, left
    )
    state.next_pledge = event.pledge + 1
    for series in left:
        state.ledger.position(event.pledgor, series).held += event.count


def accepted(state: State, event: e.PledgeAccepted) -> None:
    """The pledge stands."""
    state.pledges[event.pledge].state = "standing"


def called(state: State, event: e.PledgeCalled) -> None:
    """Notice is given."""
    pledge = state.pledges[event.pledge]
    pledge.state, pledge.enforce_from = "called", event.enforce_from


def released(state: State, event: e.PledgeReleased | e.PledgeRedeemed | e.PledgeEnforced) -> None:
    """What is left is free, and what the event moves goes."""
    pledge = state.pledges.pop(event.pledge)
    for series, count in pledge.left.items():
        state.ledger.position(pledge.pledgor, series).held -= count
    if not isinstance(event, e.PledgeReleased):
        state.ledger.post(event.entry)


def for_sale(state: State, event: e.PledgeForSale) -> None:
    """What is on sale is bound no longer; the auction sets it aside."""
    pledge = state.pledges[event.pledge]
    pledge.sale = event.auction
    pledge.left[event.series] -= event.count
    state.ledger.position(event.pledgor, event.series).held -= event.count


def served(state: State, event: e.PledgeServed) -> None:
    """What was not sold is bound again; a pledge without debt, or with nothing left, is gone."""
    pledge = state.pledges[event.pledge]
    pledge.sale, pledge.secured = "", event.owed
    pledge.left[event.series] += event.back
    state.ledger.position(event.pledgor, event.series).held += event.back
    if not event.owed or not any(pledge.left.values()):
        for series, count in state.pledges.pop(event.pledge).left.items():
            state.ledger.position(event.pledgor, series).held -= count


def cut(state: State, event: e.ClaimCut) -> None:
    """A claim binds less; one that binds nothing is gone."""
    if event.kind == "lease":
        lease_cut(state, event)
        return
    pledge = state.pledges[event.number]
    assert pledge.left[event.series] >= event.count, event
    pledge.left[event.series] -= event.count
    state.ledger.position(pledge.pledgor, event.series).held -= event.count
    if not any(pledge.left.values()):
        del state.pledges[event.number]


def bound(state: State) -> Iterator[tuple[tuple[str, str], int]]:
    """What every claim binds, by account and series: a part of what is set aside there."""
    for pledge in state.pledges.values():
        for series, count in pledge.left.items():
            assert count >= 0, f"I2: pledge {pledge.id} binds {count} of {series}"
            yield (pledge.pledgor, series), count
    for right in state.rights.values():
        if right.offer is not None:
            for series, count in right.offer.aside.items():
                yield (right.holder, series), count
    for lease in state.leases.values():
        for account, binds in ((lease.lessor, lease.waiting), (lease.lessee, lease.leased)):
            for series, count in binds.items():
                assert count >= 0, f"I2: lease {lease.id} binds {count} of {series}"
                yield (account, series), count


#: What each event does to the state.
APPLY: dict[type, Apply] = {
    e.PledgeOffered: pledged,
    e.PledgeAccepted: accepted,
    e.PledgeReleased: released,
    e.PledgeRedeemed: released,
    e.PledgeCalled: called,
    e.PledgeEnforced: released,
    e.PledgeForSale: for_sale,
    e.PledgeServed: served,
    e.ClaimCut: cut,
}
