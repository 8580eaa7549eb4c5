"""A second opinion on what cannot be taken back: whoever did it has said what it takes and who is short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import delivered
from airshed.registry.moves import Delivered

Claim = Callable[[str, bool, str], None]


def confirmed(claim: Claim, record: Record) -> None:
    """Check the command of a record, or what a confirmation carries out, against what has happened."""
    body = record.body
    for event in record.events:
        if isinstance(event, e.YearClosed) and isinstance(body, c.CloseYear):
            said = Counter(body.knowing)
            for each in event.settlements:
                said[f"short {each.source} {each.pollutant} {event.year}"] -= each.shortfall
            for late in event.late:
                said[f"short {late.source} {late.pollutant} {late.year}"] -= late.shortfall
            for series in {move.series for move in event.entry if isinstance(move, Delivered)}:
                said[f"lost {series}"] -= delivered(event.entry, series)
            claim("I11", not any(said.values()), f"{body} does not say what it takes: {said} differ")
        elif isinstance(event, e.Allocated) and isinstance(body, c.Allocate):
            new = {line.source for line in body.activities if line.entrant}
            free = sum(award.count for award in event.awards if award.source not in new)
            said = Counter(body.knowing)
            above, cut = said.pop(f"above {event.series}", 0), said.pop(f"cut {event.series}", 0)
            sane = 0 <= above <= free and cut >= 0 and not said
            claim("I2", sane, f"{body.knowing} of {event.series}, of which {free} are shared out")
