"""The catalogue of methods (A1 to A15): each is a plan, so that one function shares a cap by any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import msgspec

from airshed.market.sharing.division import BY_CRITERIA, BY_SAVING, RuleName, RuleTerms
from airshed.market.sharing.plan import EarlyAction, Plan, SharingTier
from airshed.rulebook.kinds import ClaimName

#: What a plan needs of cities beside the rows of the sources.
Need = Literal["", "criteria", "steps"]


@dataclass(frozen=True, slots=True)
class Named:
    """A method by name: its number in the literature's list, what it asks for, and what early abatement does to it."""

    number: str
    en: str
    zh: str
    inputs: str
    incentive: str
    plan: Plan
    #: What of its plan is assumed, and is not the literature's.
    assumed: str = ""
    assumed_zh: str = ""

    @property
    def needs(self) -> Need:
        """What of cities must be known for it."""
        rules = [tier.rule for tier in self.plan.tiers]
        if any(rule in BY_CRITERIA for rule in rules):
            return "criteria"
        return "steps" if any(rule in BY_SAVING for rule in rules) else ""


def _sources(claim: ClaimName, rule: RuleName = "proportional") -> tuple[SharingTier, ...]:
    return (SharingTier("source", claim, rule),)


def _cities(claim: ClaimName, rule: RuleName, terms: RuleTerms | None = None) -> tuple[SharingTier, ...]:
    """Cities by a rule, and in each city the benchmark."""
    return (SharingTier("jurisdiction", claim, rule, terms or RuleTerms()), SharingTier("source", "benchmark"))


_PUNISHED = "punishes early abatement by about cap / emissions"
_NEUTRAL = "neutral to early abatement"
_CITY = "cities' claims by emission, in a city neutral"
#: Bounds of the claim within which the least Gini is sought; equal weights. Assumed, a plan of one's own says others.
_WIDE = RuleTerms(low_basis_points=5_000, high_basis_points=10_000)

