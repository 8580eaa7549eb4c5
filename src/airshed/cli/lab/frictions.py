"""`airshed lab frictions`: what keeps trade from happening, or the price from being competitive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from airshed.cli.lab.apart import apart_from_law
from airshed.cli.lab.case import ZoneOption
from airshed.cli.options import Json, PollutantName, RulesName
from airshed.cli.show import as_json, console, resting, say, table, with_provenance, writable
from airshed.model.near import near
from airshed.model.refusal import Malformed

if TYPE_CHECKING:
    from airshed.lab.equilibrium.trading import TradedPlan
    from airshed.lab.power import FirmPower

#: Firms that are shown.
SHOWN = 5


def frictions(
    rulebook: RulesName = "dianzhong",
    region: ZoneOption = "",
    pollutant: PollutantName = "SO2",
    vintage: Annotated[int | None, typer.Option(help="Vintage; the first with a cap when left out.", min=0)] = None,
    method: Annotated[str, typer.Option(help="Allocation: one that `airshed lab methods` compares.")] = "benchmark",
    each: Annotated[
        list[float] | None, typer.Option(metavar="YUAN", help="What a tonne traded costs; several times.", min=0)
    ] = None,
    certificate: Annotated[str, typer.Option(metavar="FILE", help="Write the proof there.")] = "",
    json: Json = False,
) -> None:
    """Trade as it gets dearer, and who could move the price: costs of trading and market power. 交易摩擦。

    Volume and saving of the cheapest trades when every tonne bought costs so much (Stavins), against everybody keeping
    to its own allowances. A firm can move the price as far as what it is given differs from what it would emit in
    competition (Hahn); steps are taken for lines there. What is auctioned goes to those who lack. Abatement costs of a
    shipped zone are indicative. `airshed lab check` works the certificate out again: that no trades are cheaper, and
    that no firm would gain by emitting otherwise.

    Example: airshed lab frictions --pollutant SO2 --method history --each 0 --each 500 --each 2000
    """
    import json as plain

    from airshed.lab.equilibrium.case import case_of, linked, measured_of, solved, steps_of
    from airshed.lab.equilibrium.friction_certificate import friction_certificate
    from airshed.lab.equilibrium.trading import trade_plan
    from airshed.lab.methods import plans
    from airshed.lab.positions import ladders, positions
    from airshed.lab.power import bought_at_auction, concentration, powers
    from airshed.lab.prices.guide_price import collar_of
    from airshed.lab.zone_cap import zone_cap
    from airshed.market.sharing.tiers import share
    from airshed.model.measures import KG_PER_T
    from airshed.rulebook.load import find, load
    from airshed.zone.load import of_law

    target = writable(certificate, "--certificate")
    rules = load(find(rulebook))
    measured, zone = measured_of(rules, pollutant), of_law(rules, region)
    cap = zone_cap(rules, zone, pollutant, vintage)
    plan = plans(cap.criteria, cap.steps, cap.members)
    if method not in plan:
        raise Malformed("--method", f"no such method {method!r}", near(method, plan))
    rule = next(row for row in rules.pollutants if row.code == pollutant)
    steps = steps_of(zone, measured)
    case = case_of(zone, rules, measured, 1, 0.05, 0.0, 0.0)
    resting(case.origins)
    price = float(solved(case, linked(case.zones)).found.price[0, 0])
    given = share(cap.law.cap, cap.members, plan[method], cap.size_kg, cap.law)
    given_t = {row.source: row.count * cap.size_kg / KG_PER_T for row in given.shares}
    places = positions(cap.members, steps, price)
    bought_at_auction(given_t, places, (given.for_auction + given.reserved) * cap.size_kg / KG_PER_T)
    net = [given_t[name] - place.emitted_t for name, place in places.items()]
    # what covers a tonne that no step and no seller does
    ceiling = min(
        collar_of(rules, rule, None, None).ceiling, 10 * max(price, *(step.cost_yuan_per_t for step in steps))
    )
    own = ladders(steps)
    needs = {name: place.before_t - given_t[name] for name, place in places.items()}
    kept = [own.get(name, []) for name in places]
    costs = each or [0.0, price / 20, price / 4, price]
    # at the last of these nobody trades
    plans_of = [(cost, trade_plan([*needs.values()], kept, cost, ceiling)) for cost in (*costs, ceiling * len(needs))]
    found, alone = [(cost, made.total) for cost, made in plans_of[:-1]], plans_of[-1][1].total
    moved = powers(places, given_t, {row.source: row.group or row.source for row in zone.sources}, steps, price)
    proof = friction_certificate(cap.name, needs, kept, ceiling, plans_of, moved)
    if target is not None:
        target.write_text(plain.dumps(with_provenance(proof)) + "\n", "utf-8")
    if json:
        as_json(
            {
                "digest": proof["digest"],
                "pollutant": pollutant,
                "vintage": cap.vintage,
                "method": method,
                "price_yuan_per_t": price,
                "for_sale_t": sum(one for one in net if one > 0),
                "wanted_t": -sum(one for one in net if one < 0),
                "concentration": concentration(net),
                "alone": alone,
                "trading": [{"each_yuan_per_t": cost, "found": one} for cost, one in found],
                "ceiling_yuan_per_t": ceiling,
                "power": moved,
                "origins": case.origins,
            }
        )
        return
    apart_from_law(rules, zone, measured, 1)
    _print(f"{cap.name} by {method}", case.money[0], alone, found, ceiling)
    _print_power(price, case.money[0], net, moved, concentration(net))
    say(case.origins)


def _print(name: str, money: str, alone: TradedPlan, found: list[tuple[float, TradedPlan]], ceiling: float) -> None:
    table(
        f"{name}: trade when a tonne traded costs so much 交易成本",
        (
            f"{money}/t 每吨成本#",
            "bought t 成交#",
            "abating 减排#",
            "trading 交易#",
            "saved 节约#",
            "at the ceiling t 上限#",
        ),
        [
            (
                f"{cost:,.2f}",
                f"{one.volume_t:,.1f}",
                f"{one.abatement_yuan / 1e6:,.2f}",
                f"{one.trading_yuan / 1e6:,.2f}",
                f"{(alone.cost_yuan - one.cost_yuan) / 1e6:,.2f}",
                f"{one.at_ceiling_t:,.1f}",
            )
            for cost, one in found
        ],
    )
    console.print(
        f"in million {money} a year; nobody trading costs {alone.cost_yuan / 1e6:,.2f}, {alone.at_ceiling_t:,.1f} t"
        f" of it at the ceiling of {ceiling:,.2f} {money}/t"
    )


def _print_power(price: float, money: str, net: list[float], moved: list[FirmPower], index: float) -> None:
    sold, bought = sum(one for one in net if one > 0), -sum(one for one in net if one < 0)
    console.print(
        f"at {price:,.2f} {money}/t {sold:,.1f} t are for sale and {bought:,.1f} t are wanted;"
        f" concentration (HHI) of the thinner side {index:.3f}",
    )
    table(
        "Who could move the price 市场势力",
        ("firm 企业", "given t 配额#", "would emit t#", "price it would make#", "change#", "all abate dearer by#"),
        [
            (
                one.firm,
                f"{one.given_t:,.1f}",
                f"{one.emitted_t:,.1f}",
                f"{one.price:,.2f}",
                f"{100 * (one.price / price - 1):+.1f} %",
                f"{one.excess_yuan:,.0f} {money}",
            )
            for one in moved[:SHOWN]
        ],
    )
