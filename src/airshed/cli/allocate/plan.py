"""`airshed allocate` by a named method or a plan of one's own: one cap, any tiers, every share explained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airshed.cli.allocate.whip import Whipped, say_whip, whipped
from airshed.cli.show import as_json, console, of, resting, say, table
from airshed.model.provenance import Figures

if TYPE_CHECKING:
    from airshed.market.allocation import Activity, Allocation, Parts
    from airshed.market.sharing.division import RuleTerms
    from airshed.market.sharing.plan import Member, Plan
    from airshed.market.sharing.true_up import TruedShare
    from airshed.zone.criteria import Steps

WRITE = "write [[tiers]] as docs/explanation/sharing.md has them"


@dataclass(frozen=True, slots=True)
class CapPlan:
    """A cap, among whom, and what is known of their cities."""

    name: str
    law: Parts
    size_kg: int
    members: tuple[Member, ...]
    criteria: RuleTerms
    steps: Steps
    origins: tuple[str, ...] = ()
    #: How sure the costs of `steps` are; empty for one's own.
    costs: str = ""


def catalogue(json: bool) -> None:
    """Print every method by name."""
    from airshed.market.sharing.named import NAMED

    of(Figures(("assumed",)))
    if json:
        keys = ("number", "en", "zh", "inputs", "incentive", "assumed")
        for name, each in NAMED.items():
            as_json({"method": name, **{key: getattr(each, key) for key in keys}})
        return
    table(
        "Methods of allocation 分配方法",
        ("id", "--method", "what it is", "方法", "asks for", "early abatement"),
        [(each.number, name, each.en, each.zh, each.inputs, each.incentive) for name, each in NAMED.items()],
    )


def zone_job(rulebook: str, region: str, pollutant: str, jurisdiction: str, vintage: int | None) -> CapPlan:
    """The cap of a whole zone, or of one city."""
    from airshed.lab.zone_cap import zone_cap
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law
    from airshed.zone.origins import of_benchmarks, of_costs, of_shares

    rules = load(find(rulebook))
    zone = of_law(rules, region)
    found = zone_cap(rules, zone, pollutant, vintage, jurisdiction)
    known_by = ((*of_shares(rules, zone), *of_benchmarks(rules, pollutant)), of_costs(zone))
    return CapPlan(found.name, found.law, found.size_kg, found.members, found.criteria, found.steps, *known_by)


def own_job(path: Path, tiers: Parts, size_kg: int) -> CapPlan:
    """The sources of a CSV of one's own; its cities are in its column `jurisdiction`."""
    from airshed.market.sharing.division import RuleTerms
    from airshed.zone.activities import read_members

    return CapPlan(path.name, tiers, size_kg, read_members(path), RuleTerms(), {})


def known(job: CapPlan, criteria: str, curves: str) -> CapPlan:
    """The job with tables of criteria and of abatement that were given."""
    from airshed.lab.zone_cap import read_steps
    from airshed.zone.criteria import read_criteria

    if criteria:
        job = replace(job, criteria=read_criteria(Path(criteria)))
    return replace(job, steps=read_steps(Path(curves)), costs="") if curves else job


def plan_of(method: str, path: str) -> tuple[str, Plan]:
    """A plan and its name: from a file, or by name."""
    import msgspec

    from airshed.market.sharing.named import NAMED
    from airshed.market.sharing.plan import Plan
    from airshed.zone.rows import decoded

    if path:
        found = decoded(Path(path), lambda text: msgspec.toml.decode(text, type=Plan), WRITE)
        return Path(path).name, found
    return method, NAMED[method].plan


def run(job: CapPlan, name: str, plan: Plan, explain: bool, json: bool, verified: str = "") -> None:
    """Share out and print; with the rows of `verified` output, settle the advance."""
    from airshed.market.sharing.named import filled
    from airshed.market.sharing.tiers import share

    law = filled(plan, job.criteria, job.steps)
    found = share(job.law.cap, job.members, law, job.size_kg, job.law)
    settled = _settled(job, law, verified) if verified else []
    early = _whipped(job, law) if explain or json else None
    resting(_origins(job, name, law))
    if json:
        as_json(_document(job, name, law, found, early, settled))
        return
    _print(job, name, law, found)
    if explain:
        for each in found.shares:
            console.print(f"{each.source}  {each.en}\n    {each.zh}")
        if early:
            say_whip(early)
    if settled:
        table(
            "Settled with verified output 产量核定后结清",
            ("source 排放源", "advance 预配#", "verified 核定#", "more, or back 补发或收回#"),
            [(each.source, f"{each.advance:,}", f"{each.final:,}", f"{each.more:+,}") for each in settled],
        )
    say(_origins(job, name, law))


def _settled(job: CapPlan, plan: Plan, verified: str) -> list[TruedShare]:
    from airshed.market.sharing.true_up import trued_up
    from airshed.zone.activities import read_members

    return trued_up(job.law.cap, job.members, read_members(Path(verified)), plan, job.size_kg, job.law)


def _whipped(job: CapPlan, plan: Plan) -> Whipped | None:
    from airshed.market.sharing.tiers import share

    def again(rows: Sequence[Activity]) -> Allocation:
        members = [replace(member, activity=row) for member, row in zip(job.members, rows, strict=True)]
        return share(job.law.cap, members, plan, job.size_kg, job.law)

    return whipped([each.activity for each in job.members], again, job.size_kg)


def _document(
    job: CapPlan, name: str, plan: Plan, found: Allocation, early: Whipped | None, settled: list[TruedShare]
) -> dict[str, Any]:
    return {
        "name": job.name,
        "method": name,
        "plan": plan,
        "cap": found.cap,
        "reserved": found.reserved,
        "for_auction": found.for_auction,
        "shares": list(found.shares),
        "whip": None if early is None else early._asdict(),
        "settled": [each._asdict() for each in settled],
        "origins": _origins(job, name, plan),
    }


def _origins(job: CapPlan, name: str, plan: Plan) -> tuple[str, ...]:
    """What the shares rest on; costs only where a tier looks at them."""
    from airshed.market.sharing.division import BY_SAVING
    from airshed.zone.origins import of_plans

    looked_at = job.costs and any(tier.rule in BY_SAVING for tier in plan.tiers)
    return (*((job.costs,) if looked_at else ()), *job.origins, *of_plans({name: plan}))


def _print(job: CapPlan, name: str, plan: Plan, found: Allocation) -> None:
    counts = {each.source: each.count for each in found.shares}
    rows = [
        (
            each.activity.source + (" (new)" if each.activity.entrant else ""),
            each.jurisdiction,
            each.activity.sector,
            f"{counts[each.activity.source]:,}",
        )
        for each in job.members
    ]
    rows.append(("left in reserve", "", "", f"{found.reserved:,}"))
    rows.append(("for auction", "", "", f"{found.for_auction:,}"))
    rows.append(("in all", "", "", f"{found.cap:,}"))
    tiers = " -> ".join(f"{tier.by} ({tier.claim}, {tier.rule})" for tier in plan.tiers)
    table(f"{job.name} by {name}: {tiers}", ("source 排放源", "city 地区", "sector 行业", "allowances 配额#"), rows)
