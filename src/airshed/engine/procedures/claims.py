"""What pledges and leases bind of an account, and which shrink when bound allowances are used. Refuses nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from airshed.engine import events as e
from airshed.engine.invariants import blocked
from airshed.engine.state import State
from airshed.model.allowance import count_of
from airshed.registry.moves import Delivered, Move
from airshed.rulebook.schema import Rulebook

ALL_BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class BindingClaim:
    """A pledge or a lease that binds `count` allowances of a series."""

    kind: Literal["pledge", "lease"]
    number: int
    #: Whose claim it is, or whose use: the other side.
    other: str
    count: int


#: What binds each series of an account, in the order in which it is used up.
Claims = Mapping[str, Sequence[BindingClaim]]


def usable(state: State, rules: Rulebook, account: str) -> Claims:
    """What is pledged or leased and may be surrendered all the same, oldest first; not what is called already."""
    found: dict[str, list[BindingClaim]] = {}
    if rules.lease.surrender:
        for lease in state.leases.values():
            if lease.lessee == account:
                _add(found, ("lease", lease.id, lease.lessor), lease.leased)
    if rules.pledge.surrender:
        for pledge in state.pledges.values():
            if pledge.pledgor == account and pledge.state != "called":
                _add(found, ("pledge", pledge.id, pledge.pledgee), pledge.left)
    return found


def used(claims: Claims, account: str, series: str, count: int, free: int) -> list[e.ClaimCut]:
    """The claims that shrink when `count` are surrendered: what is leased is for use and goes first, pledged last."""
    mine = claims.get(series, ())
    cuts, left = _cut(account, series, count, [claim for claim in mine if claim.kind == "lease"])
    return cuts + _cut(account, series, left - free, [claim for claim in mine if claim.kind == "pledge"])[0]


def offers_off(state: State, account: str, actor: str, *, either_side: bool) -> list[e.Event]:
    """Pledges, leases and rights that an account offers and nobody has accepted; also those offered to it."""

    def concerns(gives: str, takes: str) -> bool:
        return account == gives or (either_side and account == takes)

    return [
        *(
            e.PledgeReleased(pledge.id, pledge.pledgor, pledge.pledgee, pledge.series, actor)
            for pledge in state.pledges.values()
            if pledge.state == "offered" and concerns(pledge.pledgor, pledge.pledgee)
        ),
        *(
            e.LeaseDropped(lease.id, lease.lessor, lease.lessee, lease.series, lease.part_of, actor)
            for lease in state.leases.values()
            if lease.state == "offered" and concerns(lease.lessor, lease.lessee)
        ),
        *(
            e.RightDropped(right.id, right.holder, right.offer.buyer, right.offer.aside, actor)
            for right in state.rights.values()
            if right.offer is not None and concerns(right.holder, right.offer.buyer)
        ),
    ]


def overrun(state: State, account: str, moves: Iterable[Move], deducted: Counter[str]) -> list[e.ClaimCut]:
    """The claims that shrink when a year's end takes `moves` out of an account whose offers are all taken back.

    What is free goes first and what belongs to a lessor last.
    """
    claims = _standing(state, account)
    cuts: list[e.ClaimCut] = []
    for move in moves:
        assert isinstance(move, Delivered), move
        mine = claims.get(move.series, ())
        free = state.ledger.positions[account, move.series].count - sum(claim.count for claim in mine)
        free -= blocked(state, account, move.series) + deducted[move.series]
        cuts += _cut(account, move.series, count_of(move.blocks) - free, mine)[0]
    return cuts


def _standing(state: State, account: str) -> Claims:
    """What binds one account."""
    return standing(state, account).get(account, {})


def standing(state: State, only: str = "") -> Mapping[str, Claims]:
    """What binds each account, or only one, once its offers are taken back, in the order in which it is used up."""
    claims: dict[str, dict[str, list[BindingClaim]]] = {}

    def bind(account: str, of: tuple[Literal["pledge", "lease"], int, str], left: Mapping[str, int]) -> None:
        _add(claims.setdefault(account, {}), of, left)

    for pledge in state.pledges.values():
        if only in ("", pledge.pledgor) and pledge.state != "offered":
            bound = Counter(pledge.left)
            if pledge.sale:  # it is called off with the other offers
                auction = state.auctions[pledge.sale]
                bound[auction.series] += auction.count
            bind(pledge.pledgor, ("pledge", pledge.id, pledge.pledgee), bound)
    offered: dict[int, Counter[str]] = {}
    for lease in state.leases.values():
        if only in ("", lease.lessor) and lease.state == "standing":
            bind(lease.lessor, ("lease", lease.id, lease.lessee), lease.waiting)
        if lease.part_of and lease.state == "offered":
            offered.setdefault(lease.part_of, Counter()).update(lease.waiting)
    for lease in state.leases.values():
        if only in ("", lease.lessee):
            left = Counter(lease.leased)
            left.update(offered.get(lease.id, {}))
            bind(lease.lessee, ("lease", lease.id, lease.lessor), left)
    return claims


def cut_alike(mine: Iterable[BindingClaim], account: str, series: str, share_basis_points: int) -> list[e.ClaimCut]:
    """Every claim that others have on a series of an account, less by the same share; each is rounded down."""
    parts = [(claim, claim.count * share_basis_points // ALL_BASIS_POINTS) for claim in mine]
    return [e.ClaimCut(claim.kind, claim.number, account, claim.other, series, part) for claim, part in parts if part]


def bound(state: State, account: str, series: str) -> int:
    """What others have a claim on in an account: pledged or leased, and not only on offer."""
    return sum(claim.count for claim in _standing(state, account).get(series, ()))


def _add(
    found: dict[str, list[BindingClaim]], of: tuple[Literal["pledge", "lease"], int, str], left: Mapping[str, int]
) -> None:
    for series, count in left.items():
        if count:
            found.setdefault(series, []).append(BindingClaim(*of, count))


def _cut(account: str, series: str, count: int, claims: Iterable[BindingClaim]) -> tuple[list[e.ClaimCut], int]:
    """The claims shrunk by `count`, one after the other, and what of it is left."""
    cuts: list[e.ClaimCut] = []
    for claim in claims:
        part = min(claim.count, count)
        if part > 0:
            cuts.append(e.ClaimCut(claim.kind, claim.number, account, claim.other, series, part))
            count -= part
    return cuts, count
