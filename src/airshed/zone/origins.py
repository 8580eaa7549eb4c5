"""Where the figures of a zone come from, as its files and its law say: told beside every result, also in JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from airshed.market.sharing.division import BY_CRITERIA
from airshed.market.sharing.named import NAMED
from airshed.market.sharing.plan import Plan
from airshed.model.provenance import KINDS, SIMULATED, STACKS, Figures, Kind, Simulation, Told, of_evidence
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Stack, Zone

#: Statuses of costs; the first that a row has is that of all.
LEAST_FIRST = ("indicative", "to confirm", "confirmed")
#: Origins of baseline rows that a line names.
MOST_NAMED = 3
COSTS = "abatement costs: indicative"
EMISSIONS = f"emissions: {SIMULATED}"
OUTPUTS = f"outputs and emissions: {SIMULATED}"
RANGES = "ranges of growth, costs and caps: assumed"
SESSIONS = f"sessions of agents: {SIMULATED}"
CHINESE = {
    COSTS: "治理成本为参考值",
    "abatement costs: to confirm": "治理成本待核实",
    "abatement costs: confirmed": "治理成本已核实",
    EMISSIONS: f"排放量为{KINDS[SIMULATED][1]}",
    OUTPUTS: f"产量与排放量为{KINDS[SIMULATED][1]}",
    "benchmarks and quotas at the limit: to confirm": "基准与限值配额待核实",
    "factors of the output-based claim: to confirm": "产出基准系数待核实",
    SESSIONS: f"智能体交易为{KINDS[SIMULATED][1]}",
    RANGES: "增长、成本与总量的区间为假设",
    **{f"{each.en}: assumed that {each.assumed}": f"{each.zh}：假设{each.assumed_zh}" for each in NAMED.values()},
}


def of_caps(rules: Rulebook) -> str:
    """The citation of a rulebook's caps, and whether it stands.

    >>> from airshed.rulebook.load import find, load
    >>> of_caps(load(find("dianzhong")))[:48]
    'caps: Demonstration measures (assumed), art. 5 a'
    """
    law = rules.caps
    return f"caps: {law.cite}" + ("" if law.status == "confirmed" else f" ({law.status})")


def of_shares(rules: Rulebook, zone: Zone) -> tuple[str, ...]:
    """What an allocation among the works of a zone rests on."""
    return (f"outputs and emissions: {of_rows(zone)}", of_caps(rules))


def of_benchmarks(rules: Rulebook, pollutant: str) -> tuple[str, ...]:
    """Whether the benchmarks and quotas of a pollutant stand; nothing where they do."""
    unsure = sorted({row.status for row in rules.benchmarks.rows if row.pollutant == pollutant} - {"confirmed"})
    return (f"benchmarks and quotas at the limit: {', '.join(unsure)}",) if unsure else ()


def of_plans(plans: Mapping[str, Plan]) -> tuple[str, ...]:
    """What plans by name rest on beside the works: criteria, factors, and what a name of the catalogue assumes."""
    found: dict[str, None] = {}
    for name, plan in plans.items():
        if name in NAMED and NAMED[name].assumed:
            found[f"{NAMED[name].en}: assumed that {NAMED[name].assumed}"] = None
        for tier in plan.tiers:
            if tier.rule in BY_CRITERIA and tier.terms.status:
                found[f"criteria: {', '.join(f'{each} {status}' for each, status in tier.terms.status.items())}"] = None
            if tier.claim == "output_based" and plan.output_rule.status != "confirmed":
                found[f"factors of the output-based claim: {plan.output_rule.status}"] = None
    return tuple(found)


def of_zone(rules: Rulebook, zone: Zone) -> tuple[str, ...]:
    """What a result rests on that takes costs, emissions and caps of a zone."""
    return (of_costs(zone), f"emissions: {of_rows(zone)}", of_caps(rules))


def of_costs(zone: Zone) -> str:
    """How sure what abatement costs is: the least of its rows."""
    found = {row.status for row in zone.technologies}
    return f"abatement costs: {next((each for each in LEAST_FIRST if each in found), 'none')}"


def of_rows(zone: Zone) -> str:
    """Where the baseline years come from, as their rows say."""
    found = sorted({each.origin for row in zone.baseline for each in row.figures})
    return ", ".join(found[:MOST_NAMED]) + (f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else "")


def figures(origins: Sequence[str]) -> Figures:
    """What a result is that rests on these: simulated where a row was drawn, computed from what was given elsewhere.

    >>> figures([COSTS, EMISSIONS]).of, figures([COSTS, "emissions: verified 2026"]).of, figures([]).of
    (('assumed', 'simulated'), ('given', 'assumed'), ('given',))
    """
    drawn = any(SIMULATED in each for each in origins)
    unsure = any(word in each for each in origins for word in ("indicative", "assumed", "to confirm"))
    held: dict[Kind, bool] = {"given": not drawn, "assumed": unsure, "simulated": drawn}
    return Figures(tuple(kind for kind, holds in held.items() if holds))


def of_frames(stack: Stack) -> Told:
    """What frames are that came from the device of a stack: measured, but where the stack itself was drawn."""
    return Simulation(STACKS) if SIMULATED in stack.origin else of_evidence(None)


def said(origins: Sequence[str]) -> list[str]:
    """Each of them as a line, with its Chinese where there is one.

    >>> said([EMISSIONS])
    ['emissions: simulated 排放量为模拟数据']
    """
    return [f"{each} {CHINESE[each]}" if each in CHINESE else each for each in origins]
