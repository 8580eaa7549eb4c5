"""What `airshed lab equilibrium` says of a zone under its law: the price that the law's limits let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airshed.cli.lab.case import millions, percents_of
from airshed.cli.show import console, say, table
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from airshed.lab.equilibrium.lawful import LawfulEquilibrium
    from airshed.lab.equilibrium.supply import Supply
    from airshed.lab.equilibrium.terms import LawTerms
    from airshed.rulebook.schema import Rulebook

#: More prices than this leave a table no room for its years: they have one of their own.
MOST_BESIDE = 3


def lawful_supply(
    rulebook: str, region: str, pollutant: str, years: int, percents: tuple[float, float, float], without: str
) -> tuple[Rulebook, Supply, LawTerms]:
    """A law, what it puts where, and its terms less the articles that are left out."""
    from airshed.lab.equilibrium.case import measured_of
    from airshed.lab.equilibrium.supply import supply_of
    from airshed.lab.equilibrium.terms import articles_of, terms_of
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    rate, growth, decline = percents_of(percents)
    left_out = articles_of(without)
    rules = load(find(rulebook))
    measured = measured_of(rules, pollutant)
    supply = supply_of(of_law(rules, region), rules, measured, years, rate, growth, decline)
    return rules, supply, terms_of(rules, measured).without(left_out)


def shown_price(supply: Supply, terms: LawTerms) -> float | None:
    """The first year's price under some terms; None where there is none."""
    from airshed.lab.equilibrium.lawful import lawful

    try:
        return float(lawful(supply, terms).mean_price()[0])
    except Malformed:
        return None


def figure(price: float | None) -> str:
    """A price, or that there is none."""
    return "none 无解" if price is None else f"{price:,.2f}"


def told_to_leave_out(said: str, supply: Supply, honoured: LawTerms, price: float | None) -> None:
    """The first line of an answer that leaves articles of the law out: which, and what that changes."""
    whole = shown_price(supply, honoured)
    money, year = supply.case.money[0], supply.case.years[0]
    console.print(
        f"told to leave out of the law 未计入: {said}; the price of {year} is {figure(price)} {money}/t so, and"
        f" {figure(whole)} {money}/t under the law"
    )


def alone(supply: Supply, terms: LawTerms) -> LawfulEquilibrium | Malformed:
    """Every city by itself under the same law; what cannot be kept is an answer here, not an error."""
    from dataclasses import replace

    from airshed.lab.equilibrium.lawful import lawful

    try:
        return lawful(supply, replace(terms, closed=True))
    except Malformed as error:
        return error


def print_lawful(answer: LawfulEquilibrium, cities: LawfulEquilibrium | Malformed | None) -> None:
    """The path of prices and quantities under the law, what it costs, and each city by itself."""
    from airshed.lab.equilibrium.terms import ARTICLES, TOLD

    supply, money = answer.supply, answer.supply.case.money[0]
    case = supply.case
    if answer.terms.cut_most:
        console.print(
            f"not reckoned 未计入: cuts of what is held, up to {100 * answer.terms.cut_most:g} % by one notice; the law"
            " says of none when it comes 规则未列明削减持有的时间"
        )
    if not answer.settled:
        console.print(
            "the last round is shown 以下为最后一轮: the rule that auctions follow jumps, and no banks were found that"
            " answer it 供应调节规则存在跳跃，未能收敛"
        )
    names, prices = _distinct(answer)
    heads = [f"price {money}/t 价格#"] if len(names) == 1 else [f"{name} {money}/t 价格#" for name in names]
    abated, bank = answer.found.abated.sum(axis=0), answer.moved("bank").sum(axis=0)
    baseline, caps = case.baseline.sum(axis=0), case.caps.sum(axis=0)
    rows: list[tuple[object, ...]] = []
    for t, year in enumerate(case.years):
        masses = (baseline[t], caps[t], abated[t], baseline[t] - abated[t], bank[t])
        rows.append((year, *(f"{price[t]:,.2f}" for price in prices), *(f"{mass:,.1f}" for mass in masses)))
    if len(heads) > MOST_BESIDE:
        table(
            f"Prices {money}/t 价格",
            ["year 年", *(f"{name}#" for name in names)],
            [row[: 1 + len(names)] for row in rows],
        )
        rows, heads = [(row[0], *row[1 + len(names) :]) for row in rows], []
    columns = [
        "year 年",
        *heads,
        "unabated t 基线#",
        "caps t 总量#",
        "abated t 削减#",
        "emitted t 排放#",
        "bank t 结转#",
    ]
    table("Equilibrium under the law 规则下的均衡", columns, rows)
    console.print(
        f"cost {millions(answer.cost)} million {money}, discounted at {100 * case.rate:g} %; proven least but for"
        f" {answer.found.gap:.1e} of it"
    )
    kept, back = -answer.followed.clip(max=0).sum(), answer.followed.clip(min=0).sum()
    if answer.terms.following:
        console.print(
            f"supply 供应调节: {kept:,.1f} t are kept back from auctions 扣留, {back:,.1f} t come back 投放, by what"
            " circulates two years before"
        )
    if not answer.worth.any():
        console.print(
            "no scarcity: nobody must abate anything that costs, and an allowance is worth nothing 总量不构成约束"
        )
    if answer.terms.in_force:
        free = shown_price(supply, answer.terms.without(ARTICLES))
        said = ", ".join(f"{TOLD[each][0]} {TOLD[each][1]}" for each in answer.terms.in_force)
        console.print(f"honoured 已计入: {said}; without any of them the price of {case.years[0]} is {figure(free)}")
    if isinstance(cities, Malformed):
        console.print(f"each city by itself 各市封闭: no answer; {cities}")
    elif cities is not None:
        _print_alone(answer, cities)
    say(case.origins)


