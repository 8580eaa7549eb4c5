"""What an account was fined, has paid, owes and is late with, as of a day."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from airshed.engine.procedures.penalty import interest
from airshed.engine.state import State
from airshed.rulebook.schema import Rulebook


class PenaltyLine(msgspec.Struct, frozen=True, tag="penalty", tag_field="is"):
    """A penalty of an account; sums in fen."""

    source: str
    year: int
    pollutant: str
    #: Number of the case that imposed it; 0 for the settlement of the year.
    case: int
    #: What was imposed, what of it is paid, and what was to be paid before the day and is not.
    fen: int
    paid_fen: int
    late_fen: int
    #: Interest until the day, itself included, and what of it is paid.
    interest_fen: int
    interest_paid_fen: int
    #: What is still to be paid, interest included.
    owed_fen: int
    #: Last day to pay the oldest part that is not paid.
    pay_by: str | None
    #: Whether it may be paid in instalments.
    granted: bool
    #: Instalments that are asked for and not answered yet.
    asked: str | None = None

    @property
    def key(self) -> tuple[str, int, str, int]:
        """By which it is told from others."""
        return self.source, self.year, self.pollutant, self.case


def penalties_of(state: State, rules: Rulebook, account: str, day: str) -> Iterator[PenaltyLine]:
    """Every penalty of an account, those that are paid too."""
    for (source, year, pollutant, case), known in sorted(state.penalties.items()):
        if known.account == account:
            added, due = interest(rules, known, day), known.due_fen
            left = 0 if known.suspended else added - known.interest_paid_fen
            yield PenaltyLine(
                source,
                year,
                pollutant,
                case,
                known.fen,
                known.paid_fen,
                known.late_fen(day),
                added,
                known.interest_paid_fen,
                due + left,
                known.next_day(),
                known.granted,
                None if known.asked is None else str(known.asked),
            )
