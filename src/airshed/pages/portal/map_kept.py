"""The maps that were drawn last, with the tables beside them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from airshed.pages.kit.words import Phrase, same
from airshed.pages.portal.hours import Monitors
from airshed.pages.portal.map_content import Mapped, OverLimits, Wanted, mapped
from airshed.pages.portal.map_drawing import frames, scale_of
from airshed.pages.portal.map_emitted import BEYOND, DECLARED, MONTHS
from airshed.pages.portal.map_legend import Sign, legend
from airshed.rulebook.schema import Rulebook
from airshed.service.http.receipts import Busy


class MapRow(NamedTuple):
    """A city, or a receptor, as a table has it."""

    name: Phrase
    by_month: Sequence[str]
    whole: str
    #: What was declared at the year's end, and what the year came to beyond; empty where there is nothing of that kind.
    declared: str = ""
    beyond: str = ""


class DrawnMap(NamedTuple):
    """Rows of a table, figures (whole year, and month by month where there are months), and what their signs mean."""

    rows: Sequence[MapRow]
    frames: Sequence[tuple[str, Markup]]
    signs: Sequence[Sign]
    #: Hours over the limit by works, where the map shows those.
    hours: Mapping[str, float]


#: Maps that are kept, and that wait to be drawn.
MOST_MAPS, MOST_WAITING = 24, 8


class Maps:
    """The maps that were drawn last, by what they were drawn from: one is drawn at a time, and once for who come.

    They are drawn in a thread of their own, so that nobody's sign-in or file waits behind them.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="maps")
        self._waiting = 0
        self._kept: OrderedDict[Hashable, DrawnMap | Phrase] = OrderedDict()
        self._counted = OverLimits()

    async def of(
        self,
        folder: Path | None,
        monitors: Monitors,
        rules: Rulebook,
        kg: Mapping[str, Sequence[float]],
        wanted: Wanted,
    ) -> DrawnMap | Phrase:
        """A map; `Busy` where too many wait to be drawn."""
        changed = folder.stat().st_mtime_ns if folder is not None and folder.is_dir() else 0
        key = (wanted, changed, tuple((source, *months) for source, months in kg.items()))
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self._waiting >= MOST_WAITING:
            raise Busy(5)
        self._waiting += 1
        drawing = partial(self._drawn, key, folder, monitors, rules, kg, wanted)
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._pool, drawing)
        finally:
            self._waiting -= 1
        while len(self._kept) > MOST_MAPS:
            self._kept.popitem(last=False)
        return found

    def _drawn(
        self,
        key: Hashable,
        folder: Path | None,
        monitors: Monitors,
        rules: Rulebook,
        kg: Mapping[str, Sequence[float]],
        wanted: Wanted,
    ) -> DrawnMap | Phrase:
        """In the thread; it may have been drawn for somebody else meanwhile."""
        known = self._kept.get(key)
        if known is not None:
            return known
        found = mapped(folder, monitors, rules, kg, wanted, self._counted)
        self._kept[key] = made = found if isinstance(found, Phrase) else _made(found, monitors, wanted)
        return made


def _made(found: Mapped, monitors: Monitors, wanted: Wanted) -> DrawnMap:
    scale = scale_of(found, wanted)
    drawn = frames(found, monitors, wanted, scale)
    over = {each.source: sum(each.by_month) for each in found.sources} if wanted.measure == "exceedance" else {}
    return DrawnMap(rows(found, wanted), drawn, legend(wanted.measure, wanted.pollutant, scale), over)


def rows(found: Mapped, wanted: Wanted) -> list[MapRow]:
    """The table beside the map: cities by month, or receptors."""
    measure = wanted.measure
    if measure == "load":
        return [
            MapRow(
                Phrase(each.name_en, each.name_zh),
                [f"{value:,.1f}" for value in by_month],
                f"{sum(by_month) / MONTHS:,.1f}",
            )
            for each, by_month in found.receptors
        ]
    size = 1000 if measure == "emissions" else 1
    decimals = 1 if measure == "emissions" else 0
    beyond = measure == "emissions" and any(by_month[BEYOND] for by_month in found.cities.values())
    return [
        MapRow(
            found.places.get(code, same(code)),
            [f"{value / size:,.{decimals}f}" if wanted.monthly else "–" for value in by_month[:MONTHS]],
            f"{sum(by_month) / size:,.{decimals}f}",
            f"{by_month[DECLARED] / size:,.{decimals}f}" if measure == "emissions" else "",
            f"{by_month[BEYOND] / size:,.{decimals}f}" if beyond else "",
        )
        for code, by_month in found.cities.items()
    ]