def _distinct(answer: LawfulEquilibrium) -> tuple[list[str], list[Sequence[float]]]:
    """Markets by their name and price; one where all have the same, but for rounding."""
    rounded = {tuple(round(price, 2) for price in row) for row in answer.price.tolist()}
    if len(rounded) == 1:
        return ["price"], [answer.price[0].tolist()]
    return [market.name for market in answer.markets], answer.price.tolist()


def _print_alone(answer: LawfulEquilibrium, cities: LawfulEquilibrium) -> None:
    """What the first year's prices and the costs would be behind closed borders."""
    case, money = answer.supply.case, answer.supply.case.money[0]
    own, linked = cities.city_price(), answer.city_price()
    rows = [
        (zone, f"{own[z, 0]:,.2f}", f"{own[z, -1]:,.2f}", f"{linked[z, 0]:,.2f}") for z, zone in enumerate(case.zones)
    ]
    heads = (f"{money}/t {case.years[0]}#", f"{money}/t {case.years[-1]}#", f"linked {money}/t {case.years[0]}#")
    table("Each city by itself 各市封闭", ("city 地区", *heads), rows)
    saved = cities.cost - answer.cost
    part = f", {100 * saved / cities.cost:.2f} %" if answer.cost > 0 and cities.cost else ""
    console.print(
        f"closed borders cost {millions(cities.cost)} million {money}; linking the cities saves {millions(saved)}"
        f" million{part}"
    )


def document(answer: LawfulEquilibrium, cities: LawfulEquilibrium | Malformed | None, law: str) -> dict[str, Any]:
    """The same as plain values."""
    case, bank = answer.supply.case, answer.moved("bank")
    made: dict[str, Any] = {
        "money": case.money[0],
        "law": law,
        "honoured": answer.terms.in_force,
        "left_out": answer.terms.left_out,
        "settled": answer.settled,
        "followed_t": answer.followed.tolist(),
        "zones": case.zones,
        "years": case.years,
        "price_yuan_per_t": answer.city_price().tolist(),
        "abated_t": answer.by_city().tolist(),
        "bank": bank.tolist(),
        "markets": [
            {
                "name": market.name,
                "cities": [case.zones[z] for z in market.cities],
                "price_yuan_per_t": answer.price[m].tolist(),
                "worth_yuan_per_t": answer.worth[m].tolist(),
                "abated_t": answer.found.abated[m].tolist(),
                "bank_t": bank[m].tolist(),
            }
            for m, market in enumerate(answer.markets)
        ],
        "cost_yuan": answer.cost,
        "gap": answer.found.gap,
        "origins": case.origins,
    }
    if isinstance(cities, Malformed):
        made["closed"] = {"cost_yuan": None, "why": str(cities)}
    elif cities is not None:
        made["closed"] = {"cost_yuan": cities.cost, "price_yuan_per_t": cities.city_price().tolist()}
    return made
