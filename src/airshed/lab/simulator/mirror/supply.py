"""A second opinion on supply that follows the number in circulation: who holds and owes how many, and what moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import count_of, day_of, delivered
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]
Held = Mapping[tuple[str, str], Sequence[tuple[int, int]]]
#: Accounts of the programme by how their names begin; all others are somebody's own.
OWN = ("issuance-", "auction-", "reserve-", "surrendered-", "cancelled-", "bank", "treasury", "exchange")


class SupplyMirror:
    """Follows what is stated of each year and what auctions hold back or get for it."""

    def __init__(self, claim: Claim, held: Held) -> None:
        self._claim = claim
        self._held = held
        self._stated: dict[tuple[int, str], e.CirculationStated] = {}
        self._kept: Counter[str] = Counter()
        self._done: set[tuple[int, str]] = set()
        self._auctioned: Counter[tuple[str, str]] = Counter()

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact; anything that no number in circulation depends on is passed over."""
        match event:
            case e.AuctionCleared():
                for move in event.entry:
                    if isinstance(move, Delivered) and move.origin.startswith(("auction-", "reserve-")):
                        sold = 0 if move.target.startswith(OWN) else count_of(move)
                        self._auctioned[day_of(at, rules)[:4], move.series.split("-")[0]] += sold
            case e.SupplyLapsed():
                self._lapses(event, day_of(at, rules)[:4], rules)
            case e.CirculationStated():
                self._number(event, rules)
            case e.SupplyAdjusted():
                self._adjusted(event)
            case _:
                pass

    def _number(self, event: e.CirculationStated, rules: Rulebook) -> None:
        key = (event.year, event.pollutant)
        self._claim("I12", key not in self._stated, f"{key} is stated twice")
        self._stated[key] = event
        first = event.year - rules.allowance.vintages_back
        held = 0
        for (account, series), blocks in self._held.items():
            code, _, vintage = series.split("-")
            if code == event.pollutant and first <= int(vintage) <= event.year and not account.startswith(OWN):
                held += sum(end - begin + 1 for begin, end in blocks)
        self._claim("I2", event.circulation <= held, f"{event.circulation} of {key} circulate, accounts hold {held}")
        row = max(
            (row for row in rules.reserve.supply if row.pollutant == event.pollutant and row.period <= event.year),
            key=lambda row: row.period,
        )
        above = event.circulation > row.upper
        self._claim("I2", above or not event.held, f"{key} holds {event.held} back under the threshold")
        low = event.circulation < row.lower
        self._claim("I2", low or not event.released, f"{key} releases {event.released} above the threshold")
        within = sum(event.parts.values()) <= event.held + event.released
        self._claim("I2", within and min(event.parts.values(), default=1) > 0, f"{key} plans {event.parts}")

    def _lapses(self, event: e.SupplyLapsed, year: str, rules: Rulebook) -> None:
        """Once a year begins no more is kept than was auctioned in the one before, or than the law says."""
        law, code = rules.reserve, event.pollutant
        kept = sum(count for series, count in self._kept.items() if series.split("-")[0] == code)
        sold = self._auctioned[str(int(year) - 1), code]
        most = sold if law.supply_most is None else law.supply_most
        begun = str(event.year) == year and law.supply_lapses_from is not None and law.supply_lapses_from <= event.year
        self._claim("I2", begun, f"{event.year} does not begin in {year}, or nothing lapses in it")
        said = (event.kept, event.most, event.count)
        self._claim("I2", said == (kept, most, max(0, kept - most)), f"{code} lapses by {said}, {kept} and {most}")
        gone = 0
        for move in event.entry:
            assert isinstance(move, Delivered), move
            place = move.series.split("-")[1]
            ends = (f"reserve-{place}", f"cancelled-{place}")
            self._claim("I2", (move.origin, move.target) == ends, f"{move} lapses elsewhere")
            gone += count_of(move)
            self._kept[move.series] -= count_of(move)
            self._claim("I2", self._kept[move.series] >= 0, f"more of {move.series} lapses than was held back")
        self._claim("I2", gone == event.count, f"{gone} of {code} lapse for {event.count}")

    def _adjusted(self, event: e.SupplyAdjusted) -> None:
        code, place, vintage = event.series.split("-")
        stated = self._stated[event.year, code]
        self._claim("I2", stated.vintage == int(vintage), f"{event.series} is not what {event.year} adjusts")
        self._claim("I2", (event.year, event.series) not in self._done, f"{event.series} is adjusted twice")
        self._done.add((event.year, event.series))
        most = stated.parts.get(place, 0)
        self._claim("I2", 0 < event.count <= most, f"{event.series} moves {event.count}, {most} are planned")
        held = event.way == "held"
        self._claim("I2", held == (stated.held > 0), f"{event.series} is {event.way}, {stated}")
        moved = sum(delivered((move,), series) for move in event.entry for series in {getattr(move, "series", "")})
        self._claim("I2", moved == event.count, f"{event.series} moves {moved} for {event.count}")
        ends = (f"auction-{place}", f"reserve-{place}")
        for move in event.entry:
            self._claim("I2", (move.origin, move.target) == (ends if held else ends[::-1]), f"{move} by {event.way}")
            series = getattr(move, "series", "")
            self._kept[series] += delivered((move,), series) * (1 if held else -1)
            self._claim("I2", self._kept[series] >= 0, f"more of {series} is released than was held back")
