"""Whole allowances within every limit where those beside the programme's answer are not: the solver is asked for them.

Its answer is judged and settled like any other, without a solver.
"""

from __future__ import annotations

from collections import Counter

from airshed.market.zonecall.answer import RoundedAnswer
from airshed.market.zonecall.groups import Shape
from airshed.market.zonecall.nouns import NotCleared
from airshed.market.zonecall.prices import Duals, cover_prices, lot_prices
from airshed.market.zonecall.program import Sparse, optimum, weight
from airshed.market.zonecall.settle import at_prices
from airshed.model.measures import KG_PER_T


def whole_answer(shape: Shape, given: RoundedAnswer, seconds: float) -> RoundedAnswer | None:
    """The answer with the whole flows of the greatest gain among orders that its prices suit; None if none keep all."""
    duals = Duals(
        tuple(given.covers[cover.key] for cover in shape.covers),
        tuple(given.bounds[bound.name] for bound in shape.bounds),
    )
    offers, bids = at_prices(shape, cover_prices(shape, duals), lot_prices(shape, duals))
    row_of = {bid.order: len(shape.lots) + row for row, bid in enumerate(bid for own in bids for bid in own)}
    first_bound = len(shape.lots) + len(row_of)
    weights = [weight(bound) for bound in shape.bounds]
    programme = Sparse()
    for number, own in enumerate(offers):
        for offer in own:
            programme.column(offer.limit, 0.0, offer.count, [(number, 1.0)])
    ways: list[int] = []
    first_way = len(programme.cost)
    for at, link in enumerate(shape.links):
        loads = [
            (first_bound + row, float(shape.load(link, bound) / weights[row])) for row, bound in enumerate(shape.bounds)
        ]
        for bid in bids[link.cover]:
            ways.append(at)
            cells = [(link.lot, -1.0), (row_of[bid.order], float(link.ratio)), *loads]
            programme.column(-float(bid.limit * link.ratio), 0.0, bid.count // link.ratio, cells)
    counts = [float(bid.count) for own in bids for bid in own]
    most = [float(bound.most * KG_PER_T / each) for bound, each in zip(shape.bounds, weights, strict=True)]
    low = [0.0] * len(shape.lots) + [0.0] * len(counts) + [float("-inf")] * len(most)
    values = optimum(programme, low, [0.0] * len(shape.lots) + counts + most, seconds, whole=True)
    if isinstance(values, NotCleared):
        return None
    flows: Counter[int] = Counter()
    for at, count in zip(ways, values[0][first_way:], strict=True):
        flows[at] += round(count)
    links = shape.links
    named = {(shape.lots[links[at].lot].key, shape.covers[links[at].cover].key): count for at, count in flows.items()}
    return given._replace(flows={key: count for key, count in named.items() if count})
