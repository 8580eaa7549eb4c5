"""A second opinion on what accounts sold to others: a plain list of sales, as trades and calls tell of them."""

from __future__ import annotations

from collections import Counter

from airshed.engine import events as e
from airshed.lab.simulator.mirror.figures import count_of, vintages
from airshed.registry.moves import Delivered


class Sales:
    """What each account sold of a pollutant since its last settlement, less what it bought."""

    def __init__(self) -> None:
        self._net: Counter[tuple[str, str]] = Counter()
        self._calls: dict[str, str] = {}

    def of(self, account: str, pollutant: str) -> int:
        """Sold less bought; below zero where it bought more."""
        return self._net[account, pollutant]

    def settled(self, account: str) -> None:
        """A settlement begins the count anew."""
        for key in [key for key in self._net if key[0] == account]:
            del self._net[key]

    def follow(self, event: e.Event) -> None:
        """Take in a fact."""
        match event:
            case e.Traded() | e.DealSettled():
                self._sold(event.seller, event.series, event.count)
                self._sold(event.buyer, event.series, -event.count)
            case e.CallOpened():
                self._calls[event.call] = event.series
            case e.CallCleared():
                for each in event.fills:
                    count = each.count if each.side == "sell" else -each.count
                    self._sold(each.account, self._calls[event.call], count)
            case e.ZoneCallCleared():
                buyers = {fill.account for fill in event.fills if fill.side == "buy"}
                for fill in event.fills:
                    if fill.side == "sell":
                        self._sold(fill.account, fill.series, fill.count)
                for move in event.entry:
                    if isinstance(move, Delivered) and move.target in buyers:
                        self._sold(move.target, move.series, -count_of(move))
            case _:
                pass

    def _sold(self, account: str, series: str, count: int) -> None:
        self._net[account, series.split("-", maxsplit=1)[0]] += count * len(vintages(series))
