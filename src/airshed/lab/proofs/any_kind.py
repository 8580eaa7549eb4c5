"""Certificates of any kind: checked by their format, and told in a line or two."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, assert_never

from airshed.lab.proofs import flows, frictions, market, measures
from airshed.lab.proofs.flows import LawfulCertificate
from airshed.lab.proofs.frictions import Frictions
from airshed.lab.proofs.market import MarketCertificate
from airshed.lab.proofs.measures import CoCertificate, WholePlan
from airshed.lab.proofs.reading import CURE
from airshed.model.refusal import Malformed

AnyCertificate = MarketCertificate | LawfulCertificate | CoCertificate | Frictions

CHECKS: Mapping[str, Callable[[bytes | str, str], AnyCertificate]] = {
    market.FORMAT: market.check,
    flows.FORMAT: flows.check,
    measures.FORMAT: measures.check,
    frictions.FORMAT: frictions.check,
}


class ProofShown(NamedTuple):
    """What a certificate that holds shows: lines for people, figures for programs."""

    lines: list[str]
    figures: dict[str, Any]


def check(text: bytes | str, place: str = "certificate") -> AnyCertificate:
    """The certificate, of whichever kind, if it holds. Malformed, naming the first thing that does not, otherwise."""
    try:
        plain: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Malformed(place, str(error)[:200], CURE) from None
    said = plain.get("format") if isinstance(plain, dict) else None
    if not isinstance(said, str) or said not in CHECKS:
        raise Malformed(place, f"its format is {str(said)[:60]!r}", f"{CURE}: {', '.join(CHECKS)}")
    return CHECKS[said](text, place)


def told(found: AnyCertificate) -> ProofShown:
    """What a certificate that holds shows."""
    match found:
        case MarketCertificate():
            return _market(found)
        case LawfulCertificate():
            return _lawful(found)
        case CoCertificate():
            return _co_control(found)
        case Frictions():
            return _frictions(found)
        case _:
            assert_never(found)


def millions(yuan: float) -> str:
    """Yuan in millions."""
    return f"{yuan / 1e6:,.2f} million yuan"


def _market(found: MarketCertificate) -> ProofShown:
    steps, slopes = sum(len(row.costs) for row in found.curves), sum(len(row.slopes) for row in found.curves)
    counted = [f"{many:,} {what}" for many, what in ((steps, "steps"), (slopes, "slopes")) if many]
    lines = [_holds(found, [f"{len(found.zones)} zones", *(counted or ["0 steps"]), f"{len(found.years)} years"])]
    if found.trades:
        ways = ", ".join(f"{way.origin} to {way.target} at {way.ratio:g}" for way in found.trades)
        lines.append(f"trading ratios: {ways}; no round of them makes more than it took")
    if found.stability is not None:
        rule = found.stability
        lines.append(
            f"a stability reserve from {rule.held:,.1f} t on: what it changed is what its rule answers to the banks"
            f" (lines {rule.lower:,.1f}, {rule.middle:,.1f}, {rule.upper:,.1f} t)"
        )
    return ProofShown(lines, _figures(found))


def _lawful(found: LawfulCertificate) -> ProofShown:
    counted = [f"{len(found.zones)} markets", f"{len(found.rows):,} balances and limits", f"{len(found.flows):,} flows"]
    left = f" without {', '.join(found.left_out)}" if found.left_out else ""
    lines = [_holds(found, counted), f"law: {found.law}{left}, {found.pollutant}, {len(found.years)} years"]
    return ProofShown(lines, {**_figures(found), "law": found.law, "left_out": list(found.left_out)})


def _co_control(found: CoCertificate) -> ProofShown:
    counted = [
        f"{len(found.zones)} zones",
        f"{len(found.pollutants)} pollutants",
        f"{len(found.measures):,} measures",
        f"{len(found.years)} years",
    ]
    lines, figures = [_holds(found, counted)], _figures(found)
    if found.whole is not None:
        lines.append(_whole(found.whole))
        figures["whole"] = {
            "cost_yuan": found.whole.cost,
            "bound_yuan": found.whole.bound,
            "gap": found.whole.gap,
            "searched_yuan": found.whole.searched,
        }
    return ProofShown(lines, figures)


def _whole(whole: WholePlan) -> str:
    near = max(0.0, whole.cost - whole.searched) / max(abs(whole.cost), 1.0)
    return (
        f"whole plan 整体方案: it keeps every cap and costs {millions(whole.cost)}; no plan costs less than"
        f" {millions(whole.bound)}, within {100 * whole.gap:.2f} %; that the cheapest whole one is within {near:.1e}"
        " is what the search says, and not proven here"
    )


def _frictions(found: Frictions) -> ProofShown:
    lines = [f"holds 成立: {found.name}, {len(found.sources)} sources"]
    for each in found.trading:
        still = "" if any(deal.bought for deal in each.dealings) else ", nobody trades"
        lines.append(
            f"at {each.each:,.2f} yuan a tonne traded{still}: it costs {millions(each.cost)}, proven least but for"
            f" {each.gap:.1e} of it"
        )
    if found.power:
        lines.append(
            f"power: {len(found.power)} firms, each as the one that sets the price: the market clears, and none would"
            " gain by emitting otherwise"
        )
    figures = {
        "name": found.name,
        "trading": [
            {"each_yuan_per_t": each.each, "cost_yuan": each.cost, "bound_yuan": each.bound, "gap": each.gap}
            for each in found.trading
        ],
        "power": [
            {"firm": row.firm, "price": row.price, "competitive_price": row.competitive_price} for row in found.power
        ],
        "digest": found.digest,
    }
    return ProofShown(lines, figures)


def _holds(found: MarketCertificate | LawfulCertificate | CoCertificate, counted: list[str]) -> str:
    return (
        f"holds 成立: {', '.join(counted)}; it costs {millions(found.cost)}, proven least but for {found.gap:.1e} of it"
    )


def _figures(found: MarketCertificate | LawfulCertificate | CoCertificate) -> dict[str, Any]:
    return {"cost_yuan": found.cost, "bound_yuan": found.bound, "gap": found.gap, "digest": found.digest}
