"""A second opinion on what cannot be taken back: whoever did it has said what it takes and who is short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from airshed.engine import commands as c
from airshed.engine import events as e
from airshed.engine.journal import Record
from airshed.lab.simulator.mirror.figures import delivered
from airshed.registry.moves import Delivered
from airshed.rulebook.schema import Rulebook

Claim = Callable[[str, bool, str], None]


def confirmed(claim: Claim, record: Record, rules: Rulebook) -> None:
    """Check the command of a record, or what a confirmation carries out, against what has happened."""
    body = record.body
    for event in record.events:
        if isinstance(event, e.YearClosed) and isinstance(body, c.CloseYear):
            said = Counter(body.knowing)
            for each in event.settlements:
                said[_short(rules, event, event.year, each)] -= each.shortfall
            for late in event.late:
                said[_short(rules, event, late.year, late)] -= late.shortfall
            for series in {move.series for move in event.entry if isinstance(move, Delivered)}:
                said[f"lost {series}"] -= delivered(event.entry, series)
            claim("I11", not any(said.values()), f"{body} does not say what it takes: {said} differ")
        elif isinstance(event, e.Allocated) and isinstance(body, c.Allocate):
            new = {line.source for line in body.activities if line.entrant}
            free = sum(award.count for award in event.awards if award.source not in new)
            if rules.allocation.advance_basis_points is not None:
                free += event.kept_back
            said = Counter(body.knowing)
            above, cut = said.pop(f"above {event.series}", 0), said.pop(f"cut {event.series}", 0)
            sane = 0 <= above <= free and cut >= 0 and not said
            claim("I2", sane, f"{body.knowing} of {event.series}, of which {free} are shared out")


def _short(rules: Rulebook, event: e.YearClosed, year: int, each: e.Settlement | e.LateSettlement) -> str:
    """Who is short of what, and what that costs, as the command has to say it."""
    whole, hundredths = divmod(each.penalty_fen, 100)
    cost = f"{whole:,}.{hundredths:02d} {rules.currency.name_en}" + (" by case" if event.by_case else "")
    return f"short {each.source} {each.pollutant} {year}, penalty {cost}"
