"""All prices of a pollutant side by side, and from the price under the law to each of them one cause at a time.

Every step is the same reckoning with one thing more switched, so that the steps add up to the difference. Prices are
whole fen per tonne, and so are the steps: nothing is lost in rounding.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import NamedTuple

from airshed.lab.brief.markets import solve
from airshed.lab.brief.world import Assumed, world_of
from airshed.lab.equilibrium.lawful import LawfulEquilibrium, lawful
from airshed.lab.equilibrium.supply import OPEN, Supply, supply_of
from airshed.lab.equilibrium.terms import ARTICLES, TOLD, LawTerms, terms_of
from airshed.lab.prices.guide_price import collar_of
from airshed.lab.scenarios.draw import Setting
from airshed.lab.scenarios.schema import Caps, Demand, Scenario
from airshed.lab.season.firms import HUNDRED, MARGIN, CostStep, Firm, firms_of, guide_price
from airshed.lab.season.guide import guide, had_of, sides_of
from airshed.market.emission_tax import guided
from airshed.model.measures import FEN_PER_YUAN, KG_PER_T
from airshed.model.refusal import Malformed
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.zone.zone import Zone

#: Years of a scenario beside the tail that it looks ahead to.
PLAYED = 5


class Words(NamedTuple):
    """The same in English and Chinese."""

    en: str
    zh: str


class Switched(NamedTuple):
    """One cause: what the price is, in fen per tonne, once it is switched as well; None where there is no price."""

    words: Words
    fen: int | None


@dataclass(frozen=True, slots=True)
class Bridge:
    """From the price under the law to another one: `steps` in the order in which causes are switched.

    `said` is the price that the other command or law says, by its own code; `rest` is what no cause explains.
    """

    name: Words
    command: str
    origin: int | None
    steps: tuple[Switched, ...]
    said: int | None

    @property
    def sizes(self) -> tuple[int | None, ...]:
        """What each cause does, in fen per tonne."""
        before, found = self.origin, []
        for step in self.steps:
            found.append(None if before is None or step.fen is None else step.fen - before)
            before = step.fen
        return tuple(found)

    @property
    def rest(self) -> int | None:
        """What is left unexplained, in fen per tonne."""
        last = self.steps[-1].fen if self.steps else self.origin
        return None if last is None or self.said is None else self.said - last


class Assumptions(NamedTuple):
    """What is assumed beyond the law: years that one looks ahead, rates a year as fractions, the demo's seed."""

    years: int = 10
    growth: float = 0.01
    decline: float = 0.03
    rate: float = 0.05
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Bridged:
    """A pollutant's prices of the first year; `honoured` are the articles that move the price under the law."""

    pollutant: str
    year: int
    money: Words
    price: int | None
    markets: tuple[tuple[str, int], ...]
    bridges: tuple[Bridge, ...]
    origins: tuple[str, ...]


def fen(yuan: float) -> int:
    """Whole fen of yuan."""
    return round(yuan * FEN_PER_YUAN)


def bridged(
    zone: Zone, rules: Rulebook, pollutant: str, assumed: Assumptions, tax: float = 0.0, *, scenario: bool = True
) -> Bridged:
    """Every price of a pollutant in the law's first year, and why it is not the price under the law."""
    case = _Case(zone, rules, pollutant, assumed)
    terms = terms_of(rules, pollutant)
    hub = case.lawful(terms, assumed.years)
    price = _mean(hub)
    supply = case.supply(assumed.years)
    found = [_free(case, terms, price), _methods(case, terms, price), _guide(case, terms, price, tax)]
    found += _season(case, terms, hub)
    if scenario:
        found.append(_scenario(case, terms, price))
    found.append(_reference(case, terms, price))
    markets = () if hub is None else tuple((m.name, fen(p[0])) for m, p in zip(hub.markets, hub.price, strict=True))
    money = Words(rules.currency.name_en, rules.currency.name_zh)
    return Bridged(pollutant, supply.case.years[0], money, price, markets, tuple(found), supply.case.origins)


