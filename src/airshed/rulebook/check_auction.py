"""What may contradict itself in the rules of auctions."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.model.measures import yuan
from airshed.model.refusal import Malformed
from airshed.rulebook.programme_sections import PollutantRule
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.trading_sections import AuctionRule


def auctions(rules: Rulebook, file: str) -> Iterator[Malformed]:
    """Every contradiction in [auction], and between it and the prices of the pollutants."""
    law, place = rules.auction, f"{file} [auction]"
    if not law.reserve_price and law.undersubscribed == "reserve":
        what = "an undersubscribed sale is at the reserve price and there is none"
        yield Malformed(f"{place} undersubscribed", what, 'write "lowest-bid" or "cancel"')
    if law.consignment == "last" and law.rule == "uniform":
        what = "minimum prices of holders need bids that pay themselves"
        yield Malformed(f"{place} consignment", what, 'write "first", or rule = "pay-as-bid"')
    if sorted(law.trimming) != ["guarantee", "holding", "purchase"]:
        what = f"{', '.join(law.trimming) or 'nothing'} is not each of purchase, holding, guarantee once"
        yield Malformed(f"{place} trimming", what, "write all three in the order in which they trim")
    for number, rule in enumerate(rules.pollutants, 1):
        yield from _containment(law, rule, f"{file} [[pollutants]] {number} ({rule.code})")


def _containment(law: AuctionRule, rule: PollutantRule, place: str) -> Iterator[Malformed]:
    if not law.reserve_price and rule.reserve_fen_per_t:
        what = f"reserve_fen_per_t is {rule.reserve_fen_per_t} and [auction] knows no reserve price"
        yield Malformed(place, what, "write 0, or reserve_price = true")
    low = rule.reserve_fen_per_t
    for name in ("emissions_containment", "cost_containment"):
        price: int | None = getattr(rule, f"{name}_fen_per_t")
        share: int = getattr(law, f"{name}_basis_points")
        if price is None:
            continue
        if not share:
            what = f"{name}_fen_per_t triggers nothing, for {name}_basis_points of [auction] is 0"
            yield Malformed(place, what, "leave the price out, or write a share")
        if price % law.tick_fen_per_t:
            what = f"{name}_fen_per_t {price} ({yuan(price)} yuan/t) is off the tick of [auction]"
            yield Malformed(place, what, f"write a multiple of {law.tick_fen_per_t}")
        if price <= low:
            what = f"{name}_fen_per_t {price} is not above {low}"
            yield Malformed(place, what, "the order is reserve price, emissions containment, cost containment")
        low = price
