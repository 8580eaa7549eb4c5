"""A second opinion on prices: the open and the close of a day, the last price, the mean of a month (I5)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import day_of, half_up, terms_of_code, vintages, worked
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]


class Prices:
    """Follows every trade; `claim` counts a check and ends the run when it fails."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        #: Of the day, by series: (price, fen, count) of each trade.
        self._day: dict[str, list[tuple[int, int, int]]] = {}
        #: By pollutant and month: fen and tonnes, those of a strip once for each vintage.
        self._months: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._last: dict[str, int] = {}
        self._series: dict[str, str] = {}
        self._zone: dict[str, str] = {}
        self.session = ""

    def follow(self, event: e.Event, at: int, rules: Rulebook) -> None:
        """Take in a fact; anything that makes no price is passed over."""
        match event:
            case e.SessionOpened():
                self._claim("I5", not self.session, f"a session opens while that of {self.session} is open")
                today = day_of(at, rules)
                self._claim("I5", event.day == today, f"the session of {event.day} opens on {today}")
                self._claim("I5", worked(rules, event.day), f"a session opens on {event.day}, which is not worked")
                self.session = event.day
            case e.OrderPlaced():
                self._claim("I5", self.session == day_of(at, rules), f"{event} comes outside of a session")
            case e.Traded():
                self._trade(event.series, event.price, event.fen, event.count)
            case e.CallOpened():
                self._series[event.call] = event.series
            case e.ZoneCallOpened():
                self._zone[event.call] = event.pollutant
            case e.CallCleared():
                self._called(event, day_of(at, rules)[:7])
            case e.ZoneCallCleared():
                fen = sum(fill.fen for fill in event.fills if fill.side == "sell")
                if event.count:
                    self._months.setdefault((self._zone[event.call], day_of(at, rules)[:7]), []).append(
                        (fen, event.count)
                    )
            case e.AuctionCleared():
                pass  # its series is the auction's; see `auctioned`
            case e.SessionClosed():
                self._close(event)
            case _:
                pass

    def auctioned(self, series: str, price: int) -> None:
        """An auction gave a price."""
        self._last[series] = price

    def last(self, series: str, rules: Rulebook) -> int:
        """The last price of a series or a strip, or what the law starts from."""
        reference, _, _ = terms_of_code(series, rules)
        if series in self._last:
            return self._last[series]
        return sum(self._last.get(each, reference) for each in vintages(series))

    def of_months(self, pollutant: str, first: str, last: str) -> int | None:
        """The mean price of some months by volume, or nothing where nothing was traded."""
        trades = [
            trade
            for (name, at), held in self._months.items()
            if name == pollutant and first <= at <= last
            for trade in held
        ]
        tonnes = sum(count for _, count in trades)
        return half_up(Fraction(sum(fen for fen, _ in trades) * 1000, tonnes)) if tonnes else None

    def _trade(self, series: str, price: int, fen: int, count: int) -> None:
        self._day.setdefault(series, []).append((price, fen, count))
        month = (series.split("-", maxsplit=1)[0], self.session[:7])
        self._months.setdefault(month, []).append((fen, count * len(vintages(series))))

    def _called(self, event: e.CallCleared, month: str) -> None:
        series = self._series[event.call]
        if event.price is None:
            return
        fen = sum(fill.fen for fill in event.fills if fill.side == "buy")
        if self.session:
            self._trade(series, event.price, fen, event.count)
        else:
            key = (series.split("-", maxsplit=1)[0], month)
            self._months.setdefault(key, []).append((fen, event.count * len(vintages(series))))
            self._last[series] = event.price

    def _close(self, event: e.SessionClosed) -> None:
        means = {
            series: half_up(Fraction(1000 * sum(fen for _, fen, _ in trades), sum(count for _, _, count in trades)))
            for series, trades in self._day.items()
        }
        self._claim("I5", event.closes == means, f"{event.day} closes at {event.closes}, its trades at {means}")
        first = {series: trades[0][0] for series, trades in self._day.items()}
        self._claim("I5", event.opens == first, f"{event.day} opens at {event.opens}, its trades at {first}")
        self._last.update(event.closes)
        self._day, self.session = {}, ""
