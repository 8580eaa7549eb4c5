"""What auctions held back and the reserve keeps above a size lapses as a year begins. Refuses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.compliance.supply import lapsing
from airshed.engine import events as e
from airshed.engine.state import State
from airshed.market.allocation import split
from airshed.model.allowance import Series, count_of, lowest
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook


def due(state: State, rules: Rulebook, at: int) -> tuple[e.SupplyLapsed, ...]:
    """What lapses with the first record of a year, of each pollutant of which something does."""
    first, year = rules.reserve.supply_lapses_from, int(rules.civil.day_of(at)[:4])
    if first is None or year < first or year == int(rules.civil.day_of(state.at)[:4]):
        return ()
    codes = sorted({Series.parse(name).pollutant for name, count in state.supply_kept.items() if count})
    return tuple(event for code in codes for event in _lapsed(state, rules, year, code))


def _lapsed(state: State, rules: Rulebook, year: int, code: str) -> Iterator[e.SupplyLapsed]:
    kept = {name: count for name, count in state.supply_kept.items() if Series.parse(name).pollutant == code and count}
    there = sum(kept.values())
    most = state.auctioned.get((year - 1, code), 0) if rules.reserve.supply_most is None else rules.reserve.supply_most
    count = lapsing(there, most)
    if count:
        yield e.SupplyLapsed(year, code, there, most, count, tuple(_moves(state, kept, count)))


def _moves(state: State, kept: dict[str, int], count: int) -> Iterator[Delivered]:
    """Of each reserve in proportion to what it keeps, the oldest vintage first.

    The highest serials: a draw or a release in the same record takes the lowest, which stay.
    """
    places: dict[str, int] = {}
    for name, there in kept.items():
        place = Series.parse(name).jurisdiction
        places[place] = places.get(place, 0) + there
    for place, part in split(count, places).items():
        left = part
        mine = sorted((name for name in kept if Series.parse(name).jurisdiction == place), key=_vintage)
        for name in mine:
            gone = min(left, kept[name])
            left -= gone
            if gone:
                blocks = state.ledger.held_of(accounts.reserve(place), name).blocks
                _, highest = lowest(blocks, count_of(blocks) - gone)
                yield Delivered(accounts.reserve(place), accounts.cancelled(place), name, highest)


def _vintage(name: str) -> int:
    return Series.parse(name).vintage
