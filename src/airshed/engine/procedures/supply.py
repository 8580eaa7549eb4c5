"""Supply that follows the number in circulation: what is stated of a year, and what auctions do. Refuses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from airshed.compliance.supply import SupplyTerms, held_back, released
from airshed.engine import events as e
from airshed.engine.procedures import control_periods
from airshed.engine.procedures.obliged import obliged
from airshed.engine.state import State
from airshed.market.allocation import split
from airshed.model.allowance import Blocks, Series, count_of, joined, lowest
from airshed.registry import accounts
from airshed.registry.moves import Delivered
from airshed.rulebook import lookup
from airshed.rulebook.schema import Rulebook
from airshed.rulebook.supply_table import SupplyRow


def due(state: State, rules: Rulebook, at: int) -> tuple[e.CirculationStated, ...]:
    """What is to be stated with the first record of a day: years whose day has come and of which all is verified.

    The number does not depend on that day: who surrenders has fewer allowances and owes as many less.
    """
    today, stated_on = rules.civil.day_of(at), rules.reserve.supply_stated_on
    if stated_on is None or today == rules.civil.day_of(state.at):
        return ()
    found: list[e.CirculationStated] = []
    series = {Series.parse(name) for name in state.ledger.caps}
    for year, code in sorted({(each.vintage, each.pollutant) for each in series}):
        row = _in_force(rules, code, year)
        if row is None or (year, code) in state.circulations or today < f"{year + 1}-{stated_on}":
            continue
        if _complete(state, rules, year, code):
            found.append(_stated(state, rules, year, code, row))
    return tuple(found)


def _in_force(rules: Rulebook, code: str, year: int) -> SupplyRow | None:
    """The newest row of a pollutant that begins in a year or before."""
    rows = [row for row in rules.reserve.supply if row.pollutant == code and row.period <= year]
    return max(rows, key=lambda row: row.period, default=None)


def _complete(state: State, rules: Rulebook, year: int, code: str) -> bool:
    """Whether every source that owes the pollutant is verified or excluded, and no advance of the year waits."""
    for source in obliged(state, rules, year, code):
        known = state.years.get((source.id, year))
        if known is None or known.verified_mg is None or known.reopened:
            return False
    waiting = (Series.parse(name) for name in state.advances)
    return all((each.pollutant, each.vintage) != (code, year) for each in waiting)


def _stated(state: State, rules: Rulebook, year: int, code: str, row: SupplyRow) -> e.CirculationStated:
    terms = SupplyTerms(row.upper, row.lower, row.held_basis_points, row.released, row.share_from)
    number = circulation(state, rules, year, code)
    vintage = _next(state, rules, year, code)
    if vintage is None:
        return e.CirculationStated(year, code, number, held_back(number, terms))
    kept = _kept(state, rules, vintage, code)
    held, back = held_back(number, terms), released(number, terms, sum(kept.values()))
    room = _for_auction(rules, vintage, code) if held else kept
    part = min(held or back, sum(room.values()))
    parts = {place: count for place, count in split(part, room).items() if count} if part else {}
    return e.CirculationStated(year, code, number, held, back, vintage if parts else None, parts)


def circulation(state: State, rules: Rulebook, year: int, code: str) -> int:
    """What accounts hold that counts for a year or later and is not for a later one, less what they owe up to it."""
    held = 0
    for (account, name), position in state.ledger.positions.items():
        series = Series.parse(name)
        counts = series.pollutant == code and year - rules.allowance.vintages_back <= series.vintage <= year
        if counts and state.ledger.accounts[account].kind in accounts.PRIVATE:
            held += position.count
    owed = 0
    for (source, number), known in state.years.items():
        if number <= year and known.verified_mg is not None:
            closed = (state.sources[source].account, number) in state.closed
            left = known.obligation.get(code, 0) - known.surrendered.get(code, 0)
            owed += known.extra.get(code, 0) if closed else left
            owed += known.deferred.get(code, 0) - control_periods.waiting(state, source, number, code)
    return max(0, held - owed)


def _next(state: State, rules: Rulebook, year: int, code: str) -> int | None:
    """The first vintage after a year of which no series is shared out yet."""
    series = [Series.parse(name) for name in lookup.caps(rules)]
    later = sorted({each.vintage for each in series if each.pollutant == code and each.vintage > year})
    begun = {each.vintage for each in map(Series.parse, state.shared_out) if each.pollutant == code}
    return next((vintage for vintage in later if vintage not in begun), None)


def _for_auction(rules: Rulebook, vintage: int, code: str) -> dict[str, int]:
    """By jurisdiction: how many of its cap of a vintage are for auction."""
    found: dict[str, int] = {}
    for row in rules.caps.rows:
        if (row.pollutant, row.vintage) == (code, vintage):
            part = lookup.local(rules, row.jurisdiction).allocation.auction_basis_points
            found[row.jurisdiction] = row.count * part // lookup.WHOLE
    return found


def _kept(state: State, rules: Rulebook, vintage: int, code: str) -> dict[str, int]:
    """By jurisdiction: what its reserve kept for this and would still count in a year."""
    found: dict[str, int] = {}
    for name, count in state.supply_kept.items():
        series = Series.parse(name)
        if series.pollutant == code and series.vintage >= vintage - rules.allowance.vintages_back:
            found[series.jurisdiction] = found.get(series.jurisdiction, 0) + count
    return found


def adjusted(state: State, rules: Rulebook, series: Series, event: e.Allocated) -> Iterator[e.SupplyAdjusted]:
    """What is held back of what an allocation leaves for auction, or is released with it."""
    for (year, code), known in state.circulations.items():
        part = known.parts.get(series.jurisdiction, 0)
        if (code, known.vintage) != (series.pollutant, series.vintage) or not part:
            continue
        moves = _held(series, event, part) if known.held else _released(state, rules, series, part)
        count = sum(count_of(move.blocks) for move in moves)
        if count:
            yield e.SupplyAdjusted(str(series), year, "held" if known.held else "released", count, moves)


def _held(series: Series, event: e.Allocated, part: int) -> tuple[Delivered, ...]:
    """Out of what the allocation gives to auction; less where rights left less for that."""
    auction = accounts.auction(series.jurisdiction)
    given: Blocks = ()
    for move in event.entry:
        if isinstance(move, Delivered) and move.target == auction:
            given = joined(given, move.blocks)
    taken, _ = lowest(given, min(part, count_of(given)))
    return (Delivered(auction, accounts.reserve(series.jurisdiction), str(series), taken),) if taken else ()


def _released(state: State, rules: Rulebook, series: Series, part: int) -> tuple[Delivered, ...]:
    """The oldest that still count first."""
    origin, target = accounts.reserve(series.jurisdiction), accounts.auction(series.jurisdiction)
    moves: list[Delivered] = []
    for name, kept in sorted(state.supply_kept.items(), key=lambda each: Series.parse(each[0]).vintage):
        other = Series.parse(name)
        counts = other.vintage >= series.vintage - rules.allowance.vintages_back
        if (other.pollutant, other.jurisdiction) != (series.pollutant, series.jurisdiction) or not counts:
            continue
        taken, _ = lowest(state.ledger.held_of(origin, name).blocks, min(part, kept))
        part -= count_of(taken)
        if taken:
            moves.append(Delivered(origin, target, name, taken))
    return tuple(moves)
