"""What was given in advance, settled when output is verified (A2b)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from airshed.market.allocation import Parts, Share
from airshed.market.claims import ALL_BASIS_POINTS, place_of
from airshed.market.sharing.plan import Member, Plan
from airshed.market.sharing.tiers import share
from airshed.model.refusal import Malformed


class TruedShare(NamedTuple):
    """A source's advance, what its verified output brings, and the difference; below zero it is given back."""

    source: str
    advance: int
    final: int
    more: int


def trued_up(
    cap: int,
    members: Sequence[Member],
    verified: Sequence[Member],
    plan: Plan,
    size_kg: int = 1,
    law: Parts | None = None,
) -> list[TruedShare]:
    """The advance on the baseline's output against the same plan over `verified` rows, by source.

    Final shares add up to the whole pool, so that differences add up to what was kept. Malformed if the plan keeps
    nothing, if the rows are not of the same sources, or as `share` says.

    >>> from airshed.market.claims import Activity
    >>> from airshed.market.sharing.plan import SharingTier
    >>> def rows(a: int) -> list[Member]:
    ...     made = {"a": a, "b": 100}
    ...     return [Member(Activity(s, "power", (1,), (0,), (n,), benchmark_g=1_000), "KM") for s, n in made.items()]
    >>> trued_up(100, rows(100), rows(300), Plan((SharingTier("source", "benchmark"),), advance_basis_points=7_000))
    [TruedShare(source='a', advance=35, final=75, more=40), TruedShare(source='b', advance=35, final=25, more=-10)]
    """
    if plan.advance_basis_points == ALL_BASIS_POINTS:
        raise Malformed("advance_basis_points", "the plan gives all at once", "keep a part until output is verified")
    known = {each.activity.source for each in members}
    there = {each.activity.source: each for each in verified}
    for name in sorted(known - set(there)):
        raise Malformed("verified", f"{name} is missing", "give a row of each source that got an advance")
    for name in sorted(set(there) - known):
        raise Malformed(
            place_of(there[name].activity), "it got no advance", "give the sources that share, and no other"
        )
    whole = msgspec.structs.replace(plan, advance_basis_points=ALL_BASIS_POINTS)
    advance, final = share(cap, members, plan, size_kg, law), share(cap, verified, whole, size_kg, law)
    return [
        TruedShare(before.source, before.count, after.count, after.count - before.count)
        for before, after in zip(advance.shares, final.shares, strict=True)
    ]


def of_excluded(source: str) -> Share:
    """What a source gets of which the year is excluded: nothing."""
    return Share(source, 0, "The year is excluded: 0 allowances.", "该年度已豁免：得0份。")


def said(final: Share, advance: int, more: int, taken: int, due: int, cut: int) -> tuple[str, str]:
    """How a share is settled, in one sentence of each language.

    >>> said(Share("a", 60, "Benchmark: 60 allowances.", "基准法：得60份。"), 70, 0, 7, 3, 0)[0]
    'Benchmark: 60 allowances. In advance 70, taken back 7, withheld from the next allocation 3.'
    """
    parts = [
        (cut or more, f"{more:,} more", f"补发{more:,}份"),
        (cut, f"cut by {cut:,}, for too few are kept and came back", f"因留存与收回不足缩减{cut:,}份"),
        (taken or due, f"taken back {taken:,}", f"收回{taken:,}份"),
        (due, f"withheld from the next allocation {due:,}", f"下次分配时扣减{due:,}份"),
    ]
    there = [(en, zh) for some, en, zh in parts if some]
    english = ", ".join([f"In advance {advance:,}", *(en for en, _ in there)])
    chinese = "，".join([f"已预分配{advance:,}份", *(zh for _, zh in there)])
    return f"{final.en} {english}.", f"{final.zh}{chinese}。"