@dataclass(frozen=True, slots=True)
class _Case:
    """A zone and law of which equilibria are asked."""

    zone: Zone
    rules: Rulebook
    pollutant: str
    assumed: Assumptions

    def supply(self, years: int) -> Supply:
        of = self.assumed
        return supply_of(self.zone, self.rules, self.pollutant, years, of.rate, of.growth, of.decline)

    def lawful(self, terms: LawTerms, years: int, tax: float = 0.0) -> LawfulEquilibrium | None:
        supply = self.supply(years)
        try:
            return lawful(supply.taxed(tax) if tax else supply, terms)
        except Malformed:
            return None

    def without(self, terms: LawTerms, years: int) -> list[Switched]:
        """One article after the other left out."""
        found, left = [], terms
        for article in terms.in_force:
            left = left.without((article,))
            en, zh, _ = TOLD[article]
            found.append(Switched(Words(f"no {en}", f"无{zh}"), _mean(self.lawful(left, years))))
        return found


def _mean(found: LawfulEquilibrium | None) -> int | None:
    return None if found is None else fen(float(found.mean_price()[0]))


def _side(found: LawfulEquilibrium | None, sector: str) -> int | None:
    """The price of one side of the walls, a mean over its markets by what they would emit."""
    if found is None:
        return None
    own = [m for m, market in enumerate(found.markets) if market.sector == sector]
    weights = [float(found.markets[m].baseline[0]) for m in own]
    if not sum(weights):
        return None
    return fen(sum(w * float(found.price[m, 0]) for m, w in zip(own, weights, strict=True)) / sum(weights))


def _only_one_year(case: _Case, terms: LawTerms) -> Switched:
    words = Words("one year alone, nobody looks ahead", "仅一年，不看以后年份")
    return Switched(words, _mean(case.lawful(terms, 1)))


def _free(case: _Case, terms: LawTerms, price: int | None) -> Bridge:
    """One market that may keep everything: what a brief compares designs with."""
    of = case.assumed
    steps = case.without(terms, of.years)
    world = world_of(case.zone, case.rules, case.pollutant, Assumed(of.years, of.growth, of.decline, of.rate))
    said = fen(float(solve(world, "zone", "none", "none").prices(world)[0, 0]))
    if not steps or steps[-1].fen is None:
        words = Words("where no technology is left, less output", "无技术可用时减产")
        steps.append(Switched(words, said))
    name = Words("no law but the cap: the brief's reference design", "仅有总量：设计简报的参照方案")
    return Bridge(name, "airshed lab brief", price, tuple(steps), said)


def _methods(case: _Case, terms: LawTerms, price: int | None) -> Bridge:
    """One market of one year, at which methods of allocation are compared."""
    name = Words("one market of one year: methods, frictions", "单年统一市场：方法比较")
    steps = [_only_one_year(case, terms), *case.without(terms, 1)]
    return Bridge(name, "airshed lab methods", price, tuple(steps), _mean(case.lawful(terms.without(ARTICLES), 1)))


def _guide(case: _Case, terms: LawTerms, price: int | None, tax: float) -> Bridge:
    """The guide price before trading starts: that of one year less the tax, in its collar."""
    steps = [_only_one_year(case, terms), *case.without(terms, 1)]
    free = terms.without(ARTICLES)
    alone = case.lawful(free, 1)
    marginal = inf if alone is None else float(alone.mean_price()[0])
    collar = collar_of(case.rules, lookup.pollutant(case.rules, case.pollutant), None, None)
    said = guided(marginal, tax, collar.floor, collar.ceiling)
    if tax:
        untaxed = None if marginal == inf else fen(max(0.0, marginal - tax))
        steps.append(Switched(Words("the environmental tax that abating saves", "减排所省的环境保护税"), untaxed))
    if said.bound:
        side = Words(f"the {said.bound} of its collar", "价格走廊的底价" if said.bound == "floor" else "价格走廊的上限")
        steps.append(Switched(side, fen(said.price)))
    name = Words("guide price of one year, less tax, in a collar", "指导价（单年、减税、走廊内）")
    return Bridge(name, "airshed lab guide", price, tuple(steps), fen(said.price))