#: Every method by name. Shares of auction, reserve and credits are assumptions; a plan of one's own says others.
NAMED: Mapping[str, Named] = {
    "history": Named("A1", "history, mean", "历史均值法", "emitted_kg", _PUNISHED, Plan(_sources("history"))),
    "history_median": Named(
        "A1", "history, median", "历史中位数法", "emitted_kg", _PUNISHED, Plan(_sources("history"), "median")
    ),
    "history_best": Named(
        "A1",
        "history, mean of the 2 highest years",
        "历史最高两年法",
        "emitted_kg",
        f"{_PUNISHED}, and pays for dirty years",
        Plan(_sources("history"), "best_2"),
    ),
    "heat_input": Named(
        "A1b",
        "heat input x 2.5 lb/mmBtu (Acid Rain, phase I)",
        "热输入法",
        "heat_mmbtu",
        "neutral, but pays for fuel burnt",
        Plan(_sources("heat_input")),
    ),
    "benchmark": Named(
        "A2",
        "benchmark x exposure x closing factor (EU)",
        "基准法",
        "output, benchmark_g, exposure_basis_points",
        _NEUTRAL,
        Plan(_sources("benchmark")),
    ),
    "output_based": Named(
        "A2b",
        "output-based with factors, 70 % in advance (China)",
        "产出基准法",
        "output, benchmark_g, fuel, cooling, load_basis_points, heat_gj",
        "neutral, but each product brings allowances: it is made cheaper",
        Plan(_sources("output_based"), advance_basis_points=7_000),
    ),
    "limit": Named(
        "A3", "permitted quantity", "许可限值法", "quota_kg, or capacity and quota_g", _NEUTRAL, Plan(_sources("limit"))
    ),
    "equal_cut": Named(
        "A4", "equal cut of the latest year", "等比例削减法", "emitted_kg", _PUNISHED, Plan(_sources("equal_cut"))
    ),
    "paid": Named(
        "A5",
        "half by benchmark, half auctioned",
        "半数拍卖",
        "output, benchmark_g",
        _NEUTRAL,
        Plan(_sources("benchmark"), auction_basis_points=5_000),
        assumed="half is auctioned",
        assumed_zh="半数拍卖",
    ),
    "entropy": Named(
        "A6",
        "cities by entropy weights, half; benchmark",
        "熵权法",
        "criteria",
        _CITY,
        Plan(_cities("history", "entropy")),
        assumed="criteria decide half",
        assumed_zh="指标决定一半",
    ),
    "least_gini": Named(
        "A7",
        "cities by the least environmental Gini; benchmark",
        "环境基尼系数法",
        "criteria",
        _CITY,
        Plan(_cities("history", "least_gini", _WIDE)),
        assumed="cities get half to all of their claims",
        assumed_zh="各市得申请的一半至全部",
    ),
    "zero_sum_dea": Named(
        "A8",
        "cities by zero-sum DEA; benchmark",
        "零和DEA法",
        "criteria",
        _CITY,
        Plan(_cities("history", "zero_sum_dea")),
    ),
    "shapley": Named(
        "A9",
        "cities by the Shapley value of what trade saves; benchmark",
        "沙普利值法",
        "steps of abatement",
        _CITY,
        Plan(_cities("history", "shapley")),
    ),
    "nucleolus": Named(
        "A9",
        "cities by the nucleolus of what trade saves; benchmark",
        "核仁法",
        "steps of abatement",
        _CITY,
        Plan(_cities("history", "nucleolus")),
    ),
    "proportional": Named(
        "A10",
        "permitted quantity, proportional",
        "申请按比例",
        "quota_kg, or capacity and quota_g",
        _NEUTRAL,
        Plan(_sources("limit")),
    ),
    "equal_awards": Named(
        "A10",
        "permitted quantity, equal awards",
        "等额配给法",
        "quota_kg, or capacity and quota_g",
        "neutral; favours the small",
        Plan(_sources("limit", "equal_awards")),
    ),
    "equal_losses": Named(
        "A10",
        "permitted quantity, equal losses",
        "等额削减法",
        "quota_kg, or capacity and quota_g",
        "neutral; favours the large",
        Plan(_sources("limit", "equal_losses")),
    ),
    "talmud": Named(
        "A10",
        "permitted quantity, Talmud rule",
        "塔木德规则",
        "quota_kg, or capacity and quota_g",
        _NEUTRAL,
        Plan(_sources("limit", "talmud")),
    ),
    "random_arrival": Named(
        "A10",
        "cities' permitted quantities, random arrival; benchmark",
        "随机到达规则",
        "quota_kg, or capacity and quota_g",
        _NEUTRAL,
        Plan(_cities("limit", "random_arrival")),
    ),
    "reserve": Named(
        "A11",
        "5 % kept for new entrants, the rest by benchmark",
        "新源预留",
        "output, benchmark_g, capacity of entrants",
        "neutral; new firms are served as old ones",
        Plan(_sources("benchmark"), reserve_basis_points=500),
        assumed="5 % are kept",
        assumed_zh="预留5 %",
    ),
    "early_action": Named(
        "A12",
        "history with a credit for early abatement",
        "早期减排奖励",
        "emitted_kg, output, benchmark_g",
        "history's punishment less the credit",
        Plan(_sources("history"), early_action=EarlyAction(pool_basis_points=500, rate_basis_points=1_000)),
        assumed="a tenth of what stays under the benchmark is credited, from 5 % of the cap",
        assumed_zh="低于基准部分的十分之一计奖，取自总量的5 %",
    ),
    "scarcity": Named(
        "A13",
        "cities by weighted criteria, half; benchmark",
        "稀缺性加权法",
        "criteria",
        _CITY,
        Plan(_cities("history", "scarcity")),
        assumed="criteria decide half, and weigh alike",
        assumed_zh="指标决定一半且权重相同",
    ),
    "lowest_shortage": Named(
        "A14",
        "permitted quantity, least worst shortage",
        "最小最大缺额法",
        "quota_kg, or capacity and quota_g; weights",
        _NEUTRAL,
        Plan(_sources("limit", "lowest_shortage")),
    ),
    "tiers": Named(
        "A15",
        "cities by limit, sectors by benchmark, sources by benchmark",
        "分层复合分配",
        "quota_kg, or capacity and quota_g; output, benchmark_g",
        _NEUTRAL,
        Plan(
            (
                SharingTier("jurisdiction", "limit"),
                SharingTier("sector", "benchmark"),
                SharingTier("source", "benchmark"),
            )
        ),
    ),
}


def filled(plan: Plan, criteria: RuleTerms, steps: Mapping[str, tuple[tuple[float, float], ...]]) -> Plan:
    """The plan with what it leaves open of the cities: criteria with their names, weights and costs, and steps.

    Steps are of whole cities, so that they are left open under another tier.
    """

    def of(depth: int, tier: SharingTier) -> SharingTier:
        own = tier.terms
        if tier.by == "jurisdiction" and tier.rule in BY_CRITERIA and not own.names:
            own = msgspec.structs.replace(
                own,
                names=criteria.names,
                criteria=criteria.criteria,
                costs=own.costs or criteria.costs,
                status=criteria.status,
            )
        if depth == 0 and tier.by == "jurisdiction" and tier.rule in BY_SAVING and not own.steps:
            own = msgspec.structs.replace(own, steps=steps)
        return msgspec.structs.replace(tier, terms=own)

    return msgspec.structs.replace(plan, tiers=tuple(of(depth, tier) for depth, tier in enumerate(plan.tiers)))