def _season(case: _Case, terms: LawTerms, hub: LawfulEquilibrium | None) -> list[Bridge]:
    """What the demo's authority publishes, on each side of the walls: what plans cost that together keep the cap."""
    zone, rules, code = case.zone, case.rules, case.pollutant
    firms = firms_of(zone, case.assumed.seed, rules)
    year = case.supply(1).case.years[0]
    sides = sides_of(rules, firms)
    named = {sector.code: sector.name_zh for sector in rules.sectors}
    published, had = guide(zone, rules, firms, year), had_of(zone, rules, sides, year)
    kept = replace(terms, unused_auctioned=False, containment=(), buy_back=None)
    own = case.supply(1)
    found = []
    for side, members in sides.items():
        if code not in published[side] or not any(member.before_kg.get(code) for member in members):
            continue
        cap = had[side][code]
        baseline = sum(float(each.baseline[0]) for each in own.sides if each.sector == side) * KG_PER_T
        emitted = sum(member.before_kg.get(code, 0) for member in members)
        steps = [
            Switched(
                Words("one year alone, nobody looks ahead", "仅一年，不看以后年份"), _side(case.lawful(terms, 1), side)
            ),
            Switched(
                Words("what is set aside stays there, and nobody contains or buys back", "预留不投放，无平抑与回购"),
                _side(case.lawful(kept, 1), side),
            ),
            Switched(
                Words("the auction is shared by what each side lacks", "拍卖按各侧缺口分配"),
                _cleared(_whole(members, code), round(baseline) - cap),
            ),
            Switched(
                Words(
                    "emissions of a typical year by stack, not the baseline's mean", "按排放口典型年排放，非基准期均值"
                ),
                _cleared(_whole(members, code), emitted - cap),
            ),
            Switched(
                Words(f"planned for {MARGIN} % more", f"多计划{MARGIN}%"),
                _cleared(_whole(members, code), _with_margin(emitted) - cap),
            ),
            Switched(
                Words("steps work from their commissioning on", "措施自投运日起计"),
                _cleared(_part_of_the_year(members, code), _with_margin(emitted) - cap),
            ),
            Switched(
                Words("firms misjudge the price, each by its own draw", "企业对价格判断有误差"),
                _cleared((step for member in members for step in member.plan(code)), _with_margin(emitted) - cap),
            ),
        ]
        behind = Words(f"behind the wall of {side}", f"{named.get(side, side)}行业壁垒内")
        behind = behind if side != OPEN else Words("others", "其他")
        name = Words(f"guide price of the demo's authority, {behind.en}", f"示范主管部门指导价，{behind.zh}")
        found.append(Bridge(name, "airshed demo", _side(hub, side), tuple(steps), published[side][code]))
    return found


def _whole(members: Sequence[Firm], code: str) -> list[CostStep]:
    return [step for member in members for step in member.steps.get(code, ())]


def _part_of_the_year(members: Sequence[Firm], code: str) -> list[CostStep]:
    """Plans of firms that judge right: their steps for the rest of the year."""
    return [step for member in members for step in replace(member, error={}).plan(code)]


def _with_margin(emitted: int) -> int:
    return emitted * (HUNDRED + MARGIN) // HUNDRED


def _cleared(steps: Iterable[CostStep], need: int) -> int:
    return guide_price(list(steps), need)


def _scenario(case: _Case, terms: LawTerms, price: int | None) -> Bridge:
    """What firms of a scenario are told: the price under the law as it is played, if all comes as expected."""
    of = case.assumed
    kept = replace(terms, unused_auctioned=False, containment=(), buy_back=None)
    asked = Scenario(
        "", "", "", "", case.rules.programme.id, case.pollutant,
        years=PLAYED, rate_percent=100 * of.rate,
        demand=Demand(growth_percent=100 * of.growth), caps=Caps(decline_percent=100 * of.decline),
    )  # fmt: skip
    said = fen(float(Setting(asked, case.rules, case.zone).guide[0]))
    words = Words(
        "emissions of a typical year by stack, ten years, a penalty that ends all scarcity",
        "按排放口典型年排放，看十年",
    )
    steps = (
        Switched(
            Words("what is set aside stays there, and nobody contains or buys back", "预留不投放，无平抑与回购"),
            _mean(case.lawful(kept, of.years)),
        ),
        Switched(words, said),
    )
    return Bridge(Words("guide price of scenarios", "情景指导价"), "airshed lab run", price, steps, said)


def _reference(case: _Case, terms: LawTerms, price: int | None) -> Bridge:
    """The law's reference price, beside the price over the vintages that the law states."""
    rule = lookup.pollutant(case.rules, case.pollutant)
    stated = len({row.vintage for row in case.rules.caps.rows if row.pollutant == case.pollutant})
    own = Words(f"only the {stated} vintages that the law states", f"仅计规则列明的{stated}个年份")
    steps = (
        Switched(own, _mean(case.lawful(terms, min(stated, case.assumed.years)))),
        Switched(Words(f"set by the law: {rule.cite}", "由规则设定"), rule.reference_fen_per_t),
    )
    return Bridge(
        Words("reference price of the law", "规则参考价"), "airshed rules show", price, steps, rule.reference_fen_per_t
    )
